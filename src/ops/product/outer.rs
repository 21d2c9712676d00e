//! Every product of two vectors' elements.

use crate::ops::infer::describe;
use crate::ops::rules::sizes;
use crate::ops::sample::{Value::*, sample};
use crate::ops::sig::{X, Y};
use crate::ops::{Attrs, Kind, Op, OpError, Operand, Outputs, Proof, Result};
use crate::tape::Cx;

pub static OUTER: Op = Op {
    name: "outer",
    symbol: None,
    params: &[X, Y],
    parts: &[],
    doc: "The matrix of all products of an element of vector `x`, by row, with one of vector `y`, by column.",
    examples: &["outer([1, 2], [3, 4])  # i64[2, 2] [[3, 4], [6, 8]]"],
    kind: Kind::Composite(run),
    vjp: &[],
    samples: &[
        sample(&[Uniform(&[3], -2.0, 2.0), Uniform(&[4], -2.0, 2.0)]),
        sample(&[Uniform(&[1], -2.0, 2.0), Uniform(&[4], -2.0, 2.0)]),
        sample(&[Uniform(&[0], -2.0, 2.0), Uniform(&[4], -2.0, 2.0)]),
    ],
    proof: Proof::Torch("torch.outer(*args)"),
};

fn run(cx: &Cx, args: &[Operand], _: &Attrs) -> Result<Outputs> {
    let (x, y) = (args[0].to_tensor(), args[1].to_tensor());
    if x.ndim() != 1 || y.ndim() != 1 {
        return Err(OpError::new("SHAPE-13", "outer takes two vectors")
            .at(0, describe(&args[0]))
            .at(1, describe(&args[1])));
    }
    // Both get two dimensions: so it is no broadcast that could be meant otherwise.
    let reshape = &crate::ops::reshape::RESHAPE;
    let column = cx.call1(reshape, &[(&x).into()], &[sizes(&[x.numel(), 1])])?;
    let row = cx.call1(reshape, &[(&y).into()], &[sizes(&[1, y.numel()])])?;
    Ok(Outputs::One(cx.binary_tt(&crate::ops::mul::MUL, &column, &row)?))
}
