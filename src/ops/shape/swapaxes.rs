//! Two dimensions exchanged, by numpy's name.

use crate::ops::sample::{Value::*, sample};
use crate::ops::sig::{X, dim};
use crate::ops::{Attrs, Kind, Op, Operand, Outputs, Proof, Result};
use crate::tape::Cx;

pub static SWAPAXES: Op = Op {
    name: "swapaxes",
    symbol: None,
    params: &[X, dim("axis0"), dim("axis1")],
    parts: &[],
    doc: "A view with two dimensions exchanged: `transpose` by another name.",
    examples: &["swapaxes([[1, 2], [3, 4]], 0, 1)  # i64[2, 2] [[1, 3], [2, 4]]"],
    kind: Kind::Composite(run),
    vjp: &[],
    samples: &[
        sample(&[Uniform(&[2, 3], -2.0, 2.0), Int(0), Int(1)]),
        sample(&[Uniform(&[2, 3, 4], -2.0, 2.0), Int(-1), Int(0)]),
        sample(&[Strided(&[3, 2], -2.0, 2.0), Int(0), Int(1)]),
    ],
    proof: Proof::Torch("torch.swapaxes(*args)"),
};

fn run(cx: &Cx, args: &[Operand], attrs: &Attrs) -> Result<Outputs> {
    cx.call(&crate::ops::transpose::TRANSPOSE, args, attrs.all())
}
