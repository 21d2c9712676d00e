//! What `sort`, `argsort`, `topk`, `kthvalue`, `median` and `mode` share.

use super::error::Result;
use super::infer::resolve_dim;
use super::permute::permuted;
use super::{Attrs, Meta, OpError, Outputs, along, extreme, for_dtype, joining};
use crate::device::cpu::sort::{self, Sortable};
use crate::tape::{Cx, Saved};
use crate::tensor::{Dims, Element, Tensor};

/// A tensor with one dimension brought to the end, in row-major order.
pub struct Rows {
    pub x: Tensor,
    /// The length of a row: 1 for a tensor of no dimensions.
    pub n: usize,
    dim: usize,
}

impl Rows {
    /// `dim` is checked here; errors name it as argument `arg`.
    pub fn new(x: &Tensor, dim: i64, arg: usize) -> Result<Rows> {
        let at = resolve_dim(dim, x.ndim(), arg)?;
        let Some(&n) = x.dims().get(at) else { return Ok(Rows { x: x.plain()?, n: 1, dim: at }) };
        Ok(Rows { x: permuted(x, &order(x.ndim(), at, x.ndim() - 1))?.plain()?, n, dim: at })
    }

    /// The shape of a result with rows of `n`.
    pub fn dims(&self, n: usize) -> Dims {
        let mut dims = self.x.to_dims();
        if let Some(last) = dims.last_mut() {
            *last = n;
        }
        dims
    }

    /// A result with the dimension back in its place.
    pub fn restore(&self, t: Tensor) -> Result<Tensor> {
        match t.ndim() {
            0 => Ok(t),
            n if self.dim == n - 1 => Ok(t),
            n => permuted(&t, &order(n, n - 1, self.dim)),
        }
    }
}

/// All dimensions in order, but for one that goes from one place to another.
fn order(ndim: usize, from: usize, to: usize) -> Vec<usize> {
    let mut order: Vec<usize> = (0..ndim).filter(|&d| d != from).collect();
    order.insert(to, from);
    order
}

/// The sorted numbers and where they were, or the latter alone.
pub fn sorted(x: &Tensor, dim: i64, descending: bool, values: bool) -> Result<Vec<Tensor>> {
    fn go<T: Element + Sortable>(r: &Rows, descending: bool, values: bool) -> Result<Vec<Tensor>> {
        let dims = r.dims(r.n);
        if !values {
            let indices = Tensor::build(dims, |dst| sort::argsort::<T>(r.n, descending, r.x.slice(), dst))?;
            return Ok(vec![r.restore(indices)?]);
        }
        let (values, indices) =
            Tensor::build_pair::<T, i64>(dims, |v, i| sort::sort::<T>(r.n, descending, r.x.slice(), v, i))?;
        Ok(vec![r.restore(values)?, r.restore(indices)?])
    }
    let r = Rows::new(x, dim, 1)?;
    for_dtype!(x.dtype(), T => go::<T>(&r, descending, values))
}

/// Which element of a row is looked for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Pick {
    /// The one at this place in order.
    Kth(usize),
    /// The lower of the middle ones, or the first NaN.
    Median,
    /// The commonest.
    Mode,
}

/// One element of each row along a dimension (argument `arg`), and where it is.
pub fn pick(cx: &Cx, name: &str, x: &Tensor, pick: Pick, (dim, arg): (i64, usize), keepdim: bool) -> Result<Outputs> {
    fn go<T: Element + Sortable>(r: &Rows, pick: Pick) -> Result<(Tensor, Tensor)> {
        let (n, x, dims) = (r.n, r.x.slice::<T>(), r.dims(1));
        match pick {
            Pick::Kth(k) => Tensor::build_pair::<T, i64>(dims, |v, i| sort::kth(n, k, false, x, v, i)),
            Pick::Median => Tensor::build_pair::<T, i64>(dims, |v, i| sort::kth(n, (n - 1) / 2, true, x, v, i)),
            Pick::Mode => {
                let (all, places) = Tensor::build_pair::<T, i64>(r.dims(n), |v, i| sort::sort(n, false, x, v, i))?;
                let (all, places) = (all.slice::<T>(), places.slice());
                Tensor::build_pair::<T, i64>(dims, |v, i| sort::longest_runs(n, all, places, v, i))
            }
        }
    }
    let r = Rows::new(x, dim, arg)?;
    if r.n == 0 {
        if r.dims(1).numel() != Some(0) {
            return Err(extreme::nothing(name, x).at(arg, "this dim has size 0"));
        }
        let empty = |dtype| Tensor::empty_dims(dtype, r.dims(1)).and_then(|t| r.restore(t));
        return shaped(cx, [empty(x.dtype())?, empty(crate::device::DType::I64)?], x, r.dim, keepdim);
    }
    let (values, indices) = for_dtype!(x.dtype(), T => go::<T>(&r, pick))?;
    shaped(cx, [r.restore(values)?, r.restore(indices)?], x, r.dim, keepdim)
}

/// Results with a dimension of one at `at`, which goes unless `keepdim`.
fn shaped(cx: &Cx, parts: [Tensor; 2], x: &Tensor, at: usize, keepdim: bool) -> Result<Outputs> {
    let mut dims = x.to_dims();
    match (dims.get_mut(at), keepdim) {
        (None, _) => {}
        (Some(size), true) => *size = 1,
        (Some(_), false) => {
            dims.remove(at);
        }
    }
    let [values, indices] = parts;
    cx.without_grad(|| {
        Ok(Outputs::Many(vec![joining::reshaped(cx, &values, &dims)?, joining::reshaped(cx, &indices, &dims)?]))
    })
}

/// Refuses bools, which have no middle.
pub fn refuse_bools(name: &str, x: &Meta) -> Result<()> {
    if x.dtype != crate::device::DType::Bool {
        return Ok(());
    }
    Err(OpError::new("TYPE-10", format!("`{name}` is not defined for bool")).at(0, format!("{x}")))
}

/// The gradient of numbers that came from the places in result 1, along the dimension of attribute `dim`.
pub fn to_places(cx: &Cx, s: &Saved, g: &Tensor, dim: i64) -> Tensor {
    let dims = s.shape(0);
    if dims.is_empty() {
        return g.clone();
    }
    let Ok(at) = resolve_dim(dim, dims.len(), 1) else { unreachable!("checked when it ran") };
    along::put_back(cx, g, &dims, at, &s.out_at(1), None)
}

/// The shape of the operand, after a check of the dimension in attribute 0.
pub fn infer(metas: &[Meta], attrs: &Attrs) -> Result<Dims> {
    resolve_dim(attrs.int(0), metas[0].dims.len(), 1)?;
    Ok(metas[0].dims)
}
