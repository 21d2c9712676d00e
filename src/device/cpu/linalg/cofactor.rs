//! Cofactors: the gradient of a determinant. Singular matrices have them too, so nothing is divided by the
//! determinant: from `a = u diag(s) vt` they are `det(u) det(vt) u diag(c) vt`, where `c[i]` is the product of all
//! other singular values.

use super::{Field, Outcome, all_finite, inverse, lu, spectral};

/// A matrix taken apart, in f64.
struct Apart {
    n: usize,
    u: Vec<f64>,
    s: Vec<f64>,
    vt: Vec<f64>,
    sign: f64,
}

impl Apart {
    fn new(n: usize, a: &[f64]) -> Result<Apart, super::Failure> {
        let (mut u, mut s, mut vt) = (vec![0.0; n * n], vec![0.0; n], vec![0.0; n * n]);
        spectral::svd((n, n, false), a, &mut u, &mut s, &mut vt)?;
        let sign = (lu::determinant(n, &u) * lu::determinant(n, &vt)).signum();
        Ok(Apart { n, u, s, vt, sign })
    }

    /// `sign * u @ h @ vt`
    fn between(&self, h: &[f64]) -> Vec<f64> {
        let n = self.n;
        let half = product(n, (&self.u, false), (h, false));
        let mut out = product(n, (&half, false), (&self.vt, false));
        out.iter_mut().for_each(|x| *x *= self.sign);
        out
    }
}

/// `a @ b`, each transposed or not.
fn product(n: usize, (a, flip_a): (&[f64], bool), (b, flip_b): (&[f64], bool)) -> Vec<f64> {
    let at = |x: &[f64], flip: bool, i: usize, j: usize| if flip { x[j * n + i] } else { x[i * n + j] };
    let mut out = vec![0.0; n * n];
    for i in 0..n {
        for k in 0..n {
            let factor = at(a, flip_a, i, k);
            for j in 0..n {
                out[i * n + j] += factor * at(b, flip_b, k, j);
            }
        }
    }
    out
}

/// For each number the product of all others.
fn of_others(s: &[f64]) -> Vec<f64> {
    let mut out = vec![1.0; s.len()];
    let mut so_far = 1.0;
    for (x, &y) in out.iter_mut().zip(s) {
        *x = so_far;
        so_far *= y;
    }
    so_far = 1.0;
    for (x, &y) in out.iter_mut().zip(s).rev() {
        *x *= so_far;
        so_far *= y;
    }
    out
}

fn widened<T: Field>(a: &[T]) -> Vec<f64> {
    a.iter().map(|x| x.wide()).collect()
}

fn narrowed<T: Field>(from: &[f64], to: &mut [T]) {
    to.iter_mut().zip(from).for_each(|(to, &from)| *to = T::narrow(from));
}

/// How much smaller than the largest pivot the smallest may be for the inverse to be trusted.
const FIRM: f64 = 1e-4;

/// The matrix of cofactors of a matrix of `n` rows.
pub fn cofactors<T: Field>(n: usize, a: &[T], out: &mut [T]) -> Outcome {
    let a = widened(a);
    if all_finite(&a).is_err() {
        out.fill(T::narrow(f64::NAN));
        return Ok(());
    }
    let (determinant, ratio) = lu::with_ratio(n, &a);
    let mut found = vec![0.0; n * n];
    if ratio > FIRM && determinant.is_normal() {
        inverse(n, &a, false, &mut found)?;
        for i in 0..n {
            for j in 0..n {
                out[i * n + j] = T::narrow(determinant * found[j * n + i]);
            }
        }
        return Ok(());
    }
    let apart = Apart::new(n, &a)?;
    let others = of_others(&apart.s);
    for (i, row) in found.chunks_exact_mut(n.max(1)).enumerate() {
        row[i] = others[i];
    }
    narrowed(&apart.between(&found), out);
    Ok(())
}

/// The gradient of the sum of `g` times the cofactors: `det(u) det(vt) u h vt`, where with `x = u.T g vt.T` and the
/// product `e[i, j]` of all singular values but two, `h[i, i]` is the sum of `e[i, j] x[j, j]` over the other `j`, and
/// `h[i, j]` is `-e[i, j] x[j, i]`.
pub fn cofactors_along<T: Field>(n: usize, a: &[T], g: &[T], out: &mut [T]) -> Outcome {
    let (a, g) = (widened(a), widened(g));
    if all_finite(&a).is_err() {
        out.fill(T::narrow(f64::NAN));
        return Ok(());
    }
    let apart = Apart::new(n, &a)?;
    let half = product(n, (&apart.u, true), (&g, false));
    let x = product(n, (&half, false), (&apart.vt, true));
    let mut h = vec![0.0; n * n];
    for i in 0..n {
        let mut without = apart.s.clone();
        without[i] = 1.0;
        let others = of_others(&without);
        for j in (0..n).filter(|&j| j != i) {
            h[i * n + i] += others[j] * x[j * n + j];
            h[i * n + j] = -others[j] * x[j * n + i];
        }
    }
    narrowed(&apart.between(&h), out);
    Ok(())
}
