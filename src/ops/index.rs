//! What `x[…]` means: items to a view, or to places. Shared by reading, writing and their gradients.

use super::error::{OpError, Result};
use super::infer::too_many_dims;
use super::{Attr, Operand, for_dtype};
use crate::device::DType;
use crate::device::cpu::copy;
use crate::device::cpu::index::{self as kernels, OutOfBounds, Term, Values};
use crate::device::cpu::reduce::Axis;
use crate::tape::Cx;
use crate::tensor::expr::broadcast_strides;
use crate::tensor::{Dims, Num, Strides, Tensor, broadcast};
use std::rc::Rc;

/// One item between the brackets.
#[derive(Clone, Debug)]
pub enum Item {
    /// One place of a dimension, which goes.
    At(i64),
    /// `start..end by step`; open ends where none is given.
    Slice { start: Option<i64>, end: Option<i64>, step: i64 },
    /// `none`: a new dimension of one.
    NewAxis,
    /// `...`: all dimensions that the other items leave.
    Ellipsis,
    /// Indices (i64) or a mask (bool).
    Tensor(Tensor),
}

impl PartialEq for Item {
    fn eq(&self, other: &Item) -> bool {
        match (self, other) {
            (Item::At(a), Item::At(b)) => a == b,
            (Item::Slice { start, end, step }, Item::Slice { start: s, end: e, step: t }) => {
                (start, end, step) == (s, e, t)
            }
            (Item::Tensor(a), Item::Tensor(b)) => a.is_same(b),
            (Item::NewAxis, Item::NewAxis) | (Item::Ellipsis, Item::Ellipsis) => true,
            _ => false,
        }
    }
}

/// A dimension of what the items select, before index tensors are looked up.
#[derive(Clone, Copy)]
struct Axis1 {
    size: usize,
    /// Step in elements of the tensor that is indexed.
    stride: isize,
    /// The index tensor that picks along it.
    picked_by: Option<usize>,
}

/// What items select of a tensor with given sizes and strides.
pub struct Selection {
    offset: isize,
    axes: Vec<Axis1>,
    /// Index tensors, plain i64.
    picks: Vec<Tensor>,
    /// The shape that the index tensors broadcast to.
    picked: Dims,
}

/// Resolves items against a tensor. `arg` is the position that errors name for the items; the tensor's is 0.
pub fn select(x: &Tensor, items: &[Item]) -> Result<Selection> {
    let items = expand_masks(x, items)?;
    let used = items.iter().filter(|i| !matches!(i, Item::NewAxis | Item::Ellipsis)).count();
    if used > x.ndim() {
        return Err(OpError::new(
            "INDEX-02",
            format!("{used} indices for a tensor of {} dimension{}", x.ndim(), if x.ndim() == 1 { "" } else { "s" }),
        )
        .at(0, format!("{}{}", x.dtype(), x.shape()))
        .at(1, format!("{used} indices")));
    }
    if items.iter().filter(|i| matches!(i, Item::Ellipsis)).count() > 1 {
        return Err(OpError::new("INDEX-03", "an index can have only one `...`").at(1, "here"));
    }
    let (dims, strides) = (x.to_dims(), x.strides());
    let mut s = Selection { offset: 0, axes: Vec::new(), picks: Vec::new(), picked: Dims::scalar() };
    let mut at = 0;
    let whole = |s: &mut Selection, at: &mut usize, count: usize| {
        for _ in 0..count {
            s.axes.push(Axis1 { size: dims[*at], stride: strides[*at], picked_by: None });
            *at += 1;
        }
    };
    for item in &items {
        match item {
            Item::At(i) => {
                let n = dims[at] as i64;
                if !(-n..n).contains(i) {
                    return Err(out_of_bounds(*i, dims[at], at, x));
                }
                s.offset += (if *i < 0 { i + n } else { *i }) as isize * strides[at];
                at += 1;
            }
            Item::Slice { start, end, step } => {
                let (first, size) = slice_range(*start, *end, *step, dims[at])?;
                s.offset += first as isize * strides[at];
                s.axes.push(Axis1 { size, stride: strides[at] * *step as isize, picked_by: None });
                at += 1;
            }
            Item::NewAxis => s.axes.push(Axis1 { size: 1, stride: 0, picked_by: None }),
            Item::Ellipsis => whole(&mut s, &mut at, x.ndim() - used),
            Item::Tensor(t) => {
                if t.dtype() != DType::I64 {
                    return Err(OpError::new(
                        "INDEX-04",
                        format!("an index tensor holds i64 or bool, this is {}", t.dtype()),
                    )
                    .at(1, format!("{}{}", t.dtype(), t.shape()))
                    .help("convert it with .long()"));
                }
                s.axes.push(Axis1 { size: dims[at], stride: strides[at], picked_by: Some(s.picks.len()) });
                s.picks.push(t.plain()?);
                s.picked = broadcast(&s.picked, t.dims()).map_err(|_| {
                    OpError::new(
                        "INDEX-05",
                        format!("index tensors of shapes {} and {} do not broadcast", s.picked, t.shape()),
                    )
                    .at(1, "here")
                })?;
                at += 1;
            }
        }
    }
    let left = x.ndim() - at;
    whole(&mut s, &mut at, left);
    let result = s.axes.iter().filter(|a| a.picked_by.is_none()).count() + s.picked.len();
    if result > crate::tensor::MAX_DIMS || s.axes.len() > crate::tensor::MAX_DIMS {
        return Err(too_many_dims(result.max(s.axes.len())).at(1, "here"));
    }
    Ok(s)
}

