//! Attention, a block of queries at a time: the products with all keys, their softmax, and the mean of the values that it
//! weighs, without the weights ever being written out. The gradient computes the weights again from the logarithm of
//! their sum.

use super::alloc::{OutOfMemory, Scratch};
use super::copy::Shared;
use super::elem::{Floating, lane_sums, vectorized};
use super::math::Exponential;
use super::matmul::{MatView, MatViewMut, Product, matmul};
use super::pool;
use super::softmax::maximum;
use std::sync::Mutex;

/// The sizes: `batch` times `queries` of `length`, `keys` of `length`, and as many values of `width`.
#[derive(Clone, Copy, Debug)]
pub struct Attention {
    pub batch: usize,
    pub queries: usize,
    pub keys: usize,
    pub length: usize,
    pub width: usize,
    /// Query `i` sees the keys up to `i` only.
    pub causal: bool,
    pub scale: f64,
}

/// The weights of a block, about, and the most queries in one.
const BLOCK: usize = 1 << 16;
const ROWS: usize = 128;

/// Gradients that are wanted.
#[derive(Default)]
pub struct Wanted<'a, T> {
    pub q: Option<&'a mut [T]>,
    pub k: Option<&'a mut [T]>,
    pub v: Option<&'a mut [T]>,
}

impl Attention {
    /// Queries of a block.
    fn rows(&self) -> usize {
        (BLOCK / self.keys.max(1)).clamp(8, ROWS).min(self.queries.max(1))
    }

    /// Keys that any of the queries `from..to` sees.
    fn seen(&self, to: usize) -> usize {
        if self.causal { self.keys.min(to) } else { self.keys }
    }

    fn first(&self, from: usize) -> Option<usize> {
        self.causal.then_some(from)
    }
}

vectorized! {
    fn scaled[T: Floating](x: &[T], scale: T, y: &mut [T]) {
        let scale = scale.real::<FUSED>();
        for (x, y) in x.iter().zip(y) {
            *y = T::from_real(x.real::<FUSED>() * scale);
        }
    }

    /// Exponentials of rows of `n` less their maximum, of what a row sees; one over their sums, and the logarithms of
    /// the sums of exponentials.
    fn weigh[T: Floating](n: usize, first: Option<usize>, rows: &mut [T], shares: &mut [T], logs: &mut [T]) {
        for (r, ((row, share), log)) in rows.chunks_exact_mut(n).zip(shares).zip(logs).enumerate() {
            let (row, rest) = row.split_at_mut(first.map_or(n, |first| n.min(first + r + 1)));
            rest.fill(T::default());
            let shift = maximum(row);
            let max = shift.real::<FUSED>();
            for x in &mut *row {
                *x = T::from_real((x.real::<FUSED>() - max).exp());
            }
            let [sum] = lane_sums!(T::Real<FUSED>: (row), [row]);
            let sum = T::from_real(sum);
            *share = T::narrow(1.0 / sum.wide());
            *log = T::narrow(shift.wide() + sum.wide().ln());
        }
    }

    /// The weights again, from the logarithms.
    fn weigh_again[T: Floating](n: usize, first: Option<usize>, rows: &mut [T], logs: &[T]) {
        for (r, (row, log)) in rows.chunks_exact_mut(n).zip(logs).enumerate() {
            let (row, rest) = row.split_at_mut(first.map_or(n, |first| n.min(first + r + 1)));
            rest.fill(T::default());
            let log = log.real::<FUSED>();
            for x in row {
                *x = T::from_real((x.real::<FUSED>() - log).exp());
            }
        }
    }

    /// Rows of `n` times a factor each.
    fn scale_rows[T: Floating](n: usize, rows: &mut [T], factors: &[T]) {
        for (row, factor) in rows.chunks_exact_mut(n).zip(factors) {
            let factor = factor.real::<FUSED>();
            for x in row {
                *x = T::from_real(x.real::<FUSED>() * factor);
            }
        }
    }

    fn scale_all[T: Floating](x: &mut [T], factor: T) {
        let factor = factor.real::<FUSED>();
        for x in x {
            *x = T::from_real(x.real::<FUSED>() * factor);
        }
    }

    /// The products of rows of `n`.
    fn dots[T: Floating](n: usize, x: &[T], y: &[T], sums: &mut [T]) {
        for ((x, y), sum) in x.chunks_exact(n).zip(y.chunks_exact(n)).zip(sums) {
            let y = &y[..x.len()];
            let [total] = lane_sums!(T::Real<FUSED>: (x, y), [x * y]);
            *sum = T::from_real(total);
        }
    }

    /// The gradient of a softmax: `g = p (g - sum)` for rows of `n`.
    fn slopes[T: Floating](n: usize, p: &[T], g: &mut [T], sums: &[T]) {
        for ((p, g), sum) in p.chunks_exact(n).zip(g.chunks_exact_mut(n)).zip(sums) {
            let sum = sum.real::<FUSED>();
            for (p, g) in p.iter().zip(g) {
                *g = T::from_real(p.real::<FUSED>() * (g.real::<FUSED>() - sum));
            }
        }
    }
}

