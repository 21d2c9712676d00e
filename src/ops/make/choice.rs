//! Elements drawn at random.

use crate::device::DType;
use crate::ops::index::Item;
use crate::ops::infer::{describe, sizes};
use crate::ops::joining::reshaped;
use crate::ops::sig::{Default, Param, ParamKind, X};
use crate::ops::{Attr, Attrs, Kind, Op, OpError, Operand, Outputs, Proof, Result, multinomial, permutation, randint};
use crate::tape::Cx;
use crate::tensor::{Num, Tensor};

pub static CHOICE: Op = Op {
    name: "choice",
    symbol: None,
    params: &[
        X,
        Param::new("size", ParamKind::Ints).or(Default::None),
        Param::new("replace", ParamKind::Bool).or(Default::Bool(true)),
        Param::new("p", ParamKind::OptTensor).or(Default::None),
    ],
    parts: &[],
    doc: "Random elements of the first dimension of `x`, or of the integers from 0 up to an int: as many as `size` says, one without it. Each can be drawn again, unless `replace` is false; `p` gives each a probability.",
    examples: &[
        "choice([7, 7], 3)  # i64[3] [7, 7, 7]",
        "choice(4, 2, p: [0, 0, 1, 0])  # i64[2] [2, 2]",
        "choice(1)  # 0",
    ],
    kind: Kind::Composite(run),
    vjp: &[],
    samples: &[],
    proof: Proof::Other("random; its tests of frequencies"),
};

fn run(cx: &Cx, args: &[Operand], attrs: &Attrs) -> Result<Outputs> {
    let x = args[0].to_tensor();
    let (n, ints) = match x.dims().first() {
        Some(&n) => (n, false),
        None => match (x.dtype(), x.num_at(0)?) {
            (DType::I64, Num::Int(n)) if n >= 0 => (n as usize, true),
            _ => {
                return Err(OpError::new("VALUE-12", "choice draws from a tensor with dimensions, or from an int")
                    .at(0, describe(&args[0])));
            }
        },
    };
    let size = sizes(attrs.opt_ints(0).unwrap_or(&[]), 1)?;
    let count = Tensor::shape_of(DType::I64, size)?.numel();
    let replace = attrs.bool(1);
    let possible = if replace { if n == 0 { 0 } else { usize::MAX } } else { n };
    let p = match &args[1] {
        Operand::None => None,
        given => Some(probabilities(cx, given, n, if replace { 1 } else { count })?),
    };
    if count > possible {
        let how = if n == 0 {
            "nothing can be drawn from no elements".into()
        } else {
            format!("no {count} of {n} can be drawn without drawing one again")
        };
        return Err(OpError::new("VALUE-12", how).at(0, describe(&args[0])).at(1, format!("{size}, {count} elements")));
    }
    let places = if count == 0 {
        Tensor::empty_dims(DType::I64, size)?
    } else if let Some(p) = p {
        let drawn =
            cx.call1(&multinomial::MULTINOMIAL, &[p.into()], &[Attr::Int(count as i64), Attr::Bool(replace)])?;
        reshaped(cx, &drawn, &size)?
    } else if replace {
        let size = crate::ops::rules::sizes(&size);
        cx.call1(&randint::RANDINT, &[], &[Attr::Int(0), Attr::Int(n as i64), size, Attr::None, Attr::None])?
    } else {
        let order = cx.call1(&permutation::PERMUTATION, &[], &[Attr::Int(n as i64), Attr::None])?;
        reshaped(cx, &cx.try_narrow(&order, 0, 0, count)?, &size)?
    };
    Ok(Outputs::One(if ints { places } else { cx.index(&x, &[Item::Tensor(places)])? }))
}

