//! Elements left out at random.

use crate::device::DType;
use crate::device::cpu::random::{Philox, bernoulli, blocks};
use crate::ops::layers::{self, bad};
use crate::ops::sample::{Value::*, kink, sample};
use crate::ops::sig::{Default, Param, ParamKind, tensor};
use crate::ops::{Attr, Attrs, Kind, Op, Operand, Outputs, Proof, Result, mul, to};
use crate::tape::Cx;
use crate::tensor::Tensor;

pub const PARAMS: &[Param] = &[
    tensor("input"),
    Param::new("p", ParamKind::Float).or(Default::Float(0.5)),
    Param::new("training", ParamKind::Bool).or(Default::Bool(true)),
];

pub static DROPOUT: Op = Op {
    name: "dropout",
    symbol: None,
    params: PARAMS,
    parts: &[],
    doc: "Each element with probability `p` 0, the others times 1 / (1 - p), so that the mean stays. Without `training` the input as it is.",
    examples: &[
        "dropout([1.0, 2.0], training: false)  # f32[2] [1.0, 2.0]",
        "seed(0); sum(dropout(ones(1000), 0.25) == 0) < 300  # true",
    ],
    kind: Kind::Composite(run),
    vjp: &[],
    samples: &[
        sample(&[Uniform(&[3, 4], -2.0, 2.0), Number(0.5), Bool(false)]),
        sample(&[Strided(&[3, 4], -2.0, 2.0), Number(0.0)]),
        sample(&[Uniform(&[0, 4], -2.0, 2.0), Number(0.3)]),
        sample(&[Uniform(&[3, 4], -2.0, 2.0), Int(0), Bool(true)]),
        sample(&[Uniform(&[3, 4], -2.0, 2.0), Number(1.0)]),
        kink(&[Floats(&[3], &[f64::NAN, f64::INFINITY, 1.0]), Number(1.0)]),
        kink(&[Uniform(&[3, 4], -2.0, 2.0), Number(1.5)]),
        kink(&[Uniform(&[3, 4], -2.0, 2.0), Number(-0.1), Bool(false)]),
    ],
    proof: Proof::Torch("F.dropout(*args)"),
};

/// The probability, or none where nothing is left out.
pub fn probability(x: &Operand, attrs: &Attrs) -> Result<Option<f64>> {
    let p = attrs.float(0);
    if !(0.0..=1.0).contains(&p) {
        return Err(bad(1, p, format!("a probability lies between 0 and 1, this is {p}")));
    }
    Ok((attrs.bool(1) && p > 0.0 && x.to_tensor().numel() > 0).then_some(p))
}

/// Which elements stay, each with probability `1 - p`: 0 or 1 in the dtype and shape of `x`. Not on the tape.
pub fn kept(cx: &Cx, x: &Tensor, p: f64) -> Result<Tensor> {
    let state = cx.take_random(blocks(x.numel(), 4) as u64);
    let kept = Tensor::build::<bool>(x.to_dims(), |dst| {
        bernoulli(Philox { key: state.key }, state.counter as u128, 1.0 - p, dst)
    })?;
    cx.without_grad(|| cx.call1(&to::TO, &[kept.into()], &[Attr::DType(x.dtype())]))
}

fn run(cx: &Cx, args: &[Operand], attrs: &Attrs) -> Result<Outputs> {
    let Some(p) = probability(&args[0], attrs)? else { return Ok(Outputs::One(args[0].to_tensor())) };
    let x = layers::floats(cx, args)?.remove(0).to_tensor();
    debug_assert_ne!(x.dtype(), DType::Bool);
    let kept = kept(cx, &x, p)?;
    let scale = if p < 1.0 { 1.0 / (1.0 - p) } else { 0.0 };
    let noise = cx.without_grad(|| cx.mul(&kept, scale));
    Ok(Outputs::One(cx.binary_tt(&mul::MUL, &x, &noise)?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ops::alpha_dropout::ALPHA_DROPOUT;
    use crate::tensor::{Dims, Num};

    const N: usize = 200_000;

    fn draw(op: &'static Op, x: &Tensor, p: f64) -> Vec<f64> {
        let cx = Cx::new();
        cx.seed(11);
        let attrs = [Attr::Float(p), Attr::Bool(true)];
        cx.call1(op, &[x.into()], &attrs).and_then(|y| y.to_f64s()).expect("fits")
    }

    /// The mean of some numbers and its distance from `want`, in deviations of the mean.
    fn off(values: impl Iterator<Item = f64>, want: f64) -> f64 {
        let all: Vec<f64> = values.collect();
        let n = all.len() as f64;
        let mean = all.iter().sum::<f64>() / n;
        let var = all.iter().map(|x| (x - mean) * (x - mean)).sum::<f64>() / n;
        (mean - want).abs() / (var / n).sqrt().max(1e-12)
    }

    #[test]
    fn as_many_are_left_out_as_asked_for_and_the_mean_stays() {
        for dtype in [DType::F64, DType::F32, DType::BF16] {
            let x = Tensor::full(dtype, Dims::of(&[N]), Num::Float(1.0)).expect("fits");
            for p in [0.1, 0.5, 0.875] {
                let y = draw(&DROPOUT, &x, p);
                let scale = y.iter().fold(0.0f64, |m, &v| m.max(v));
                assert!((scale * (1.0 - p) - 1.0).abs() < 5e-3, "{scale}");
                assert!(y.iter().all(|&v| v == 0.0 || v == scale));
                assert!(off(y.iter().map(|&v| (v == 0.0) as u8 as f64), p) < 4.0);
                // Neighbours know nothing of each other.
                let both = y.windows(2).map(|w| (w[0] == 0.0 && w[1] == 0.0) as u8 as f64);
                assert!(off(both, p * p) < 5.0);
            }
        }
    }

    #[test]
    fn alpha_dropout_keeps_mean_and_variance() {
        let cx = Cx::new();
        cx.seed(5);
        let size = Attr::Ints(std::rc::Rc::from([N as i64]));
        let normal = cx.call1(&crate::ops::randn::RANDN, &[], &[size, Attr::DType(DType::F64), Attr::None]);
        let x = normal.expect("fits");
        for p in [0.2, 0.6] {
            let y = draw(&ALPHA_DROPOUT, &x, p);
            assert!(off(y.iter().copied(), 0.0) < 4.0);
            assert!(off(y.iter().map(|v| v * v), 1.0) < 4.0);
            // What is left out has one value.
            let mut sorted = y.clone();
            sorted.sort_by(f64::total_cmp);
            let most = sorted.chunk_by(|a, b| a == b).map(<[f64]>::len).max().unwrap_or(0);
            assert!((most as f64 / N as f64 - p).abs() < 0.01);
        }
    }
}
