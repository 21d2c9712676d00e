//! Planes of another size: each row and column of the result is a weighted sum of a few rows and columns of the image.

use super::copy::Shared;
use super::elem::{Floating, vectorized};
use super::math::Float;
use super::pool;

/// The most rows or columns that one of the result reads.
pub const TAPS: usize = 4;

/// What one row or column of the result reads.
#[derive(Clone, Copy, PartialEq, Debug, Default)]
pub struct Taps {
    pub at: [usize; TAPS],
    pub weight: [f64; TAPS],
    pub len: usize,
}

/// The rows and columns of the result, of planes of `input` rows and columns.
#[derive(Clone, Debug)]
pub struct Resampling {
    pub rows: Vec<Taps>,
    pub cols: Vec<Taps>,
    pub input: [usize; 2],
}

/// Elements written in one chunk, about.
const CHUNK: usize = 1 << 14;

impl Resampling {
    fn plane(&self) -> usize {
        self.input[0] * self.input[1]
    }

    fn results(&self) -> usize {
        self.rows.len() * self.cols.len()
    }
}

vectorized! {
    fn plane_forward[T: Floating](r: &Resampling, x: &[T], y: &mut [T]) {
        let width = r.input[1];
        for (row, y) in r.rows.iter().zip(y.chunks_exact_mut(r.cols.len().max(1))) {
            for (col, y) in r.cols.iter().zip(y) {
                let mut sum = <T::Real<FUSED> as Float>::ZERO;
                for a in 0..row.len {
                    let line = &x[row.at[a] * width..][..width];
                    let mut part = <T::Real<FUSED> as Float>::ZERO;
                    for b in 0..col.len {
                        part = part + line[col.at[b]].real::<FUSED>() * col.weight[b];
                    }
                    sum = sum + part * row.weight[a];
                }
                *y = T::from_real(sum);
            }
        }
    }

    fn plane_backward[T: Floating](r: &Resampling, y: &[T], x: &mut [T]) {
        let width = r.input[1];
        x.fill(T::default());
        for (row, y) in r.rows.iter().zip(y.chunks_exact(r.cols.len().max(1))) {
            for (col, y) in r.cols.iter().zip(y) {
                for a in 0..row.len {
                    let part = y.real::<FUSED>() * row.weight[a];
                    for b in 0..col.len {
                        let x = &mut x[row.at[a] * width + col.at[b]];
                        *x = T::from_real(x.real::<FUSED>() + part * col.weight[b]);
                    }
                }
            }
        }
    }
}

/// Calls `body` with each of `planes`, some together.
fn each_plane(planes: usize, r: &Resampling, body: impl Fn(usize) + Sync) {
    let together = (CHUNK / r.plane().max(r.results()).max(1)).max(1);
    pool::parallel(planes.div_ceil(together), &|chunk| {
        (chunk * together..planes.min((chunk + 1) * together)).for_each(&body);
    });
}

/// `planes` planes in the new size.
pub fn forward<T: Floating>(r: &Resampling, planes: usize, x: &[T], y: &mut [T]) {
    let (plane, results) = (r.plane(), r.results());
    let (x, out) = (&x[..planes * plane], Shared(y[..planes * results].as_mut_ptr()));
    each_plane(planes, r, |p| {
        // SAFETY: planes are disjoint parts of `y`.
        let y = unsafe { std::slice::from_raw_parts_mut(out.get().add(p * results), results) };
        plane_forward(r, &x[p * plane..][..plane], y);
    });
}

/// The adjoint of [`forward`].
pub fn backward<T: Floating>(r: &Resampling, planes: usize, y: &[T], x: &mut [T]) {
    let (plane, results) = (r.plane(), r.results());
    let (y, out) = (&y[..planes * results], Shared(x[..planes * plane].as_mut_ptr()));
    each_plane(planes, r, |p| {
        // SAFETY: planes are disjoint parts of `x`.
        let x = unsafe { std::slice::from_raw_parts_mut(out.get().add(p * plane), plane) };
        plane_backward(r, &y[p * results..][..results], x);
    });
}
