//! What operations share that join, repeat or cut tensors whose dimensions may be too few: ones put in front.

use super::error::{OpError, Result};
use super::rules::sizes;
use super::{Operand, infer};
use crate::device::DType;
use crate::tape::Cx;
use crate::tensor::{Dims, Tensor};

/// `x` in another shape of as many elements, recorded.
pub fn reshaped(cx: &Cx, x: &Tensor, dims: &[usize]) -> Result<Tensor> {
    if x.dims() == dims {
        return Ok(x.clone());
    }
    cx.call1(&super::reshape::RESHAPE, &[x.into()], &[sizes(dims)])
}

/// `x` with ones in front until it has `ndim` dimensions.
pub fn at_least(cx: &Cx, x: &Tensor, ndim: usize) -> Result<Tensor> {
    let mut dims = vec![1; ndim.saturating_sub(x.ndim())];
    dims.extend_from_slice(x.dims());
    reshaped(cx, x, &dims)
}

/// The parts as tensors; a number gets the dtype it takes on beside the tensors.
pub fn parts(args: &[Operand]) -> Vec<Tensor> {
    let dtype = args.iter().filter_map(Operand::tensor).map(Tensor::dtype).reduce(DType::promote);
    let part = |a: &Operand| match a {
        Operand::Num(v) => Tensor::scalar(dtype.map_or(v.dtype(), |d| v.join(d)), *v),
        other => other.to_tensor(),
    };
    args.iter().map(part).collect()
}

/// `cat` of tensors.
pub fn cat(cx: &Cx, parts: &[Tensor], dim: usize) -> Result<Tensor> {
    let parts: Vec<Operand> = parts.iter().map(Operand::from).collect();
    cx.call1(&super::cat::CAT, &parts, &[super::Attr::Int(dim as i64)])
}

/// A dimension of a tensor that must have one.
pub fn real_dim(x: &Tensor, dim: i64, arg: usize) -> Result<usize> {
    if x.ndim() == 0 {
        return Err(OpError::new("SHAPE-02", "a tensor of no dimensions has no dims")
            .at(0, infer::describe(&x.into()))
            .at(arg, format!("dim {dim}")));
    }
    infer::resolve_dim(dim, x.ndim(), arg)
}

/// `x` as many times one after another as `counts` say, one for each dimension; those that `x` lacks come in front.
pub fn repeated(cx: &Cx, x: &Tensor, counts: &[i64], arg: usize) -> Result<Tensor> {
    let counts = infer::sizes(counts, arg)?;
    let mut out = at_least(cx, x, counts.len())?;
    for (d, &count) in counts.iter().enumerate().filter(|(_, c)| **c != 1) {
        out = repeated_along(cx, &out, d, count)?;
    }
    Ok(out)
}

fn repeated_along(cx: &Cx, x: &Tensor, d: usize, count: usize) -> Result<Tensor> {
    let mut dims = x.to_dims();
    let (outer, inner) = (dims[..d].iter().product(), dims[d..].iter().product());
    dims[d] = dims[d].saturating_mul(count);
    Tensor::shape_of(x.dtype(), dims)?;
    block(cx, x, [outer, count, inner], &dims)
}

/// Every element along dim `d` as many times as `count` says, beside itself.
pub fn spread_along(cx: &Cx, x: &Tensor, d: usize, count: usize) -> Result<Tensor> {
    let mut dims = x.to_dims();
    let (outer, inner) = (dims[..=d].iter().product(), dims[d + 1..].iter().product());
    dims[d] = dims[d].saturating_mul(count);
    Tensor::shape_of(x.dtype(), dims)?;
    block(cx, x, [outer, count, inner], &dims)
}

fn block(cx: &Cx, x: &Tensor, all: [usize; 3], dims: &Dims) -> Result<Tensor> {
    let rows = reshaped(cx, x, &[all[0], 1, all[2]])?;
    let wide = cx.call1(&super::expand::EXPAND, &[rows.into()], &[sizes(&all)])?;
    reshaped(cx, &wide, dims)
}

/// A tensor and a mask for it, broadcast to one shape, as vectors; and that shape. They are arguments 0 and 1.
pub fn masked(cx: &Cx, name: &str, x: &Operand, mask: &Operand) -> Result<(Tensor, Tensor, Dims)> {
    if mask.to_tensor().dtype() != DType::Bool {
        return Err(OpError::new("TYPE-13", format!("a mask holds bools, this has {}", mask.to_tensor().dtype()))
            .at(1, infer::describe(mask))
            .help("a comparison makes one: x > 0"));
    }
    let parts = [x.to_tensor().into(), mask.to_tensor().into()];
    let dims = infer::broadcast_all(name, &parts)?;
    let flat = Tensor::shape_of(x.to_tensor().dtype(), dims)?.numel();
    let long = |t: &Operand| {
        let wide = cx.call1(&super::expand::EXPAND, std::slice::from_ref(t), &[sizes(&dims)])?;
        reshaped(cx, &wide, &[flat])
    };
    Ok((long(&parts[0])?, long(&parts[1])?.plain()?, dims))
}
