//! The loss of two classes, 1 and -1.

use crate::ops::infer::broadcast_all;
use crate::ops::losses::{Common, REDUCTION, Reduction, SOFTPLUS};
use crate::ops::mul::MUL;
use crate::ops::neg::NEG;
use crate::ops::sample::{Value::*, kink, sample};
use crate::ops::sig::tensor;
use crate::ops::{Attrs, Kind, Op, Operand, Outputs, Proof, Result};
use crate::tape::Cx;

pub static SOFT_MARGIN_LOSS: Op = Op {
    name: "soft_margin_loss",
    symbol: None,
    params: &[tensor("input"), tensor("target"), REDUCTION],
    parts: &[],
    doc: "`log(1 + exp(-target * input))` for targets 1 and -1. Unlike torch's it does not overflow for large scores, nor does its gradient.",
    examples: &[
        "soft_margin_loss([0.0, 2.0], [1, -1], reduction: \"none\")  # f32[2] [0.6931, 2.1269]",
        "soft_margin_loss([-1000.0], [1])  # 1000.0",
    ],
    kind: Kind::Composite(run),
    vjp: &[],
    samples: &[
        sample(&[Uniform(&[2, 3], -2.0, 2.0), Ints(&[2, 3], &[1, -1, -1, 1, 1, -1])]),
        sample(&[Strided(&[2, 3], -2.0, 2.0), Uniform(&[2, 3], -2.0, 2.0), Str("none")]),
        sample(&[Uniform(&[4], -20.0, 20.0), Floats(&[4], &[1.0, -1.0, 0.5, -2.0]), Str("sum")]),
        sample(&[Uniform(&[], -2.0, 2.0), Ints(&[], &[-1])]),
        kink(&[Floats(&[3], &[0.0, f64::NAN, f64::INFINITY]), Ints(&[3], &[1, 1, 1]), Str("none")]),
        kink(&[Uniform(&[0], -2.0, 2.0), Ints(&[0], &[])]),
    ],
    proof: Proof::Torch(
        "F.soft_margin_loss(args[0], args[1].detach(), reduction=args[2] if len(args) > 2 else 'mean')",
    ),
};

fn run(cx: &Cx, args: &[Operand], attrs: &Attrs) -> Result<Outputs> {
    let reduction = Reduction::of(attrs, 0, 2)?;
    broadcast_all("soft_margin_loss", args)?;
    let c = Common::floats(cx, args)?;
    let wrong = cx.unary(&NEG, &cx.binary(&MUL, &c.args[0], &c.args[1])?)?;
    c.result(cx, reduction.apply(cx, cx.unary(&SOFTPLUS, &wrong)?)?)
}
