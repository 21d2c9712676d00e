//! The inner loops of float products, generic over the vector register: rows of the result are held in registers
//! while k runs. Every element is the sum over k in ascending order, of blocks of at most [`DEPTH`] that are themselves
//! sums of at most [`CHAIN`] products each, whatever tile it falls into; so how a product is cut along m or n cannot
//! change a bit.

use std::mem::MaybeUninit;

use super::lanes::Vector;

/// How far k runs before sums go to memory: what is read again and again then fits the caches.
pub(super) const DEPTH: usize = 512;

/// How many products are added up one by one. Shorter sums, added to each other, keep more digits.
const CHAIN: usize = 128;

/// Columns of a product at the most: what is read again and again stays in the second-level cache.
pub(super) const NEAR: usize = 240;

/// `c (+)= a @ b` with contiguous rows in `b` and `c`.
#[derive(Clone, Copy)]
pub(super) struct Block<T> {
    pub m: usize,
    pub k: usize,
    pub n: usize,
    pub a: *const T,
    pub a_row: isize,
    pub a_col: isize,
    /// Row `p` of the panel of columns from `j` on is at `b + p * b_row + (j / panel) * b_panel`.
    pub b: *const T,
    pub b_row: isize,
    pub b_panel: isize,
    pub c: *mut T,
    pub c_row: isize,
    pub accumulate: bool,
}

/// A product with tiles of up to `ROWS` by `WIDE` registers. `ROWS` is at most 8, `WIDE` 2 or 3.
///
/// # Safety
/// `n` is at most [`NEAR`], and `k` at most [`DEPTH`].
/// The processor has the instructions of `V`; pointers and steps are those of matrices, and `c` overlaps neither
/// `a` nor `b`.
#[inline(always)]
pub(super) unsafe fn block<V: Vector, const ROWS: usize, const WIDE: usize>(block: Block<V::Lane>) {
    let mut i = 0;
    // SAFETY: handed on from the caller; rows and columns stay inside.
    unsafe {
        while i + ROWS <= block.m {
            chains::<V, ROWS, WIDE>(&block, i);
            i += ROWS;
        }
        if ROWS > 4 && i + 4 <= block.m {
            chains::<V, 4, WIDE>(&block, i);
            i += 4;
        }
        match block.m - i {
            3 => chains::<V, 3, WIDE>(&block, i),
            2 => chains::<V, 2, WIDE>(&block, i),
            1 => chains::<V, 1, WIDE>(&block, i),
            _ => {}
        }
    }
}

/// `R` rows of the result, from `i` on.
///
/// # Safety
/// As for [`block`].
#[inline(always)]
unsafe fn chains<V: Vector, const R: usize, const WIDE: usize>(block: &Block<V::Lane>, i: usize) {
    let c = block.c.wrapping_offset(i as isize * block.c_row);
    let mut chain = Block { a: block.a.wrapping_offset(i as isize * block.a_row), c, k: block.k.min(CHAIN), ..*block };
    // What several chains add up to before it is added to what is there.
    let mut sums = MaybeUninit::<[[V::Lane; NEAR]; R]>::uninit();
    let apart = block.accumulate && block.k > CHAIN;
    if apart {
        (chain.c, chain.c_row, chain.accumulate) = (sums.as_mut_ptr().cast(), NEAR as isize, false);
    }
    let mut left = block.k;
    loop {
        // SAFETY: handed on from the caller; there is room for the sums.
        unsafe { rows::<V, R, WIDE>(&chain) };
        left -= chain.k;
        if left == 0 {
            break;
        }
        chain.a = chain.a.wrapping_offset(CHAIN as isize * block.a_col);
        chain.b = chain.b.wrapping_offset(CHAIN as isize * block.b_row);
        (chain.k, chain.accumulate) = (left.min(CHAIN), true);
    }
    if apart {
        for r in 0..R {
            let (to, from) = (c.wrapping_offset(r as isize * block.c_row), chain.c.wrapping_add(r * NEAR));
            // SAFETY: inside the matrix, and inside what was written above.
            unsafe { add_row::<V>(to, from, block.n) };
        }
    }
}

