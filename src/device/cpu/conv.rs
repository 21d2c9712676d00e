//! Convolutions of planes, their two adjoints, and the columns that they are products of.
//!
//! With `col` the matrix whose column is what one pixel of the result reads of the image (one row for each channel
//! and place of the kernel), a convolution is `w @ col`, its gradient for the image `w^T @ g` added back to where
//! the columns came from, and that for the kernel `g @ col^T`. Columns are made a block at a time, so that they stay
//! in the second-level cache. What a block is, and the order in which blocks are summed, depends on the shape alone.

use super::alloc::{OutOfMemory, Scratch};
use super::copy::Shared;
use super::elem::Elem;
use super::matmul::{MatView, MatViewMut, Product, matmul};
use super::pool;
use direct::Direct;
use std::sync::Mutex;

mod direct;

/// Element types of convolutions.
pub trait Conv: Elem + Product {
    /// The same ways without columns, where they pay: `None` where they don't.
    #[doc(hidden)]
    fn forward(_: &Geometry, _: &[Self], _: &[Self], _: Option<&[Self]>, _: &mut [Self]) -> Outcome {
        None
    }
    #[doc(hidden)]
    fn backward_input(_: &Geometry, _: &[Self], _: &[Self], _: Option<&[Self]>, _: &mut [Self]) -> Outcome {
        None
    }
    #[doc(hidden)]
    fn backward_kernel(_: &Geometry, _: &[Self], _: &[Self], _: &mut [Self]) -> Outcome {
        None
    }
}

type Outcome = Option<Result<(), OutOfMemory>>;

impl Conv for i64 {}

macro_rules! direct {
    ($($T:ty),*) => { $(
        impl Conv for $T {
            fn forward(g: &Geometry, x: &[$T], w: &[$T], bias: Option<&[$T]>, y: &mut [$T]) -> Outcome {
                let direct = Direct::forward::<$T>(g)?;
                // SAFETY: `weights` writes all of it.
                Some(direct.weights(w, false).and_then(|w| direct.run(x, unsafe { w.slice() }, bias, y)))
            }

            fn backward_input(g: &Geometry, y: &[$T], w: &[$T], bias: Option<&[$T]>, x: &mut [$T]) -> Outcome {
                let direct = Direct::backward::<$T>(g)?;
                // SAFETY: as above.
                Some(direct.weights(w, true).and_then(|w| direct.run(y, unsafe { w.slice() }, bias, x)))
            }

            fn backward_kernel(g: &Geometry, x: &[$T], y: &[$T], w: &mut [$T]) -> Outcome {
                Some(Direct::forward::<$T>(g)?.kernel(x, y, w))
            }
        }
    )* };
}

direct!(f32, f64);

/// The sizes of a convolution: (batch, groups, channels, height, width), all for one group.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Geometry {
    pub batch: usize,
    pub groups: usize,
    /// Channels of the image and of the result, of each group.
    pub channels: usize,
    pub filters: usize,
    /// Height and width of the image, the kernel and the result.
    pub input: [usize; 2],
    pub kernel: [usize; 2],
    pub output: [usize; 2],
    pub stride: [usize; 2],
    /// Zeros before the first row and column; those behind the last follow from `output`.
    pub padding: [usize; 2],
    pub dilation: [usize; 2],
}

/// Elements of a block of columns, about: they stay in the second-level cache.
const BLOCK: usize = 1 << 15;
/// Multiplications that are worth a chunk of their own.
const WORK: usize = 1 << 19;
/// Sums of the kernel's gradient that are made apart, at most.
const PARTS: usize = 16;

impl Geometry {
    /// Rows of the matrix of columns.
    fn depth(&self) -> usize {
        self.channels * self.kernel[0] * self.kernel[1]
    }

    /// Pixels of one plane of the result, and of the image.
    fn pixels(&self) -> usize {
        self.output[0] * self.output[1]
    }

    fn plane(&self) -> usize {
        self.input[0] * self.input[1]
    }

    /// Elements of one group of an image, and of a result.
    fn image(&self) -> usize {
        self.channels * self.plane()
    }

    fn result(&self) -> usize {
        self.filters * self.pixels()
    }

    /// Pixels of a block.
    fn block(&self) -> usize {
        (BLOCK / self.depth().max(1)).next_multiple_of(48).clamp(48, self.pixels().max(48))
    }

    fn blocks(&self) -> usize {
        self.pixels().div_ceil(self.block())
    }

    /// Whether the image itself is the matrix of columns.
    fn is_pointwise(&self) -> bool {
        self.kernel == [1, 1] && self.stride == [1, 1] && self.padding == [0, 0] && self.input == self.output
    }

