//! Random numbers from Philox4x32-10 (Salmon, Moraes, Dror, Shaw: "Parallel random numbers: as easy as 1, 2, 3",
//! SC 2011): a block of four words is a function of a key and a counter, so element `i` of a fill does not depend
//! on the elements before it, nor on threads, instruction sets or devices.
//!
//! Every fill starts at a counter and says how many blocks it consumes ([`blocks`]); the next fill starts behind
//! them. Below, `w[j]` are the words of one block, and `d[0] = w[1]:w[0]`, `d[1] = w[3]:w[2]` its two 64-bit draws.
//!
//! | fill | element `i` comes from |
//! | --- | --- |
//! | [`uniform_f32`], [`bernoulli`] | block `i / 4`, word `i % 4` |
//! | [`uniform_f64`], [`randint`] | block `i / 2`, draw `i % 2` |
//! | [`normal_f32`] | block `i / 4`, words 0 and 1 for `i % 4` in 0, 1, words 2 and 3 for 2, 3 |
//! | [`normal_f64`] | block `i / 2`, both draws |
//! | [`permutation`] | step `i` draws block `i / 2`, draw `i % 2` |
//!
//! The arithmetic behind the words is IEEE addition, multiplication, division and square root in the written
//! order, never contracted, so that a GPU can give the same bits.

use super::copy::Shared;
use super::elem::vectorized;
use super::pool;

mod normal;

pub use normal::{normal_f32, normal_f64};

/// The generator under one key.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Philox {
    /// Low word first.
    pub key: u64,
}

const ROUNDS: usize = 10;
const MULTIPLIERS: [u32; 2] = [0xD251_1F53, 0xCD9E_8D57];
/// What the two key words grow by each round: the golden ratio and the square root of three, less one.
const WEYL: [u32; 2] = [0x9E37_79B9, 0xBB67_AE85];

impl Philox {
    /// The four words at `counter`, whose low word comes first.
    pub fn block(self, counter: u128) -> [u32; 4] {
        let words = self.lanes::<1>(counter);
        words.map(|[word]| word)
    }

    /// The words of `N` counters from `counter` on: `lanes(c)[j][l]` is word `j` of block `c + l`.
    #[inline(always)]
    fn lanes<const N: usize>(self, counter: u128) -> [[u32; N]; 4] {
        let [mut c0, mut c1, mut c2, mut c3] = [[0u32; N]; 4];
        let (low, high) = (counter as u64, (counter >> 64) as u64);
        for l in 0..N {
            let (low, carry) = low.overflowing_add(l as u64);
            let high = high.wrapping_add(carry as u64);
            (c0[l], c1[l]) = (low as u32, (low >> 32) as u32);
            (c2[l], c3[l]) = (high as u32, (high >> 32) as u32);
        }
        let mut key = [self.key as u32, (self.key >> 32) as u32];
        for _ in 0..ROUNDS {
            for l in 0..N {
                let p0 = MULTIPLIERS[0] as u64 * c0[l] as u64;
                let p1 = MULTIPLIERS[1] as u64 * c2[l] as u64;
                c0[l] = (p1 >> 32) as u32 ^ c1[l] ^ key[0];
                c2[l] = (p0 >> 32) as u32 ^ c3[l] ^ key[1];
                (c1[l], c3[l]) = (p1 as u32, p0 as u32);
            }
            key = [key[0].wrapping_add(WEYL[0]), key[1].wrapping_add(WEYL[1])];
        }
        [c0, c1, c2, c3]
    }
}

/// Blocks that a fill of `elements` consumes where each block gives `per_block` of them: 4 for [`uniform_f32`],
/// [`normal_f32`] and [`bernoulli`], 2 for the others.
pub const fn blocks(elements: usize, per_block: usize) -> u128 {
    elements.div_ceil(per_block) as u128
}

/// Counters that are worked on together.
const LANES: usize = 16;

/// Blocks in one chunk of a parallel fill.
const CHUNK: usize = 1 << 13;

/// Numbers that one block gives, as a loop over [`LANES`] blocks at once.
trait Draw<T, const PER_BLOCK: usize>: Copy + Sync {
    /// `words[j][l]` is word `j` of the `l`-th block, `out[l]` that block's elements.
    fn draw(self, words: &[[u32; LANES]; 4], out: &mut [[T; PER_BLOCK]; LANES]);
}

vectorized! {
    /// Fills `dst` from the blocks at `start` on.
    fn fill_part[T: Copy + Default, D: Draw<T, P>, const P: usize](philox: Philox, start: u128, dst: &mut [T], draw: D) {
        let mut counter = start;
        let mut groups = dst.chunks_exact_mut(LANES * P);
        let mut out = [[T::default(); P]; LANES];
        for group in &mut groups {
            draw.draw(&philox.lanes(counter), &mut out);
            group.copy_from_slice(out.as_flattened());
            counter = counter.wrapping_add(LANES as u128);
        }
        let rest = groups.into_remainder();
        if !rest.is_empty() {
            draw.draw(&philox.lanes(counter), &mut out);
            rest.copy_from_slice(&out.as_flattened()[..rest.len()]);
        }
    }
}

