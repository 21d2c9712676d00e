//! The loss of a distance that is to be small or large.

use crate::ops::add::ADD;
use crate::ops::infer::broadcast_all;
use crate::ops::losses::{Common, REDUCTION, Reduction, hinge};
use crate::ops::ne::NE;
use crate::ops::sample::{Value::*, kink, sample};
use crate::ops::sig::{Default, Param, ParamKind, tensor};
use crate::ops::sub::SUB;
use crate::ops::where_::WHERE;
use crate::ops::{Attrs, Kind, Op, Operand, Outputs, Proof, Result};
use crate::tape::Cx;

pub static HINGE_EMBEDDING_LOSS: Op = Op {
    name: "hinge_embedding_loss",
    symbol: None,
    params: &[
        tensor("input"),
        tensor("target"),
        Param::new("margin", ParamKind::Float).or(Default::Float(1.0)),
        REDUCTION,
    ],
    parts: &[],
    doc: "`input`, a distance, where `target` is 1, and where it is -1 what the distance lacks of `margin`. Another target counts both.",
    examples: &[
        "hinge_embedding_loss([0.25, 0.25, 3.0], [1, -1, -1], reduction: \"none\")  # f32[3] [0.25, 0.75, 0.0]",
    ],
    kind: Kind::Composite(run),
    vjp: &[],
    samples: &[
        sample(&[Uniform(&[2, 3], -2.0, 2.0), Ints(&[2, 3], &[1, -1, -1, 1, 1, -1])]),
        sample(&[Uniform(&[], -2.0, 2.0), Ints(&[], &[-1])]),
        sample(&[Strided(&[4, 1], -2.0, 2.0), Ints(&[3], &[1, -1, -1]), Number(0.53)]),
        kink(&[Uniform(&[0], -2.0, 2.0), Ints(&[0], &[])]),
        sample(&[Strided(&[2, 3], -2.0, 2.0), Ints(&[3], &[1, -1, -1]), Number(0.53), Str("none")]),
        sample(&[Uniform(&[4], -2.0, 2.0), Ints(&[4], &[1, -1, 0, 2]), Number(1.52), Str("sum")]),
        sample(&[Uniform(&[4], -2.0, 2.0), Floats(&[4], &[1.0, -1.0, 0.5, 0.0]), Number(-1.0), Str("none")]),
        kink(&[Floats(&[4], &[1.0, 1.0, f64::NAN, f64::INFINITY]), Ints(&[4], &[1, -1, -1, -1]), Int(1), Str("none")]),
    ],
    proof: Proof::Torch(
        "F.hinge_embedding_loss(args[0], args[1], margin=args[2] if len(args) > 2 else 1.0, reduction=args[3] if len(args) > 3 else 'mean')",
    ),
};

fn run(cx: &Cx, args: &[Operand], attrs: &Attrs) -> Result<Outputs> {
    let reduction = Reduction::of(attrs, 1, 3)?;
    broadcast_all("hinge_embedding_loss", args)?;
    let c = Common::floats(cx, args)?;
    let (x, y) = (&c.args[0], &c.args[1]);
    let short = hinge(cx, &cx.binary(&SUB, &attrs.float(0).into(), x)?)?;
    let unless = |target: f64, value: Operand| {
        cx.call1(&WHERE, &[cx.binary(&NE, y, &target.into())?.into(), value, 0.0.into()], &[])
    };
    let loss = cx.binary_tt(&ADD, &unless(1.0, short.into())?, &unless(-1.0, x.clone())?)?;
    c.result(cx, reduction.apply(cx, loss)?)
}
