//! Copies and fills of strided memory: any dims and strides on both sides, elements of 1, 2, 4 or 8 bytes.
//!
//! Strides are in elements and may be 0 (broadcast, source only) or negative. A [`Nest`] is brought into the
//! order that suits the destination and has its mergeable dims merged, so that most copies end as `memcpy`s, as
//! fills or as blocked transposes.

mod transpose;

use super::pool;

/// The most dims that a tensor has.
pub const MAX_DIMS: usize = 8;

/// Elements that one chunk of a parallel copy moves, about; fewer are not worth a second thread.
const CHUNK: usize = 1 << 16;

/// Side of the square blocks of a transpose: one cache line of f32 on both sides.
const BLOCK: usize = transpose::SIDE;

/// Loops over `N` operands, outermost first; strides in elements.
#[derive(Clone, Copy, Debug)]
pub struct Nest<const N: usize> {
    ndim: usize,
    shape: [usize; MAX_DIMS],
    strides: [[isize; N]; MAX_DIMS],
    /// Where each operand's first element is, seen from its pointer.
    start: [isize; N],
}

impl<const N: usize> Nest<N> {
    /// Dims of one are dropped, the rest ordered by the first operand's strides, turned so that those are not
    /// negative, and merged where every operand allows it. The order of the elements is thereby free.
    pub fn new(shape: &[usize], strides: [&[isize]; N]) -> Nest<N> {
        let mut nest = Nest { ndim: 0, shape: [1; MAX_DIMS], strides: [[0; N]; MAX_DIMS], start: [0; N] };
        for (dim, &len) in shape.iter().enumerate() {
            if len == 1 {
                continue;
            }
            let mut step = strides.map(|s| s[dim]);
            if step[0] < 0 && len > 0 {
                for (start, step) in nest.start.iter_mut().zip(&mut step) {
                    *start += (len as isize - 1) * *step;
                    *step = -*step;
                }
            }
            // Insertion keeps equal strides in their order.
            let mut at = nest.ndim;
            while at > 0 && nest.strides[at - 1][0] < step[0] {
                nest.shape[at] = nest.shape[at - 1];
                nest.strides[at] = nest.strides[at - 1];
                at -= 1;
            }
            nest.shape[at] = len;
            nest.strides[at] = step;
            nest.ndim += 1;
        }
        nest.merge();
        nest
    }

    fn merge(&mut self) {
        let mut kept = 0;
        for dim in 1..self.ndim {
            let (len, step) = (self.shape[dim], self.strides[dim]);
            let outer = self.strides[kept];
            if (0..N).all(|i| outer[i] == step[i] * len as isize) {
                self.shape[kept] *= len;
            } else {
                kept += 1;
                self.shape[kept] = len;
            }
            self.strides[kept] = step;
        }
        self.ndim = if self.ndim == 0 { 0 } else { kept + 1 };
    }

    /// How many elements the loops visit.
    fn numel(&self) -> usize {
        self.shape[..self.ndim].iter().product()
    }

    /// Takes dim `dim` out of the nest.
    fn take(&mut self, dim: usize) -> (usize, [isize; N]) {
        let taken = (self.shape[dim], self.strides[dim]);
        self.shape.copy_within(dim + 1..self.ndim, dim);
        self.strides.copy_within(dim + 1..self.ndim, dim);
        self.ndim -= 1;
        taken
    }

    /// The loops' state at the `turn`-th turn, counted in row-major order.
    fn at(&self, mut turn: usize) -> Walk<'_, N> {
        let mut walk = Walk { nest: self, index: [0; MAX_DIMS], offsets: self.start };
        for dim in (0..self.ndim).rev() {
            walk.index[dim] = turn % self.shape[dim];
            turn /= self.shape[dim];
            for (offset, step) in walk.offsets.iter_mut().zip(self.strides[dim]) {
                *offset += walk.index[dim] as isize * step;
            }
        }
        walk
    }
}

/// Where the loops of a [`Nest`] stand.
struct Walk<'a, const N: usize> {
    nest: &'a Nest<N>,
    index: [usize; MAX_DIMS],
    offsets: [isize; N],
}

impl<const N: usize> Walk<'_, N> {
    /// Goes to the next turn; after the last one, back to the first.
    fn step(&mut self) {
        for dim in (0..self.nest.ndim).rev() {
            let (len, steps) = (self.nest.shape[dim], self.nest.strides[dim]);
            self.index[dim] += 1;
            let back = if self.index[dim] == len { len as isize } else { 0 };
            for (offset, step) in self.offsets.iter_mut().zip(steps) {
                *offset += (1 - back) * step;
            }
            if back == 0 {
                return;
            }
            self.index[dim] = 0;
        }
    }
}

/// A pointer that chunks on several threads share; each chunk touches elements of its own.
#[derive(Clone, Copy)]
pub(super) struct Shared<P>(pub P);

