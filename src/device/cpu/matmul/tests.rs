use super::*;
use crate::device::cpu::copy::tests::Lcg;
use crate::device::cpu::isa::{Isa, with_isa};
use crate::device::cpu::pool::set_threads;

/// What a test needs of an element type.
trait Sample: Product + std::fmt::Debug + PartialEq {
    fn sample(rng: &mut Lcg) -> Self;
    fn exact(self) -> f64;
    /// Error of one rounding, relative.
    const EPSILON: f64;
}

macro_rules! sample {
    ($($t:ty, $rng:ident => $value:expr, $x:ident => $exact:expr, $epsilon:expr;)*) => { $(
        impl Sample for $t {
            const EPSILON: f64 = $epsilon;
            fn sample($rng: &mut Lcg) -> $t {
                $value
            }
            fn exact(self) -> f64 {
                let $x = self;
                $exact
            }
        }
    )* };
}

sample! {
    f32, rng => rng.float() as f32, x => x as f64, f32::EPSILON as f64;
    f64, rng => rng.float(), x => x, f64::EPSILON;
    i64, rng => rng.below(2001) as i64 - 1000, x => x as f64, 0.0;
    f16, rng => f16::from_f64(rng.float()), x => x.to_f64(), 1.0 / 2048.0;
    bf16, rng => bf16::from_f64(rng.float()), x => x.to_f64(), 1.0 / 256.0;
}

/// Strides of a random layout of rows by cols: either order, gaps, negative steps, and where the first element is
/// in a buffer of how many.
fn layout(rng: &mut Lcg, rows: usize, cols: usize) -> (isize, isize, usize, usize) {
    let gap = |rng: &mut Lcg| if rng.below(3) == 0 { 1 + rng.below(3) } else { 0 };
    let unit = if rng.below(4) == 0 { 2 } else { 1 };
    let (row, col) = match rng.below(2) {
        0 => (cols * unit + gap(rng), unit),
        _ => (unit, rows * unit + gap(rng)),
    };
    let len = row * rows + col * cols + 1;
    let flip = |rng: &mut Lcg, step: usize, n: usize| match rng.below(5) {
        0 => (-(step as isize), step * n.saturating_sub(1)),
        _ => (step as isize, 0),
    };
    let ((row, down), (col, right)) = (flip(rng, row, rows), flip(rng, col, cols));
    (row, col, down + right, len)
}

struct Buffer<T> {
    data: Vec<T>,
    start: usize,
    row_stride: isize,
    col_stride: isize,
    rows: usize,
    cols: usize,
}

impl<T: Sample> Buffer<T> {
    fn new(rng: &mut Lcg, rows: usize, cols: usize) -> Buffer<T> {
        let (row_stride, col_stride, start, len) = layout(rng, rows, cols);
        let data = (0..len).map(|_| T::sample(rng)).collect();
        Buffer { data, start, row_stride, col_stride, rows, cols }
    }

    fn index(&self, row: usize, col: usize) -> usize {
        (self.start as isize + row as isize * self.row_stride + col as isize * self.col_stride) as usize
    }

    fn at(&self, row: usize, col: usize) -> T {
        self.data[self.index(row, col)]
    }

    fn view(&self) -> MatView<T> {
        let Buffer { start, row_stride, col_stride, rows, cols, .. } = *self;
        MatView { ptr: self.data[start..].as_ptr(), rows, cols, row_stride, col_stride }
    }

    fn view_mut(&self, data: &mut [T]) -> MatViewMut<T> {
        let Buffer { start, row_stride, col_stride, rows, cols, .. } = *self;
        MatViewMut { ptr: data[start..].as_mut_ptr(), rows, cols, row_stride, col_stride }
    }
}

