use super::{BackwardOptions, Cx, Param, backward::Recording};
use crate::device::DType;
use crate::ops::{Operand, add::ADD, div::DIV, mul::MUL, sub::SUB, tanh::TANH};
use crate::tensor::{Dims, Num, Tensor};

fn f32s(dims: &[usize], values: &[f64]) -> Tensor {
    Tensor::from_f64s(DType::F32, dims, values).expect("fits")
}

fn grad_of(p: &Param) -> Vec<f64> {
    p.grad().expect("reached").to_f64s().expect("there")
}

#[test]
fn a_scalar_chain() {
    let cx = Cx::new();
    let a = Param::new(&cx, &f32s(&[], &[0.5])).expect("plain");
    let mut y = a.value();
    for _ in 0..3 {
        y = cx.mul(&y, a.value());
    }
    let y = cx.add(&y, 1.0);
    cx.backward(&y, BackwardOptions::default()).expect("tracked");
    assert_eq!(grad_of(&a), [4.0 * 0.125]);
    let again = cx.backward(&y, BackwardOptions::default()).expect_err("rewound");
    assert_eq!(again.code, "TAPE-03");
}

#[test]
fn diamonds_count_every_path_once() {
    let cx = Cx::new();
    let p = Param::new(&cx, &f32s(&[2], &[1.0, 2.0])).expect("plain");
    let a = p.value();
    let b = cx.add(&a, &a);
    let c = cx.add(&b, &b);
    cx.backward(&cx.sum_all(&c), BackwardOptions::default()).expect("tracked");
    assert_eq!(grad_of(&p), [4.0, 4.0]);
}

#[test]
fn broadcasting_sums_the_gradient() {
    let cx = Cx::new();
    let w = Param::new(&cx, &f32s(&[2, 3], &[1.0; 6])).expect("plain");
    let b = Param::new(&cx, &f32s(&[3], &[1.0, 2.0, 3.0])).expect("plain");
    let y = cx.sum_all(&cx.mul(w.value(), b.value()));
    cx.backward(&y, BackwardOptions::default()).expect("tracked");
    assert_eq!(grad_of(&b), [2.0, 2.0, 2.0]);
    assert_eq!(grad_of(&w), [1.0, 2.0, 3.0, 1.0, 2.0, 3.0]);
}

#[test]
fn gradients_of_gradients() {
    let cx = Cx::new();
    let x = cx.leaf(&Tensor::scalar(DType::F64, Num::Float(0.3)));
    let y = cx.tanh(&x);
    let one = Tensor::scalar(DType::F64, Num::Float(1.0));
    let first = cx.grads(&[(y, one.clone())], std::slice::from_ref(&x), Recording::Always).expect("smooth");
    let g = first[0].clone().expect("reached");
    let second = cx.grads(&[(g, one)], &[x], Recording::Never).expect("smooth");
    let t = 0.3f64.tanh();
    let want = -2.0 * t * (1.0 - t * t);
    let got = second[0].as_ref().expect("reached").num_at(0).expect("there").to_f64();
    assert!((got - want).abs() < 1e-14, "{got} {want}");
}

#[test]
fn products_add_into_what_is_there() {
    let cx = Cx::new();
    let w = Param::new(&cx, &f32s(&[3, 2], &[1.0, 2.0, 3.0, 4.0, 5.0, 6.0])).expect("plain");
    let x = f32s(&[2, 3], &[1.0, 0.0, 2.0, 1.0, 1.0, 1.0]);
    let mut loss = Tensor::scalar(DType::F32, Num::Int(0));
    for _ in 0..3 {
        let y = cx.matmul(&x, &w.value());
        loss = cx.add(&loss, cx.sum_all(&y));
    }
    cx.backward(&loss, BackwardOptions::default()).expect("tracked");
    assert_eq!(grad_of(&w), [6.0, 6.0, 3.0, 3.0, 9.0, 9.0]);
}

#[test]
fn put_off_work_gives_the_same_numbers() {
    let n = 10_000;
    let values: Vec<f64> = (0..n).map(|i| (i as f64 * 0.37).sin()).collect();
    let run = |put_off: bool| {
        let cx = Cx::new();
        cx.set_put_off(put_off);
        let p = Param::new(&cx, &f32s(&[n], &values)).expect("plain");
        let x = p.value();
        let cube = cx.mul(cx.mul(&x, &x), &x);
        let inner = cx.mul(cx.add(&x, cx.mul(&cube, 0.044715)), 0.79788456);
        let y = cx.mul(cx.mul(&x, 0.5), cx.add(cx.tanh(&inner), 1.0));
        let loss = cx.sum_all(&y);
        let v = loss.num_at(0).expect("there").to_f64();
        cx.backward(&loss, BackwardOptions::default()).expect("tracked");
        p.update(&cx, &SUB, &Operand::Tensor(cx.mul(p.grad().expect("reached"), 0.1))).expect("same shape");
        (v, grad_of(&p), p.data().to_f64s().expect("there"))
    };
    assert_eq!(run(true), run(false));
}

#[test]
fn a_long_chain_ends_without_recursion() {
    let cx = Cx::new();
    let a = Param::new(&cx, &f32s(&[], &[1.0])).expect("plain");
    let mut y = a.value();
    for _ in 0..1_000_000 {
        y = cx.unary(&TANH, &y).expect("smooth");
    }
    cx.backward(&y, BackwardOptions::default()).expect("tracked");
    drop(y);
    assert!(grad_of(&a)[0] >= 0.0);
}

