//! Indices along one dim, one for each element: torch's `gather`, `scatter` and `scatter_add`.

use super::{CHUNK, OutOfBounds, in_bounds, outside};
use crate::device::cpu::copy::{MAX_DIMS, Shared};
use crate::device::cpu::elem::vectorized;
use crate::device::cpu::pool;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};

/// Refuses indices that are not in `0..len`: here none counts from the end, as in torch.
fn check(index: &[i64], len: usize) -> Result<(), OutOfBounds> {
    match outside(index, 0, i64::try_from(len).unwrap_or(i64::MAX)) {
        Some((position, value)) => Err(OutOfBounds { term: 0, position, value, len }),
        None => Ok(()),
    }
}

/// What [`scatter`] writes: elements of a strided tensor, or one value.
#[derive(Clone, Copy, Debug)]
pub enum Source<'a, T> {
    Strided(*const T, &'a [isize]),
    One(T),
}

/// `dst[i, j, k] = src[i, index[i, j, k], k]` for dim 1 of three, and alike for others. `index` and `dst` are
/// contiguous of `shape`; the source is `len` long in `dim`.
///
/// # Safety
/// `src` with its strides is readable wherever `shape`, with `len` for `dim`, reaches.
pub unsafe fn gather<T: Copy + Send + Sync>(
    shape: &[usize],
    dim: usize,
    index: &[i64],
    (src, strides, len): (*const T, &[isize], usize),
    dst: &mut [T],
) -> Result<(), OutOfBounds> {
    let rows = Rows::new(shape, dim);
    let (src, out) = (Shared(src), Shared(dst[..rows.numel()].as_mut_ptr()));
    let (clean, end) = (AtomicBool::new(true), i64::try_from(len).unwrap_or(i64::MAX));
    let (index, last) = (&index[..rows.numel()], shape.len().wrapping_sub(1));
    let step = strides.get(dim).copied().unwrap_or(0);
    let along = if dim == last { 0 } else { strides.get(last).copied().unwrap_or(0) };
    rows.each(true, &|row, from, to, outer| {
        let base = outer.offset(strides);
        let src = src.get().wrapping_offset(base);
        let index = &index[row * rows.len..][from..to];
        // Looked at when they are about to be used, so that they come through memory once.
        if !in_bounds(index, 0, end) {
            return clean.store(false, Relaxed);
        }
        // SAFETY: each element of `dst` is written once, and the index is checked.
        unsafe {
            let dst = std::slice::from_raw_parts_mut(out.get().add(row * rows.len + from), to - from);
            gather_row(src.wrapping_offset(from as isize * along), step, along, index, dst);
        }
    });
    if clean.into_inner() { Ok(()) } else { check(index, len) }
}

/// `dst[i, index[i, j, k], k] = join(itself, src[i, j, k])` for dim 1 of three, and alike for others: `join` that
/// gives its second argument assigns, [`super::Elem::plus`] adds. `index` is contiguous of `shape`; the destination
/// is `len` long in `dim`. On an error nothing is written.
///
/// # Safety
/// `dst` with its strides is writable wherever `shape`, with `len` for `dim`, reaches, and no two of those elements
/// share memory; `src` is readable over `shape`.
pub unsafe fn scatter<T: Copy + Send + Sync>(
    shape: &[usize],
    dim: usize,
    index: &[i64],
    (dst, strides, len): (*mut T, &[isize], usize),
    src: Source<T>,
    join: impl Fn(T, T) -> T + Sync,
) -> Result<(), OutOfBounds> {
    check(index, len)?;
    let rows = Rows::new(shape, dim);
    let (src, out) = (Shared(src), Shared(dst));
    let (index, last) = (&index[..rows.numel()], shape.len().wrapping_sub(1));
    let step = strides.get(dim).copied().unwrap_or(0);
    let along = if dim == last { 0 } else { strides.get(last).copied().unwrap_or(0) };
    rows.each(false, &|row, from, to, outer| {
        let base = outer.offset(strides);
        let (one, each);
        let (src, next) = match src.get() {
            Source::One(value) => {
                one = value;
                (&raw const one, 0)
            }
            Source::Strided(ptr, strides) => {
                each = strides.last().copied().unwrap_or(0);
                (ptr.wrapping_offset(outer.offset_all(strides)), each)
            }
        };
        let (skip, index) = (from as isize, &index[row * rows.len..][from..to]);
        let out = out.get().wrapping_offset(base + skip * along);
        // SAFETY: the index is checked; what threads write is disjoint.
        unsafe { scatter_row(out, step, along, index, src.wrapping_offset(skip * next), next, &join) };
    });
    Ok(())
}

