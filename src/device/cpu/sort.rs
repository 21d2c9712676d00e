//! Stable sorting of rows and the k largest or smallest of them.
//!
//! An element becomes an unsigned key in the order asked for, packed with its index into one integer; so equal
//! elements differ by index, any sort of such items is stable, and NaNs, which all have the last key, come last
//! (first when descending). Short rows go to std's sort, long ones to a radix sort that threads share.

use half::{bf16, f16};

use super::copy::Shared;
use super::elem::{Elem, widen_bf16, widen_f16};
use super::pool;

mod select;

pub use select::{kth, longest_runs, search};

/// Element types that have an order.
pub trait Sortable: Elem {
    #[doc(hidden)]
    type Item: Item;

    /// Ascending: smaller elements have smaller keys, all NaNs the largest, equal ones the same. In the low bits.
    #[doc(hidden)]
    fn key(self) -> u64;
}

/// A key above an index of 32 bits.
#[doc(hidden)]
pub trait Item: Copy + Ord + Default + Send + Sync {
    fn new(key: u64, index: u32) -> Self;
    fn index(self) -> u32;
    fn key(self) -> u64;
}

impl Item for u64 {
    #[inline(always)]
    fn new(key: u64, index: u32) -> u64 {
        key << 32 | index as u64
    }

    #[inline(always)]
    fn index(self) -> u32 {
        self as u32
    }

    #[inline(always)]
    fn key(self) -> u64 {
        self >> 32
    }
}

impl Item for u128 {
    #[inline(always)]
    fn new(key: u64, index: u32) -> u128 {
        (key as u128) << 64 | index as u128
    }

    #[inline(always)]
    fn index(self) -> u32 {
        self as u32
    }

    #[inline(always)]
    fn key(self) -> u64 {
        (self >> 64) as u64
    }
}

/// Bits of a non-negative float are in order as they are; those of a negative one backwards.
#[inline(always)]
fn float_key_32(x: f32) -> u64 {
    // Adding 0 makes -0 equal to 0.
    let bits = (x + 0.0).to_bits();
    let flip = ((bits as i32 >> 31) as u32) | 1 << 31;
    (if x.is_nan() { u32::MAX } else { bits ^ flip }) as u64
}

macro_rules! sortable {
    ($($T:ty: $Item:ty, |$x:ident| $key:expr;)*) => { $(
        impl Sortable for $T {
            type Item = $Item;

            #[inline(always)]
            fn key(self) -> u64 {
                let $x = self;
                $key
            }
        }
    )* };
}

sortable! {
    f32: u64, |x| float_key_32(x);
    f16: u64, |x| float_key_32(widen_f16(x));
    bf16: u64, |x| float_key_32(widen_bf16(x));
    bool: u64, |x| x as u64;
    i64: u128, |x| x as u64 ^ 1 << 63;
    f64: u128, |x| {
        let bits = (x + 0.0).to_bits();
        let flip = ((bits as i64 >> 63) as u64) | 1 << 63;
        if x.is_nan() { u64::MAX } else { bits ^ flip }
    };
}

#[inline(always)]
fn item<T: Sortable>(x: T, index: usize, descending: bool) -> T::Item {
    let narrow = size_of::<T::Item>() == 8;
    let key = if descending { !x.key() } else { x.key() };
    T::Item::new(if narrow { key as u32 as u64 } else { key }, index as u32)
}

/// Rows below this length go to std's sort.
const RADIX_LEAST: usize = 1024;
/// Elements that one chunk of a parallel pass goes through.
const CHUNK: usize = 1 << 16;

/// Sorts each row of `n`: `values` are the elements in order, `indices` where in their row they were. Stable;
/// NaN is larger than every number.
pub fn sort<T: Sortable>(n: usize, descending: bool, src: &[T], values: &mut [T], indices: &mut [i64]) {
    let values = Shared(values[..src.len()].as_mut_ptr());
    let indices = Shared(indices[..src.len()].as_mut_ptr());
    // SAFETY: `order` gives each place of the result once.
    order(n, descending, src, &|place, from, index| unsafe {
        *values.get().add(place) = src[from];
        *indices.get().add(place) = index as i64;
    });
}

/// The indices that [`sort`] gives.
pub fn argsort<T: Sortable>(n: usize, descending: bool, src: &[T], indices: &mut [i64]) {
    let indices = Shared(indices[..src.len()].as_mut_ptr());
    // SAFETY: `order` gives each place of the result once.
    order(n, descending, src, &|place, _, index| unsafe { *indices.get().add(place) = index as i64 });
}

