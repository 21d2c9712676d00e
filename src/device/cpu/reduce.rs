//! Reductions along one dim of a contiguous tensor, seen as (outer, n, inner): sums, products, norms and truth
//! here, maxima and their places in [`extreme`].
//!
//! The order in which elements meet depends on the shape alone. Sums of floats accumulate in f64, in blocks, and
//! round once.

use super::copy::Shared;
use super::elem::{Elem, Wide, vectorized};
use super::pool;

mod extreme;

pub use extreme::{Order, arg_extreme, extreme, extreme_with_index};

/// A contiguous tensor around one of its dims: `src[(o * n + i) * inner + j]`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Axis {
    pub outer: usize,
    pub n: usize,
    pub inner: usize,
}

impl Axis {
    /// `shape` around its dim `dim`.
    pub fn of(shape: &[usize], dim: usize) -> Axis {
        Axis { outer: shape[..dim].iter().product(), n: shape[dim], inner: shape[dim + 1..].iter().product() }
    }

    /// A whole tensor as one row.
    pub fn whole(n: usize) -> Axis {
        Axis { outer: 1, n, inner: 1 }
    }

    pub fn numel(self) -> usize {
        self.outer * self.n * self.inner
    }

    /// Elements of the result: one for each row.
    pub fn results(self) -> usize {
        self.outer * self.inner
    }
}

/// Elements of one chunk of a parallel reduction, about; longer rows are cut into segments of this many.
const CHUNK: usize = 1 << 16;
/// Accumulators of a row.
const LANES: usize = 32;
/// Elements (or rows, where columns are reduced) that go into one set of accumulators before it is added to the
/// totals: so the error of a long sum grows with its square root and not with its length.
const BLOCK: usize = 32;
/// Columns that are reduced together; also the width that narrower rows are gathered to.
const COLS: usize = 256;
const GATHERED: usize = 64;

/// How elements meet: a monoid whose elements are read from `In`, which is no half type.
trait Fold: Copy + Sync {
    type In: Copy + Sync;
    type Acc: Copy + Send + Sync;
    fn start(self) -> Self::Acc;
    fn step(self, acc: Self::Acc, x: Self::In) -> Self::Acc;
    fn merge(self, a: Self::Acc, b: Self::Acc) -> Self::Acc;
}

/// Lanes of a row that meet in a fixed tree.
#[inline(always)]
fn fold_row<F: Fold>(fold: F, row: &[F::In]) -> F::Acc {
    let mut total = fold.start();
    let mut rest = row;
    if row.len() >= LANES {
        let mut totals = [fold.start(); LANES];
        let full = row.len() / LANES * LANES;
        for block in row[..full].chunks(LANES * BLOCK) {
            let mut lanes = [fold.start(); LANES];
            for x in block.chunks_exact(LANES) {
                for l in 0..LANES {
                    lanes[l] = fold.step(lanes[l], x[l]);
                }
            }
            for l in 0..LANES {
                totals[l] = fold.merge(totals[l], lanes[l]);
            }
        }
        let mut width = LANES / 2;
        while width > 0 {
            for l in 0..width {
                totals[l] = fold.merge(totals[l], totals[l + width]);
            }
            width /= 2;
        }
        total = totals[0];
        rest = &row[full..];
    }
    let mut tail = fold.start();
    for &x in rest {
        tail = fold.step(tail, x);
    }
    fold.merge(total, tail)
}

/// Folds the rows of `rows` into `accs`: `accs.len()` columns from `from` on, of rows `stride` apart.
#[inline(always)]
fn fold_columns<F: Fold>(fold: F, src: &[F::In], from: usize, stride: usize, rows: usize, accs: &mut [F::Acc]) {
    let width = accs.len();
    let row = |r: usize| &src[from + r * stride..][..width];
    let mut buffer = [fold.start(); COLS];
    let block = &mut buffer[..width];
    for first in (0..rows).step_by(BLOCK) {
        block.fill(fold.start());
        let last = rows.min(first + BLOCK);
        let mut r = first;
        while r + 4 <= last {
            let (r0, r1, r2, r3) = (row(r), row(r + 1), row(r + 2), row(r + 3));
            for (j, acc) in block.iter_mut().enumerate() {
                *acc = fold.step(fold.step(fold.step(fold.step(*acc, r0[j]), r1[j]), r2[j]), r3[j]);
            }
            r += 4;
        }
        for r in r..last {
            for (acc, &x) in block.iter_mut().zip(row(r)) {
                *acc = fold.step(*acc, x);
            }
        }
        for (acc, &x) in accs.iter_mut().zip(&*block) {
            *acc = fold.merge(*acc, x);
        }
    }
}

