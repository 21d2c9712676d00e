//! Places of a dimension, by a vector of indices.

use crate::ops::placing::Places;
use crate::ops::sample::{Value::*, sample};
use crate::ops::sig::{X, dim, tensor};
use crate::ops::{Attrs, Kind, Op, Operand, Outputs, Proof, Result};
use crate::tape::Cx;

pub static INDEX_SELECT: Op = Op {
    name: "index_select",
    symbol: None,
    params: &[X, dim("dim"), tensor("index")],
    parts: &[],
    doc: "The places of a dimension that a vector of indices names, in its order: for dim 0, `x[index]`.",
    examples: &["index_select([[1, 2], [3, 4]], 1, [1, 1, 0])  # i64[2, 3] [[2, 2, 1], [4, 4, 3]]"],
    kind: Kind::Composite(run),
    vjp: &[],
    samples: &[
        sample(&[Uniform(&[3, 4], -2.0, 2.0), Int(0), Ints(&[4], &[2, 0, 0, 1])]),
        sample(&[Uniform(&[3, 4], -2.0, 2.0), Int(1), Ints(&[2], &[3, 3])]),
        sample(&[Strided(&[2, 3, 4], -2.0, 2.0), Int(-2), Ints(&[2], &[2, 0])]),
        sample(&[Uniform(&[3, 4], -2.0, 2.0), Int(0), Ints(&[0], &[])]),
        sample(&[Uniform(&[4], -2.0, 2.0), Int(0), Ints(&[], &[2])]),
        sample(&[Uniform(&[], -2.0, 2.0), Int(0), Ints(&[1], &[0])]),
    ],
    proof: Proof::Torch("torch.index_select(*args)"),
};

fn run(cx: &Cx, args: &[Operand], attrs: &Attrs) -> Result<Outputs> {
    let places = Places::new(cx, "index_select", &args[0].to_tensor(), attrs.int(0), &args[1])?;
    Ok(Outputs::One(places.from_the_start()?.read(cx)?))
}