fn check<T: Sample>(rng: &mut Lcg, m: usize, k: usize, n: usize, accumulate: bool) {
    let (a, b) = (Buffer::<T>::new(rng, m, k), Buffer::<T>::new(rng, k, n));
    let dst = Buffer::<T>::new(rng, m, n);
    let place = format!("{} {m}x{k}x{n}, accumulate {accumulate}", std::any::type_name::<T>());
    for isa in Isa::available() {
        let mut results = [1, 2].map(|threads| {
            set_threads(threads);
            let mut data = dst.data.clone();
            let view = dst.view_mut(&mut data);
            // SAFETY: the layouts stay inside the buffers.
            with_isa(isa, || unsafe { matmul(view, a.view(), b.view(), accumulate) });
            data
        });
        set_threads(0);
        assert!(results[0] == results[1], "threads change {place}");
        let result = &mut results[0];
        for i in 0..m {
            for j in 0..n {
                let start = if accumulate { dst.at(i, j).exact() } else { 0.0 };
                let (mut sum, mut size) = (start, start.abs());
                for p in 0..k {
                    let term = a.at(i, p).exact() * b.at(p, j).exact();
                    sum += term;
                    size += term.abs();
                }
                let got = std::mem::replace(&mut result[dst.index(i, j)], dst.at(i, j));
                // Half types sum in f32, and f16 has no more than 2^-24 near zero.
                let half = size_of::<T>() == 2;
                let epsilon = if half { T::EPSILON * sum.abs() + size * 1e-5 + 6e-8 } else { T::EPSILON * size * 4.0 };
                assert!((got.exact() - sum).abs() <= epsilon, "{place} {isa:?} at {i}, {j}: {got:?} for {sum}");
            }
        }
        assert!(*result == dst.data, "{place} {isa:?} wrote beside the matrix");
    }
}

fn check_all(rng: &mut Lcg, m: usize, k: usize, n: usize) {
    for accumulate in [false, true] {
        check::<f32>(rng, m, k, n, accumulate);
        check::<f64>(rng, m, k, n, accumulate);
        check::<i64>(rng, m, k, n, accumulate);
        check::<f16>(rng, m, k, n, accumulate);
        check::<bf16>(rng, m, k, n, accumulate);
    }
}

#[test]
fn small_shapes() {
    let mut rng = Lcg(3);
    for (m, k, n) in [(0, 3, 2), (2, 0, 3), (2, 3, 0), (1, 1, 1), (4, 4, 4), (16, 16, 16), (2, 3, 1), (17, 16, 15)] {
        check_all(&mut rng, m, k, n);
    }
    for _ in 0..60 {
        let (m, k, n) = (1 + rng.below(20), rng.below(20), 1 + rng.below(20));
        check_all(&mut rng, m, k, n);
    }
}

#[test]
fn vectors() {
    let mut rng = Lcg(4);
    for _ in 0..30 {
        let (k, n) = (1 + rng.below(150), 1 + rng.below(150));
        check_all(&mut rng, 1, k, n);
        check_all(&mut rng, n, k, 1);
        check_all(&mut rng, k, 1, n);
        check_all(&mut rng, 1, k, 1);
    }
    check::<f32>(&mut rng, 1, 3000, 700, false);
    check::<f32>(&mut rng, 1500, 1500, 1, true);
    check::<f64>(&mut rng, 1500, 1, 1500, true);
}

#[test]
fn larger_shapes() {
    let mut rng = Lcg(5);
    let shapes = [(64, 1000, 100), (200, 64, 100), (129, 700, 33), (5, 300, 900), (900, 300, 5), (300, 17, 257)];
    // Deep ones, whose blocks of k are summed side by side.
    let deep = [(37, 2049, 90), (203, 1537, 11), (8, 16_400, 17)];
    for (m, k, n) in shapes.into_iter().chain(deep) {
        check::<f32>(&mut rng, m, k, n, true);
        check::<f64>(&mut rng, m, k, n, false);
        check::<i64>(&mut rng, m, k, n, true);
        check::<f16>(&mut rng, m, k, n, true);
        check::<bf16>(&mut rng, m, k, n, false);
    }
}

