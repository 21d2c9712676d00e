//! From every element type to every other. Floats become integers by truncation, as in torch, but NaN gives 0 and
//! what is too large the nearest i64 (in C that is undefined); anything but 0 is true; half types go through
//! f32 and round to nearest, ties to even.

use std::marker::PhantomData;

use super::isa::isa;
use super::tile::{Class, Kernel, TileFn, Tiles, loops};
use crate::device::DType;

/// IEEE half precision, as bits.
#[derive(Clone, Copy)]
#[repr(transparent)]
pub(super) struct F16(u16);

/// The upper half of an f32, as bits.
#[derive(Clone, Copy)]
#[repr(transparent)]
pub(super) struct BF16(u16);

/// An element as it lies in memory, and as kernels compute with it.
pub(super) trait Element: Copy {
    type Compute: Copy;
    fn load(self) -> Self::Compute;
    fn store(value: Self::Compute) -> Self;
}

macro_rules! plain {
    ($($T:ty),+) => { $(
        impl Element for $T {
            type Compute = $T;
            #[inline(always)]
            fn load(self) -> $T {
                self
            }
            #[inline(always)]
            fn store(value: $T) -> $T {
                value
            }
        }
    )+ };
}

plain!(bool, i64, f32, f64);

impl Element for F16 {
    type Compute = f32;

    /// Exact. Multiplying by a power of two puts denormals right.
    #[inline(always)]
    fn load(self) -> f32 {
        let bits = self.0 as u32;
        let magnitude = (bits & 0x7fff) << 13;
        let scaled = f32::from_bits(magnitude) * f32::from_bits((127 + 112) << 23);
        // Infinity and NaN had all exponent bits: they need f32's. A signalling NaN becomes quiet, as in hardware.
        let special = magnitude | 0x7f80_0000 | ((magnitude & 0x007f_ffff != 0) as u32) << 22;
        let magnitude = if magnitude >= 0x0f80_0000 { special } else { scaled.to_bits() };
        f32::from_bits(magnitude | (bits & 0x8000) << 16)
    }

    /// To nearest, ties to even; the same bits as F16C gives, NaN included.
    #[inline(always)]
    fn store(value: f32) -> F16 {
        let bits = value.to_bits();
        let (sign, magnitude) = (bits & 0x8000_0000, bits & 0x7fff_ffff);
        // Normal results: drop 13 bits of the mantissa with rounding; a carry into the exponent is right.
        let odd = (magnitude >> 13) & 1;
        let normal = magnitude.wrapping_sub(112 << 23).wrapping_add(0xfff + odd) >> 13;
        // Denormal results: adding 0.5 leaves the rounded multiple of 2^-24 in the low bits.
        let denormal = (f32::from_bits(magnitude) + 0.5).to_bits().wrapping_sub(0.5f32.to_bits());
        let nan = 0x7e00 | (magnitude >> 13) & 0x3ff;
        let finite = if magnitude < 113 << 23 { denormal } else { normal };
        let large = if magnitude > 0x7f80_0000 { nan } else { 0x7c00 };
        // From 65520 on everything rounds to infinity.
        let half = if magnitude >= 0x477f_f000 { large } else { finite };
        F16((half | sign >> 16) as u16)
    }
}

impl Element for BF16 {
    type Compute = f32;

    #[inline(always)]
    fn load(self) -> f32 {
        f32::from_bits((self.0 as u32) << 16)
    }

    #[inline(always)]
    fn store(value: f32) -> BF16 {
        let bits = value.to_bits();
        let rounded = bits.wrapping_add(0x7fff + ((bits >> 16) & 1));
        // Rounding could carry a NaN's mantissa away.
        let nan = bits | 0x0040_0000;
        BF16((if bits & 0x7fff_ffff > 0x7f80_0000 { nan } else { rounded } >> 16) as u16)
    }
}

/// Between the types kernels compute in.
trait Convert<To> {
    fn convert(self) -> To;
}

macro_rules! convert {
    ($($From:ty => $To:ty, |$x:ident| $value:expr;)+) => { $(
        impl Convert<$To> for $From {
            #[inline(always)]
            fn convert(self) -> $To {
                let $x = self;
                $value
            }
        }
    )+ };
}

convert! {
    bool => bool, |x| x; bool => i64, |x| x as i64; bool => f32, |x| x as u8 as f32; bool => f64, |x| x as u8 as f64;
    i64 => bool, |x| x != 0; i64 => i64, |x| x; i64 => f32, |x| x as f32; i64 => f64, |x| x as f64;
    f32 => bool, |x| x != 0.0; f32 => i64, |x| to_integer(x as f64); f32 => f32, |x| x; f32 => f64, |x| x as f64;
    f64 => bool, |x| x != 0.0; f64 => i64, |x| to_integer(x); f64 => f32, |x| x as f32; f64 => f64, |x| x;
}