/// Replaces masks by the indices of what is true.
fn expand_masks(x: &Tensor, items: &[Item]) -> Result<Vec<Item>> {
    let takes = |i: &Item| match i {
        Item::NewAxis | Item::Ellipsis => 0,
        Item::Tensor(t) if t.dtype() == DType::Bool => t.ndim().max(1),
        _ => 1,
    };
    let total: usize = items.iter().map(takes).sum();
    let mut out = Vec::with_capacity(items.len());
    let mut at = 0;
    for item in items {
        match item {
            Item::Tensor(mask) if mask.dtype() == DType::Bool => {
                let fits = x.dims().get(at..at + mask.ndim()).is_some_and(|d| d == mask.dims()) && mask.ndim() > 0;
                if !fits {
                    return Err(OpError::new(
                        "INDEX-06",
                        format!(
                            "a mask of shape {} does not fit a tensor of shape {} at dim {at}",
                            mask.shape(),
                            x.shape()
                        ),
                    )
                    .at(0, format!("{}{}", x.dtype(), x.shape()))
                    .at(1, format!("bool{}", mask.shape())));
                }
                let m = mask.plain()?;
                let bits: &[u8] = m.slice();
                // SAFETY: bool tensors hold only 0 and 1.
                let bits: &[bool] = unsafe { std::slice::from_raw_parts(bits.as_ptr().cast(), bits.len()) };
                let count = kernels::count(bits);
                let mut places = vec![0i64; count * mask.ndim()];
                kernels::nonzero(mask.dims(), bits, &mut places);
                for d in 0..mask.ndim() {
                    let column = places.iter().skip(d).step_by(mask.ndim()).map(|&p| Num::Int(p));
                    out.push(Item::Tensor(Tensor::from_nums(DType::I64, Dims::of(&[count]), column)?));
                }
                at += mask.ndim();
            }
            Item::Ellipsis => {
                at += x.ndim().saturating_sub(total);
                out.push(item.clone());
            }
            _ => {
                at += takes(item);
                out.push(item.clone());
            }
        }
    }
    Ok(out)
}

/// The first place and the number of places of a slice, as Python has it.
pub fn slice_range(start: Option<i64>, end: Option<i64>, step: i64, n: usize) -> Result<(usize, usize)> {
    if step == 0 {
        return Err(OpError::new("INDEX-07", "the step of a slice cannot be 0").at(1, "by 0"));
    }
    let n = n as i64;
    let clamp = |i: i64, low: i64, high: i64| (if i < 0 { i.saturating_add(n) } else { i }).clamp(low, high);
    let (first, count) = if step > 0 {
        let first = start.map_or(0, |i| clamp(i, 0, n));
        let last = end.map_or(n, |i| clamp(i, 0, n));
        (first, if last > first { (last - first - 1) / step + 1 } else { 0 })
    } else {
        let first = start.map_or(n - 1, |i| clamp(i, -1, n - 1));
        let last = end.map_or(-1, |i| clamp(i, -1, n - 1));
        (first, if first > last { (first - last - 1) / step.saturating_neg() + 1 } else { 0 })
    };
    Ok((if count == 0 { 0 } else { first as usize }, count as usize))
}