/// [`fill_part`] in chunks.
fn fill<T: Copy + Default + Send, D: Draw<T, P>, const P: usize>(philox: Philox, start: u128, dst: &mut [T], draw: D) {
    let (len, each) = (dst.len(), CHUNK * P);
    let data = Shared(dst.as_mut_ptr());
    pool::parallel(len.div_ceil(each), &|chunk| {
        let from = chunk * each;
        // SAFETY: chunks are disjoint parts of `dst`.
        let part = unsafe { std::slice::from_raw_parts_mut(data.get().add(from), each.min(len - from)) };
        fill_part(philox, start.wrapping_add((chunk * CHUNK) as u128), part, draw);
    });
}

#[inline(always)]
fn wide(low: u32, high: u32) -> u64 {
    (high as u64) << 32 | low as u64
}

#[derive(Clone, Copy)]
struct UniformF32;

impl Draw<f32, 4> for UniformF32 {
    #[inline(always)]
    fn draw(self, words: &[[u32; LANES]; 4], out: &mut [[f32; 4]; LANES]) {
        for l in 0..LANES {
            for j in 0..4 {
                out[l][j] = (words[j][l] >> 8) as i32 as f32 * (1.0 / (1u32 << 24) as f32);
            }
        }
    }
}

#[derive(Clone, Copy)]
struct UniformF64;

impl Draw<f64, 2> for UniformF64 {
    #[inline(always)]
    fn draw(self, words: &[[u32; LANES]; 4], out: &mut [[f64; 2]; LANES]) {
        for l in 0..LANES {
            for j in 0..2 {
                let bits = wide(words[2 * j][l], words[2 * j + 1][l]) >> 11;
                out[l][j] = bits as i64 as f64 * (1.0 / (1u64 << 53) as f64);
            }
        }
    }
}

#[derive(Clone, Copy)]
struct RandInt {
    low: i64,
    range: u64,
}

impl Draw<i64, 2> for RandInt {
    #[inline(always)]
    fn draw(self, words: &[[u32; LANES]; 4], out: &mut [[i64; 2]; LANES]) {
        for l in 0..LANES {
            for j in 0..2 {
                let draw = wide(words[2 * j][l], words[2 * j + 1][l]);
                out[l][j] = self.low.wrapping_add(below(draw, self.range) as i64);
            }
        }
    }
}

/// Scales a 64-bit draw to `0..range`. No value is likelier than another by more than `range / 2^64`.
#[inline(always)]
fn below(draw: u64, range: u64) -> u64 {
    ((draw as u128 * range as u128) >> 64) as u64
}

#[derive(Clone, Copy)]
struct Bernoulli {
    /// Words below it, of 2^32, give true.
    threshold: u64,
}

impl Draw<bool, 4> for Bernoulli {
    #[inline(always)]
    fn draw(self, words: &[[u32; LANES]; 4], out: &mut [[bool; 4]; LANES]) {
        for l in 0..LANES {
            for j in 0..4 {
                out[l][j] = (words[j][l] as u64) < self.threshold;
            }
        }
    }
}

/// Uniform in [0, 1), multiples of 2^-24: `(w >> 8) * 2^-24`.
pub fn uniform_f32(philox: Philox, counter: u128, dst: &mut [f32]) {
    fill(philox, counter, dst, UniformF32);
}

/// Uniform in [0, 1), multiples of 2^-53: `(d >> 11) * 2^-53`.
pub fn uniform_f64(philox: Philox, counter: u128, dst: &mut [f64]) {
    fill(philox, counter, dst, UniformF64);
}

/// Integers in `low..high`: `low + (d * (high - low) >> 64)`. An empty range gives `low`.
pub fn randint(philox: Philox, counter: u128, low: i64, high: i64, dst: &mut [i64]) {
    let range = if high > low { high.wrapping_sub(low) as u64 } else { 0 };
    fill(philox, counter, dst, RandInt { low, range });
}

/// True with probability `p`: `w < ceil(p * 2^32)`. NaN counts as 0.
pub fn bernoulli(philox: Philox, counter: u128, p: f64, dst: &mut [bool]) {
    let threshold = (p * (1u64 << 32) as f64).ceil() as u64;
    fill(philox, counter, dst, Bernoulli { threshold });
}

/// A random order of `0..dst.len()`, by Fisher and Yates from the end: step `i` swaps element `n - 1 - i` with one
/// of those up to it. Consumes `blocks(n - 1, 2)`, none for an empty order.
pub fn permutation(philox: Philox, counter: u128, dst: &mut [i64]) {
    for (i, x) in dst.iter_mut().enumerate() {
        *x = i as i64;
    }
    let steps = dst.len().saturating_sub(1);
    for (block, step) in (0..steps).step_by(2 * LANES).enumerate() {
        let words = philox.lanes::<LANES>(counter.wrapping_add((block * LANES) as u128));
        if pool::stopped() {
            return;
        }
        for i in step..steps.min(step + 2 * LANES) {
            let (l, j) = ((i - step) / 2, i % 2);
            let last = dst.len() - 1 - i;
            dst.swap(last, below(wide(words[2 * j][l], words[2 * j + 1][l]), last as u64 + 1) as usize);
        }
    }
}

#[cfg(test)]
mod tests;
