//! The product of a matrix and a vector.

use crate::ops::products::check_ranks;
use crate::ops::sample::{Value::*, sample};
use crate::ops::sig::tensor;
use crate::ops::{Attrs, Kind, Op, Operand, Outputs, Proof, Result};
use crate::tape::Cx;

pub static MV: Op = Op {
    name: "mv",
    symbol: None,
    params: &[tensor("input"), tensor("vec")],
    parts: &[],
    doc: "The product of a matrix and a vector, which counts as a column.",
    examples: &["mv([[1.0, 2.0], [3.0, 4.0]], [1.0, 10.0])  # f32[2] [21.0, 43.0]"],
    kind: Kind::Composite(run),
    vjp: &[],
    samples: &[
        sample(&[Uniform(&[3, 4], -2.0, 2.0), Uniform(&[4], -2.0, 2.0)]),
        sample(&[Strided(&[3, 4], -2.0, 2.0), Strided(&[4], -2.0, 2.0)]),
        sample(&[Uniform(&[3, 0], -2.0, 2.0), Uniform(&[0], -2.0, 2.0)]),
        sample(&[Uniform(&[0, 3], -2.0, 2.0), Uniform(&[3], -2.0, 2.0)]),
    ],
    proof: Proof::Torch("torch.mv(*args)"),
};

fn run(cx: &Cx, args: &[Operand], _: &Attrs) -> Result<Outputs> {
    check_ranks(args, [2, 1], "mv takes a matrix and a vector")?;
    Ok(Outputs::One(cx.product(&args[0], &args[1])?))
}