#[test]
fn an_update_waits_for_nobody_and_spoils_nothing() {
    let cx = Cx::new();
    let p = Param::new(&cx, &Tensor::full(DType::F32, Dims::of(&[5000]), Num::Int(2)).expect("fits")).expect("plain");
    let square = cx.mul(p.value(), p.value());
    p.update(&cx, &MUL, &Operand::Num(Num::Float(10.0))).expect("same shape");
    assert_eq!(square.num_at(7).expect("there"), Num::Float(4.0));
    assert_eq!(p.data().num_at(7).expect("there"), Num::Float(20.0));
    cx.backward(&cx.sum_all(&square), BackwardOptions::default()).expect("tracked");
    assert_eq!(grad_of(&p)[..2], [4.0, 4.0]);
}

#[test]
fn small_sums_use_both_operators() {
    let cx = Cx::new();
    let t = f32s(&[2, 2], &[1.0, 2.0, 3.0, 4.0]);
    let r = cx.binary_tn(&ADD, &t, Num::Float(0.5), true).expect("plain");
    assert_eq!(r.to_f64s().expect("there"), [1.5, 2.5, 3.5, 4.5]);
}

/// Single numbers go backwards as words; of the same numbers in tensors of one element the rules make gradients.
#[test]
fn words_have_the_gradients_of_the_rules() {
    let numbers = [1.5, -0.0, 0.0, -2.25, 1e-42, 3e38, -1e30, 1.0 / 3.0, f64::INFINITY, f64::NAN];
    for dtype in [DType::F32, DType::F64] {
        for (op, x, y) in [&ADD, &SUB, &MUL, &DIV]
            .into_iter()
            .flat_map(|op| numbers.into_iter().flat_map(move |x| numbers.into_iter().map(move |y| (op, x, y))))
        {
            let gradients = |dims: &[usize]| -> Vec<u64> {
                let cx = Cx::new();
                let make =
                    |v: f64| Param::new(&cx, &Tensor::from_f64s(dtype, dims, &[v]).expect("fits")).expect("plain");
                let (a, b) = (make(x), make(y));
                // Both operands, one twice, and a host number on either side.
                let both = cx.binary_tt(op, &a.value(), &b.value()).expect("finite shapes");
                let twice = cx.binary_tt(op, &both, &both).expect("the same");
                let right = cx.binary_tn(op, &twice, Num::Float(y), false).expect("the same");
                let left = cx.binary_tn(op, &right, Num::Float(x), true).expect("the same");
                let loss = cx.add(cx.mul(&left, 0.75), &both);
                cx.backward(&loss, BackwardOptions::default()).expect("tracked");
                [a, b].iter().map(|p| grad_of(p)[0]).map(|g| if g.is_nan() { u64::MAX } else { g.to_bits() }).collect()
            };
            assert_eq!(gradients(&[]), gradients(&[1]), "{} of {x} and {y} in {dtype}", op.name);
        }
    }
}

#[test]
fn a_failed_walk_uses_nothing_up() {
    use crate::ops::OpError;
    use std::cell::Cell;
    let cx = Cx::new();
    let a = Param::new(&cx, &f32s(&[], &[3.0])).expect("plain");
    let square = cx.mul(a.value(), a.value());
    let fails = std::rc::Rc::new(Cell::new(true));
    let pull = {
        let fails = fails.clone();
        Box::new(move |_: &Cx, cots: &[Option<Tensor>]| match fails.get() {
            true => Err(OpError::new("TEST", "not yet")),
            false => Ok(vec![cots[0].clone()]),
        })
    };
    let passed =
        cx.custom(&"passes".into(), std::slice::from_ref(&square), vec![square.detach()], pull).expect("one result");
    let loss = cx.add(cx.mul(&passed[0], 2.0), cx.mul(&square, 5.0));
    assert_eq!(cx.backward(&loss, BackwardOptions::default()).expect_err("the function fails").code, "TEST");
    assert!(a.grad().is_none());
    fails.set(false);
    cx.backward(&loss, BackwardOptions::default()).expect("the tape is whole");
    assert_eq!(grad_of(&a), [42.0]);
    let again = cx.backward(&loss, BackwardOptions::default()).expect_err("used up by now");
    assert_eq!(again.code, "TAPE-03");
}

#[test]
fn numbers_that_were_saved_lead_on() {
    let cx = Cx::new();
    let a = Param::new(&cx, &Tensor::from_f64s(DType::F64, &[], &[0.5]).expect("fits")).expect("plain");
    // d/da of a³·tanh(a): twice through what the nodes saved as words.
    let x = a.value();
    let y = cx.mul(cx.mul(cx.mul(&x, &x), &x), cx.tanh(&x));
    let one = Tensor::from_f64s(DType::F64, &[], &[1.0]).expect("fits");
    let first = cx.grads(&[(y, one)], &[x], Recording::Always).expect("tracked");
    cx.backward(first[0].as_ref().expect("reached"), BackwardOptions::default()).expect("tracked");
    let (v, t) = (0.5f64, 0.5f64.tanh());
    let s = 1.0 - t * t;
    let wanted = 6.0 * v * t + 6.0 * v * v * s - 2.0 * v * v * v * t * s;
    assert!((grad_of(&a)[0] - wanted).abs() < 1e-14, "{:?} and not {wanted}", grad_of(&a));
}
