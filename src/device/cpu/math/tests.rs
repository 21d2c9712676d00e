//! Every function against std in f64 (whose own error is below an ulp) or against numbers computed with mpmath at 40
//! digits, through the loops of each instruction set; and at everything special.

use crate::device::DType;
use crate::device::cpu::isa::Isa;
use crate::device::cpu::tile::{TileFn, Tiles, tiles};
use std::ptr::null;
use tables::*;

mod tables;

trait Scalar: Copy + Default + Into<f64> + std::fmt::Debug {
    const DTYPE: DType;
    fn round(x: f64) -> Self;
    /// The distance between two neighbours at x.
    fn ulp(x: f64) -> f64;
}

impl Scalar for f32 {
    const DTYPE: DType = DType::F32;
    fn round(x: f64) -> f32 {
        x as f32
    }
    fn ulp(x: f64) -> f64 {
        let x = (x.abs() as f32).clamp(f32::MIN_POSITIVE, f32::MAX);
        (x as f64 - x.next_down() as f64).max((f32::from_bits(1)) as f64)
    }
}

impl Scalar for f64 {
    const DTYPE: DType = DType::F64;
    fn round(x: f64) -> f64 {
        x
    }
    fn ulp(x: f64) -> f64 {
        let x = x.abs().clamp(f64::MIN_POSITIVE, f64::MAX);
        x - x.next_down()
    }
}

fn call<T: Scalar>(f: TileFn, x: &[T], y: &[T]) -> Vec<T> {
    let mut out = vec![T::default(); x.len()];
    // SAFETY: slices of one length of the kernel's type.
    unsafe { f(out.as_mut_ptr() as *mut u8, x.as_ptr() as *const u8, y.as_ptr() as *const u8, null(), x.len()) };
    out
}

/// Error of `got` in ulps; infinite where one is special and the other is not the same.
fn error<T: Scalar>(got: T, want: f64) -> f64 {
    let got: f64 = got.into();
    if want.is_nan() || got.is_nan() {
        return if want.is_nan() && got.is_nan() { 0.0 } else { f64::INFINITY };
    }
    let rounded: f64 = T::round(want).into();
    if got == rounded {
        return if got == 0.0 && got.is_sign_negative() != rounded.is_sign_negative() { f64::INFINITY } else { 0.0 };
    }
    if got.is_infinite() || rounded.is_infinite() {
        // Overflow may come one neighbour early or late.
        let (finite, _) = if got.is_infinite() { (rounded, got) } else { (got, rounded) };
        let largest: f64 = T::round(if T::DTYPE == DType::F32 { f32::MAX as f64 } else { f64::MAX }).into();
        return if finite.abs() == largest { 1.0 } else { f64::INFINITY };
    }
    (got - want).abs() / T::ulp(want)
}

/// Numbers spread over a range: evenly, or in magnitude where it spans many powers of two.
fn spread<T: Scalar>(low: f64, high: f64) -> Vec<T> {
    let count = 20_000;
    let step = |i: usize| i as f64 / count as f64;
    let mut all: Vec<f64> = (0..=count).map(|i| low + (high - low) * step(i)).collect();
    for bound in [low, high] {
        if bound != 0.0 {
            let smallest = if low > 0.0 { low } else { bound.abs() * 1e-12 };
            all.extend((0..=count).map(|i| bound.signum() * smallest * (bound.abs() / smallest).powf(step(i))));
        }
    }
    // Not all even in their last bits.
    all.iter().enumerate().map(|(i, &x)| T::round(x * (1.0 + (i % 977) as f64 * 1e-9)).clamp_to(low, high)).collect()
}

trait ClampTo {
    fn clamp_to(self, low: f64, high: f64) -> Self;
}

impl<T: Scalar> ClampTo for T {
    fn clamp_to(self, low: f64, high: f64) -> T {
        let x: f64 = self.into();
        T::round(x.clamp(low, high))
    }
}

