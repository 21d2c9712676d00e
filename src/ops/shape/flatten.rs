//! Several dimensions made one.

use crate::ops::infer::resolve_dim;
use crate::ops::rules::sizes;
use crate::ops::sample::{Value::*, sample};
use crate::ops::sig::{Default, X, dim};
use crate::ops::{Attrs, Kind, Op, OpError, Operand, Outputs, Proof, Result};
use crate::tape::Cx;

pub static FLATTEN: Op = Op {
    name: "flatten",
    symbol: None,
    params: &[X, dim("start_dim").or(Default::Int(0)), dim("end_dim").or(Default::Int(-1))],
    parts: &[],
    doc: "The dimensions from `start_dim` to `end_dim` made one; all of them unless told otherwise.",
    examples: &["flatten([[1, 2], [3, 4]])  # i64[4] [1, 2, 3, 4]", "flatten(zeros(2, 3, 4), 1).shape  # (2, 12)"],
    kind: Kind::Composite(run),
    vjp: &[],
    samples: &[
        sample(&[Uniform(&[2, 3, 4], -2.0, 2.0)]),
        sample(&[Uniform(&[2, 3, 4], -2.0, 2.0), Int(1)]),
        sample(&[Uniform(&[2, 3, 4], -2.0, 2.0), Int(0), Int(-2)]),
        sample(&[Strided(&[3, 2], -2.0, 2.0)]),
        sample(&[Uniform(&[], -2.0, 2.0)]),
        sample(&[Uniform(&[0, 3], -2.0, 2.0)]),
    ],
    proof: Proof::Torch("torch.flatten(*args)"),
};

fn run(cx: &Cx, args: &[Operand], attrs: &Attrs) -> Result<Outputs> {
    let x = args[0].to_tensor();
    let (first, last) = (resolve_dim(attrs.int(0), x.ndim(), 1)?, resolve_dim(attrs.int(1), x.ndim(), 2)?);
    if first > last {
        return Err(OpError::new("VALUE-12", format!("dim {first} stands behind dim {last}"))
            .at(1, format!("dim {first}"))
            .at(2, format!("dim {last}")));
    }
    let d = x.dims();
    let (front, back) = (&d[..first.min(d.len())], d.get(last + 1..).unwrap_or(&[]));
    let middle = d.get(first..=last).unwrap_or(&[]).iter().product();
    cx.call(&crate::ops::reshape::RESHAPE, &[(&x).into()], &[sizes(&[front, &[middle], back].concat())])
}
