//! Columns: the dim's elements are `inner` apart, and neighbouring columns are worked on together.

use super::*;

/// Columns that are worked on together, at most.
const COLS: usize = 64;

/// Calls `body` with (outer index, first column, how many) of every block of columns.
fn blocks(axis: Axis, body: &(dyn Fn(usize, usize, usize) + Sync)) {
    let width = axis.inner.clamp(1, COLS);
    let across = axis.inner.div_ceil(width);
    let together = (CHUNK / (axis.n * width)).max(1);
    let count = axis.outer * across;
    pool::parallel(count.div_ceil(together), &|chunk| {
        for block in chunk * together..count.min((chunk + 1) * together) {
            let col = block % across * width;
            body(block / across, col, width.min(axis.inner - col));
        }
    });
}

/// One block of columns: where it starts, and the layout around it.
#[derive(Clone, Copy)]
struct Block {
    start: usize,
    stride: usize,
    rows: usize,
    width: usize,
}

impl Block {
    fn new(axis: Axis, outer: usize, col: usize, width: usize) -> Block {
        Block { start: outer * axis.n * axis.inner + col, stride: axis.inner, rows: axis.n, width }
    }

    #[inline(always)]
    fn row<'a, T>(&self, data: &'a [T], row: usize) -> &'a [T] {
        &data[self.start + row * self.stride..][..self.width]
    }

    /// # Safety
    /// No other part of the row is in use.
    #[inline(always)]
    unsafe fn row_mut<'a, T>(&self, data: *mut T, row: usize) -> &'a mut [T] {
        // SAFETY: inside the tensor; the rest is handed on from the caller.
        unsafe { std::slice::from_raw_parts_mut(data.add(self.start + row * self.stride), self.width) }
    }
}

/// Adds a term for each row and column to `$sums`, in blocks of rows.
macro_rules! column_sums {
    ($Real:ty: $block:expr, $sums:expr, |$row:ident, $j:ident| $term:expr) => {
        for first in (0..$block.rows).step_by(BLOCK) {
            let mut part = [<$Real as Float>::ZERO; COLS];
            for $row in first..$block.rows.min(first + BLOCK) {
                for $j in 0..$block.width {
                    part[$j] = part[$j] + $term;
                }
            }
            for (sum, part) in $sums.iter_mut().zip(part) {
                *sum = *sum + part;
            }
        }
    };
}

vectorized! {
    /// Maxima and sums of the exponentials of a block's columns.
    fn stats[T: Floating](block: Block, x: &[T], max: &mut [T; COLS], sums: &mut [T; COLS]) {
        let max = &mut max[..block.width];
        max.copy_from_slice(block.row(x, 0));
        for row in 1..block.rows {
            for (max, &x) in max.iter_mut().zip(block.row(x, row)) {
                *max = if x > *max { x } else { *max };
            }
        }
        let mut shift = [T::default(); COLS];
        shift.iter_mut().zip(&*max).for_each(|(shift, &max)| *shift = shift_of(max));
        let mut total = [<T::Real<FUSED> as Float>::ZERO; COLS];
        column_sums!(T::Real<FUSED>: block, total, |row, j| (block.row(x, row)[j].real::<FUSED>() - shift[j].real()).exp());
        for (sum, total) in sums.iter_mut().zip(total) {
            *sum = T::from_real(total);
        }
    }
}

vectorized! { unsafe:
    /// # Safety
    /// `y` is as large as `x`, and nobody else uses the block.
    fn write[T: Floating](kind: Kind, block: Block, x: &[T], stats: (&[T], &[T]), y: *mut T) {
        let (max, sums) = (&stats.0[..block.width], &stats.1[..block.width]);
        let mut last = [<T::Real<FUSED> as Float>::ZERO; COLS];
        for ((last, &sum), &max) in last.iter_mut().zip(sums).zip(max) {
            let sum = divisor(max, sum);
            *last = match kind {
                Kind::Softmax => <T::Real<FUSED> as Float>::ONE / sum.real(),
                Kind::LogSoftmax => T::narrow(sum.wide().ln()).real(),
            };
        }
        let last = &last[..block.width];
        for row in 0..block.rows {
            let x = block.row(x, row);
            // SAFETY: handed on from the caller.
            let y = unsafe { block.row_mut(y, row) };
            for j in 0..block.width {
                let shifted = x[j].real::<FUSED>() - max[j].real();
                y[j] = T::from_real(if kind == Kind::Softmax { shifted.exp() * last[j] } else { shifted - last[j] });
            }
        }
    }

    /// # Safety
    /// `dx` is as large as `y`, and nobody else uses the block.
    fn write_gradient[T: Floating](kind: Kind, block: Block, y: &[T], g: &[T], dx: *mut T) {
        let mut sums = [<T::Real<FUSED> as Float>::ZERO; COLS];
        if kind == Kind::Softmax {
            column_sums!(T::Real<FUSED>: block, sums, |row, j| block.row(y, row)[j].real::<FUSED>() * block.row(g, row)[j].real());
        } else {
            column_sums!(T::Real<FUSED>: block, sums, |row, j| block.row(g, row)[j].real::<FUSED>());
        }
        let sums = &sums[..block.width];
        for row in 0..block.rows {
            let (y, g) = (block.row(y, row), block.row(g, row));
            // SAFETY: handed on from the caller.
            let dx = unsafe { block.row_mut(dx, row) };
            for j in 0..block.width {
                let (y, g) = (y[j].real::<FUSED>(), g[j].real());
                dx[j] = T::from_real(if kind == Kind::Softmax { y * (g - sums[j]) } else { g - y.exp() * sums[j] });
            }
        }
    }
}

pub(super) fn forward<T: Floating>(kind: Kind, axis: Axis, x: &[T], y: &mut [T]) {
    let out = Shared(y.as_mut_ptr());
    blocks(axis, &|outer, col, width| {
        let block = Block::new(axis, outer, col, width);
        let (mut max, mut sums) = ([T::default(); COLS], [T::default(); COLS]);
        stats(block, x, &mut max, &mut sums);
        // SAFETY: `y` is as large as `x`; blocks have columns of their own.
        unsafe { write(kind, block, x, (&max, &sums), out.get()) };
    });
}

pub(super) fn backward<T: Floating>(kind: Kind, axis: Axis, y: &[T], g: &[T], dx: &mut [T]) {
    let out = Shared(dx.as_mut_ptr());
    blocks(axis, &|outer, col, width| {
        // SAFETY: `dx` is as large as `y`; blocks have columns of their own.
        unsafe { write_gradient(kind, Block::new(axis, outer, col, width), y, g, out.get()) };
    });
}

pub(super) fn logsumexp<T: Floating>(axis: Axis, x: &[T], dst: &mut [T]) {
    let out = Shared(dst.as_mut_ptr());
    blocks(axis, &|outer, col, width| {
        let (mut max, mut sums) = ([T::default(); COLS], [T::default(); COLS]);
        stats(Block::new(axis, outer, col, width), x, &mut max, &mut sums);
        for j in 0..width {
            // SAFETY: inside `dst`; blocks have columns of their own.
            unsafe { *out.get().add(outer * axis.inner + col + j) = log_of(max[j], sums[j]) };
        }
    });
}
