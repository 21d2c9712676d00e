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
