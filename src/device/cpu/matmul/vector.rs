//! One row times a matrix, `c (+)= a @ B`: memory is read once, so the loops are about reading it well.

use super::lanes::Vector;

/// `n` results from `k` rows; `a` and `b` with any steps that the kernel in question allows.
#[derive(Clone, Copy)]
pub(super) struct Row<T> {
    pub k: usize,
    pub n: usize,
    pub a: *const T,
    pub a_step: isize,
    pub b: *const T,
    /// From one row of B to the next, or where B is transposed from one column to the next.
    pub b_step: isize,
    pub c: *mut T,
    pub accumulate: bool,
}

/// B's rows are contiguous: each is scaled and added. Four of them go together; where the result fits registers it
/// stays there, in four sets.
///
/// # Safety
/// The processor has the instructions of `V`; pointers and steps are those of matrices; `c` overlaps neither.
#[inline(always)]
pub(super) unsafe fn scaled_rows<V: Vector>(row: Row<V::Lane>) {
    let width = 4 * V::LANES;
    let mut j = 0;
    // SAFETY: handed on from the caller; columns stay inside.
    unsafe {
        while j + width <= row.n {
            columns::<V, 4, false>(&row, j, 0);
            j += width;
        }
        let left = row.n - j;
        let last = left % V::LANES;
        match (left.div_ceil(V::LANES), last) {
            (0, _) => {}
            (1, 0) => columns::<V, 1, false>(&row, j, 0),
            (1, _) => columns::<V, 1, true>(&row, j, last),
            (2, 0) => columns::<V, 2, false>(&row, j, 0),
            (2, _) => columns::<V, 2, true>(&row, j, last),
            (3, 0) => columns::<V, 3, false>(&row, j, 0),
            (3, _) => columns::<V, 3, true>(&row, j, last),
            (_, _) => columns::<V, 4, true>(&row, j, last),
        }
    }
}

/// `N` registers of results from column `j` on.
///
/// # Safety
/// As for [`scaled_rows`].
#[inline(always)]
unsafe fn columns<V: Vector, const N: usize, const PARTIAL: bool>(row: &Row<V::Lane>, j: usize, last: usize) {
    // SAFETY: handed on from the caller.
    unsafe {
        let load = |from: *const V::Lane, v: usize| {
            let from = from.add(v * V::LANES);
            if PARTIAL && v == N - 1 { V::load_first(from, last) } else { V::load(from) }
        };
        let mut sums = [[V::zero(); N]; 4];
        let (mut b, mut a) = (row.b.add(j), row.a);
        let mut step = |sums: &mut [V; N]| {
            let x = V::splat(*a);
            for (v, sum) in sums.iter_mut().enumerate() {
                *sum = x.mul_add(load(b, v), *sum);
            }
            b = b.wrapping_offset(row.b_step);
            a = a.wrapping_offset(row.a_step);
        };
        for _ in 0..row.k / 4 {
            step(&mut sums[0]);
            step(&mut sums[1]);
            step(&mut sums[2]);
            step(&mut sums[3]);
        }
        for _ in 0..row.k % 4 {
            step(&mut sums[0]);
        }
        let c = row.c.add(j);
        let [first, second, third, fourth] = sums;
        for v in 0..N {
            let sum = first[v].add(second[v]).add(third[v].add(fourth[v]));
            let sum = if row.accumulate { load(c, v).add(sum) } else { sum };
            let to = c.add(v * V::LANES);
            if PARTIAL && v == N - 1 { sum.store_first(to, last) } else { sum.store(to) }
        }
    }
}

/// No register has more lanes.
const MOST: usize = 16;
/// Columns that are read together: as many pointers as there are registers for.
const GROUP: usize = 8;

