//! Singular values and eigenvalues of symmetric matrices, with their vectors. A vector's sign is free; here, of the
//! elements that are almost the largest of a vector, the first is positive.

use super::{Failure, Field, Outcome, all_finite, wide, write};
use faer::diag::Diag;
use faer::dyn_stack::{MemBuffer, MemStack};
use faer::linalg::evd::{self, ComputeEigenvectors};
use faer::linalg::svd::{self, ComputeSvdVectors};
use faer::{Mat, Par};

/// The part of the largest magnitude from which an element counts as largest: ties do not hang on rounding.
const ALMOST: f64 = 1.0 - 1.0 / 1024.0;

/// Whether the signs of a vector are to be turned.
fn is_negative(vector: impl Iterator<Item = f64> + Clone) -> bool {
    let largest = vector.clone().fold(0.0, |m: f64, x| m.max(x.abs()));
    let near = largest * ALMOST;
    vector.into_iter().find(|x| x.abs() >= near).is_some_and(|x| x < 0.0)
}

/// The singular values of a matrix of `m` by `n`, from large to small.
pub fn singular_values<T: Field>(m: usize, n: usize, a: &[T], s: &mut [T]) -> Outcome {
    all_finite(a)?;
    if s.is_empty() {
        return Ok(());
    }
    let none = ComputeSvdVectors::No;
    let mut memory = MemBuffer::new(svd::svd_scratch::<f64>(m, n, none, none, Par::Seq, Default::default()));
    let stack = MemStack::new(&mut memory);
    let mut found = Diag::<f64>::zeros(s.len());
    svd::svd(wide(a, m, n).as_ref(), found.as_mut(), None, None, Par::Seq, stack, Default::default())
        .map_err(|_| Failure::NoConvergence)?;
    write(s, 1, |i, _| found[i]);
    Ok(())
}

/// `u @ diag(s) @ vt = a` for a matrix of `m` by `n`; with `full` the vectors are those of whole bases.
pub fn svd<T: Field>((m, n, full): (usize, usize, bool), a: &[T], u: &mut [T], s: &mut [T], vt: &mut [T]) -> Outcome {
    all_finite(a)?;
    let size = m.min(n);
    let (cols, rows) = if full { (m, n) } else { (size, size) };
    if size == 0 {
        identity(cols, u);
        identity(n, vt);
        return Ok(());
    }
    let (mut left, mut right) = (Mat::<f64>::zeros(m, cols), Mat::<f64>::zeros(n, rows));
    let vectors = if full { ComputeSvdVectors::Full } else { ComputeSvdVectors::Thin };
    let mut memory = MemBuffer::new(svd::svd_scratch::<f64>(m, n, vectors, vectors, Par::Seq, Default::default()));
    let stack = MemStack::new(&mut memory);
    let (left_mut, right_mut) = (Some(left.as_mut()), Some(right.as_mut()));
    let mut values = Diag::<f64>::zeros(size);
    svd::svd(wide(a, m, n).as_ref(), values.as_mut(), left_mut, right_mut, Par::Seq, stack, Default::default())
        .map_err(|_| Failure::NoConvergence)?;
    write(s, 1, |i, _| values[i]);
    let signs = |count: usize, length: usize, matrix: &Mat<f64>| -> Vec<bool> {
        (0..count).map(|j| is_negative((0..length).map(|i| matrix[(i, j)]))).collect()
    };
    // Beyond the singular values left and right vectors have signs of their own.
    let mut of_u = signs(cols, m, &left);
    let mut of_v = signs(rows, n, &right);
    of_v[..size].copy_from_slice(&of_u[..size]);
    of_u.truncate(cols);
    write(u, cols, |i, j| if of_u[j] { -left[(i, j)] } else { left[(i, j)] });
    write(vt, n, |i, j| if of_v[i] { -right[(j, i)] } else { right[(j, i)] });
    Ok(())
}

fn identity<T: Field>(cols: usize, out: &mut [T]) {
    out.fill(T::ZERO);
    out.iter_mut().step_by(cols + 1).for_each(|x| *x = T::ONE);
}

/// The eigenvalues of a symmetric matrix of `n` rows, from small to large; reads its lower triangle alone.
pub fn eigenvalues<T: Field>(n: usize, a: &[T], values: &mut [T]) -> Outcome {
    finite_lower(n, a)?;
    if n == 0 {
        return Ok(());
    }
    let none = ComputeEigenvectors::No;
    let mut memory = MemBuffer::new(evd::self_adjoint_evd_scratch::<f64>(n, none, Par::Seq, Default::default()));
    let stack = MemStack::new(&mut memory);
    let mut found = Diag::<f64>::zeros(n);
    evd::self_adjoint_evd(wide(a, n, n).as_ref(), found.as_mut(), None, Par::Seq, stack, Default::default())
        .map_err(|_| Failure::NoConvergence)?;
    write(values, 1, |i, _| found[i]);
    Ok(())
}

/// The same with the eigenvectors as the columns of `vectors`.
pub fn eigen<T: Field>(n: usize, a: &[T], values: &mut [T], vectors: &mut [T]) -> Outcome {
    finite_lower(n, a)?;
    if n == 0 {
        return Ok(());
    }
    let mut found = Mat::<f64>::zeros(n, n);
    let all = ComputeEigenvectors::Yes;
    let mut memory = MemBuffer::new(evd::self_adjoint_evd_scratch::<f64>(n, all, Par::Seq, Default::default()));
    let stack = MemStack::new(&mut memory);
    let into = Some(found.as_mut());
    let mut diagonal = Diag::<f64>::zeros(n);
    evd::self_adjoint_evd(wide(a, n, n).as_ref(), diagonal.as_mut(), into, Par::Seq, stack, Default::default())
        .map_err(|_| Failure::NoConvergence)?;
    write(values, 1, |i, _| diagonal[i]);
    let turned: Vec<bool> = (0..n).map(|j| is_negative((0..n).map(|i| found[(i, j)]))).collect();
    write(vectors, n, |i, j| if turned[j] { -found[(i, j)] } else { found[(i, j)] });
    Ok(())
}

fn finite_lower<T: Field>(n: usize, a: &[T]) -> Outcome {
    (0..n).try_for_each(|i| all_finite(&a[i * n..][..i + 1]))
}
