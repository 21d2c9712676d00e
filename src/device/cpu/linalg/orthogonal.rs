//! QR by Householder's reflections. The signs are LAPACK's: each diagonal element of `r` has the sign opposite to
//! the element that it replaces, unless nothing stood below.

use super::{Field, view};
use faer::dyn_stack::{MemBuffer, MemStack};
use faer::linalg::householder;
use faer::linalg::qr::no_pivoting::factor;
use faer::{Conj, Mat, Par};

/// `q @ r = a` for a matrix of `m` by `n`; `q` has `k` columns and `r` as many rows: `m`, or the smaller of `m` and `n`.
pub fn qr<T: Field>(m: usize, n: usize, k: usize, a: &[T], q: Option<&mut [T]>, r: &mut [T]) {
    let size = m.min(n);
    let mut both = view(a, m, n).to_owned();
    let block = factor::recommended_block_size::<T>(m, n).max(1);
    let mut coefficients = Mat::<T>::zeros(block, size);
    if size > 0 {
        let need = factor::qr_in_place_scratch::<T>(m, n, block, Par::Seq, Default::default());
        let mut memory = MemBuffer::new(need);
        let stack = MemStack::new(&mut memory);
        factor::qr_in_place(both.as_mut(), coefficients.as_mut(), Par::Seq, stack, Default::default());
    }
    for (i, row) in r.chunks_exact_mut(n.max(1)).enumerate() {
        for (j, x) in row.iter_mut().enumerate() {
            *x = if j >= i && i < size { both[(i, j)] } else { T::ZERO };
        }
    }
    let Some(q) = q else { return };
    let mut out = Mat::<T>::identity(m, k);
    if size > 0 {
        let need = householder::apply_block_householder_sequence_on_the_left_in_place_scratch::<T>(m, block, k);
        let mut memory = MemBuffer::new(need);
        householder::apply_block_householder_sequence_on_the_left_in_place_with_conj(
            both.as_ref().subcols(0, size),
            coefficients.as_ref(),
            Conj::No,
            out.as_mut(),
            Par::Seq,
            MemStack::new(&mut memory),
        );
    }
    for (i, row) in q.chunks_exact_mut(k.max(1)).enumerate() {
        for (j, x) in row.iter_mut().enumerate() {
            *x = out[(i, j)];
        }
    }
}
