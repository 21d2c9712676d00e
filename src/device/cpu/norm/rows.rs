//! Groups that are rows: layer norm and RMS norm, with a factor and a summand for each place of a row. Also groups of
//! channels of one element each, whose factors go on from row to row.

use super::*;

/// Rows of `n` elements. Row `r` takes the factors of row `r % period`.
#[derive(Clone, Copy, Debug)]
pub struct Rows {
    pub rows: usize,
    pub n: usize,
    pub period: usize,
    /// Take the mean off (layer norm), or leave it (RMS norm).
    pub centred: bool,
    pub eps: f64,
}

/// Rows whose sums for `w` and `b` go into one set of accumulators before they are added to the totals.
const BLOCK: usize = 32;
/// Parts of the rows whose sums for `w` and `b` are made apart, at most.
const PARTS: usize = 32;

impl Rows {
    fn moments<T: Floating>(&self, x: &[T]) -> Moments {
        if self.centred { moments(x) } else { magnitude(x) }
    }

    /// The factors of a row.
    fn own<'a, T>(&self, all: Option<&'a [T]>, row: usize, from: usize, len: usize) -> Option<&'a [T]> {
        all.map(|w| &w[row % self.period * self.n + from..][..len])
    }
}

/// `y = (x - mean) rstd w + b` of each row, and the means and variances.
pub fn forward<T: Floating>(
    r: &Rows,
    x: &[T],
    (w, b): (Option<&[T]>, Option<&[T]>),
    y: &mut [T],
    mean: &mut [T],
    var: &mut [T],
) {
    let n = r.n;
    let numel = r.rows * n;
    let (x, y) = (&x[..numel], Shared(y[..numel].as_mut_ptr()));
    let (means, vars) = (Shared(mean[..r.rows].as_mut_ptr()), Shared(var[..r.rows].as_mut_ptr()));
    let write = |row: usize, from: usize, len: usize, mean: T, rstd: T| {
        let at = row * n + from;
        // SAFETY: pieces of rows are disjoint parts of `y`.
        let y = unsafe { part(&y, at, len) };
        let x = &x[at..][..len];
        match r.own(w, row, from, len) {
            Some(w) => write_each(x, mean, rstd, w, r.own(b, row, from, len), y),
            None => write_even(x, mean, rstd, T::default(), y),
        }
    };
    let note = |row: usize, m: Moments| {
        let (mean, var) = (T::narrow(m.mean), T::narrow(m.var()));
        // SAFETY: one place for each row.
        unsafe {
            *means.get().add(row) = mean;
            *vars.get().add(row) = var;
        }
        (mean, rstd_of(var, r.eps))
    };
    if n <= CHUNK {
        return pieces(r.rows, n, &|row, _, len| {
            let (mean, rstd) = note(row, r.moments(&x[row * n..][..len]));
            write(row, 0, len, mean, rstd);
        });
    }
    let each = n.div_ceil(CHUNK);
    let found = by_piece(r.rows, n, |row, from, len| r.moments(&x[row * n + from..][..len]));
    let stats: Vec<(T, T)> = found
        .chunks_exact(each)
        .enumerate()
        .map(|(row, m)| note(row, m.iter().fold(Moments::default(), |a, &b| a.join(b))))
        .collect();
    pieces(r.rows, n, &|row, from, len| write(row, from, len, stats[row].0, stats[row].1));
}

/// The gradients of [`forward`] from that of its result, `g`.
pub fn backward<T: Floating>(
    r: &Rows,
    (x, w, g): (&[T], Option<&[T]>, &[T]),
    (mean, var): (&[T], &[T]),
    wanted: Wanted<T>,
) {
    let n = r.n;
    let numel = r.rows * n;
    let (x, g) = (&x[..numel], &g[..numel]);
    let rstd: Vec<T> = var[..r.rows].iter().map(|&v| rstd_of(v, r.eps)).collect();
    let rstd = &rstd[..];
    if n > CHUNK {
        return backward_long(r, (x, w, g), (mean, rstd), wanted);
    }
    let dx = wanted.x.map(|dx| Shared(dx[..numel].as_mut_ptr()));
    let sums = (wanted.w.is_some(), wanted.b.is_some());
    // Parts of whole periods, so that a part's sums have a place for each factor.
    let width = r.period * n;
    let periods = r.rows / r.period.max(1);
    let least = (CHUNK / width.max(1)).max(1);
    let each = periods.div_ceil(PARTS).max(least);
    let parts = periods.div_ceil(each);
    let (mut dws, mut dbs) = (
        vec![T::default(); if sums.0 { parts * width } else { 0 }],
        vec![T::default(); if sums.1 { parts * width } else { 0 }],
    );
    let (dw_out, db_out) = (Shared(dws.as_mut_ptr()), Shared(dbs.as_mut_ptr()));
    pool::parallel(parts, &|number| {
        let range = number * each..periods.min((number + 1) * each);
        // SAFETY: each part has places of its own.
        let (dw, db) = unsafe {
            (
                part(&dw_out, if sums.0 { number * width } else { 0 }, if sums.0 { width } else { 0 }),
                part(&db_out, if sums.1 { number * width } else { 0 }, if sums.1 { width } else { 0 }),
            )
        };
        let (mut block_w, mut block_b) = (vec![T::default(); dw.len()], vec![T::default(); db.len()]);
        for (count, period) in range.clone().enumerate() {
            if pool::stopped() {
                return;
            }
            for k in 0..r.period {
                let row = period * r.period + k;
                let (x, g) = (&x[row * n..][..n], &g[row * n..][..n]);
                if let Some(dx) = &dx {
                    // SAFETY: rows are disjoint parts of `dx`.
                    row_gradient(r, (x, r.own(w, row, 0, n), g), (mean[row], rstd[row]), unsafe {
                        part(dx, row * n, n)
                    });
                }
                let own = |all: &mut Vec<T>| if all.is_empty() { 0..0 } else { k * n..(k + 1) * n };
                let (of_w, of_b) = (own(&mut block_w), own(&mut block_b));
                add_sums(x, g, mean[row], rstd[row], &mut block_w[of_w], &mut block_b[of_b]);
            }
            if count % BLOCK == BLOCK - 1 || period + 1 == range.end {
                for (total, block) in [(&mut *dw, &mut block_w), (&mut *db, &mut block_b)] {
                    add(total, block);
                    block.fill(T::default());
                }
            }
        }
    });
    for (total, parts) in [(wanted.w, &dws), (wanted.b, &dbs)] {
        let Some(total) = total else { continue };
        total.fill(T::default());
        if width > 0 {
            parts.chunks_exact(width).for_each(|part| add(total, part));
        }
    }
}

