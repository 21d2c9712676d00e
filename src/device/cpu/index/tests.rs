use super::*;
use crate::device::cpu::copy::tests::Lcg;
use crate::device::cpu::isa::{Isa, with_isa};
use crate::device::cpu::pool::set_threads;

fn indices(rng: &mut Lcg, count: usize, len: usize) -> Vec<i64> {
    (0..count).map(|_| rng.below(2 * len) as i64 - len as i64).collect()
}

/// The results with 1 and 2 threads, which are equal.
fn both<O: Clone + PartialEq + std::fmt::Debug>(start: &[O], kernel: impl Fn(&mut [O])) -> Vec<O> {
    let [one, two] = [1, 2].map(|threads| {
        set_threads(threads);
        let mut dst = start.to_vec();
        kernel(&mut dst);
        dst
    });
    set_threads(0);
    assert!(one == two, "threads change the result");
    one
}

fn row_major(shape: &[usize]) -> Vec<usize> {
    (0..shape.len()).map(|d| shape[d + 1..].iter().product()).collect()
}

fn coordinates(mut i: usize, shape: &[usize]) -> Vec<usize> {
    let mut at = vec![0; shape.len()];
    for d in (0..shape.len()).rev() {
        at[d] = i % shape[d];
        i /= shape[d];
    }
    at
}

#[test]
fn indices_outside_are_reported() {
    let error = |position, value, len| Err(OutOfBounds { term: 0, position, value, len });
    assert_eq!(check(&[0, -3, 2], 3), Ok(()));
    assert_eq!(check(&[0, 3], 3), error(1, 3, 3));
    assert_eq!(check(&[0, 1, -4, 9], 3), error(2, -4, 3));
    assert_eq!(check(&[i64::MIN], usize::MAX), error(0, i64::MIN, usize::MAX));
    assert_eq!(check(&[0], 0), error(0, 0, 0));
    assert_eq!(check(&[], 0), Ok(()));
    for isa in Isa::available() {
        let mut long = vec![5; 3 * CHUNK];
        long[2 * CHUNK + 17] = -7;
        with_isa(isa, || assert_eq!(check(&long, 6), error(2 * CHUNK + 17, -7, 6)));
    }
    let terms = [
        Term { index: &[0, 1], strides: &[1], len: 2, step: 3 },
        Term { index: &[2, 3], strides: &[1], len: 3, step: 1 },
    ];
    let mut dst = [0; 2];
    assert_eq!(places(&[2], &terms, &mut dst), Err(OutOfBounds { term: 1, position: 1, value: 3, len: 3 }));
}

#[test]
fn several_terms_broadcast() {
    let mut rng = Lcg(11);
    for shape in [&[][..], &[1], &[5], &[3, 4], &[2, 0, 3], &[2, 3, 4], &[300, 400]] {
        let numel: usize = shape.iter().product();
        let lens = [7, 11];
        let (a, b) =
            (indices(&mut rng, numel, lens[0]), indices(&mut rng, shape.last().copied().unwrap_or(1), lens[1]));
        let full = row_major(shape);
        let mut last = vec![0; shape.len()];
        last.iter_mut().rev().take(1).for_each(|s| *s = 1);
        let terms = [
            Term { index: &a, strides: &full, len: lens[0], step: 11 },
            Term { index: &b, strides: &last, len: lens[1], step: 1 },
        ];
        let got = both(&vec![0; numel], |dst| places(shape, &terms, dst).unwrap());
        for (i, got) in got.into_iter().enumerate() {
            let j = i % shape.last().copied().unwrap_or(1);
            assert_eq!(got as i64, a[i].rem_euclid(7) * 11 + b[j].rem_euclid(11), "{shape:?} {i}");
        }
    }
}

#[test]
fn take_and_put_follow_places() {
    let mut rng = Lcg(12);
    for (outer, n, inner, count) in [
        (1, 5, 1, 9),
        (3, 4, 2, 5),
        (2, 6, 300, 40),
        (1, 1000, 1, 100_000),
        (50, 30, 70, 20),
        (2, 3, 4, 0),
        (2, 3, 0, 5),
    ] {
        let axis = Axis { outer, n, inner };
        let src: Vec<i64> = (0..axis.numel()).map(|_| rng.below(1000) as i64).collect();
        let values: Vec<i64> = (0..outer * count * inner).map(|_| rng.below(1000) as i64).collect();
        let spots: Vec<usize> = (0..count).map(|_| rng.below(n)).collect();
        let visit = |f: &mut dyn FnMut(usize, usize)| {
            for o in 0..outer {
                for (k, &spot) in spots.iter().enumerate() {
                    (0..inner).for_each(|j| f((o * count + k) * inner + j, (o * n + spot) * inner + j));
                }
            }
        };
        let mut want = values.clone();
        visit(&mut |i, place| want[i] = src[place]);
        assert_eq!(both(&values, |dst| take(axis, &src, &spots, dst)), want);

        let (mut assigned, mut added, mut counted) = (src.clone(), src.clone(), src.clone());
        visit(&mut |i, place| {
            assigned[place] = values[i];
            added[place] += values[i];
            counted[place] += 2;
        });
        assert_eq!(both(&src, |dst| put(axis, dst, &spots, Values::All(&values))), assigned);
        assert_eq!(both(&src, |dst| put_add(axis, dst, &spots, Values::All(&values))), added);
        assert_eq!(both(&src, |dst| put_add(axis, dst, &spots, Values::One(2))), counted);
    }
}

