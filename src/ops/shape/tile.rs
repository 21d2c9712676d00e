//! A tensor several times, as numpy has it.

use crate::ops::sample::{Value::*, sample};
use crate::ops::sig::{Param, ParamKind, X};
use crate::ops::{Attrs, Kind, Op, Operand, Outputs, Proof, Result, joining};
use crate::tape::Cx;

pub static TILE: Op = Op {
    name: "tile",
    symbol: None,
    params: &[X, Param::new("dims", ParamKind::Shape)],
    parts: &[],
    doc: "`x` as many times one after another as is said for each dimension; where fewer counts are given they are for the last dimensions.",
    examples: &["tile([1, 2], 2)  # i64[4] [1, 2, 1, 2]", "tile([[1], [2]], 2)  # i64[2, 2] [[1, 1], [2, 2]]"],
    kind: Kind::Composite(run),
    vjp: &[],
    samples: &[
        sample(&[Uniform(&[2, 3], -2.0, 2.0), Tuple(&[2, 2])]),
        sample(&[Uniform(&[2, 3], -2.0, 2.0), Tuple(&[2])]),
        sample(&[Uniform(&[3], -2.0, 2.0), Tuple(&[2, 1, 2])]),
        sample(&[Strided(&[2, 3], -2.0, 2.0), Tuple(&[3])]),
        sample(&[Uniform(&[], -2.0, 2.0), Tuple(&[3])]),
        sample(&[Uniform(&[2, 3], -2.0, 2.0), Tuple(&[0])]),
        sample(&[Uniform(&[2, 3], -2.0, 2.0), Tuple(&[])]),
    ],
    proof: Proof::Torch("torch.tile(*args)"),
};

fn run(cx: &Cx, args: &[Operand], attrs: &Attrs) -> Result<Outputs> {
    let (x, given) = (args[0].to_tensor(), attrs.ints(0));
    let mut counts = vec![1; x.ndim().saturating_sub(given.len())];
    counts.extend_from_slice(given);
    Ok(Outputs::One(joining::repeated(cx, &x, &counts, 1)?))
}