/// What is done with a sorted element: (place in the result, place in the source, index in the row).
type Put<'a> = &'a (dyn Fn(usize, usize, usize) + Sync);

fn order<T: Sortable>(n: usize, descending: bool, src: &[T], put: Put) {
    if n == 0 {
        return;
    }
    if n > u32::MAX as usize {
        return src.chunks_exact(n).enumerate().for_each(|(row, src)| huge(row * n, descending, src, put));
    }
    if n >= RADIX_LEAST {
        return radix(n, descending, src, put);
    }
    let together = (CHUNK / 8 / n).max(1);
    let rows = src.len() / n;
    pool::parallel(rows.div_ceil(together), &|chunk| {
        let mut items = [T::Item::default(); RADIX_LEAST];
        let items = &mut items[..n];
        for row in chunk * together..rows.min((chunk + 1) * together) {
            for (i, (item, &x)) in items.iter_mut().zip(&src[row * n..]).enumerate() {
                *item = self::item(x, i, descending);
            }
            items.sort_unstable();
            for (i, item) in items.iter().enumerate() {
                let index = item.index() as usize;
                put(row * n + i, row * n + index, index);
            }
        }
    });
}

/// Rows whose indices don't fit an item.
fn huge<T: Sortable>(start: usize, descending: bool, src: &[T], put: Put) {
    let mut indices: Vec<usize> = (0..src.len()).collect();
    indices.sort_by_key(|&i| if descending { !src[i].key() } else { src[i].key() });
    indices.iter().enumerate().for_each(|(i, &index)| put(start + i, start + index, index));
}

const DIGIT: u32 = 8;
const BUCKETS: usize = 1 << DIGIT;

/// Least significant digit first; digits that all elements share are skipped.
fn radix<T: Sortable>(n: usize, descending: bool, src: &[T], put: Put) {
    let rows = src.len() / n;
    if rows > 1 && n <= CHUNK {
        // Whole rows are the chunks.
        return pool::parallel(rows, &|row| radix_row(descending, row * n, &src[row * n..][..n], put));
    }
    for row in 0..rows {
        radix_row(descending, row * n, &src[row * n..][..n], put);
    }
}

fn radix_row<T: Sortable>(descending: bool, start: usize, src: &[T], put: Put) {
    let n = src.len();
    // At most 64 chunks, so that their counts stay few.
    let size = CHUNK.max(n.div_ceil(64));
    let chunks = n.div_ceil(size);
    let range = |chunk: usize| chunk * size..n.min((chunk + 1) * size);

    let mut items = vec![T::Item::default(); n];
    let mut next = vec![T::Item::default(); n];
    // Bits in which a key of a chunk differs from the first key.
    let mut differing = vec![0; chunks];
    let first = item(src[0], 0, descending).key();
    let (out, bits) = (Shared(items.as_mut_ptr()), Shared(differing.as_mut_ptr()));
    pool::parallel(chunks, &|chunk| {
        let mut differ = 0;
        for i in range(chunk) {
            let item = item(src[i], i, descending);
            differ |= item.key() ^ first;
            // SAFETY: inside `items`; chunks are disjoint.
            unsafe { *out.get().add(i) = item };
        }
        // SAFETY: each chunk has a place of its own.
        unsafe { *bits.get().add(chunk) = differ };
    });
    let differing = differing.into_iter().fold(0, |all, bits| all | bits);

    let mut counts = vec![[0; BUCKETS]; chunks];
    for shift in (0..u64::BITS).step_by(DIGIT as usize) {
        if differing >> shift & (BUCKETS as u64 - 1) == 0 {
            continue;
        }
        if pool::stopped() {
            return;
        }
        pass(shift, &items, &mut next, &mut counts, &range);
        std::mem::swap(&mut items, &mut next);
    }
    pool::parallel(chunks, &|chunk| {
        for i in range(chunk) {
            let index = items[i].index() as usize;
            put(start + i, start + index, index);
        }
    });
}