    /// Multiplications of one image's group.
    fn work(&self) -> usize {
        self.result().saturating_mul(self.depth())
    }
}

/// One place of the kernel over one row of the result: which of its pixels read the image, and where.
struct Reach {
    /// Pixels of the row from `low` up to `high` read the image; the first of them at `from`, the next `step` on.
    low: usize,
    high: usize,
    from: usize,
}

/// Pixels `from..to` of a row of the result, for kernel column `kx`.
#[inline(always)]
fn reach(g: &Geometry, kx: usize, from: usize, to: usize) -> Reach {
    let (stride, shift, width) = (g.stride[1], kx * g.dilation[1], g.input[1]);
    // Pixel `i` reads column `i * stride + shift - padding`.
    let low = g.padding[1].saturating_sub(shift).div_ceil(stride).clamp(from, to);
    let high = (width + g.padding[1]).saturating_sub(shift).div_ceil(stride).clamp(low, to);
    Reach { low, high, from: (low * stride + shift).wrapping_sub(g.padding[1]) }
}

/// Calls `body` with (row of columns, first of the block's columns, row of the image or none, first and last pixel of
/// a row of the result) for all that pixels `from..to` read.
#[inline(always)]
fn walk(g: &Geometry, from: usize, to: usize, mut body: impl FnMut(usize, usize, Option<usize>, usize, usize, usize)) {
    let width = g.output[1];
    for c in 0..g.channels {
        for ky in 0..g.kernel[0] {
            for kx in 0..g.kernel[1] {
                let k = (c * g.kernel[0] + ky) * g.kernel[1] + kx;
                let mut at = from;
                while at < to {
                    let (oy, ox) = (at / width, at % width);
                    let end = width.min(ox + to - at);
                    let y = (oy * g.stride[0] + ky * g.dilation[0]).wrapping_sub(g.padding[0]);
                    let row = (y < g.input[0]).then(|| c * g.plane() + y * g.input[1]);
                    body(k, at - from, row, kx, ox, end);
                    at += end - ox;
                }
            }
        }
    }
}

/// Columns `from..to` of one group of an image, as rows of `to - from`.
fn columns<T: Copy + Default>(g: &Geometry, x: &[T], from: usize, to: usize, col: &mut [T]) {
    let (len, step) = (to - from, g.stride[1]);
    walk(g, from, to, |k, at, row, kx, ox, end| {
        let dst = &mut col[k * len + at..][..end - ox];
        let Some(row) = row else { return dst.fill(T::default()) };
        let r = reach(g, kx, ox, end);
        dst[..r.low - ox].fill(T::default());
        dst[r.high - ox..].fill(T::default());
        let dst = &mut dst[r.low - ox..r.high - ox];
        if dst.is_empty() {
            return;
        }
        let src = &x[row + r.from..row + g.input[1]];
        if step == 1 {
            dst.copy_from_slice(&src[..dst.len()]);
        } else {
            dst.iter_mut().zip(src.iter().step_by(step)).for_each(|(d, s)| *d = *s);
        }
    });
}

/// Adds columns `from..to` back to where [`columns`] read them.
fn add_columns<T: Elem>(g: &Geometry, col: &[T], from: usize, to: usize, x: &mut [T]) {
    let (len, step) = (to - from, g.stride[1]);
    walk(g, from, to, |k, at, row, kx, ox, end| {
        let Some(row) = row else { return };
        let r = reach(g, kx, ox, end);
        if r.low == r.high {
            return;
        }
        let src = &col[k * len + at + r.low - ox..][..r.high - r.low];
        let dst = &mut x[row + r.from..row + g.input[1]];
        if step == 1 {
            dst.iter_mut().zip(src).for_each(|(d, s)| *d = d.plus(*s));
        } else {
            dst.iter_mut().step_by(step).zip(src).for_each(|(d, s)| *d = d.plus(*s));
        }
    });
}

/// The first error of any chunk.
#[derive(Default)]
struct Failure(Mutex<Option<OutOfMemory>>);

impl Failure {
    fn note(&self, e: OutOfMemory) {
        self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner).get_or_insert(e);
    }

    fn check(self) -> Result<(), OutOfMemory> {
        self.0.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner).map_or(Ok(()), Err)
    }
}

/// Runs `body` for each of `count` tasks of `work` multiplications, with scratch memory of `room` elements.
fn tasks<T: Copy>(
    count: usize,
    work: usize,
    room: usize,
    body: impl Fn(usize, *mut T) + Sync,
) -> Result<(), OutOfMemory> {
    let together = (WORK / work.max(1)).max(1);
    let failure = Failure::default();
    pool::parallel(count.div_ceil(together), &|chunk| match Scratch::<T>::new(room) {
        Ok(scratch) => {
            for task in chunk * together..count.min((chunk + 1) * together) {
                if !pool::stopped() {
                    body(task, scratch.ptr());
                }
            }
        }
        Err(e) => failure.note(e),
    });
    failure.check()
}

