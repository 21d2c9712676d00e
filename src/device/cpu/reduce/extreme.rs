//! Maxima and minima with their places. NaN is more extreme than every number; of equals the first counts.

use super::{Axis, CHUNK, COLS, LANES, Piece, Pieces};
use crate::device::cpu::copy::Shared;
use crate::device::cpu::elem::{Elem, vectorized};
use crate::device::cpu::pool;

/// Which end is looked for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Order {
    Max,
    Min,
}

/// The extremes of every row; `axis.n` is not 0.
pub fn extreme<T: Elem>(order: Order, axis: Axis, src: &[T], dst: &mut [T]) {
    let values = Shared(dst[..axis.results()].as_mut_ptr());
    // SAFETY: `each` gives every index of a result once.
    each(order, axis, src, &|i, value, _| unsafe { *values.get().add(i) = T::narrow(value.wide()) });
}

/// Where in its row the extreme is; `axis.n` is not 0.
pub fn arg_extreme<T: Elem>(order: Order, axis: Axis, src: &[T], dst: &mut [i64]) {
    let indices = Shared(dst[..axis.results()].as_mut_ptr());
    // SAFETY: `each` gives every index of a result once.
    each(order, axis, src, &|i, _, index| unsafe { *indices.get().add(i) = index as i64 });
}

/// The extremes of every row and where in it they are; `axis.n` is not 0.
pub fn extreme_with_index<T: Elem>(order: Order, axis: Axis, src: &[T], values: &mut [T], indices: &mut [i64]) {
    let results = axis.results();
    let (values, indices) = (Shared(values[..results].as_mut_ptr()), Shared(indices[..results].as_mut_ptr()));
    each(order, axis, src, &|i, value, index| {
        // SAFETY: `each` gives every index of a result once.
        unsafe {
            *values.get().add(i) = T::narrow(value.wide());
            *indices.get().add(i) = index as i64;
        }
    });
}

/// What is done with a result: (which, value, index in the row).
type Put<'a, T> = &'a (dyn Fn(usize, T, usize) + Sync);

fn each<T: Elem>(order: Order, axis: Axis, src: &[T], put: Put<T::Plain>) {
    let src = &src[..axis.numel()];
    if axis.n == 0 {
        return;
    }
    match (order, axis.inner) {
        (Order::Max, 1) => each_row(Max, axis, src, put),
        (Order::Min, 1) => each_row(Min, axis, src, put),
        (Order::Max, _) => each_column(Max, axis, src, put),
        (Order::Min, _) => each_column(Min, axis, src, put),
    }
}

/// An [`Order`] as a type.
trait End: Copy + Sync {
    fn beyond<T: Elem>(self, x: T, best: T) -> bool;
}

#[derive(Clone, Copy)]
struct Max;

impl End for Max {
    #[inline(always)]
    fn beyond<T: Elem>(self, x: T, best: T) -> bool {
        x > best
    }
}

#[derive(Clone, Copy)]
struct Min;

impl End for Min {
    #[inline(always)]
    fn beyond<T: Elem>(self, x: T, best: T) -> bool {
        x < best
    }
}

/// Does `x` take the place of `best`, which stands before it?
#[inline(always)]
fn better<T: Elem, E: End>(end: E, x: T, best: T) -> bool {
    // NaN beats all but a NaN before it.
    end.beyond(x, best) | (x.is_nan() & !best.is_nan())
}

fn each_row<T: Elem, E: End>(end: E, axis: Axis, src: &[T], put: Put<T::Plain>) {
    let Axis { outer, n, .. } = axis;
    let segments = n.div_ceil(CHUNK);
    if segments == 1 {
        let together = (CHUNK / n).max(1);
        return pool::parallel(outer.div_ceil(together), &|chunk| {
            let rows = chunk * together..outer.min((chunk + 1) * together);
            let mut room = Vec::new();
            let src = T::plains(&src[rows.start * n..rows.end * n], &mut room);
            search_rows(end, src, n, &mut |i, value, index| put(rows.start + i, value, index));
        });
    }
    let mut partial = vec![(T::Plain::default(), 0); outer * segments];
    let out = Shared(partial.as_mut_ptr());
    pool::parallel(outer * segments, &|chunk| {
        let (row, from) = (chunk / segments, chunk % segments * CHUNK);
        let mut room = Vec::new();
        let src = T::plains(&src[row * n..][from..n.min(from + CHUNK)], &mut room);
        // SAFETY: each chunk writes its own place.
        search_rows(end, src, src.len(), &mut |_, value, index| unsafe {
            *out.get().add(chunk) = (value, from + index);
        });
    });
    for (row, found) in partial.chunks_exact(segments).enumerate() {
        let first =
            |best: (T::Plain, usize), &next: &(T::Plain, usize)| if better(end, next.0, best.0) { next } else { best };
        let (value, index) = found[1..].iter().fold(found[0], first);
        put(row, value, index);
    }
}

