//! Repeating to another tensor's shape.

use crate::ops::rules::sizes;
use crate::ops::sample::{Value::*, kink};
use crate::ops::sig::{X, tensor};
use crate::ops::{Attrs, Kind, Op, Operand, Outputs, Proof, Result};
use crate::tape::Cx;

pub static EXPAND_AS: Op = Op {
    name: "expand_as",
    symbol: None,
    params: &[X, tensor("other")],
    parts: &[],
    doc: "A view of `x` repeated along dimensions of one, and along new ones in front, to the shape of another tensor.",
    examples: &["expand_as([1, 2], [[0, 0], [0, 0]])  # i64[2, 2] [[1, 2], [1, 2]]"],
    kind: Kind::Composite(run),
    vjp: &[],
    samples: &[
        kink(&[Uniform(&[3, 1], -2.0, 2.0), Uniform(&[3, 4], -2.0, 2.0)]),
        kink(&[Uniform(&[], -2.0, 2.0), Uniform(&[2, 2], -2.0, 2.0)]),
        kink(&[Strided(&[1, 2], -2.0, 2.0), Uniform(&[3, 3, 2], -2.0, 2.0)]),
        kink(&[Uniform(&[3, 1], -2.0, 2.0), Uniform(&[3, 0], -2.0, 2.0)]),
    ],
    proof: Proof::Torch("args[0].expand_as(args[1])"),
};

fn run(cx: &Cx, args: &[Operand], _: &Attrs) -> Result<Outputs> {
    let dims = args[1].to_tensor().to_dims();
    cx.call(&crate::ops::expand::EXPAND, &[args[0].to_tensor().into()], &[sizes(&dims)])
}
