//! What `tril`, `triu`, `tril_indices` and `triu_indices` share.

use super::error::{OpError, Result};
use super::sig::{DEVICE, DTYPE, Default, Param, ParamKind, int};
use super::{Attrs, Meta, Outputs, for_dtype, infer};
use crate::device::DType;
use crate::tape::Cx;
use crate::tensor::{Dims, Element, Tensor};

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Side {
    Lower,
    Upper,
}

/// Matrices have two dimensions or more.
pub fn check(x: &Meta) -> Result<()> {
    if x.dims.len() < 2 {
        return Err(OpError::new("SHAPE-13", "only matrices have triangles").at(0, format!("{x}")));
    }
    Ok(())
}

/// The triangle on one side of a diagonal, with it.
pub fn run(x: &Tensor, diagonal: i64, side: Side) -> Result<Outputs> {
    fn go<T: Element>(x: &Tensor, diagonal: i64, side: Side) -> Result<Tensor> {
        let dims = x.to_dims();
        let (rows, columns) = (dims[dims.len() - 2], dims[dims.len() - 1]);
        Tensor::build::<T>(dims, |dst| {
            let lines = dst.chunks_exact_mut(columns.max(1)).zip(x.slice::<T>().chunks_exact(columns.max(1)));
            for (row, (to, from)) in lines.enumerate() {
                let keep = kept(row % rows, columns, diagonal, side);
                let clear = if side == Side::Lower { keep.end..columns } else { 0..keep.start };
                to[keep.clone()].copy_from_slice(&from[keep]);
                to[clear].fill(T::default());
            }
        })
    }
    check(&Meta::of(x))?;
    let x = x.plain()?;
    Ok(Outputs::One(for_dtype!(x.dtype(), T => go::<T>(&x, diagonal, side))?))
}

/// The parameters of `tril_indices` and `triu_indices`.
pub const INDEX_PARAMS: &[Param] =
    &[int("row"), int("col"), Param::new("offset", ParamKind::Int).or(Default::Int(0)), DTYPE, DEVICE];

/// Which columns of a row lie in a triangle; what is below the diagonal belongs to the lower one.
fn kept(row: usize, columns: usize, offset: i64, side: Side) -> std::ops::Range<usize> {
    let at = (row as i64).saturating_add(offset);
    let split = at.saturating_add((side == Side::Lower) as i64).clamp(0, columns as i64) as usize;
    if side == Side::Lower { 0..split } else { split..columns }
}

/// How many places a triangle has.
fn count(rows: usize, width: usize, offset: i64, side: Side) -> u128 {
    // Of the lower triangle: rows that are full, and rows that grow by one.
    let (n, m, k) = (rows as i128, width as i128, offset as i128);
    let lower = |k: i128| {
        let first = (-k).clamp(0, n);
        let full = (m - k).clamp(first, n);
        let grown = full - first;
        // Row `first + i` has `first + i + k` places and its diagonal.
        grown * (first + k).max(0) + grown * (grown + 1) / 2 + (n - full) * m
    };
    (if side == Side::Lower { lower(k) } else { n * m - lower(k - 1) }) as u128
}

pub fn infer_indices(attrs: &Attrs, side: Side) -> Result<Vec<Meta>> {
    let dims = [infer::sizes(&[attrs.int(0)], 0)?[0], infer::sizes(&[attrs.int(1)], 1)?[0]];
    let dtype = attrs.opt_dtype(3).unwrap_or(DType::I64);
    if dtype != DType::I64 {
        return Err(OpError::new("TYPE-10", format!("indices are of i64, not {dtype}")).at(3, dtype.name()));
    }
    let n = count(dims[0], dims[1], attrs.int(2), side).min(usize::MAX as u128) as usize;
    Ok(vec![Meta::new(DType::I64, Dims::of(&[2, n]))])
}

pub fn indices(cx: &Cx, attrs: &Attrs, side: Side) -> Result<Outputs> {
    super::making::device(attrs, 4, cx.device())?;
    let dims = infer_indices(attrs, side)?[0].dims;
    let (rows, width, offset) = (attrs.int(0) as usize, attrs.int(1) as usize, attrs.int(2));
    let out = Tensor::build::<i64>(dims, |dst| {
        let (first, second) = dst.split_at_mut(dims[1]);
        if dims[1] == 0 {
            return;
        }
        let places = (0..rows).flat_map(|r| kept(r, width, offset, side).map(move |c| (r as i64, c as i64)));
        for ((r, c), (row, column)) in first.iter_mut().zip(second).zip(places) {
            (*r, *c) = (row, column);
        }
    })?;
    Ok(Outputs::One(out))
}
