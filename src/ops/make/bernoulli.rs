//! Ones with given probabilities.

use crate::device::DType;
use crate::device::cpu::random::{self, Philox, blocks};
use crate::ops::infer::describe;
use crate::ops::making::{Spread, random, refuse_any};
use crate::ops::sig::{Default, Param, ParamKind, X};
use crate::ops::{Attrs, Cuda, Grad, Kind, Op, OpError, Outputs, Proof, Result, infer};
use crate::tape::Cx;
use crate::tensor::Tensor;

pub static BERNOULLI: Op = Op {
    name: "bernoulli",
    symbol: None,
    params: &[X, Param::new("p", ParamKind::Float).or(Default::None)],
    parts: &[],
    doc: "Each element 1 with the probability that `x` holds there, else 0, in the dtype of `x`; with `p` that is the probability everywhere. A draw has no gradient.",
    examples: &["bernoulli([0.0, 1.0])  # f32[2] [0.0, 1.0]", "sum(bernoulli(zeros(1000), 0.25)) < 400  # true"],
    kind: Kind::Whole { infer: infer::same, run, cuda: Cuda::ToCome },
    vjp: &[Grad::None("a draw of 0 or 1 does not change smoothly with its probability")],
    samples: &[],
    proof: Proof::Other("random; its tests of moments"),
};

fn run(cx: &Cx, args: &[Tensor], attrs: &Attrs) -> Result<Outputs> {
    let x = &args[0];
    let state = |n: usize| cx.take_random(blocks(n, 4) as u64);
    let drawn = match attrs.opt_float(0) {
        Some(p) if !(0.0..=1.0).contains(&p) => {
            return Err(OpError::new("VALUE-12", format!("a probability lies between 0 and 1, this is {p}"))
                .at(1, format!("{p}")));
        }
        Some(p) => {
            let state = state(x.numel());
            Tensor::build::<bool>(x.to_dims(), |dst| {
                random::bernoulli(Philox { key: state.key }, state.counter as u128, p, dst);
            })?
        }
        None => {
            if !x.dtype().is_float() {
                return Err(OpError::new("TYPE-10", format!("probabilities are floats, not {}", x.dtype()))
                    .at(0, describe(&x.into())));
            }
            refuse_any(cx, x, 0, "a probability lies between 0 and 1", |p| !(0.0..=1.0).contains(&p))?;
            let dtype = if x.dtype() == DType::F64 { DType::F64 } else { DType::F32 };
            let uniform = random(cx, Spread::Uniform(0.0, 1.0), dtype, x.to_dims(), 0)?;
            cx.without_grad(|| cx.cast(x, dtype).map(|p| cx.lt(&uniform, &p)))?
        }
    };
    Ok(Outputs::One(cx.without_grad(|| cx.cast(&drawn, x.dtype()))?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ops::Attr;
    use crate::ops::making::tests::off;
    use crate::tensor::{Dims, Num};

    #[test]
    fn ones_are_as_frequent_as_asked_for() {
        let cx = Cx::new();
        cx.seed(3);
        for dtype in [DType::F64, DType::F32, DType::BF16, DType::F16] {
            for p in [0.0, 0.125, 0.5, 0.875, 1.0] {
                let x = Tensor::full(dtype, Dims::of(&[100_000]), Num::Float(p)).expect("fits");
                for attr in [Attr::None, Attr::Float(p)] {
                    let y = cx.call1(&BERNOULLI, &[(&x).into()], &[attr]).expect("fits");
                    assert_eq!(y.dtype(), dtype);
                    let y = y.to_f64s().expect("fits");
                    assert!(y.iter().all(|&v| v == 0.0 || v == 1.0));
                    assert!(off(&y, p) < 4.5, "{dtype} {p}");
                }
            }
        }
    }

    #[test]
    fn what_is_no_probability_is_refused() {
        let cx = Cx::new();
        for p in [-0.1, 1.1, f64::NAN] {
            let x = Tensor::full(DType::F32, Dims::of(&[2]), Num::Float(p)).expect("fits");
            for attr in [Attr::None, Attr::Float(p)] {
                assert_eq!(cx.call1(&BERNOULLI, &[(&x).into()], &[attr]).expect_err("refused").code, "VALUE-12");
            }
        }
    }
}