// SAFETY: whoever makes one answers for what the threads do with it.
unsafe impl<P> Send for Shared<P> {}
// SAFETY: as above.
unsafe impl<P> Sync for Shared<P> {}

impl<P: Copy> Shared<P> {
    /// A method, so that closures capture the wrapper and not its field.
    #[inline(always)]
    pub fn get(&self) -> P {
        self.0
    }
}

/// The two innermost loops of a copy: `[destination, source]` strides along rows and columns.
#[derive(Clone, Copy)]
struct Plane {
    rows: usize,
    cols: usize,
    along_rows: [isize; 2],
    along_cols: [isize; 2],
}

impl Plane {
    /// Takes the two innermost loops out of `nest`: columns are where the destination's steps are smallest, rows
    /// where the source's are, unless the source is contiguous or constant along columns already.
    fn take(nest: &mut Nest<2>) -> Plane {
        if nest.ndim == 0 {
            return Plane { rows: 1, cols: 1, along_rows: [0; 2], along_cols: [1; 2] };
        }
        let (cols, along_cols) = nest.take(nest.ndim - 1);
        if nest.ndim == 0 {
            return Plane { rows: 1, cols, along_rows: [0; 2], along_cols };
        }
        let mut dim = nest.ndim - 1;
        if !matches!(along_cols[1], 0 | 1) {
            let step = |d: usize| nest.strides[d][1].unsigned_abs();
            dim = (0..nest.ndim).filter(|&d| step(d) > 0).min_by_key(|&d| step(d)).unwrap_or(dim);
        }
        let (rows, along_rows) = nest.take(dim);
        Plane { rows, cols, along_rows, along_cols }
    }
}

/// Copies all elements of `shape` from `src` to `dst`; `size` is the bytes of one.
///
/// # Safety
/// Every element that shape and strides reach from `src` is readable, from `dst` writable; the two don't overlap,
/// no two elements of `dst` share memory, and both pointers are aligned to `size`. At most [`MAX_DIMS`] dims.
pub unsafe fn copy(
    size: usize,
    shape: &[usize],
    dst: *mut u8,
    dst_strides: &[isize],
    src: *const u8,
    src_strides: &[isize],
) {
    let nest = Nest::new(shape, [dst_strides, src_strides]);
    // SAFETY: handed on from the caller; the element type has the size asked for, and any bits are one.
    unsafe {
        match size {
            1 => copy_nest::<u8>(nest, dst, src),
            2 => copy_nest::<u16>(nest, dst.cast(), src.cast()),
            4 => copy_nest::<u32>(nest, dst.cast(), src.cast()),
            _ => copy_nest::<u64>(nest, dst.cast(), src.cast()),
        }
    }
}

/// Writes `bits` (its low `size` bytes) to all elements of `shape`.
///
/// # Safety
/// As for [`copy`], without a source.
pub unsafe fn fill_strided(size: usize, shape: &[usize], dst: *mut u8, strides: &[isize], bits: u64) {
    let nest = Nest::new(shape, [strides, &[0; MAX_DIMS][..shape.len()]]);
    // SAFETY: handed on from the caller; the source is one element, and every step stays on it.
    unsafe {
        match size {
            1 => copy_nest::<u8>(nest, dst, &(bits as u8)),
            2 => copy_nest::<u16>(nest, dst.cast(), &(bits as u16)),
            4 => copy_nest::<u32>(nest, dst.cast(), &(bits as u32)),
            _ => copy_nest::<u64>(nest, dst.cast(), &bits),
        }
    }
}

/// Writes `value` to every element.
pub fn fill<T: Copy + Send + Sync>(dst: &mut [T], value: T) {
    let (start, len) = (Shared(dst.as_mut_ptr()), dst.len());
    pool::parallel(len.div_ceil(CHUNK), &|chunk| {
        let from = chunk * CHUNK;
        // SAFETY: chunks are disjoint parts of `dst`.
        unsafe { std::slice::from_raw_parts_mut(start.get().add(from), CHUNK.min(len - from)) }.fill(value);
    });
}

