//! Convolutions of stride 1 without columns: each row of the result is a sum of rows of the image, moved and weighed,
//! that registers hold until it is complete. The gradient for the image is the same with the kernel turned around, that
//! for the kernel a product of each row of the result's gradient with each row of the image that it read.

use super::{Failure, Geometry, WORK};
use crate::device::cpu::alloc::{OutOfMemory, Scratch};
use crate::device::cpu::copy::Shared;
use crate::device::cpu::matmul::float::{Float, kernels};
use crate::device::cpu::matmul::lanes::Vector;
use crate::device::cpu::pool;

/// A convolution of stride 1, whichever way it goes.
#[derive(Clone, Copy, Debug)]
pub(super) struct Direct {
    batch: usize,
    groups: usize,
    /// Planes of the image and of the result, of each group.
    channels: usize,
    filters: usize,
    kernel: [usize; 2],
    dilation: [usize; 2],
    /// Sizes of the image and of the result, and zeros before the image.
    input: [usize; 2],
    output: [usize; 2],
    padding: [usize; 2],
}

/// Elements of the padded rows of a block, about.
const BLOCK: usize = 1 << 16;
/// Rows of the result that one tile of registers makes, and registers of each; dots that one tile makes each way.
const ROWS: usize = 8;
const DOTS: usize = 4;
/// The most that a register may be longer than what is left for it, on the whole: rows of a length just above a
/// register's would fill little of the second.
const WASTE: f64 = 1.35;

impl Direct {
    /// The convolution itself, if this way pays.
    pub fn forward<T: Float>(g: &Geometry) -> Option<Direct> {
        let Geometry { batch, groups, channels, filters, input, kernel, output, padding, dilation, .. } = *g;
        Direct { batch, groups, channels, filters, kernel, dilation, input, output, padding }.pays::<T>(g)
    }

    /// The gradient for the image: the result's planes become the image's.
    pub fn backward<T: Float>(g: &Geometry) -> Option<Direct> {
        let span = |d: usize| g.dilation[d] * (g.kernel[d] - 1);
        let padding = [span(0).checked_sub(g.padding[0])?, span(1).checked_sub(g.padding[1])?];
        Direct {
            batch: g.batch,
            groups: g.groups,
            channels: g.filters,
            filters: g.channels,
            kernel: g.kernel,
            dilation: g.dilation,
            input: g.output,
            output: g.input,
            padding,
        }
        .pays::<T>(g)
    }

    fn pays<T: Float>(self, g: &Geometry) -> Option<Direct> {
        let width = self.output[1];
        let filled = width.next_multiple_of(lanes::<T>()) as f64;
        let there = self.batch * self.groups * self.channels * self.filters * self.output[0] * width > 0;
        let fits = self.channels.saturating_mul(self.padded_area(1)) <= 8 * BLOCK;
        (there && fits && g.stride == [1, 1] && !g.is_pointwise() && filled <= WASTE * width as f64).then_some(self)
    }

    /// Terms of one pixel of the result.
    fn depth(&self) -> usize {
        self.channels * self.kernel[0] * self.kernel[1]
    }

    /// Columns of a padded row, and rows of the padded part of a plane that `rows` rows of the result read.
    fn padded_width(&self) -> usize {
        self.output[1] + self.dilation[1] * (self.kernel[1] - 1)
    }

    fn padded_rows(&self, rows: usize) -> usize {
        rows + self.dilation[0] * (self.kernel[0] - 1)
    }

    fn padded_area(&self, rows: usize) -> usize {
        self.padded_rows(rows).saturating_mul(self.padded_width())
    }

    /// Rows of the result that are made together.
    fn rows(&self) -> usize {
        let (all, between) = (self.output[0], self.dilation[0] * (self.kernel[0] - 1));
        (BLOCK / (self.channels * self.padded_width()).max(1)).saturating_sub(between).clamp(8.min(all), all)
    }

    /// Where in the padded part of the image each term is, from the first pixel on.
    fn offsets(&self, rows: usize) -> Vec<usize> {
        let (height, width) = (self.padded_rows(rows), self.padded_width());
        let mut offsets = Vec::with_capacity(self.depth());
        for c in 0..self.channels {
            for ky in 0..self.kernel[0] {
                for kx in 0..self.kernel[1] {
                    offsets.push((c * height + ky * self.dilation[0]) * width + kx * self.dilation[1]);
                }
            }
        }
        offsets
    }