pub(super) fn out_of_bounds(i: i64, n: usize, dim: usize, x: &Tensor) -> Box<OpError> {
    OpError::new(
        "INDEX-01",
        format!("index {i} is out of bounds: dim {dim} has {n} element{}", if n == 1 { "" } else { "s" }),
    )
    .at(0, format!("{}{}", x.dtype(), x.shape()))
    .at(1, format!("{i}"))
}

impl Selection {
    pub fn is_view(&self) -> bool {
        self.picks.is_empty()
    }

    /// The shape of the result.
    pub fn dims(&self) -> Dims {
        let (before, after) = self.around();
        let mut dims = Dims::scalar();
        let sizes =
            before.iter().map(|a| a.size).chain(self.picked.iter().copied()).chain(after.iter().map(|a| a.size));
        for size in sizes {
            let fits = dims.push(size);
            debug_assert!(fits, "`select` has counted them");
        }
        dims
    }

    /// The unpicked axes before and after the picked ones. Picked axes that are not neighbours come first, as in
    /// numpy.
    fn around(&self) -> (Vec<Axis1>, Vec<Axis1>) {
        if self.picks.is_empty() {
            return (self.axes.clone(), Vec::new());
        }
        let first = self.axes.iter().position(|a| a.picked_by.is_some()).unwrap_or(0);
        let last = self.axes.iter().rposition(|a| a.picked_by.is_some()).unwrap_or(0);
        let together = self.axes[first..=last].iter().all(|a| a.picked_by.is_some());
        let rest = |part: &[Axis1]| part.iter().copied().filter(|a| a.picked_by.is_none()).collect::<Vec<_>>();
        if together { (rest(&self.axes[..first]), rest(&self.axes[last..])) } else { (Vec::new(), rest(&self.axes)) }
    }

    /// The selected part as a view; there are no index tensors.
    pub fn view(&self, x: &Tensor) -> Result<Tensor> {
        let mut strides: Strides = [0; crate::tensor::MAX_DIMS];
        for (s, a) in strides.iter_mut().zip(&self.axes) {
            *s = a.stride;
        }
        let dims = self.dims();
        x.view(dims, if dims.contains(&0) { 0 } else { self.offset }, &strides)
    }

    /// For every element of the result, in order, its place in memory counted from the tensor's first element.
    /// All strides of the tensor are positive: it is plain.
    fn places(&self, x: &Tensor) -> Result<Vec<usize>> {
        let dims = self.dims();
        let (before, after) = self.around();
        let mut lists: Vec<(Vec<i64>, Vec<usize>, usize, usize)> = Vec::new();
        let unit = |d: usize| {
            let mut s = vec![0usize; dims.len()];
            s[d] = 1;
            s
        };
        let plain: Vec<(usize, &Axis1)> = before
            .iter()
            .enumerate()
            .chain(after.iter().enumerate().map(|(i, a)| (i + before.len() + self.picked.len(), a)))
            .collect();
        // Offsets that all elements share, and walks against the order of memory, go into explicit lists.
        for (d, a) in plain {
            let (step, len) = (a.stride.unsigned_abs(), a.size);
            let list = (0..len as i64).map(|i| if a.stride < 0 { len as i64 - 1 - i } else { i }).collect();
            lists.push((list, unit(d), len.max(1), step));
        }
        for (k, pick) in self.picks.iter().enumerate() {
            let axis = self.axes.iter().find(|a| a.picked_by == Some(k)).expect("each pick has its axis");
            let own = broadcast_strides(pick, &self.picked);
            let mut strides = vec![0usize; dims.len()];
            for (i, s) in own[..self.picked.len()].iter().enumerate() {
                strides[before.len() + i] = *s as usize;
            }
            lists.push((pick.slice::<i64>().to_vec(), strides, axis.size, axis.stride.unsigned_abs()));
        }
        let terms: Vec<Term> =
            lists.iter().map(|(index, strides, len, step)| Term { index, strides, len: *len, step: *step }).collect();
        let mut places = vec![0usize; dims.numel().unwrap_or(0)];
        kernels::places(&dims, &terms, &mut places)
            .map_err(|e| self.pick_error(e, lists.len() - self.picks.len(), x))?;
        // A walk backwards starts at its far end.
        let back: isize = self.axes.iter().filter(|a| a.stride < 0).map(|a| a.stride * (a.size as isize - 1)).sum();
        let base = (self.offset + back) as usize;
        if base != 0 {
            places.iter_mut().for_each(|p| *p += base);
        }
        Ok(places)
    }

