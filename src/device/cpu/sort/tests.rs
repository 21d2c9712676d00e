use super::*;
use crate::device::cpu::copy::tests::Lcg;
use crate::device::cpu::pool::set_threads;
use std::cmp::Ordering;

/// torch's order: NaN above all.
fn compare<T: Sortable>(a: T, b: T) -> Ordering {
    a.is_nan().cmp(&b.is_nan()).then(a.partial_cmp(&b).unwrap_or(Ordering::Equal))
}

fn check<T: Sortable + std::fmt::Debug>(n: usize, src: &[T]) {
    for descending in [false, true] {
        let mut want: Vec<i64> = Vec::new();
        for row in src.chunks_exact(n) {
            let mut order: Vec<i64> = (0..n as i64).collect();
            order.sort_by(|&a, &b| {
                let order = compare(row[a as usize], row[b as usize]);
                if descending { order.reverse() } else { order }
            });
            want.extend(order);
        }
        let value = |row: usize, i: i64| src[row * n + i as usize];
        for threads in [1, 2] {
            set_threads(threads);
            let (mut values, mut indices) = (vec![T::default(); src.len()], vec![0; src.len()]);
            sort(n, descending, src, &mut values, &mut indices);
            assert!(indices == want, "{} x {n} {descending}", src.len() / n);
            for (at, got) in values.iter().enumerate() {
                assert_eq!(format!("{got:?}"), format!("{:?}", value(at / n, want[at])));
            }
            indices.fill(0);
            argsort(n, descending, src, &mut indices);
            assert!(indices == want);
            for k in [1, 2, n / 100, n / 7, n / 2, n] {
                if k == 0 || k > n {
                    continue;
                }
                let rows = src.len() / n;
                let (mut values, mut indices) = (vec![T::default(); rows * k], vec![0; rows * k]);
                topk(n, k, descending, src, &mut values, &mut indices);
                for (at, (got, index)) in values.iter().zip(&indices).enumerate() {
                    let place = want[at / k * n + at % k];
                    assert_eq!((*index, format!("{got:?}")), (place, format!("{:?}", value(at / k, place))), "{n} {k}");
                }
            }
        }
        set_threads(0);
    }
}

fn check_type<T: Sortable + std::fmt::Debug>(value: impl Fn(&mut Lcg) -> T) {
    let mut rng = Lcg(16);
    for (rows, n) in
        [(0, 1), (1, 1), (5, 2), (40, 17), (3, 1023), (3, 1024), (2, 3000), (1, 2 * CHUNK + 9), (2, CHUNK + 1)]
    {
        let src: Vec<T> = (0..rows * n).map(|_| value(&mut rng)).collect();
        check(n, &src);
    }
}

#[test]
fn orders_are_stable_in_every_type() {
    check_type(|rng| rng.float() as f32);
    check_type(|rng| rng.float() * 1e300);
    check_type(|rng| rng.below(7) as i64 - 3);
    check_type(|rng| ((rng.below(1 << 31) as i64) << 33) ^ rng.below(1 << 31) as i64);
    check_type(|rng| rng.below(2) == 0);
    check_type(|rng| f16::from_f64(rng.float()));
    check_type(|rng| bf16::from_f64(rng.float()));
}

#[test]
fn special_floats_have_their_places() {
    let special =
        [f32::NAN, -f32::NAN, f32::INFINITY, f32::NEG_INFINITY, 0.0, -0.0, f32::MIN_POSITIVE / 2.0, -1.0, 1.0];
    check(special.len(), &special);
    check_type(|rng| special[rng.below(special.len())]);
    check_type(|rng| special[rng.below(special.len())] as f64);
    check_type(|rng| f16::from_f32(special[rng.below(special.len())]));
    check(4, &[i64::MAX, i64::MIN, 0, -1]);
}

#[test]
fn equal_rows_keep_their_order() {
    check(5000, &[1.0f32; 5000]);
    check(5000, &[f64::NAN; 5000]);
}
