//! Masks: how many are true, which, and the elements under them. What is not 0 is true.

use super::CHUNK;
use crate::device::cpu::copy::Shared;
use crate::device::cpu::elem::{Elem, vectorized};
use crate::device::cpu::pool;

/// Elements that are put together in a buffer before they are copied out.
const BLOCK: usize = 64;

vectorized! {
    fn count_part[T: Elem](mask: &[T]) -> usize {
        // In blocks whose counts fit a byte, so that a vector holds many.
        mask.chunks(255).map(|part| part.iter().fold(0u8, |n, &x| n + (x != T::default()) as u8) as usize).sum()
    }
}

/// How many are not 0.
pub fn count<T: Elem>(mask: &[T]) -> usize {
    counts(mask).last().copied().unwrap_or(0)
}

/// How many are not 0 before each chunk of `mask`, and at last in all of it.
fn counts<T: Elem>(mask: &[T]) -> Vec<usize> {
    let chunks = mask.len().div_ceil(CHUNK);
    let mut counts = vec![0; chunks + 1];
    let out = Shared(counts.as_mut_ptr());
    pool::parallel(chunks, &|chunk| {
        let part = &mask[chunk * CHUNK..mask.len().min((chunk + 1) * CHUNK)];
        // SAFETY: each chunk writes its own count.
        unsafe { *out.get().add(chunk + 1) = count_part(part) };
    });
    for chunk in 0..chunks {
        counts[chunk + 1] += counts[chunk];
    }
    counts
}

/// Writes `value(i)` of every true `mask[i]` to `dst`, in order; gives how many there are. `dst` has room for them.
fn compress<T: Elem, O: Copy + Default + Send>(mask: &[T], dst: &mut [O], value: impl Fn(usize) -> O + Sync) -> usize {
    let counts = counts(mask);
    let total = counts.last().copied().unwrap_or(0);
    let out = Shared(dst[..total].as_mut_ptr());
    pool::parallel(counts.len() - 1, &|chunk| {
        let (from, to) = (chunk * CHUNK, mask.len().min((chunk + 1) * CHUNK));
        // SAFETY: chunks write disjoint parts of `dst`, as long as the counts say.
        let dst =
            unsafe { std::slice::from_raw_parts_mut(out.get().add(counts[chunk]), counts[chunk + 1] - counts[chunk]) };
        let mut written = 0;
        let mut buffer = [O::default(); BLOCK];
        for start in (from..to).step_by(BLOCK) {
            let mut n = 0;
            for (i, &x) in mask[start..to.min(start + BLOCK)].iter().enumerate() {
                // Without a branch: masks are hard to predict.
                buffer[n] = value(start + i);
                n += (x != T::default()) as usize;
            }
            dst[written..written + n].copy_from_slice(&buffer[..n]);
            written += n;
        }
    });
    total
}

/// Copies the elements of `src` under a true mask to `dst`, in order; gives how many they are ([`count`]).
pub fn select<T: Elem, O: Copy + Default + Send + Sync>(mask: &[T], src: &[O], dst: &mut [O]) -> usize {
    let src = &src[..mask.len()];
    compress(mask, dst, |i| src[i])
}

/// Writes the places of what is not 0 to `dst`; gives how many they are ([`count`]).
pub fn true_places<T: Elem>(mask: &[T], dst: &mut [usize]) -> usize {
    compress(mask, dst, |i| i)
}

/// The indices of what is not 0 in a contiguous tensor of `shape`: `dst` is (how many, dims), row by row.
pub fn nonzero<T: Elem>(shape: &[usize], src: &[T], dst: &mut [i64]) {
    let dims = shape.len();
    if dims == 0 {
        return;
    }
    let mut places = vec![0; dst.len() / dims];
    let found = true_places(src, &mut places);
    let out = Shared(dst[..found * dims].as_mut_ptr());
    pool::parallel(found.div_ceil(CHUNK), &|chunk| {
        let from = chunk * CHUNK;
        for (i, &place) in places[from..found.min(from + CHUNK)].iter().enumerate() {
            let mut place = place;
            for dim in (0..dims).rev() {
                // SAFETY: inside `dst`; each row is written once.
                unsafe { *out.get().add((from + i) * dims + dim) = (place % shape[dim]) as i64 };
                place /= shape[dim];
            }
        }
    });
}
