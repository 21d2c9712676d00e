use super::*;
use crate::device::cpu::copy::tests::Lcg;
use crate::device::cpu::isa::{Isa, with_isa};
use crate::device::cpu::pool::set_threads;

const SHAPES: [(usize, usize, usize); 13] = [
    (1, 1, 1),
    (5, 10, 1),
    (3, 31, 1),
    (3, 32, 1),
    (2, 1500, 1),
    (300, 300, 1),
    (1, 100_001, 1),
    (2, 3, 5),
    (3, 100, 64),
    (1, 70, 1000),
    (0, 3, 2),
    (2, 0, 2),
    (2, 3, 0),
];

/// Results of every instruction set with 1 and 2 threads, which are equal.
fn everywhere<T: Softmax + std::fmt::Debug>(len: usize, kernel: impl Fn(&mut [T])) -> Vec<Vec<T>> {
    let run = |isa, threads| {
        set_threads(threads);
        let mut dst = vec![T::default(); len];
        with_isa(isa, || kernel(&mut dst));
        set_threads(0);
        dst
    };
    let both = |isa| {
        let one = run(isa, 1);
        assert_eq!(format!("{one:?}"), format!("{:?}", run(isa, 2)), "threads change the result");
        one
    };
    Isa::available().map(both).collect()
}

/// `f` of each row, in f64.
fn by_row(axis: Axis, data: &[&[f64]], f: impl Fn(&[Vec<f64>]) -> Vec<f64>) -> Vec<f64> {
    let mut out = vec![0.0; axis.numel()];
    for row in 0..axis.results() {
        let at = |i: usize| (row / axis.inner * axis.n + i) * axis.inner + row % axis.inner;
        let rows: Vec<Vec<f64>> = data.iter().map(|d| (0..axis.n).map(|i| d[at(i)]).collect()).collect();
        for (i, x) in f(&rows).into_iter().enumerate() {
            out[at(i)] = x;
        }
    }
    out
}

fn log_sum(row: &[f64]) -> f64 {
    let max = row.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    max + row.iter().map(|x| (x - max).exp()).sum::<f64>().ln()
}

fn check<T: Softmax + std::fmt::Debug>(epsilon: f64) {
    let mut rng = Lcg(18);
    for (outer, n, inner) in SHAPES {
        let axis = Axis { outer, n, inner };
        let mut random = |scale: f64| -> Vec<T> { (0..axis.numel()).map(|_| T::narrow(rng.float() * scale)).collect() };
        let (x, g) = (random(8.0), random(1.0));
        let wide = |x: &[T]| x.iter().map(|x| x.wide()).collect::<Vec<f64>>();
        let close = |name: &str, got: Vec<T>, want: &[f64], scale: f64| {
            for (got, want) in got.iter().zip(want) {
                let error = (got.wide() - want).abs();
                assert!(error <= epsilon * (want.abs() + scale), "{name} {axis:?}: {got:?} for {want}");
            }
        };
        for kind in [Kind::Softmax, Kind::LogSoftmax] {
            let want = by_row(axis, &[&wide(&x)], |rows| {
                let log = log_sum(&rows[0]);
                rows[0].iter().map(|x| if kind == Kind::Softmax { (x - log).exp() } else { x - log }).collect()
            });
            // A logarithm has the error of numbers of the inputs' size; f16 has no more than 2^-24 near zero.
            let scale = if kind == Kind::Softmax { 1e-4 } else { 8.0 };
            for y in everywhere(axis.numel(), |dst| forward(kind, axis, &x, dst)) {
                close("forward", y, &want, scale);
            }
            let y: Vec<T> = want.iter().map(|&y| T::narrow(y)).collect();
            let want = by_row(axis, &[&wide(&y), &wide(&g)], |rows| {
                let (y, g) = (&rows[0], &rows[1]);
                let dot: f64 = y.iter().zip(g).map(|(y, g)| y * g).sum();
                let sum: f64 = g.iter().sum();
                let one = |(y, g): (&f64, &f64)| if kind == Kind::Softmax { y * (g - dot) } else { g - y.exp() * sum };
                y.iter().zip(g).map(one).collect()
            });
            for dx in everywhere(axis.numel(), |dst| backward(kind, axis, &y, &g, dst)) {
                close("backward", dx, &want, 1.0);
            }
        }
        let rows = by_row(axis, &[&wide(&x)], |rows| vec![log_sum(&rows[0]); n]);
        let want: Vec<f64> = (0..axis.results())
            .map(|i| match n {
                0 => f64::NEG_INFINITY,
                _ => rows[i / inner * n * inner + i % inner],
            })
            .collect();
        for got in everywhere(axis.results(), |dst| logsumexp(axis, &x, dst)) {
            if n > 0 {
                close("logsumexp", got, &want, 8.0);
            } else {
                assert_eq!(got, vec![T::narrow(f64::NEG_INFINITY); want.len()]);
            }
        }
    }
}

#[test]
fn equals_the_definition() {
    check::<f32>(1e-6);
    check::<f64>(1e-13);
    check::<f16>(1e-3);
    check::<bf16>(8e-3);
}

/// One row of `n`, by rows and as the first of two columns.
fn both_ways(n: usize, x: &[f32], kind: Kind) -> [Vec<f32>; 2] {
    let mut row = vec![0.0; n];
    forward(kind, Axis::whole(n), x, &mut row);
    let wide: Vec<f32> = x.iter().flat_map(|&x| [x, 1.0]).collect();
    let mut columns = vec![0.0; 2 * n];
    forward(kind, Axis { outer: 1, n, inner: 2 }, &wide, &mut columns);
    [row, columns.into_iter().step_by(2).collect()]
}

#[test]
fn extremes_are_right() {
    let inf = f32::INFINITY;
    for n in [3, 40, CHUNK + 5] {
        let mut x = vec![-inf; n];
        x[1] = 1e38;
        x[n - 1] = 1e38;
        for y in both_ways(n, &x, Kind::Softmax) {
            assert!(y[0] == 0.0 && y[1] == 0.5 && y[n - 1] == 0.5);
        }
        for y in both_ways(n, &x, Kind::LogSoftmax) {
            assert!(y[0] == -inf && y[1] == -std::f32::consts::LN_2);
        }
        let mut log = [0.0];
        for (special, want) in [(-inf, -inf), (inf, inf)] {
            let mut x = vec![-inf; n];
            x[0] = special;
            logsumexp(Axis::whole(n), &x, &mut log);
            assert_eq!(log, [want]);
            for y in both_ways(n, &x, Kind::Softmax) {
                assert!(y[0].is_nan());
            }
        }
        x[0] = f32::NAN;
        logsumexp(Axis::whole(n), &x, &mut log);
        assert!(log[0].is_nan());
        for y in both_ways(n, &x, Kind::Softmax) {
            assert!(y.iter().all(|y| y.is_nan()));
        }
        // A row that is all finite but for one NaN at its start.
        let mut x = vec![1.0; n];
        x[0] = f32::NAN;
        for y in both_ways(n, &x, Kind::LogSoftmax) {
            assert!(y.iter().all(|y| y.is_nan()));
        }
    }
}