vectorized! {
    /// Rows of `n`, one accumulator each.
    fn fold_rows[F: Fold](fold: F, src: &[F::In], n: usize, put: &mut dyn FnMut(usize, F::Acc)) {
        for (i, row) in src.chunks_exact(n).enumerate() {
            put(i, fold_row(fold, row));
        }
    }

    /// At most [`COLS`] columns from `from` on, of `rows` rows `stride` apart.
    fn fold_wide[F: Fold](fold: F, src: &[F::In], from: usize, stride: usize, rows: usize, accs: &mut [F::Acc]) {
        fold_columns(fold, src, from, stride, rows, accs);
    }
}

/// All columns of rows narrower than [`GATHERED`]: as many rows as fit make one wide row.
fn fold_narrow<F: Fold>(fold: F, src: &[F::In], rows: usize, accs: &mut [F::Acc]) {
    let inner = accs.len();
    let together = GATHERED / inner;
    let mut rest = 0;
    if rows >= 2 * together {
        let mut wide = [fold.start(); GATHERED];
        let wide = &mut wide[..together * inner];
        fold_wide(fold, src, 0, wide.len(), rows / together, wide);
        for part in wide.chunks_exact(inner) {
            for (acc, &x) in accs.iter_mut().zip(part) {
                *acc = fold.merge(*acc, x);
            }
        }
        rest = rows / together * together;
    }
    fold_wide(fold, src, rest * inner, inner, rows - rest, accs);
}

/// Folds every row of `axis` and writes `finish` of it.
fn reduce<T: Elem, F: Fold<In = T::Plain>, O: Send>(
    fold: F,
    axis: Axis,
    src: &[T],
    dst: &mut [O],
    finish: impl Fn(F::Acc) -> O + Sync,
) {
    let Axis { outer, n, inner } = axis;
    let (src, dst) = (&src[..axis.numel()], &mut dst[..axis.results()]);
    if n == 0 {
        dst.iter_mut().for_each(|out| *out = finish(fold.start()));
    } else if inner == 1 {
        reduce_rows(fold, outer, n, src, dst, finish);
    } else {
        reduce_columns(fold, axis, src, dst, finish);
    }
}

fn reduce_rows<T: Elem, F: Fold<In = T::Plain>, O: Send>(
    fold: F,
    outer: usize,
    n: usize,
    src: &[T],
    dst: &mut [O],
    finish: impl Fn(F::Acc) -> O + Sync,
) {
    let segments = n.div_ceil(CHUNK);
    if segments == 1 {
        let together = (CHUNK / n).max(1);
        let out = Shared(dst.as_mut_ptr());
        return pool::parallel(outer.div_ceil(together), &|chunk| {
            let rows = chunk * together..outer.min((chunk + 1) * together);
            let mut room = Vec::new();
            let src = T::plains(&src[rows.start * n..rows.end * n], &mut room);
            // SAFETY: one write for each row, inside `dst`; chunks have rows of their own.
            fold_rows(fold, src, n, &mut |i, acc| unsafe { *out.get().add(rows.start + i) = finish(acc) });
        });
    }
    let mut partial = vec![fold.start(); outer * segments];
    let out = Shared(partial.as_mut_ptr());
    pool::parallel(outer * segments, &|chunk| {
        let (row, from) = (chunk / segments, chunk % segments * CHUNK);
        let mut room = Vec::new();
        let src = T::plains(&src[row * n..][from..n.min(from + CHUNK)], &mut room);
        // SAFETY: each chunk writes its own accumulator.
        fold_rows(fold, src, src.len(), &mut |_, acc| unsafe { *out.get().add(chunk) = acc });
    });
    for (out, accs) in dst.iter_mut().zip(partial.chunks_exact(segments)) {
        *out = finish(accs.iter().fold(fold.start(), |a, &b| fold.merge(a, b)));
    }
}