    /// Writes what rows `from..from + rows` of the result read of a group of an image, with zeros around it.
    ///
    /// # Safety
    /// There is room at `to` for all channels.
    unsafe fn pad<T: Float>(&self, x: &[T], from: usize, rows: usize, to: *mut T) {
        let (height, width) = (self.padded_rows(rows), self.padded_width());
        let [input_rows, input_width] = self.input;
        let left = self.padding[1].min(width);
        let there = input_width.min(width - left);
        for c in 0..self.channels {
            for r in 0..height {
                // SAFETY: handed on from the caller.
                let line = unsafe { std::slice::from_raw_parts_mut(to.add((c * height + r) * width), width) };
                match (from + r).checked_sub(self.padding[0]).filter(|&y| y < input_rows) {
                    Some(y) => {
                        line[..left].fill(T::ZERO);
                        line[left..left + there].copy_from_slice(&x[(c * input_rows + y) * input_width..][..there]);
                        line[left + there..].fill(T::ZERO);
                    }
                    None => line.fill(T::ZERO),
                }
            }
        }
    }

    /// The tiles of the result's planes: (first, how many).
    fn tiles(&self) -> impl Iterator<Item = (usize, usize)> {
        let mut at = 0;
        std::iter::from_fn(move || {
            let rows = match self.filters - at {
                0 => return None,
                left if left >= ROWS => ROWS,
                left if left > 4 => 4,
                left => left,
            };
            at += rows;
            Some((at - rows, rows))
        })
    }

    /// The kernel in the order in which tiles read it: for each group and tile, of each term the weights of all planes.
    /// `turned` gives that of [`Direct::backward`].
    pub fn weights<T: Float>(&self, w: &[T], turned: bool) -> Result<Scratch<T>, OutOfMemory> {
        let places = self.kernel[0] * self.kernel[1];
        let packed = Scratch::<T>::new(self.groups * self.filters * self.depth())?;
        let mut to = packed.ptr();
        for group in 0..self.groups {
            let w = &w[group * self.filters * self.depth()..][..self.filters * self.depth()];
            for (first, rows) in self.tiles() {
                for c in 0..self.channels {
                    for place in 0..places {
                        for f in first..first + rows {
                            let from = match turned {
                                false => (f * self.channels + c) * places + place,
                                true => (c * self.filters + f) * places + places - 1 - place,
                            };
                            // SAFETY: as many writes as there is room.
                            unsafe {
                                to.write(w[from]);
                                to = to.add(1);
                            }
                        }
                    }
                }
            }
        }
        Ok(packed)
    }

    /// The result from the image, packed weights and perhaps a bias for each plane.
    pub fn run<T: Float>(&self, x: &[T], w: &[T], bias: Option<&[T]>, y: &mut [T]) -> Result<(), OutOfMemory> {
        let (rows, depth) = (self.rows(), self.depth());
        let [height, width] = self.output;
        let blocks = height.div_ceil(rows);
        let images = self.batch * self.groups;
        let image = self.channels * self.input[0] * self.input[1];
        let plane = height * width;
        let out = Shared(y[..images * self.filters * plane].as_mut_ptr());
        let work = self.filters * depth * rows * width;
        // Lines are read a register at a time, beyond their end.
        let room = self.channels * self.padded_area(rows) + SLACK;
        super::tasks(images * blocks, work, room, |task, scratch: *mut T| {
            let (image_at, from) = (task / blocks, task % blocks * rows);
            let group = image_at % self.groups;
            let rows = rows.min(height - from);
            let offsets = self.offsets(rows);
            // SAFETY: tasks have rows of their own; the scratch memory has room for the padded part and the slack, which
            // is filled so that it can be read.
            unsafe {
                self.pad(&x[image_at * image..][..image], from, rows, scratch);
                let end = self.channels * self.padded_area(rows);
                std::slice::from_raw_parts_mut(scratch.add(end), SLACK).fill(T::ZERO);
                let y = out.get().add(image_at * self.filters * plane + from * width);
                let w = &w[group * self.filters * depth..][..self.filters * depth];
                let bias = bias.map(|b| &b[group * self.filters..][..self.filters]);
                for r in 0..rows {
                    for (first, count) in self.tiles() {
                        line(Line {
                            depth,
                            offsets: offsets.as_ptr(),
                            x: scratch.add(r * self.padded_width()),
                            w: w[first * depth..].as_ptr(),
                            rows: count,
                            n: width,
                            bias: bias.map_or(std::ptr::null(), |b| b[first..].as_ptr()),
                            y: y.add(first * plane + r * width),
                            y_row: plane,
                        });
                    }
                }
            }
        })
    }

