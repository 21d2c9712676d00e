//! Sums of products along the last dims.

use crate::ops::infer::describe;
use crate::ops::mul::MUL;
use crate::ops::products::contract;
use crate::ops::sample::{Value::*, sample};
use crate::ops::sig::{X, Y};
use crate::ops::{Attrs, Kind, Op, OpError, Operand, Outputs, Proof, Result};
use crate::tape::Cx;

pub static INNER: Op = Op {
    name: "inner",
    symbol: None,
    params: &[X, Y],
    parts: &[],
    doc: "The sums of products along the last dims, for every pair of rows of `x` and `y`; for two vectors `dot`. A number multiplies.",
    examples: &["inner([[1, 2], [3, 4]], [10, 1])  # i64[2] [12, 34]"],
    kind: Kind::Composite(run),
    vjp: &[],
    samples: &[
        sample(&[Uniform(&[4], -2.0, 2.0), Uniform(&[4], -2.0, 2.0)]),
        sample(&[Uniform(&[3, 4], -2.0, 2.0), Uniform(&[2, 4], -2.0, 2.0)]),
        sample(&[Strided(&[3, 4], -2.0, 2.0), Uniform(&[2, 3, 4], -2.0, 2.0)]),
        sample(&[Uniform(&[3, 4], -2.0, 2.0), Uniform(&[], -2.0, 2.0)]),
        sample(&[Uniform(&[3, 4], -2.0, 2.0), Uniform(&[4], -2.0, 2.0)]),
        sample(&[Uniform(&[3, 0], -2.0, 2.0), Uniform(&[2, 0], -2.0, 2.0)]),
    ],
    proof: Proof::Torch("torch.inner(*args)"),
};

fn run(cx: &Cx, args: &[Operand], _: &Attrs) -> Result<Outputs> {
    let (x, y) = (args[0].to_tensor(), args[1].to_tensor());
    if x.ndim() == 0 || y.ndim() == 0 {
        return Ok(Outputs::One(cx.binary(&MUL, &args[0], &args[1])?));
    }
    let (m, n) = (x.dims()[x.ndim() - 1], y.dims()[y.ndim() - 1]);
    if m != n {
        return Err(OpError::new("SHAPE-11", format!("the last dims have {m} and {n} elements"))
            .at(0, describe(&args[0]))
            .at(1, describe(&args[1])));
    }
    Ok(Outputs::One(contract(cx, &x, &y, [&[x.ndim() - 1], &[y.ndim() - 1]])?))
}
