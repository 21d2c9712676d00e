//! What operations share that follow an index tensor along one dimension: gather, scatter, and the gradients of all
//! that pick by such an index.

use super::error::{OpError, Result};
use super::index::{Item, out_of_bounds};
use super::infer::resolve_dim;
use super::{Meta, Operand, for_dtype};
use crate::device::DType;
use crate::device::cpu::elem::{Elem, Wide};
use crate::device::cpu::index::{OutOfBounds, outside};
use crate::tape::{Cx, Saved};
use crate::tensor::{Dims, Num, Tensor};
use std::cmp::Ordering;

/// The positions of dim and index among the parameters of `gather`, `scatter` and `scatter_add`.
const DIM: usize = 1;
const INDEX: usize = 2;

/// What scatter does where it writes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Write {
    Put,
    Add,
    Multiply,
    Largest,
    Smallest,
}

/// Checks the shapes of a tensor and an index for it; gives the dimension.
pub fn check(x: &Meta, dim: i64, index: &Meta) -> Result<usize> {
    if index.dtype != DType::I64 {
        return Err(OpError::new("INDEX-04", format!("an index tensor holds i64, this is {}", index.dtype))
            .at(INDEX, format!("{index}"))
            .help("convert it with .long()"));
    }
    let at = resolve_dim(dim, x.dims.len(), DIM)?;
    // An index of nothing fits anywhere, as in torch.
    let shorter = |d: usize| d == at || index.dims[d] <= x.dims[d];
    let empty = index.dims.contains(&0);
    if index.dims.len() != x.dims.len() || !(empty || (0..x.dims.len()).all(shorter)) {
        return Err(OpError::new(
            "SHAPE-14",
            format!("an index of shape {} does not lie within {} beside dim {at}", index.dims, x.dims),
        )
        .at(0, format!("{x}"))
        .at(INDEX, format!("{index}"))
        .help("both need as many dimensions, and in all but that one the index may not be longer"));
    }
    Ok(at)
}

/// The dimension that attribute 0 named when the operation ran on a tensor of `ndim` dimensions.
pub fn dim_of(s: &Saved, ndim: usize) -> usize {
    match resolve_dim(s.attrs().int(0), ndim, DIM) {
        Ok(at) => at,
        Err(_) => unreachable!("checked when it ran"),
    }
}

/// Refuses negative numbers, which do not count from the end here, as in torch.
pub fn check_signs(x: &Tensor, dim: usize, index: &Tensor) -> Result<Tensor> {
    let index = index.plain()?;
    let all = index.slice::<i64>();
    // The largest is no index of any dimension.
    if let Some((_, negative)) = outside(all, 0, i64::MAX).filter(|(_, i)| *i < 0) {
        let mut e = out_of_bounds(negative, x.dims().get(dim).copied().unwrap_or(1), dim, x);
        e.at.retain(|(arg, _)| *arg == 0);
        return Err(e.at(INDEX, format!("holds {negative}")));
    }
    Ok(index)
}

/// Indices that count from the end of `n` places as those they mean; others as they are.
pub fn from_the_start(index: &Tensor, n: usize) -> Result<Tensor> {
    let index = index.plain()?;
    let (all, n) = (index.slice::<i64>(), n as i64);
    if all.iter().all(|&i| i >= 0) {
        return Ok(index);
    }
    let wrapped = all.iter().map(|&i| Num::Int(if (-n..0).contains(&i) { i + n } else { i }));
    Tensor::from_nums(DType::I64, index.to_dims(), wrapped)
}

fn refuse(e: OutOfBounds, dim: usize, x: &str) -> Box<OpError> {
    let error = OpError::new(
        "INDEX-01",
        format!(
            "index {} is out of bounds: dim {dim} has {} element{}",
            e.value,
            e.len,
            if e.len == 1 { "" } else { "s" }
        ),
    )
    .at(0, x)
    .at(INDEX, format!("its element {} is {}", e.position, e.value));
    if e.value < 0 { error.help("in this operation indices count from the start alone") } else { error }
}

/// `x[i, index[i, j, k], k]` for dim 1 of three, not recorded.
pub fn gather(x: &Tensor, dim: i64, index: &Tensor) -> Result<Tensor> {
    let at = check(&Meta::of(x), dim, &Meta::of(index))?;
    let index = index.plain()?;
    if index.numel() == 0 {
        return Tensor::empty(x.dtype(), index.shape().clone());
    }
    let shown = format!("{}{}", x.dtype(), x.to_dims());
    for_dtype!(x.dtype(), T => x.gather_along::<T>(at, &index, |e| refuse(e, at, &shown)))
}

