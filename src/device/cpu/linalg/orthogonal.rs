//! QR by Householder's reflections. The signs are LAPACK's: each diagonal element of `r` has the sign opposite to
//! the element that it replaces, unless nothing stood below.

use super::{Field, wide, write};
use faer::dyn_stack::{MemBuffer, MemStack};
use faer::linalg::householder;
use faer::linalg::qr::no_pivoting::factor;
use faer::{Conj, Mat, Par};

/// `q @ r = a` for a matrix of `m` by `n`; `q` has `k` columns and `r` as many rows: `m`, or the smaller of `m` and `n`.
pub fn qr<T: Field>(m: usize, n: usize, k: usize, a: &[T], q: Option<&mut [T]>, r: &mut [T]) {
    let size = m.min(n);
    let mut both = wide(a, m, n);
    let block = factor::recommended_block_size::<f64>(m, n).max(1);
    let mut coefficients = Mat::<f64>::zeros(block, size);
    if size > 0 {
        let need = factor::qr_in_place_scratch::<f64>(m, n, block, Par::Seq, Default::default());
        let mut memory = MemBuffer::new(need);
        let stack = MemStack::new(&mut memory);
        factor::qr_in_place(both.as_mut(), coefficients.as_mut(), Par::Seq, stack, Default::default());
    }
    write(r, n, |i, j| if j >= i && i < size { both[(i, j)] } else { 0.0 });
    let Some(q) = q else { return };
    let mut out = Mat::<f64>::identity(m, k);
    if size > 0 {
        let need = householder::apply_block_householder_sequence_on_the_left_in_place_scratch::<f64>(m, block, k);
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
    write(q, k, |i, j| out[(i, j)]);
}