/// B's columns are contiguous, and `a` is: as many dot products at once as a register has lanes.
///
/// # Safety
/// As for [`scaled_rows`]; `a_step` is 1.
#[inline(always)]
#[allow(clippy::needless_range_loop)]
pub(super) unsafe fn dots<V: Vector>(row: Row<V::Lane>) {
    for j in (0..row.n).step_by(V::LANES) {
        let count = V::LANES.min(row.n - j);
        // SAFETY: handed on from the caller; columns stay inside.
        unsafe {
            let mut sums = [V::zero(); MOST];
            for group in (0..V::LANES).step_by(GROUP) {
                // Beyond the last column the last one is read again.
                let b: [*const V::Lane; GROUP] = std::array::from_fn(|l| {
                    row.b.wrapping_offset((j + (group + l).min(count - 1)) as isize * row.b_step)
                });
                let together = if V::LANES < GROUP { V::LANES } else { GROUP };
                let mut own = [V::zero(); GROUP];
                let full = row.k / V::LANES * V::LANES;
                let mut p = 0;
                while p < full {
                    let x = V::load(row.a.add(p));
                    for l in 0..together {
                        own[l] = x.mul_add(V::load(b[l].add(p)), own[l]);
                    }
                    p += V::LANES;
                }
                let rest = row.k - full;
                if rest > 0 {
                    let x = V::load_first(row.a.add(full), rest);
                    for l in 0..together {
                        own[l] = x.mul_add(V::load_first(b[l].add(full), rest), own[l]);
                    }
                }
                sums[group..][..together].copy_from_slice(&own[..together]);
            }
            let (sum, to) = (V::sums(&sums[..V::LANES]), row.c.add(j));
            if count == V::LANES {
                let sum = if row.accumulate { V::load(to).add(sum) } else { sum };
                sum.store(to);
            } else {
                let sum = if row.accumulate { V::load_first(to, count).add(sum) } else { sum };
                sum.store_first(to, count);
            }
        }
    }
}

/// An outer product, k = 1: `c[i] (+)= a[i] * b` for rows `c_row` apart.
///
/// # Safety
/// As for [`scaled_rows`]; `a` has `m` elements.
#[inline(always)]
pub(super) unsafe fn outer<V: Vector>(row: Row<V::Lane>, m: usize, c_row: isize) {
    let full = row.n / V::LANES * V::LANES;
    let rest = row.n - full;
    // SAFETY: handed on from the caller.
    unsafe {
        match full / V::LANES {
            _ if rest > 0 => {}
            1 => return outer_narrow::<V, 1>(row, m, c_row),
            2 => return outer_narrow::<V, 2>(row, m, c_row),
            4 => return outer_narrow::<V, 4>(row, m, c_row),
            _ => {}
        }
    }
    for i in 0..m as isize {
        // SAFETY: handed on from the caller.
        unsafe {
            let (x, c) = (V::splat(*row.a.offset(i * row.a_step)), row.c.offset(i * c_row));
            for j in (0..full).step_by(V::LANES) {
                let start = if row.accumulate { V::load(c.add(j)) } else { V::zero() };
                x.mul_add(V::load(row.b.add(j)), start).store(c.add(j));
            }
            if rest > 0 {
                let start = if row.accumulate { V::load_first(c.add(full), rest) } else { V::zero() };
                x.mul_add(V::load_first(row.b.add(full), rest), start).store_first(c.add(full), rest);
            }
        }
    }
}

/// The same where `b` is `N` registers, which stay loaded.
///
/// # Safety
/// As for [`outer`].
#[inline(always)]
#[allow(clippy::needless_range_loop)]
unsafe fn outer_narrow<V: Vector, const N: usize>(row: Row<V::Lane>, m: usize, c_row: isize) {
    // SAFETY: handed on from the caller.
    unsafe {
        let mut b = [V::zero(); N];
        for v in 0..N {
            b[v] = V::load(row.b.add(v * V::LANES));
        }
        let (mut a, mut c) = (row.a, row.c);
        for _ in 0..m {
            let x = V::splat(*a);
            for v in 0..N {
                let to = c.add(v * V::LANES);
                let start = if row.accumulate { V::load(to) } else { V::zero() };
                x.mul_add(b[v], start).store(to);
            }
            a = a.wrapping_offset(row.a_step);
            c = c.wrapping_offset(c_row);
        }
    }
}
