//! The product of two vectors.

use crate::ops::products::check_ranks;
use crate::ops::sample::{Value::*, sample};
use crate::ops::sig::{X, Y};
use crate::ops::{Attrs, Kind, Op, Operand, Outputs, Proof, Result};
use crate::tape::Cx;

pub static DOT: Op = Op {
    name: "dot",
    symbol: None,
    params: &[X, Y],
    parts: &[],
    doc: "The sum of the products of two vectors' elements.",
    examples: &["dot([1.0, 2.0], [3.0, 4.0])  # 11.0"],
    kind: Kind::Composite(run),
    vjp: &[],
    samples: &[
        sample(&[Uniform(&[5], -2.0, 2.0), Uniform(&[5], -2.0, 2.0)]),
        sample(&[Uniform(&[0], -2.0, 2.0), Uniform(&[0], -2.0, 2.0)]),
    ],
    proof: Proof::Torch("torch.dot(*args)"),
};

fn run(cx: &Cx, args: &[Operand], _: &Attrs) -> Result<Outputs> {
    check_ranks(args, [1, 1], "dot takes two vectors")?;
    Ok(Outputs::One(cx.product(&args[0], &args[1])?))
}
