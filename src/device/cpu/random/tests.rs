use super::*;
use crate::device::cpu::isa::{Isa, with_isa};
use crate::device::cpu::pool::set_threads;

const KEY: Philox = Philox { key: 0x299f_31d0_a409_3822 };

/// Known answers published with Random123 (kat_vectors).
#[test]
fn blocks_are_the_published_ones() {
    assert_eq!(Philox { key: 0 }.block(0), [0x6627_e8d5, 0xe169_c58d, 0xbc57_ac4c, 0x9b00_dbd8]);
    assert_eq!(Philox { key: u64::MAX }.block(u128::MAX), [0x408f_276d, 0x41c8_3b0e, 0xa20b_c7c6, 0x6d54_51fd]);
    let pi = 0x0370_7344_1319_8a2e_85a3_08d3_243f_6a88;
    assert_eq!(KEY.block(pi), [0xd16c_fe09, 0x94fd_cceb, 0x5001_e420, 0x2412_6ea1]);
}

#[test]
fn lanes_carry_into_the_high_words() {
    for counter in [u32::MAX as u128 - 3, u64::MAX as u128 - 3, u128::MAX - 3] {
        let lanes = KEY.lanes::<8>(counter);
        for l in 0..8 {
            assert_eq!(lanes.map(|word| word[l]), KEY.block(counter.wrapping_add(l as u128)));
        }
    }
}

/// What `fill` gives with each instruction set and 1 or 2 threads, all equal, of length `len` and from `counter`.
fn everywhere<T: Copy + Default + PartialEq + std::fmt::Debug>(len: usize, fill: impl Fn(&mut [T])) -> Vec<T> {
    let mut all = Vec::new();
    for isa in Isa::available() {
        for threads in [1, 2] {
            set_threads(threads);
            let mut dst = vec![T::default(); len];
            with_isa(isa, || fill(&mut dst));
            all.push(dst);
        }
    }
    set_threads(0);
    assert!(all.windows(2).all(|w| w[0] == w[1]), "differs between instruction sets or threads");
    all.remove(0)
}

/// Odd lengths and a counter in the middle of a carry; the long one is several chunks.
const LENGTHS: [usize; 6] = [0, 1, 5, 64, 1003, 4 * CHUNK * 2 + 77];
const START: u128 = u64::MAX as u128 - 2;

#[test]
fn fills_follow_their_definition() {
    for len in LENGTHS {
        let word = |i: usize| KEY.block(START + i as u128 / 4)[i % 4];
        let draw = |i: usize| {
            let w = KEY.block(START + i as u128 / 2);
            (w[i % 2 * 2 + 1] as u64) << 32 | w[i % 2 * 2] as u64
        };
        for (i, x) in everywhere(len, |dst| uniform_f32(KEY, START, dst)).into_iter().enumerate() {
            assert_eq!(x, (word(i) >> 8) as f32 / 16_777_216.0);
        }
        for (i, x) in everywhere(len, |dst| uniform_f64(KEY, START, dst)).into_iter().enumerate() {
            assert_eq!(x, (draw(i) >> 11) as f64 / 9_007_199_254_740_992.0);
        }
        for (i, x) in everywhere(len, |dst| randint(KEY, START, -3, 1000, dst)).into_iter().enumerate() {
            assert_eq!(x as i128, -3 + ((draw(i) as i128 * 1003) >> 64));
        }
        for (i, x) in everywhere(len, |dst| bernoulli(KEY, START, 0.3, dst)).into_iter().enumerate() {
            assert_eq!(x, (word(i) as f64) < 0.3 * 4_294_967_296.0);
        }
        for (i, x) in everywhere(len, |dst| normal_f32(KEY, START, dst)).into_iter().enumerate() {
            let u = ((word(i / 2 * 2) >> 1) as f64 + 0.5) / (1u64 << 31) as f64;
            let a = word(i / 2 * 2 + 1) as f64 / (1u64 << 32) as f64 * std::f64::consts::TAU;
            let z = (-2.0 * u.ln()).sqrt() * if i % 2 == 0 { a.cos() } else { a.sin() };
            // Next to u = 1 the radius is coarse: u itself has 24 bits.
            assert!((x as f64 - z).abs() < 2e-6 || (1.0 - u < 1e-3 && (x as f64 - z).abs() < 5e-4), "{i}: {x} {z}");
        }
        for (i, x) in everywhere(len, |dst| normal_f64(KEY, START, dst)).into_iter().enumerate() {
            let u = ((draw(i / 2 * 2) >> 11) as f64 + 0.5) / (1u64 << 53) as f64;
            let a = draw(i / 2 * 2 + 1) as f64 / (1u128 << 64) as f64 * std::f64::consts::TAU;
            let z = (-2.0 * u.ln()).sqrt() * if i % 2 == 0 { a.cos() } else { a.sin() };
            assert!((x - z).abs() < 1e-12, "{i}: {x} {z}");
        }
    }
}

