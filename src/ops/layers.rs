//! What the operations of layers share: their operands in one dtype, sizes for each dimension, images with and without
//! a batch.

use super::error::{OpError, Result};
use super::infer::{describe, float};
use super::rules::sizes;
use super::{Attr, Attrs, Operand};
use crate::device::DType;
use crate::tape::Cx;
use crate::tensor::{Dims, Tensor};

/// The operands of a layer do not fit each other.
pub fn misfit(message: impl Into<String>) -> Box<OpError> {
    OpError::new("SHAPE-30", message)
}

/// An argument that is out of its range.
pub fn bad(arg: usize, value: impl std::fmt::Display, message: impl Into<String>) -> Box<OpError> {
    OpError::new("VALUE-12", message).at(arg, format!("{value}"))
}

/// Operands in their common dtype; the absent stay so. bool counts as i64.
pub fn common(cx: &Cx, args: &[Operand]) -> Result<Vec<Operand>> {
    convert(cx, args, |d| if d == DType::Bool { DType::I64 } else { d })
}

/// Operands in their common float dtype; integers become f32.
pub fn floats(cx: &Cx, args: &[Operand]) -> Result<Vec<Operand>> {
    convert(cx, args, float)
}

fn convert(cx: &Cx, args: &[Operand], own: fn(DType) -> DType) -> Result<Vec<Operand>> {
    let mut dtype: Option<DType> = None;
    for t in args.iter().filter_map(Operand::tensor) {
        dtype = Some(dtype.map_or(t.dtype(), |d| d.promote(t.dtype())));
    }
    for a in args {
        if let Operand::Num(v) = a {
            dtype = Some(dtype.map_or(v.dtype(), |d| v.join(d)));
        }
    }
    let dtype = own(dtype.unwrap_or(DType::F32));
    let convert = |a: &Operand| {
        Ok(match a {
            Operand::None => Operand::None,
            Operand::Tensor(t) => cx.cast(t, dtype)?.into(),
            Operand::Num(v) => Tensor::scalar(dtype, *v).into(),
        })
    };
    args.iter().map(convert).collect()
}

/// Ints for each of `rank` dimensions, from one for all or one for each; the first of two stands in for a dimension
/// that is not there.
pub struct Sizes {
    pub name: &'static str,
    /// The position of the argument, for errors.
    pub arg: usize,
    pub least: i64,
    /// The value along a dimension that is not there.
    pub neutral: i64,
}

impl Sizes {
    /// Attribute `k`.
    pub fn at(&self, attrs: &Attrs, k: usize, rank: usize) -> Result<[usize; 2]> {
        match attrs.opt_ints(k) {
            Some(list) => self.of(list, rank),
            None => Err(bad(self.arg, "none", format!("{} cannot be none", self.name))),
        }
    }

    pub fn of(&self, list: &[i64], rank: usize) -> Result<[usize; 2]> {
        let shown = || Dims::new(&list.iter().map(|&i| i.max(0) as usize).collect::<Vec<_>>()).unwrap_or_default();
        if list.is_empty() || list.len() != 1 && list.len() != rank {
            let wanted = if rank == 1 { "an int".to_string() } else { format!("an int or {rank} ints") };
            return Err(bad(self.arg, shown(), format!("{} is {wanted}, not {} ints", self.name, list.len())));
        }
        if let Some(wrong) = list.iter().find(|&&i| i < self.least || i > i32::MAX as i64) {
            let bound = if *wrong < self.least { "least" } else { "most" };
            let limit = if *wrong < self.least { self.least } else { i32::MAX as i64 };
            return Err(bad(self.arg, wrong, format!("{} is at {bound} {limit}, not {wrong}", self.name)));
        }
        let last = list[list.len() - 1] as usize;
        Ok([if rank == 1 { self.neutral as usize } else { list[0] as usize }, last])
    }
}

/// Images as (batch, channels, height, width), and what `restore` needs to undo that.
pub struct Images {
    pub x: Tensor,
    batched: bool,
    rank: usize,
}

/// `x` with a batch, and with a height if `rank` is 1. Its size of channels may be 0 only where `empty` says so.
pub fn images(cx: &Cx, name: &str, x: &Tensor, rank: usize) -> Result<Images> {
    let batched = match x.ndim() {
        n if n == rank + 2 => true,
        n if n == rank + 1 => false,
        n => {
            let places = if rank == 1 { "length" } else { "height, width" };
            return Err(misfit(format!(
                "`{name}` takes ([batch,] channels, {places}), but the input has {n} dimension{}",
                if n == 1 { "" } else { "s" }
            ))
            .at(0, describe(&x.into())));
        }
    };
    let mut dims = x.to_dims();
    if !batched {
        let fits = dims.insert(0, 1);
        debug_assert!(fits);
    }
    if rank == 1 {
        let fits = dims.insert(2, 1);
        debug_assert!(fits);
    }
    Ok(Images { x: reshape(cx, x, &dims)?, batched, rank })
}

impl Images {
    /// A result in the form that the input had.
    pub fn restore(&self, cx: &Cx, y: &Tensor) -> Result<Tensor> {
        let mut dims = y.to_dims();
        if self.rank == 1 {
            dims.remove(2);
        }
        if !self.batched {
            dims.remove(0);
        }
        reshape(cx, y, &dims)
    }
}

/// A reshape in a composite.
pub fn reshape(cx: &Cx, x: &Tensor, dims: &[usize]) -> Result<Tensor> {
    if x.dims() == dims {
        return Ok(x.clone());
    }
    cx.call1(&super::reshape::RESHAPE, &[x.into()], &[sizes(dims)])
}

/// What a kernel for f32 and f64 computes with: contiguous, half types as f32. Not recorded.
pub fn wide(cx: &Cx, t: &Tensor) -> Result<Tensor> {
    cx.without_grad(|| cx.cast(t, t.dtype().compute()))?.plain()
}

/// A kernel's result in the dtype that was asked for. Not recorded.
pub fn narrow(cx: &Cx, t: Tensor, dtype: DType) -> Result<Tensor> {
    cx.without_grad(|| cx.cast(&t, dtype))
}

/// The attribute as a list of ints, or `none`.
pub fn list(attrs: &Attrs, k: usize) -> Option<&[i64]> {
    match attrs.get(k) {
        Attr::Ints(list) if list.is_empty() => None,
        _ => attrs.opt_ints(k),
    }
}