const SPECIAL: [f64; 14] = [
    0.0,
    -0.0,
    1.0,
    -1.0,
    f64::INFINITY,
    f64::NEG_INFINITY,
    f64::NAN,
    f32::MAX as f64,
    -(f32::MAX as f64),
    f32::MIN_POSITIVE as f64,
    1e-45,
    -1e-45,
    3e-320,
    1e-30,
];

fn check_in<T: Scalar>(tiles: &Tiles, reference: fn(f64) -> f64, x: &[T], limit: f64) {
    for isa in Isa::available() {
        let got = call(tiles.get_for(isa, T::DTYPE, 0).unwrap(), x, x);
        let errors = x.iter().zip(&got).map(|(&x, &got)| (error(got, reference(x.into())), x, got));
        let (worst, at, got) = errors.max_by(|a, b| a.0.total_cmp(&b.0)).unwrap();
        let want = reference(at.into());
        if std::env::var_os("REEL_SHOW_ULP").is_some() {
            println!("{:9} {:8} {}: {worst:.3} ulp at {at:?}", tiles.name, isa.name(), T::DTYPE);
        }
        assert!(
            worst <= limit,
            "{} {isa:?} {}: {worst:.3} ulp at {at:?}: {got:?}, should be {want:e}",
            tiles.name,
            T::DTYPE
        );
    }
}

/// Both types over these ranges and at everything special; the limits are in ulp.
fn check(tiles: &Tiles, reference: fn(f64) -> f64, ranges: &[(f64, f64)], limit32: f64, limit64: f64) {
    let special: Vec<f32> = SPECIAL.iter().map(|&x| x as f32).collect();
    check_in::<f32>(tiles, reference, &special, limit32);
    check_in::<f64>(tiles, reference, &SPECIAL, limit64);
    for &(low, high) in ranges {
        check_in::<f32>(tiles, reference, &spread(low, high), limit32);
        check_in::<f64>(tiles, reference, &spread(low, high), limit64);
    }
}

macro_rules! functions {
    ($($test:ident $name:literal: |$x:ident| $body:expr $(; $rare:expr => $exact:expr)?, $reference:expr, $ranges:expr, $limit32:literal, $limit64:literal;)+) => { $(
        #[test]
        fn $test() {
            static TILES: Tiles = tiles!($name, cuda: "", real: |$x| $body $(; $rare => $exact)?);
            check(&TILES, $reference, &$ranges, $limit32, $limit64);
        }
    )+ };
}

/// The last two are beyond what vector loops reduce.
const TURNS: [(f64, f64); 5] = [(-1e5, 1e5), (-10.0, 10.0), (0.0, 1.0), (-1e7, 1e7), (-1e300, 1e300)];

