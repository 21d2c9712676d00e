//! Elements left out at random, for networks of selu.

use crate::ops::dropout::{PARAMS, kept, probability};
use crate::ops::layers;
use crate::ops::sample::{Value::*, kink, sample};
use crate::ops::sig::{Default, Param, ParamKind, tensor};
use crate::ops::{Attrs, Kind, Op, Operand, Outputs, Proof, Result, add, mul};
use crate::tape::Cx;

pub static ALPHA_DROPOUT: Op = Op {
    name: "alpha_dropout",
    symbol: None,
    params: &[
        tensor("input"),
        Param::new("p", ParamKind::Float).or(Default::Float(0.5)),
        Param::new("training", ParamKind::Bool).or(Default::Bool(false)),
    ],
    parts: &[],
    doc: "Each element with probability `p` replaced by the smallest value of `selu`; then all scaled and moved so that mean 0 and variance 1 stay. Without `training` the input as it is.",
    examples: &["alpha_dropout([1.0, 2.0], 0.5)  # f32[2] [1.0, 2.0]"],
    kind: Kind::Composite(run),
    vjp: &[],
    samples: &[
        sample(&[Uniform(&[3, 4], -2.0, 2.0), Number(0.5), Bool(false)]),
        sample(&[Strided(&[3, 4], -2.0, 2.0), Number(0.0), Bool(true)]),
        sample(&[Uniform(&[3, 4], -2.0, 2.0)]),
        sample(&[Uniform(&[], -2.0, 2.0), Number(0.5), Bool(false)]),
        sample(&[Uniform(&[3, 4], -2.0, 2.0), Number(1.0), Bool(true)]),
        kink(&[Floats(&[2], &[f64::NAN, 1.0]), Number(1.0), Bool(true)]),
        kink(&[Uniform(&[3, 4], -2.0, 2.0), Number(1.5), Bool(true)]),
    ],
    proof: Proof::Torch("F.alpha_dropout(*args)"),
};

/// `selu`'s scale times its alpha.
const ALPHA: f64 = 1.7580993408473766;

fn run(cx: &Cx, args: &[Operand], attrs: &Attrs) -> Result<Outputs> {
    debug_assert_eq!(PARAMS.len(), 3);
    let Some(p) = probability(&args[0], attrs)? else { return Ok(Outputs::One(args[0].to_tensor())) };
    let x = layers::floats(cx, args)?.remove(0).to_tensor();
    if p == 1.0 {
        return Ok(Outputs::One(cx.binary(&mul::MUL, &x.into(), &0.0.into())?));
    }
    let scale = 1.0 / ((ALPHA * ALPHA * p + 1.0) * (1.0 - p)).sqrt();
    let kept = kept(cx, &x, p)?;
    // What is left out becomes -alpha, then all is scaled and its mean taken off.
    let (factor, summand) = cx.without_grad(|| {
        let summand = cx.add(cx.mul(cx.sub(&kept, 1.0), ALPHA * scale), ALPHA * scale * p);
        (cx.mul(&kept, scale), summand)
    });
    let scaled = cx.binary_tt(&mul::MUL, &x, &factor)?;
    Ok(Outputs::One(cx.binary_tt(&add::ADD, &scaled, &summand)?))
}