#[test]
fn sums_come_in_the_order_of_the_index() {
    let mut rng = Lcg(13);
    let (spots, values): (Vec<usize>, Vec<f32>) = (0..50_000).map(|_| (rng.below(10), rng.float() as f32)).unzip();
    let mut want = vec![0.0f32; 10];
    spots.iter().zip(&values).for_each(|(&spot, &value)| want[spot] += value);
    assert_eq!(both(&[0.0; 10], |dst| put_add(Axis::whole(10), dst, &spots, Values::All(&values))), want);
}

#[test]
fn gather_and_scatter_follow_their_definition() {
    let mut rng = Lcg(14);
    for round in 0..150 {
        let ndim = rng.below(4);
        let most = if round % 10 == 0 { [1, 90_000, 300, 50][ndim] } else { 6 };
        let shape: Vec<usize> = (0..ndim).map(|_| 1 + rng.below(most)).collect();
        let dim = if ndim == 0 { 0 } else { rng.below(ndim) };
        let numel: usize = shape.iter().product();
        // The other side is as large or larger, its dims in reverse order in memory.
        let mut other: Vec<usize> = shape.iter().map(|&len| len + rng.below(2)).collect();
        let len = 1 + rng.below(9);
        if ndim > 0 {
            other[dim] = len;
        }
        let strides: Vec<isize> = (0..ndim).map(|d| other[..d].iter().product::<usize>() as isize).collect();
        let index: Vec<i64> = (0..numel).map(|_| rng.below(len) as i64).collect();
        let data: Vec<f32> = (0..other.iter().product::<usize>().max(len)).map(|_| rng.float() as f32).collect();
        let place = |i: usize| -> usize {
            let mut at = coordinates(i, &shape);
            if ndim == 0 {
                return 0;
            }
            at[dim] = index[i] as usize;
            at.iter().zip(&strides).map(|(&a, &s)| a * s as usize).sum()
        };
        let want: Vec<f32> = (0..numel).map(|i| data[place(i)]).collect();
        let got = both(&vec![0.0; numel], |dst| {
            // SAFETY: the strides are those of `data`.
            unsafe { gather(&shape, dim, &index, (data.as_ptr(), &strides, len), dst) }.unwrap();
        });
        assert_eq!(got, want);

        let values: Vec<f32> = (0..numel).map(|_| rng.float() as f32).collect();
        let value_strides: Vec<isize> = row_major(&shape).iter().map(|&s| s as isize).collect();
        let (mut assigned, mut added) = (data.clone(), data.clone());
        for (i, &value) in values.iter().enumerate() {
            assigned[place(i)] = value;
            added[place(i)] += value;
        }
        let run = |dst: &mut [f32], source: Source<f32>, join: fn(f32, f32) -> f32| {
            // SAFETY: the strides are those of `data` and of `values`.
            unsafe { scatter(&shape, dim, &index, (dst.as_mut_ptr(), &strides, len), source, join) }.unwrap();
        };
        let source = Source::Strided(values.as_ptr(), &value_strides);
        assert_eq!(both(&data, |dst| run(dst, source, |_, new| new)), assigned, "{shape:?} {dim}");
        assert_eq!(both(&data, |dst| run(dst, source, Elem::plus)), added, "{shape:?} {dim}");
        for i in 0..numel {
            assigned[place(i)] = 9.0;
        }
        assert_eq!(
            both(&data, |dst| {
                run(dst, source, |_, new| new);
                run(dst, Source::One(9.0), |_, new| new);
            }),
            assigned
        );
    }
    let mut untouched = [1.0f32; 4];
    // SAFETY: one dim of four elements.
    let result =
        unsafe { scatter(&[3], 0, &[0, 1, 4], (untouched.as_mut_ptr(), &[1], 4), Source::One(5.0), |_, new| new) };
    assert_eq!((result, untouched), (Err(OutOfBounds { term: 0, position: 2, value: 4, len: 4 }), [1.0; 4]));
    // SAFETY: as above.
    let result = unsafe { gather(&[3], 0, &[0, -1, 1], (untouched.as_ptr(), &[1], 4), &mut [0.0; 3]) };
    assert_eq!(result, Err(OutOfBounds { term: 0, position: 1, value: -1, len: 4 }));
}

#[test]
fn masks_select_in_order() {
    let mut rng = Lcg(15);
    for len in [0, 1, 63, 64, 65, 1000, 3 * CHUNK + 5] {
        for odds in [1, 2, 50] {
            let mask: Vec<bool> = (0..len).map(|_| rng.below(odds) == 0).collect();
            let src: Vec<f32> = (0..len).map(|_| rng.float() as f32).collect();
            let want: Vec<usize> = (0..len).filter(|&i| mask[i]).collect();
            for isa in Isa::available() {
                with_isa(isa, || assert_eq!(count(&mask), want.len()));
            }
            assert_eq!(both(&vec![0; want.len()], |dst| assert_eq!(true_places(&mask, dst), want.len())), want);
            let selected: Vec<f32> = want.iter().map(|&i| src[i]).collect();
            assert_eq!(both(&vec![0.0; want.len()], |dst| _ = select(&mask, &src, dst)), selected);
        }
    }
    assert_eq!(count(&[f32::NAN, 0.0, -0.0, 2.0]), 2);
    let shape = [2, 3, 4];
    let values: Vec<i64> = (0..24).map(|i| i % 5 - 2).collect();
    let want: Vec<i64> =
        (0..24).filter(|&i| values[i] != 0).flat_map(|i| coordinates(i, &shape)).map(|x| x as i64).collect();
    let mut got = vec![0; count(&values) * 3];
    nonzero(&shape, &values, &mut got);
    assert_eq!(got, want);
    nonzero(&[], &[1i64], &mut []);
}
