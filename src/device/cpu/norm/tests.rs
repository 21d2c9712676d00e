use super::channels::{self, Channels, Over};
use super::rows::{self, Rows};
use super::*;

/// Numbers between -1 and 1.
fn numbers(n: usize, seed: u64) -> Vec<f64> {
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 11) as f64 / (1u64 << 52) as f64 - 1.0
    };
    (0..n).map(|_| next()).collect()
}

const EPS: f64 = 1e-5;

/// What a group of elements, each with its factor and summand, becomes, and its gradients: (y, dx, dw x-wise, db x-wise).
fn plainly(x: &[f64], w: &[f64], b: &[f64], g: &[f64]) -> [Vec<f64>; 3] {
    let n = x.len() as f64;
    let mean = x.iter().sum::<f64>() / n;
    let var = x.iter().map(|x| (x - mean) * (x - mean)).sum::<f64>() / n;
    let rstd = 1.0 / (var + EPS).sqrt();
    let normal: Vec<f64> = x.iter().map(|x| (x - mean) * rstd).collect();
    let gw: Vec<f64> = g.iter().zip(w).map(|(g, w)| g * w).collect();
    let sum = gw.iter().sum::<f64>() / n;
    let moment = gw.iter().zip(&normal).map(|(g, x)| g * x).sum::<f64>() / n;
    let y = normal.iter().zip(w).zip(b).map(|((x, w), b)| x * w + b).collect();
    let dx = gw.iter().zip(&normal).map(|(g, x)| rstd * (g - sum - x * moment)).collect();
    let dw = g.iter().zip(&normal).map(|(g, x)| g * x).collect();
    [y, dx, dw]
}

fn close(what: &str, got: &[f64], want: &[f64]) {
    assert_eq!(got.len(), want.len(), "{what}");
    let size = want.iter().fold(1e-300f64, |m, x| m.max(x.abs()));
    for (i, (g, w)) in got.iter().zip(want).enumerate() {
        assert!((g - w).abs() <= 1e-10 * size, "{what} {i}: {g} is not {w}");
    }
}

#[test]
fn rows_short_and_long() {
    for (rows, n) in [(3, 5), (200, 70), (2, 3 * CHUNK + 17), (1, CHUNK), (5, 1)] {
        let numel = rows * n;
        let (x, g) = (numbers(numel, 1), numbers(numel, 2));
        let (w, b) = (numbers(n, 3), numbers(n, 4));
        let r = Rows { rows, n, period: 1, centred: true, eps: EPS };
        let (mut y, mut mean, mut var) = (vec![0.0; numel], vec![0.0; rows], vec![0.0; rows]);
        rows::forward(&r, &x, (Some(&w), Some(&b)), &mut y, &mut mean, &mut var);
        let (mut dx, mut dw, mut db) = (vec![0.0; numel], vec![1.0; n], vec![1.0; n]);
        let wanted = Wanted { x: Some(&mut dx), w: Some(&mut dw), b: Some(&mut db) };
        rows::backward(&r, (&x, Some(&w), &g), (&mean, &var), wanted);
        let (mut dw_want, mut db_want) = (vec![0.0; n], vec![0.0; n]);
        for row in 0..rows {
            let at = row * n..(row + 1) * n;
            let [y_want, dx_want, dw_row] = plainly(&x[at.clone()], &w, &b, &g[at.clone()]);
            close("y", &y[at.clone()], &y_want);
            if n > 1 {
                close("dx", &dx[at.clone()], &dx_want);
            }
            dw_want.iter_mut().zip(dw_row).for_each(|(t, v)| *t += v);
            db_want.iter_mut().zip(&g[at]).for_each(|(t, v)| *t += v);
        }
        close("db", &db, &db_want);
        if n > 1 {
            close("dw", &dw, &dw_want);
        }
    }
}

#[test]
fn channels_over_batches_and_groups() {
    let shapes = [(4, 6, 1), (300, 8, 1), (5, 6, 3), (2, 4, 50), (2, 2, CHUNK + 5), (1, 6, 40), (1, 600, 30)];
    for (batch, count, n) in shapes {
        for over in [Over::Batch, Over::Groups(1), Over::Groups(2), Over::Groups(count)] {
            let c = Channels { batch, channels: count, n, over, eps: EPS };
            let numel = batch * count * n;
            let (x, g) = (numbers(numel, 5), numbers(numel, 6));
            let (w, b) = (numbers(count, 7), numbers(count, 8));
            let groups = c.groups();
            let (mut y, mut mean, mut var) = (vec![0.0; numel], vec![0.0; groups], vec![0.0; groups]);
            channels::forward(&c, &x, (Some(&w), Some(&b)), &mut y, &mut mean, &mut var);
            let (mut dx, mut dw, mut db) = (vec![0.0; numel], vec![1.0; count], vec![1.0; count]);
            let wanted = Wanted { x: Some(&mut dx), w: Some(&mut dw), b: Some(&mut db) };
            channels::backward(&c, (&x, Some(&w), &g), (&mean, &var), wanted);
            let (mut dw_want, mut db_want) = (vec![0.0; count], vec![0.0; count]);
            for group in 0..groups {
                let places: Vec<usize> = (0..numel)
                    .filter(|i| {
                        let (example, channel) = (i / (count * n), i / n % count);
                        match over {
                            Over::Batch => channel == group,
                            Over::Groups(k) => example * k + channel / (count / k) == group,
                        }
                    })
                    .collect();
                let pick = |all: &[f64]| places.iter().map(|&i| all[i]).collect::<Vec<f64>>();
                let of_channel = |all: &[f64]| places.iter().map(|&i| all[i / n % count]).collect::<Vec<f64>>();
                let [y_want, dx_want, dw_each] = plainly(&pick(&x), &of_channel(&w), &of_channel(&b), &pick(&g));
                close("y", &pick(&y), &y_want);
                if places.len() > 1 {
                    close("dx", &pick(&dx), &dx_want);
                }
                for (k, &i) in places.iter().enumerate() {
                    dw_want[i / n % count] += dw_each[k];
                    db_want[i / n % count] += g[i];
                }
            }
            close("dw", &dw, &dw_want);
            close("db", &db, &db_want);
        }
    }
}

#[test]
fn a_large_mean_costs_no_variance() {
    let x: Vec<f32> = numbers(10_000, 9).into_iter().map(|x| (1000.0 + x) as f32).collect();
    let exact: f64 = x.iter().map(|&x| x as f64).sum::<f64>() / x.len() as f64;
    let var = x.iter().map(|&x| (x as f64 - exact).powi(2)).sum::<f64>() / x.len() as f64;
    let m = moments(&x);
    assert!((m.mean - exact).abs() < 1e-6 && (m.var() / var - 1.0).abs() < 1e-5, "{m:?} {exact} {var}");
}