functions! {
    exp "exp": |x| x.exp(), f64::exp, [(-110.0, 95.0), (-750.0, 715.0), (-1.0, 1.0)], 1.0, 1.0;
    exp2 "exp2": |x| x.exp2(), f64::exp2, [(-155.0, 130.0), (-1080.0, 1030.0), (-1.0, 1.0)], 1.0, 1.0;
    expm1 "expm1": |x| x.expm1(), f64::exp_m1, [(-110.0, 95.0), (-750.0, 715.0), (-1.0, 1.0)], 1.5, 2.5;
    sigmoid "sigmoid": |x| x.sigmoid(), |x| 1.0 / (1.0 + (-x).exp()), [(-110.0, 95.0), (-700.0, 700.0), (-1.0, 1.0)], 2.5, 3.0;
    tanh "tanh": |x| x.tanh(), f64::tanh, [(-25.0, 25.0), (-1.0, 1.0)], 2.2, 3.0;
    sinh "sinh": |x| x.sinh(), f64::sinh, [(-95.0, 95.0), (-715.0, 715.0), (-1.0, 1.0)], 2.5, 2.5;
    cosh "cosh": |x| x.cosh(), f64::cosh, [(-95.0, 95.0), (-715.0, 715.0), (-1.0, 1.0)], 2.0, 2.0;
    ln "ln": |x| x.ln(), f64::ln, [(-1.0, 1.0), (0.0, 1e38), (1e-45, 1e-37), (0.5, 2.0), (3e-320, 1e300)], 1.0, 1.0;
    log1p "log1p": |x| x.log1p(), f64::ln_1p, [(-1.0, 1.0), (-2.0, 1e38), (-1e-3, 1e-3)], 2.0, 2.0;
    log2 "log2": |x| x.log2(), f64::log2, [(-1.0, 1.0), (0.0, 1e38), (1e-45, 1e-37), (0.5, 2.0), (3e-320, 1e300)], 0.51, 1.0;
    log10 "log10": |x| x.log10(), f64::log10, [(-1.0, 1.0), (0.0, 1e38), (1e-45, 1e-37), (0.5, 2.0)], 0.51, 2.0;
    softplus "softplus": |x| x.softplus(), |x| x.max(0.0) + (-x.abs()).exp().ln_1p() + if x.is_nan() { x } else { 0.0 }, [(-80.0, 80.0), (-1.0, 1.0)], 2.5, 2.5;
    asinh "asinh": |x| x.asinh(), f64::asinh, [(-1e6, 1e6), (-1.0, 1.0), (-1e38, 1e38)], 0.51, 3.0;
    acosh "acosh": |x| x.acosh(), |x| if x < 1.0 { f64::NAN } else { (x - 1.0 + ((x - 1.0) * (x + 1.0)).sqrt()).ln_1p() }, [(-1.0, 3.0), (1.0, 1e6), (1.0, 1e38)], 0.51, 3.0;
    atanh "atanh": |x| x.atanh(), |x| x.abs().atanh().copysign(x), [(-1.1, 1.1), (-1e-3, 1e-3)], 0.51, 3.0;
    asin "asin": |x| x.asin(), f64::asin, [(-1.1, 1.1), (-1e-3, 1e-3)], 2.5, 2.0;
    acos "acos": |x| x.acos(), f64::acos, [(-1.1, 1.1), (-1e-3, 1e-3)], 2.0, 2.0;
    atan "atan": |x| x.atan(), f64::atan, [(-10.0, 10.0), (-1.0, 1.0), (-1e38, 1e38)], 2.5, 2.0;
    sqrt "sqrt": |x| x.sqrt(), f64::sqrt, [(-1.0, 1e38), (0.0, 1.0)], 0.51, 0.51;
    floor "floor": |x| x.floor(), f64::floor, [(-3.0, 3.0), (-1e38, 1e38), (-1e17, 1e17)], 0.0, 0.0;
    ceil "ceil": |x| x.ceil(), f64::ceil, [(-3.0, 3.0), (-1e38, 1e38), (-1e17, 1e17)], 0.0, 0.0;
    trunc "trunc": |x| x.trunc(), f64::trunc, [(-3.0, 3.0), (-1e38, 1e38), (-1e17, 1e17)], 0.0, 0.0;
    round "round": |x| x.round(), f64::round_ties_even, [(-3.0, 3.0), (-1e38, 1e38), (-1e17, 1e17)], 0.0, 0.0;
    sin "sin": |x| x.sin(); x.trig_is_rare() => x.sin_any(), f64::sin, TURNS, 2.0, 1.5;
    cos "cos": |x| x.cos(); x.trig_is_rare() => x.cos_any(), f64::cos, TURNS, 2.0, 1.5;
    tan "tan": |x| x.tan(); x.trig_is_rare() => x.tan_any(), f64::tan, TURNS, 3.5, 2.5;
}

/// Halves round to even, and what has no fraction stays.
#[test]
fn rounding_of_halves() {
    static ROUND: Tiles = tiles!("round", cuda: "", real: |x| x.round());
    let halves: Vec<f64> = (-20..20).map(|i| i as f64 + 0.5).collect();
    check_in::<f64>(&ROUND, f64::round_ties_even, &halves, 0.0);
    let halves: Vec<f32> = halves.iter().map(|&x| x as f32).collect();
    check_in::<f32>(&ROUND, f64::round_ties_even, &halves, 0.0);
}

