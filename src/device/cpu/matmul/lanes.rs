//! One vector register of floats, in the three instruction sets that matrix kernels are compiled for.

/// A register of [`LANES`](Vector::LANES) floats. All methods are inlined into the kernel that uses them, which is
/// compiled with the instructions they stand for.
///
/// # Safety
/// For all methods: the processor has the instructions; pointers are good for the lanes that are read or written.
pub trait Vector: Copy {
    type Lane: Copy;
    /// A register for what is left over at the end of a row: where one of full width takes twice as long, a quarter of
    /// it; else itself.
    type Rest: Vector<Lane = Self::Lane>;
    const LANES: usize;

    unsafe fn zero() -> Self;
    unsafe fn splat(x: Self::Lane) -> Self;
    unsafe fn load(from: *const Self::Lane) -> Self;
    unsafe fn store(self, to: *mut Self::Lane);
    /// The first `n` lanes, zeros after them; `n` is less than `LANES`.
    unsafe fn load_first(from: *const Self::Lane, n: usize) -> Self;
    unsafe fn store_first(self, to: *mut Self::Lane, n: usize);
    unsafe fn add(self, other: Self) -> Self;
    /// `self * a + b`, rounded once where there is FMA.
    unsafe fn mul_add(self, a: Self, b: Self) -> Self;
    /// The sums of `LANES` registers' lanes, the first register's in lane 0.
    unsafe fn sums(registers: &[Self]) -> Self;
}

#[cfg(target_arch = "x86_64")]
pub use x86::{F32x8, F32x16, F64x4, F64x8};

#[cfg(target_arch = "x86_64")]
mod x86 {
    use std::arch::x86_64::*;

    use super::Vector;

    macro_rules! vector {
        (
            $name:ident($Register:ty) with $Rest:ident: [$T:ty; $lanes:literal], $splat:ident, $load:ident, $store:ident, $add:ident, $fma:ident,
            |$from:ident, $n:ident| $load_first:expr, |$register:ident, $to:ident, $m:ident| $store_first:expr,
            |$registers:ident| $sums:expr
        ) => {
            #[derive(Clone, Copy)]
            pub struct $name($Register);

            // SAFETY (all methods): as the trait says.
            impl Vector for $name {
                type Lane = $T;
                type Rest = $Rest;
                const LANES: usize = $lanes;

                #[inline(always)]
                unsafe fn zero() -> Self {
                    unsafe { $name($splat(0.0)) }
                }

                #[inline(always)]
                unsafe fn splat(x: $T) -> Self {
                    unsafe { $name($splat(x)) }
                }

                #[inline(always)]
                unsafe fn load(from: *const $T) -> Self {
                    unsafe { $name($load(from)) }
                }

                #[inline(always)]
                unsafe fn store(self, to: *mut $T) {
                    unsafe { $store(to, self.0) }
                }

                #[inline(always)]
                unsafe fn load_first($from: *const $T, $n: usize) -> Self {
                    unsafe { $name($load_first) }
                }

                #[inline(always)]
                unsafe fn store_first(self, $to: *mut $T, $m: usize) {
                    let $register = self.0;
                    unsafe { $store_first }
                }

                #[inline(always)]
                unsafe fn add(self, other: Self) -> Self {
                    unsafe { $name($add(self.0, other.0)) }
                }

                #[inline(always)]
                unsafe fn mul_add(self, a: Self, b: Self) -> Self {
                    unsafe { $name($fma(self.0, a.0, b.0)) }
                }

                #[inline(always)]
                unsafe fn sums(registers: &[Self]) -> Self {
                    let $registers = |i: usize| registers[i].0;
                    unsafe { $name($sums) }
                }
            }
        };
    }

