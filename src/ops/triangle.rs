//! What `tril` and `triu` share.

use super::error::{OpError, Result};
use super::{Meta, Outputs, for_dtype};
use crate::tensor::{Element, Tensor};

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
                // The diagonal's place in this row; what is below it belongs to the lower side.
                let at = ((row % rows) as i64).saturating_add(diagonal);
                let split = at.saturating_add((side == Side::Lower) as i64).clamp(0, columns as i64) as usize;
                let (keep, clear) =
                    if side == Side::Lower { (0..split, split..columns) } else { (split..columns, 0..split) };
                to[keep.clone()].copy_from_slice(&from[keep]);
                to[clear].fill(T::default());
            }
        })
    }
    check(&Meta::of(x))?;
    let x = x.plain()?;
    Ok(Outputs::One(for_dtype!(x.dtype(), T => go::<T>(&x, diagonal, side))?))
}
