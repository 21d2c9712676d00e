//! What reductions share: bringing the reduced dimensions together.

use super::error::Result;
use super::infer::{reduced, resolve_dims};
use super::{Attrs, Meta};
use crate::device::DType;
use crate::device::cpu::reduce::Axis;
use crate::tape::Cx;
use crate::tensor::{Dims, MAX_DIMS, Strides, Tensor};

/// A reduction's operand in the order its kernel reads it, and the result's shape.
pub struct Reduction {
    /// Plain; seen as `axis`.
    pub x: Tensor,
    pub axis: Axis,
    pub dims: Dims,
}

/// Arranges `x` for a reduction over attribute `dim` (none: all) with `keepdim`; `arg` is dim's position in errors.
pub fn arrange(x: &Tensor, dim: Option<&[i64]>, keepdim: bool, arg: usize) -> Result<Reduction> {
    let mask = resolve_dims(dim, x.ndim(), arg)?;
    let shape = x.to_dims();
    let dims = reduced(&shape, &mask, keepdim);
    let first = (0..x.ndim()).find(|&i| mask[i]);
    let Some(first) = first else {
        return Ok(Reduction { x: x.plain()?, axis: Axis { outer: x.numel(), n: 1, inner: 1 }, dims });
    };
    let last = (0..x.ndim()).rfind(|&i| mask[i]).unwrap_or(first);
    if (first..=last).all(|i| mask[i]) {
        let size = |r: std::ops::Range<usize>| shape[r].iter().product();
        let axis = Axis { outer: size(0..first), n: size(first..last + 1), inner: size(last + 1..x.ndim()) };
        return Ok(Reduction { x: x.plain()?, axis, dims });
    }
    // Reduced dimensions with others between them move to the end.
    let order: Vec<usize> = (0..x.ndim()).filter(|&i| !mask[i]).chain((0..x.ndim()).filter(|&i| mask[i])).collect();
    let own = x.strides();
    let mut strides: Strides = [0; MAX_DIMS];
    let mut moved = Dims::scalar();
    for (to, &from) in order.iter().enumerate() {
        strides[to] = own[from];
        let fits = moved.push(shape[from]);
        debug_assert!(fits, "no more dimensions than before");
    }
    let n: usize = (0..x.ndim()).filter(|&i| mask[i]).map(|i| shape[i]).product();
    let outer: usize = (0..x.ndim()).filter(|&i| !mask[i]).map(|i| shape[i]).product();
    x.force()?;
    Ok(Reduction { x: x.view(moved, 0, &strides)?.plain()?, axis: Axis { outer, n, inner: 1 }, dims })
}

/// Shape of a reduction with attributes `dim`, `keepdim` at 0 and 1; `dtype` from the operand's.
pub fn infer(metas: &[Meta], attrs: &Attrs, dtype: fn(DType) -> DType) -> Result<Vec<Meta>> {
    let x = metas[0];
    let mask = resolve_dims(attrs.opt_ints(0), x.dims.len(), 1)?;
    Ok(vec![Meta::new(dtype(x.dtype), reduced(&x.dims, &mask, attrs.bool(1)))])
}

/// The shape with the reduced dimensions kept as ones: what a gradient is spread from.
pub fn kept(shape: &Dims, dim: Option<&[i64]>) -> Dims {
    match resolve_dims(dim, shape.len(), 1) {
        Ok(mask) => reduced(shape, &mask, true),
        Err(_) => *shape,
    }
}

/// How many of `chosen` are true along what was reduced to the shape `kept`, which is the result's.
pub fn count(cx: &Cx, chosen: &Tensor, kept: &Dims) -> Tensor {
    let dims = chosen.dims();
    let over: Vec<i64> = (0..dims.len()).filter(|&d| kept[d] != dims[d]).map(|d| d as i64).collect();
    if over.is_empty() { cx.add(chosen, 0.0) } else { cx.sum_dims(chosen, &over, true) }
}