#[test]
fn a_later_counter_continues_the_sequence() {
    let mut whole = [0.0; 40];
    uniform_f32(KEY, 7, &mut whole);
    let mut part = [0.0; 17];
    uniform_f32(KEY, 7 + blocks(20, 4), &mut part);
    assert_eq!(part, whole[20..37]);
}

#[test]
fn extremes_of_ranges_and_probabilities() {
    let mut ints = [0; 1000];
    randint(KEY, 0, i64::MIN, i64::MAX, &mut ints);
    assert!(ints.iter().any(|&x| x < i64::MIN / 2) && ints.iter().any(|&x| x > i64::MAX / 2));
    randint(KEY, 0, 5, 6, &mut ints);
    assert!(ints.iter().all(|&x| x == 5));
    randint(KEY, 0, 5, 5, &mut ints);
    assert!(ints.iter().all(|&x| x == 5));
    let mut flags = [false; 1000];
    for (p, want) in [(0.0, false), (1.0, true), (f64::NAN, false), (-1.0, false), (2.0, true)] {
        bernoulli(KEY, 0, p, &mut flags);
        assert!(flags.iter().all(|&x| x == want), "{p}");
    }
}

#[test]
fn moments_are_right() {
    let n = 1 << 20;
    let mut x = vec![0.0f32; n];
    normal_f32(KEY, 0, &mut x);
    let moment = |k: i32| x.iter().map(|&v| (v as f64).powi(k)).sum::<f64>() / n as f64;
    // Five standard errors of each moment.
    for (k, want, error) in [(1, 0.0, 1.0), (2, 1.0, 2.0f64.sqrt()), (3, 0.0, 15.0f64.sqrt()), (4, 3.0, 96.0f64.sqrt())]
    {
        assert!((moment(k) - want).abs() < 5.0 * error / (n as f64).sqrt(), "moment {k}: {}", moment(k));
    }
    let mut x = vec![0.0f64; n];
    normal_f64(KEY, 0, &mut x);
    let mean = x.iter().sum::<f64>() / n as f64;
    let variance = x.iter().map(|v| v * v).sum::<f64>() / n as f64;
    assert!(mean.abs() < 0.005 && (variance - 1.0).abs() < 0.007);
}

#[test]
fn permutations_are_permutations() {
    for n in [0, 1, 2, 31, 32, 33, 1000] {
        let mut order = vec![0; n];
        permutation(KEY, 3, &mut order);
        let mut seen = vec![false; n];
        order.iter().for_each(|&i| seen[i as usize] = true);
        assert!(seen.iter().all(|&s| s));
    }
    // Each element is equally likely in each place.
    let mut counts = [[0u32; 4]; 4];
    for round in 0..24_000 {
        let mut order = [0; 4];
        permutation(KEY, round * blocks(3, 2), &mut order);
        for (place, &x) in order.iter().enumerate() {
            counts[place][x as usize] += 1;
        }
    }
    assert!(counts.iter().flatten().all(|&c| c.abs_diff(6000) < 350), "{counts:?}");
}