vectorized! {
    /// The extreme of each row of `n`: its value first, then the place of the first one like it.
    fn search_rows[T: Elem, E: End](end: E, src: &[T], n: usize, put: &mut dyn FnMut(usize, T, usize)) {
        for (i, row) in src.chunks_exact(n).enumerate() {
            let mut best = row[0];
            if n >= 2 * LANES {
                let mut lanes = [best; LANES];
                for x in row.chunks_exact(LANES) {
                    for l in 0..LANES {
                        lanes[l] = if better(end, x[l], lanes[l]) { x[l] } else { lanes[l] };
                    }
                }
                for x in lanes {
                    best = if better(end, x, best) { x } else { best };
                }
                for &x in &row[n / LANES * LANES..] {
                    best = if better(end, x, best) { x } else { best };
                }
                put(i, best, first(row, best));
                continue;
            }
            let mut at = 0;
            for (j, &x) in row.iter().enumerate() {
                let found = better(end, x, best);
                at = if found { j } else { at };
                best = if found { x } else { best };
            }
            put(i, best, at);
        }
    }

    /// At most [`COLS`] columns from `from` on, of rows `stride` apart; the row before them is number 0.
    fn search_columns[T: Elem, E: End](
        end: E, src: &[T], from: usize, stride: usize, best: &mut [T], at: &mut [u32],
    ) {
        let width = best.len();
        for (r, row) in src.chunks_exact(stride).enumerate() {
            let (row, at, number) = (&row[from..][..width], &mut at[..width], 1 + r as u32);
            for j in 0..width {
                let found = better(end, row[j], best[j]);
                best[j] = if found { row[j] } else { best[j] };
                at[j] = if found { number } else { at[j] };
            }
        }
    }
}

/// Where the first one like `value`, which is in `row`, stands.
#[inline(always)]
fn first<T: Elem>(row: &[T], value: T) -> usize {
    let same = |x: T| (x == value) | (x.is_nan() & value.is_nan());
    let mut at = 0;
    for block in row.chunks(LANES) {
        if block.iter().fold(false, |any, &x| any | same(x)) {
            break;
        }
        at += block.len();
    }
    at + row[at..].iter().position(|&x| same(x)).unwrap_or(0)
}

fn each_column<T: Elem, E: End>(end: E, axis: Axis, src: &[T], put: Put<T::Plain>) {
    let inner = axis.inner;
    let pieces = Pieces::new(axis);
    // Values and places, as numbers of rows in the piece.
    let search = |piece: &Piece| {
        let mut room = Vec::new();
        let (src, from, stride) = piece.columns(src, inner, &mut room);
        let (mut best, mut at) = ([T::Plain::default(); COLS], [0; COLS]);
        best[..piece.width].copy_from_slice(&src[from..][..piece.width]);
        let (best_here, at_here) = (&mut best[..piece.width], &mut at[..piece.width]);
        search_columns(end, &src[stride..], from, stride, best_here, at_here);
        (best, at)
    };
    if pieces.segments == 1 {
        return pieces.each(&|piece| {
            let (best, at) = search(&piece);
            for j in 0..piece.width {
                put(piece.slot + j, best[j], at[j] as usize);
            }
        });
    }
    let mut partial = vec![(T::Plain::default(), 0); axis.outer * pieces.segments * inner];
    let out = Shared(partial.as_mut_ptr());
    pieces.each(&|piece| {
        let (best, at) = search(&piece);
        for j in 0..piece.width {
            // SAFETY: inside `partial`; pieces have columns of their own.
            unsafe { *out.get().add(piece.slot + j) = (best[j], piece.first + at[j] as usize) };
        }
    });
    let first =
        |best: (T::Plain, usize), next: (T::Plain, usize)| if better(end, next.0, best.0) { next } else { best };
    for i in 0..axis.results() {
        let (value, index) = pieces.column(&partial, i).reduce(first).unwrap_or_default();
        put(i, value, index);
    }
}
