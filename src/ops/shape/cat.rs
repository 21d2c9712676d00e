//! Tensors one after another.

use crate::device::DType;
use crate::ops::infer::resolve_dim;
use crate::ops::sample::{Value::*, kink, sample};
use crate::ops::sig::{Default, Param, ParamKind, dim};
use crate::ops::{Attrs, Cuda, Grad, Kind, Meta, Needs, Op, OpError, Outputs, Proof, Result, along};
use crate::tape::{Cx, Saved};
use crate::tensor::{Dims, Tensor};

pub static CAT: Op = Op {
    name: "cat",
    symbol: None,
    params: &[Param::new("tensors", ParamKind::Tensors), dim("dim").or(Default::Int(0))],
    parts: &[],
    doc: "The tensors one after another along a dimension; all other sizes must agree. Empty ones of one dimension are left out.",
    examples: &[
        "cat(([1, 2], [3]))  # i64[3] [1, 2, 3]",
        "cat(([[1], [2]], [[3], [4]]), dim: 1)  # i64[2, 2] [[1, 3], [2, 4]]",
    ],
    kind: Kind::Whole { infer, run, cuda: Cuda::ToCome },
    vjp: &[Grad::Each(Needs::SHAPES, gradient)],
    samples: &[
        sample(&[Many(&[Uniform(&[2, 3], -2.0, 2.0), Uniform(&[1, 3], -2.0, 2.0)])]),
        sample(&[
            Many(&[Uniform(&[2, 3], -2.0, 2.0), Uniform(&[2, 1], -2.0, 2.0), Strided(&[2, 2], -1.0, 1.0)]),
            Int(-1),
        ]),
        sample(&[Many(&[Uniform(&[2, 3, 2], -2.0, 2.0), Uniform(&[2, 1, 2], -2.0, 2.0)]), Int(1)]),
        sample(&[Many(&[Uniform(&[3], -2.0, 2.0)])]),
        sample(&[Many(&[Floats(&[0], &[]), Uniform(&[2, 3], -2.0, 2.0), Uniform(&[0, 3], -2.0, 2.0)])]),
        sample(&[Many(&[Uniform(&[2, 0], -2.0, 2.0), Uniform(&[2, 2], -2.0, 2.0)]), Int(1)]),
        sample(&[Many(&[Floats(&[0], &[]), Floats(&[0], &[])])]),
        sample(&[Many(&[Strided(&[40, 30], -2.0, 2.0), Uniform(&[40, 50], -2.0, 2.0)]), Int(1)]),
        kink(&[Many(&[Ints(&[2], &[1, 2]), Uniform(&[2], -2.0, 2.0), Bools(&[1], &[true])])]),
        kink(&[Many(&[Ints(&[2], &[1, 2]), Ints(&[1], &[3])])]),
    ],
    proof: Proof::Torch("torch.cat(*args)"),
};

/// What torch still lets through beside tensors of any shape.
fn is_left_out(dims: &[usize]) -> bool {
    dims == [0]
}

/// The result, and the dimension of the joint.
fn plan(metas: &[Meta], dim: i64) -> Result<(Meta, usize)> {
    let Some(first) = metas.iter().find(|m| !is_left_out(&m.dims)).or(metas.first()) else {
        return Err(OpError::new("VALUE-12", "cat needs at least one tensor").at(0, "there is none"));
    };
    if first.dims.is_empty() {
        return Err(OpError::new("SHAPE-12", "tensors of no dimensions cannot be joined end to end")
            .at(0, format!("{first}"))
            .help("stack(…) makes a new dimension for them"));
    }
    let at = resolve_dim(dim, first.dims.len(), 1)?;
    let (mut dims, mut dtype) = (first.dims, DType::Bool);
    dims[at] = 0;
    for (k, m) in metas.iter().enumerate() {
        dtype = dtype.promote(m.dtype);
        if is_left_out(&m.dims) {
            continue;
        }
        let fits = m.dims.len() == dims.len() && (0..dims.len()).all(|d| d == at || m.dims[d] == dims[d]);
        if !fits {
            return Err(OpError::new(
                "SHAPE-12",
                format!("part {k} has shape {}, the first {}: they differ beside dim {at}", m.dims, first.dims),
            )
            .at(0, format!("part {k}: {m}")));
        }
        dims[at] = dims[at].saturating_add(m.dims[at]);
    }
    Ok((Meta::new(dtype, dims), at))
}

fn infer(metas: &[Meta], attrs: &Attrs) -> Result<Vec<Meta>> {
    Ok(vec![plan(metas, attrs.int(0))?.0])
}

fn run(cx: &Cx, args: &[Tensor], attrs: &Attrs) -> Result<Outputs> {
    let metas: Vec<Meta> = args.iter().map(Meta::of).collect();
    let (meta, at) = plan(&metas, attrs.int(0))?;
    let one = args.iter().all(|t| t.dtype() == meta.dtype && !is_left_out(t.dims()));
    if one {
        return Ok(Outputs::One(Tensor::join(meta.dtype, meta.dims, at, args)?));
    }
    let parts = cx.without_grad(|| {
        args.iter().filter(|t| !is_left_out(t.dims())).map(|t| cx.cast(t, meta.dtype)).collect::<Result<Vec<Tensor>>>()
    })?;
    Ok(Outputs::One(Tensor::join(meta.dtype, meta.dims, at, &parts)?))
}

fn gradient(cx: &Cx, s: &Saved, g: &Tensor, k: usize) -> Tensor {
    let own = s.shape(k);
    let at = along::dim_of(s, g.ndim());
    if is_left_out(&own) {
        return cx.zeros(g.dtype(), &Dims::of(&[0]));
    }
    let before = (0..k).map(|j| s.shape(j)).filter(|d| !is_left_out(d)).map(|d| d[at]).sum();
    cx.narrow(g, at, before, own[at])
}