/// `y = w * x + bias`, the cross-correlation: `x` is (batch, groups, channels, ..input), `w` (groups, filters,
/// channels, ..kernel), `y` (batch, groups, filters, ..output), `bias` one for each of all filters.
pub fn forward<T: Conv>(g: &Geometry, x: &[T], w: &[T], bias: Option<&[T]>, y: &mut [T]) -> Result<(), OutOfMemory> {
    if let Some(outcome) = T::forward(g, x, w, bias, y) {
        return outcome;
    }
    let (depth, pixels, block, blocks) = (g.depth(), g.pixels(), g.block(), g.blocks());
    let images = g.batch * g.groups;
    let (x, w, y) = (&x[..images * g.image()], &w[..g.groups * g.filters * depth], &mut y[..images * g.result()]);
    let out = Shared(y.as_mut_ptr());
    let pointwise = g.is_pointwise();
    let room = if pointwise { 0 } else { depth * block.min(pixels) };
    tasks(images * blocks, g.work() / blocks.max(1), room, |task, scratch| {
        let (image, from) = (task / blocks, task % blocks * block);
        let (group, to) = (image % g.groups, pixels.min(from + block));
        let x = &x[image * g.image()..][..g.image()];
        // SAFETY: blocks are disjoint parts of `y`; the views lie within `w`, `x` and the scratch memory.
        unsafe {
            let rows = MatViewMut {
                ptr: out.get().add(image * g.result() + from),
                rows: g.filters,
                cols: to - from,
                row_stride: pixels as isize,
                col_stride: 1,
            };
            if let Some(bias) = bias {
                for (f, &b) in bias[group * g.filters..][..g.filters].iter().enumerate() {
                    std::slice::from_raw_parts_mut(rows.ptr.add(f * pixels), to - from).fill(b);
                }
            }
            let kernel = MatView::contiguous(w[group * g.filters * depth..].as_ptr(), g.filters, depth);
            let col = if pointwise {
                let row_stride = pixels as isize;
                MatView { ptr: x.as_ptr().add(from), rows: depth, cols: to - from, row_stride, col_stride: 1 }
            } else {
                let col = std::slice::from_raw_parts_mut(scratch, depth * (to - from));
                columns(g, x, from, to, col);
                MatView::contiguous(col.as_ptr(), depth, to - from)
            };
            matmul(rows, kernel, col, bias.is_some());
        }
    })
}

/// The adjoint of [`forward`] for the image, which is the transposed convolution: `x` from `y`; `bias` has one number
/// for each channel of all groups.
pub fn backward_input<T: Conv>(
    g: &Geometry,
    y: &[T],
    w: &[T],
    bias: Option<&[T]>,
    x: &mut [T],
) -> Result<(), OutOfMemory> {
    if let Some(outcome) = T::backward_input(g, y, w, bias, x) {
        return outcome;
    }
    let (depth, pixels, block) = (g.depth(), g.pixels(), g.block());
    let images = g.batch * g.groups;
    let (y, w, x) = (&y[..images * g.result()], &w[..g.groups * g.filters * depth], &mut x[..images * g.image()]);
    let out = Shared(x.as_mut_ptr());
    tasks(images, g.work(), depth * block.min(pixels), |image, scratch| {
        let group = image % g.groups;
        // SAFETY: images are disjoint parts of `x`; the views lie within `y`, `w` and the scratch memory.
        unsafe {
            let x = std::slice::from_raw_parts_mut(out.get().add(image * g.image()), g.image());
            match bias {
                Some(bias) => {
                    let planes = x.chunks_exact_mut(g.plane().max(1));
                    planes.zip(&bias[group * g.channels..]).for_each(|(plane, &b)| plane.fill(b));
                }
                None => x.fill(T::default()),
            }
            let kernel = MatView::contiguous(w[group * g.filters * depth..].as_ptr(), g.filters, depth).t();
            for from in (0..pixels).step_by(block) {
                let to = pixels.min(from + block);
                let rows = MatView {
                    ptr: y.as_ptr().add(image * g.result() + from),
                    rows: g.filters,
                    cols: to - from,
                    row_stride: pixels as isize,
                    col_stride: 1,
                };
                let col = std::slice::from_raw_parts_mut(scratch, depth * (to - from));
                matmul(MatViewMut::contiguous(col.as_mut_ptr(), depth, to - from), kernel, rows, false);
                add_columns(g, col, from, to, x);
            }
        }
    })
}

