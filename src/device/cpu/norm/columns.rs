//! Channels of few elements over a batch: rows of all channels side by side, whose columns are worked on together.

use super::channels::Channels;
use super::*;

/// Rows whose sums go into one set of accumulators before they are added to the totals.
const BLOCK: usize = 32;

/// Rows of a chunk.
fn rows_together(width: usize) -> usize {
    (CHUNK / width.max(1)).max(1)
}

/// Calls `body` with the rows of each chunk.
fn chunks(rows: usize, width: usize, body: &(dyn Fn(usize, std::ops::Range<usize>) + Sync)) {
    let together = rows_together(width);
    pool::parallel(rows.div_ceil(together), &|chunk| {
        body(chunk, chunk * together..rows.min((chunk + 1) * together));
    });
}

vectorized! {
    /// Means of the columns, and sums of squares around them.
    fn column_moments[T: Floating](x: &[T], mean: &mut [T], squares: &mut [T], block: &mut [T]) {
        let width = mean.len();
        let rows = x.len() / width;
        let [sum, off, square] = [0, 1, 2].map(|k| k * width);
        let zero = T::default();
        mean.fill(zero);
        for part in x.chunks(width * BLOCK) {
            block[..width].fill(zero);
            for row in part.chunks_exact(width) {
                for (sum, x) in block[sum..][..width].iter_mut().zip(row) {
                    *sum = T::from_real(sum.real::<FUSED>() + x.real::<FUSED>());
                }
            }
            for (mean, sum) in mean.iter_mut().zip(&block[sum..][..width]) {
                *mean = T::from_real(mean.real::<FUSED>() + sum.real::<FUSED>());
            }
        }
        let share = 1.0 / rows as f64;
        for mean in &mut *mean {
            *mean = T::from_real(mean.real::<FUSED>() * share);
        }
        squares.fill(zero);
        block[off..][..width].fill(zero);
        for part in x.chunks(width * BLOCK) {
            block[square..][..width].fill(zero);
            for row in part.chunks_exact(width) {
                let (offs, sums) = block[off..].split_at_mut(width);
                for (((x, mean), off), sum) in row.iter().zip(&*mean).zip(offs).zip(sums) {
                    let d = x.real::<FUSED>() - mean.real::<FUSED>();
                    *off = T::from_real(off.real::<FUSED>() + d);
                    *sum = T::from_real(d.mul_add(d, sum.real::<FUSED>()));
                }
            }
            for (total, sum) in squares.iter_mut().zip(&block[square..][..width]) {
                *total = T::from_real(total.real::<FUSED>() + sum.real::<FUSED>());
            }
        }
        // The first mean's rounding.
        for ((mean, squares), off) in mean.iter_mut().zip(&mut *squares).zip(&block[off..][..width]) {
            let off = off.real::<FUSED>();
            *squares = T::from_real(squares.real::<FUSED>() - off * off * share);
            *mean = T::from_real(mean.real::<FUSED>() + off * share);
        }
    }

    fn write_columns[T: Floating](x: &[T], mean: &[T], scale: &[T], shift: &[T], y: &mut [T]) {
        let width = mean.len();
        for (x, y) in x.chunks_exact(width).zip(y.chunks_exact_mut(width)) {
            for ((((x, y), mean), scale), shift) in x.iter().zip(y).zip(mean).zip(scale).zip(shift) {
                let around = x.real::<FUSED>() - mean.real::<FUSED>();
                *y = T::from_real(around.mul_add(scale.real::<FUSED>(), shift.real::<FUSED>()));
            }
        }
    }

    /// The sums of `g` and of `g (x - mean)` for each column.
    fn column_sums[T: Floating](x: &[T], g: &[T], mean: &[T], sums: &mut [T], block: &mut [T]) {
        let width = mean.len();
        sums.fill(T::default());
        for (x, g) in x.chunks(width * BLOCK).zip(g.chunks(width * BLOCK)) {
            block.fill(T::default());
            let (first, second) = block.split_at_mut(width);
            for (x, g) in x.chunks_exact(width).zip(g.chunks_exact(width)) {
                for ((((x, g), mean), a), b) in x.iter().zip(g).zip(mean).zip(&mut *first).zip(&mut *second) {
                    let g = g.real::<FUSED>();
                    *a = T::from_real(a.real::<FUSED>() + g);
                    *b = T::from_real(g.mul_add(x.real::<FUSED>() - mean.real::<FUSED>(), b.real::<FUSED>()));
                }
            }
            for (sum, block) in sums.iter_mut().zip(&*block) {
                *sum = T::from_real(sum.real::<FUSED>() + block.real::<FUSED>());
            }
        }
    }

    fn column_gradient[T: Floating](x: &[T], g: &[T], mean: &[T], lines: [&[T]; 3], dx: &mut [T]) {
        let width = mean.len();
        let [scale, slope, level] = lines.map(|l| &l[..width]);
        for ((x, g), dx) in x.chunks_exact(width).zip(g.chunks_exact(width)).zip(dx.chunks_exact_mut(width)) {
            for j in 0..width {
                let around = x[j].real::<FUSED>() - mean[j].real::<FUSED>();
                let off = around.mul_add(slope[j].real::<FUSED>(), level[j].real::<FUSED>());
                dx[j] = T::from_real(g[j].real::<FUSED>() * scale[j].real::<FUSED>() - off);
            }
        }
    }
}

