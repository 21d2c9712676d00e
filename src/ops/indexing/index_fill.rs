//! One number at places of a dimension, by a vector of indices.

use crate::ops::along::source;
use crate::ops::infer::describe;
use crate::ops::placing::Places;
use crate::ops::sample::{Value::*, kink, sample};
use crate::ops::sig::{X, dim, tensor};
use crate::ops::{Attrs, Kind, Op, OpError, Operand, Outputs, Proof, Result};
use crate::tape::Cx;

pub static INDEX_FILL: Op = Op {
    name: "index_fill",
    symbol: None,
    params: &[X, dim("dim"), tensor("index"), tensor("value")],
    parts: &[],
    doc: "`x` with one number at the places of a dimension that a vector of indices names; negative ones count from the end.",
    examples: &["index_fill([[1, 2], [3, 4]], 1, [-1], 0)  # i64[2, 2] [[1, 0], [3, 0]]"],
    kind: Kind::Composite(run),
    vjp: &[],
    samples: &[
        sample(&[Uniform(&[3, 4], -2.0, 2.0), Int(0), Ints(&[2], &[2, 0]), Uniform(&[], -2.0, 2.0)]),
        sample(&[Strided(&[2, 3, 4], -2.0, 2.0), Int(-2), Ints(&[2], &[2, 0]), Uniform(&[], -2.0, 2.0)]),
        sample(&[Uniform(&[3, 4], -2.0, 2.0), Int(1), Ints(&[0], &[]), Uniform(&[], -2.0, 2.0)]),
        sample(&[Uniform(&[], -2.0, 2.0), Int(0), Ints(&[], &[0]), Uniform(&[], -2.0, 2.0)]),
        sample(&[Uniform(&[3, 4], -2.0, 2.0), Int(1), Ints(&[], &[3]), Number(0.5)]),
        sample(&[Uniform(&[3, 4], -2.0, 2.0), Int(1), Ints(&[3], &[3, 1, -1]), Number(0.5)]),
        sample(&[Strided(&[2, 3, 4], -2.0, 2.0), Int(-2), Ints(&[2], &[-1, 0]), Int(3)]),
        kink(&[Ints(&[3], &[1, 2, 3]), Int(0), Ints(&[2], &[2, 2]), Int(9)]),
        kink(&[Uniform(&[3], -2.0, 2.0), Int(0), Ints(&[1], &[3]), Int(9)]),
        kink(&[Uniform(&[3], -2.0, 2.0), Int(0), Ints(&[1], &[-4]), Int(9)]),
        kink(&[Uniform(&[3], -2.0, 2.0), Int(0), Ints(&[1], &[1]), Uniform(&[1], -2.0, 2.0)]),
    ],
    proof: Proof::Torch("torch.index_fill(*args)"),
};

fn run(cx: &Cx, args: &[Operand], attrs: &Attrs) -> Result<Outputs> {
    let x = args[0].to_tensor();
    if args[2].tensor().is_some_and(|v| v.ndim() > 0) {
        return Err(OpError::new("SHAPE-13", "index_fill takes one number")
            .at(3, describe(&args[2]))
            .help("index_copy(x, dim, index, source) takes a tensor"));
    }
    let mut places = Places::new(cx, "index_fill", &x, attrs.int(0), &args[1])?.wrapped()?;
    let value = source(cx, &x, &args[2], 3)?;
    // Twice the same place would count its gradient twice.
    if let Some(last) = places.last()? {
        places = places.at_positions(cx, &last)?;
    }
    Ok(Outputs::One(places.write(cx, &value, false)?))
}
