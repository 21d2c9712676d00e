//! Diagonals, as a view.

use crate::ops::diag_embed::DIAG_EMBED;
use crate::ops::infer::resolve_dim;
use crate::ops::sample::{Value::*, sample};
use crate::ops::sig::{Default, X, dim, int};
use crate::ops::{Attr, Attrs, Cuda, Grad, Kind, Meta, Needs, Op, OpError, Outputs, Proof, Result};
use crate::tape::{Cx, Saved};
use crate::tensor::MAX_DIMS;
use crate::tensor::{Dims, Tensor};

pub static DIAGONAL: Op = Op {
    name: "diagonal",
    symbol: None,
    params: &[X, int("offset").or(Default::Int(0)), dim("dim1").or(Default::Int(0)), dim("dim2").or(Default::Int(1))],
    parts: &[],
    doc: "A view of the diagonals of two dimensions, as a new last dimension; a positive offset counts along `dim2`, a negative one along `dim1`.",
    examples: &["diagonal([[1, 2], [3, 4]])  # i64[2] [1, 4]", "diagonal([[1, 2], [3, 4]], 1)  # i64[1] [2]"],
    kind: Kind::Whole { infer, run, cuda: Cuda::Layout },
    vjp: &[Grad::Rule(Needs::SHAPES, gradient)],
    samples: &[
        sample(&[Uniform(&[3, 4], -2.0, 2.0)]),
        sample(&[Uniform(&[3, 4], -2.0, 2.0), Int(1)]),
        sample(&[Uniform(&[3, 4], -2.0, 2.0), Int(-2)]),
        sample(&[Uniform(&[3, 4], -2.0, 2.0), Int(7)]),
        sample(&[Uniform(&[2, 3, 4], -2.0, 2.0), Int(0), Int(-1), Int(0)]),
        sample(&[Uniform(&[2, 3, 4], -2.0, 2.0), Int(1), Int(1), Int(2)]),
        sample(&[Strided(&[4, 3], -2.0, 2.0), Int(-1)]),
        sample(&[Uniform(&[0, 3], -2.0, 2.0)]),
    ],
    proof: Proof::Torch("torch.diagonal(*args)"),
};

/// The two dims, where the diagonal starts in each, and how long it is.
fn plan(dims: &Dims, attrs: &Attrs) -> Result<([usize; 2], [usize; 2], usize)> {
    let (a, b) = (resolve_dim(attrs.int(1), dims.len(), 2)?, resolve_dim(attrs.int(2), dims.len(), 3)?);
    if dims.len() < 2 {
        return Err(OpError::new("SHAPE-02", "a diagonal needs two dimensions").at(0, format!("{dims}")));
    }
    if a == b {
        return Err(OpError::new("SHAPE-03", "a diagonal lies in two different dims")
            .at(2, format!("dim {a}"))
            .at(3, format!("dim {b}")));
    }
    let offset = attrs.int(0);
    let by = usize::try_from(offset.unsigned_abs()).unwrap_or(usize::MAX);
    let start = if offset < 0 { [by, 0] } else { [0, by] };
    let length = dims[a].saturating_sub(start[0]).min(dims[b].saturating_sub(start[1]));
    Ok(([a, b], start, length))
}

fn rest(ndim: usize, [a, b]: [usize; 2]) -> impl Iterator<Item = usize> {
    (0..ndim).filter(move |&d| d != a && d != b)
}

fn infer(metas: &[Meta], attrs: &Attrs) -> Result<Vec<Meta>> {
    let x = metas[0];
    let (at, _, length) = plan(&x.dims, attrs)?;
    let dims: Vec<usize> = rest(x.dims.len(), at).map(|d| x.dims[d]).chain([length]).collect();
    Ok(vec![Meta::new(x.dtype, Dims::of(&dims))])
}

fn run(_: &Cx, args: &[Tensor], attrs: &Attrs) -> Result<Outputs> {
    let x = &args[0];
    let dims = infer(&[Meta::of(x)], attrs)?[0].dims;
    let (at, start, _) = plan(&x.to_dims(), attrs)?;
    x.force()?;
    let (own, mut strides) = (x.strides(), [0; MAX_DIMS]);
    for (to, from) in rest(x.ndim(), at).enumerate() {
        strides[to] = own[from];
    }
    strides[dims.len() - 1] = own[at[0]] + own[at[1]];
    let offset = start[0] as isize * own[at[0]] + start[1] as isize * own[at[1]];
    Ok(Outputs::One(x.view(dims, if dims.contains(&0) { 0 } else { offset }, &strides)?))
}

/// The gradient as the diagonal of a matrix, cut or filled up with zeros to the shape of `x`.
fn gradient(cx: &Cx, s: &Saved, g: &Tensor) -> Tensor {
    let dims = s.shape(0);
    let Ok((at, start, length)) = plan(&dims, s.attrs()) else { unreachable!("checked when it ran") };
    if length == 0 {
        return cx.zeros(g.dtype(), &dims);
    }
    let offset = start[1] as i64 - start[0] as i64;
    let square = cx.run(&DIAG_EMBED, &[g.into()], &[Attr::Int(offset), Attr::Int(-2), Attr::Int(-1)]);
    let n = square.ndim();
    // Both sides of the square are as long as the longer way to the diagonal's end.
    let cut = cx.narrow(&square, n - 2, 0, start[0] + length);
    let cut = cx.narrow(&cut, n - 1, 0, start[1] + length);
    let mut moved = Dims::of(&rest(dims.len(), at).map(|d| dims[d]).collect::<Vec<_>>());
    let fits = moved.push(dims[at[0]]) && moved.push(dims[at[1]]);
    debug_assert!(fits, "no more dimensions than before");
    let wide = crate::ops::along::widen(cx, cut, &moved);
    let mut order = vec![0i64; dims.len()];
    for (from, to) in rest(dims.len(), at).chain(at).enumerate() {
        order[to] = from as i64;
    }
    cx.permute(&wide, &order)
}