/// One number a channel as one for each of its columns.
fn widened<T: Copy>(n: usize, each: impl Iterator<Item = T>) -> Vec<T> {
    each.flat_map(|v| std::iter::repeat_n(v, n)).collect()
}

/// As [`channels::forward`](super::channels::forward), over the batch.
pub fn forward<T: Floating>(
    c: &Channels,
    x: &[T],
    (w, b): (Option<&[T]>, Option<&[T]>),
    y: &mut [T],
    mean: &mut [T],
    var: &mut [T],
) {
    let width = c.channels * c.n;
    let together = rows_together(width);
    let count = c.batch.div_ceil(together);
    let mut found = vec![T::default(); count * 2 * width];
    let out = Shared(found.as_mut_ptr());
    chunks(c.batch, width, &|chunk, rows| {
        let mut block = vec![T::default(); 3 * width];
        // SAFETY: each chunk has a place of its own.
        let (mean, squares) = unsafe { part(&out, chunk * 2 * width, 2 * width) }.split_at_mut(width);
        column_moments(&x[rows.start * width..rows.end * width], mean, squares, &mut block);
    });
    for (channel, (mean, var)) in mean.iter_mut().zip(&mut *var).enumerate() {
        let mut all = Moments::default();
        for (chunk, found) in found.chunks_exact(2 * width).enumerate() {
            let rows = together.min(c.batch - chunk * together) as f64;
            for column in channel * c.n..(channel + 1) * c.n {
                let squares = found[width + column].wide();
                let squares = if squares < 0.0 { 0.0 } else { squares };
                all = all.join(Moments { count: rows, mean: found[column].wide(), squares });
            }
        }
        (*mean, *var) = (T::narrow(all.mean), T::narrow(all.var()));
    }
    let rstd = var.iter().map(|&v| rstd_of(v, c.eps).wide());
    let scale = widened(c.n, rstd.enumerate().map(|(k, r)| T::narrow(w.map_or(1.0, |w| w[k].wide()) * r)));
    let shift = widened(c.n, (0..c.channels).map(|k| b.map_or(T::default(), |b| b[k])));
    let means = widened(c.n, mean.iter().copied());
    let out = Shared(y.as_mut_ptr());
    chunks(c.batch, width, &|_, rows| {
        // SAFETY: rows are disjoint parts of `y`.
        let y = unsafe { part(&out, rows.start * width, rows.len() * width) };
        write_columns(&x[rows.start * width..rows.end * width], &means, &scale, &shift, y);
    });
}

/// As [`channels::backward`](super::channels::backward), over the batch.
pub fn backward<T: Floating>(
    c: &Channels,
    (x, w, g): (&[T], Option<&[T]>, &[T]),
    (mean, rstd): (&[T], &[T]),
    wanted: Wanted<T>,
) {
    let width = c.channels * c.n;
    let count = c.batch.div_ceil(rows_together(width));
    let means = widened(c.n, mean.iter().copied());
    let mut found = vec![T::default(); count * 2 * width];
    let out = Shared(found.as_mut_ptr());
    chunks(c.batch, width, &|chunk, rows| {
        let mut block = vec![T::default(); 2 * width];
        let range = rows.start * width..rows.end * width;
        // SAFETY: each chunk has a place of its own.
        let sums = unsafe { part(&out, chunk * 2 * width, 2 * width) };
        column_sums(&x[range.clone()], &g[range], &means, sums, &mut block);
    });
    let mut sums = vec![[0.0; 2]; c.channels];
    for found in found.chunks_exact(2 * width) {
        for (column, (a, b)) in found[..width].iter().zip(&found[width..]).enumerate() {
            let sum = &mut sums[column / c.n];
            *sum = [sum[0] + a.wide(), sum[1] + b.wide()];
        }
    }
    if let Some(dw) = wanted.w {
        dw.iter_mut().zip(&sums).zip(rstd).for_each(|((dw, s), r)| *dw = T::narrow(s[1] * r.wide()));
    }
    if let Some(db) = wanted.b {
        db.iter_mut().zip(&sums).for_each(|(db, s)| *db = T::narrow(s[0]));
    }
    let Some(dx) = wanted.x else { return };
    let size = (c.batch * c.n) as f64;
    let scales: Vec<f64> = rstd.iter().enumerate().map(|(k, r)| w.map_or(1.0, |w| w[k].wide()) * r.wide()).collect();
    let scale = widened(c.n, scales.iter().map(|&s| T::narrow(s)));
    let line = |k: usize, which: usize| {
        let more = if which == 1 { rstd[k].wide() * rstd[k].wide() } else { 1.0 };
        T::narrow(sums[k][which] * scales[k] * more / size)
    };
    let slope = widened(c.n, (0..c.channels).map(|k| line(k, 1)));
    let level = widened(c.n, (0..c.channels).map(|k| line(k, 0)));
    let out = Shared(dx.as_mut_ptr());
    chunks(c.batch, width, &|_, rows| {
        let range = rows.start * width..rows.end * width;
        // SAFETY: rows are disjoint parts of `dx`.
        let dx = unsafe { part(&out, range.start, range.len()) };
        column_gradient(&x[range.clone()], &g[range], &means, [&scale, &slope, &level], dx);
    });
}
