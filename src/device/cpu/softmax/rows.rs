//! Rows of contiguous elements. Long rows are cut into segments: first what all of a row needs to know is found
//! for each of them and joined in order, then the segments are written.

use super::*;

/// A row's maximum `m` and `sum exp(x - m)`; see [`shift_of`].
#[derive(Clone, Copy, Default)]
struct Stat<T> {
    max: T,
    sum: T,
}

/// The largest, whatever NaNs there are: they come out in the sum.
#[inline(always)]
pub(in crate::device::cpu) fn maximum<T: Floating>(x: &[T]) -> T {
    let mut lanes = [x[0]; LANES];
    let blocks = x.chunks_exact(LANES);
    let mut max = x[0];
    for &x in blocks.remainder() {
        max = if x > max { x } else { max };
    }
    for block in blocks {
        for l in 0..LANES {
            lanes[l] = if block[l] > lanes[l] { block[l] } else { lanes[l] };
        }
    }
    for x in lanes {
        max = if x > max { x } else { max };
    }
    max
}

vectorized! {
    fn stat[T: Floating](x: &[T]) -> Stat<T> {
        let max = maximum(x);
        let shift = shift_of(max).real::<FUSED>();
        let [sum] = lane_sums!(T::Real<FUSED>: (x), [(x - shift).exp()]);
        Stat { max, sum: T::from_real(sum) }
    }

    /// A row from what is known of it.
    fn write[T: Floating](kind: Kind, stat: Stat<T>, x: &[T], y: &mut [T]) {
        let (max, sum) = (stat.max.real::<FUSED>(), divisor(stat.max, stat.sum));
        if kind == Kind::Softmax {
            let scale = T::Real::<FUSED>::ONE / sum.real::<FUSED>();
            for (x, y) in x.iter().zip(y) {
                *y = T::from_real((x.real::<FUSED>() - max).exp() * scale);
            }
        } else {
            let log = T::narrow(sum.wide().ln()).real::<FUSED>();
            for (x, y) in x.iter().zip(y) {
                *y = T::from_real(x.real::<FUSED>() - max - log);
            }
        }
    }

    /// Whole rows of `n`; the exponentials are kept in `y` until their sum is known.
    fn softmax_rows[T: Floating](n: usize, x: &[T], y: &mut [T]) {
        for (x, y) in x.chunks_exact(n).zip(y.chunks_exact_mut(n)) {
            let max = maximum(x).real::<FUSED>();
            for (x, y) in x.iter().zip(&mut *y) {
                *y = T::from_real((x.real::<FUSED>() - max).exp());
            }
            let [sum] = lane_sums!(T::Real<FUSED>: (y), [y]);
            let scale = T::Real::<FUSED>::ONE / sum;
            for y in y {
                *y = T::from_real(y.real::<FUSED>() * scale);
            }
        }
    }

    /// The sum that a row's gradient needs: of `g y`, or of `g`.
    fn dot[T: Floating](kind: Kind, y: &[T], g: &[T]) -> T {
        let y = &y[..g.len()];
        let [sum] = if kind == Kind::Softmax {
            lane_sums!(T::Real<FUSED>: (g, y), [y * g])
        } else {
            lane_sums!(T::Real<FUSED>: (g), [g])
        };
        T::from_real(sum)
    }

    /// The gradient of a row's loss but for its target: `g exp(x - max) / sum`.
    fn write_shares[T: Floating](x: &[T], max: T, factor: T, dx: &mut [T]) {
        let (max, factor) = (max.real::<FUSED>(), factor.real::<FUSED>());
        for (x, dx) in x.iter().zip(dx) {
            *dx = T::from_real((x.real::<FUSED>() - max).exp() * factor);
        }
    }

    fn write_gradient[T: Floating](kind: Kind, sum: T, y: &[T], g: &[T], dx: &mut [T]) {
        let sum = sum.real::<FUSED>();
        for ((y, g), dx) in y.iter().zip(g).zip(dx) {
            let (y, g) = (y.real::<FUSED>(), g.real::<FUSED>());
            *dx = T::from_real(if kind == Kind::Softmax { y * (g - sum) } else { g - y.exp() * sum });
        }
    }
}

/// Calls `body` with (row, start, length) of every piece of `rows` rows of `n`: whole rows, or segments.
fn pieces(rows: usize, n: usize, body: &(dyn Fn(usize, usize, usize) + Sync)) {
    let segments = n.div_ceil(CHUNK);
    let together = if segments == 1 { (CHUNK / n).max(1) } else { 1 };
    let count = rows * segments;
    pool::parallel(count.div_ceil(together), &|chunk| {
        for piece in chunk * together..count.min((chunk + 1) * together) {
            let from = piece % segments * CHUNK;
            body(piece / segments, from, CHUNK.min(n - from));
        }
    });
}

