//! Rows of a table by their numbers: embeddings.

use super::{CHUNK, Shared};
use crate::device::cpu::elem::Elem;
use crate::device::cpu::pool;

/// Parts of a table that are added to apart, at most.
const PARTS: usize = 16;

/// `dst[k] = table[index[k]]`, zeros for the row `skip`. Rows have `width` elements; indices lie within the table.
pub fn take_rows<T: Elem>(width: usize, table: &[T], index: &[i64], skip: Option<i64>, dst: &mut [T]) {
    if width == 0 {
        return;
    }
    let together = (CHUNK / width).max(1);
    let out = Shared(dst[..index.len() * width].as_mut_ptr());
    pool::parallel(index.len().div_ceil(together), &|chunk| {
        let range = chunk * together..index.len().min((chunk + 1) * together);
        // SAFETY: chunks are disjoint rows of `dst`.
        let dst = unsafe { std::slice::from_raw_parts_mut(out.get().add(range.start * width), range.len() * width) };
        for (dst, &row) in dst.chunks_exact_mut(width).zip(&index[range]) {
            match Some(row) == skip {
                true => dst.fill(T::default()),
                false => dst.copy_from_slice(&table[row as usize * width..][..width]),
            }
        }
    });
}

/// `table[index[k]] += src[k]`, in the order of the index, but for the row `skip`.
pub fn add_rows<T: Elem>(width: usize, table: &mut [T], index: &[i64], skip: Option<i64>, src: &[T]) {
    let rows = table.len().checked_div(width).unwrap_or(0);
    // Each part reads the whole index and has rows of its own.
    let parts = (index.len() * width / CHUNK).clamp(1, PARTS.min(width.max(1)));
    let each = rows.div_ceil(parts).max(1);
    let out = Shared(table.as_mut_ptr());
    pool::parallel(rows.div_ceil(each), &|part| {
        let own = part * each..rows.min((part + 1) * each);
        for (k, &row) in index.iter().enumerate() {
            if k % CHUNK == CHUNK - 1 && pool::stopped() {
                return;
            }
            if own.contains(&(row as usize)) && Some(row) != skip {
                // SAFETY: rows of a part are its own, and lie within the table.
                let dst = unsafe { std::slice::from_raw_parts_mut(out.get().add(row as usize * width), width) };
                dst.iter_mut().zip(&src[k * width..][..width]).for_each(|(d, s)| *d = d.plus(*s));
            }
        }
    });
}
