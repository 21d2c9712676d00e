//! Matrix products `dst = a @ b` and `dst += a @ b` over strided views, so that transposes are strides and never
//! copies. How a product is cut into chunks depends on its shape alone, and never cuts the summed dim.

use half::{bf16, f16};

mod batch;
pub(super) mod float;
mod half_types;
mod int;
mod kernel;
pub(super) mod lanes;
mod vector;

/// A matrix to read; strides in elements, 0 and negative ones allowed.
#[derive(Clone, Copy, Debug)]
pub struct MatView<T> {
    pub ptr: *const T,
    pub rows: usize,
    pub cols: usize,
    pub row_stride: isize,
    pub col_stride: isize,
}

/// A matrix to write: no two of its elements share memory.
#[derive(Clone, Copy, Debug)]
pub struct MatViewMut<T> {
    pub ptr: *mut T,
    pub rows: usize,
    pub cols: usize,
    pub row_stride: isize,
    pub col_stride: isize,
}

// SAFETY: a view is a pointer with its layout; what threads do with it is up to the unsafe code that uses it.
unsafe impl<T: Send> Send for MatView<T> {}
// SAFETY: as above.
unsafe impl<T: Sync> Sync for MatView<T> {}
// SAFETY: as above.
unsafe impl<T: Send> Send for MatViewMut<T> {}
// SAFETY: as above.
unsafe impl<T: Sync> Sync for MatViewMut<T> {}

impl<T> MatView<T> {
    /// A row-major matrix without gaps.
    pub fn contiguous(ptr: *const T, rows: usize, cols: usize) -> MatView<T> {
        MatView { ptr, rows, cols, row_stride: cols as isize, col_stride: 1 }
    }

    /// The transpose: the same memory with rows and columns swapped.
    pub fn t(self) -> MatView<T> {
        let MatView { ptr, rows, cols, row_stride, col_stride } = self;
        MatView { ptr, rows: cols, cols: rows, row_stride: col_stride, col_stride: row_stride }
    }

    fn row_range(self, from: usize, rows: usize) -> MatView<T> {
        MatView { ptr: self.ptr.wrapping_offset(from as isize * self.row_stride), rows, ..self }
    }

    fn col_range(self, from: usize, cols: usize) -> MatView<T> {
        MatView { ptr: self.ptr.wrapping_offset(from as isize * self.col_stride), cols, ..self }
    }
}

impl<T> MatViewMut<T> {
    /// A row-major matrix without gaps.
    pub fn contiguous(ptr: *mut T, rows: usize, cols: usize) -> MatViewMut<T> {
        MatViewMut { ptr, rows, cols, row_stride: cols as isize, col_stride: 1 }
    }

    /// The transpose: the same memory with rows and columns swapped.
    pub fn t(self) -> MatViewMut<T> {
        let MatViewMut { ptr, rows, cols, row_stride, col_stride } = self;
        MatViewMut { ptr, rows: cols, cols: rows, row_stride: col_stride, col_stride: row_stride }
    }

    fn row_range(self, from: usize, rows: usize) -> MatViewMut<T> {
        MatViewMut { ptr: self.ptr.wrapping_offset(from as isize * self.row_stride), rows, ..self }
    }

    fn col_range(self, from: usize, cols: usize) -> MatViewMut<T> {
        MatViewMut { ptr: self.ptr.wrapping_offset(from as isize * self.col_stride), cols, ..self }
    }
}

/// Element types that have a matrix product: floats, and i64 with wrapping arithmetic. Half types sum in f32 and
/// round once.
pub trait Product: Copy + Send + Sync + 'static {
    /// `dst = a @ b`, or `dst += a @ b`, for shapes that fit and are not empty.
    ///
    /// # Safety
    /// As for [`matmul`].
    #[doc(hidden)]
    unsafe fn product(dst: MatViewMut<Self>, a: MatView<Self>, b: MatView<Self>, accumulate: bool);
}

impl Product for f32 {
    unsafe fn product(dst: MatViewMut<f32>, a: MatView<f32>, b: MatView<f32>, accumulate: bool) {
        // SAFETY: handed on from the caller.
        unsafe { float::product(dst, a, b, accumulate) }
    }
}

impl Product for f64 {
    unsafe fn product(dst: MatViewMut<f64>, a: MatView<f64>, b: MatView<f64>, accumulate: bool) {
        // SAFETY: handed on from the caller.
        unsafe { float::product(dst, a, b, accumulate) }
    }
}

impl Product for i64 {
    unsafe fn product(dst: MatViewMut<i64>, a: MatView<i64>, b: MatView<i64>, accumulate: bool) {
        // SAFETY: handed on from the caller.
        unsafe { int::product(dst, a, b, accumulate) }
    }
}

impl Product for f16 {
    unsafe fn product(dst: MatViewMut<f16>, a: MatView<f16>, b: MatView<f16>, accumulate: bool) {
        // SAFETY: handed on from the caller.
        unsafe { half_types::product(dst, a, b, accumulate) }
    }
}

impl Product for bf16 {
    unsafe fn product(dst: MatViewMut<bf16>, a: MatView<bf16>, b: MatView<bf16>, accumulate: bool) {
        // SAFETY: handed on from the caller.
        unsafe { half_types::product(dst, a, b, accumulate) }
    }
}

/// `dst = a @ b`, or `dst += a @ b` with `accumulate`: (m, k) @ (k, n) to (m, n). With k = 0 the product is zero.
///
/// # Safety
/// `a.cols == b.rows`, `dst.rows == a.rows`, `dst.cols == b.cols`; every element the views reach is readable, for
/// `dst` writable and, with `accumulate`, initialised; `dst` overlaps neither `a` nor `b` nor itself.
pub unsafe fn matmul<T: Product>(dst: MatViewMut<T>, a: MatView<T>, b: MatView<T>, accumulate: bool) {
    debug_assert!(a.cols == b.rows && dst.rows == a.rows && dst.cols == b.cols);
    if dst.rows == 0 || dst.cols == 0 {
        return;
    }
    // SAFETY: handed on from the caller.
    unsafe { T::product(dst, a, b, accumulate) }
}

/// A matrix product for each index of `batch`, whose dims step through the operands by strides of elements.
/// Operands that don't have a dim step by 0 in it; `dst` may too: then the products of that dim are summed.
///
/// # Safety
/// As for [`matmul`] at each index; `dst`'s matrices don't overlap, except that those a step of 0 makes are the
/// same. At most [`MAX_DIMS`](super::copy::MAX_DIMS) batch dims.
pub unsafe fn batched_matmul<T: Product>(
    batch: &[usize],
    (dst, dst_steps): (MatViewMut<T>, &[isize]),
    (a, a_steps): (MatView<T>, &[isize]),
    (b, b_steps): (MatView<T>, &[isize]),
    accumulate: bool,
) {
    // SAFETY: handed on from the caller.
    unsafe { batch::product(batch, (dst, dst_steps), (a, a_steps), (b, b_steps), accumulate) }
}

#[cfg(test)]
mod tests;
