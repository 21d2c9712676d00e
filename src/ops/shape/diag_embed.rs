//! Vectors as diagonals.

use crate::device::cpu::pool;
use crate::ops::diagonal::DIAGONAL;
use crate::ops::infer::{resolve_dim, too_many_dims};
use crate::ops::permute::permuted;
use crate::ops::sample::{Value::*, kink, sample};
use crate::ops::sig::{Default, X, dim, int};
use crate::ops::{Attrs, Cuda, Grad, Kind, Meta, Needs, Op, OpError, Outputs, Proof, Result, for_dtype};
use crate::tape::{Cx, Saved};
use crate::tensor::MAX_DIMS;
use crate::tensor::{Dims, Tensor};

pub static DIAG_EMBED: Op = Op {
    name: "diag_embed",
    symbol: None,
    params: &[X, int("offset").or(Default::Int(0)), dim("dim1").or(Default::Int(-2)), dim("dim2").or(Default::Int(-1))],
    parts: &[],
    doc: "Square matrices with the vectors of the last dimension of `x` as their diagonals, and zeros elsewhere, in two new dimensions.",
    examples: &["diag_embed([1, 2])  # i64[2, 2] [[1, 0], [0, 2]]"],
    kind: Kind::Whole { infer, run, cuda: Cuda::ToCome },
    vjp: &[Grad::Rule(Needs::NOTHING, gradient)],
    samples: &[
        sample(&[Uniform(&[3], -2.0, 2.0)]),
        sample(&[Uniform(&[2, 3], -2.0, 2.0)]),
        sample(&[Uniform(&[2, 3], -2.0, 2.0), Int(1)]),
        sample(&[Uniform(&[2, 3], -2.0, 2.0), Int(-2)]),
        sample(&[Uniform(&[2, 3], -2.0, 2.0), Int(1), Int(0), Int(2)]),
        sample(&[Uniform(&[2, 3], -2.0, 2.0), Int(1), Int(2), Int(0)]),
        sample(&[Strided(&[2, 3], -2.0, 2.0)]),
        sample(&[Uniform(&[2, 0], -2.0, 2.0)]),
        sample(&[Uniform(&[0], -2.0, 2.0), Int(2)]),
        kink(&[Bools(&[2], &[true, true])]),
    ],
    proof: Proof::Torch("torch.diag_embed(*args)"),
};

/// The two new dims, and the result.
fn plan(x: &Meta, attrs: &Attrs) -> Result<([usize; 2], Meta)> {
    let Some(&n) = x.dims.last() else {
        return Err(OpError::new("SHAPE-02", "a number has no diagonal").at(0, format!("{x}")));
    };
    let ndim = x.dims.len() + 1;
    if ndim > MAX_DIMS {
        return Err(too_many_dims(ndim).at(0, format!("{x}")));
    }
    let (a, b) = (resolve_dim(attrs.int(1), ndim, 2)?, resolve_dim(attrs.int(2), ndim, 3)?);
    if a == b {
        return Err(OpError::new("SHAPE-03", "a diagonal lies in two different dims")
            .at(2, format!("dim {a}"))
            .at(3, format!("dim {b}")));
    }
    let side = n.saturating_add(usize::try_from(attrs.int(0).unsigned_abs()).unwrap_or(usize::MAX));
    let mut front = x.dims[..x.dims.len() - 1].iter();
    let dims: Vec<usize> =
        (0..ndim).map(|d| if d == a || d == b { side } else { front.next().copied().unwrap_or(1) }).collect();
    Ok(([a, b], Meta::new(x.dtype, Dims::of(&dims))))
}

fn infer(metas: &[Meta], attrs: &Attrs) -> Result<Vec<Meta>> {
    Ok(vec![plan(&metas[0], attrs)?.1])
}

fn run(_: &Cx, args: &[Tensor], attrs: &Attrs) -> Result<Outputs> {
    let x = &args[0];
    let ([a, b], meta) = plan(&Meta::of(x), attrs)?;
    let (n, side, offset) = (x.dims()[x.ndim() - 1], meta.dims[a], attrs.int(0));
    let mut dims = x.to_dims();
    dims.remove(x.ndim() - 1);
    let fits = dims.push(side) && dims.push(side);
    debug_assert!(fits, "`plan` has counted them");
    Tensor::shape_of(x.dtype(), dims)?;
    let start = if offset < 0 { (side - n) * side } else { side - n };
    let x = x.plain()?;
    let out = for_dtype!(x.dtype(), T => Tensor::build::<T>(dims, |dst| {
        dst.fill(T::default());
        for (row, matrix) in x.slice::<T>().chunks(n.max(1)).zip(dst.chunks_mut((side * side).max(1))) {
            if pool::stopped() {
                return;
            }
            for (x, place) in row.iter().zip(matrix[start..].iter_mut().step_by(side + 1)) {
                *place = *x;
            }
        }
    }))?;
    // The new dimensions go to their places.
    let mut front = 0..x.ndim() - 1;
    let order: Vec<usize> = (0..out.ndim())
        .map(|d| match d {
            d if d == a => x.ndim() - 1,
            d if d == b => x.ndim(),
            _ => front.next().unwrap_or(0),
        })
        .collect();
    Ok(Outputs::One(permuted(&out, &order)?))
}

fn gradient(cx: &Cx, s: &Saved, g: &Tensor) -> Tensor {
    cx.run(&DIAGONAL, &[g.into()], s.attrs().all())
}
