use half::{bf16, f16};

use super::*;
use crate::device::cpu::copy::tests::Lcg;
use crate::device::cpu::isa::{Isa, with_isa};
use crate::device::cpu::pool::set_threads;

/// Rows short and long, narrow and wide, several segments and several chunks.
const SHAPES: [(usize, usize, usize); 19] = [
    (1, 1, 1),
    (3, 10, 1),
    (5, 63, 1),
    (7, 64, 1),
    (2, 1000, 1),
    (300, 300, 1),
    (1, 200_003, 1),
    (2, 70_000, 1),
    (1, 5, 3),
    (4, 200, 7),
    (1, 50_000, 3),
    (2, 3, 64),
    (3, 33, 100),
    (1, 1000, 300),
    (1, 3, 40_000),
    (2000, 4, 3),
    (0, 3, 4),
    (3, 2, 0),
    (2, 0, 3),
];

/// Runs `kernel` with each instruction set and 1 or 2 threads; results of the two thread counts are equal.
fn everywhere<O: Copy + Default + std::fmt::Debug>(len: usize, kernel: impl Fn(&mut [O])) -> Vec<Vec<O>> {
    let mut results = Vec::new();
    for isa in Isa::available() {
        let [one, two] = [1, 2].map(|threads| {
            set_threads(threads);
            let mut dst = vec![O::default(); len];
            with_isa(isa, || kernel(&mut dst));
            dst
        });
        set_threads(0);
        // Through Debug, so that NaN equals itself.
        assert_eq!(format!("{one:?}"), format!("{two:?}"), "threads change the result");
        results.push(one);
    }
    results
}

fn rows<T: Copy>(axis: Axis, src: &[T]) -> Vec<Vec<T>> {
    let Axis { n, inner, .. } = axis;
    let row = |i: usize| (0..n).map(|r| src[(i / inner * n + r) * inner + i % inner]).collect();
    (0..axis.results()).map(row).collect()
}

fn data<T: Elem<Wide = f64>>(rng: &mut Lcg, len: usize, scale: f64) -> Vec<T> {
    (0..len).map(|_| T::narrow(rng.float() * scale)).collect()
}

/// Sums, means and norms of floats against f64, within one rounding of T.
fn float_sums<T: Elem<Wide = f64, Sum = T> + Mean<Mean = T> + std::fmt::Debug>(roundoff: f64) {
    let mut rng = Lcg(7);
    for (outer, n, inner) in SHAPES {
        let axis = Axis { outer, n, inner };
        let src = data::<T>(&mut rng, axis.numel(), 1.0);
        let close = |name: &str, got: Vec<Vec<T>>, want: &dyn Fn(&[f64]) -> (f64, f64)| {
            for got in got {
                for (got, row) in got.iter().zip(rows(axis, &src)) {
                    let row: Vec<f64> = row.iter().map(|x| x.wide()).collect();
                    let (want, size) = want(&row);
                    let error = (got.wide() - want).abs();
                    assert!(
                        error <= want.abs() * roundoff + size * 1e-15
                            || want.is_nan() && got.is_nan()
                            || T::narrow(want) == *got,
                        "{name} {axis:?}: {got:?} for {want}"
                    );
                }
            }
        };
        let size = |row: &[f64]| row.iter().map(|x| x.abs()).sum::<f64>() * (n as f64).sqrt();
        let total = |row: &[f64]| row.iter().sum::<f64>();
        close("sum", everywhere(axis.results(), |dst| sum(axis, &src, dst)), &|row| (total(row), size(row)));
        close("mean", everywhere(axis.results(), |dst| mean(axis, &src, dst)), &|row| {
            (total(row) / n as f64, size(row))
        });
        for p in [0.0, 1.0, 2.0, 3.0, 0.5, f64::INFINITY, f64::NEG_INFINITY] {
            let want = |row: &[f64]| {
                let magnitudes = row.iter().map(|x| x.abs());
                let norm = match p {
                    0.0 => magnitudes.filter(|&x| x != 0.0).count() as f64,
                    f64::INFINITY => magnitudes.fold(0.0, f64::max),
                    f64::NEG_INFINITY => magnitudes.fold(f64::INFINITY, f64::min),
                    _ => magnitudes.map(|x| x.powf(p)).sum::<f64>().powf(1.0 / p),
                };
                (norm, norm * (n as f64).sqrt() * 4.0)
            };
            close("norm", everywhere(axis.results(), |dst| norm(axis, p, &src, dst)), &want);
        }
    }
}

#[test]
fn sums_of_floats_round_once() {
    float_sums::<f32>(6e-8);
    float_sums::<f64>(0.0);
    float_sums::<f16>(4.9e-4);
    float_sums::<bf16>(4e-3);
}

