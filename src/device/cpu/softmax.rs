//! Softmax and what belongs to it, along one dim of a contiguous tensor seen as (outer, n, inner).
//!
//! With `m` the row's maximum and `s = sum exp(x - m)`: softmax is `exp(x - m) / s`, log-softmax `x - m - ln s`,
//! logsumexp `m + ln s`. A row of -inf alone has NaN for the first two, as in torch. f16 and bf16 go through f32.

use half::slice::HalfFloatSliceExt;
use half::{bf16, f16};

use super::copy::Shared;
use super::elem::{Elem, Floating, SUM_BLOCK as BLOCK, SUM_LANES as LANES, lane_sums, vectorized};
use super::math::{Exponential, Float};
use super::pool;
use super::reduce::Axis;

mod columns;
mod rows;

pub(super) use rows::maximum;

/// Which of the two.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind {
    Softmax,
    LogSoftmax,
}

/// Elements of one chunk, about; longer rows are cut into segments of this many.
const CHUNK: usize = 1 << 15;

/// Float types.
pub trait Softmax: Elem<Wide = f64> {
    #[doc(hidden)]
    fn forward(kind: Kind, axis: Axis, x: &[Self], y: &mut [Self]);
    #[doc(hidden)]
    fn backward(kind: Kind, axis: Axis, y: &[Self], g: &[Self], dx: &mut [Self]);
    #[doc(hidden)]
    fn logsumexp(axis: Axis, x: &[Self], dst: &mut [Self]);
}

/// `y = softmax(x)` or `log_softmax(x)` along `axis.n`.
pub fn forward<T: Softmax>(kind: Kind, axis: Axis, x: &[T], y: &mut [T]) {
    let numel = axis.numel();
    if numel > 0 {
        T::forward(kind, axis, &x[..numel], &mut y[..numel]);
    }
}

/// The gradient for `x` from the result `y` and its gradient `g`: `y (g - sum g y)`, or `g - exp(y) sum g`.
pub fn backward<T: Softmax>(kind: Kind, axis: Axis, y: &[T], g: &[T], dx: &mut [T]) {
    let numel = axis.numel();
    if numel > 0 {
        T::backward(kind, axis, &y[..numel], &g[..numel], &mut dx[..numel]);
    }
}

/// `ln sum exp(x)` of each row; -inf over nothing or -inf alone.
pub fn logsumexp<T: Softmax>(axis: Axis, x: &[T], dst: &mut [T]) {
    let (x, dst) = (&x[..axis.numel()], &mut dst[..axis.results()]);
    if axis.n == 0 {
        return dst.fill(T::narrow(f64::NEG_INFINITY));
    }
    T::logsumexp(axis, x, dst);
}

/// `ln sum exp(x) - x[target]` of rows of `n` that are not empty; also their maxima, and the sums of `exp(x - max)`.
/// Targets lie within the rows.
pub fn class_losses<T: Floating>(n: usize, x: &[T], targets: &[i64], losses: &mut [T], stats: [&mut [T]; 2]) {
    if x.is_empty() {
        // Rows of no classes: all targets are ignored.
        losses.fill(T::default());
        return stats.into_iter().for_each(|s| s.fill(T::default()));
    }
    rows::class_losses(n, x, targets, losses, stats);
}

/// The gradient of [`class_losses`] for `x` from that of the losses and what they gave besides.
pub fn class_gradient<T: Floating>(n: usize, x: (&[T], &[i64]), stats: [&[T]; 2], g: &[T], dx: &mut [T]) {
    if !dx.is_empty() {
        rows::class_gradient(n, x, stats, g, dx);
    }
}

macro_rules! softmax {
    (native $($T:ty),*) => { $(
        impl Softmax for $T {
            fn forward(kind: Kind, axis: Axis, x: &[$T], y: &mut [$T]) {
                if axis.inner == 1 { rows::forward(kind, axis.n, x, y) } else { columns::forward(kind, axis, x, y) }
            }

            fn backward(kind: Kind, axis: Axis, y: &[$T], g: &[$T], dx: &mut [$T]) {
                if axis.inner == 1 {
                    rows::backward(kind, axis.n, y, g, dx);
                } else {
                    columns::backward(kind, axis, y, g, dx);
                }
            }

            fn logsumexp(axis: Axis, x: &[$T], dst: &mut [$T]) {
                if axis.inner == 1 { rows::logsumexp(axis.n, x, dst) } else { columns::logsumexp(axis, x, dst) }
            }
        }
    )* };
    (through f32 $($T:ty),*) => { $(
        impl Softmax for $T {
            fn forward(kind: Kind, axis: Axis, x: &[$T], y: &mut [$T]) {
                let mut wide = vec![0.0; y.len()];
                f32::forward(kind, axis, &widen(x), &mut wide);
                y.convert_from_f32_slice(&wide);
            }

            fn backward(kind: Kind, axis: Axis, y: &[$T], g: &[$T], dx: &mut [$T]) {
                let mut wide = vec![0.0; dx.len()];
                f32::backward(kind, axis, &widen(y), &widen(g), &mut wide);
                dx.convert_from_f32_slice(&wide);
            }

            fn logsumexp(axis: Axis, x: &[$T], dst: &mut [$T]) {
                let mut wide = vec![0.0; dst.len()];
                f32::logsumexp(axis, &widen(x), &mut wide);
                dst.convert_from_f32_slice(&wide);
            }
        }
    )* };
}

softmax!(native f32, f64);
softmax!(through f32 f16, bf16);

fn widen<T>(x: &[T]) -> Vec<f32>
where
    [T]: HalfFloatSliceExt,
{
    let mut wide = vec![0.0; x.len()];
    x.convert_to_f32_slice(&mut wide);
    wide
}

/// What is taken off before `exp`: the maximum, or nothing where that is infinite, so that the sum becomes 0 or
/// infinite and not NaN.
#[inline(always)]
fn shift_of<T: Floating>(max: T) -> T {
    if max.wide().is_infinite() { T::default() } else { max }
}

/// The sum that softmax divides by: NaN where the maximum is infinite, as in torch.
#[inline(always)]
fn divisor<T: Floating>(max: T, sum: T) -> T {
    if max.wide().is_infinite() { T::narrow(f64::NAN) } else { sum }
}

fn log_of<T: Floating>(max: T, sum: T) -> T {
    T::narrow(max.wide() + sum.wide().ln())
}

#[cfg(test)]
mod tests;
