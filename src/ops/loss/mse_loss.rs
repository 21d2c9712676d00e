//! Squared distances.

use crate::ops::infer::float;
use crate::ops::losses::{REDUCTION, Reduction};
use crate::ops::sample::{Value::*, kink, sample};
use crate::ops::sig::tensor;
use crate::ops::{Attrs, Kind, Op, Operand, Outputs, Proof, Result};
use crate::tape::Cx;

pub static MSE_LOSS: Op = Op {
    name: "mse_loss",
    symbol: None,
    params: &[tensor("input"), tensor("target"), REDUCTION],
    parts: &[],
    doc: "The mean of the squared differences of two tensors; their sum, or each of them, with `reduction: \"sum\"` or `\"none\"`.",
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
        kink(&[Uniform(&[0], -2.0, 2.0), Uniform(&[0], -2.0, 2.0)]),
    ],
    proof: Proof::Torch("F.mse_loss(args[0], args[1], reduction=args[2] if len(args) > 2 else 'mean')"),
};

fn run(cx: &Cx, args: &[Operand], attrs: &Attrs) -> Result<Outputs> {
    let reduction = Reduction::of(attrs, 0, 2)?;
    let difference = cx.binary(&crate::ops::sub::SUB, &args[0], &args[1])?;
    let difference = cx.cast(&difference, float(difference.dtype()))?;
    let square = cx.unary(&crate::ops::square::SQUARE, &difference)?;
    Ok(Outputs::One(reduction.apply(cx, square)?))
}
