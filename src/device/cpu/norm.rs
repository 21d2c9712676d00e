//! Normalisation: mean 0 and variance 1 of each of several groups of elements, then a factor and a summand for each
//! place of a row, or for each channel. [`rows`] has groups that are rows, [`channels`] groups made of channels.
//!
//! Means and variances are taken in two passes, of which the second mends the first's rounding; pieces of a group are
//! joined in order. `rstd` is one over the root of the variance plus `eps`, the variance as it is stored.

pub mod channels;
mod columns;
pub mod rows;

use super::copy::Shared;
use super::elem::{Floating, lane_sums, vectorized};
use super::math::Float;
use super::pool;

/// Elements of one chunk, about; longer groups are cut into pieces of this many.
const CHUNK: usize = 1 << 14;

/// The mean of some numbers, and the sum of squares around it.
#[derive(Clone, Copy, Default, Debug)]
struct Moments {
    count: f64,
    mean: f64,
    squares: f64,
}

impl Moments {
    /// Those of both together.
    fn join(self, other: Moments) -> Moments {
        if self.count == 0.0 {
            return other;
        }
        let count = self.count + other.count;
        let apart = other.mean - self.mean;
        Moments {
            count,
            mean: self.mean + apart * (other.count / count),
            squares: self.squares + other.squares + apart * apart * (self.count * other.count / count),
        }
    }

    fn var(&self) -> f64 {
        self.squares / self.count
    }
}

vectorized! {
    fn moments[T: Floating](x: &[T]) -> Moments {
        let n = x.len();
        let count = n as f64;
        let [sum] = lane_sums!(T::Real<FUSED>: (x), [x]);
        let near = T::narrow(T::from_real(sum).wide() / count);
        let shift = near.real::<FUSED>();
        let [off, squares] = lane_sums!(T::Real<FUSED>: (x), [x - shift, (x - shift) * (x - shift)]);
        let (off, squares) = (T::from_real(off).wide(), T::from_real(squares).wide());
        let squares = squares - off * off / count;
        // Rounding may leave less than nothing.
        Moments { count, mean: near.wide() + off / count, squares: if squares < 0.0 { 0.0 } else { squares } }
    }

    /// The sum of squares, as moments around 0.
    fn magnitude[T: Floating](x: &[T]) -> Moments {
        let [squares] = lane_sums!(T::Real<FUSED>: (x), [x * x]);
        Moments { count: x.len() as f64, mean: 0.0, squares: T::from_real(squares).wide() }
    }

    /// `y = (x - mean) scale + shift`.
    fn write_even[T: Floating](x: &[T], mean: T, scale: T, shift: T, y: &mut [T]) {
        let (mean, scale, shift) = (mean.real::<FUSED>(), scale.real::<FUSED>(), shift.real::<FUSED>());
        let n = x.len();
        let y = &mut y[..n];
        for i in 0..n {
            y[i] = T::from_real((x[i].real::<FUSED>() - mean).mul_add(scale, shift));
        }
    }

    /// `y = (x - mean) rstd w + b`.
    fn write_each[T: Floating](x: &[T], mean: T, rstd: T, w: &[T], b: Option<&[T]>, y: &mut [T]) {
        let (mean, rstd) = (mean.real::<FUSED>(), rstd.real::<FUSED>());
        let n = x.len();
        let (w, y) = (&w[..n], &mut y[..n]);
        match b {
            Some(b) => {
                let b = &b[..n];
                for i in 0..n {
                    let even = (x[i].real::<FUSED>() - mean) * rstd;
                    y[i] = T::from_real(even.mul_add(w[i].real::<FUSED>(), b[i].real::<FUSED>()));
                }
            }
            None => {
                for i in 0..n {
                    y[i] = T::from_real((x[i].real::<FUSED>() - mean) * rstd * w[i].real::<FUSED>());
                }
            }
        }
    }

    /// The sums of `g` and of `g (x - mean)`.
    fn sums_even[T: Floating](x: &[T], g: &[T], mean: T) -> [f64; 2] {
        let (x, mean) = (&x[..g.len()], mean.real::<FUSED>());
        let sums = lane_sums!(T::Real<FUSED>: (g, x), [g, g * (x - mean)]);
        sums.map(|s| T::from_real(s).wide())
    }

    /// The sums of `g w` and of `g w (x - mean)`.
    fn sums_each[T: Floating](x: &[T], g: &[T], w: &[T], mean: T) -> [f64; 2] {
        let (x, w, mean) = (&x[..g.len()], &w[..g.len()], mean.real::<FUSED>());
        let sums = lane_sums!(T::Real<FUSED>: (g, x, w), [g * w, g * w * (x - mean)]);
        sums.map(|s| T::from_real(s).wide())
    }

    /// `dx = g scale - (x - mean) slope - level`.
    fn gradient_even[T: Floating](x: &[T], g: &[T], mean: T, scale: T, slope: T, level: T, dx: &mut [T]) {
        let [mean, scale, slope, level] = [mean, scale, slope, level].map(|v| v.real::<FUSED>());
        let n = x.len();
        let (g, dx) = (&g[..n], &mut dx[..n]);
        for i in 0..n {
            dx[i] = T::from_real(g[i].real::<FUSED>() * scale - (x[i].real::<FUSED>() - mean).mul_add(slope, level));
        }
    }

    /// The same with `g w` in place of `g`.
    fn gradient_each[T: Floating](x: &[T], g: &[T], w: &[T], mean: T, scale: T, slope: T, level: T, dx: &mut [T]) {
        let [mean, scale, slope, level] = [mean, scale, slope, level].map(|v| v.real::<FUSED>());
        let n = x.len();
        let (g, w, dx) = (&g[..n], &w[..n], &mut dx[..n]);
        for i in 0..n {
            let own = g[i].real::<FUSED>() * w[i].real::<FUSED>() * scale;
            dx[i] = T::from_real(own - (x[i].real::<FUSED>() - mean).mul_add(slope, level));
        }
    }
}

