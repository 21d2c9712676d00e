//! Matrices along a diagonal.

use crate::device::DType;
use crate::ops::infer::describe;
use crate::ops::sample::{Value::*, kink, sample};
use crate::ops::sig::{Param, ParamKind};
use crate::ops::{Attrs, Kind, Op, OpError, Operand, Outputs, Proof, Result, joining};
use crate::tape::Cx;
use crate::tensor::{Dims, Num, Tensor};

pub static BLOCK_DIAG: Op = Op {
    name: "block_diag",
    symbol: None,
    params: &[Param::new("tensors", ParamKind::Tensors)],
    parts: &[],
    doc: "A matrix with the tensors as blocks along its diagonal, and zeros elsewhere; a vector counts as one row.",
    examples: &["block_diag(([[1, 2]], [3]))  # i64[2, 3] [[1, 2, 0], [0, 0, 3]]"],
    kind: Kind::Composite(run),
    vjp: &[],
    samples: &[
        sample(&[Many(&[Uniform(&[2, 3], -2.0, 2.0), Uniform(&[1, 2], -2.0, 2.0)])]),
        sample(&[Many(&[Uniform(&[3], -2.0, 2.0), Uniform(&[], -2.0, 2.0), Strided(&[2, 2], -2.0, 2.0)])]),
        sample(&[Many(&[Uniform(&[2, 2], -2.0, 2.0)])]),
        sample(&[Many(&[Uniform(&[0, 2], -2.0, 2.0), Uniform(&[2, 1], -2.0, 2.0)])]),
        kink(&[Many(&[Ints(&[2], &[1, 2]), Uniform(&[2], -2.0, 2.0)])]),
    ],
    proof: Proof::Torch("torch.block_diag(*args[0])"),
};

fn run(cx: &Cx, args: &[Operand], _: &Attrs) -> Result<Outputs> {
    let parts = joining::parts(args);
    let parts = parts.iter().map(|t| joining::at_least(cx, t, 2)).collect::<Result<Vec<Tensor>>>()?;
    if let Some((k, t)) = parts.iter().enumerate().find(|(_, t)| t.ndim() > 2) {
        return Err(OpError::new("SHAPE-12", format!("part {k} has {} dimensions, a block has two", t.ndim()))
            .at(0, describe(&t.into())));
    }
    let Some(dtype) = parts.iter().map(Tensor::dtype).reduce(DType::promote) else {
        return Err(OpError::new("VALUE-12", "block_diag needs at least one tensor").at(0, "there is none"));
    };
    let width = |parts: &[Tensor]| parts.iter().map(|t| t.dims()[1]).fold(0, usize::saturating_add);
    let mut rows = Vec::new();
    for (k, t) in parts.iter().enumerate() {
        let zeros = |n: usize| Tensor::full(dtype, Dims::of(&[t.dims()[0], n]), Num::Int(0));
        rows.push(joining::cat(cx, &[zeros(width(&parts[..k]))?, t.clone(), zeros(width(&parts[k + 1..]))?], 1)?);
    }
    Ok(Outputs::One(joining::cat(cx, &rows, 0)?))
}