    /// The gradient for the kernel, from the image and that of the result.
    pub fn kernel<T: Float>(&self, x: &[T], g: &[T], w: &mut [T]) -> Result<(), OutOfMemory> {
        let (rows, depth) = (self.rows(), self.depth());
        let [height, width] = self.output;
        let blocks = height.div_ceil(rows);
        let (image, result) = (self.channels * self.input[0] * self.input[1], self.filters * height * width);
        let size = self.groups * self.filters * depth;
        let units = self.batch * blocks;
        let parts = (result.saturating_mul(depth).saturating_mul(self.batch * self.groups) / WORK)
            .clamp(1, super::PARTS)
            .min(units);
        let each = units.div_ceil(parts);
        let sums = Scratch::filled(parts * size, T::ZERO)?;
        let shared = Shared(sums.ptr());
        let room = self.channels * self.padded_area(rows) + SLACK;
        let failure = Failure::default();
        pool::parallel(parts, &|part| {
            let scratch = match Scratch::<T>::new(room) {
                Ok(scratch) => scratch,
                Err(e) => return failure.note(e),
            };
            for unit in part * each..units.min((part + 1) * each) {
                if pool::stopped() {
                    return;
                }
                let (n, from) = (unit / blocks, unit % blocks * rows);
                let rows = rows.min(height - from);
                let offsets = self.offsets(rows);
                for group in 0..self.groups {
                    let at = n * self.groups + group;
                    // SAFETY: parts have sums of their own; rows and offsets lie within the padded part and `g`.
                    unsafe {
                        self.pad(&x[at * image..][..image], from, rows, scratch.ptr());
                        let sums = shared.get().add(part * size + group * self.filters * depth);
                        let g = g[at * result..][..result].as_ptr().add(from * width);
                        for f in (0..self.filters).step_by(DOTS) {
                            for k in (0..depth).step_by(DOTS) {
                                let (f_count, k_count) = (DOTS.min(self.filters - f), DOTS.min(depth - k));
                                let lines = |i: usize| g.add((f + i.min(f_count - 1)) * height * width);
                                let places = |i: usize| scratch.ptr().add(offsets[k + i.min(k_count - 1)]).cast_const();
                                let mut found = [T::ZERO; DOTS * DOTS];
                                dots(Dots {
                                    g: std::array::from_fn(lines),
                                    g_row: width,
                                    x: std::array::from_fn(places),
                                    x_row: self.padded_width(),
                                    rows,
                                    n: width,
                                    sums: found.as_mut_ptr(),
                                });
                                for i in 0..f_count {
                                    for j in 0..k_count {
                                        let sum = sums.add((f + i) * depth + k + j);
                                        *sum = *sum + found[i * DOTS + j];
                                    }
                                }
                            }
                        }
                    }
                }
            }
        });
        failure.check()?;
        // SAFETY: filled when it was made.
        let sums = unsafe { sums.slice() };
        w.copy_from_slice(&sums[..size]);
        for part in sums.chunks_exact(size).skip(1) {
            w.iter_mut().zip(part).for_each(|(w, &s)| *w = *w + s);
        }
        Ok(())
    }
}

/// Elements behind the last row that a register may read.
const SLACK: usize = 64;

/// One row of several planes of the result.
#[derive(Clone, Copy)]
struct Line<T> {
    depth: usize,
    offsets: *const usize,
    x: *const T,
    w: *const T,
    rows: usize,
    n: usize,
    /// One for each plane, or null.
    bias: *const T,
    y: *mut T,
    y_row: usize,
}

/// The products of rows of some planes with those of others, `rows` of them, each `n` long.
#[derive(Clone, Copy)]
struct Dots<T> {
    g: [*const T; DOTS],
    g_row: usize,
    x: [*const T; DOTS],
    x_row: usize,
    rows: usize,
    n: usize,
    sums: *mut T,
}