/// One over the root of a variance plus `eps`.
#[inline(always)]
fn rstd_of<T: Floating>(var: T, eps: f64) -> T {
    T::narrow(1.0 / (var.wide() + eps).sqrt())
}

/// Which part of a gradient is wanted.
#[derive(Default)]
pub struct Wanted<'a, T> {
    pub x: Option<&'a mut [T]>,
    pub w: Option<&'a mut [T]>,
    pub b: Option<&'a mut [T]>,
}

/// A piece of `0..count` groups of `n` elements each: whole groups together, or parts of one.
fn pieces(count: usize, n: usize, body: &(dyn Fn(usize, usize, usize) + Sync)) {
    let each = n.div_ceil(CHUNK).max(1);
    let together = if each == 1 { (CHUNK / n.max(1)).max(1) } else { 1 };
    let all = count * each;
    pool::parallel(all.div_ceil(together), &|chunk| {
        for piece in chunk * together..all.min((chunk + 1) * together) {
            let from = piece % each * CHUNK;
            body(piece / each, from, CHUNK.min(n - from));
        }
    });
}

/// Finds something out about each piece; gives it for all pieces of all groups, in order.
fn by_piece<S: Copy + Default + Send>(
    count: usize,
    n: usize,
    find: impl Fn(usize, usize, usize) -> S + Sync,
) -> Vec<S> {
    let each = n.div_ceil(CHUNK).max(1);
    let mut found = vec![S::default(); count * each];
    let out = Shared(found.as_mut_ptr());
    pieces(count, n, &|group, from, len| {
        // SAFETY: each piece has a place of its own.
        unsafe { *out.get().add(group * each + from / CHUNK) = find(group, from, len) };
    });
    found
}

/// A part of a slice that threads share, all of whose parts are disjoint.
///
/// # Safety
/// `at + len` lies within, and nobody else uses that part.
unsafe fn part<'a, T>(all: &Shared<*mut T>, at: usize, len: usize) -> &'a mut [T] {
    // SAFETY: handed on from the caller.
    unsafe { std::slice::from_raw_parts_mut(all.get().add(at), len) }
}

#[cfg(test)]
mod tests;