/// # Safety
/// As for [`copy`].
unsafe fn copy_nest<T: Copy>(mut nest: Nest<2>, dst: *mut T, src: *const T) {
    let numel = nest.numel();
    if numel == 0 {
        return;
    }
    let plane = Plane::take(&mut nest);
    let (dst, src) = (Shared(dst), Shared(src));
    if numel <= CHUNK {
        let mut walk = nest.at(0);
        for _ in 0..nest.numel() {
            // SAFETY: handed on from the caller; offsets come from its shape and strides.
            unsafe { copy_plane(plane, dst.get().offset(walk.offsets[0]), src.get().offset(walk.offsets[1])) };
            walk.step();
        }
        return;
    }
    // Planes are cut into tiles of about CHUNK elements, or several small planes make a chunk.
    let tile_cols = plane.cols.min(CHUNK);
    let tile_rows = plane.rows.min((CHUNK / tile_cols).next_multiple_of(BLOCK));
    let (down, across) = (plane.rows.div_ceil(tile_rows), plane.cols.div_ceil(tile_cols));
    let tiles = nest.numel() * down * across;
    let together = (CHUNK / (tile_rows * tile_cols)).max(1);
    pool::parallel(tiles.div_ceil(together), &|chunk| {
        let (dst, src) = (dst.get(), src.get());
        let range = chunk * together..tiles.min((chunk + 1) * together);
        let mut walk = nest.at(range.start / (down * across));
        for tile in range {
            let (row, col) = (tile / across % down * tile_rows, tile % across * tile_cols);
            let part = Plane { rows: tile_rows.min(plane.rows - row), cols: tile_cols.min(plane.cols - col), ..plane };
            let at = |operand: usize| {
                walk.offsets[operand]
                    + row as isize * plane.along_rows[operand]
                    + col as isize * plane.along_cols[operand]
            };
            // SAFETY: handed on from the caller; tiles are disjoint parts of its shape.
            unsafe { copy_plane(part, dst.offset(at(0)), src.offset(at(1))) };
            if (tile + 1) % (down * across) == 0 {
                walk.step();
            }
        }
    });
}

/// # Safety
/// As for [`copy`], for the elements of one plane.
unsafe fn copy_plane<T: Copy>(plane: Plane, dst: *mut T, src: *const T) {
    let Plane { rows, cols, along_rows: [dst_row, src_row], along_cols: [dst_col, src_col] } = plane;
    let row = |r: usize| (dst.wrapping_offset(r as isize * dst_row), src.wrapping_offset(r as isize * src_row));
    // SAFETY: handed on from the caller, in all branches.
    unsafe {
        match (dst_col, src_col) {
            (1, 1) if cols >= 8 => {
                for (dst, src) in (0..rows).map(row) {
                    std::ptr::copy_nonoverlapping(src, dst, cols);
                }
            }
            (1, 0) if cols >= 8 => {
                for (dst, src) in (0..rows).map(row) {
                    std::slice::from_raw_parts_mut(dst, cols).fill(*src);
                }
            }
            (1, _) if rows >= 4 && cols >= 4 && src_row.unsigned_abs() < src_col.unsigned_abs() => {
                for r in (0..rows).step_by(BLOCK) {
                    for c in (0..cols).step_by(BLOCK) {
                        let part = Plane { rows: BLOCK.min(rows - r), cols: BLOCK.min(cols - c), ..plane };
                        let (dst, src) = row(r);
                        transpose_block(part, dst.add(c), src.offset(c as isize * src_col));
                    }
                }
            }
            _ => {
                // The longer loop goes inside.
                let swap = rows > cols;
                let (outer, inner) = if swap { (cols, rows) } else { (rows, cols) };
                let (step, within) =
                    if swap { (plane.along_cols, plane.along_rows) } else { (plane.along_rows, plane.along_cols) };
                for i in 0..outer as isize {
                    let (dst, src) = (dst.offset(i * step[0]), src.offset(i * step[1]));
                    for j in 0..inner as isize {
                        *dst.offset(j * within[0]) = *src.offset(j * within[1]);
                    }
                }
            }
        }
    }
}

/// Copies a block of at most [`BLOCK`] by [`BLOCK`] whose destination is contiguous along columns: the source is
/// read along rows, where its steps are small, into a buffer that is then written out by rows.
///
/// # Safety
/// As for [`copy_plane`].
#[inline]
unsafe fn transpose_block<T: Copy>(plane: Plane, dst: *mut T, src: *const T) {
    let Plane { rows, cols, along_rows: [dst_row, src_row], along_cols: [_, src_col] } = plane;
    // SAFETY: handed on from the caller; elements of 4 bytes may be moved as words.
    unsafe {
        if size_of::<T>() == 4 && src_row == 1 && transpose::block(rows, cols, dst.cast(), dst_row, src.cast(), src_col)
        {
            return;
        }
        let mut block = [[*src; BLOCK]; BLOCK];
        if rows == BLOCK && cols == BLOCK && src_row == 1 {
            for c in 0..BLOCK {
                let src = src.offset(c as isize * src_col);
                for (r, line) in block.iter_mut().enumerate() {
                    line[c] = *src.add(r);
                }
            }
        } else {
            for c in 0..cols {
                let src = src.offset(c as isize * src_col);
                for (r, line) in block[..rows].iter_mut().enumerate() {
                    line[c] = *src.offset(r as isize * src_row);
                }
            }
        }
        for (r, line) in block[..rows].iter().enumerate() {
            std::ptr::copy_nonoverlapping(line.as_ptr(), dst.offset(r as isize * dst_row), cols);
        }
    }
}

#[cfg(test)]
pub(super) mod tests;