/// `x` with `src` at `x[i, index[i, j, k], k]` for dim 1 of three, not recorded; `src` has `x`'s dtype. In `x`'s memory
/// when nobody else holds it.
pub fn scatter(x: Tensor, dim: i64, index: &Tensor, src: &Tensor, write: Write) -> Result<Tensor> {
    let at = check(&Meta::of(&x), dim, &Meta::of(index))?;
    let short =
        src.ndim() != 0 && (src.ndim() != index.ndim() || index.dims().iter().zip(src.dims()).any(|(i, s)| i > s));
    if short && index.numel() > 0 {
        return Err(OpError::new(
            "SHAPE-14",
            format!("an index of shape {} asks for more than a source of shape {} has", index.shape(), src.shape()),
        )
        .at(INDEX, format!("i64{}", index.shape()))
        .at(3, format!("{}{}", src.dtype(), src.shape())));
    }
    let index = index.plain()?;
    if index.numel() == 0 {
        return Ok(x);
    }
    let shown = format!("{}{}", x.dtype(), x.to_dims());
    for_dtype!(x.dtype(), T => match write {
        Write::Put => x.scatter_along::<T>(at, &index, src, |_, new| new, |e| refuse(e, at, &shown)),
        Write::Add => x.scatter_along::<T>(at, &index, src, |old: T, new| old.plus(new), |e| refuse(e, at, &shown)),
        Write::Multiply => {
            let times = |old: T, new: T| T::narrow(old.wide().mul(new.wide()));
            x.scatter_along::<T>(at, &index, src, times, |e| refuse(e, at, &shown))
        }
        Write::Largest => {
            let larger = |old: T, new: T| if new.partial_cmp(&old) == Some(Ordering::Greater) || new.is_nan() { new } else { old };
            x.scatter_along::<T>(at, &index, src, larger, |e| refuse(e, at, &shown))
        }
        Write::Smallest => {
            let smaller = |old: T, new: T| if new.partial_cmp(&old) == Some(Ordering::Less) || new.is_nan() { new } else { old };
            x.scatter_along::<T>(at, &index, src, smaller, |e| refuse(e, at, &shown))
        }
    })
}

/// The gradient of what picked the places `index` along a dim of a tensor of shape `dims`: `g` added to zeros, or to
/// `acc`, at these places.
pub fn put_back(cx: &Cx, g: &Tensor, dims: &Dims, dim: usize, index: &Tensor, acc: Option<Tensor>) -> Tensor {
    let into = acc.unwrap_or_else(|| cx.zeros(g.dtype(), dims));
    if cx.grad_enabled() {
        return cx.scatter_add(into, dim, index, g);
    }
    cx.infallible(scatter(into, dim as i64, index, g, Write::Add))
}

/// Argument `arg`, the source of a scatter, in the dtype of what it is put into; a float does not go into integers.
pub fn source(cx: &Cx, x: &Tensor, src: &Operand, arg: usize) -> Result<Tensor> {
    let given = match src {
        Operand::Num(v) => v.dtype(),
        Operand::Tensor(t) => t.dtype(),
        Operand::None => return Err(OpError::new("TYPE-11", "none cannot be put into a tensor").at(arg, "none")),
    };
    if given.is_float() && !x.dtype().is_float() || x.dtype() == DType::Bool && given != DType::Bool {
        return Err(OpError::new("TYPE-12", format!("{given} does not fit into a tensor of {}", x.dtype()))
            .at(0, format!("{}{}", x.dtype(), x.shape()))
            .at(arg, super::infer::describe(src)));
    }
    match src {
        Operand::Num(v) => Ok(Tensor::scalar(x.dtype(), *v)),
        other => cx.cast(&other.to_tensor(), x.dtype()),
    }
}

/// The gradient of a source of which the index covered a part, or of one number for all of it.
pub fn widen(cx: &Cx, covered: Tensor, dims: &Dims) -> Tensor {
    if covered.dims() == &**dims || dims.is_empty() {
        return covered;
    }
    let items: Vec<Item> =
        covered.dims().iter().map(|&n| Item::Slice { start: Some(0), end: Some(n as i64), step: 1 }).collect();
    let mut zeros = cx.zeros(covered.dtype(), dims);
    cx.infallible(cx.index_put(&mut zeros, &items, &covered.into()).map(|()| zeros))
}
