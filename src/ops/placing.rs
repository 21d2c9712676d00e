//! What operations share that take whole places of one dimension by a vector of indices: `index_select`, `index_add`
//! and their like.

use super::along::{check_signs, from_the_start};
use super::error::{OpError, Result};
use super::index::Item;
use super::infer::{describe, resolve_dim};
use super::joining::reshaped;
use super::rules::WHOLE;
use super::{Meta, Operand};
use crate::device::DType;
use crate::tape::Cx;
use crate::tensor::{Dims, Num, Tensor};

/// A tensor, one of its dimensions, and indices into it. The tensor is parameter 0, the dimension 1, the indices 2.
pub struct Places {
    /// Of one dimension where it had none.
    pub x: Tensor,
    pub at: usize,
    pub index: Tensor,
    scalar: bool,
}

impl Places {
    pub fn new(cx: &Cx, name: &str, x: &Tensor, dim: i64, index: &Operand) -> Result<Places> {
        let at = resolve_dim(dim, x.ndim(), 1)?;
        let given = index.to_tensor();
        if given.dtype() != DType::I64 || given.ndim() > 1 {
            return Err(OpError::new("INDEX-04", format!("{name} takes a vector of i64")).at(2, describe(index)));
        }
        // Numbers of no dimensions count as vectors of one.
        let scalar = x.ndim() == 0;
        let x = if scalar { reshaped(cx, x, &[1])? } else { x.clone() };
        let index = reshaped(cx, &given, &[given.numel()])?.plain()?;
        Ok(Places { x, at, index, scalar })
    }

    /// Refuses indices that count from the end.
    pub fn from_the_start(mut self) -> Result<Places> {
        self.index = check_signs(&self.x, self.at, &self.index)?;
        Ok(self)
    }

    /// Negative indices counted from the start; refuses those that are out of bounds.
    pub fn wrapped(mut self) -> Result<Places> {
        self.index = from_the_start(&self.index, self.x.dims()[self.at])?;
        self.from_the_start()
    }

    fn items(&self, index: &Tensor) -> Vec<Item> {
        let mut items = vec![WHOLE; self.at];
        items.push(Item::Tensor(index.clone()));
        items
    }

    /// The places, in the order of the indices.
    pub fn read(&self, cx: &Cx) -> Result<Tensor> {
        let out = cx.index(&self.x, &self.items(&self.index)).map_err(moved)?;
        if self.scalar && out.numel() == 1 { reshaped(cx, &out, &[]) } else { Ok(out) }
    }

    /// The tensor with `value` (of its dtype, broadcast) written or added at the places.
    pub fn write(self, cx: &Cx, value: &Tensor, add: bool) -> Result<Tensor> {
        let items = self.items(&self.index);
        let mut x = self.x;
        super::setitem::put(cx, &mut x, &items, &value.into(), add).map_err(moved)?;
        if self.scalar { reshaped(cx, &x, &[]) } else { Ok(x) }
    }

    /// The positions among the indices whose places no later one names again, in order; none if that is all of them.
    pub fn last(&self) -> Result<Option<Tensor>> {
        let index = self.index.slice::<i64>();
        let mut seen = std::collections::HashSet::with_capacity(index.len());
        let mut last: Vec<i64> = (0..index.len()).rev().filter(|&k| seen.insert(index[k])).map(|k| k as i64).collect();
        if last.len() == index.len() {
            return Ok(None);
        }
        last.reverse();
        Tensor::from_nums(DType::I64, Dims::of(&[last.len()]), last.into_iter().map(Num::Int)).map(Some)
    }

    /// The same with only some of the indices.
    pub fn at_positions(mut self, cx: &Cx, positions: &Tensor) -> Result<Places> {
        self.index = cx.index(&self.index, &[Item::Tensor(positions.clone())])?;
        Ok(self)
    }

    /// Argument 3, of the tensor's shape but for the dimension, in which it has as many places as there are indices;
    /// a single element may go without dimensions.
    pub fn fit(&self, cx: &Cx, source: &Tensor, given: &Operand) -> Result<Tensor> {
        let mut dims = self.x.to_dims();
        dims[self.at] = self.index.numel();
        let single = source.ndim() == 0 && self.x.ndim() == 1 && dims[0] == 1;
        if source.dims() == &*dims || single {
            return reshaped(cx, source, &dims);
        }
        Err(OpError::new("SHAPE-14", format!("a source of shape {} does not fit, it needs {dims}", source.shape()))
            .at(0, format!("{}", Meta::of(&self.x)))
            .at(2, format!("{} indices for dim {}", self.index.numel(), self.at))
            .at(3, describe(given)))
    }
}

/// Indexing counts its index as argument 1.
fn moved(mut e: Box<OpError>) -> Box<OpError> {
    e.at.iter_mut().filter(|(arg, _)| *arg > 0).for_each(|(arg, _)| *arg += 1);
    e
}
