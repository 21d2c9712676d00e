use super::{BackwardOptions, Cx, Param, backward::Recording};
use crate::device::DType;
use crate::ops::{Operand, add::ADD, mul::MUL, sub::SUB, tanh::TANH};
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
