//! Products of f32 and f64: which kernel, how they are cut, and what is packed.

use std::mem::MaybeUninit;

use super::kernel::{self, Block, DEPTH, NEAR};
#[cfg(target_arch = "x86_64")]
use super::lanes::{F32x8, F32x16, F64x4, F64x8};
use super::lanes::{Four, Vector};
use super::vector::{self, Row};
use super::{MatView, MatViewMut};
use crate::device::cpu::alloc::Scratch;
use crate::device::cpu::copy::{self, Shared};
use crate::device::cpu::isa::{Isa, isa};
use crate::device::cpu::pool;

/// Multiplications that are worth a second thread (about 20 us), that are worth a chunk of their own, and that one
/// chunk may take (about 10 ms).
const PARALLEL: usize = 1 << 20;
const CHUNK_LEAST: usize = 1 << 19;
const CHUNK_MOST: usize = 1 << 29;

/// f32 and f64, with the register that each instruction set has for them.
pub trait Float: Copy + Send + Sync + std::ops::Add<Output = Self> + 'static {
    #[cfg(target_arch = "x86_64")]
    type Avx512: Vector<Lane = Self>;
    #[cfg(target_arch = "x86_64")]
    type Avx2: Vector<Lane = Self>;
    type Baseline: Vector<Lane = Self>;
    const ZERO: Self;
}

impl Float for f32 {
    #[cfg(target_arch = "x86_64")]
    type Avx512 = F32x16;
    #[cfg(target_arch = "x86_64")]
    type Avx2 = F32x8;
    type Baseline = Four<f32>;
    const ZERO: f32 = 0.0;
}

impl Float for f64 {
    #[cfg(target_arch = "x86_64")]
    type Avx512 = F64x8;
    #[cfg(target_arch = "x86_64")]
    type Avx2 = F64x4;
    type Baseline = Four<f64>;
    const ZERO: f64 = 0.0;
}

