//! Maxima and means over windows of planes: what pooling is. A window is a product of two spans, so that fixed,
//! clipped and adaptive windows are all lists of spans, one for the rows and one for the columns.

use super::copy::Shared;
use super::elem::{Elem, Floating, vectorized};
use super::math::Float;
use super::pool;

/// The places that one window reads along an axis.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Span {
    pub start: usize,
    /// How many places, `step` apart; they lie within the axis.
    pub len: usize,
    pub step: usize,
    /// How many places a mean counts.
    pub weight: usize,
}

/// Windows over planes of `input` rows and columns.
#[derive(Clone, Debug)]
pub struct Windows {
    pub rows: Vec<Span>,
    pub cols: Vec<Span>,
    pub input: [usize; 2],
    /// What means are divided by, in place of the places counted.
    pub divisor: Option<i64>,
}

/// Elements read in one chunk, about.
const CHUNK: usize = 1 << 15;

impl Windows {
    /// Elements of a plane of the result, and of the image.
    fn results(&self) -> usize {
        self.rows.len() * self.cols.len()
    }

    fn plane(&self) -> usize {
        self.input[0] * self.input[1]
    }

    /// What a window's sum is multiplied by.
    #[inline(always)]
    fn share(&self, row: &Span, col: &Span) -> f64 {
        1.0 / self.divisor.unwrap_or((row.weight * col.weight) as i64) as f64
    }

    /// Whether both axes have spans of 2, side by side.
    fn is_halving(&self) -> bool {
        let pairs = |spans: &[Span]| {
            spans.iter().enumerate().all(|(i, s)| s.start == 2 * i && s.len == 2 && s.step == 1 && s.weight == 2)
        };
        pairs(&self.rows) && pairs(&self.cols)
    }
}

/// Calls `body` with each of `planes`, about [`CHUNK`] elements together.
fn each_plane(planes: usize, w: &Windows, body: impl Fn(usize) + Sync) {
    let together = (CHUNK / w.plane().max(w.results()).max(1)).max(1);
    pool::parallel(planes.div_ceil(together), &|chunk| {
        (chunk * together..planes.min((chunk + 1) * together)).for_each(&body);
    });
}

vectorized! {
    /// The largest of a plane's windows, and the place of each in the plane: of equal ones the first, of NaNs the last.
    fn max_plane[T: Elem](w: &Windows, x: &[T], y: &mut [T], places: &mut [i64]) {
        let width = w.input[1];
        let cols = w.cols.len();
        for (i, row) in w.rows.iter().enumerate() {
            for (j, col) in w.cols.iter().enumerate() {
                let mut place = row.start * width + col.start;
                let mut best = x[place];
                for r in 0..row.len {
                    let line = (row.start + r * row.step) * width + col.start;
                    for c in 0..col.len {
                        let at = line + c * col.step;
                        let v = x[at];
                        if v > best || v.is_nan() {
                            (best, place) = (v, at);
                        }
                    }
                }
                y[i * cols + j] = best;
                places[i * cols + j] = place as i64;
            }
        }
    }

    /// The same for windows of two by two, side by side.
    fn max_halving[T: Elem](w: &Windows, x: &[T], y: &mut [T], places: &mut [i64]) {
        let (width, cols) = (w.input[1], w.cols.len());
        for (i, (y, places)) in y.chunks_exact_mut(cols).zip(places.chunks_exact_mut(cols)).enumerate() {
            let start = 2 * i * width;
            let (upper, lower) = (&x[start..][..2 * cols], &x[start + width..][..2 * cols]);
            for j in 0..cols {
                let (a, b, c, d) = (upper[2 * j], upper[2 * j + 1], lower[2 * j], lower[2 * j + 1]);
                let (mut best, mut at) = (a, 0);
                let later = |v: T, best: T| v > best || v.is_nan();
                (best, at) = if later(b, best) { (b, 1) } else { (best, at) };
                (best, at) = if later(c, best) { (c, width) } else { (best, at) };
                (best, at) = if later(d, best) { (d, width + 1) } else { (best, at) };
                y[j] = best;
                places[j] = (start + 2 * j + at) as i64;
            }
        }
    }

    fn mean_plane[T: Floating](w: &Windows, x: &[T], y: &mut [T]) {
        let (width, cols) = (w.input[1], w.cols.len());
        for (i, row) in w.rows.iter().enumerate() {
            for (j, col) in w.cols.iter().enumerate() {
                let mut sum = <T::Real<FUSED> as Float>::ZERO;
                for r in 0..row.len {
                    let line = (row.start + r * row.step) * width + col.start;
                    for c in 0..col.len {
                        sum = sum + x[line + c * col.step].real::<FUSED>();
                    }
                }
                y[i * cols + j] = T::from_real(if row.len * col.len == 0 { sum } else { sum * w.share(row, col) });
            }
        }
    }

    /// The adjoint of [`mean_plane`].
    fn spread_plane[T: Floating](w: &Windows, y: &[T], x: &mut [T]) {
        let (width, cols) = (w.input[1], w.cols.len());
        x.fill(T::default());
        for (i, row) in w.rows.iter().enumerate() {
            for (j, col) in w.cols.iter().enumerate() {
                if row.len * col.len == 0 {
                    continue;
                }
                let part = T::from_real(y[i * cols + j].real::<FUSED>() * w.share(row, col));
                for r in 0..row.len {
                    let line = (row.start + r * row.step) * width + col.start;
                    for c in 0..col.len {
                        let x = &mut x[line + c * col.step];
                        *x = x.plus(part);
                    }
                }
            }
        }
    }
}