#[test]
fn logarithms_of_powers_are_exact() {
    static LOG2: Tiles = tiles!("log2", cuda: "", real: |x| x.log2());
    static LOG10: Tiles = tiles!("log10", cuda: "", real: |x| x.log10());
    for isa in Isa::available() {
        let twos: Vec<f64> = (-1022..1024).map(|k| 2f64.powi(k)).collect();
        let got = call(LOG2.get_for(isa, DType::F64, 0).unwrap(), &twos, &twos);
        assert!(got.iter().zip(-1022..).all(|(&got, k)| got == k as f64));
        let tens: Vec<f64> = (0..23).map(|k| 10f64.powi(k)).collect();
        let got = call(LOG10.get_for(isa, DType::F64, 0).unwrap(), &tens, &tens);
        assert!(got.iter().zip(0..).all(|(&got, k)| got == k as f64), "{got:?}");
    }
}

/// Close to multiples of pi/2, where nearly all digits of the argument cancel.
#[test]
fn sine_near_its_zeros() {
    static SIN: Tiles = tiles!("sin", cuda: "", real: |x| x.sin());
    static COS: Tiles = tiles!("cos", cuda: "", real: |x| x.cos());
    static TAN: Tiles = tiles!("tan", cuda: "", real: |x| x.tan());
    let mut near: Vec<f64> = (1..60_000).map(|k| k as f64 * std::f64::consts::FRAC_PI_2).collect();
    near.extend(near.clone().iter().flat_map(|x| [-x, x.next_up(), x.next_down()]));
    let near32: Vec<f32> = near.iter().map(|&x| x as f32).collect();
    for (tiles, reference) in [(&SIN, f64::sin as fn(f64) -> f64), (&COS, f64::cos), (&TAN, f64::tan)] {
        check_in::<f64>(tiles, reference, &near, 2.5);
        check_in::<f32>(tiles, reference, &near32, 3.5);
    }
}

fn check_table(tiles: &Tiles, table: &[(f64, f64)], limit32: f64, limit64: f64) {
    for isa in Isa::available() {
        for sign in [1.0, -1.0] {
            let table: Vec<_> = table.iter().filter(|row| row.0 >= 0.0 || sign > 0.0).collect();
            let x: Vec<f64> = table.iter().map(|row| row.0 * sign).collect();
            let odd = |value: f64| {
                if tiles.name == "erf" {
                    value * sign
                } else if sign < 0.0 {
                    2.0 - value
                } else {
                    value
                }
            };
            let want: Vec<f64> = table.iter().map(|row| odd(row.1)).collect();
            let got = call(tiles.get_for(isa, DType::F64, 0).unwrap(), &x, &x);
            for ((x, want), got) in x.iter().zip(&want).zip(&got) {
                let error = error(*got, *want);
                assert!(error <= limit64, "{} {isa:?} f64 {x}: {got:e} {want:e} {error}", tiles.name);
            }
            // f32 at the same points as far as f32 has them.
            let exact: Vec<usize> = (0..x.len()).filter(|&i| x[i] as f32 as f64 == x[i]).collect();
            let x32: Vec<f32> = exact.iter().map(|&i| x[i] as f32).collect();
            let got = call(tiles.get_for(isa, DType::F32, 0).unwrap(), &x32, &x32);
            for (&i, got) in exact.iter().zip(&got) {
                let error = error(*got, want[i]);
                assert!(error <= limit32, "{} {isa:?} f32 {}: {got:e} {:e} {error}", tiles.name, x[i], want[i]);
            }
        }
    }
}

static ERF_TILES: Tiles = tiles!("erf", cuda: "", real: |x| x.erf());
static ERFC_TILES: Tiles = tiles!("erfc", cuda: "", real: |x| x.erfc());

