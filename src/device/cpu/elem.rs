//! What the kernels that are no tiles (reductions, scans, sorting, indexing) know of an element type, and the
//! macro that compiles their loops for each instruction set.

use half::{bf16, f16};
use std::convert::identity;

use super::math::{Lane, Real};

/// An element type.
pub trait Elem: Copy + Default + PartialOrd + Send + Sync + 'static {
    /// What sums and products of it accumulate in: f64 for floats, i64 for the others.
    type Wide: Wide;
    /// The element type of its sums and products: i64 for bool, else itself.
    type Sum: Elem<Wide = Self::Wide>;
    /// f32 for half types, else itself: what loops over many elements are compiled for.
    type Plain: Elem<Wide = Self::Wide>;

    fn wide(self) -> Self::Wide;
    /// Rounded to nearest; of an integer its low bits; true for what is not 0.
    fn narrow(wide: Self::Wide) -> Self;
    /// Itself and another, rounded or wrapped; `or` of bools.
    fn plus(self, other: Self) -> Self;
    /// Exact.
    fn plain(self) -> Self::Plain;
    /// The elements of `src`, where they are or converted in `room`.
    fn plains<'a>(src: &'a [Self], room: &'a mut Vec<Self::Plain>) -> &'a [Self::Plain];

    #[inline(always)]
    fn is_nan(self) -> bool {
        self.partial_cmp(&self).is_none()
    }
}

/// A type to accumulate in. Integers wrap.
pub trait Wide: Copy + Default + PartialOrd + Send + Sync + 'static {
    const ONE: Self;
    fn add(self, other: Self) -> Self;
    fn mul(self, other: Self) -> Self;
    fn to_f64(self) -> f64;
}

impl Wide for f64 {
    const ONE: f64 = 1.0;

    #[inline(always)]
    fn add(self, other: f64) -> f64 {
        self + other
    }

    #[inline(always)]
    fn mul(self, other: f64) -> f64 {
        self * other
    }

    #[inline(always)]
    fn to_f64(self) -> f64 {
        self
    }
}

impl Wide for i64 {
    const ONE: i64 = 1;

    #[inline(always)]
    fn add(self, other: i64) -> i64 {
        self.wrapping_add(other)
    }

    #[inline(always)]
    fn mul(self, other: i64) -> i64 {
        self.wrapping_mul(other)
    }

    #[inline(always)]
    fn to_f64(self) -> f64 {
        self as f64
    }
}

macro_rules! elem {
    ($($T:ident: $Wide:ident -> $Sum:ident = $Plain:ident $plain:ident $plains:ident, |$x:ident| $wide:expr, |$w:ident| $narrow:expr, |$a:ident, $b:ident| $plus:expr;)*) => { $(
        impl Elem for $T {
            type Wide = $Wide;
            type Sum = $Sum;
            type Plain = $Plain;

            #[inline(always)]
            fn wide(self) -> $Wide {
                let $x = self;
                $wide
            }

            #[inline(always)]
            fn narrow($w: $Wide) -> $T {
                $narrow
            }

            #[inline(always)]
            fn plus(self, other: $T) -> $T {
                let ($a, $b) = (self, other);
                $plus
            }

            #[inline(always)]
            fn plain(self) -> $Plain {
                $plain(self)
            }

            #[inline(always)]
            fn plains<'a>(src: &'a [$T], room: &'a mut Vec<$Plain>) -> &'a [$Plain] {
                $plains(src, room)
            }
        }
    )* };
}

elem! {
    f32: f64 -> f32 = f32 identity as_they_are, |x| x as f64, |w| w as f32, |a, b| a + b;
    f64: f64 -> f64 = f64 identity as_they_are, |x| x, |w| w, |a, b| a + b;
    i64: i64 -> i64 = i64 identity as_they_are, |x| x, |w| w, |a, b| a.wrapping_add(b);
    bool: i64 -> i64 = bool identity as_they_are, |x| x as i64, |w| w != 0, |a, b| a | b;
    f16: f64 -> f16 = f32 widen_f16 converted, |x| widen_f16(x) as f64, |w| f16::from_f64(w), |a, b| f16::from_f32(widen_f16(a) + widen_f16(b));
    bf16: f64 -> bf16 = f32 widen_bf16 converted, |x| widen_bf16(x) as f64, |w| bf16::from_f64(w), |a, b| bf16::from_f32(widen_bf16(a) + widen_bf16(b));
}