    vector!(
        F32x16(__m512) with F32x4: [f32; 16], _mm512_set1_ps, _mm512_loadu_ps, _mm512_storeu_ps, _mm512_add_ps, _mm512_fmadd_ps,
        |from, n| _mm512_maskz_loadu_ps((1 << n) - 1, from),
        |register, to, n| _mm512_mask_storeu_ps(to, (1 << n) - 1, register),
        |r| {
            // Within each quarter: sums of four registers beside each other.
            macro_rules! four {
                ($i:expr) => {{
                    let ab = _mm512_add_ps(_mm512_unpacklo_ps(r($i), r($i + 1)), _mm512_unpackhi_ps(r($i), r($i + 1)));
                    let cd = _mm512_add_ps(
                        _mm512_unpacklo_ps(r($i + 2), r($i + 3)), _mm512_unpackhi_ps(r($i + 2), r($i + 3)),
                    );
                    let (ab, cd) = (_mm512_castps_pd(ab), _mm512_castps_pd(cd));
                    _mm512_add_ps(
                        _mm512_castpd_ps(_mm512_unpacklo_pd(ab, cd)), _mm512_castpd_ps(_mm512_unpackhi_pd(ab, cd)),
                    )
                }};
            }
            // Then quarters: evens to odds.
            macro_rules! quarters {
                ($a:expr, $b:expr) => {
                    _mm512_add_ps(
                        _mm512_shuffle_f32x4::<0b10_00_10_00>($a, $b), _mm512_shuffle_f32x4::<0b11_01_11_01>($a, $b),
                    )
                };
            }
            let (a, b) = (four!(0), four!(4));
            let ab = quarters!(a, b);
            let (c, d) = (four!(8), four!(12));
            let cd = quarters!(c, d);
            quarters!(ab, cd)
        }
    );

    vector!(
        F64x8(__m512d) with F64x2: [f64; 8], _mm512_set1_pd, _mm512_loadu_pd, _mm512_storeu_pd, _mm512_add_pd, _mm512_fmadd_pd,
        |from, n| _mm512_maskz_loadu_pd((1 << n) - 1, from),
        |register, to, n| _mm512_mask_storeu_pd(to, (1 << n) - 1, register),
        |r| {
            macro_rules! two {
                ($i:expr) => {
                    _mm512_add_pd(_mm512_unpacklo_pd(r($i), r($i + 1)), _mm512_unpackhi_pd(r($i), r($i + 1)))
                };
            }
            macro_rules! quarters {
                ($a:expr, $b:expr) => {
                    _mm512_add_pd(
                        _mm512_shuffle_f64x2::<0b10_00_10_00>($a, $b), _mm512_shuffle_f64x2::<0b11_01_11_01>($a, $b),
                    )
                };
            }
            let (a, b) = (two!(0), two!(2));
            let ab = quarters!(a, b);
            let (c, d) = (two!(4), two!(6));
            let cd = quarters!(c, d);
            quarters!(ab, cd)
        }
    );

    vector!(
        F32x4(__m128) with F32x4: [f32; 4], _mm_set1_ps, _mm_loadu_ps, _mm_storeu_ps, _mm_add_ps, _mm_fmadd_ps,
        |from, n| _mm_maskz_loadu_ps((1 << n) - 1, from),
        |register, to, n| _mm_mask_storeu_ps(to, (1 << n) - 1, register),
        |r| _mm_hadd_ps(_mm_hadd_ps(r(0), r(1)), _mm_hadd_ps(r(2), r(3)))
    );

    vector!(
        F64x2(__m128d) with F64x2: [f64; 2], _mm_set1_pd, _mm_loadu_pd, _mm_storeu_pd, _mm_add_pd, _mm_fmadd_pd,
        |from, n| _mm_maskz_loadu_pd((1 << n) - 1, from),
        |register, to, n| _mm_mask_storeu_pd(to, (1 << n) - 1, register),
        |r| _mm_hadd_pd(r(0), r(1))
    );

    /// `n` ones and then zeros start at `8 - n` (f32), `4 - n` (f64).
    const MASK_32: [i32; 16] = [-1, -1, -1, -1, -1, -1, -1, -1, 0, 0, 0, 0, 0, 0, 0, 0];
    const MASK_64: [i64; 8] = [-1, -1, -1, -1, 0, 0, 0, 0];

    #[inline(always)]
    unsafe fn mask_32(n: usize) -> __m256i {
        // SAFETY: `n <= 8`, so eight entries follow.
        unsafe { _mm256_loadu_si256(MASK_32.as_ptr().add(8 - n).cast()) }
    }