/// Some scratch memory for each of `tasks`, which run in parallel.
fn tasks<T: Copy>(count: usize, room: usize, body: impl Fn(usize, *mut T) + Sync) -> Result<(), OutOfMemory> {
    let failure = Mutex::new(None);
    pool::parallel(count, &|task| match Scratch::<T>::new(room) {
        Ok(scratch) => body(task, scratch.ptr()),
        Err(e) => *failure.lock().unwrap_or_else(std::sync::PoisonError::into_inner) = Some(e),
    });
    failure.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner).map_or(Ok(()), Err)
}

/// A contiguous matrix.
fn matrix<T>(x: &[T], rows: usize, cols: usize) -> MatView<T> {
    assert!(x.len() >= rows * cols);
    MatView::contiguous(x.as_ptr(), rows, cols)
}

fn matrix_mut<T>(x: &mut [T], rows: usize, cols: usize) -> MatViewMut<T> {
    assert!(x.len() >= rows * cols);
    MatViewMut::contiguous(x.as_mut_ptr(), rows, cols)
}

/// Cuts scratch memory into parts.
///
/// # Safety
/// There is room for all of them, and nobody else uses it.
unsafe fn cut<'a, T: Copy, const N: usize>(mut at: *mut T, sizes: [usize; N]) -> [&'a mut [T]; N] {
    sizes.map(|size| {
        // SAFETY: handed on from the caller.
        let part = unsafe { std::slice::from_raw_parts_mut(at, size) };
        at = at.wrapping_add(size);
        part
    })
}

/// `y = softmax(q k^T scale) v`, and for each query the logarithm of the sum of its exponentials.
pub fn forward<T: Floating + Product>(
    a: &Attention,
    (q, k, v): (&[T], &[T], &[T]),
    y: &mut [T],
    logs: &mut [T],
) -> Result<(), OutOfMemory> {
    let Attention { batch, queries, keys, length, width, .. } = *a;
    if keys == 0 {
        y.fill(T::default());
        logs.fill(T::narrow(f64::NEG_INFINITY));
        return Ok(());
    }
    let rows = a.rows();
    let blocks = queries.div_ceil(rows);
    let out = Shared((y[..batch * queries * width].as_mut_ptr(), logs[..batch * queries].as_mut_ptr()));
    let room = rows * (length + keys + 1);
    tasks(batch * blocks, room, |task, scratch| {
        let (b, from) = (task / blocks, task % blocks * rows);
        let to = queries.min(from + rows);
        let (count, seen) = (to - from, a.seen(to));
        let at = b * queries + from;
        let (y, logs) = out.get();
        // SAFETY: blocks are disjoint parts of the results and each has its own scratch memory; sizes agree.
        unsafe {
            let y = std::slice::from_raw_parts_mut(y.add(at * width), count * width);
            let logs = std::slice::from_raw_parts_mut(logs.add(at), count);
            let [own, weights, shares] = cut(scratch, [count * length, count * seen, count]);
            scaled(&q[at * length..][..count * length], T::narrow(a.scale), own);
            let keys_seen = matrix(&k[b * keys * length..], seen, length);
            matmul(matrix_mut(weights, count, seen), matrix(own, count, length), keys_seen.t(), false);
            weigh(seen, a.first(from), weights, shares, logs);
            let values = matrix(&v[b * keys * width..], seen, width);
            matmul(matrix_mut(y, count, width), matrix(weights, count, seen), values, false);
            if width > 0 {
                scale_rows(width, y, shares);
            }
        }
    })
}

