//! Running sums and products, here, and extremes, logarithms of sums and linear recurrences, in `running`, along one dim of a contiguous tensor, seen as (outer, n, inner). They accumulate as
//! reductions do: floats in f64, integers and bools in i64.

use super::copy::Shared;
use super::elem::{Elem, Wide, vectorized};
use super::pool;
use super::reduce::Axis;

mod running;

pub use running::{cum_extreme, logcumsumexp, recur};

/// What runs.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Scan {
    Sum,
    Prod,
}

/// Elements of one chunk, about; longer rows are cut into segments of this many.
const CHUNK: usize = 1 << 15;
/// Columns that run together.
const COLS: usize = 128;

/// `dst[i] = src[0] + .. + src[i]` in every row (`*` for [`Scan::Prod`]), or from `src[i]` to the last one where
/// `reverse`.
pub fn scan<T: Elem>(kind: Scan, reverse: bool, axis: Axis, src: &[T], dst: &mut [T::Sum]) {
    let (src, dst) = (&src[..axis.numel()], &mut dst[..axis.numel()]);
    if src.is_empty() {
        return;
    }
    match kind {
        Scan::Sum => along::<T, Sums>(Sums, reverse, axis, src, dst),
        Scan::Prod => along::<T, Products>(Products, reverse, axis, src, dst),
    }
}

/// A [`Scan`] as a type.
trait Join: Copy + Sync {
    fn start<W: Wide>(self) -> W;
    fn join<W: Wide>(self, a: W, b: W) -> W;
}

#[derive(Clone, Copy)]
struct Sums;

impl Join for Sums {
    #[inline(always)]
    fn start<W: Wide>(self) -> W {
        W::default()
    }

    #[inline(always)]
    fn join<W: Wide>(self, a: W, b: W) -> W {
        a.add(b)
    }
}

#[derive(Clone, Copy)]
struct Products;

impl Join for Products {
    #[inline(always)]
    fn start<W: Wide>(self) -> W {
        W::ONE
    }

    #[inline(always)]
    fn join<W: Wide>(self, a: W, b: W) -> W {
        a.mul(b)
    }
}

fn along<T: Elem, J: Join>(join: J, reverse: bool, axis: Axis, src: &[T], dst: &mut [T::Sum]) {
    let Axis { outer, n, inner } = axis;
    let out = Shared(dst.as_mut_ptr());
    if inner > 1 {
        let width = inner.min(COLS);
        let blocks = inner.div_ceil(width);
        let together = (CHUNK / (n * width)).max(1);
        let pieces = outer * blocks;
        return pool::parallel(pieces.div_ceil(together), &|chunk| {
            for piece in chunk * together..pieces.min((chunk + 1) * together) {
                let (start, col) = (piece / blocks * n * inner, piece % blocks * width);
                let width = width.min(inner - col);
                let mut sums = [join.start(); COLS];
                for (k, i) in (0..n).enumerate() {
                    if k % CHUNK == CHUNK - 1 && pool::stopped() {
                        return;
                    }
                    let at = start + if reverse { n - 1 - i } else { i } * inner + col;
                    // SAFETY: inside `dst`; pieces have outer indices or columns of their own.
                    let dst = unsafe { std::slice::from_raw_parts_mut(out.get().add(at), width) };
                    scan_columns(join, &src[at..][..width], dst, &mut sums[..width]);
                }
            }
        });
    }
    let segments = n.div_ceil(CHUNK);
    let together = if segments == 1 { (CHUNK / n).max(1) } else { 1 };
    // The `segment`-th to run in a row.
    let range = |segment: usize| {
        let segment = if reverse { segments - 1 - segment } else { segment };
        segment * CHUNK..n.min((segment + 1) * CHUNK)
    };
    let mut starts: Vec<T::Wide> = vec![join.start(); if segments == 1 { 0 } else { outer * segments }];
    if segments > 1 {
        let totals = Shared(starts.as_mut_ptr());
        pool::parallel(outer * segments, &|piece| {
            let range = range(piece % segments);
            let part = &src[piece / segments * n..][range];
            // SAFETY: each piece has a place of its own.
            unsafe { *totals.get().add(piece) = part.iter().fold(join.start(), |sum, x| join.join(sum, x.wide())) };
        });
        for row in starts.chunks_exact_mut(segments) {
            let mut sum = join.start();
            for start in row {
                sum = join.join(sum, std::mem::replace(start, sum));
            }
        }
    }
    let pieces = outer * segments;
    pool::parallel(pieces.div_ceil(together), &|chunk| {
        for piece in chunk * together..pieces.min((chunk + 1) * together) {
            let range = range(piece % segments);
            let at = piece / segments * n + range.start;
            // SAFETY: inside `dst`; pieces have rows or segments of their own.
            let dst = unsafe { std::slice::from_raw_parts_mut(out.get().add(at), range.len()) };
            let src = &src[at..][..range.len()];
            let start = starts.get(piece).copied().unwrap_or(join.start());
            if reverse {
                scan_row(join, start, src.iter().zip(dst).rev());
            } else {
                scan_row(join, start, src.iter().zip(dst));
            }
        }
    });
}

