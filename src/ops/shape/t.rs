//! The transposed matrix, under torch's short name.

use crate::ops::rules::ints;
use crate::ops::sample::{Value::*, sample};
use crate::ops::sig::X;
use crate::ops::{Attrs, Kind, Op, OpError, Operand, Outputs, Proof, Result};
use crate::tape::Cx;

pub static T: Op = Op {
    name: "t",
    symbol: None,
    params: &[X],
    parts: &[],
    doc: "A view of a matrix with rows and columns exchanged; a vector or a number stays as it is.",
    examples: &["t([[1, 2], [3, 4]])  # i64[2, 2] [[1, 3], [2, 4]]"],
    kind: Kind::Composite(run),
    vjp: &[],
    samples: &[
        sample(&[Uniform(&[2, 3], -2.0, 2.0)]),
        sample(&[Strided(&[2, 3], -2.0, 2.0)]),
        sample(&[Uniform(&[3], -2.0, 2.0)]),
        sample(&[Uniform(&[], -2.0, 2.0)]),
    ],
    proof: Proof::Torch("torch.t(args[0])"),
};

fn run(cx: &Cx, args: &[Operand], _: &Attrs) -> Result<Outputs> {
    let x = args[0].to_tensor();
    match x.ndim() {
        0 | 1 => Ok(Outputs::One(x)),
        2 => cx.call(&crate::ops::permute::PERMUTE, &[x.into()], &[ints(&[1, 0])]),
        n => Err(OpError::new("SHAPE-13", format!("`t` takes a matrix, this has {n} dimensions"))
            .at(0, format!("{}{}", x.dtype(), x.shape()))
            .help("transpose(x, dim0, dim1) exchanges any two dimensions")),
    }
}
