//! The product of two matrices, under torch's short name.

use crate::ops::products::check_ranks;
use crate::ops::sample::{Value::*, sample};
use crate::ops::sig::{X, Y};
use crate::ops::{Attrs, Kind, Op, Operand, Outputs, Proof, Result};
use crate::tape::Cx;

pub static MM: Op = Op {
    name: "mm",
    symbol: None,
    params: &[X, Y],
    parts: &[],
    doc: "The product of two matrices; `@` without vectors and batches.",
    examples: &["mm([[1.0, 2.0]], [[3.0], [4.0]])  # f32[1, 1] [[11.0]]"],
    kind: Kind::Composite(run),
    vjp: &[],
    samples: &[
        sample(&[Uniform(&[3, 4], -2.0, 2.0), Uniform(&[4, 2], -2.0, 2.0)]),
        sample(&[Strided(&[3, 4], -2.0, 2.0), Strided(&[4, 2], -2.0, 2.0)]),
        sample(&[Uniform(&[3, 0], -2.0, 2.0), Uniform(&[0, 2], -2.0, 2.0)]),
    ],
    proof: Proof::Torch("torch.mm(*args)"),
};

fn run(cx: &Cx, args: &[Operand], _: &Attrs) -> Result<Outputs> {
    check_ranks(args, [2, 2], "mm takes two matrices")?;
    Ok(Outputs::One(cx.product(&args[0], &args[1])?))
}
