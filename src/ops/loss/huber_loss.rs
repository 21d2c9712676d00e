//! Squared differences that go on as straight lines.

use crate::device::cpu::tile::{Tiles, tiles};
use crate::ops::clamp::CLAMP;
use crate::ops::infer::broadcast_all;
use crate::ops::losses::{Common, REDUCTION, Reduction, WEIGHT, bad_number, same_shape};
use crate::ops::mul::MUL;
use crate::ops::parts::part;
use crate::ops::sample::{Value::*, kink, sample};
use crate::ops::sig::{Default, Param, ParamKind, X, tensor};
use crate::ops::sub::SUB;
use crate::ops::{Attrs, Domain, Grad, Kind, Needs, Op, Operand, Outputs, Proof, Result};
use crate::tape::{Cx, Saved};
use crate::tensor::Tensor;

pub static HUBER_LOSS: Op = Op {
    name: "huber_loss",
    symbol: None,
    params: &[
        tensor("input"),
        tensor("target"),
        REDUCTION,
        Param::new("delta", ParamKind::Float).or(Default::Float(1.0)),
        WEIGHT,
    ],
    parts: &[],
    doc: "Half the squared difference of two tensors, and beyond a difference of `delta` the straight line that goes on from there: outliers pull no harder than `delta`. Elements may have weights; as in torch the mean still divides by the number of elements.",
    examples: &[
        "huber_loss([0.5, 3.0], 0.0, reduction: \"none\")  # f32[2] [0.125, 2.5]",
        "huber_loss([0.5, 3.0], 0.0, delta: 2.0, reduction: \"none\")  # f32[2] [0.125, 4.0]",
    ],
    kind: Kind::Composite(run),
    vjp: &[],
    samples: &[
        sample(&[Uniform(&[3, 4], -2.0, 2.0), Uniform(&[3, 4], -2.0, 2.0)]),
        sample(&[Uniform(&[3, 4], -2.0, 2.0), Strided(&[3, 4], -2.0, 2.0), Str("sum")]),
        sample(&[Uniform(&[3, 4], -2.0, 2.0), Uniform(&[3, 4], -2.0, 2.0), Str("none"), Number(0.517)]),
        sample(&[Uniform(&[], -2.0, 2.0), Uniform(&[], -2.0, 2.0)]),
        sample(&[Uniform(&[3, 4], -2.0, 2.0), Uniform(&[4], -2.0, 2.0), Str("mean"), Number(1.53)]),
        sample(&[
            Uniform(&[3, 4], -2.0, 2.0),
            Uniform(&[3, 4], -2.0, 2.0),
            Str("mean"),
            Number(0.77),
            Uniform(&[3, 4], 0.5, 2.0),
        ]),
        sample(&[
            Uniform(&[4], -2.0, 2.0),
            Uniform(&[4], -2.0, 2.0),
            Str("none"),
            Number(0.77),
            Uniform(&[4], 0.5, 2.0),
        ]),
        kink(&[
            Floats(&[6], &[2.0, -2.0, 0.0, f64::NAN, f64::INFINITY, -1e30]),
            Floats(&[6], &[0.0; 6]),
            Str("none"),
            Int(2),
        ]),
        kink(&[Uniform(&[0], -2.0, 2.0), Uniform(&[0], -2.0, 2.0)]),
        kink(&[Uniform(&[2], -2.0, 2.0), Uniform(&[2], -2.0, 2.0), Str("mean"), Number(0.0)]),
    ],
    proof: Proof::Torch(
        "F.huber_loss(args[0], args[1], reduction=args[2] if len(args) > 2 else 'mean', delta=args[3] if len(args) > 3 else 1.0, weight=args[4] if len(args) > 4 else None)",
    ),
};

/// Of a difference and delta.
static EACH: Op = part(
    "huber",
    &[X, tensor("delta")],
    &TILES,
    Domain::Float,
    &[Grad::Rule(Needs::IN0.and(Needs::IN1), gradient), Grad::None("delta is a constant")],
);
static TILES: Tiles = tiles!("huber",
    cuda: "ABS(x) > y ? y * (ABS(x) - T(0.5) * y) : T(0.5) * x * x",
    real: |x, y| R::select(x.abs() > y, y * (x.abs() - R::lit(0.5) * y), R::lit(0.5) * x * x));

fn gradient(cx: &Cx, s: &Saved, g: &Tensor) -> Tensor {
    let Operand::Num(delta) = s.input(1) else { unreachable!("delta is a host number") };
    let bounds = [s.input(0), (-delta.to_f64()).into(), delta.to_f64().into()];
    cx.mul(g, cx.run(&CLAMP, &bounds, &[]))
}

fn run(cx: &Cx, args: &[Operand], attrs: &Attrs) -> Result<Outputs> {
    let (reduction, delta) = (Reduction::of(attrs, 0, 2)?, attrs.float(1));
    if delta.is_nan() || delta <= 0.0 {
        return Err(bad_number(3, delta, "delta is a positive number"));
    }
    broadcast_all("huber_loss", &args[..2])?;
    let c = Common::floats(cx, args)?;
    let difference = cx.binary(&SUB, &c.args[0], &c.args[1])?;
    let loss = cx.binary(&EACH, &difference.into(), &delta.into())?;
    let loss = match &c.args[2] {
        Operand::None => loss,
        weight => {
            same_shape((&args[0], 0), (&args[2], 4), "each element of the input needs a weight")?;
            cx.binary(&MUL, &loss.into(), weight)?
        }
    };
    c.result(cx, reduction.apply(cx, loss)?)
}
