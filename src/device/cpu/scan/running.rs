//! What runs along a dim with more of a state than a sum: extremes, logarithms of sums of exponentials, and linear
//! recurrences. Each row is walked by one thread.

use super::{Axis, CHUNK, COLS};
use crate::device::cpu::copy::Shared;
use crate::device::cpu::elem::Elem;
use crate::device::cpu::pool;
use crate::device::cpu::reduce::Order;

/// Calls `step` with the state of each row, a place in memory and its index along the row, in the order of the rows
/// (backwards where `reverse`); every place once.
fn walk<S: Copy + Send + Sync>(axis: Axis, reverse: bool, start: S, step: impl Fn(&mut S, usize, usize) + Sync) {
    let Axis { outer, n, inner } = axis;
    if axis.numel() == 0 {
        return;
    }
    let width = inner.min(COLS);
    let blocks = inner.div_ceil(width);
    let together = (CHUNK / n.saturating_mul(width)).max(1);
    let pieces = outer * blocks;
    let index = |k: usize| if reverse { n - 1 - k } else { k };
    pool::parallel(pieces.div_ceil(together), &|chunk| {
        for piece in chunk * together..pieces.min((chunk + 1) * together) {
            let (first, col) = (piece / blocks * n * inner, piece % blocks * width);
            let width = width.min(inner - col);
            if inner == 1 {
                let mut state = start;
                for k in 0..n {
                    if k % CHUNK == CHUNK - 1 && pool::stopped() {
                        return;
                    }
                    step(&mut state, first + index(k), index(k));
                }
                continue;
            }
            let mut states = [start; COLS];
            for k in 0..n {
                if k % CHUNK == CHUNK - 1 && pool::stopped() {
                    return;
                }
                let at = first + index(k) * inner + col;
                for (j, state) in states[..width].iter_mut().enumerate() {
                    step(state, at + j, index(k));
                }
            }
        }
    });
}

/// At each place the extreme up to it and where it is: of equal ones the last, and NaN from the first one on.
pub fn cum_extreme<T: Elem>(order: Order, axis: Axis, src: &[T], values: &mut [T], indices: &mut [i64]) {
    let (src, n) = (&src[..axis.numel()], axis.numel());
    let (values, indices) = (Shared(values[..n].as_mut_ptr()), Shared(indices[..n].as_mut_ptr()));
    walk(axis, false, (T::default(), -1), |(best, index): &mut (T, i64), at, i| {
        let x = src[at];
        let reaches = if order == Order::Max { x >= *best } else { x <= *best };
        if *index < 0 || x.is_nan() || !best.is_nan() && reaches {
            (*best, *index) = (x, i as i64);
        }
        // SAFETY: inside the results, as `walk` gives every place once.
        unsafe {
            *values.get().add(at) = *best;
            *indices.get().add(at) = *index;
        }
    });
}

/// At each place the logarithm of the sum of the exponentials up to it.
pub fn logcumsumexp<T: Elem<Wide = f64>>(axis: Axis, src: &[T], dst: &mut [T]) {
    let src = &src[..axis.numel()];
    let out = Shared(dst[..axis.numel()].as_mut_ptr());
    // The largest, and the sum of exponentials of distances from it.
    walk(axis, false, (f64::NEG_INFINITY, 0.0), |(largest, sum): &mut (f64, f64), at, _| {
        let x = src[at].wide();
        if x > *largest {
            *sum = *sum * (*largest - x).exp() + 1.0;
            *largest = x;
        } else if x == *largest {
            *sum += 1.0;
        } else if x < *largest {
            *sum += (x - *largest).exp();
        } else {
            *largest = f64::NAN;
        }
        // SAFETY: inside the result, as `walk` gives every place once.
        unsafe { *out.get().add(at) = T::narrow(*largest + sum.ln()) };
    });
}

/// `dst[i] = b[i] + a[i] * dst[i - 1]` in every row, from `b[0]` on; where `reverse` from the last one backwards.
pub fn recur<T: Elem<Wide = f64>>(reverse: bool, axis: Axis, b: &[T], a: &[T], dst: &mut [T]) {
    let (b, a) = (&b[..axis.numel()], &a[..axis.numel()]);
    let out = Shared(dst[..axis.numel()].as_mut_ptr());
    let first = if reverse { axis.n.saturating_sub(1) } else { 0 };
    walk(axis, reverse, 0.0, |state: &mut f64, at, i| {
        let carried = if i == first { 0.0 } else { a[at].wide() * *state };
        *state = b[at].wide() + carried;
        // SAFETY: inside the result, as `walk` gives every place once.
        unsafe { *out.get().add(at) = T::narrow(*state) };
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::device::cpu::copy::tests::Lcg;

    #[test]
    fn rows_and_columns_run_alike() {
        let mut rng = Lcg(5);
        for (outer, n, inner) in [(1, 1, 1), (3, 50, 1), (1, 70_000, 1), (2, 30, 3), (2, 9, 300), (0, 2, 2), (2, 0, 2)]
        {
            let axis = Axis { outer, n, inner };
            let count = axis.numel();
            let a: Vec<f64> = (0..count).map(|_| rng.float()).collect();
            let b: Vec<f64> = (0..count).map(|_| rng.float()).collect();
            for reverse in [false, true] {
                let mut got = vec![0.0; count];
                recur(reverse, axis, &b, &a, &mut got);
                for at in 0..count {
                    let i = at / inner % n;
                    let before = match reverse {
                        false if i > 0 => got[at - inner],
                        true if i + 1 < n => got[at + inner],
                        _ => 0.0,
                    };
                    assert_eq!(got[at], b[at] + a[at] * before);
                }
            }
            let (mut values, mut indices, mut logs) = (vec![0.0; count], vec![0; count], vec![0.0; count]);
            cum_extreme(Order::Max, axis, &a, &mut values, &mut indices);
            logcumsumexp(axis, &a, &mut logs);
            for row in 0..axis.results() {
                let place = |i: usize| (row / inner * n + i) * inner + row % inner;
                let (mut best, mut sum) = (f64::NEG_INFINITY, 0.0);
                for i in 0..n {
                    best = a[place(i)].max(best);
                    sum += a[place(i)].exp();
                    assert_eq!(values[place(i)], best);
                    assert_eq!(a[place(indices[place(i)] as usize)], best);
                    assert!((logs[place(i)] - f64::ln(sum)).abs() < 1e-10);
                }
            }
        }
    }
}
