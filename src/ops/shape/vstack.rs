//! Tensors on top of each other, row after row.

use crate::ops::sample::{Value::*, kink, sample};
use crate::ops::sig::{Param, ParamKind};
use crate::ops::{Attrs, Kind, Op, Operand, Outputs, Proof, Result, joining};
use crate::tape::Cx;
use crate::tensor::Tensor;

pub static VSTACK: Op = Op {
    name: "vstack",
    symbol: None,
    params: &[Param::new("tensors", ParamKind::Tensors)],
    parts: &[],
    doc: "The tensors one after another along dim 0; a vector counts as one row.",
    examples: &["vstack(([1, 2], [3, 4]))  # i64[2, 2] [[1, 2], [3, 4]]"],
    kind: Kind::Composite(run),
    vjp: &[],
    samples: &[
        sample(&[Many(&[Uniform(&[2, 3], -2.0, 2.0), Uniform(&[1, 3], -2.0, 2.0)])]),
        sample(&[Many(&[Uniform(&[3], -2.0, 2.0), Uniform(&[3], -2.0, 2.0)])]),
        sample(&[Many(&[Uniform(&[2, 3], -2.0, 2.0), Uniform(&[3], -2.0, 2.0)])]),
        sample(&[Many(&[Uniform(&[], -2.0, 2.0), Uniform(&[], -2.0, 2.0)])]),
        sample(&[Many(&[Strided(&[2, 3], -2.0, 2.0), Uniform(&[2, 3], -2.0, 2.0)])]),
        kink(&[Many(&[Ints(&[2], &[1, 2]), Uniform(&[2], -2.0, 2.0), Bools(&[2], &[true, false])])]),
    ],
    proof: Proof::Torch("torch.vstack(*args)"),
};

fn run(cx: &Cx, args: &[Operand], _: &Attrs) -> Result<Outputs> {
    let parts = joining::parts(args);
    let parts = parts.iter().map(|t| joining::at_least(cx, t, 2)).collect::<Result<Vec<Tensor>>>()?;
    Ok(Outputs::One(joining::cat(cx, &parts, 0)?))
}
