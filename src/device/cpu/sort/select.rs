//! What follows from an order without all of it: the k-th of each row, the commonest of sorted rows, and places in them.

use super::{BUCKETS, CHUNK, DIGIT, Item, RADIX_LEAST, Sortable, item};
use crate::device::cpu::copy::Shared;
use crate::device::cpu::pool;

/// The element that stands at `k` in each sorted row of `n`, and where in the row it was; where `nan`, the first NaN of
/// a row that has one. `k < n`.
pub fn kth<T: Sortable>(n: usize, k: usize, nan: bool, src: &[T], values: &mut [T], indices: &mut [i64]) {
    if n == 0 {
        return;
    }
    let rows = src.len() / n;
    let (values, indices) = (Shared(values[..rows].as_mut_ptr()), Shared(indices[..rows].as_mut_ptr()));
    let one = |row: usize| {
        let part = &src[row * n..][..n];
        let first = if nan { part.iter().position(|x| x.is_nan()) } else { None };
        let at = first.unwrap_or_else(|| nth(k, part));
        // SAFETY: inside the results; each row is written once.
        unsafe {
            *values.get().add(row) = part[at];
            *indices.get().add(row) = at as i64;
        }
    };
    if rows > 1 && n <= CHUNK {
        let together = (CHUNK / 4 / n).max(1);
        return pool::parallel(rows.div_ceil(together), &|chunk| {
            (chunk * together..rows.min((chunk + 1) * together)).for_each(one);
        });
    }
    (0..rows).for_each(one);
}

/// The index of what stands at `k` when `row` is sorted.
fn nth<T: Sortable>(k: usize, row: &[T]) -> usize {
    let n = row.len();
    if n < RADIX_LEAST {
        let mut items = [T::Item::default(); RADIX_LEAST];
        let items = &mut items[..n];
        for (i, (place, &x)) in items.iter_mut().zip(row).enumerate() {
            *place = item(x, i, false);
        }
        return items.select_nth_unstable(k).1.index() as usize;
    }
    // The key digit by digit, from the highest: each pass counts those that agree with it so far.
    let bits = if size_of::<T::Item>() == 8 { 32 } else { 64 };
    let size = CHUNK.max(n.div_ceil(64));
    let (mut rest, mut key, mut mask) = (k, 0u64, 0u64);
    let mut counts = vec![[0; BUCKETS]; n.div_ceil(size)];
    for shift in (0..bits).step_by(DIGIT as usize).rev() {
        let out = Shared(counts.as_mut_ptr());
        pool::parallel(n.div_ceil(size), &|chunk| {
            let mut count = [0; BUCKETS];
            for x in &row[chunk * size..n.min((chunk + 1) * size)] {
                let own = x.key();
                count[(own >> shift) as usize & (BUCKETS - 1)] += (own & mask == key) as usize;
            }
            // SAFETY: each chunk has counts of its own.
            unsafe { *out.get().add(chunk) = count };
        });
        if pool::stopped() {
            return 0;
        }
        let mut digit = 0;
        while digit + 1 < BUCKETS {
            let here: usize = counts.iter().map(|count| count[digit]).sum();
            if rest < here {
                break;
            }
            rest -= here;
            digit += 1;
        }
        key |= (digit as u64) << shift;
        mask |= (BUCKETS as u64 - 1) << shift;
    }
    row.iter().enumerate().filter(|(_, x)| x.key() == key).nth(rest).map_or(0, |(i, _)| i)
}

/// The commonest element of each sorted row of `n`, of equally common ones the smallest, and the last of its `places`.
pub fn longest_runs<T: Sortable>(n: usize, sorted: &[T], places: &[i64], values: &mut [T], indices: &mut [i64]) {
    for (row, (value, index)) in values.iter_mut().zip(indices).enumerate() {
        let part = &sorted[row * n..][..n];
        let (mut longest, mut last, mut start) = (0, 0, 0);
        for i in 1..=n {
            if i == n || part[i].key() != part[start].key() {
                if i - start > longest {
                    (longest, last) = (i - start, i - 1);
                }
                start = i;
            }
        }
        (*value, *index) = (part[last], places[row * n + last]);
    }
}

/// Where in the sorted rows of `n` in `bounds` each of `values` belongs: before its equals or, where `right`, behind
/// them. Each row serves as many values as there are for it; `order` names the places of a row in order if it is not
/// sorted itself.
pub fn search<T: Sortable>(n: usize, right: bool, bounds: &[T], order: Option<&[i64]>, values: &[T], dst: &mut [i64]) {
    let rows = bounds.len().checked_div(n).unwrap_or(1).max(1);
    let each = (values.len() / rows).max(1);
    let out = Shared(dst[..values.len()].as_mut_ptr());
    let size = CHUNK / 8;
    pool::parallel(values.len().div_ceil(size), &|chunk| {
        let first = chunk * size;
        for (k, &value) in values[first..values.len().min(first + size)].iter().enumerate() {
            let (i, start) = (first + k, (first + k) / each * n);
            let bound = |at: usize| bounds[start + order.map_or(at, |order| order[start + at] as usize)];
            let (mut low, mut high) = (0, n);
            while low < high {
                let middle = low + (high - low) / 2;
                // Nothing is known of a NaN: the search goes on behind it, as in torch.
                let before = if right { bound(middle) > value } else { bound(middle) >= value };
                if before { high = middle } else { low = middle + 1 }
            }
            // SAFETY: inside the result; each place is written once.
            unsafe { *out.get().add(i) = low as i64 };
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::device::cpu::copy::tests::Lcg;
    use crate::device::cpu::sort::sort;

    #[test]
    fn the_kth_is_that_of_the_sorted_row() {
        fn check<T: Sortable + std::fmt::Debug>(value: impl Fn(&mut Lcg) -> T) {
            let mut rng = Lcg(3);
            for (rows, n) in [(1, 1), (3, 7), (40, 300), (3, 2000), (1, 200_000)] {
                let src: Vec<T> = (0..rows * n).map(|_| value(&mut rng)).collect();
                let (mut all, mut order) = (src.clone(), vec![0; rows * n]);
                sort(n, false, &src, &mut all, &mut order);
                for k in [0, n / 2, n - 1] {
                    let (mut values, mut indices) = (vec![T::default(); rows], vec![0; rows]);
                    kth(n, k, false, &src, &mut values, &mut indices);
                    for row in 0..rows {
                        assert_eq!(indices[row], order[row * n + k]);
                        assert!(values[row] == all[row * n + k]);
                    }
                }
            }
        }
        check(|rng| rng.float() as f32);
        check(|rng| rng.float() - 0.5);
        check(|rng| rng.below(50) as i64 - 25);
    }
}
