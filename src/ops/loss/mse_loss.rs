//! Squared distances.

use crate::ops::infer::broadcast_all;
use crate::ops::losses::{Common, REDUCTION, Reduction, WEIGHT, weighted};
use crate::ops::sample::{Value::*, kink, sample};
use crate::ops::sig::tensor;
use crate::ops::square::SQUARE;
use crate::ops::sub::SUB;
use crate::ops::{Attrs, Kind, Op, Operand, Outputs, Proof, Result};
use crate::tape::Cx;

pub static MSE_LOSS: Op = Op {
    name: "mse_loss",
    symbol: None,
    params: &[tensor("input"), tensor("target"), REDUCTION, WEIGHT],
    parts: &[],
    doc: "The mean of the squared differences of two tensors; their sum, or each of them, with `reduction: \"sum\"` or `\"none\"`. Elements may have weights, which the mean counts.",
    examples: &[
        "mse_loss([1.0, 2.0], [1.0, 4.0])  # 2.0",
        "mse_loss([1.0, 2.0], [1.0, 4.0], reduction: \"sum\")  # 4.0",
    ],
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
        kink(&[Uniform(&[0], -2.0, 2.0), Uniform(&[0], -2.0, 2.0)]),
    ],
    proof: Proof::Torch(
        "F.mse_loss(args[0], args[1], reduction=args[2] if len(args) > 2 else 'mean', weight=args[3] if len(args) > 3 else None)",
    ),
};

fn run(cx: &Cx, args: &[Operand], attrs: &Attrs) -> Result<Outputs> {
    let reduction = Reduction::of(attrs, 0, 2)?;
    broadcast_all("mse_loss", &args[..2])?;
    let c = Common::floats(cx, args)?;
    let square = cx.unary(&SQUARE, &cx.binary(&SUB, &c.args[0], &c.args[1])?)?;
    c.result(cx, weighted(cx, square, &c.args[0], (&c.args[2], 3), reduction)?)
}