fn reduce_columns<T: Elem, F: Fold<In = T::Plain>, O: Send>(
    fold: F,
    axis: Axis,
    src: &[T],
    dst: &mut [O],
    finish: impl Fn(F::Acc) -> O + Sync,
) {
    let inner = axis.inner;
    let pieces = Pieces::new(axis);
    let fold_piece = |piece: &Piece, accs: &mut [F::Acc]| {
        let mut room = Vec::new();
        let (src, from, stride) = piece.columns(src, inner, &mut room);
        accs.fill(fold.start());
        if inner < GATHERED {
            fold_narrow(fold, src, piece.rows, accs);
        } else {
            fold_wide(fold, src, from, stride, piece.rows, accs);
        }
    };
    if pieces.segments == 1 {
        let out = Shared(dst.as_mut_ptr());
        return pieces.each(&|piece| {
            let mut accs = [fold.start(); COLS];
            let accs = &mut accs[..piece.width];
            fold_piece(&piece, accs);
            for (j, &acc) in accs.iter().enumerate() {
                // SAFETY: inside `dst`; pieces have columns of their own.
                unsafe { *out.get().add(piece.slot + j) = finish(acc) };
            }
        });
    }
    let mut partial = vec![fold.start(); axis.outer * pieces.segments * inner];
    let out = Shared(partial.as_mut_ptr());
    pieces.each(&|piece| {
        // SAFETY: inside `partial`; pieces have columns of their own.
        let accs = unsafe { std::slice::from_raw_parts_mut(out.get().add(piece.slot), piece.width) };
        fold_piece(&piece, accs);
    });
    for (i, dst) in dst.iter_mut().enumerate() {
        *dst = finish(pieces.column(&partial, i).fold(fold.start(), |a, b| fold.merge(a, b)));
    }
}

/// How a reduction of columns is cut: each outer index into segments of rows, those into blocks of columns.
struct Pieces {
    axis: Axis,
    rows: usize,
    segments: usize,
    width: usize,
    blocks: usize,
}

struct Piece {
    /// Where the result of its first column goes, in (outer, segments, inner).
    slot: usize,
    /// Where its rows start in the source; those are whole rows, of which columns from `col` on count.
    start: usize,
    /// Which row of the dim its first one is.
    first: usize,
    rows: usize,
    col: usize,
    width: usize,
}

impl Piece {
    /// Its rows of `inner` elements, the column to start from and how far apart rows are; of half types its own
    /// columns, converted in `room`.
    fn columns<'a, T: Elem>(
        &self,
        src: &'a [T],
        inner: usize,
        room: &'a mut Vec<T::Plain>,
    ) -> (&'a [T::Plain], usize, usize) {
        let rows = &src[self.start..][..self.rows * inner];
        if size_of::<T>() == size_of::<T::Plain>() || self.width == inner {
            return (T::plains(rows, room), self.col, inner);
        }
        for row in rows.chunks_exact(inner) {
            room.extend(row[self.col..][..self.width].iter().map(|x| x.plain()));
        }
        (room, 0, self.width)
    }
}

impl Pieces {
    fn new(axis: Axis) -> Pieces {
        let width = axis.inner.clamp(1, COLS);
        let rows = axis.n.min((CHUNK / width).max(BLOCK));
        Pieces { axis, rows, segments: axis.n.div_ceil(rows), width, blocks: axis.inner.div_ceil(width) }
    }

