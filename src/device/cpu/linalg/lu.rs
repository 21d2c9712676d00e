//! Gaussian elimination with row pivots: determinants, inverses, systems of equations.

use super::triangular::{solve_lower, solve_upper};
use super::{Failure, Field, Outcome, SMALL, wide};
use crate::device::cpu::elem::vectorized;
use faer::Par;
use faer::dyn_stack::{MemBuffer, MemStack};
use faer::linalg::lu::partial_pivoting::factor;

/// A factorisation of a matrix of `n` rows: the triangles, row-major in one square, and where each row came from.
struct Lu<T> {
    n: usize,
    both: Vec<T>,
    rows: Vec<usize>,
    /// Whether the rows were swapped an odd number of times.
    odd: bool,
}

impl<T: Field> Lu<T> {
    fn new(n: usize, a: &[T]) -> Lu<T> {
        if n > SMALL {
            return Lu::large(n, a);
        }
        let mut lu = Lu { n, both: a.to_vec(), rows: (0..n).collect(), odd: false };
        lu.odd = eliminate(n, &mut lu.both, &mut lu.rows);
        lu
    }

    fn large(n: usize, a: &[T]) -> Lu<T> {
        let mut both = wide(a, n, n);
        let (mut rows, mut back) = (vec![0usize; n], vec![0usize; n]);
        let mut memory = MemBuffer::new(factor::lu_in_place_scratch::<usize, f64>(n, n, Par::Seq, Default::default()));
        let stack = MemStack::new(&mut memory);
        let (info, _) = factor::lu_in_place(both.as_mut(), &mut rows, &mut back, Par::Seq, stack, Default::default());
        let mut out = Vec::with_capacity(n * n);
        for i in 0..n {
            out.extend((0..n).map(|j| T::narrow(both[(i, j)])));
        }
        Lu { n, both: out, rows, odd: info.transposition_count % 2 == 1 }
    }

    fn pivot(&self, k: usize) -> T {
        self.both[k * (self.n + 1)]
    }

    fn check(&self) -> Outcome {
        match (0..self.n).find(|&k| self.pivot(k) == T::ZERO) {
            Some(k) => Err(Failure::Singular(k)),
            None => Ok(()),
        }
    }

    /// Solves for `cols` right sides, given row-major in the original order of rows.
    fn solve(&self, right: impl Fn(usize, &mut [T]), cols: usize, out: &mut [T]) {
        for (to, &from) in out.chunks_exact_mut(cols.max(1)).zip(&self.rows) {
            right(from, to);
        }
        solve_lower(self.n, cols, true, &self.both, out);
        solve_upper(self.n, cols, false, &self.both, out);
    }
}

vectorized! {
    /// Eliminates in place; tells whether rows were swapped an odd number of times.
    fn eliminate[T: Field](n: usize, a: &mut [T], rows: &mut [usize]) -> bool {
        let mut odd = false;
        for k in 0..n {
            let mut at = k;
            for i in k + 1..n {
                // A NaN wins, so that it reaches the result.
                let (new, old) = (a[i * n + k].magnitude(), a[at * n + k].magnitude());
                if new > old || new.is_nan() && !old.is_nan() {
                    at = i;
                }
            }
            if at != k {
                odd = !odd;
                rows.swap(at, k);
                for j in 0..n {
                    a.swap(at * n + j, k * n + j);
                }
            }
            let pivot = a[k * n + k];
            if pivot == T::ZERO {
                continue;
            }
            let (above, below) = a.split_at_mut((k + 1) * n);
            let row = &above[k * n + k + 1..];
            for line in below.chunks_exact_mut(n) {
                let factor = line[k] / pivot;
                line[k] = factor;
                if factor != T::ZERO {
                    for (x, &y) in line[k + 1..].iter_mut().zip(row) {
                        *x -= factor * y;
                    }
                }
            }
        }
        odd
    }
}

/// The inverse of a matrix of `n` rows. One that has none is refused, or with `lenient` all of it is inf.
pub fn inverse<T: Field>(n: usize, a: &[T], lenient: bool, out: &mut [T]) -> Outcome {
    let lu = Lu::new(n, a);
    if let Err(failure) = lu.check() {
        out.fill(T::INFINITY);
        return if lenient { Ok(()) } else { Err(failure) };
    }
    let unit = |from: usize, row: &mut [T]| {
        row.fill(T::ZERO);
        row[from] = T::ONE;
    };
    lu.solve(unit, n, out);
    Ok(())
}

/// The `x` with `a @ x = b`, for a `b` of `cols` columns.
pub fn solve<T: Field>(n: usize, cols: usize, a: &[T], b: &[T], out: &mut [T]) -> Outcome {
    let lu = Lu::new(n, a);
    lu.check()?;
    lu.solve(|from, row| row.copy_from_slice(&b[from * cols..][..cols]), cols, out);
    Ok(())
}

pub fn determinant<T: Field>(n: usize, a: &[T]) -> T {
    let lu = Lu::new(n, a);
    let start = if lu.odd { -1.0 } else { 1.0 };
    T::narrow((0..n).fold(start, |product, k| product * lu.pivot(k).wide()))
}

/// The determinant's sign (0 for a singular matrix) and the logarithm of its magnitude.
pub fn log_determinant<T: Field>(n: usize, a: &[T]) -> (T, T) {
    let lu = Lu::new(n, a);
    let (mut sign, mut log) = (if lu.odd { -1.0 } else { 1.0 }, 0.0);
    for k in 0..n {
        let pivot = lu.pivot(k).wide();
        sign *= if pivot == 0.0 { 0.0 } else { pivot.signum() };
        log += pivot.abs().ln();
    }
    (T::narrow(sign), T::narrow(log))
}

/// The determinant, and the smallest pivot over the largest.
pub(super) fn with_ratio(n: usize, a: &[f64]) -> (f64, f64) {
    let lu = Lu::new(n, a);
    let pivots = (0..n).map(|k| lu.pivot(k).abs());
    let (small, large) = pivots.fold((f64::INFINITY, 0.0f64), |(s, l), p| (s.min(p), l.max(p)));
    let start = if lu.odd { -1.0 } else { 1.0 };
    ((0..n).fold(start, |product, k| product * lu.pivot(k)), small / large)
}