/// Argument 3 for `n` elements, of which at least `needed` can be drawn.
fn probabilities(cx: &Cx, given: &Operand, n: usize, needed: usize) -> Result<Tensor> {
    let p = given.to_tensor().detach();
    if p.dims() != [n] {
        return Err(OpError::new("SHAPE-14", format!("there are {n} elements, so {n} probabilities are needed"))
            .at(3, describe(given)));
    }
    crate::ops::making::refuse_any(cx, &p, 3, "a probability lies between 0 and 1", |v| !(0.0..=1.0).contains(&v))?;
    let all = p.to_f64s()?;
    let sum: f64 = all.iter().sum();
    // As exact as half of the dtype's digits.
    let allowed = match p.dtype() {
        DType::F64 => 1.5e-8,
        DType::F16 => 0.032,
        DType::BF16 => 0.089,
        _ => 3.5e-4,
    };
    if (sum - 1.0).abs() > allowed {
        return Err(OpError::new("VALUE-12", format!("probabilities sum to 1, these to {sum}"))
            .at(3, describe(given))
            .help("divide them by their sum: p / sum(p)"));
    }
    let there = all.iter().filter(|v| **v > 0.0).count();
    if there < needed {
        return Err(OpError::new(
            "VALUE-12",
            format!("only {there} elements have a probability, too few to draw {needed}"),
        )
        .at(3, describe(given)));
    }
    Ok(p)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ops::making::tests::off;
    use crate::ops::shuffle::SHUFFLE;
    use crate::tensor::Dims;

    fn ints(list: &[i64]) -> Tensor {
        Tensor::from_nums(DType::I64, Dims::of(&[list.len()]), list.iter().map(|&i| Num::Int(i))).expect("fits")
    }

    fn share(drawn: impl Iterator<Item = bool>, want: f64) -> f64 {
        off(&drawn.map(|hit| hit as u8 as f64).collect::<Vec<_>>(), want)
    }

    #[test]
    fn all_are_drawn_as_often_or_as_p_says() {
        let cx = Cx::new();
        cx.seed(8);
        let x = ints(&[10, 20, 30]);
        let p = Tensor::from_f64s(DType::F32, &[3], &[0.25, 0.0, 0.75]).expect("fits");
        for (p, want) in [(Operand::None, [1.0 / 3.0; 3]), (p.into(), [0.25, 0.0, 0.75])] {
            let y = cx.call1(&CHOICE, &[(&x).into(), p], &[Attr::Int(50_000), Attr::Bool(true)]).expect("fits");
            for (k, want) in want.iter().enumerate() {
                assert!(share(y.slice::<i64>().iter().map(|&v| v == 10 * (k as i64 + 1)), *want) < 4.0);
            }
        }
    }

    #[test]
    fn without_replacing_none_comes_twice_and_orders_are_equally_likely() {
        let cx = Cx::new();
        cx.seed(9);
        let x = ints(&[0, 1, 2]);
        let (mut chosen, mut shuffled) = (Vec::new(), Vec::new());
        for _ in 0..6000 {
            let pair =
                cx.call1(&CHOICE, &[(&x).into(), Operand::None], &[Attr::Int(2), Attr::Bool(false)]).expect("fits");
            chosen.push(pair.slice::<i64>().to_vec());
            let order = cx.call1(&SHUFFLE, &[(&x).into()], &[]).expect("fits");
            shuffled.push(order.slice::<i64>().to_vec());
        }
        for order in [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]] {
            assert!(share(shuffled.iter().map(|s| *s == order), 1.0 / 6.0) < 4.5);
            assert!(share(chosen.iter().map(|s| *s == order[..2]), 1.0 / 6.0) < 4.5);
        }
    }

    #[test]
    fn what_cannot_be_drawn_is_refused() {
        let cx = Cx::new();
        let refused = |x: Operand, p: Operand, size: i64, replace: bool| {
            cx.call1(&CHOICE, &[x, p], &[Attr::Int(size), Attr::Bool(replace)]).expect_err("refused").code
        };
        let p = |v: &[f64]| Operand::Tensor(Tensor::from_f64s(DType::F64, &[v.len()], v).expect("fits"));
        assert_eq!(refused(3.into(), Operand::None, 4, false), "VALUE-12");
        assert_eq!(refused(0.into(), Operand::None, 1, true), "VALUE-12");
        assert_eq!(refused(1.5.into(), Operand::None, 1, true), "VALUE-12");
        assert_eq!(refused(2.into(), p(&[0.5, 0.4]), 1, true), "VALUE-12");
        assert_eq!(refused(2.into(), p(&[1.0, 0.0]), 2, false), "VALUE-12");
        assert_eq!(refused(2.into(), p(&[1.0]), 1, true), "SHAPE-14");
    }
}