vectorized! { unsafe:
    /// `dst[j] = src[index[j] * step + j * along]`
    ///
    /// # Safety
    /// All these places are readable.
    fn gather_row[T: Copy](src: *const T, step: isize, along: isize, index: &[i64], dst: &mut [T]) {
        // SAFETY: handed on from the caller.
        unsafe {
            if (step, along) == (1, 0) {
                for (to, &i) in dst.iter_mut().zip(index) {
                    *to = *src.offset(i as isize);
                }
                return;
            }
            for (j, (to, &i)) in dst.iter_mut().zip(index).enumerate() {
                *to = *src.offset(i as isize * step + j as isize * along);
            }
        }
    }

    /// `dst[index[j] * step + j * along] = join(itself, src[j * next])`, in order.
    ///
    /// # Safety
    /// All these places are readable, those of `dst` writable.
    fn scatter_row[T: Copy, J: Fn(T, T) -> T](
        dst: *mut T, step: isize, along: isize, index: &[i64], src: *const T, next: isize, join: &J,
    ) {
        // SAFETY: handed on from the caller.
        unsafe {
            if (step, along, next) == (1, 0, 1) {
                for (j, &i) in index.iter().enumerate() {
                    let at = dst.offset(i as isize);
                    *at = join(*at, *src.add(j));
                }
                return;
            }
            for (j, &i) in index.iter().enumerate() {
                let at = dst.offset(i as isize * step + j as isize * along);
                *at = join(*at, *src.offset(j as isize * next));
            }
        }
    }
}

/// The loops over `shape`: rows of its last dim, and an outer index of the others.
struct Rows<'a> {
    shape: &'a [usize],
    dim: usize,
    /// Rows, and elements of one.
    count: usize,
    len: usize,
}

/// The index of a row in the dims before the last.
struct Outer {
    at: [usize; MAX_DIMS],
    dims: usize,
    /// The dim that is indexed, which doesn't count for offsets.
    dim: usize,
}

impl Outer {
    /// Of the row's start, with 0 for the indexed dim.
    fn offset(&self, strides: &[isize]) -> isize {
        (0..self.dims).filter(|&d| d != self.dim).map(|d| self.at[d] as isize * strides[d]).sum()
    }

    /// Of the row's start.
    fn offset_all(&self, strides: &[isize]) -> isize {
        (0..self.dims).map(|d| self.at[d] as isize * strides[d]).sum()
    }
}

impl<'a> Rows<'a> {
    fn new(shape: &'a [usize], dim: usize) -> Rows<'a> {
        match shape.split_last() {
            Some((&len, outer)) => Rows { shape: outer, dim, count: outer.iter().product(), len },
            None => Rows { shape, dim, count: 1, len: 1 },
        }
    }

    fn numel(&self) -> usize {
        self.count * self.len
    }

    /// Calls `body` with (row, from, to, outer index) so that every element is met once. Rows may be divided among
    /// threads in any way if `free`; else elements that differ only in `dim` stay on one thread, in order.
    fn each(&self, free: bool, body: &(dyn Fn(usize, usize, usize, &Outer) + Sync)) {
        if self.numel() == 0 {
            return;
        }
        let inside = self.dim < self.shape.len();
        // Rows that follow each other and may go to different threads come in groups: all rows, or where rows
        // of one group meet (an indexed dim before the last), those that share the index before `dim`.
        let group: usize = if free || !inside { 1 } else { self.shape[self.dim..].iter().product() };
        let width = if self.numel() <= CHUNK {
            self.len
        } else if free || inside {
            self.len.min((CHUNK / group).max(64))
        } else {
            self.len
        };
        let (groups, parts) = (self.count / group.max(1), self.len.div_ceil(width));
        let together = (CHUNK / (group * width)).max(1);
        let pieces = groups * parts;
        pool::parallel(pieces.div_ceil(together), &|chunk| {
            for piece in chunk * together..pieces.min((chunk + 1) * together) {
                let (first, from) = (piece / parts * group, piece % parts * width);
                let to = self.len.min(from + width);
                for row in first..first + group {
                    let outer = self.outer(row);
                    for from in (from..to).step_by(CHUNK) {
                        if (from > 0 || row % 1024 == 1023) && pool::stopped() {
                            return;
                        }
                        body(row, from, to.min(from + CHUNK), &outer);
                    }
                }
            }
        });
    }

    fn outer(&self, mut row: usize) -> Outer {
        let mut outer = Outer { at: [0; MAX_DIMS], dims: self.shape.len(), dim: self.dim };
        for d in (0..self.shape.len()).rev() {
            outer.at[d] = row % self.shape[d];
            row /= self.shape[d];
        }
        outer
    }
}