fn as_they_are<'a, T>(src: &'a [T], _: &'a mut Vec<T>) -> &'a [T] {
    src
}

fn converted<'a, T: Elem>(src: &[T], room: &'a mut Vec<T::Plain>) -> &'a [T::Plain] {
    room.resize(src.len(), T::Plain::default());
    convert(src, room);
    room
}

/// f16 to f32 without branches, exact: bits are moved and the exponent's bias mended by a multiplication, which
/// also normalises subnormals.
#[inline(always)]
pub fn widen_f16(x: f16) -> f32 {
    let bits = x.to_bits() as u32;
    let magnitude = (bits & 0x7fff) << 13;
    let finite = (f32::from_bits(magnitude) * f32::from_bits(0x7780_0000)).to_bits();
    let value = if magnitude >= 0x0f80_0000 { magnitude | 0x7f80_0000 } else { finite };
    f32::from_bits(value | (bits & 0x8000) << 16)
}

/// bf16 to f32, exact.
#[inline(always)]
pub fn widen_bf16(x: bf16) -> f32 {
    f32::from_bits((x.to_bits() as u32) << 16)
}

/// f32 and f64, as `math` computes with them.
pub trait Floating: Elem<Wide = f64, Sum = Self> {
    type Real<const FUSED: bool>: Real;
    fn real<const FUSED: bool>(self) -> Self::Real<FUSED>;
    fn from_real<const FUSED: bool>(real: Self::Real<FUSED>) -> Self;
}

macro_rules! floating {
    ($($T:ty),*) => { $(
        impl Floating for $T {
            type Real<const FUSED: bool> = Lane<$T, FUSED>;

            #[inline(always)]
            fn real<const FUSED: bool>(self) -> Lane<$T, FUSED> {
                Lane(self)
            }

            #[inline(always)]
            fn from_real<const FUSED: bool>(real: Lane<$T, FUSED>) -> $T {
                real.0
            }
        }
    )* };
}

floating!(f32, f64);

/// Says in a type whether multiply-add is one instruction.
#[derive(Clone, Copy)]
pub struct Flavour<const FUSED: bool>;