    #[inline(always)]
    unsafe fn mask_64(n: usize) -> __m256i {
        // SAFETY: `n <= 4`, so four entries follow.
        unsafe { _mm256_loadu_si256(MASK_64.as_ptr().add(4 - n).cast()) }
    }

    vector!(
        F32x8(__m256) with F32x8: [f32; 8], _mm256_set1_ps, _mm256_loadu_ps, _mm256_storeu_ps, _mm256_add_ps, _mm256_fmadd_ps,
        |from, n| _mm256_maskload_ps(from, mask_32(n)),
        |register, to, n| _mm256_maskstore_ps(to, mask_32(n), register),
        |r| {
            macro_rules! four {
                ($i:expr) => {
                    _mm256_hadd_ps(_mm256_hadd_ps(r($i), r($i + 1)), _mm256_hadd_ps(r($i + 2), r($i + 3)))
                };
            }
            let (a, b) = (four!(0), four!(4));
            _mm256_add_ps(_mm256_permute2f128_ps::<0x20>(a, b), _mm256_permute2f128_ps::<0x31>(a, b))
        }
    );

    vector!(
        F64x4(__m256d) with F64x4: [f64; 4], _mm256_set1_pd, _mm256_loadu_pd, _mm256_storeu_pd, _mm256_add_pd, _mm256_fmadd_pd,
        |from, n| _mm256_maskload_pd(from, mask_64(n)),
        |register, to, n| _mm256_maskstore_pd(to, mask_64(n), register),
        |r| {
            let (a, b) = (_mm256_hadd_pd(r(0), r(1)), _mm256_hadd_pd(r(2), r(3)));
            _mm256_add_pd(_mm256_permute2f128_pd::<0x20>(a, b), _mm256_permute2f128_pd::<0x31>(a, b))
        }
    );
}

/// Four floats that any processor has instructions for, if the compiler finds them.
#[derive(Clone, Copy)]
pub struct Four<T>([T; 4]);

macro_rules! four {
    ($($T:ty),*) => { $(
        // SAFETY (all methods): as the trait says.
        impl Vector for Four<$T> {
            type Lane = $T;
            type Rest = Self;
            const LANES: usize = 4;

            #[inline(always)]
            unsafe fn zero() -> Self {
                Four([0.0; 4])
            }

            #[inline(always)]
            unsafe fn splat(x: $T) -> Self {
                Four([x; 4])
            }

            #[inline(always)]
            unsafe fn load(from: *const $T) -> Self {
                unsafe { Four(from.cast::<[$T; 4]>().read_unaligned()) }
            }

            #[inline(always)]
            unsafe fn store(self, to: *mut $T) {
                unsafe { to.cast::<[$T; 4]>().write_unaligned(self.0) }
            }

            #[inline(always)]
            unsafe fn load_first(from: *const $T, n: usize) -> Self {
                let lane = |i: usize| if i < n { unsafe { *from.add(i) } } else { 0.0 };
                Four([lane(0), lane(1), lane(2), 0.0])
            }

            #[inline(always)]
            unsafe fn store_first(self, to: *mut $T, n: usize) {
                for (i, &lane) in self.0[..n].iter().enumerate() {
                    unsafe { *to.add(i) = lane };
                }
            }

            #[inline(always)]
            unsafe fn add(self, other: Self) -> Self {
                let ([a, b, c, d], [e, f, g, h]) = (self.0, other.0);
                Four([a + e, b + f, c + g, d + h])
            }

            #[inline(always)]
            unsafe fn mul_add(self, a: Self, b: Self) -> Self {
                let ([x0, x1, x2, x3], [a0, a1, a2, a3], [b0, b1, b2, b3]) = (self.0, a.0, b.0);
                Four([x0 * a0 + b0, x1 * a1 + b1, x2 * a2 + b2, x3 * a3 + b3])
            }

            #[inline(always)]
            unsafe fn sums(registers: &[Self]) -> Self {
                let sum = |i: usize| {
                    let [a, b, c, d] = registers[i].0;
                    (a + c) + (b + d)
                };
                Four([sum(0), sum(1), sum(2), sum(3)])
            }
        }
    )* };
}

four!(f32, f64);
