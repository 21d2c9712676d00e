//! Products of f16 and bf16: blocks are widened to f32, summed in f32 over the whole of k, and rounded once.

use half::{bf16, f16};

use super::{MatView, MatViewMut, float};
use crate::device::cpu::pool;

/// Sides of the blocks: rows and columns of the result, and how much of k is widened at a time.
const ROWS: usize = 128;
const COLS: usize = 256;
const DEPTH: usize = 512;

pub(super) trait Half: Copy + Send + Sync {
    fn widen(self) -> f32;
    fn round(x: f32) -> Self;
}

impl Half for f16 {
    #[inline(always)]
    fn widen(self) -> f32 {
        self.to_f32()
    }

    #[inline(always)]
    fn round(x: f32) -> f16 {
        f16::from_f32(x)
    }
}

impl Half for bf16 {
    #[inline(always)]
    fn widen(self) -> f32 {
        self.to_f32()
    }

    #[inline(always)]
    fn round(x: f32) -> bf16 {
        bf16::from_f32(x)
    }
}

/// # Safety
/// As for [`super::matmul`].
pub(super) unsafe fn product<T: Half>(dst: MatViewMut<T>, a: MatView<T>, b: MatView<T>, accumulate: bool) {
    let (down, across) = (dst.rows.div_ceil(ROWS), dst.cols.div_ceil(COLS));
    pool::parallel(down * across, &|block| {
        let (row, col) = (block / across * ROWS, block % across * COLS);
        let (rows, cols) = (ROWS.min(dst.rows - row), COLS.min(dst.cols - col));
        let dst = dst.row_range(row, rows).col_range(col, cols);
        // SAFETY: handed on from the caller; blocks are disjoint parts of `dst`.
        unsafe { one_block(dst, a.row_range(row, rows), b.col_range(col, cols), accumulate) };
    });
}

/// # Safety
/// As for [`super::matmul`], for at most [`ROWS`] by [`COLS`].
unsafe fn one_block<T: Half>(dst: MatViewMut<T>, a: MatView<T>, b: MatView<T>, accumulate: bool) {
    let (rows, cols, depth) = (dst.rows, dst.cols, DEPTH.min(a.cols));
    let mut sums = vec![0.0f32; rows * cols];
    let (mut wide_a, mut wide_b) = (vec![0.0f32; rows * depth], vec![0.0f32; depth * cols]);
    let wide_dst = MatViewMut::contiguous(sums.as_mut_ptr(), rows, cols);
    for from in (0..a.cols).step_by(DEPTH) {
        if pool::stopped() {
            return;
        }
        let depth = DEPTH.min(a.cols - from);
        // SAFETY: the buffers hold the blocks; the rest is handed on from the caller.
        unsafe {
            widen(a.col_range(from, depth), &mut wide_a);
            widen(b.row_range(from, depth), &mut wide_b);
            let a = MatView::contiguous(wide_a.as_ptr(), rows, depth);
            let b = MatView::contiguous(wide_b.as_ptr(), depth, cols);
            float::sequential(wide_dst, a, b, true);
        }
    }
    for (row, sums) in sums.chunks_exact(cols).enumerate() {
        for (col, &sum) in sums.iter().enumerate() {
            // SAFETY: indexes stay inside the view.
            unsafe {
                let at = dst.ptr.offset(row as isize * dst.row_stride + col as isize * dst.col_stride);
                *at = T::round(if accumulate { (*at).widen() + sum } else { sum });
            }
        }
    }
}

/// # Safety
/// The view is readable.
unsafe fn widen<T: Half>(src: MatView<T>, dst: &mut [f32]) {
    for (row, line) in dst.chunks_exact_mut(src.cols).take(src.rows).enumerate() {
        for (col, x) in line.iter_mut().enumerate() {
            // SAFETY: indexes stay inside the view.
            *x = unsafe { *src.ptr.offset(row as isize * src.row_stride + col as isize * src.col_stride) }.widen();
        }
    }
}