/// Defines functions whose bodies are compiled for AVX-512, AVX2 and the baseline, one of which is chosen at each
/// call. Generic parameters stand in brackets; what a body calls must be `#[inline(always)]` to be compiled with it.
/// A body knows the constant `FUSED`: whether multiply-add is one instruction. After `unsafe:` they are unsafe.
macro_rules! vectorized {
    (
        @one [$($safety:tt)?]
        $(#[$meta:meta])*
        $vis:vis fn $name:ident [$($generic:tt)*] ($($arg:ident: $ty:ty),* $(,)?) $(-> $ret:ty)? $body:block
    ) => {
        $(#[$meta])*
        // One copy of the baseline's code, however many callers.
        #[inline(never)]
        #[allow(clippy::too_many_arguments)]
        $vis $($safety)? fn $name<$($generic)*>($($arg: $ty),*) $(-> $ret)? {
            use $crate::device::cpu::{elem::Flavour, isa, math::BASELINE_FUSED};

            #[inline(always)]
            #[allow(clippy::too_many_arguments)]
            $($safety)? fn body<const FUSED: bool, $($generic)*>(_: Flavour<FUSED>, $($arg: $ty),*) $(-> $ret)? $body

            #[cfg(target_arch = "x86_64")]
            #[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl,avx512cd,avx2,fma,f16c,bmi1,bmi2,lzcnt,popcnt")]
            #[allow(clippy::too_many_arguments)]
            unsafe fn avx512<$($generic)*>($($arg: $ty),*) $(-> $ret)? {
                #[allow(unused_unsafe)]
                // SAFETY: handed on from the caller.
                unsafe { body(Flavour::<true>, $($arg),*) }
            }

            #[cfg(target_arch = "x86_64")]
            #[target_feature(enable = "avx2,fma,f16c,bmi1,bmi2,lzcnt,popcnt")]
            #[allow(clippy::too_many_arguments)]
            unsafe fn avx2<$($generic)*>($($arg: $ty),*) $(-> $ret)? {
                #[allow(unused_unsafe)]
                // SAFETY: handed on from the caller.
                unsafe { body(Flavour::<true>, $($arg),*) }
            }

            // SAFETY: handed on from the caller; `isa` says that this processor has the features.
            unsafe {
                match isa::isa() {
                    #[cfg(target_arch = "x86_64")]
                    isa::Isa::Avx512 => avx512($($arg),*),
                    #[cfg(target_arch = "x86_64")]
                    isa::Isa::Avx2 => avx2($($arg),*),
                    _ => body(Flavour::<BASELINE_FUSED>, $($arg),*),
                }
            }
        }
    };
    (
        @all $safety:tt
        $(
            $(#[$meta:meta])*
            $vis:vis fn $name:ident $generic:tt $args:tt $(-> $ret:ty)? $body:block
        )*
    ) => {
        $($crate::device::cpu::elem::vectorized! {
            @one $safety $(#[$meta])* $vis fn $name $generic $args $(-> $ret)? $body
        })*
    };
    (unsafe: $($functions:tt)*) => {
        $crate::device::cpu::elem::vectorized!(@all [unsafe] $($functions)*);
    };
    ($($functions:tt)*) => {
        $crate::device::cpu::elem::vectorized!(@all [] $($functions)*);
    };
}
pub(super) use vectorized;

vectorized! {
    fn convert[T: Elem](src: &[T], dst: &mut [T::Plain]) {
        for (x, &y) in dst.iter_mut().zip(src) {
            *x = y.plain();
        }
    }
}

/// Accumulators of `lane_sums`, and how many terms each takes before it is added to the totals.
pub const SUM_LANES: usize = 32;
pub const SUM_BLOCK: usize = 32;

/// The sums over the elements of slices of one length of one term or of two: lanes that meet in a fixed tree, in blocks,
/// so that the error grows with the square root of the length. In a term a slice's name is its element. Each term has a
/// loop of its own over arrays: only so does LLVM see that it can use vectors.
macro_rules! lane_sums {
    ($Real:ty: ($first:ident $(, $slice:ident)*), [$($term:expr),+ $(,)?]) => {
        $crate::device::cpu::elem::lane_sums!(@name $Real, $first, ($first $($slice)*), [$($term),+], [a b], [])
    };
    (@name $Real:ty, $first:ident, $slices:tt, [$term:expr $(, $more:expr)*], [$name:ident $($names:ident)*], [$($done:tt)*]) => {
        $crate::device::cpu::elem::lane_sums!(@name $Real, $first, $slices, [$($more),*], [$($names)*], [$($done)* ($name $slices $term)])
    };
    (@name $Real:ty, $first:ident, ($($all:ident)+), [], $names:tt, [$(($name:ident ($($slice:ident)+) $term:expr))+]) => {{
        use $crate::device::cpu::elem::{SUM_BLOCK, SUM_LANES};
        struct Lanes<T> {
            $($name: [T; SUM_LANES]),+
        }
        let zero = [<$Real as $crate::device::cpu::math::Float>::ZERO; SUM_LANES];
        let n = $first.len();
        let full = n / SUM_LANES * SUM_LANES;
        let mut totals = Lanes { $($name: zero),+ };
        for start in (0..full).step_by(SUM_LANES * SUM_BLOCK) {
            let end = full.min(start + SUM_LANES * SUM_BLOCK);
            $(let mut $name = zero;)+
            $(let $all = $all[start..end].as_chunks::<SUM_LANES>().0;)+
            for k in 0..(end - start) / SUM_LANES {
                $({
                    $(#[allow(unused_variables)] let $slice = &$slice[k];)+
                    for l in 0..SUM_LANES {
                        $(#[allow(unused_variables)] let $slice: $Real = $slice[l].real();)+
                        $name[l] = $name[l] + $term;
                    }
                })+
            }
            $(for l in 0..SUM_LANES {
                totals.$name[l] = totals.$name[l] + $name[l];
            })+
        }
        let mut width = SUM_LANES / 2;
        while width > 0 {
            for l in 0..width {
                $(totals.$name[l] = totals.$name[l] + totals.$name[l + width];)+
            }
            width /= 2;
        }
        for i in full..n {
            $({
                $(#[allow(unused_variables)] let $slice: $Real = $slice[i].real();)+
                totals.$name[0] = totals.$name[0] + $term;
            })+
        }
        [$(totals.$name[0]),+]
    }};
}
pub(super) use lane_sums;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn halves_widen_exactly() {
        for bits in 0..=u16::MAX {
            let (a, b) = (f16::from_bits(bits), bf16::from_bits(bits));
            assert!(widen_f16(a).to_bits() == a.to_f32().to_bits() || a.is_nan() && widen_f16(a).is_nan());
            assert!(widen_bf16(b).to_bits() == b.to_f32().to_bits() || b.is_nan() && widen_bf16(b).is_nan());
        }
    }
}
