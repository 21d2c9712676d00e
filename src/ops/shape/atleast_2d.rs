//! At least two dimensions.

use crate::ops::sample::{Value::*, kink, sample};
use crate::ops::sig::X;
use crate::ops::{Attrs, Kind, Op, Operand, Outputs, Proof, Result, joining};
use crate::tape::Cx;

pub static ATLEAST_2D: Op = Op {
    name: "atleast_2d",
    symbol: None,
    params: &[X],
    parts: &[],
    doc: "`x` with dimensions of one in front where it has fewer than two.",
    examples: &["atleast_2d([1, 2])  # i64[1, 2] [[1, 2]]"],
    kind: Kind::Composite(run),
    vjp: &[],
    samples: &[
        sample(&[Uniform(&[], -2.0, 2.0)]),
        sample(&[Uniform(&[3], -2.0, 2.0)]),
        sample(&[Strided(&[2, 3], -2.0, 2.0)]),
        sample(&[Uniform(&[2, 0, 3], -2.0, 2.0)]),
        kink(&[Ints(&[2], &[1, 2])]),
    ],
    proof: Proof::Torch("torch.atleast_2d(*args)"),
};

fn run(cx: &Cx, args: &[Operand], _: &Attrs) -> Result<Outputs> {
    Ok(Outputs::One(joining::at_least(cx, &args[0].to_tensor(), 2)?))
}
