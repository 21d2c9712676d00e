//! Distances between all rows of two matrices, and their gradients. They accumulate in f64.

use super::elem::{Elem, vectorized};
use super::linalg::Parts;
use super::pool;

/// How differences become a distance.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Order {
    /// How many are not 0.
    Count,
    /// The sum of magnitudes.
    Sum,
    /// The root of the sum of squares.
    Square,
    /// The largest magnitude.
    Largest,
    /// The root of this order of the sum of powers.
    Power(f64),
}

impl Order {
    pub fn of(p: f64) -> Order {
        match p {
            0.0 => Order::Count,
            1.0 => Order::Sum,
            2.0 => Order::Square,
            f64::INFINITY => Order::Largest,
            _ => Order::Power(p),
        }
    }
}

/// Two batches of `count` matrices: `rows` by `len` and `cols` by `len`.
#[derive(Clone, Copy, Debug)]
pub struct Pairs {
    pub count: usize,
    pub rows: usize,
    pub cols: usize,
    pub len: usize,
}

/// Operations of one chunk, about.
const CHUNK: usize = 1 << 16;
/// Sums that run side by side.
const LANES: usize = 8;

/// `dst[b, i, j]` is the distance of row `i` of `x` and row `j` of `y`.
pub fn distances<T: Elem<Wide = f64>>(order: Order, pairs: Pairs, x: &[T], y: &[T], dst: &mut [T]) {
    let Pairs { count, rows, cols, len } = pairs;
    let out = Parts::new(dst);
    let together = (CHUNK / (cols * len).max(1)).max(1);
    let all = count * rows;
    pool::parallel(all.div_ceil(together), &|chunk| {
        for at in chunk * together..all.min((chunk + 1) * together) {
            let (row, others) = (&x[at * len..][..len], &y[at / rows * cols * len..][..cols * len]);
            // SAFETY: each row has a place of its own.
            let dst = unsafe { out.get(at, cols) };
            match order {
                Order::Count => gather::<T, Count>(Count, row, others, dst),
                Order::Sum => gather::<T, Sum>(Sum, row, others, dst),
                Order::Square => gather::<T, Square>(Square, row, others, dst),
                Order::Largest => gather::<T, Largest>(Largest, row, others, dst),
                Order::Power(p) => gather::<T, Power>(Power(p), row, others, dst),
            }
        }
    });
}

/// An [`Order`] as a type.
trait Measure: Copy {
    fn join(self, sum: f64, difference: f64) -> f64;

    fn merge(self, a: f64, b: f64) -> f64 {
        a + b
    }

    fn finish(self, sum: f64) -> f64 {
        sum
    }
}

#[derive(Clone, Copy)]
struct Count;
#[derive(Clone, Copy)]
struct Sum;
#[derive(Clone, Copy)]
struct Square;
#[derive(Clone, Copy)]
struct Largest;
#[derive(Clone, Copy)]
struct Power(f64);

impl Measure for Count {
    #[inline(always)]
    fn join(self, sum: f64, difference: f64) -> f64 {
        sum + (difference != 0.0) as u8 as f64
    }
}

impl Measure for Sum {
    #[inline(always)]
    fn join(self, sum: f64, difference: f64) -> f64 {
        sum + difference.abs()
    }
}

impl Measure for Square {
    #[inline(always)]
    fn join(self, sum: f64, difference: f64) -> f64 {
        sum + difference * difference
    }

    #[inline(always)]
    fn finish(self, sum: f64) -> f64 {
        sum.sqrt()
    }
}

impl Measure for Largest {
    #[inline(always)]
    fn join(self, sum: f64, difference: f64) -> f64 {
        self.merge(sum, difference.abs())
    }

    /// NaN stays.
    #[inline(always)]
    fn merge(self, a: f64, b: f64) -> f64 {
        if b > a || b.is_nan() { b } else { a }
    }
}

impl Measure for Power {
    #[inline(always)]
    fn join(self, sum: f64, difference: f64) -> f64 {
        sum + difference.abs().powf(self.0)
    }

