//! A tensor several times.

use crate::ops::infer::describe;
use crate::ops::sample::{Value::*, kink, sample};
use crate::ops::sig::{Param, ParamKind, X};
use crate::ops::{Attrs, Kind, Op, OpError, Operand, Outputs, Proof, Result, joining};
use crate::tape::Cx;

pub static REPEAT: Op = Op {
    name: "repeat",
    symbol: None,
    params: &[X, Param::new("repeats", ParamKind::Shape)],
    parts: &[],
    doc: "`x` as many times one after another as is said for each dimension; dimensions that `x` lacks come in front.",
    examples: &["repeat([1, 2], 2)  # i64[4] [1, 2, 1, 2]", "repeat([1, 2], 2, 1)  # i64[2, 2] [[1, 2], [1, 2]]"],
    kind: Kind::Composite(run),
    vjp: &[],
    samples: &[
        sample(&[Uniform(&[2, 3], -2.0, 2.0), Tuple(&[2, 2])]),
        sample(&[Uniform(&[3], -2.0, 2.0), Tuple(&[2, 1, 2])]),
        sample(&[Strided(&[2, 3], -2.0, 2.0), Tuple(&[1, 3])]),
        sample(&[Uniform(&[], -2.0, 2.0), Tuple(&[3])]),
        sample(&[Uniform(&[2, 3], -2.0, 2.0), Tuple(&[0, 2])]),
        sample(&[Uniform(&[0, 3], -2.0, 2.0), Tuple(&[2, 1])]),
        sample(&[Uniform(&[], -2.0, 2.0), Tuple(&[])]),
        kink(&[Ints(&[2], &[1, 2]), Tuple(&[3])]),
    ],
    proof: Proof::Torch("args[0].repeat(args[1])"),
};

fn run(cx: &Cx, args: &[Operand], attrs: &Attrs) -> Result<Outputs> {
    let (x, counts) = (args[0].to_tensor(), attrs.ints(0));
    if counts.len() < x.ndim() {
        return Err(OpError::new(
            "SHAPE-08",
            format!("{} counts for a tensor of {} dimensions: each needs one", counts.len(), x.ndim()),
        )
        .at(0, describe(&args[0]))
        .at(1, format!("{} counts", counts.len()))
        .help("tile(…) takes fewer"));
    }
    Ok(Outputs::One(joining::repeated(cx, &x, counts, 1)?))
}