/// `x as i64`, in steps that LLVM can turn into vector code.
#[inline(always)]
fn to_integer(x: f64) -> i64 {
    const LIMIT: f64 = 9223372036854775808.0;
    // Both comparisons are made: a branch would keep the loop from being vectorised.
    #[allow(clippy::manual_range_contains)]
    let inside = (x >= -LIMIT) & (x < LIMIT);
    // SAFETY: the number is in range, its fraction is dropped.
    let value = unsafe { (if inside { x } else { 0.0 }).to_int_unchecked::<i64>() };
    let value = if x >= LIMIT { i64::MAX } else { value };
    if x < -LIMIT { i64::MIN } else { value }
}

struct Cast<S, D>(PhantomData<(S, D)>);

impl<S: Element, D: Element> Kernel for Cast<S, D>
where
    S::Compute: Convert<D::Compute>,
{
    type A = S;
    type B = ();
    type C = ();
    type D = D;
    #[inline(always)]
    fn call(a: S, _: (), _: ()) -> (D, u32) {
        (D::store(a.load().convert()), 0)
    }
}

/// f32 to f32, rounded to what `H` can hold.
struct Round<H>(PhantomData<H>);

impl<H: Element<Compute = f32>> Kernel for Round<H> {
    type A = f32;
    type B = ();
    type C = ();
    type D = f32;
    #[inline(always)]
    fn call(a: f32, _: (), _: ()) -> (f32, u32) {
        (H::store(a).load(), 0)
    }
}

const TYPES: usize = DType::ALL.len();

/// By instruction set, source type and destination type.
static CASTS: [[[TileFn; TYPES]; TYPES]; 3] = {
    macro_rules! row {
        ($S:ty) => {{
            type K<D> = Cast<$S, D>;
            [
                loops::<K<bool>, K<bool>>(),
                loops::<K<i64>, K<i64>>(),
                loops::<K<F16>, K<F16>>(),
                loops::<K<BF16>, K<BF16>>(),
                loops::<K<f32>, K<f32>>(),
                loops::<K<f64>, K<f64>>(),
            ]
        }};
    }
    let rows = [row!(bool), row!(i64), row!(F16), row!(BF16), row!(f32), row!(f64)];
    let mut table = [[[rows[0][0][0]; TYPES]; TYPES]; 3];
    let mut at = 0;
    while at < 3 * TYPES * TYPES {
        let (isa, from, to) = (at / (TYPES * TYPES), at / TYPES % TYPES, at % TYPES);
        table[isa][from][to] = rows[from][to][isa];
        at += 1;
    }
    #[cfg(target_arch = "x86_64")]
    {
        let (half, single) = (DType::F16 as usize, DType::F32 as usize);
        let mut isa = 1;
        while isa < 3 {
            table[isa][half][single] = f16c::widen;
            table[isa][single][half] = f16c::narrow;
            isa += 1;
        }
    }
    table
};

/// The loop that casts contiguous elements as they lie in memory: one operand, aligned, not overlapping.
#[inline]
pub fn cast(from: DType, to: DType) -> TileFn {
    CASTS[isa() as usize][from as usize][to as usize]
}

/// The loop that rounds f32 to what a half type holds and leaves it f32; `None` for other types.
#[inline]
pub fn round_to(half: DType) -> Option<TileFn> {
    static BF: [TileFn; 3] = loops::<Round<BF16>, Round<BF16>>();
    static F: [TileFn; 3] = {
        let mut table = loops::<Round<F16>, Round<F16>>();
        #[cfg(target_arch = "x86_64")]
        {
            table[1] = f16c::round;
            table[2] = f16c::round;
        }
        table
    };
    match half {
        DType::F16 => Some(F[isa() as usize]),
        DType::BF16 => Some(BF[isa() as usize]),
        _ => None,
    }
}

/// The instruction of a [`Program`](super::tile::Program) that gives `to`; an instruction to a half type computes
/// f32 and has the half type as its `out`.
pub fn cast_tiles(to: DType) -> &'static Tiles {
    macro_rules! to {
        ($D:ty, $dtype:ident, $cuda:literal) => {{
            const TILES: Tiles = Tiles::new("cast", 1, $cuda)
                .with_same::<Cast<bool, $D>>(DType::Bool)
                .with_same::<Cast<i64, $D>>(DType::I64)
                .with_same::<Cast<f32, $D>>(DType::F32)
                .with_same::<Cast<f64, $D>>(DType::F64)
                .result_class(Class::Fixed(DType::$dtype));
            static CAST: Tiles = TILES;
            &CAST
        }};
    }
    match to.compute() {
        DType::Bool => to!(bool, Bool, "x != T(0)"),
        DType::I64 => to!(i64, I64, "TO_I64(x)"),
        DType::F64 => to!(f64, F64, "(double)x"),
        _ => to!(f32, F32, "(float)x"),
    }
}