    fn pick_error(&self, e: OutOfBounds, skipped: usize, x: &Tensor) -> Box<OpError> {
        let dim = self.axes.iter().position(|a| a.picked_by == Some(e.term.saturating_sub(skipped))).unwrap_or(0);
        let mut error = out_of_bounds(e.value, e.len, dim, x);
        error.message += &format!(" (element {} of the index tensor)", e.position);
        error
    }

    /// Whether index tensors pick from a plain tensor along neighbouring axes and all else is whole: then the result
    /// is made of runs, `(outer, places, inner)`.
    fn runs(&self, x: &Tensor) -> Option<(Axis, usize, usize)> {
        let first = self.axes.iter().position(|a| a.picked_by.is_some())?;
        let last = self.axes.iter().rposition(|a| a.picked_by.is_some())?;
        let together = self.axes[first..=last].iter().all(|a| a.picked_by.is_some());
        let whole = self.axes.len() == x.ndim()
            && self.axes.iter().zip(x.dims()).all(|(a, &d)| a.size == d)
            && self.offset == 0
            && self.axes.iter().zip(x.strides()).all(|(a, s)| a.stride == s);
        if !together || !whole {
            return None;
        }
        let d = x.dims();
        let axis = Axis {
            outer: d[..first].iter().product(),
            n: d[first..=last].iter().product(),
            inner: d[last + 1..].iter().product(),
        };
        Some((axis, first, last))
    }

    /// Places along the joined picked axes of `runs`.
    fn run_places(&self, x: &Tensor, first: usize, last: usize) -> Result<Vec<usize>> {
        let d = x.dims();
        let strides: Vec<Vec<usize>> = self
            .picks
            .iter()
            .map(|p| broadcast_strides(p, &self.picked)[..self.picked.len()].iter().map(|&s| s as usize).collect())
            .collect();
        let terms: Vec<Term> = (first..=last)
            .map(|axis| {
                let k = self.axes[axis].picked_by.expect("all are picked");
                let step = d[axis + 1..=last].iter().product();
                Term { index: self.picks[k].slice(), strides: &strides[k], len: d[axis], step }
            })
            .collect();
        let mut places = vec![0usize; self.picked.numel().unwrap_or(0)];
        kernels::places(&self.picked, &terms, &mut places).map_err(|e| self.pick_error(e, 0, x))?;
        Ok(places)
    }
}

/// `x[items]`, not recorded.
pub fn read(x: &Tensor, items: &[Item]) -> Result<Tensor> {
    x.force()?;
    let s = select(x, items)?;
    if s.is_view() {
        return s.view(x);
    }
    let x = x.plain()?;
    let s = select(&x, items)?;
    let out = Tensor::empty_dims(x.dtype(), s.dims())?;
    let (axis, places) = places_of(&s, &x)?;
    for_dtype!(x.dtype(), T => {
        // SAFETY: `out` is new and plain.
        let dst = unsafe { slice_mut::<T>(&out) };
        kernels::take(axis, x.slice::<T>(), &places, dst)
    });
    Ok(out)
}