/// # Safety
/// Pointers and steps are those of the planes; a register may be read from `x` wherever one begins.
#[inline(always)]
unsafe fn line_of<V: Vector>(t: Line<V::Lane>) {
    let mut col = 0;
    while col < t.n {
        let left = t.n - col;
        let two = left > V::LANES;
        let last = left.min(2 * V::LANES) % V::LANES;
        // SAFETY: handed on from the caller.
        unsafe {
            macro_rules! go {
                ($R:literal) => {
                    match (two, last) {
                        (true, 0) => tile::<V, $R, 2, false>(&t, col, 0),
                        (true, _) => tile::<V, $R, 2, true>(&t, col, last),
                        (false, 0) => tile::<V, $R, 1, false>(&t, col, 0),
                        (false, _) => tile::<V, $R, 1, true>(&t, col, last),
                    }
                };
            }
            match t.rows {
                8 => go!(8),
                4 => go!(4),
                3 => go!(3),
                2 => go!(2),
                _ => go!(1),
            }
        }
        col += 2 * V::LANES;
    }
}

/// `R` planes by `N` registers of a row, of which the last has but `last` columns where `PARTIAL`.
///
/// # Safety
/// As for [`line_of`].
#[inline(always)]
#[allow(clippy::needless_range_loop)]
unsafe fn tile<V: Vector, const R: usize, const N: usize, const PARTIAL: bool>(
    t: &Line<V::Lane>,
    col: usize,
    last: usize,
) {
    // SAFETY: handed on from the caller.
    unsafe {
        let mut sums = [[V::zero(); N]; R];
        if !t.bias.is_null() {
            for (r, sums) in sums.iter_mut().enumerate() {
                *sums = [V::splat(*t.bias.add(r)); N];
            }
        }
        let (x, mut w) = (t.x.add(col), t.w);
        for k in 0..t.depth {
            let from = x.add(*t.offsets.add(k));
            let mut line = [V::zero(); N];
            for v in 0..N {
                line[v] = V::load(from.add(v * V::LANES));
            }
            for r in 0..R {
                let weight = V::splat(*w.add(r));
                for v in 0..N {
                    sums[r][v] = weight.mul_add(line[v], sums[r][v]);
                }
            }
            w = w.add(R);
        }
        for (r, sums) in sums.iter().enumerate() {
            for (v, &sum) in sums.iter().enumerate() {
                let to = t.y.add(r * t.y_row + col + v * V::LANES);
                if PARTIAL && v == N - 1 { sum.store_first(to, last) } else { sum.store(to) }
            }
        }
    }
}

/// # Safety
/// Pointers and steps are those of the planes.
#[inline(always)]
unsafe fn dots_of<V: Vector>(t: Dots<V::Lane>) {
    // SAFETY: handed on from the caller; what is beyond a row's end is not read.
    unsafe {
        let mut sums = [V::zero(); DOTS * DOTS];
        let last = t.n % V::LANES;
        for row in 0..t.rows {
            let (g, x) = (t.g.map(|g| g.add(row * t.g_row)), t.x.map(|x| x.add(row * t.x_row)));
            let mut col = 0;
            while col + V::LANES <= t.n {
                let (g, x) = (g.map(|g| V::load(g.add(col))), x.map(|x| V::load(x.add(col))));
                for i in 0..DOTS {
                    for j in 0..DOTS {
                        sums[i * DOTS + j] = g[i].mul_add(x[j], sums[i * DOTS + j]);
                    }
                }
                col += V::LANES;
            }
            if last > 0 {
                let first = |from: *const V::Lane| V::load_first(from.add(col), last);
                let (g, x) = (g.map(first), x.map(first));
                for i in 0..DOTS {
                    for j in 0..DOTS {
                        sums[i * DOTS + j] = g[i].mul_add(x[j], sums[i * DOTS + j]);
                    }
                }
            }
        }
        for (k, sums) in sums.chunks_exact(V::LANES).enumerate() {
            V::sums(sums).store(t.sums.add(k * V::LANES));
        }
    }
}

kernels! {
    /// # Safety
    /// As for [`line_of`].
    fn line(task: Line): line_of::<T::Avx512>(task), line_of::<T::Avx2>(task), line_of::<T::Baseline>(task);

    /// # Safety
    /// As for [`dots_of`].
    fn dots(task: Dots): dots_of::<T::Avx512>(task), dots_of::<T::Avx2>(task), dots_of::<T::Baseline>(task);
}

/// Lanes of this processor's register.
fn lanes<T: Float>() -> usize {
    use crate::device::cpu::isa::{Isa, isa};
    match isa() {
        #[cfg(target_arch = "x86_64")]
        Isa::Avx512 => T::Avx512::LANES,
        #[cfg(target_arch = "x86_64")]
        Isa::Avx2 => T::Avx2::LANES,
        _ => T::Baseline::LANES,
    }
}