/// The largest of each window of `planes` planes, and its place in the plane. No window is empty.
pub fn max<T: Elem>(w: &Windows, planes: usize, x: &[T], y: &mut [T], places: &mut [i64]) {
    let (plane, results) = (w.plane(), w.results());
    let (x, y, places) = (&x[..planes * plane], &mut y[..planes * results], &mut places[..planes * results]);
    let out = Shared((y.as_mut_ptr(), places.as_mut_ptr()));
    let halving = w.is_halving();
    each_plane(planes, w, |p| {
        let (y, places) = out.get();
        // SAFETY: planes are disjoint parts of the results.
        let (y, places) = unsafe {
            (
                std::slice::from_raw_parts_mut(y.add(p * results), results),
                std::slice::from_raw_parts_mut(places.add(p * results), results),
            )
        };
        let x = &x[p * plane..][..plane];
        if halving && results > 0 { max_halving(w, x, y, places) } else { max_plane(w, x, y, places) }
    });
}

/// The mean of each window; 0 of an empty one.
pub fn mean<T: Floating>(w: &Windows, planes: usize, x: &[T], y: &mut [T]) {
    let (plane, results) = (w.plane(), w.results());
    let (x, out) = (&x[..planes * plane], Shared(y[..planes * results].as_mut_ptr()));
    each_plane(planes, w, |p| {
        // SAFETY: planes are disjoint parts of `y`.
        let y = unsafe { std::slice::from_raw_parts_mut(out.get().add(p * results), results) };
        mean_plane(w, &x[p * plane..][..plane], y);
    });
}

/// The adjoint of [`mean`]: each result's share for every place that it was made of.
pub fn spread<T: Floating>(w: &Windows, planes: usize, y: &[T], x: &mut [T]) {
    let (plane, results) = (w.plane(), w.results());
    let (y, out) = (&y[..planes * results], Shared(x[..planes * plane].as_mut_ptr()));
    each_plane(planes, w, |p| {
        // SAFETY: planes are disjoint parts of `x`.
        let x = unsafe { std::slice::from_raw_parts_mut(out.get().add(p * plane), plane) };
        spread_plane(w, &y[p * results..][..results], x);
    });
}

/// Numbers added at places of zeroed planes: `x[p, places[p, i]] += y[p, i]`, with `plane` and `results` elements each.
pub fn scatter<T: Elem>(plane: usize, results: usize, places: &[i64], y: &[T], x: &mut [T]) {
    if plane == 0 {
        return;
    }
    let planes = x.len() / plane;
    let (y, places) = (&y[..planes * results], &places[..planes * results]);
    let out = Shared(x.as_mut_ptr());
    let together = (CHUNK / plane.max(results)).max(1);
    pool::parallel(planes.div_ceil(together), &|chunk| {
        for p in chunk * together..planes.min((chunk + 1) * together) {
            // SAFETY: planes are disjoint parts of `x`.
            let x = unsafe { std::slice::from_raw_parts_mut(out.get().add(p * plane), plane) };
            x.fill(T::default());
            let range = p * results..(p + 1) * results;
            for (&at, &v) in places[range.clone()].iter().zip(&y[range]) {
                let x = &mut x[at as usize];
                *x = x.plus(v);
            }
        }
    });
}

/// The adjoint of [`scatter`]: `y[p, i] = x[p, places[p, i]]`.
pub fn gather<T: Elem>(plane: usize, results: usize, places: &[i64], x: &[T], y: &mut [T]) {
    for ((p, y), places) in y.chunks_exact_mut(results.max(1)).enumerate().zip(places.chunks_exact(results.max(1))) {
        let x = &x[p * plane..][..plane];
        y.iter_mut().zip(places).for_each(|(y, &at)| *y = x[at as usize]);
    }
}
