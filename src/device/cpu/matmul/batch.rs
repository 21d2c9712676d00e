//! Batches of products. Batch dims that a single larger product can take in are folded into it first.

use super::{MatView, MatViewMut, Product, matmul};
use crate::device::cpu::copy::MAX_DIMS;
use crate::device::cpu::pool;

/// Multiplications below which matrices of a batch share a chunk.
const CHUNK: usize = 1 << 20;

/// One batch dim: its length and the steps of `dst`, `a` and `b`.
#[derive(Clone, Copy, Default)]
struct Dim {
    len: usize,
    dst: isize,
    a: isize,
    b: isize,
}

/// # Safety
/// As for [`super::batched_matmul`].
pub(super) unsafe fn product<T: Product>(
    batch: &[usize],
    (mut dst, dst_steps): (MatViewMut<T>, &[isize]),
    (mut a, a_steps): (MatView<T>, &[isize]),
    (mut b, b_steps): (MatView<T>, &[isize]),
    accumulate: bool,
) {
    let mut dims = [Dim::default(); MAX_DIMS];
    let mut count = 0;
    for (i, &len) in batch.iter().enumerate().filter(|&(_, &len)| len != 1) {
        dims[count] = Dim { len, dst: dst_steps[i], a: a_steps[i], b: b_steps[i] };
        count += 1;
    }
    // The innermost dims may continue the rows, the columns or the summed dim.
    while count > 0 {
        let dim = dims[count - 1];
        let next = |len: usize, stride: isize| len as isize * stride;
        if dim.b == 0 && dim.dst == next(dst.rows, dst.row_stride) && dim.a == next(a.rows, a.row_stride) {
            dst.rows *= dim.len;
            a.rows *= dim.len;
        } else if dim.a == 0 && dim.dst == next(dst.cols, dst.col_stride) && dim.b == next(b.cols, b.col_stride) {
            dst.cols *= dim.len;
            b.cols *= dim.len;
        } else if dim.dst == 0 && dim.a == next(a.cols, a.col_stride) && dim.b == next(b.rows, b.row_stride) {
            a.cols *= dim.len;
            b.rows *= dim.len;
        } else {
            break;
        }
        count -= 1;
    }
    // Dims that `dst` sums over run inside, in order; the others may run in any order and on any thread.
    let dims = &mut dims[..count];
    dims.sort_by_key(|dim| dim.dst == 0);
    let (apart, mut summed) = dims.split_at(dims.iter().filter(|dim| dim.dst != 0).count());
    let (matrices, mut terms) = (turns(apart), turns(summed));
    if terms == 0 {
        // An empty sum: one product of matrices with nothing between.
        (a.cols, b.rows) = (0, 0);
        (summed, terms) = (&[], 1);
    }
    let one = |index: usize| {
        let (mut dst, mut a, mut b) = (dst, a, b);
        advance(apart, index, &mut dst, &mut a, &mut b);
        for term in 0..terms {
            let (mut a, mut b) = (a, b);
            advance(summed, term, &mut dst, &mut a, &mut b);
            if pool::stopped() {
                return;
            }
            // SAFETY: handed on from the caller.
            unsafe { matmul(dst, a, b, accumulate || term > 0) };
        }
    };
    // Large products are cut into chunks themselves, small ones are gathered.
    let work = dst.rows.saturating_mul(dst.cols).saturating_mul(a.cols.max(1)).saturating_mul(terms).max(1);
    if work >= 16 * CHUNK {
        return (0..matrices).for_each(one);
    }
    let together = (CHUNK / work).max(1);
    pool::parallel(matrices.div_ceil(together), &|chunk| {
        (chunk * together..matrices.min((chunk + 1) * together)).for_each(one);
    });
}

fn turns(dims: &[Dim]) -> usize {
    dims.iter().map(|dim| dim.len).product()
}

/// Steps to the `index`-th matrices of `dims`.
fn advance<T>(dims: &[Dim], mut index: usize, dst: &mut MatViewMut<T>, a: &mut MatView<T>, b: &mut MatView<T>) {
    for dim in dims.iter().rev() {
        let at = (index % dim.len) as isize;
        index /= dim.len;
        dst.ptr = dst.ptr.wrapping_offset(at * dim.dst);
        a.ptr = a.ptr.wrapping_offset(at * dim.a);
        b.ptr = b.ptr.wrapping_offset(at * dim.b);
    }
}