/// Half precision by F16C, which AVX2 and AVX-512 processors have; LLVM does not find it in the bit arithmetic.
#[cfg(target_arch = "x86_64")]
mod f16c {
    use std::arch::x86_64::*;

    const NEAREST: i32 = _MM_FROUND_TO_NEAREST_INT;
    const WIDTH: usize = 8;

    /// Runs `step` on blocks of 8 elements of size `A` to size `D`, the last one through buffers.
    ///
    /// # Safety
    /// As [`TileFn`](super::TileFn); `step` reads and writes 8 elements.
    #[inline(always)]
    unsafe fn blocks<A: Copy + Default, D: Copy + Default>(
        dst: *mut D,
        a: *const A,
        n: usize,
        step: impl Fn(*mut D, *const A),
    ) {
        let whole = n - n % WIDTH;
        for i in (0..whole).step_by(WIDTH) {
            // SAFETY: 8 elements from `i` on are below `n`.
            unsafe { step(dst.add(i), a.add(i)) };
        }
        if whole < n {
            let (mut from, mut to) = ([A::default(); WIDTH], [D::default(); WIDTH]);
            // SAFETY: `n - whole` elements, fewer than 8, are left on both sides.
            unsafe { a.add(whole).copy_to_nonoverlapping(from.as_mut_ptr(), n - whole) };
            step(to.as_mut_ptr(), from.as_ptr());
            // SAFETY: as above.
            unsafe { dst.add(whole).copy_from_nonoverlapping(to.as_ptr(), n - whole) };
        }
    }

    #[target_feature(enable = "avx2,f16c")]
    pub(super) unsafe fn widen(dst: *mut u8, a: *const u8, _: *const u8, _: *const u8, n: usize) -> u32 {
        // SAFETY: the caller's promise; `blocks` passes room for 8.
        let step = |dst: *mut f32, a: *const u16| unsafe {
            _mm256_storeu_ps(dst, _mm256_cvtph_ps(_mm_loadu_si128(a as *const __m128i)))
        };
        // SAFETY: the caller's promise.
        unsafe { blocks(dst as *mut f32, a as *const u16, n, step) };
        0
    }

    #[target_feature(enable = "avx2,f16c")]
    pub(super) unsafe fn narrow(dst: *mut u8, a: *const u8, _: *const u8, _: *const u8, n: usize) -> u32 {
        // SAFETY: the caller's promise; `blocks` passes room for 8.
        let step = |dst: *mut u16, a: *const f32| unsafe {
            _mm_storeu_si128(dst as *mut __m128i, _mm256_cvtps_ph::<NEAREST>(_mm256_loadu_ps(a)))
        };
        // SAFETY: the caller's promise.
        unsafe { blocks(dst as *mut u16, a as *const f32, n, step) };
        0
    }