    #[inline(always)]
    fn finish(self, sum: f64) -> f64 {
        sum.powf(1.0 / self.0)
    }
}

vectorized! {
    fn gather[T: Elem<Wide = f64>, M: Measure](measure: M, row: &[T], others: &[T], dst: &mut [T]) {
        let len = row.len();
        for (j, to) in dst.iter_mut().enumerate() {
            let other = &others[j * len..][..len];
            let mut lanes = [0.0f64; LANES];
            let (a, b) = (row.chunks_exact(LANES), other.chunks_exact(LANES));
            let rest = a.remainder().iter().zip(b.remainder());
            for (a, b) in a.zip(b) {
                for (lane, (x, y)) in lanes.iter_mut().zip(a.iter().zip(b)) {
                    *lane = measure.join(*lane, x.wide() - y.wide());
                }
            }
            for (lane, (x, y)) in lanes.iter_mut().zip(rest) {
                *lane = measure.join(*lane, x.wide() - y.wide());
            }
            let sum = lanes.into_iter().reduce(|a, b| measure.merge(a, b)).unwrap_or(0.0);
            *to = T::narrow(measure.finish(sum));
        }
    }
}

/// What the gradient of rows is made from: cotangents and distances, row by row for `rows` against `cols`; where the
/// distances lie the other way around, by their transpose.
#[derive(Clone, Copy)]
pub struct Slopes<'a, T> {
    pub g: &'a [T],
    pub distance: &'a [T],
    pub transposed: bool,
}

/// The gradient for the rows of `x`.
pub fn gradient<T: Elem<Wide = f64>>(order: Order, pairs: Pairs, s: Slopes<T>, x: &[T], y: &[T], dst: &mut [T]) {
    let Pairs { count, rows, cols, len } = pairs;
    let out = Parts::new(dst);
    let together = (CHUNK / (cols * len).max(1)).max(1);
    let all = count * rows;
    pool::parallel(all.div_ceil(together), &|chunk| {
        let mut sums = vec![0.0; len];
        for at in chunk * together..all.min((chunk + 1) * together) {
            let (batch, i) = (at / rows, at % rows);
            let row = &x[at * len..][..len];
            sums.fill(0.0);
            for j in 0..cols {
                let place = batch * rows * cols + if s.transposed { j * rows + i } else { i * cols + j };
                let other = &y[(batch * cols + j) * len..][..len];
                add_slopes(order, s.g[place].wide(), s.distance[place].wide(), row, other, &mut sums);
            }
            // SAFETY: each row has a place of its own.
            let dst = unsafe { out.get(at, len) };
            dst.iter_mut().zip(&sums).for_each(|(to, &sum)| *to = T::narrow(sum));
        }
    });
}

vectorized! {
    fn add_slopes[T: Elem<Wide = f64>](order: Order, g: f64, distance: f64, row: &[T], other: &[T], sums: &mut [f64]) {
        let all = sums.iter_mut().zip(row.iter().zip(other).map(|(x, y)| x.wide() - y.wide()));
        let sign = |d: f64| if d > 0.0 { 1.0 } else if d < 0.0 { -1.0 } else { d };
        match order {
            Order::Count => {}
            Order::Sum => all.for_each(|(sum, d)| *sum += g * sign(d)),
            // At a distance of 0 there is no direction.
            _ if distance == 0.0 => {}
            Order::Square => {
                let scale = g / distance;
                all.for_each(|(sum, d)| *sum += scale * d);
            }
            Order::Largest => all.for_each(|(sum, d)| {
                // The distance has been rounded to the element's type, the difference has not.
                if T::narrow(d.abs()).wide() == distance {
                    *sum += g * sign(d);
                }
            }),
            Order::Power(p) => {
                let scale = g / distance.powf(p - 1.0);
                all.for_each(|(sum, d)| {
                    if d != 0.0 {
                        *sum += scale * sign(d) * d.abs().powf(p - 1.0);
                    }
                });
            }
        }
    }
}
