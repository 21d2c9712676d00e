//! Small and large kernels against the definitions of what they compute.

use super::triangular::Triangle;
use super::*;

/// Numbers in -1..1, the same ones each time.
fn noise(count: usize, seed: u64) -> Vec<f64> {
    let mut z = seed;
    let mut next = || {
        z = z.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (z >> 33) as f64 / (1u64 << 31) as f64 * 2.0 - 1.0
    };
    (0..count).map(|_| next()).collect()
}

fn product(m: usize, k: usize, n: usize, a: &[f64], b: &[f64]) -> Vec<f64> {
    let mut out = vec![0.0; m * n];
    for i in 0..m {
        for p in 0..k {
            for j in 0..n {
                out[i * n + j] += a[i * k + p] * b[p * n + j];
            }
        }
    }
    out
}

fn transposed(m: usize, n: usize, a: &[f64]) -> Vec<f64> {
    (0..n * m).map(|at| a[at % m * n + at / m]).collect()
}

fn unit(n: usize) -> Vec<f64> {
    (0..n * n).map(|at| (at % (n + 1) == 0) as u8 as f64).collect()
}

fn assert_near(a: &[f64], b: &[f64], what: &str) {
    let size = b.iter().fold(1.0f64, |m, x| m.max(x.abs()));
    let off = a.iter().zip(b).fold(0.0f64, |m, (x, y)| m.max((x - y).abs()));
    assert!(a.len() == b.len() && off <= 1e-10 * size, "{what}: {off:e} of {size:e}");
}

const SIZES: [usize; 9] = [0, 1, 2, 3, 7, 32, 33, 50, 97];

#[test]
fn inverses_and_solutions_solve() {
    for n in SIZES {
        let (a, b) = (noise(n * n, 1), noise(n * 3, 2));
        let (mut inverted, mut x) = (vec![0.0; n * n], vec![0.0; n * 3]);
        inverse(n, &a, false, &mut inverted).unwrap();
        assert_near(&product(n, n, n, &a, &inverted), &unit(n), &format!("inverse of {n}"));
        solve(n, 3, &a, &b, &mut x).unwrap();
        assert_near(&product(n, n, 3, &a, &x), &b, &format!("solution of {n}"));
        let (sign, log) = log_determinant(n, &a);
        let whole = determinant(n, &a);
        assert_near(&[sign * f64::exp(log)], &[whole], &format!("determinant of {n}"));
        let mut both = vec![0.0; n * n];
        cofactors(n, &a, &mut both).unwrap();
        let expected: Vec<f64> = transposed(n, n, &inverted).iter().map(|x| x * whole).collect();
        assert_near(&both, &expected, &format!("cofactors of {n}"));
    }
}

#[test]
fn triangles_and_cholesky() {
    for n in SIZES {
        let x = noise(n * n, 3);
        let mut a = product(n, n, n, &x, &transposed(n, n, &x));
        a.iter_mut().step_by(n + 1).for_each(|d| *d += 1.0);
        let mut l = vec![0.0; n * n];
        cholesky(n, &a, &mut l).unwrap();
        assert_near(&product(n, n, n, &l, &transposed(n, n, &l)), &a, &format!("cholesky of {n}"));
        let b = noise(n * 2, 4);
        for upper in [false, true] {
            let t = if upper { transposed(n, n, &l) } else { l.clone() };
            for unit in [false, true] {
                let mut x = b.clone();
                // What lies in the other triangle, and on a diagonal of ones, is not read.
                let mut given = t.clone();
                let mut meant = t.clone();
                for i in 0..n {
                    for j in 0..n {
                        if (upper && j < i) || (!upper && j > i) {
                            given[i * n + j] = f64::NAN;
                        } else if i == j && unit {
                            (given[i * n + j], meant[i * n + j]) = (f64::NAN, 1.0);
                        } else if i != j && unit {
                            // Kept small, so that the system stays firm.
                            given[i * n + j] /= 50.0;
                            meant[i * n + j] /= 50.0;
                        }
                    }
                }
                solve_triangular(n, 2, Triangle { upper, unit }, &given, &mut x);
                assert_near(&product(n, n, 2, &meant, &x), &b, &format!("triangle of {n}, {upper} {unit}"));
            }
        }
    }
    let mut l = vec![0.0; 4];
    assert_eq!(cholesky(2, &[1.0, 0.0, 0.0, -1.0], &mut l), Err(Failure::NotPositive(2)));
    let n = 40;
    let mut a = unit(n);
    a[30 * (n + 1)] = -1.0;
    assert_eq!(cholesky(n, &a, &mut vec![0.0; n * n]), Err(Failure::NotPositive(31)));
}

