//! Factorisations of matrices and what follows from them: row-major, f32 and f64, one matrix at a time. Small ones
//! have kernels of their own; the others go to `faer`, which only these files call, on one thread, so that results
//! do not depend on how many there are, and in f64, so that it is compiled once. Batches are shared among threads.

mod cofactor;
mod lu;
mod orthogonal;
mod spectral;
mod triangular;

use std::sync::Mutex;

use super::copy::Shared;
use super::elem::Elem;
use super::pool;

pub use cofactor::{cofactors, cofactors_along};
pub use lu::{determinant, inverse, log_determinant, solve};
pub use orthogonal::qr;
pub use spectral::{eigen, eigenvalues, singular_values, svd};
pub use triangular::{Triangle, cholesky, solve_triangular};

/// f32 and f64.
pub trait Field:
    Elem<Wide = f64>
    + std::ops::Add<Output = Self>
    + std::ops::Sub<Output = Self>
    + std::ops::Mul<Output = Self>
    + std::ops::Div<Output = Self>
    + std::ops::Neg<Output = Self>
    + std::ops::SubAssign
    + std::ops::DivAssign
{
    const ZERO: Self;
    const ONE: Self;
    const INFINITY: Self;
    fn magnitude(self) -> Self;
    fn root(self) -> Self;
    fn finite(self) -> bool;
}

macro_rules! field {
    ($($T:ident),*) => { $(
        impl Field for $T {
            const ZERO: $T = 0.0;
            const ONE: $T = 1.0;
            const INFINITY: $T = $T::INFINITY;

            #[inline(always)]
            fn magnitude(self) -> $T {
                $T::abs(self)
            }

            #[inline(always)]
            fn root(self) -> $T {
                $T::sqrt(self)
            }

            #[inline(always)]
            fn finite(self) -> bool {
                $T::is_finite(self)
            }
        }
    )* };
}

field!(f32, f64);

/// Why a matrix has no result.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Failure {
    /// The pivot at this place of the diagonal is 0.
    Singular(usize),
    /// The leading minor of this order is not positive.
    NotPositive(usize),
    NotFinite,
    NoConvergence,
}

pub type Outcome = Result<(), Failure>;

/// Up to this many rows a matrix is small.
const SMALL: usize = 32;
/// Multiplications of one chunk, about.
const CHUNK: usize = 1 << 17;

/// Runs `one` for each of `count` matrices, of about `work` multiplications each. The failure of the first that
/// fails, with its position.
pub fn each(count: usize, work: usize, one: &(dyn Fn(usize) -> Outcome + Sync)) -> Result<(), (usize, Failure)> {
    let first: Mutex<Option<(usize, Failure)>> = Mutex::new(None);
    let together = (CHUNK / work.max(1)).max(1);
    pool::parallel(count.div_ceil(together), &|chunk| {
        for k in chunk * together..count.min((chunk + 1) * together) {
            if let Err(failure) = one(k) {
                let mut first = first.lock().unwrap_or_else(|e| e.into_inner());
                if first.is_none_or(|(at, _)| k < at) {
                    *first = Some((k, failure));
                }
                return;
            }
        }
    });
    let first = first.into_inner().unwrap_or_else(|e| e.into_inner());
    first.map_or(Ok(()), Err)
}

/// The elements of a batch's result, handed out a matrix at a time.
pub struct Parts<T> {
    start: Shared<*mut T>,
    numel: usize,
}

impl<T> Parts<T> {
    pub fn new(all: &mut [T]) -> Parts<T> {
        Parts { start: Shared(all.as_mut_ptr()), numel: all.len() }
    }

    /// The `k`-th run of `len` elements.
    ///
    /// # Safety
    /// Nobody else has it at the same time, and the slice that these are parts of is still borrowed.
    #[allow(clippy::mut_from_ref)]
    pub unsafe fn get(&self, k: usize, len: usize) -> &mut [T] {
        assert!((k + 1) * len <= self.numel);
        // SAFETY: inside the slice, and the caller's alone.
        unsafe { std::slice::from_raw_parts_mut(self.start.get().add(k * len), len) }
    }
}

/// A copy of a row-major matrix for `faer`.
fn wide<T: Field>(a: &[T], rows: usize, cols: usize) -> faer::Mat<f64> {
    faer::Mat::from_fn(rows, cols, |i, j| a[i * cols + j].wide())
}

/// Writes what `element` gives for each (row, column).
fn write<T: Field>(out: &mut [T], cols: usize, element: impl Fn(usize, usize) -> f64) {
    for (i, row) in out.chunks_exact_mut(cols.max(1)).enumerate() {
        for (j, x) in row.iter_mut().enumerate() {
            *x = T::narrow(element(i, j));
        }
    }
}

fn all_finite<T: Field>(a: &[T]) -> Outcome {
    if a.iter().all(|x| x.finite()) { Ok(()) } else { Err(Failure::NotFinite) }
}

#[cfg(test)]
mod tests;
