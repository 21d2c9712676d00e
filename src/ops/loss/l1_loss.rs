//! Distances.

use crate::ops::abs::ABS;
use crate::ops::infer::broadcast_all;
use crate::ops::losses::{Common, REDUCTION, Reduction, WEIGHT, weighted};
use crate::ops::sample::{Value::*, kink, sample};
use crate::ops::sig::tensor;
use crate::ops::sub::SUB;
use crate::ops::{Attrs, Domain, Kind, Op, Operand, Outputs, Proof, Result};
use crate::tape::Cx;

pub static L1_LOSS: Op = Op {
    name: "l1_loss",
    symbol: None,
    params: &[tensor("input"), tensor("target"), REDUCTION, WEIGHT],
    parts: &[],
    doc: "The mean of the absolute differences of two tensors; their sum, or each of them, with `reduction: \"sum\"` or `\"none\"`. Elements may have weights, which the mean counts.",
    examples: &["l1_loss([1.0, 2.0], [1.0, 4.0])  # 1.0", "l1_loss([1.0, 2.0], [1.0, 4.0], weight: [3.0, 1.0])  # 0.5"],
    kind: Kind::Composite(run),
    vjp: &[],
    samples: &[
        sample(&[Uniform(&[3, 4], -2.0, 2.0), Uniform(&[3, 4], -2.0, 2.0)]),
        sample(&[Uniform(&[3, 4], -2.0, 2.0), Strided(&[3, 4], -2.0, 2.0), Str("sum")]),
        sample(&[Uniform(&[3, 4], -2.0, 2.0), Uniform(&[3, 4], -2.0, 2.0), Str("none")]),
        sample(&[Uniform(&[], -2.0, 2.0), Uniform(&[], -2.0, 2.0)]),
        sample(&[Uniform(&[3, 4], -2.0, 2.0), Uniform(&[4], -2.0, 2.0)]),
        sample(&[Uniform(&[3, 4], -2.0, 2.0), Uniform(&[3, 4], -2.0, 2.0), Str("mean"), Uniform(&[3, 4], 0.5, 2.0)]),
        sample(&[Uniform(&[5], -2.0, 2.0), Uniform(&[5], -2.0, 2.0), Str("sum"), Ints(&[5], &[1, 2, 0, 3, 1])]),
        sample(&[Strided(&[2, 3], -2.0, 2.0), Uniform(&[3], -2.0, 2.0), Str("none"), Uniform(&[2, 3], 0.5, 2.0)]),
        kink(&[Floats(&[3], &[1.0, f64::INFINITY, -0.0]), Floats(&[3], &[1.0, 3.0, 0.0])]),
        kink(&[Uniform(&[0], -2.0, 2.0), Uniform(&[0], -2.0, 2.0)]),
        kink(&[Uniform(&[2], -2.0, 2.0), Uniform(&[2], -2.0, 2.0), Str("mean"), Floats(&[2], &[0.0, 0.0])]),
        kink(&[Ints(&[3], &[1, 2, 3]), Ints(&[3], &[1, 4, 0]), Str("sum")]),
    ],
    proof: Proof::Torch(
        "F.l1_loss(args[0], args[1], reduction=args[2] if len(args) > 2 else 'mean', weight=args[3] if len(args) > 3 else None)",
    ),
};

fn run(cx: &Cx, args: &[Operand], attrs: &Attrs) -> Result<Outputs> {
    let reduction = Reduction::of(attrs, 0, 2)?;
    broadcast_all("l1_loss", &args[..2])?;
    let c = Common::of(cx, Domain::Number, args)?;
    let distance = cx.unary(&ABS, &cx.binary(&SUB, &c.args[0], &c.args[1])?)?;
    c.result(cx, weighted(cx, distance, &c.args[0], (&c.args[2], 3), reduction)?)
}