#[test]
fn error_function() {
    check_table(&ERF_TILES, ERF, 3.0, 2.0);
    check_table(&ERFC_TILES, ERFC, 1.0, 4.0);
    for isa in Isa::available() {
        // f32 against our own f64, which the table holds, over all of the range.
        for (tiles, limit) in [(&ERF_TILES, 3.0), (&ERFC_TILES, 0.6)] {
            let x: Vec<f32> = spread(-11.0, 11.0);
            let wide: Vec<f64> = x.iter().map(|&x| x as f64).collect();
            let want = call(tiles.get_for(isa, DType::F64, 0).unwrap(), &wide, &wide);
            let got = call(tiles.get_for(isa, DType::F32, 0).unwrap(), &x, &x);
            let worst = got.iter().zip(&want).map(|(&got, &want)| error(got, want)).fold(0.0, f64::max);
            assert!(worst <= limit, "{} {isa:?}: {worst}", tiles.name);
        }
        let x = [f64::INFINITY, f64::NEG_INFINITY, f64::NAN, -0.0, 40.0, -40.0];
        let got = call(ERF_TILES.get_for(isa, DType::F64, 0).unwrap(), &x, &x);
        assert!(got[2].is_nan() && got[3].is_sign_negative());
        assert_eq!((got[0], got[1], got[3], got[4], got[5]), (1.0, -1.0, 0.0, 1.0, -1.0));
        let got = call(ERFC_TILES.get_for(isa, DType::F64, 0).unwrap(), &x, &x);
        assert!(got[2].is_nan());
        assert_eq!((got[0], got[1], got[3], got[4], got[5]), (0.0, 2.0, 1.0, 0.0, 2.0));
        let x = [f32::INFINITY, f32::NEG_INFINITY, f32::NAN, -0.0, 40.0, -40.0];
        let got = call(ERF_TILES.get_for(isa, DType::F32, 0).unwrap(), &x, &x);
        assert!(got[2].is_nan() && got[3].is_sign_negative());
        assert_eq!((got[0], got[1], got[3], got[4], got[5]), (1.0, -1.0, 0.0, 1.0, -1.0));
    }
}

static ERFINV_TILES: Tiles = tiles!("erfinv", cuda: "", real: |x| x.erfinv());

#[test]
fn inverse_of_the_error_function() {
    for isa in Isa::available() {
        for sign in [1.0, -1.0] {
            let x: Vec<f64> = ERFINV.iter().map(|row| row.0 * sign).collect();
            let got = call(ERFINV_TILES.get_for(isa, DType::F64, 0).unwrap(), &x, &x);
            for (row, got) in ERFINV.iter().zip(&got) {
                let error = error(*got, row.1 * sign);
                assert!(error <= 4.0, "{isa:?} f64 {}: {got:e} {:e} {error}", row.0, row.1);
            }
        }
        // f32 against f64, over all of the range.
        let x: Vec<f32> = spread(-1.0, 1.0);
        let wide: Vec<f64> = x.iter().map(|&x| x as f64).collect();
        let want = call(ERFINV_TILES.get_for(isa, DType::F64, 0).unwrap(), &wide, &wide);
        let got = call(ERFINV_TILES.get_for(isa, DType::F32, 0).unwrap(), &x, &x);
        let worst = got.iter().zip(&want).map(|(&got, &want)| error(got, want)).fold(0.0, f64::max);
        assert!(worst <= 0.6, "{isa:?}: {worst}");
        let x = [1.0, -1.0, 1.5, -1.5, f64::INFINITY, f64::NAN, -0.0];
        let got = call(ERFINV_TILES.get_for(isa, DType::F64, 0).unwrap(), &x, &x);
        assert_eq!((got[0], got[1]), (f64::INFINITY, f64::NEG_INFINITY));
        assert!(got[2..6].iter().all(|x| x.is_nan()) && got[6] == 0.0 && got[6].is_sign_negative());
    }
}

