//! Tensors side by side, column after column.

use crate::ops::sample::{Value::*, kink, sample};
use crate::ops::sig::{Param, ParamKind};
use crate::ops::{Attrs, Kind, Op, Operand, Outputs, Proof, Result, joining};
use crate::tape::Cx;
use crate::tensor::Tensor;

pub static HSTACK: Op = Op {
    name: "hstack",
    symbol: None,
    params: &[Param::new("tensors", ParamKind::Tensors)],
    parts: &[],
    doc: "The tensors one after another along dim 1, or along dim 0 where they are vectors or numbers.",
    examples: &[
        "hstack(([1, 2], [3]))  # i64[3] [1, 2, 3]",
        "hstack(([[1], [2]], [[3], [4]]))  # i64[2, 2] [[1, 3], [2, 4]]",
    ],
    kind: Kind::Composite(run),
    vjp: &[],
    samples: &[
        sample(&[Many(&[Uniform(&[2, 3], -2.0, 2.0), Uniform(&[2, 1], -2.0, 2.0)])]),
        sample(&[Many(&[Uniform(&[3], -2.0, 2.0), Uniform(&[2], -2.0, 2.0)])]),
        sample(&[Many(&[Uniform(&[], -2.0, 2.0), Uniform(&[], -2.0, 2.0)])]),
        sample(&[Many(&[Strided(&[2, 3], -2.0, 2.0), Uniform(&[2, 3], -2.0, 2.0)])]),
        sample(&[Many(&[Uniform(&[2, 3, 2], -2.0, 2.0), Uniform(&[2, 1, 2], -2.0, 2.0)])]),
        kink(&[Many(&[Ints(&[2], &[1, 2]), Uniform(&[2], -2.0, 2.0), Bools(&[2], &[true, false])])]),
    ],
    proof: Proof::Torch("torch.hstack(*args)"),
};

fn run(cx: &Cx, args: &[Operand], _: &Attrs) -> Result<Outputs> {
    let parts = joining::parts(args);
    let parts = parts.iter().map(|t| joining::at_least(cx, t, 1)).collect::<Result<Vec<Tensor>>>()?;
    let dim = usize::from(parts.first().is_some_and(|t| t.ndim() > 1));
    Ok(Outputs::One(joining::cat(cx, &parts, dim)?))
}