/// The gradients of [`forward`] from that of its result, `g`; `y` and `logs` are what it gave.
pub fn backward<T: Floating + Product>(
    a: &Attention,
    (q, k, v): (&[T], &[T], &[T]),
    (y, logs, g): (&[T], &[T], &[T]),
    wanted: Wanted<T>,
) -> Result<(), OutOfMemory> {
    let Attention { batch, queries, keys, length, width, .. } = *a;
    let mut wanted = wanted;
    for all in [&mut wanted.q, &mut wanted.k, &mut wanted.v].into_iter().flatten() {
        if queries == 0 || keys == 0 || width == 0 {
            all.fill(T::default());
        }
    }
    if queries == 0 || keys == 0 || width == 0 {
        return Ok(());
    }
    let rows = a.rows();
    let share = |t: Option<&mut [T]>, n: usize| t.map(|t| Shared(t[..n].as_mut_ptr()));
    let dq = share(wanted.q, batch * queries * length);
    let dk = share(wanted.k, batch * keys * length);
    let dv = share(wanted.v, batch * keys * width);
    let room = rows * (length + 2 * keys + 1);
    tasks(batch, room, |b, scratch| {
        // SAFETY: examples are disjoint parts of the gradients and each has its own scratch memory; sizes agree.
        unsafe {
            let part = |t: &Shared<*mut T>, n: usize| std::slice::from_raw_parts_mut(t.get().add(b * n), n);
            let mut dk = dk.as_ref().map(|t| part(t, keys * length));
            let mut dv = dv.as_ref().map(|t| part(t, keys * width));
            let mut dq = dq.as_ref().map(|t| part(t, queries * length));
            let (k, v) = (&k[b * keys * length..][..keys * length], &v[b * keys * width..][..keys * width]);
            for part in [&mut dk, &mut dv].into_iter().flatten() {
                // Keys that the first queries don't see.
                part.fill(T::default());
            }
            for from in (0..queries).step_by(rows) {
                if pool::stopped() {
                    return;
                }
                let to = queries.min(from + rows);
                let (count, seen, at) = (to - from, a.seen(to), b * queries + from);
                let [own, weights, slope, sums] = cut(scratch, [count * length, count * seen, count * seen, count]);
                let g = &g[at * width..][..count * width];
                scaled(&q[at * length..][..count * length], T::narrow(a.scale), own);
                let keys_seen = matrix(k, seen, length);
                matmul(matrix_mut(weights, count, seen), matrix(own, count, length), keys_seen.t(), false);
                weigh_again(seen, a.first(from), weights, &logs[at..][..count]);
                let of_weights = matrix(weights, count, seen);
                if let Some(dv) = &mut dv {
                    matmul(matrix_mut(dv, seen, width), of_weights.t(), matrix(g, count, width), true);
                }
                if dk.is_none() && dq.is_none() {
                    continue;
                }
                dots(width, g, &y[at * width..][..count * width], sums);
                matmul(matrix_mut(slope, count, seen), matrix(g, count, width), matrix(v, seen, width).t(), false);
                slopes(seen, weights, slope, sums);
                let of_slope = matrix(slope, count, seen);
                if let Some(dk) = &mut dk {
                    matmul(matrix_mut(dk, seen, length), of_slope.t(), matrix(own, count, length), true);
                }
                if let Some(dq) = &mut dq {
                    let dq = &mut dq[from * length..to * length];
                    matmul(matrix_mut(dq, count, length), of_slope, keys_seen, false);
                    scale_all(dq, T::narrow(a.scale));
                }
            }
        }
    })
}