#[test]
fn sums_of_powers() {
    static ZETA_TILES: Tiles = tiles!("zeta", cuda: "", real: |x, y| x.zeta(y));
    for isa in Isa::available() {
        let x: Vec<f64> = ZETA.iter().map(|row| row.0).collect();
        let s: Vec<f64> = ZETA.iter().map(|row| row.1).collect();
        let got = call(ZETA_TILES.get_for(isa, DType::F64, 0).unwrap(), &x, &s);
        for (&(x, s, want), got) in ZETA.iter().zip(&got) {
            // For odd s there are zeros below 0, near which the largest terms cancel.
            let scale = if x < 0.0 { want.abs().max((x - x.round()).abs().powf(-s)) } else { want.abs() };
            let error = (got - want).abs() / f64::ulp(scale);
            assert!(error <= 16.0, "{isa:?} f64 {x} {s}: {got:e} {want:e} {error}");
        }
        let x = [0.0, -0.0, -3.0, -1e300, f64::INFINITY, f64::NEG_INFINITY, f64::NAN];
        let got = call(ZETA_TILES.get_for(isa, DType::F64, 0).unwrap(), &x, &[3.0; 7]);
        assert!(got[..4].iter().all(|x| *x == f64::INFINITY) && got[4] == 0.0);
        assert!(got[5].is_nan() && got[6].is_nan());
        let got = call(ZETA_TILES.get_for(isa, DType::F32, 0).unwrap(), &[2.0f32, -0.5], &[3.0f32, 4.0]);
        let worst = got.iter().zip([0.20205691, 32.23485]).map(|(&got, want)| error(got, want)).fold(0.0, f64::max);
        assert!(worst <= 1.0, "{isa:?}: {worst}");
    }
}

/// Errors relative to the value, or absolute where that is below 1 and there are zeros, near which all cancels.
fn check_gamma(tiles: &Tiles, table: &[(f64, f64)], limit32: f64, limit64: f64) {
    for isa in Isa::available() {
        let x: Vec<f64> = table.iter().map(|row| row.0).collect();
        let got = call(tiles.get_for(isa, DType::F64, 0).unwrap(), &x, &x);
        for ((x, want), got) in table.iter().zip(&got) {
            let zeros = *x < 0.0 || tiles.name == "digamma";
            let scale = if zeros { want.abs().max(1.0) } else { want.abs() };
            let error = (got - want).abs() / f64::ulp(scale);
            assert!(error <= limit64, "{} {isa:?} f64 {x}: {got:e} {want:e} {error}", tiles.name);
        }
        let x: Vec<f32> = x.iter().map(|&x| x as f32).collect();
        let wide: Vec<f64> = x.iter().map(|&x| x as f64).collect();
        let want = call(tiles.get_for(isa, DType::F64, 0).unwrap(), &wide, &wide);
        let got = call(tiles.get_for(isa, DType::F32, 0).unwrap(), &x, &x);
        for ((x, want), got) in x.iter().zip(&want).zip(&got) {
            let error = error(*got, *want);
            assert!(error <= limit32, "{} {isa:?} f32 {x}: {got:e} {want:e} {error}", tiles.name);
        }
        let x = [0.0, -0.0, -3.0, f64::INFINITY, f64::NEG_INFINITY, f64::NAN, -1e300];
        let got = call(tiles.get_for(isa, DType::F64, 0).unwrap(), &x, &x);
        let (inf, nan) = (f64::INFINITY, f64::NAN);
        let want = match tiles.name {
            "lgamma" => [inf, inf, inf, inf, inf, nan, inf],
            "digamma" => [-inf, inf, nan, inf, nan, nan, nan],
            _ => [inf, inf, inf, 0.0, nan, nan, inf],
        };
        assert!(got.iter().zip(&want).all(|(a, b)| a == b || a.is_nan() && b.is_nan()), "{}: {got:?}", tiles.name);
    }
}

#[test]
fn gamma_function() {
    static LGAMMA_TILES: Tiles = tiles!("lgamma", cuda: "", real: |x| x.lgamma());
    static DIGAMMA_TILES: Tiles = tiles!("digamma", cuda: "", real: |x| x.digamma());
    static TRIGAMMA_TILES: Tiles = tiles!("trigamma", cuda: "", real: |x| x.trigamma());
    check_gamma(&LGAMMA_TILES, LGAMMA, 0.6, 4.0);
    check_gamma(&DIGAMMA_TILES, DIGAMMA, 0.6, 16.0);
    check_gamma(&TRIGAMMA_TILES, TRIGAMMA, 0.6, 8.0);
}

