//! Indexing by tensors of i64 and by masks.
//!
//! Indices are checked before anything is written: negative ones count from the end, others out of bounds are an
//! error. [`places`] turns several broadcast index tensors into the places they mean; [`take`], [`put`] and
//! [`put_add`] go through such places, [`gather`] and [`scatter`] along one dim as torch's do.
//!
//! Where places repeat, writes happen in the order of the index: the last assignment stays, sums add up in that
//! order. Threads divide only what is disjoint.

use super::copy::Shared;
use super::elem::{Elem, vectorized};
use super::pool;
use super::reduce::Axis;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};

mod along;
mod mask;
mod rows;

pub use along::{Source, gather, scatter};
pub use mask::{count, nonzero, select, true_places};
pub use rows::{add_rows, take_rows};

/// Elements that one chunk moves, about.
const CHUNK: usize = 1 << 15;

/// An index outside its dim.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct OutOfBounds {
    /// Which of the index tensors, where there are several.
    pub term: usize,
    /// Which of its elements.
    pub position: usize,
    pub value: i64,
    /// The dim's length.
    pub len: usize,
}

vectorized! {
    fn in_bounds[](index: &[i64], from: i64, to: i64) -> bool {
        index.iter().fold(true, |all, &i| all & (i >= from) & (i < to))
    }
}

/// The first index that is not in `from..to`: its position and value.
pub fn outside(index: &[i64], from: i64, to: i64) -> Option<(usize, i64)> {
    let clean = AtomicBool::new(true);
    pool::parallel(index.len().div_ceil(CHUNK), &|chunk| {
        let part = &index[chunk * CHUNK..index.len().min((chunk + 1) * CHUNK)];
        if !in_bounds(part, from, to) {
            clean.store(false, Relaxed);
        }
    });
    // What a stop leaves out counts as not looked at.
    if clean.into_inner() && !pool::stopped() {
        return None;
    }
    index.iter().copied().enumerate().find(|&(_, i)| i < from || i >= to)
}

/// Checks that every index lies in `-len..len`.
pub fn check(index: &[i64], len: usize) -> Result<(), OutOfBounds> {
    let signed = i64::try_from(len).unwrap_or(i64::MAX);
    match outside(index, -signed, signed) {
        Some((position, value)) => Err(OutOfBounds { term: 0, position, value, len }),
        None => Ok(()),
    }
}

/// The place that a checked index means.
#[inline(always)]
fn wrap(index: i64, len: usize) -> usize {
    (if index < 0 { index.wrapping_add(len as i64) } else { index }) as usize
}

/// One index tensor of several that index together: which of the `len` places of a dim that are `step` apart.
#[derive(Clone, Copy, Debug)]
pub struct Term<'a> {
    pub index: &'a [i64],
    /// Over the shape that all index tensors broadcast to; not negative.
    pub strides: &'a [usize],
    pub len: usize,
    pub step: usize,
}

/// For each element of `shape`, in order, the sum over all terms of index times step. `dst` has as many elements.
/// Errors give the position in `term.index`.
pub fn places(shape: &[usize], terms: &[Term], dst: &mut [usize]) -> Result<(), OutOfBounds> {
    for (number, term) in terms.iter().enumerate() {
        check(term.index, term.len).map_err(|error| OutOfBounds { term: number, ..error })?;
    }
    let (inner, outer) = shape.split_last().map_or((1, shape), |(&len, outer)| (len, outer));
    let rows: usize = outer.iter().product();
    let out = Shared(dst[..rows * inner].as_mut_ptr());
    let together = (CHUNK / inner.max(1)).max(1);
    pool::parallel(rows.div_ceil(together), &|chunk| {
        for row in chunk * together..rows.min((chunk + 1) * together) {
            // SAFETY: rows are disjoint parts of `dst`.
            let dst = unsafe { std::slice::from_raw_parts_mut(out.get().add(row * inner), inner) };
            dst.fill(0);
            for term in terms {
                let (mut turn, mut start) = (row, 0);
                for (&len, stride) in outer.iter().zip(term.strides).rev() {
                    start += turn % len * stride;
                    turn /= len;
                }
                let stride = term.strides.last().copied().unwrap_or(0);
                for (j, place) in dst.iter_mut().enumerate() {
                    *place += wrap(term.index[start + j * stride], term.len) * term.step;
                }
            }
        }
    });
    Ok(())
}