#[test]
fn orthogonal_factors() {
    for (m, n) in [(0, 3), (3, 0), (1, 1), (4, 4), (6, 3), (3, 6), (50, 20), (20, 50), (70, 70)] {
        let a = noise(m * n, 5);
        for k in [m, m.min(n)] {
            let (mut q, mut r) = (vec![0.0; m * k], vec![0.0; k * n]);
            qr(m, n, k, &a, Some(&mut q), &mut r);
            assert_near(&product(m, k, n, &q, &r), &a, &format!("qr of {m} by {n}"));
            assert_near(&product(k, m, k, &transposed(m, k, &q), &q), &unit(k), "orthogonal");
        }
        let size = m.min(n);
        for full in [false, true] {
            let (cols, rows) = if full { (m, n) } else { (size, size) };
            let (mut u, mut s, mut vt) = (vec![0.0; m * cols], vec![0.0; size], vec![0.0; rows * n]);
            svd((m, n, full), &a, &mut u, &mut s, &mut vt).unwrap();
            let mut middle = vec![0.0; cols * rows];
            (0..size).for_each(|i| middle[i * rows + i] = s[i]);
            let back = product(m, rows, n, &product(m, cols, rows, &u, &middle), &vt);
            assert_near(&back, &a, &format!("svd of {m} by {n}"));
            assert_near(&product(cols, m, cols, &transposed(m, cols, &u), &u), &unit(cols), "left vectors");
            assert_near(&product(rows, n, rows, &vt, &transposed(rows, n, &vt)), &unit(rows), "right vectors");
            assert!(s.is_sorted_by(|a, b| a >= b));
            let mut alone = vec![0.0; size];
            singular_values(m, n, &a, &mut alone).unwrap();
            assert_near(&alone, &s, "singular values");
        }
    }
}

#[test]
fn eigenvectors_of_symmetric_matrices() {
    for n in SIZES {
        let x = noise(n * n, 6);
        let a: Vec<f64> = x.iter().zip(transposed(n, n, &x)).map(|(a, b)| a + b).collect();
        let (mut values, mut vectors, mut alone) = (vec![0.0; n], vec![0.0; n * n], vec![0.0; n]);
        eigen(n, &a, &mut values, &mut vectors).unwrap();
        let scaled: Vec<f64> = vectors.iter().enumerate().map(|(at, v)| v * values[at % n]).collect();
        assert_near(&product(n, n, n, &a, &vectors), &scaled, &format!("eigenvectors of {n}"));
        assert!(values.is_sorted());
        eigenvalues(n, &a, &mut alone).unwrap();
        assert_near(&alone, &values, "eigenvalues");
    }
    assert_eq!(eigenvalues(1, &[f64::NAN], &mut [0.0]), Err(Failure::NotFinite));
}

#[test]
fn singular_matrices_are_noticed_and_have_cofactors() {
    let a = [1.0, 2.0, 2.0, 4.0];
    assert_eq!(inverse(2, &a, false, &mut [0.0; 4]), Err(Failure::Singular(1)));
    assert_eq!(log_determinant(2, &a), (0.0, f64::NEG_INFINITY));
    let mut c = [0.0; 4];
    cofactors(2, &a, &mut c).unwrap();
    assert_near(&c, &[4.0, -2.0, -2.0, 1.0], "cofactors");
    cofactors(2, &[0.0; 4], &mut c).unwrap();
    assert_near(&c, &[0.0; 4], "cofactors of zeros");
    cofactors_along(2, &[0.0; 4], &[1.0, 2.0, 3.0, 4.0], &mut c).unwrap();
    assert_near(&c, &[4.0, -3.0, -2.0, 1.0], "gradient of cofactors");
}

#[test]
fn the_first_failure_of_a_batch_is_told() {
    let fails = [70_000, 20_001, 20_000];
    let found = each(100_000, 4, &|k| if fails.contains(&k) { Err(Failure::Singular(k)) } else { Ok(()) });
    assert_eq!(found, Err((20_000, Failure::Singular(20_000))));
}