#[inline(always)]
fn scan_row<'a, T: Elem, J: Join>(join: J, start: T::Wide, pairs: impl Iterator<Item = (&'a T, &'a mut T::Sum)>) {
    let mut sum = start;
    for (x, y) in pairs {
        sum = join.join(sum, x.wide());
        *y = T::Sum::narrow(sum);
    }
}

vectorized! {
    fn scan_columns[T: Elem, J: Join](join: J, src: &[T], dst: &mut [T::Sum], sums: &mut [T::Wide]) {
        for ((x, y), sum) in src.iter().zip(dst).zip(sums) {
            *sum = join.join(*sum, x.wide());
            *y = T::Sum::narrow(*sum);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::device::cpu::copy::tests::Lcg;
    use crate::device::cpu::isa::{Isa, with_isa};
    use crate::device::cpu::pool::set_threads;

    fn check<T: Elem>(value: impl Fn(&mut Lcg) -> T, tolerance: f64)
    where
        T::Sum: std::fmt::Debug,
    {
        let mut rng = Lcg(17);
        let shapes = [
            (1, 1, 1),
            (3, 7, 1),
            (500, 100, 1),
            (2, 70_000, 1),
            (4, 9, 3),
            (2, 300, 200),
            (0, 2, 2),
            (2, 0, 2),
            (1, 2, 0),
        ];
        for (outer, n, inner) in shapes {
            let axis = Axis { outer, n, inner };
            let src: Vec<T> = (0..axis.numel()).map(|_| value(&mut rng)).collect();
            for (kind, reverse) in [(Scan::Sum, false), (Scan::Sum, true), (Scan::Prod, false), (Scan::Prod, true)] {
                let mut want = vec![0.0; axis.numel()];
                for row in 0..axis.results() {
                    let mut run = if kind == Scan::Sum { 0.0 } else { 1.0 };
                    for i in 0..n {
                        let i = if reverse { n - 1 - i } else { i };
                        let at = (row / inner * n + i) * inner + row % inner;
                        let x = src[at].wide().to_f64();
                        run = if kind == Scan::Sum { run + x } else { run * x };
                        want[at] = run;
                    }
                }
                for isa in Isa::available() {
                    let [one, two] = [1, 2].map(|threads| {
                        set_threads(threads);
                        let mut dst = vec![T::Sum::default(); axis.numel()];
                        with_isa(isa, || scan(kind, reverse, axis, &src, &mut dst));
                        dst
                    });
                    set_threads(0);
                    assert!(one == two, "threads change {kind:?} {axis:?}");
                    for (got, want) in one.iter().zip(&want) {
                        let error = (got.wide().to_f64() - want).abs();
                        assert!(error <= want.abs().max(1e-6) * tolerance, "{kind:?} {axis:?}: {got:?} for {want}");
                    }
                }
            }
        }
    }

    #[test]
    fn runs_equal_the_definition() {
        check(|rng| (1.0 + rng.float() / 100.0) as f32, 1e-6);
        check(|rng| 1.0 + rng.float() / 100.0, 1e-10);
        check(|rng| half::bf16::from_f64(1.0 + rng.float() / 100.0), 5e-3);
        check(|rng| rng.below(3) as i64 / 2, 0.0);
        check(|rng| rng.below(50) > 0, 0.0);
    }

    #[test]
    fn integers_wrap() {
        let mut dst = [0; 2];
        scan(Scan::Sum, false, Axis::whole(2), &[i64::MAX, 1], &mut dst);
        assert_eq!(dst, [i64::MAX, i64::MIN]);
    }
}