vectorized! {
    /// Adds to the sums for `w` and `b` of a row; either may be empty.
    fn add_sums[T: Floating](x: &[T], g: &[T], mean: T, rstd: T, dw: &mut [T], db: &mut [T]) {
        let (mean, rstd) = (mean.real::<FUSED>(), rstd.real::<FUSED>());
        let n = dw.len();
        let (x, own) = (&x[..n], &g[..n]);
        for i in 0..n {
            dw[i] = T::from_real((own[i].real::<FUSED>() * rstd).mul_add(x[i].real::<FUSED>() - mean, dw[i].real::<FUSED>()));
        }
        let n = db.len();
        let g = &g[..n];
        for i in 0..n {
            db[i] = T::from_real(db[i].real::<FUSED>() + g[i].real::<FUSED>());
        }
    }

    fn add[T: Floating](total: &mut [T], part: &[T]) {
        let n = total.len();
        let part = &part[..n];
        for i in 0..n {
            total[i] = T::from_real(total[i].real::<FUSED>() + part[i].real::<FUSED>());
        }
    }
}

/// Slope and level of a row's gradient, from its sums: see [`gradient_even`].
fn slope_and_level<T: Floating>(r: &Rows, [sum, moment]: [f64; 2], rstd: T) -> (T, T) {
    let (n, rstd) = (r.n as f64, rstd.wide());
    let level = if r.centred { sum * rstd / n } else { 0.0 };
    (T::narrow(moment * rstd * rstd * rstd / n), T::narrow(level))
}

fn row_gradient<T: Floating>(r: &Rows, (x, w, g): (&[T], Option<&[T]>, &[T]), (mean, rstd): (T, T), dx: &mut [T]) {
    let sums = match w {
        Some(w) => sums_each(x, g, w, mean),
        None => sums_even(x, g, mean),
    };
    let (slope, level) = slope_and_level(r, sums, rstd);
    match w {
        Some(w) => gradient_each(x, g, w, mean, rstd, slope, level, dx),
        None => gradient_even(x, g, mean, rstd, slope, level, dx),
    }
}

/// Rows of more than [`CHUNK`] elements: in pieces.
fn backward_long<T: Floating>(
    r: &Rows,
    (x, w, g): (&[T], Option<&[T]>, &[T]),
    (mean, rstd): (&[T], &[T]),
    wanted: Wanted<T>,
) {
    let n = r.n;
    if let Some(dx) = wanted.x {
        let out = Shared(dx[..r.rows * n].as_mut_ptr());
        let sums = by_piece(r.rows, n, |row, from, len| {
            let (x, g) = (&x[row * n + from..][..len], &g[row * n + from..][..len]);
            match r.own(w, row, from, len) {
                Some(w) => sums_each(x, g, w, mean[row]),
                None => sums_even(x, g, mean[row]),
            }
        });
        let each = n.div_ceil(CHUNK);
        let rows: Vec<(T, T)> = sums
            .chunks_exact(each)
            .zip(rstd)
            .map(|(s, &rstd)| slope_and_level(r, s.iter().fold([0.0; 2], |a, b| [a[0] + b[0], a[1] + b[1]]), rstd))
            .collect();
        pieces(r.rows, n, &|row, from, len| {
            let at = row * n + from;
            let (x, g, (slope, level)) = (&x[at..][..len], &g[at..][..len], rows[row]);
            // SAFETY: pieces of rows are disjoint parts of `dx`.
            let dx = unsafe { part(&out, at, len) };
            match r.own(w, row, from, len) {
                Some(w) => gradient_each(x, g, w, mean[row], rstd[row], slope, level, dx),
                None => gradient_even(x, g, mean[row], rstd[row], slope, level, dx),
            }
        });
    }
    let period = r.period.max(1);
    let places = |out: Option<&mut [T]>| out.map(|o| Shared(o[..period * n].as_mut_ptr()));
    let (dw, db) = (places(wanted.w), places(wanted.b));
    pieces(period, n, &|k, from, len| {
        // SAFETY: pieces are disjoint parts of both.
        let own =
            |out: &Option<Shared<*mut T>>| out.as_ref().map_or(&mut [][..], |o| unsafe { part(o, k * n + from, len) });
        let (dw, db) = (own(&dw), own(&db));
        dw.fill(T::default());
        db.fill(T::default());
        for row in (k..r.rows).step_by(period) {
            let at = row * n + from;
            add_sums(&x[at..][..len], &g[at..][..len], mean[row], rstd[row], dw, db);
        }
    });
}