/// The destination axis and places for the kernels: runs where there are any, else single elements.
fn places_of(s: &Selection, x: &Tensor) -> Result<(Axis, Vec<usize>)> {
    match s.runs(x) {
        Some((axis, first, last)) => Ok((axis, s.run_places(x, first, last)?)),
        None => Ok((Axis { outer: 1, n: x.numel(), inner: 1 }, s.places(x)?)),
    }
}

/// The elements of a new plain tensor for writing.
///
/// # Safety
/// Nobody else has seen the tensor, or `make_mut` has just run; `T` is its dtype's type.
#[allow(clippy::mut_from_ref)] // who may write is the caller's promise, not the borrow's
pub unsafe fn slice_mut<T>(t: &Tensor) -> &mut [T] {
    if t.numel() == 0 {
        return &mut [];
    }
    // SAFETY: a plain tensor has `numel` elements in a row, and the caller is alone with it.
    unsafe { std::slice::from_raw_parts_mut(t.write_ptr().cast(), t.numel()) }
}

/// `x[items] = value` (or `+=` with `add`), not recorded: changes `x`, in its memory when nobody else holds it.
/// `value` broadcasts to what is selected and has `x`'s dtype. After an error `x` has the numbers it had.
pub fn write(x: &mut Tensor, items: &[Item], value: &Tensor, add: bool) -> Result<()> {
    value.force()?;
    x.force()?;
    let dims = select(x, items)?.dims();
    // Ones in front are dropped, as numpy does.
    let front = value.ndim().saturating_sub(dims.len());
    let (ones, rest) = value.dims().split_at(front);
    let fits = ones.iter().all(|&d| d == 1) && broadcast(&dims, rest).is_ok_and(|d| d == dims);
    if !fits {
        return Err(OpError::new(
            "INDEX-08",
            format!("a value of shape {} does not fit the selected part, which has shape {dims}", value.shape()),
        )
        .at(0, format!("{}{}, selected {dims}", x.dtype(), x.shape()))
        .at(2, format!("{}{}", value.dtype(), value.shape())));
    }
    let value = if front == 0 {
        value.clone()
    } else {
        value.view(Dims::of(&value.dims()[front..]), 0, &shift(value.strides(), front))?
    };
    let ptr = x.make_mut()?;
    let s = select(x, items)?;
    let size = x.dtype().size();
    if s.is_view() && !add {
        let mut strides: Strides = [0; crate::tensor::MAX_DIMS];
        for (to, a) in strides.iter_mut().zip(&s.axes) {
            *to = a.stride;
        }
        let from = broadcast_strides(&value, &dims);
        if !dims.contains(&0) {
            // SAFETY: the selection lies within `x`, which nobody else holds; `value` is another tensor's memory,
            // or `make_mut` has copied `x` away from it.
            unsafe {
                let dst = ptr.offset(s.offset * size as isize);
                copy::copy(size, &dims, dst, &strides[..dims.len()], value.raw().ptr, &from[..dims.len()]);
            }
        }
        return Ok(());
    }
    let (axis, places) = places_of(&s, x)?;
    let value = value.view(dims, 0, &broadcast_strides(&value, &dims))?.plain()?;
    for_dtype!(x.dtype(), T => {
        // SAFETY: `make_mut` has made it ours alone.
        let dst = unsafe { slice_mut::<T>(x) };
        let values = Values::All(value.slice::<T>());
        if add { kernels::put_add(axis, dst, &places, values) } else { kernels::put(axis, dst, &places, values) }
    });
    Ok(())
}

fn shift(strides: Strides, by: usize) -> Strides {
    let mut out = [0; crate::tensor::MAX_DIMS];
    out[..strides.len() - by].copy_from_slice(&strides[by..]);
    out
}

impl Cx {
    /// `x[items]`.
    pub fn index(&self, x: &Tensor, items: &[Item]) -> Result<Tensor> {
        self.call1(&super::getitem::GETITEM, &[x.into()], &[Attr::Index(Rc::from(items))])
    }

    /// `x[items] = value`, in place when nobody else holds `x`. After an error `x` is as it was.
    pub fn index_put(&self, x: &mut Tensor, items: &[Item], value: &Operand) -> Result<()> {
        super::setitem::put(self, x, items, value, false)
    }
}