#[test]
fn integers_wrap() {
    let (a, b, mut dst) = ([i64::MAX, 2], [3, i64::MAX], [i64::MIN]);
    let (a, b) = (MatView::contiguous(a.as_ptr(), 1, 2), MatView::contiguous(b.as_ptr(), 2, 1));
    // SAFETY: the views are the arrays.
    unsafe { matmul(MatViewMut::contiguous(dst.as_mut_ptr(), 1, 1), a, b, true) };
    let want = i64::MAX.wrapping_mul(3).wrapping_add(i64::MAX.wrapping_mul(2)).wrapping_add(i64::MIN);
    assert_eq!(dst, [want]);
}

#[test]
fn halves_round_once() {
    // 1 + 2048 x 2^-11: a sum in f16 would stay at 1.
    let (a, b) = (vec![f16::ONE; 2049], vec![f16::from_f32(1.0 / 2048.0); 2049]);
    let mut dst = [f16::ONE];
    let (a, b) = (MatView::contiguous(a.as_ptr(), 1, 2049), MatView::contiguous(b.as_ptr(), 2049, 1));
    // SAFETY: the views are the arrays.
    unsafe { matmul(MatViewMut::contiguous(dst.as_mut_ptr(), 1, 1), a, b, true) };
    assert_eq!(dst[0], f16::from_f32(2.0 + 1.0 / 2048.0));
}

/// Batches over every way a dim can step: present, broadcast, summed over, and foldable ones.
#[test]
fn batches() {
    let mut rng = Lcg(6);
    for round in 0..200 {
        let (m, k, n) = (1 + rng.below(9), 1 + rng.below(9), 1 + rng.below(9));
        let batch: Vec<usize> = (0..rng.below(4)).map(|_| rng.below(4) + (round % 5 > 0) as usize).collect();
        let steps = |rng: &mut Lcg, matrix: usize| {
            let mut step = matrix;
            let mut steps: Vec<isize> = batch
                .iter()
                .rev()
                .map(|&len| {
                    let this = if rng.below(3) == 0 { 0 } else { step as isize };
                    step *= if this == 0 { 1 } else { len.max(1) };
                    this
                })
                .collect();
            steps.reverse();
            (steps, step)
        };
        let (a_steps, a_len) = steps(&mut rng, m * k);
        let (b_steps, b_len) = steps(&mut rng, k * n);
        let (dst_steps, dst_len) = steps(&mut rng, m * n);
        // Small integers: exact in any order.
        let mut data = |len: usize| (0..len).map(|_| rng.below(7) as f32 - 3.0).collect::<Vec<f32>>();
        let (a, b, before) = (data(a_len), data(b_len), data(dst_len));
        let empty_outside = batch.iter().zip(&dst_steps).any(|(&len, &step)| len == 0 && step != 0);
        for accumulate in [false, true] {
            let mut want = before.clone();
            if !accumulate && !empty_outside {
                want.fill(0.0);
            }
            let turns: usize = batch.iter().product();
            for turn in 0..turns {
                let (mut i, mut at) = (turn, [0; 3]);
                for dim in (0..batch.len()).rev() {
                    for (at, steps) in at.iter_mut().zip([&a_steps, &b_steps, &dst_steps]) {
                        *at += i % batch[dim] * steps[dim] as usize;
                    }
                    i /= batch[dim];
                }
                for (r, c, p) in (0..m * n * k).map(|x| (x / n / k, x / k % n, x % k)) {
                    want[at[2] + r * n + c] += a[at[0] + r * k + p] * b[at[1] + p * n + c];
                }
            }
            for threads in [1, 2] {
                set_threads(threads);
                let mut dst = before.clone();
                // SAFETY: the steps stay inside the buffers.
                unsafe {
                    batched_matmul(
                        &batch,
                        (MatViewMut::contiguous(dst.as_mut_ptr(), m, n), &dst_steps),
                        (MatView::contiguous(a.as_ptr(), m, k), &a_steps),
                        (MatView::contiguous(b.as_ptr(), k, n), &b_steps),
                        accumulate,
                    );
                }
                assert_eq!(dst, want, "{batch:?} {m}x{k}x{n} {dst_steps:?} {a_steps:?} {b_steps:?} {accumulate}");
            }
            set_threads(0);
        }
    }
}