/// Finds something out about each segment of `rows` rows of `n` and joins it, in order, to one for each row.
fn by_row<S: Copy + Default + Send>(
    rows: usize,
    n: usize,
    find: impl Fn(usize, usize) -> S + Sync,
    join: impl Fn(S, S) -> S,
) -> Vec<S> {
    let segments = n.div_ceil(CHUNK);
    let mut found = vec![S::default(); rows * segments];
    let out = Shared(found.as_mut_ptr());
    pieces(rows, n, &|row, from, len| {
        // SAFETY: each segment has a place of its own.
        unsafe { *out.get().add(row * segments + from / CHUNK) = find(row * n + from, len) };
    });
    if segments == 1 {
        return found;
    }
    found.chunks_exact(segments).map(|row| row[1..].iter().fold(row[0], |a, &b| join(a, b))).collect()
}

fn stats<T: Floating>(n: usize, x: &[T]) -> Vec<Stat<T>> {
    let join = |a: Stat<T>, b: Stat<T>| {
        let max = if b.max > a.max { b.max } else { a.max };
        let moved = |s: Stat<T>| {
            // Equal infinities are not apart.
            if s.max == max { s.sum.wide() } else { s.sum.wide() * (s.max.wide() - max.wide()).exp() }
        };
        Stat { max, sum: T::narrow(moved(a) + moved(b)) }
    };
    by_row(x.len() / n, n, |at, len| stat(&x[at..][..len]), join)
}

pub(super) fn forward<T: Floating>(kind: Kind, n: usize, x: &[T], y: &mut [T]) {
    let rows = x.len() / n;
    let out = Shared(y.as_mut_ptr());
    // SAFETY: pieces are disjoint parts of `y`.
    let part = |at: usize, len: usize| unsafe { std::slice::from_raw_parts_mut(out.get().add(at), len) };
    if n > CHUNK {
        let stats = stats(n, x);
        return pieces(rows, n, &|row, from, len| {
            let at = row * n + from;
            write(kind, stats[row], &x[at..][..len], part(at, len));
        });
    }
    let together = (CHUNK / n).max(1);
    pool::parallel(rows.div_ceil(together), &|chunk| {
        let range = chunk * together * n..rows.min((chunk + 1) * together) * n;
        let (x, y) = (&x[range.clone()], part(range.start, range.len()));
        match kind {
            Kind::Softmax => softmax_rows(n, x, y),
            Kind::LogSoftmax => {
                for (x, y) in x.chunks_exact(n).zip(y.chunks_exact_mut(n)) {
                    write(kind, stat(x), x, y);
                }
            }
        }
    });
}

pub(super) fn backward<T: Floating>(kind: Kind, n: usize, y: &[T], g: &[T], dx: &mut [T]) {
    let rows = y.len() / n;
    let out = Shared(dx.as_mut_ptr());
    let write = |sum: T, at: usize, len: usize| {
        // SAFETY: pieces are disjoint parts of `dx`.
        let dx = unsafe { std::slice::from_raw_parts_mut(out.get().add(at), len) };
        write_gradient(kind, sum, &y[at..][..len], &g[at..][..len], dx);
    };
    let sum = |at: usize, len: usize| dot(kind, &y[at..][..len], &g[at..][..len]);
    if n > CHUNK {
        let sums = by_row(rows, n, sum, |a, b| T::narrow(a.wide() + b.wide()));
        return pieces(rows, n, &|row, from, len| write(sums[row], row * n + from, len));
    }
    pieces(rows, n, &|row, _, len| write(sum(row * n, len), row * n, len));
}

/// See [`class_losses`](super::class_losses).
pub(super) fn class_losses<T: Floating>(n: usize, x: &[T], targets: &[i64], losses: &mut [T], stats_of: [&mut [T]; 2]) {
    let [maxima, sums] = stats_of;
    for (row, stat) in stats(n, x).into_iter().enumerate() {
        let sum = divisor(stat.max, stat.sum);
        let own = x[row * n + targets[row] as usize];
        losses[row] = T::narrow(stat.max.wide() - own.wide() + sum.wide().ln());
        (maxima[row], sums[row]) = (stat.max, sum);
    }
}

/// See [`class_gradient`](super::class_gradient).
pub(super) fn class_gradient<T: Floating>(
    n: usize,
    (x, targets): (&[T], &[i64]),
    [maxima, sums]: [&[T]; 2],
    g: &[T],
    dx: &mut [T],
) {
    let out = Shared(dx.as_mut_ptr());
    pieces(x.len() / n, n, &|row, from, len| {
        let at = row * n + from;
        // SAFETY: pieces are disjoint parts of `dx`.
        let dx = unsafe { std::slice::from_raw_parts_mut(out.get().add(at), len) };
        let g = g[row].wide();
        if g == 0.0 {
            return dx.fill(T::default());
        }
        write_shares(&x[at..][..len], maxima[row], T::narrow(g / sums[row].wide()), dx);
        if let Some(own) = (targets[row] as usize).checked_sub(from).and_then(|k| dx.get_mut(k)) {
            *own = T::narrow(own.wide() - g);
        }
    });
}

pub(super) fn logsumexp<T: Floating>(n: usize, x: &[T], dst: &mut [T]) {
    for (stat, dst) in stats(n, x).into_iter().zip(dst) {
        *dst = log_of(stat.max, stat.sum);
    }
}