/// All pairs of a set of numbers, and random ones.
fn pairs(low: f64, high: f64) -> (Vec<f64>, Vec<f64>) {
    let mut some = SPECIAL.to_vec();
    some.extend([2.0, -2.0, 3.0, 0.5, -0.5, 1.5, -3.0, 1e300, -1e300, 1e10, -1e10, 0.999, 1.001, 9007199254740992.0]);
    let mut all: Vec<(f64, f64)> = some.iter().flat_map(|&x| some.iter().map(move |&y| (x, y))).collect();
    let spread: Vec<f64> = spread(low, high);
    all.extend((0..spread.len()).map(|i| (spread[i], spread[(i * 7919 + 13) % spread.len()])));
    all.into_iter().unzip()
}

fn check_pairs(
    tiles: &Tiles,
    reference: fn(f64, f64) -> f64,
    (x, y): (Vec<f64>, Vec<f64>),
    limit32: f64,
    limit64: f64,
) {
    for isa in Isa::available() {
        let got = call(tiles.get_for(isa, DType::F64, 0).unwrap(), &x, &y);
        for i in 0..x.len() {
            let error = error(got[i], reference(x[i], y[i]));
            let want = reference(x[i], y[i]);
            assert!(
                error <= limit64,
                "{} {isa:?} f64 {:e} {:e}: {:e} {want:e} {error}",
                tiles.name,
                x[i],
                y[i],
                got[i]
            );
        }
        let x: Vec<f32> = x.iter().map(|&x| x as f32).collect();
        let y: Vec<f32> = y.iter().map(|&y| y as f32).collect();
        let got = call(tiles.get_for(isa, DType::F32, 0).unwrap(), &x, &y);
        for i in 0..x.len() {
            let want = reference(x[i] as f64, y[i] as f64);
            let error = error(got[i], want);
            assert!(
                error <= limit32,
                "{} {isa:?} f32 {:e} {:e}: {:e} {want:e} {error}",
                tiles.name,
                x[i],
                y[i],
                got[i]
            );
        }
    }
}

#[test]
fn power() {
    static POW: Tiles = tiles!("pow", cuda: "", real: |x, y| x.pow(y));
    check_pairs(&POW, f64::powf, pairs(-30.0, 30.0), 0.51, 1.3);
    check_pairs(&POW, f64::powf, pairs(0.0, 300.0), 0.51, 1.3);
    check_pairs(&POW, f64::powf, pairs(0.9, 1.1), 0.51, 1.3);
}

#[test]
fn angle_of_a_point() {
    static ATAN2: Tiles = tiles!("atan2", cuda: "", real: |x, y| x.atan2(y));
    check_pairs(&ATAN2, f64::atan2, pairs(-5.0, 5.0), 2.5, 2.5);
}

#[test]
fn length_of_a_pair() {
    static HYPOT: Tiles = tiles!("hypot", cuda: "", real: |x, y| x.hypot(y));
    check_pairs(&HYPOT, f64::hypot, pairs(-5.0, 5.0), 2.0, 2.0);
    check_pairs(&HYPOT, f64::hypot, pairs(-1e30, 1e30), 2.0, 2.0);
}

#[test]
fn extremes_propagate_nan() {
    static MAXIMUM: Tiles = tiles!("maximum", cuda: "", real: |x, y| x.maximum(y));
    static MINIMUM: Tiles = tiles!("minimum", cuda: "", real: |x, y| x.minimum(y));
    let (x, y) = ([1.0, f64::NAN, 2.0, f64::INFINITY, f64::NAN], [2.0, 1.0, f64::NAN, 0.0, f64::NAN]);
    for isa in Isa::available() {
        let got = call(MAXIMUM.get_for(isa, DType::F64, 0).unwrap(), &x, &y);
        assert!(got[0] == 2.0 && got[1].is_nan() && got[2].is_nan() && got[3] == f64::INFINITY && got[4].is_nan());
        let got = call(MINIMUM.get_for(isa, DType::F64, 0).unwrap(), &x, &y);
        assert!(got[0] == 1.0 && got[1].is_nan() && got[2].is_nan() && got[3] == 0.0 && got[4].is_nan());
    }
}
