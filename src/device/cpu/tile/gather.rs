//! Strided inputs, read into a register tile by tile.

use crate::device::cpu::copy::MAX_DIMS;

/// How to walk through a strided input in the order of the result's elements.
pub(super) struct Walk {
    /// The element of index 0 in every dim.
    base: *const u8,
    /// Bytes of an element.
    size: usize,
    ndim: usize,
    /// Outermost first, merged where one stride continues another.
    dims: [Dim; MAX_DIMS],
}

#[derive(Clone, Copy, Default)]
struct Dim {
    len: usize,
    /// In elements.
    stride: isize,
}

/// What a walk turns out to be.
pub(super) enum Shape {
    Contiguous,
    Scalar,
    Strided(Walk),
}

impl Shape {
    /// `None` for more dims than a tensor can have.
    pub(super) fn of(base: *const u8, size: usize, dims: &[usize], strides: &[isize]) -> Option<Shape> {
        let mut walk = Walk { base, size, ndim: 0, dims: [Dim::default(); MAX_DIMS] };
        for (&len, &stride) in dims.iter().zip(strides) {
            if len == 1 {
                continue;
            }
            match walk.ndim.checked_sub(1).map(|last| &mut walk.dims[last]) {
                Some(last) if last.stride == stride.wrapping_mul(len as isize) => {
                    *last = Dim { len: last.len * len, stride }
                }
                _ => {
                    *walk.dims.get_mut(walk.ndim)? = Dim { len, stride };
                    walk.ndim += 1;
                }
            }
        }
        Some(match &walk.dims[..walk.ndim] {
            [] | [Dim { stride: 0, .. }] => Shape::Scalar,
            [Dim { stride: 1, .. }] => Shape::Contiguous,
            _ => Shape::Strided(walk),
        })
    }
}

impl Walk {
    /// Reads elements `start .. start + n` into `dst`.
    ///
    /// # Safety
    /// The walk's memory is good for all its indices, `start + n` is at most their number, and `dst` has room.
    pub(super) unsafe fn read(&self, dst: *mut u8, start: usize, n: usize) {
        // SAFETY: the caller's promise; the type only stands for its size.
        unsafe {
            match self.size {
                1 => self.read_as(dst, start, n),
                2 => self.read_as(dst as *mut u16, start, n),
                4 => self.read_as(dst as *mut u32, start, n),
                _ => self.read_as(dst as *mut u64, start, n),
            }
        }
    }

    /// # Safety
    /// As `read`, and `T` has the element's size.
    unsafe fn read_as<T: Copy>(&self, dst: *mut T, start: usize, n: usize) {
        let base = self.base as *const T;
        let (outer, inner) = (&self.dims[..self.ndim - 1], self.dims[self.ndim - 1]);
        let mut at = start % inner.len;
        // The outer index, from the innermost of the outer dims outwards, and its offset.
        let mut index = [0; MAX_DIMS];
        let (mut rest, mut offset) = (start / inner.len, 0);
        for (i, dim) in outer.iter().enumerate().rev() {
            index[i] = rest % dim.len;
            rest /= dim.len;
            offset += index[i] as isize * dim.stride;
        }
        // SAFETY for all reads: every index is within the dims; for all writes: `done` stays at most `n`.
        if let [Dim { stride: 0, .. }] = outer
            && 2 * inner.len <= n
        {
            // The same row again and again: one period by hand, then double it.
            unsafe {
                strided(dst, base.offset(at as isize * inner.stride), inner.len - at, inner.stride);
                strided(dst.add(inner.len - at), base, at, inner.stride);
                let mut done = inner.len;
                while done < n {
                    let more = done.min(n - done);
                    dst.copy_to_nonoverlapping(dst.add(done), more);
                    done += more;
                }
            }
            return;
        }
        let mut done = 0;
        loop {
            let run = (inner.len - at).min(n - done);
            unsafe { strided(dst.add(done), base.offset(offset + at as isize * inner.stride), run, inner.stride) };
            done += run;
            if done == n {
                return;
            }
            at = 0;
            for (index, dim) in index[..outer.len()].iter_mut().zip(outer).rev() {
                *index += 1;
                offset += dim.stride;
                if *index < dim.len {
                    break;
                }
                offset -= dim.len as isize * dim.stride;
                *index = 0;
            }
        }
    }
}

/// One run of `n` elements.
///
/// # Safety
/// `src` is good for `n` elements `stride` apart, `dst` for `n`; they don't overlap.
#[inline(always)]
unsafe fn strided<T: Copy>(dst: *mut T, src: *const T, n: usize, stride: isize) {
    // SAFETY: the caller's promise.
    unsafe {
        match stride {
            1 => dst.copy_from_nonoverlapping(src, n),
            0 if n > 0 => std::slice::from_raw_parts_mut(dst as *mut std::mem::MaybeUninit<T>, n)
                .fill(std::mem::MaybeUninit::new(*src)),
            -1 => {
                for i in 0..n {
                    dst.add(i).write(*src.sub(i));
                }
            }
            _ => {
                for i in 0..n {
                    dst.add(i).write(*src.offset(i as isize * stride));
                }
            }
        }
    }
}