/// `to += from`.
///
/// # Safety
/// The processor has the instructions of `V`; both have `n` elements.
#[inline(always)]
unsafe fn add_row<V: Vector>(to: *mut V::Lane, from: *const V::Lane, n: usize) {
    let whole = n / V::LANES * V::LANES;
    // SAFETY: handed on from the caller.
    unsafe {
        for i in (0..whole).step_by(V::LANES) {
            V::load(to.add(i)).add(V::load(from.add(i))).store(to.add(i));
        }
        if whole < n {
            let (to, from, n) = (to.add(whole), from.add(whole), n - whole);
            V::load_first(to, n).add(V::load_first(from, n)).store_first(to, n);
        }
    }
}

/// `R` rows of the result, `k` of whose products are added up one by one.
///
/// # Safety
/// As for [`block`].
#[inline(always)]
unsafe fn rows<V: Vector, const R: usize, const WIDE: usize>(block: &Block<V::Lane>) {
    let a: [*const V::Lane; R] = std::array::from_fn(|r| block.a.wrapping_offset(r as isize * block.a_row));
    let width = WIDE * V::LANES;
    for (number, j) in (0..block.n).step_by(width).enumerate() {
        let b = block.b.wrapping_offset(number as isize * block.b_panel);
        let c = block.c.wrapping_add(j);
        let left = (block.n - j).min(width);
        let last = left % V::LANES;
        // SAFETY: handed on from the caller.
        unsafe {
            if left <= V::Rest::LANES && V::Rest::LANES < V::LANES {
                match left % V::Rest::LANES {
                    0 => tile::<V::Rest, R, 1, false>(block, a, b, c, 0),
                    last => tile::<V::Rest, R, 1, true>(block, a, b, c, last),
                }
                continue;
            }
            match (left.div_ceil(V::LANES), last) {
                (1, 0) => tile::<V, R, 1, false>(block, a, b, c, last),
                (1, _) => tile::<V, R, 1, true>(block, a, b, c, last),
                (2, 0) => tile::<V, R, 2, false>(block, a, b, c, last),
                (2, _) => tile::<V, R, 2, true>(block, a, b, c, last),
                (_, 0) if WIDE == 3 => tile::<V, R, 3, false>(block, a, b, c, last),
                (_, _) if WIDE == 3 => tile::<V, R, 3, true>(block, a, b, c, last),
                (_, _) => {}
            }
        }
    }
}

/// `R` rows by `N` registers of the result, of which the last has but `last` columns where `PARTIAL`.
///
/// # Safety
/// As for [`block`].
#[inline(always)]
#[allow(clippy::needless_range_loop)]
unsafe fn tile<V: Vector, const R: usize, const N: usize, const PARTIAL: bool>(
    block: &Block<V::Lane>,
    a: [*const V::Lane; R],
    b: *const V::Lane,
    c: *mut V::Lane,
    last: usize,
) {
    // SAFETY: handed on from the caller.
    unsafe {
        let load = |from: *const V::Lane, v: usize| {
            let from = from.add(v * V::LANES);
            if PARTIAL && v == N - 1 { V::load_first(from, last) } else { V::load(from) }
        };
        let (mut sums, mut b, mut offset) = ([[V::zero(); N]; R], b, 0);
        for _ in 0..block.k {
            let mut line = [V::zero(); N];
            for v in 0..N {
                line[v] = load(b, v);
            }
            for r in 0..R {
                let x = V::splat(*a[r].offset(offset));
                for v in 0..N {
                    sums[r][v] = x.mul_add(line[v], sums[r][v]);
                }
            }
            b = b.wrapping_offset(block.b_row);
            offset += block.a_col;
        }
        for (r, sums) in sums.iter().enumerate() {
            let row = c.wrapping_offset(r as isize * block.c_row);
            for (v, &sum) in sums.iter().enumerate() {
                let to = row.add(v * V::LANES);
                let sum = if block.accumulate { load(row, v).add(sum) } else { sum };
                if PARTIAL && v == N - 1 { sum.store_first(to, last) } else { sum.store(to) }
            }
        }
    }
}