#[test]
fn integers_are_exact() {
    let mut rng = Lcg(8);
    for (outer, n, inner) in SHAPES {
        let axis = Axis { outer, n, inner };
        let results = axis.results();
        let ints: Vec<i64> = (0..axis.numel()).map(|_| rng.below(2000) as i64 - 1000).collect();
        let bools: Vec<bool> = ints.iter().map(|&x| x > 900).collect();
        for got in everywhere(results, |dst| sum(axis, &ints, dst)) {
            assert_eq!(got, rows(axis, &ints).iter().map(|row| row.iter().sum()).collect::<Vec<i64>>());
        }
        for got in everywhere(results, |dst| prod(axis, &ints, dst)) {
            let want = rows(axis, &ints)
                .iter()
                .map(|row| row.iter().fold(1i64, |a, &b| a.wrapping_mul(b)))
                .collect::<Vec<i64>>();
            assert_eq!(got, want);
        }
        let count = |row: &Vec<bool>| row.iter().filter(|&&x| x).count() as i64;
        for got in everywhere(results, |dst| sum(axis, &bools, dst)) {
            assert_eq!(got, rows(axis, &bools).iter().map(count).collect::<Vec<i64>>());
        }
        for got in everywhere(results, |dst| mean(axis, &bools, dst)) {
            for (got, row) in got.iter().zip(rows(axis, &bools)) {
                let want = (count(&row) as f64 / n as f64) as f32;
                assert!(*got == want || n == 0 && got.is_nan());
            }
        }
        for got in everywhere(results, |dst| any(axis, &bools, dst)) {
            assert_eq!(got, rows(axis, &bools).iter().map(|row| row.contains(&true)).collect::<Vec<bool>>());
        }
        for got in everywhere(results, |dst| all(axis, &bools, dst)) {
            assert_eq!(got, rows(axis, &bools).iter().map(|row| !row.contains(&false)).collect::<Vec<bool>>());
        }
    }
}

#[test]
fn products_of_floats() {
    let mut rng = Lcg(9);
    for (outer, n, inner) in SHAPES {
        let axis = Axis { outer, n, inner };
        let src: Vec<f32> = (0..axis.numel()).map(|_| 1.0 + rng.float() as f32 / 1000.0).collect();
        for got in everywhere(axis.results(), |dst| prod(axis, &src, dst)) {
            for (got, row) in got.iter().zip(rows(axis, &src)) {
                let want: f64 = row.iter().map(|&x| x as f64).product();
                assert!((*got as f64 - want).abs() <= want * 1e-6, "{axis:?}: {got} for {want}");
            }
        }
    }
    // More than f32 holds on the way.
    let mut dst = [0.0f32];
    prod(Axis::whole(3), &[1e30f32, 1e30, 1e-30], &mut dst);
    assert_eq!(dst, [1e30]);
}

fn extremes<T: Elem + std::fmt::Debug>(value: impl Fn(&mut Lcg) -> T) {
    let mut rng = Lcg(10);
    for (outer, n, inner) in SHAPES.into_iter().filter(|s| s.1 > 0) {
        let axis = Axis { outer, n, inner };
        let src: Vec<T> = (0..axis.numel()).map(|_| value(&mut rng)).collect();
        for order in [Order::Max, Order::Min] {
            let beyond = |x: T, best: T| if order == Order::Max { x > best } else { x < best };
            let want: Vec<i64> = rows(axis, &src)
                .iter()
                .map(|row| {
                    let nan = row.iter().position(|x| x.is_nan());
                    let first = (0..n).fold(0, |best, i| if beyond(row[i], row[best]) { i } else { best });
                    nan.unwrap_or(first) as i64
                })
                .collect();
            let values: Vec<T> = rows(axis, &src).iter().zip(&want).map(|(row, &i)| row[i as usize]).collect();
            for got in everywhere(axis.results(), |dst| arg_extreme(order, axis, &src, dst)) {
                assert_eq!(got, want, "{order:?} {axis:?}");
            }
            for got in everywhere(axis.results(), |dst| extreme(order, axis, &src, dst)) {
                assert_eq!(format!("{got:?}"), format!("{values:?}"), "{order:?} {axis:?}");
            }
            let (mut got, mut indices) = (vec![T::default(); axis.results()], vec![0; axis.results()]);
            extreme_with_index(order, axis, &src, &mut got, &mut indices);
            assert_eq!((format!("{got:?}"), indices), (format!("{values:?}"), want));
        }
    }
}

#[test]
fn extremes_take_the_first_of_equals_and_nan_before_all() {
    // Few values, so that there are many equals.
    extremes(|rng| rng.below(50) as f32);
    extremes(|rng| rng.float());
    extremes(|rng| rng.below(100) as i64 - 50);
    extremes(|rng| rng.below(30) == 0);
    extremes(|rng| f16::from_f32(rng.below(40) as f32));
    extremes(|rng| bf16::from_f32(rng.below(40) as f32));
    extremes(|rng| if rng.below(300) == 0 { f32::NAN } else { rng.below(50) as f32 });
    extremes(|rng| if rng.below(300) == 0 { f64::NAN } else { -(rng.below(3) as f64) });
}

#[test]
fn nothing_gives_the_neutral_element() {
    let axis = Axis { outer: 1, n: 0, inner: 1 };
    let (mut float, mut int, mut flag) = ([9.0f32], [9], [false]);
    sum::<f32>(axis, &[], &mut float);
    assert_eq!(float, [0.0]);
    prod::<f32>(axis, &[], &mut float);
    assert_eq!(float, [1.0]);
    mean::<f32>(axis, &[], &mut float);
    assert!(float[0].is_nan());
    sum::<bool>(axis, &[], &mut int);
    assert_eq!(int, [0]);
    all::<i64>(axis, &[], &mut flag);
    assert_eq!(flag, [true]);
    any::<i64>(axis, &[], &mut flag);
    assert_eq!(flag, [false]);
}

#[test]
fn nan_spreads_and_is_true() {
    let row: Vec<f32> = (0..200).map(|i| if i == 130 { f32::NAN } else { 1.0 }).collect();
    let (mut out, mut flag) = ([0.0f32], [false]);
    for p in [1.0, 2.0, 2.5, f64::INFINITY, f64::NEG_INFINITY] {
        norm(Axis::whole(200), p, &row, &mut out);
        assert!(out[0].is_nan(), "{p}");
    }
    all(Axis::whole(200), &row, &mut flag);
    assert_eq!(flag, [true]);
}