    #[target_feature(enable = "avx2,f16c")]
    pub(super) unsafe fn round(dst: *mut u8, a: *const u8, _: *const u8, _: *const u8, n: usize) -> u32 {
        // SAFETY: the caller's promise; `blocks` passes room for 8.
        let step = |dst: *mut f32, a: *const f32| unsafe {
            _mm256_storeu_ps(dst, _mm256_cvtph_ps(_mm256_cvtps_ph::<NEAREST>(_mm256_loadu_ps(a))))
        };
        // SAFETY: the caller's promise.
        unsafe { blocks(dst as *mut f32, a as *const f32, n, step) };
        0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::device::cpu::isa::{Isa, with_isa};
    use half::{bf16, f16};

    fn apply<A: Copy, D: Copy + Default>(f: TileFn, a: &[A]) -> Vec<D> {
        let mut out = vec![D::default(); a.len()];
        let none = std::ptr::null();
        // SAFETY: the tests pass slices of the types of `f`.
        let fault = unsafe { f(out.as_mut_ptr() as *mut u8, a.as_ptr() as *const u8, none, none, a.len()) };
        assert_eq!(fault, 0);
        out
    }

    /// f32s near every rounding border of the half types, and everything special.
    fn awkward() -> Vec<f32> {
        let mut all = vec![f32::NAN, f32::INFINITY, f32::MAX, f32::MIN_POSITIVE, 1e-45, 65519.996, 65520.0, 1e30];
        for high in 0..=u16::MAX {
            for low in [0, 1, 0xfff, 0x1000, 0x1001, 0x7fff, 0x8000, 0x8001, 0xffff] {
                all.push(f32::from_bits((high as u32) << 16 | low));
            }
        }
        all
    }

    #[test]
    fn half_types_agree_with_the_half_crate_in_every_bit() {
        let wide = awkward();
        let bits: Vec<u16> = (0..=u16::MAX).collect();
        for isa in Isa::available() {
            with_isa(isa, || {
                let check = |to: DType, narrow: fn(f32) -> u16, widen: fn(u16) -> f32| {
                    let got: Vec<u16> = apply(cast(DType::F32, to), &wide);
                    for (&x, &got) in wide.iter().zip(&got) {
                        assert_eq!(got, narrow(x), "{isa:?} {to} {x:e} {:08x}", x.to_bits());
                    }
                    let got: Vec<f32> = apply(cast(to, DType::F32), &bits);
                    for (&x, &got) in bits.iter().zip(&got) {
                        let want = widen(x);
                        assert!(got.to_bits() == want.to_bits() || got.is_nan() && want.is_nan(), "{to} {x:04x}");
                    }
                    let got: Vec<f32> = apply(round_to(to).unwrap(), &wide);
                    for (&x, &got) in wide.iter().zip(&got) {
                        let want = widen(narrow(x));
                        assert!(got.to_bits() == want.to_bits() || got.is_nan() && want.is_nan(), "{to} {x:e}");
                    }
                };
                check(DType::F16, |x| f16::from_f32(x).to_bits(), |x| f16::from_bits(x).to_f32());
                check(DType::BF16, |x| bf16::from_f32(x).to_bits(), |x| bf16::from_bits(x).to_f32());
            });
        }
        assert!(round_to(DType::F32).is_none());
    }

    #[test]
    fn every_pair_agrees_with_rust() {
        let floats = [0.0, -0.0, 1.0, 1.5, -2.9, 3e9, -1e300, 1e19, f64::NAN, f64::INFINITY, 1e-320];
        for isa in Isa::available() {
            with_isa(isa, || {
                for n in [1, 7, 8, 9, 37, 600] {
                    let x: Vec<f64> = (0..n).map(|i| floats[i % floats.len()]).collect();
                    let single: Vec<f32> = x.iter().map(|&x| x as f32).collect();
                    let ints: Vec<i64> = x.iter().map(|&x| x as i64).collect();
                    let bools: Vec<bool> = x.iter().map(|&x| x != 0.0).collect();
                    use DType::*;
                    let bits = |x: &[f32]| x.iter().map(|x| x.to_bits()).collect::<Vec<_>>();
                    assert_eq!(bits(&apply::<_, f32>(cast(F64, F32), &x)), bits(&single));
                    assert_eq!(apply::<_, i64>(cast(F64, I64), &x), ints);
                    assert_eq!(apply::<_, bool>(cast(F64, Bool), &x), bools);
                    let want: Vec<i64> = single.iter().map(|&x| x as i64).collect();
                    assert_eq!(apply::<_, i64>(cast(F32, I64), &single), want);
                    let want: Vec<f32> = ints.iter().map(|&x| x as f32).collect();
                    assert_eq!(apply::<_, f32>(cast(I64, F32), &ints), want);
                    let want: Vec<f64> = ints.iter().map(|&x| x as f64).collect();
                    assert_eq!(apply::<_, f64>(cast(I64, F64), &ints), want);
                    let want: Vec<u16> = ints.iter().map(|&x| f16::from_f32(x as f32).to_bits()).collect();
                    assert_eq!(apply::<_, u16>(cast(I64, F16), &ints), want);
                    let want: Vec<u16> = x.iter().map(|&x| bf16::from_f32(x as f32).to_bits()).collect();
                    assert_eq!(apply::<_, u16>(cast(F64, BF16), &x), want);
                    for (from, one) in [(F32, bits(&[1.0])[0] as u64), (I64, 1), (F64, 1f64.to_bits())] {
                        let got: Vec<u64> = match from.size() {
                            4 => apply::<_, u32>(cast(Bool, from), &bools).into_iter().map(u64::from).collect(),
                            _ => apply(cast(Bool, from), &bools),
                        };
                        assert!(got.iter().zip(&bools).all(|(&got, &b)| got == if b { one } else { 0 }));
                    }
                }
            });
        }
    }

    #[test]
    fn cast_instructions_have_every_type() {
        for to in DType::ALL {
            let tiles = cast_tiles(to);
            assert_eq!(tiles.result, Class::Fixed(to.compute()));
            assert!(DType::ALL.into_iter().all(|from| tiles.supports(from)));
        }
    }
}