/// `dst[o, k, ..] = src[o, places[k], ..]`: `axis` is the source's, whose dim the places are in, and `dst` is
/// (outer, places, inner).
pub fn take<T: Copy + Send + Sync>(axis: Axis, src: &[T], places: &[usize], dst: &mut [T]) {
    let Axis { outer, n, inner } = axis;
    let rows = outer * places.len();
    let together = (CHUNK / inner.max(1)).max(1);
    let out = Shared(dst[..rows * inner].as_mut_ptr());
    if rows == 0 || inner == 0 {
        return;
    }
    pool::parallel(rows.div_ceil(together), &|chunk| {
        let range = chunk * together..rows.min((chunk + 1) * together);
        // SAFETY: chunks are disjoint rows of `dst`.
        let dst = unsafe { std::slice::from_raw_parts_mut(out.get().add(range.start * inner), range.len() * inner) };
        let (mut o, mut k) = (range.start / places.len(), range.start % places.len());
        for dst in dst.chunks_exact_mut(inner) {
            let start = (o * n + places[k]) * inner;
            if inner == 1 {
                dst[0] = src[start];
            } else {
                dst.copy_from_slice(&src[start..][..inner]);
            }
            k += 1;
            if k == places.len() {
                (o, k) = (o + 1, 0);
            }
        }
    });
}

/// What [`put`] writes.
#[derive(Clone, Copy, Debug)]
pub enum Values<'a, T> {
    /// One for each (outer, place, inner).
    All(&'a [T]),
    One(T),
}

/// `dst[o, places[k], ..] = values[o, k, ..]`: `axis` is the destination's.
pub fn put<T: Copy + Send + Sync>(axis: Axis, dst: &mut [T], places: &[usize], values: Values<T>) {
    write(axis, dst, places, values, |_, value| value);
}

/// `dst[o, places[k], ..] += values[o, k, ..]`.
pub fn put_add<T: Elem>(axis: Axis, dst: &mut [T], places: &[usize], values: Values<T>) {
    write(axis, dst, places, values, T::plus);
}

#[inline(always)]
fn write<T: Copy + Send + Sync>(
    axis: Axis,
    dst: &mut [T],
    places: &[usize],
    values: Values<T>,
    join: impl Fn(T, T) -> T + Sync + Copy,
) {
    let Axis { outer, n, inner } = axis;
    let out = Shared(dst[..axis.numel()].as_mut_ptr());
    let count = places.len();
    if let Values::All(all) = values {
        assert!(all.len() == outer * count * inner, "as many values as places");
    }
    // Outer indices are disjoint, and so are blocks of columns.
    let width = if outer * count * inner > CHUNK { inner.clamp(1, (inner / 16).max(64)) } else { inner.max(1) };
    let blocks = inner.div_ceil(width);
    let together = (CHUNK / (count * width).max(1)).max(1);
    let pieces = outer * blocks;
    pool::parallel(pieces.div_ceil(together), &|chunk| {
        for piece in chunk * together..pieces.min((chunk + 1) * together) {
            let (o, col) = (piece / blocks, piece % blocks * width);
            let width = width.min(inner - col);
            for (k, &place) in places.iter().enumerate() {
                if k % CHUNK == CHUNK - 1 && pool::stopped() {
                    return;
                }
                assert!(place < n, "a place outside its dim");
                // SAFETY: inside `dst` as `place < n`; pieces have outer indices or columns of their own.
                let dst =
                    unsafe { std::slice::from_raw_parts_mut(out.get().add((o * n + place) * inner + col), width) };
                match values {
                    Values::One(value) => dst.iter_mut().for_each(|x| *x = join(*x, value)),
                    Values::All(all) => {
                        let src = &all[(o * count + k) * inner + col..][..width];
                        dst.iter_mut().zip(src).for_each(|(x, &value)| *x = join(*x, value));
                    }
                }
            }
        }
    });
}

#[cfg(test)]
mod tests;