    /// Calls `body` with every piece; small ones share a chunk.
    fn each(&self, body: &(dyn Fn(Piece) + Sync)) {
        let Pieces { axis, rows, segments, width, blocks } = *self;
        let pieces = axis.outer * segments * blocks;
        let together = (CHUNK / (rows * width)).max(1);
        pool::parallel(pieces.div_ceil(together), &|chunk| {
            for index in chunk * together..pieces.min((chunk + 1) * together) {
                let (row, segment, block) = (index / blocks, index / blocks % segments, index % blocks);
                let (first, col) = (segment * rows, block * width);
                body(Piece {
                    slot: row * axis.inner + col,
                    start: (row / segments * axis.n + first) * axis.inner,
                    first,
                    rows: rows.min(axis.n - first),
                    col,
                    width: width.min(axis.inner - col),
                });
            }
        });
    }

    /// The `i`-th result's parts, in order.
    fn column<'a, A: Copy>(&self, partial: &'a [A], i: usize) -> impl Iterator<Item = A> + 'a {
        let (segments, inner) = (self.segments, self.axis.inner);
        let start = i / inner * segments * inner + i % inner;
        (0..segments).map(move |segment| partial[start + segment * inner])
    }
}

/// Folds that start at a constant and merge the way they step.
macro_rules! fold {
    ($(#[$meta:meta])* $name:ident<$T:ident: $bound:path>($Acc:ty), $start:expr, |$acc:ident, $x:ident| $step:expr, |$a:ident, $b:ident| $merge:expr) => {
        $(#[$meta])*
        struct $name<T>(std::marker::PhantomData<fn(T)>);

        impl<T> Clone for $name<T> {
            fn clone(&self) -> Self {
                *self
            }
        }

        impl<T> Copy for $name<T> {}

        impl<$T: $bound> Fold for $name<$T> {
            type In = $T;
            type Acc = $Acc;

            #[inline(always)]
            fn start(self) -> $Acc {
                $start
            }

            #[inline(always)]
            fn step(self, $acc: $Acc, $x: $T) -> $Acc {
                $step
            }

            #[inline(always)]
            fn merge(self, $a: $Acc, $b: $Acc) -> $Acc {
                $merge
            }
        }

        impl<T> $name<T> {
            const NEW: Self = $name(std::marker::PhantomData);
        }
    };
}

fold!(Sum<T: Elem>(T::Wide), T::Wide::default(), |acc, x| acc.add(x.wide()), |a, b| a.add(b));
fold!(Prod<T: Elem>(T::Wide), T::Wide::ONE, |acc, x| acc.mul(x.wide()), |a, b| a.mul(b));
fold!(NanSum<T: Elem>(T::Wide), T::Wide::default(), |acc, x| acc.add(if x.is_nan() { T::Wide::default() } else { x.wide() }), |a, b| a.add(b));
fold!(Any<T: Elem>(bool), false, |acc, x| acc | (x != T::default()), |a, b| a | b);
fold!(All<T: Elem>(bool), true, |acc, x| acc & (x != T::default()), |a, b| a & b);
fold!(AbsSum<T: Elem>(f64), 0.0, |acc, x| acc + x.wide().to_f64().abs(), |a, b| a + b);
fold!(SquareSum<T: Elem>(f64), 0.0, |acc, x| acc + x.wide().to_f64() * x.wide().to_f64(), |a, b| a + b);
fold!(NonZeros<T: Elem>(f64), 0.0, |acc, x| acc + (x != T::default()) as u8 as f64, |a, b| a + b);
fold!(AbsMax<T: Elem>(f64), 0.0, |acc, x| larger(x.wide().to_f64().abs(), acc), |a, b| larger(a, b));
fold!(AbsMin<T: Elem>(f64), f64::INFINITY, |acc, x| -larger(-x.wide().to_f64().abs(), -acc), |a, b| -larger(-a, -b));

/// The larger, NaN if one is.
#[inline(always)]
fn larger(a: f64, b: f64) -> f64 {
    if (a > b) | a.is_nan() { a } else { b }
}

#[derive(Clone, Copy)]
struct PowerSum<T> {
    p: f64,
    of: std::marker::PhantomData<fn(T)>,
}

impl<T: Elem> Fold for PowerSum<T> {
    type In = T;
    type Acc = f64;

    #[inline(always)]
    fn start(self) -> f64 {
        0.0
    }

    #[inline(always)]
    fn step(self, acc: f64, x: T) -> f64 {
        acc + x.wide().to_f64().abs().powf(self.p)
    }

    #[inline(always)]
    fn merge(self, a: f64, b: f64) -> f64 {
        a + b
    }
}

/// Sums, 0 over nothing. Integers wrap; bools give how many are true.
pub fn sum<T: Elem>(axis: Axis, src: &[T], dst: &mut [T::Sum]) {
    reduce(Sum::<T::Plain>::NEW, axis, src, dst, T::Sum::narrow);
}

/// Sums of what is not NaN.
pub fn nansum<T: Elem>(axis: Axis, src: &[T], dst: &mut [T::Sum]) {
    reduce(NanSum::<T::Plain>::NEW, axis, src, dst, T::Sum::narrow);
}

/// How many are not 0; NaN is not.
pub fn count_nonzero<T: Elem>(axis: Axis, src: &[T], dst: &mut [i64]) {
    // Whole numbers are exact in f64 far beyond any memory.
    reduce(NonZeros::<T::Plain>::NEW, axis, src, dst, |count| count as i64);
}

/// Means, NaN over nothing; of integers and bools f32.
pub fn mean<T: Mean>(axis: Axis, src: &[T], dst: &mut [T::Mean]) {
    let n = axis.n as f64;
    reduce(Sum::<T::Plain>::NEW, axis, src, dst, |sum| T::Mean::narrow(sum.to_f64() / n));
}

/// Element types by the type of their mean.
pub trait Mean: Elem {
    type Mean: Elem<Wide = f64>;
}

macro_rules! means {
    ($($T:ty => $Mean:ty),*) => { $(impl Mean for $T { type Mean = $Mean; })* };
}

means!(f32 => f32, f64 => f64, half::f16 => half::f16, half::bf16 => half::bf16, i64 => f32, bool => f32);

/// Products, 1 over nothing. Integers wrap.
pub fn prod<T: Elem>(axis: Axis, src: &[T], dst: &mut [T::Sum]) {
    reduce(Prod::<T::Plain>::NEW, axis, src, dst, T::Sum::narrow);
}

/// Is one not 0? NaN is not 0.
pub fn any<T: Elem>(axis: Axis, src: &[T], dst: &mut [bool]) {
    reduce(Any::<T::Plain>::NEW, axis, src, dst, |any| any);
}

/// Is none 0? True over nothing.
pub fn all<T: Elem>(axis: Axis, src: &[T], dst: &mut [bool]) {
    reduce(All::<T::Plain>::NEW, axis, src, dst, |all| all);
}

/// The `p`-norm `(sum |x|^p)^(1/p)`: with p of infinity the largest magnitude, of minus infinity the smallest, of
/// 0 how many are not 0. Over nothing 0, or infinity for a negative p.
pub fn norm<T: Elem<Wide = f64>>(axis: Axis, p: f64, src: &[T], dst: &mut [T]) {
    if p == 2.0 {
        reduce(SquareSum::<T::Plain>::NEW, axis, src, dst, |sum| T::narrow(sum.sqrt()));
    } else if p == 1.0 {
        reduce(AbsSum::<T::Plain>::NEW, axis, src, dst, T::narrow);
    } else if p == 0.0 {
        reduce(NonZeros::<T::Plain>::NEW, axis, src, dst, T::narrow);
    } else if p == f64::INFINITY {
        reduce(AbsMax::<T::Plain>::NEW, axis, src, dst, T::narrow);
    } else if p == f64::NEG_INFINITY {
        reduce(AbsMin::<T::Plain>::NEW, axis, src, dst, T::narrow);
    } else {
        let of = std::marker::PhantomData;
        reduce(PowerSum::<T::Plain> { p, of }, axis, src, dst, |sum| T::narrow(sum.powf(1.0 / p)));
    }
}

#[cfg(test)]
mod tests;
