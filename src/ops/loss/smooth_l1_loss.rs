//! Distances that are smooth around zero.

use crate::device::cpu::tile::{Tiles, tiles};
use crate::ops::abs::ABS;
use crate::ops::clamp::CLAMP;
use crate::ops::infer::broadcast_all;
use crate::ops::losses::{Common, REDUCTION, Reduction, bad_number};
use crate::ops::parts::part;
use crate::ops::sample::{Value::*, kink, sample};
use crate::ops::sig::{Default, Param, ParamKind, X, tensor};
use crate::ops::sub::SUB;
use crate::ops::{Attrs, Domain, Grad, Kind, Needs, Op, Operand, Outputs, Proof, Result};
use crate::tape::{Cx, Saved};
use crate::tensor::Tensor;

pub static SMOOTH_L1_LOSS: Op = Op {
    name: "smooth_l1_loss",
    symbol: None,
    params: &[
        tensor("input"),
        tensor("target"),
        REDUCTION,
        Param::new("beta", ParamKind::Float).or(Default::Float(1.0)),
    ],
    parts: &[],
    doc: "The absolute difference of two tensors less half of `beta`, and below a difference of `beta` half its square divided by `beta`. With a `beta` of 0 it is `l1_loss`.",
    examples: &[
        "smooth_l1_loss([0.5, 3.0], 0.0, reduction: \"none\")  # f32[2] [0.125, 2.5]",
        "smooth_l1_loss([0.5, 3.0], 0.0, beta: 2.0, reduction: \"none\")  # f32[2] [0.0625, 2.0]",
    ],
    kind: Kind::Composite(run),
    vjp: &[],
    samples: &[
        sample(&[Uniform(&[3, 4], -2.0, 2.0), Uniform(&[3, 4], -2.0, 2.0)]),
        sample(&[Uniform(&[3, 4], -2.0, 2.0), Strided(&[3, 4], -2.0, 2.0), Str("sum")]),
        sample(&[Uniform(&[3, 4], -2.0, 2.0), Uniform(&[3, 4], -2.0, 2.0), Str("none"), Number(0.517)]),
        sample(&[Uniform(&[], -2.0, 2.0), Uniform(&[], -2.0, 2.0)]),
        sample(&[Uniform(&[3, 4], -2.0, 2.0), Uniform(&[4], -2.0, 2.0), Str("mean"), Number(1.53)]),
        sample(&[Uniform(&[3, 4], -2.0, 2.0), Uniform(&[3, 4], -2.0, 2.0), Str("none"), Int(0)]),
        kink(&[
            Floats(&[6], &[2.0, -2.0, 0.0, f64::NAN, f64::INFINITY, -1e30]),
            Floats(&[6], &[0.0; 6]),
            Str("none"),
            Int(2),
        ]),
        kink(&[Uniform(&[0], -2.0, 2.0), Uniform(&[0], -2.0, 2.0)]),
        kink(&[Uniform(&[2], -2.0, 2.0), Uniform(&[2], -2.0, 2.0), Str("mean"), Number(-1.0)]),
    ],
    proof: Proof::Torch(
        "F.smooth_l1_loss(args[0], args[1], reduction=args[2] if len(args) > 2 else 'mean', beta=args[3] if len(args) > 3 else 1.0)",
    ),
};

/// Of a difference and beta.
static EACH: Op = part(
    "smooth_l1",
    &[X, tensor("beta")],
    &TILES,
    Domain::Float,
    &[Grad::Rule(Needs::IN0.and(Needs::IN1), gradient), Grad::None("beta is a constant")],
);
static TILES: Tiles = tiles!("smooth_l1",
    cuda: "ABS(x) < y ? T(0.5) * x * x / y : ABS(x) - T(0.5) * y",
    real: |x, y| R::select(x.abs() < y, R::lit(0.5) * x * x / y, x.abs() - R::lit(0.5) * y));

fn gradient(cx: &Cx, s: &Saved, g: &Tensor) -> Tensor {
    let scaled = cx.div(s.input(0), s.input(1));
    cx.mul(g, cx.run(&CLAMP, &[scaled.into(), (-1.0).into(), 1.0.into()], &[]))
}

fn run(cx: &Cx, args: &[Operand], attrs: &Attrs) -> Result<Outputs> {
    let (reduction, beta) = (Reduction::of(attrs, 0, 2)?, attrs.float(1));
    if beta.is_nan() || beta < 0.0 {
        return Err(bad_number(3, beta, "beta is at least 0"));
    }
    broadcast_all("smooth_l1_loss", args)?;
    let c = Common::floats(cx, args)?;
    let difference = cx.binary(&SUB, &c.args[0], &c.args[1])?;
    let loss = match beta {
        0.0 => cx.unary(&ABS, &difference)?,
        _ => cx.binary(&EACH, &difference.into(), &beta.into())?,
    };
    c.result(cx, reduction.apply(cx, loss)?)
}