/// Instantiates a kernel for each instruction set and picks one.
macro_rules! kernels {
    ($(
        $(#[$meta:meta])*
        fn $name:ident($arg:ident: $Arg:ident): $avx512:expr, $avx2:expr, $baseline:expr;
    )*) => { $(
        $(#[$meta])*
        #[inline]
        unsafe fn $name<T: Float>($arg: $Arg<T>) {
            #[cfg(target_arch = "x86_64")]
            #[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl,avx512cd,avx2,fma,f16c,bmi1,bmi2,lzcnt,popcnt")]
            unsafe fn avx512<T: Float>($arg: $Arg<T>) {
                // SAFETY: handed on from the caller; the instructions are those of this function.
                unsafe { $avx512 }
            }

            #[cfg(target_arch = "x86_64")]
            #[target_feature(enable = "avx2,fma,f16c,bmi1,bmi2,lzcnt,popcnt")]
            unsafe fn avx2<T: Float>($arg: $Arg<T>) {
                // SAFETY: as above.
                unsafe { $avx2 }
            }

            unsafe fn baseline<T: Float>($arg: $Arg<T>) {
                // SAFETY: as above.
                unsafe { $baseline }
            }

            use $crate::device::cpu::isa;
            // SAFETY: handed on from the caller; `isa` says that this processor has the instructions.
            unsafe {
                match isa::isa() {
                    #[cfg(target_arch = "x86_64")]
                    isa::Isa::Avx512 => avx512($arg),
                    #[cfg(target_arch = "x86_64")]
                    isa::Isa::Avx2 => avx2($arg),
                    _ => baseline($arg),
                }
            }
        }
    )* };
}
pub(in crate::device::cpu) use kernels;

kernels! {
    /// # Safety
    /// As for [`kernel::block`].
    fn block(block: Block): kernel::block::<T::Avx512, 8, 3>(block), kernel::block::<T::Avx2, 6, 2>(block), kernel::block::<T::Baseline, 4, 2>(block);

    /// # Safety
    /// As for [`vector::outer`].
    fn outer(task: Outer): vector::outer::<T::Avx512>(task.row, task.m, task.c_row), vector::outer::<T::Avx2>(task.row, task.m, task.c_row), vector::outer::<T::Baseline>(task.row, task.m, task.c_row);

    /// # Safety
    /// As for [`vector::dots`].
    fn dots(row: Row): vector::dots::<T::Avx512>(row), vector::dots::<T::Avx2>(row), vector::dots::<T::Baseline>(row);

    /// # Safety
    /// As for [`vector::scaled_rows`].
    fn scaled_rows(row: Row): vector::scaled_rows::<T::Avx512>(row), vector::scaled_rows::<T::Avx2>(row), vector::scaled_rows::<T::Baseline>(row);
}

/// Elements of `b` that are packed at a time: on the stack, or where there is more in a block of memory.
const STACK: usize = 48 * DEPTH;
const HEAP: usize = 2048 * DEPTH;
/// Rows of `a` that are packed at a time.
const ROWS: usize = 8;

/// What [`vector::outer`] takes.
struct Outer<T> {
    row: Row<T>,
    m: usize,
    c_row: isize,
}

/// # Safety
/// As for [`super::matmul`].
pub(super) unsafe fn product<T: Float>(dst: MatViewMut<T>, a: MatView<T>, b: MatView<T>, accumulate: bool) {
    // Vectors run along the rows of `dst`.
    if dst.cols == 1 && dst.rows > 1 || dst.rows > 1 && dst.col_stride != 1 && dst.row_stride == 1 {
        // SAFETY: the transposed product, handed on from the caller.
        return unsafe { along_rows(dst.t(), b.t(), a.t(), accumulate) };
    }
    // SAFETY: handed on from the caller.
    unsafe { along_rows(dst, a, b, accumulate) }
}

/// # Safety
/// As for [`super::matmul`].
unsafe fn along_rows<T: Float>(dst: MatViewMut<T>, a: MatView<T>, b: MatView<T>, accumulate: bool) {
    // SAFETY: handed on from the caller, in all branches.
    unsafe {
        if dst.cols > 1 && dst.col_stride != 1 {
            through_buffer(dst, a, b, accumulate);
        } else if a.cols == 1 && (b.col_stride == 1 || b.cols == 1) {
            outer_product(dst, a, b, accumulate);
        } else if dst.rows <= 4 && b.row_stride == 1 && b.col_stride != 1 {
            dot_products(dst, a, b, accumulate);
        } else if dst.rows == 1 && b.col_stride == 1 {
            one_row(dst, a, b, accumulate);
        } else if (b.col_stride == 1 || b.cols == 1) && !worth_packing::<T>(dst.rows, &b) {
            direct(dst, a, b, accumulate);
        } else {
            packed(dst, a, b, accumulate);
        }
    }
}

/// Is `b` read so often, and too large for the second-level cache, that it pays to bring it into panels?
fn worth_packing<T>(m: usize, b: &MatView<T>) -> bool {
    m >= 256 && b.rows * b.cols * size_of::<T>() >= 2 << 20
}

/// Into a result whose rows have gaps: by way of a buffer.
///
/// # Safety
/// As for [`super::matmul`].
#[inline(never)]
unsafe fn through_buffer<T: Float>(dst: MatViewMut<T>, a: MatView<T>, b: MatView<T>, accumulate: bool) {
    const SIDE: usize = 128;
    let (down, across) = (dst.rows.div_ceil(SIDE), dst.cols.div_ceil(SIDE));
    pool::parallel(down * across, &|block| {
        let (row, col) = (block / across * SIDE, block % across * SIDE);
        let (rows, cols) = (SIDE.min(dst.rows - row), SIDE.min(dst.cols - col));
        let part = dst.row_range(row, rows).col_range(col, cols);
        let mut buffer = vec![T::ZERO; rows * cols];
        let wide = MatViewMut::contiguous(buffer.as_mut_ptr(), rows, cols);
        // SAFETY: handed on from the caller; blocks are disjoint parts of `dst`.
        unsafe {
            along_rows(wide, a.row_range(row, rows), b.col_range(col, cols), false);
            for (r, line) in buffer.chunks_exact(cols).enumerate() {
                for (c, &sum) in line.iter().enumerate() {
                    let at = part.ptr.offset(r as isize * part.row_stride + c as isize * part.col_stride);
                    *at = if accumulate { *at + sum } else { sum };
                }
            }
        }
    });
}

/// How many pieces `len` is cut into, each a multiple of `unit`, so that each has enough work but not too much:
/// about 16 where there is enough. `line` is the work of one.
fn piece(len: usize, unit: usize, line: usize) -> usize {
    let line = line.max(1);
    let least = CHUNK_LEAST.div_ceil(line).next_multiple_of(unit);
    let most = (CHUNK_MOST / line / unit * unit).max(unit);
    len.div_ceil(16).next_multiple_of(unit).max(least).min(most)
}

/// Cuts `dst` into chunks of rows, or of columns where it is wider, and runs `body` on each: (row, rows, column,
/// columns). Every element is the same sum in any chunk.
#[inline]
fn cut<T: Float>(m: usize, k: usize, n: usize, body: &(impl Fn(usize, usize, usize, usize) + Sync)) {
    if m.saturating_mul(n).saturating_mul(k) < PARALLEL {
        body(0, m, 0, n);
    } else if m >= n / 4 || m >= 16 * ROWS {
        let size = piece(m, ROWS, k.saturating_mul(n));
        pool::parallel(m.div_ceil(size), &|chunk| body(chunk * size, size.min(m - chunk * size), 0, n));
    } else {
        let size = piece(n, panel_width::<T>(), k.saturating_mul(m));
        pool::parallel(n.div_ceil(size), &|chunk| body(0, m, chunk * size, size.min(n - chunk * size)));
    }
}

fn row_of<T>(dst: MatViewMut<T>, a: MatView<T>, b: MatView<T>, b_step: isize, accumulate: bool) -> Row<T> {
    Row { k: a.cols, n: dst.cols, a: a.ptr, a_step: a.col_stride, b: b.ptr, b_step, c: dst.ptr, accumulate }
}

/// # Safety
/// As for [`super::matmul`] with k = 1; B's row is contiguous.
unsafe fn outer_product<T: Float>(dst: MatViewMut<T>, a: MatView<T>, b: MatView<T>, accumulate: bool) {
    cut::<T>(dst.rows, 1, dst.cols, &|row, rows, col, cols| {
        let (dst, a) = (dst.row_range(row, rows).col_range(col, cols), a.row_range(row, rows));
        let task = row_of(dst, a.t(), b.col_range(col, cols), 0, accumulate);
        // SAFETY: handed on from the caller; chunks are disjoint parts of `dst`.
        unsafe { outer(Outer { row: task, m: rows, c_row: dst.row_stride }) };
    });
}

/// # Safety
/// As for [`super::matmul`]; `dst` has one row, and B's rows are contiguous.
unsafe fn one_row<T: Float>(dst: MatViewMut<T>, a: MatView<T>, b: MatView<T>, accumulate: bool) {
    cut::<T>(1, a.cols, dst.cols, &|_, _, col, cols| {
        let (b, dst) = (b.col_range(col, cols), dst.col_range(col, cols));
        let row = row_of(dst, a, b, b.row_stride, accumulate);
        // SAFETY: handed on from the caller; chunks are disjoint parts of `dst`.
        unsafe { scaled_rows(row) };
    });
}

/// # Safety
/// As for [`super::matmul`]; B's columns are contiguous.
#[inline(never)]
unsafe fn dot_products<T: Float>(dst: MatViewMut<T>, a: MatView<T>, b: MatView<T>, accumulate: bool) {
    let mut line = Vec::new();
    for r in 0..dst.rows {
        let (dst, mut a) = (dst.row_range(r, 1), a.row_range(r, 1));
        if a.col_stride != 1 {
            // SAFETY: inside the row.
            line = (0..a.cols as isize).map(|p| unsafe { *a.ptr.offset(p * a.col_stride) }).collect();
            (a.ptr, a.col_stride) = (line.as_ptr(), 1);
        }
        cut::<T>(1, a.cols, dst.cols, &|_, _, col, cols| {
            let (b, dst) = (b.col_range(col, cols), dst.col_range(col, cols));
            let row = row_of(dst, a, b, b.col_stride, accumulate);
            // SAFETY: handed on from the caller; chunks are disjoint parts of `dst`.
            unsafe { dots(row) };
        });
    }
    drop(line);
}

/// The length of the blocks that k is cut into: all but the last are equal, and at most [`DEPTH`].
fn depth_of(k: usize) -> usize {
    k.div_ceil(k.div_ceil(DEPTH).max(1)).next_multiple_of(4).clamp(1, DEPTH)
}

/// # Safety
/// As for [`super::matmul`]; B's rows are contiguous.
unsafe fn direct<T: Float>(dst: MatViewMut<T>, a: MatView<T>, b: MatView<T>, accumulate: bool) {
    let k = a.cols;
    // SAFETY: handed on from the caller.
    if wide_in_depth(dst.rows, k, dst.cols) && unsafe { depths_apart(dst, a, b, accumulate) } {
        return;
    }
    cut::<T>(dst.rows, k, dst.cols, &|row, rows, col, cols| {
        let (dst, a) = (dst.row_range(row, rows).col_range(col, cols), a.row_range(row, rows));
        let b = b.col_range(col, cols);
        // SAFETY: handed on from the caller; chunks are disjoint parts of `dst`.
        unsafe { sequential(dst, a, b, accumulate) };
    });
}

/// Is `b` larger by far than the result, which would be cut into rows? Then threads that share the rows would each read all
/// of `b`.
fn wide_in_depth(m: usize, k: usize, n: usize) -> bool {
    const MOST: usize = 1 << 18;
    let sums = m.saturating_mul(n);
    m >= n / 4 && 2 * m <= DEPTH && k > DEPTH && sums.saturating_mul(k / DEPTH) <= MOST && sums * k >= 2 * PARALLEL
}

/// Blocks of k side by side, so that each thread reads its own part of `b` alone: often the one that it has written, and that
/// its caches still hold. The sums are those of [`sequential`] to the last bit. Gives false when there is one thread, or no
/// memory for the sums of a block.
///
/// # Safety
/// As for [`super::matmul`]; the rows of `b` and `dst` are contiguous.
unsafe fn depths_apart<T: Float>(dst: MatViewMut<T>, a: MatView<T>, b: MatView<T>, accumulate: bool) -> bool {
    let (m, k, n) = (dst.rows, a.cols, dst.cols);
    let depth = depth_of(k);
    let others = k.div_ceil(depth) - 1;
    if pool::threads() == 1 {
        return false;
    }
    let Ok(buffer) = Scratch::<T>::new(others * m * n) else { return false };
    let sums = Shared(buffer.ptr());
    let pieces = m.div_ceil(ROWS);
    pool::parallel((others + 1) * pieces, &|chunk| {
        let (block, row) = (chunk / pieces, chunk % pieces * ROWS);
        let (from, rows) = (block * depth, ROWS.min(m - row));
        let depth = depth.min(k - from);
        let (dst, accumulate) = match block {
            0 => (dst, accumulate),
            // SAFETY: `buffer` has room for so many blocks.
            _ => (MatViewMut::contiguous(unsafe { sums.get().add((block - 1) * m * n) }, m, n), false),
        };
        let (a, b) = (a.row_range(row, rows).col_range(from, depth), b.row_range(from, depth));
        let right = Right { ptr: b.ptr, row: b.row_stride, panel: panel_width::<T>() as isize };
        // SAFETY: handed on from the caller; chunks write disjoint parts of `dst` and of the buffer.
        unsafe { one_depth(dst.row_range(row, rows), a, right, accumulate) };
    });
    let half = m.div_ceil(2);
    pool::parallel(2, &|chunk| {
        for row in chunk * half..m.min((chunk + 1) * half) {
            let to = dst.row_range(row, 1).ptr;
            for block in 0..others {
                // SAFETY: inside the row and the buffer; chunks are disjoint rows.
                unsafe {
                    let from = sums.get().add((block * m + row) * n);
                    for i in 0..n {
                        *to.add(i) = *to.add(i) + *from.add(i);
                    }
                }
            }
        }
    });
    true
}

/// # Safety
/// As for [`super::matmul`]; the rows of `b` and `dst` are contiguous.
pub(super) unsafe fn sequential<T: Float>(dst: MatViewMut<T>, a: MatView<T>, b: MatView<T>, accumulate: bool) {
    let k = a.cols;
    let most = depth_of(k);
    let mut from = 0;
    loop {
        let depth = (k - from).min(most);
        let right = Right { ptr: b.row_range(from, depth).ptr, row: b.row_stride, panel: panel_width::<T>() as isize };
        // SAFETY: handed on from the caller.
        unsafe { one_depth(dst, a.col_range(from, depth), right, accumulate || from > 0) };
        from += depth;
        if from >= k {
            return;
        }
    }
}

/// `b` as [`Block`] reads it.
#[derive(Clone, Copy)]
struct Right<T> {
    ptr: *const T,
    row: isize,
    panel: isize,
}

// SAFETY: threads read what it points to.
unsafe impl<T: Sync> Sync for Right<T> {}

/// # Safety
/// As for [`super::matmul`], for at most [`DEPTH`] columns of `a`.
unsafe fn one_depth<T: Float>(dst: MatViewMut<T>, a: MatView<T>, b: Right<T>, accumulate: bool) {
    let width = panel_width::<T>();
    for col in (0..dst.cols).step_by(NEAR) {
        let task = Block {
            m: dst.rows,
            k: a.cols,
            n: NEAR.min(dst.cols - col),
            a: a.ptr,
            a_row: a.row_stride,
            a_col: a.col_stride,
            b: b.ptr.wrapping_offset((col / width) as isize * b.panel),
            b_row: b.row,
            b_panel: b.panel,
            c: dst.ptr.wrapping_add(col),
            c_row: dst.row_stride,
            accumulate,
        };
        // SAFETY: handed on from the caller.
        unsafe {
            if a.col_stride == 1 || task.n <= width {
                block(task);
            } else {
                block_of_packed_rows(task, a);
            }
        }
    }
}

/// [`block`] where rows of `a` are not contiguous and are read several times: packs some at a time.
///
/// # Safety
/// As for [`block`].
#[inline(never)]
unsafe fn block_of_packed_rows<T: Float>(task: Block<T>, a: MatView<T>) {
    let mut buffer = [const { MaybeUninit::<T>::uninit() }; ROWS * DEPTH];
    for row in (0..task.m).step_by(ROWS) {
        let m = ROWS.min(task.m - row);
        let c = task.c.wrapping_offset(row as isize * task.c_row);
        // SAFETY: handed on from the caller; the buffer has room for so many rows.
        unsafe {
            pack_rows(a.row_range(row, m), &mut buffer);
            block(Block { m, a: buffer.as_ptr().cast(), a_row: 1, a_col: ROWS as isize, c, ..task });
        }
    }
}

/// Writes at most [`ROWS`] rows of `a` side by side, so that a column of them is contiguous.
///
/// # Safety
/// The view is readable, and has at most [`DEPTH`] columns.
unsafe fn pack_rows<T: Float>(a: MatView<T>, buffer: &mut [MaybeUninit<T>; ROWS * DEPTH]) {
    for (p, column) in buffer.chunks_exact_mut(ROWS).take(a.cols).enumerate() {
        let from = a.ptr.wrapping_offset(p as isize * a.col_stride);
        // SAFETY: inside the view.
        unsafe {
            if a.row_stride == 1 && a.rows == ROWS {
                std::ptr::copy_nonoverlapping(from, column.as_mut_ptr().cast(), ROWS);
            } else {
                for (r, to) in column[..a.rows].iter_mut().enumerate() {
                    to.write(*from.offset(r as isize * a.row_stride));
                }
            }
        }
    }
}

/// # Safety
/// As for [`super::matmul`].
// Not inlined: its stack frame is large.
#[inline(never)]
unsafe fn packed<T: Float>(dst: MatViewMut<T>, a: MatView<T>, b: MatView<T>, accumulate: bool) {
    let mut stack = [const { MaybeUninit::<T>::uninit() }; STACK];
    let wanted = (b.cols.next_multiple_of(panel_width::<T>()) * b.rows.min(DEPTH)).min(HEAP);
    let heap = if wanted > STACK { Scratch::new(wanted).ok() } else { None };
    let (buffer, room) = match &heap {
        Some(heap) => (heap.ptr(), wanted),
        None => (stack.as_mut_ptr().cast(), STACK),
    };
    // SAFETY: handed on from the caller; the buffer is ours.
    unsafe { packed_in(dst, a, b, accumulate, (buffer, room)) }
}

/// # Safety
/// As for [`super::matmul`]; the buffer has room for so many elements, at least a panel of [`DEPTH`].
unsafe fn packed_in<T: Float>(
    dst: MatViewMut<T>,
    a: MatView<T>,
    b: MatView<T>,
    accumulate: bool,
    (buffer, room): (*mut T, usize),
) {
    let (k, n, width) = (a.cols, dst.cols, panel_width::<T>());
    let buffer = Shared(buffer);
    let most = depth_of(k);
    let together = room / most / width * width;
    for col in (0..n).step_by(together) {
        let cols = together.min(n - col);
        let (dst, b) = (dst.col_range(col, cols), b.col_range(col, cols));
        let mut from = 0;
        loop {
            let depth = (k - from).min(most);
            let (a, b) = (a.col_range(from, depth), b.row_range(from, depth));
            let panel = depth * width;
            let panels = cols.div_ceil(width);
            let each = (CHUNK_LEAST / 16 / panel.max(1)).max(1);
            pool::parallel(panels.div_ceil(each), &|chunk| {
                for number in chunk * each..panels.min((chunk + 1) * each) {
                    let col = number * width;
                    // SAFETY: the buffer has room; panels are disjoint parts of it.
                    unsafe {
                        pack_panel(b.col_range(col, width.min(cols - col)), width, buffer.get().add(number * panel))
                    };
                }
            });
            cut::<T>(dst.rows, depth, cols, &|row, rows, col, cols| {
                let (dst, a) = (dst.row_range(row, rows).col_range(col, cols), a.row_range(row, rows));
                let ptr = buffer.get().wrapping_add(col / width * panel);
                let right = Right { ptr, row: width as isize, panel: panel as isize };
                // SAFETY: handed on from the caller; chunks are disjoint parts of `dst`.
                unsafe { one_depth(dst, a, right, accumulate || from > 0) };
            });
            from += depth;
            if from >= k || pool::stopped() {
                break;
            }
        }
    }
}

/// Writes the rows of a panel one after the other, `width` apart.
///
/// # Safety
/// The view is readable, and there is room for it.
unsafe fn pack_panel<T: Float>(b: MatView<T>, width: usize, to: *mut T) {
    let size = size_of::<T>();
    // SAFETY: handed on from the caller.
    unsafe {
        copy::copy(
            size,
            &[b.rows, b.cols],
            to.cast(),
            &[width as isize, 1],
            b.ptr.cast(),
            &[b.row_stride, b.col_stride],
        );
    }
}

/// Columns of the widest tile: those of a packed panel of `b`.
fn panel_width<T: Float>() -> usize {
    match isa() {
        #[cfg(target_arch = "x86_64")]
        Isa::Avx512 => 3 * T::Avx512::LANES,
        #[cfg(target_arch = "x86_64")]
        Isa::Avx2 => 2 * T::Avx2::LANES,
        _ => 2 * T::Baseline::LANES,
    }
}