/// Moves `items` to `next` in the order of one digit: each chunk counts its digits, the counts become places, and
/// each chunk moves its items to its own places.
fn pass<I: Item>(
    shift: u32,
    items: &[I],
    next: &mut [I],
    counts: &mut [[usize; BUCKETS]],
    range: &(dyn Fn(usize) -> std::ops::Range<usize> + Sync),
) {
    let digit = |item: I| (item.key() >> shift) as usize & (BUCKETS - 1);
    let places = Shared(counts.as_mut_ptr());
    pool::parallel(counts.len(), &|chunk| {
        let mut count = [0; BUCKETS];
        items[range(chunk)].iter().for_each(|&item| count[digit(item)] += 1);
        // SAFETY: each chunk has counts of its own.
        unsafe { *places.get().add(chunk) = count };
    });
    let mut place = 0;
    for bucket in 0..BUCKETS {
        for count in counts.iter_mut() {
            place += std::mem::replace(&mut count[bucket], place);
        }
    }
    if pool::stopped() {
        // Some counts may be missing.
        return;
    }
    let (out, counts) = (Shared(next.as_mut_ptr()), &*counts);
    pool::parallel(counts.len(), &|chunk| {
        let mut places = counts[chunk];
        for &item in &items[range(chunk)] {
            let place = &mut places[digit(item)];
            // SAFETY: the counts of all chunks and buckets add up to the length, so every item has a place.
            unsafe { *out.get().add(*place) = item };
            *place += 1;
        }
    });
}

/// The `k` largest or smallest of each row of `n`, in order, and where in the row they were; of equals the first
/// come first, and NaN is the largest. `k <= n`.
pub fn topk<T: Sortable>(n: usize, k: usize, largest: bool, src: &[T], values: &mut [T], indices: &mut [i64]) {
    if n == 0 || k == 0 {
        return;
    }
    let rows = src.len() / n;
    if n > u32::MAX as usize || k > n / 4 && n >= RADIX_LEAST {
        // Nearly everything is asked for.
        let (mut all, mut places) = (vec![T::default(); n], vec![0; n]);
        for row in 0..rows {
            sort(n, largest, &src[row * n..][..n], &mut all, &mut places);
            values[row * k..][..k].copy_from_slice(&all[..k]);
            indices[row * k..][..k].copy_from_slice(&places[..k]);
        }
        return;
    }
    let (values, indices) = (Shared(values[..rows * k].as_mut_ptr()), Shared(indices[..rows * k].as_mut_ptr()));
    let put = |row: usize, best: &[T::Item]| {
        for (i, item) in best.iter().enumerate() {
            // SAFETY: inside the results, as `best` has `k` items; each row is written once.
            unsafe {
                *values.get().add(row * k + i) = src[row * n + item.index() as usize];
                *indices.get().add(row * k + i) = item.index() as i64;
            }
        }
    };
    let segments = n.div_ceil(CHUNK.max(4 * k));
    if segments == 1 {
        let together = (CHUNK / n).max(1);
        return pool::parallel(rows.div_ceil(together), &|chunk| {
            for row in chunk * together..rows.min((chunk + 1) * together) {
                let mut best = least(k, 0, &src[row * n..][..n], largest);
                best.sort_unstable();
                put(row, &best);
            }
        });
    }
    // The best of each segment, of which the best are the row's.
    let size = n.div_ceil(segments);
    for row in 0..rows {
        let mut found = vec![Vec::new(); segments];
        let out = Shared(found.as_mut_ptr());
        pool::parallel(segments, &|segment| {
            let from = segment * size;
            let best = least(k, from, &src[row * n..][from..n.min(from + size)], largest);
            // SAFETY: each segment has a place of its own.
            unsafe { *out.get().add(segment) = best };
        });
        let mut best = found.concat();
        if best.len() < k {
            // Stopped.
            return;
        }
        best.sort_unstable();
        put(row, &best[..k]);
    }
}

/// The `k` least items of `src` (all, where there are fewer), in any order; `from` is the index of its first.
fn least<T: Sortable>(k: usize, from: usize, src: &[T], descending: bool) -> Vec<T::Item> {
    let mut best: Vec<T::Item> = Vec::with_capacity((2 * k).max(64).min(src.len()));
    // Nothing above it is among the k.
    let mut limit = u64::MAX;
    for (block, part) in src.chunks(BLOCK).enumerate() {
        let key = |x: T| item(x, 0, descending).key();
        if !part.iter().fold(false, |any, &x| any | (key(x) <= limit)) {
            continue;
        }
        for (i, &x) in part.iter().enumerate() {
            let item = item(x, from + block * BLOCK + i, descending);
            if item.key() > limit {
                continue;
            }
            if best.len() == best.capacity() && best.len() > k {
                best.select_nth_unstable(k - 1);
                best.truncate(k);
                limit = best[k - 1].key();
            }
            best.push(item);
        }
    }
    if best.len() > k {
        best.select_nth_unstable(k - 1);
        best.truncate(k);
    }
    best
}

/// Elements that [`least`] looks at together.
const BLOCK: usize = 64;

#[cfg(test)]
mod tests;