/// The adjoint of [`forward`] for the kernel: `w` from `x` and `y`.
pub fn backward_kernel<T: Conv>(g: &Geometry, x: &[T], y: &[T], w: &mut [T]) -> Result<(), OutOfMemory> {
    if let Some(outcome) = T::backward_kernel(g, x, y, w) {
        return outcome;
    }
    let (depth, pixels, block, blocks) = (g.depth(), g.pixels(), g.block(), g.blocks());
    let images = g.batch * g.groups;
    let (x, y, w) = (&x[..images * g.image()], &y[..images * g.result()], &mut w[..g.groups * g.filters * depth]);
    // Each part sums some (image, block)s of all groups, transposed: (group, depth, filters).
    let units = g.batch * blocks;
    let work = g.work().saturating_mul(images);
    let parts = (work / WORK).clamp(1, PARTS).min(units.max(1));
    let sums = Scratch::filled(parts * w.len(), T::default())?;
    let shared = Shared(sums.ptr());
    let each = units.div_ceil(parts);
    let pointwise = g.is_pointwise();
    let room = if pointwise { 0 } else { depth * block.min(pixels) };
    tasks(parts, WORK, room, |part, scratch| {
        for unit in part * each..units.min((part + 1) * each) {
            let (n, from) = (unit / blocks, unit % blocks * block);
            let to = pixels.min(from + block);
            for group in 0..g.groups {
                let image = n * g.groups + group;
                let x = &x[image * g.image()..][..g.image()];
                // SAFETY: each part has sums of its own; the views lie within `y`, `x` and the scratch memory.
                unsafe {
                    let sum = shared.get().add(part * w.len() + group * depth * g.filters);
                    let rows = MatView {
                        ptr: y.as_ptr().add(image * g.result() + from),
                        rows: g.filters,
                        cols: to - from,
                        row_stride: pixels as isize,
                        col_stride: 1,
                    };
                    let col = if pointwise {
                        let row_stride = pixels as isize;
                        MatView { ptr: x.as_ptr().add(from), rows: depth, cols: to - from, row_stride, col_stride: 1 }
                    } else {
                        let col = std::slice::from_raw_parts_mut(scratch, depth * (to - from));
                        columns(g, x, from, to, col);
                        MatView::contiguous(col.as_ptr(), depth, to - from)
                    };
                    matmul(MatViewMut::contiguous(sum, depth, g.filters), col, rows.t(), true);
                }
            }
        }
    })?;
    // SAFETY: filled when it was made.
    let sums = unsafe { sums.slice() };
    for (group, w) in w.chunks_exact_mut((g.filters * depth).max(1)).enumerate() {
        for (k, sum) in sums[group * w.len()..][..w.len()].chunks_exact(g.filters).enumerate() {
            sum.iter().enumerate().for_each(|(f, &s)| w[f * depth + k] = s);
        }
        for part in 1..parts {
            let sums = &sums[part * g.groups * w.len() + group * w.len()..][..w.len()];
            for (k, sum) in sums.chunks_exact(g.filters).enumerate() {
                sum.iter().enumerate().for_each(|(f, &s)| w[f * depth + k] = w[f * depth + k].plus(s));
            }
        }
    }
    Ok(())
}

/// All columns of every image: (batch, channels and places of the kernel, pixels). One group.
pub fn unfold<T: Elem>(g: &Geometry, x: &[T], col: &mut [T]) {
    let (plane, each) = (g.image(), g.depth() * g.pixels());
    let out = Shared(col[..g.batch * each].as_mut_ptr());
    let _ = tasks::<T>(g.batch, each, 0, |n, _| {
        // SAFETY: images are disjoint parts of `col`.
        let col = unsafe { std::slice::from_raw_parts_mut(out.get().add(n * each), each) };
        columns(g, &x[n * plane..][..plane], 0, g.pixels(), col);
    });
}

/// The adjoint of [`unfold`]: what columns share is summed.
pub fn fold<T: Elem>(g: &Geometry, col: &[T], x: &mut [T]) {
    let (plane, each) = (g.image(), g.depth() * g.pixels());
    let out = Shared(x[..g.batch * plane].as_mut_ptr());
    let _ = tasks::<T>(g.batch, each, 0, |n, _| {
        // SAFETY: images are disjoint parts of `x`.
        let x = unsafe { std::slice::from_raw_parts_mut(out.get().add(n * plane), plane) };
        x.fill(T::default());
        add_columns(g, &col[n * each..][..each], 0, g.pixels(), x);
    });
}

#[cfg(test)]
mod tests;
