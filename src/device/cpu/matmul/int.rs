//! Products of i64, wrapping.

use super::{MatView, MatViewMut};
use crate::device::cpu::elem::vectorized;
use crate::device::cpu::pool;

/// Multiplications of one chunk, about.
const CHUNK: usize = 1 << 18;
/// Columns that are summed together.
const COLS: usize = 64;

/// # Safety
/// As for [`super::matmul`].
pub(super) unsafe fn product(dst: MatViewMut<i64>, a: MatView<i64>, b: MatView<i64>, accumulate: bool) {
    let rows = CHUNK.div_ceil((a.cols * dst.cols).max(1)).next_multiple_of(4);
    pool::parallel(dst.rows.div_ceil(rows), &|chunk| {
        let from = chunk * rows;
        let rows = rows.min(dst.rows - from);
        // SAFETY: handed on from the caller; chunks are disjoint rows of `dst`.
        unsafe { sequential(dst.row_range(from, rows), a.row_range(from, rows), b, accumulate) };
    });
}

vectorized! { unsafe:
    /// # Safety
    /// As for [`super::matmul`].
    fn sequential[](dst: MatViewMut<i64>, a: MatView<i64>, b: MatView<i64>, accumulate: bool) {
        for from in (0..dst.cols).step_by(COLS) {
            let cols = COLS.min(dst.cols - from);
            for row in 0..dst.rows as isize {
                let mut sums = [0i64; COLS];
                // SAFETY: indexes stay inside the views.
                unsafe {
                    for p in 0..a.cols as isize {
                        let x = *a.ptr.offset(row * a.row_stride + p * a.col_stride);
                        let line = b.ptr.offset(p * b.row_stride + from as isize * b.col_stride);
                        if b.col_stride == 1 {
                            let line = std::slice::from_raw_parts(line, cols);
                            for (sum, &y) in sums.iter_mut().zip(line) {
                                *sum = sum.wrapping_add(x.wrapping_mul(y));
                            }
                        } else {
                            for (j, sum) in sums[..cols].iter_mut().enumerate() {
                                *sum = sum.wrapping_add(x.wrapping_mul(*line.offset(j as isize * b.col_stride)));
                            }
                        }
                    }
                    for (j, &sum) in sums[..cols].iter().enumerate() {
                        let at = dst.ptr.offset(row * dst.row_stride + (from + j) as isize * dst.col_stride);
                        *at = if accumulate { (*at).wrapping_add(sum) } else { sum };
                    }
                }
            }
        }
    }
}
