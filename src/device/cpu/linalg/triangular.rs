//! Triangular systems and Cholesky's factorisation.

use super::{Failure, Field, Outcome, SMALL, wide, write};
use crate::device::cpu::elem::vectorized;
use faer::dyn_stack::{MemBuffer, MemStack};
use faer::linalg::cholesky::llt::factor;
use faer::linalg::triangular_solve as large;
use faer::{Mat, MatMut, MatRef, Par};

/// Which triangle of a matrix counts, and whether its diagonal is taken as ones.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Triangle {
    pub upper: bool,
    pub unit: bool,
}

/// The `x` with `a @ x = b`, for a triangular `a` of `n` rows and a `b` of `cols` columns, which `x` replaces. A 0 on
/// the diagonal gives inf and NaN.
pub fn solve_triangular<T: Field>(n: usize, cols: usize, triangle: Triangle, a: &[T], x: &mut [T]) {
    match triangle.upper {
        true => solve_upper(n, cols, triangle.unit, a, x),
        false => solve_lower(n, cols, triangle.unit, a, x),
    }
}

pub(super) fn solve_lower<T: Field>(n: usize, cols: usize, unit: bool, a: &[T], x: &mut [T]) {
    if n <= SMALL {
        return small_lower(n, cols, unit, a, x);
    }
    with_large(n, cols, a, x, |a, x| match unit {
        true => large::solve_unit_lower_triangular_in_place(a, x, Par::Seq),
        false => large::solve_lower_triangular_in_place(a, x, Par::Seq),
    });
}

pub(super) fn solve_upper<T: Field>(n: usize, cols: usize, unit: bool, a: &[T], x: &mut [T]) {
    if n <= SMALL {
        return small_upper(n, cols, unit, a, x);
    }
    with_large(n, cols, a, x, |a, x| match unit {
        true => large::solve_unit_upper_triangular_in_place(a, x, Par::Seq),
        false => large::solve_upper_triangular_in_place(a, x, Par::Seq),
    });
}

/// Lets `solve` replace `x`, of `cols` columns, for an `a` of `n` rows.
fn with_large<T: Field>(n: usize, cols: usize, a: &[T], x: &mut [T], solve: impl FnOnce(MatRef<f64>, MatMut<f64>)) {
    let mut both = wide(x, n, cols);
    solve(wide(a, n, n).as_ref(), both.as_mut());
    write(x, cols, |i, j| both[(i, j)]);
}

/// `x -= factor * y`, and the division by the diagonal once all of them are done.
#[inline(always)]
fn subtract<T: Field>(x: &mut [T], factor: T, y: &[T]) {
    for (x, &y) in x.iter_mut().zip(y) {
        *x -= factor * y;
    }
}

#[inline(always)]
fn divide<T: Field>(x: &mut [T], by: T) {
    for x in x {
        *x /= by;
    }
}

vectorized! {
    fn small_lower[T: Field](n: usize, cols: usize, unit: bool, a: &[T], x: &mut [T]) {
        for i in 0..n {
            let (above, rest) = x.split_at_mut(i * cols);
            let row = &mut rest[..cols];
            for j in 0..i {
                subtract(row, a[i * n + j], &above[j * cols..][..cols]);
            }
            if !unit {
                divide(row, a[i * n + i]);
            }
        }
    }

    fn small_upper[T: Field](n: usize, cols: usize, unit: bool, a: &[T], x: &mut [T]) {
        for i in (0..n).rev() {
            let (rest, below) = x.split_at_mut((i + 1) * cols);
            let row = &mut rest[i * cols..];
            for j in i + 1..n {
                subtract(row, a[i * n + j], &below[(j - i - 1) * cols..][..cols]);
            }
            if !unit {
                divide(row, a[i * n + i]);
            }
        }
    }
}

/// The lower triangular `l` with `l @ l.T = a`; reads the lower triangle of `a` alone.
pub fn cholesky<T: Field>(n: usize, a: &[T], out: &mut [T]) -> Outcome {
    if n <= SMALL {
        return small_cholesky(n, a, out);
    }
    let mut square: Mat<f64> = wide(a, n, n);
    let mut memory = MemBuffer::new(factor::cholesky_in_place_scratch::<f64>(n, Par::Seq, Default::default()));
    let stack = MemStack::new(&mut memory);
    factor::cholesky_in_place(square.as_mut(), Default::default(), Par::Seq, stack, Default::default()).map_err(
        |e| match e {
            faer::linalg::cholesky::llt::factor::LltError::NonPositivePivot { index } => {
                Failure::NotPositive(index + 1)
            }
        },
    )?;
    write(out, n, |i, j| if j <= i { square[(i, j)] } else { 0.0 });
    Ok(())
}

vectorized! {
    fn small_cholesky[T: Field](n: usize, a: &[T], out: &mut [T]) -> Outcome {
        for i in 0..n {
            for j in 0..n {
                out[i * n + j] = if j <= i { a[i * n + j] } else { T::ZERO };
            }
        }
        for i in 0..n {
            for j in 0..=i {
                let mut sum = out[i * n + j];
                for k in 0..j {
                    sum -= out[i * n + k] * out[j * n + k];
                }
                if j < i {
                    out[i * n + j] = sum / out[j * n + j];
                } else if sum > T::ZERO || sum.is_nan() {
                    out[i * n + i] = sum.root();
                } else {
                    return Err(Failure::NotPositive(i + 1));
                }
            }
        }
        Ok(())
    }
}
