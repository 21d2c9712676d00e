//! A diagonal of a matrix, or a matrix with a diagonal.

use crate::ops::infer::describe;
use crate::ops::sample::{Value::*, sample};
use crate::ops::sig::{Default, X, int};
use crate::ops::{Attr, Attrs, Kind, Op, OpError, Operand, Outputs, Proof, Result};
use crate::tape::Cx;

pub static DIAG: Op = Op {
    name: "diag",
    symbol: None,
    params: &[X, int("diagonal").or(Default::Int(0))],
    parts: &[],
    doc: "A view of a diagonal of a matrix, or of a vector the square matrix with it as a diagonal.",
    examples: &["diag([1, 2])  # i64[2, 2] [[1, 0], [0, 2]]", "diag([[1, 2], [3, 4]], 1)  # i64[1] [2]"],
    kind: Kind::Composite(run),
    vjp: &[],
    samples: &[
        sample(&[Uniform(&[3], -2.0, 2.0)]),
        sample(&[Uniform(&[3], -2.0, 2.0), Int(-1)]),
        sample(&[Uniform(&[3, 4], -2.0, 2.0)]),
        sample(&[Uniform(&[3, 4], -2.0, 2.0), Int(2)]),
        sample(&[Strided(&[3, 4], -2.0, 2.0), Int(-1)]),
        sample(&[Uniform(&[0], -2.0, 2.0), Int(1)]),
    ],
    proof: Proof::Torch("torch.diag(*args)"),
};

fn run(cx: &Cx, args: &[Operand], attrs: &Attrs) -> Result<Outputs> {
    let x = args[0].to_tensor();
    let op = match x.ndim() {
        1 => &crate::ops::diag_embed::DIAG_EMBED,
        2 => &crate::ops::diagonal::DIAGONAL,
        n => {
            return Err(OpError::new("SHAPE-02", format!("`diag` takes a vector or a matrix, not {n} dimensions"))
                .at(0, describe(&args[0]))
                .help("diagonal(…) and diag_embed(…) take any number of dimensions"));
        }
    };
    cx.call(op, &[x.into()], &[Attr::Int(attrs.int(0)), Attr::Int(0), Attr::Int(1)])
}
