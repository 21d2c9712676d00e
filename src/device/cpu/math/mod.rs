//! Arithmetic and functions of floats for kernels: branch-free scalar code, always inlined, that LLVM turns into
//! vector code inside the loops of `tile`. std's functions are calls into libm, which no loop can vectorise.
//!
//! [`Lane`] is a float with a flavour: whether multiply-add is one instruction here (in the SSE2 baseline it
//! would be a library call). [`Real`] is what a kernel's body may use; bodies are generic over it, so that one
//! formula serves f32 and f64 in every instruction set. AVX2 and AVX-512 give the same bits.
//!
//! Errors in ulp (units in the last place) are stated at each function and held by its test.

mod arc;
mod erf;
mod exp;
mod gamma;
mod log;
mod pow;
#[cfg(test)]
mod tests;
mod trig;

pub use arc::Inverse;
pub use erf::ErrorFunction;
pub use exp::Exponential;
pub use gamma::Gamma;
pub use log::Logarithm;
pub use pow::Power;
pub use trig::Trigonometric;

use std::ops::{Add, Div, Mul, Neg, Rem, Sub};

/// One float of a vector. `FUSED`: `mul_add` rounds once.
#[derive(Clone, Copy, PartialEq, PartialOrd, Debug)]
#[repr(transparent)]
pub struct Lane<T, const FUSED: bool>(pub T);

/// Is fused multiply-add part of what every processor of this target has?
pub const BASELINE_FUSED: bool = cfg!(any(target_feature = "fma", target_arch = "aarch64"));

/// The basic arithmetic of a lane. A literal is an f64: `x * 0.5`.
pub trait Float:
    Copy
    + PartialOrd
    + Add<Output = Self>
    + Sub<Output = Self>
    + Mul<Output = Self>
    + Div<Output = Self>
    + Rem<Output = Self>
    + Neg<Output = Self>
    + Add<f64, Output = Self>
    + Sub<f64, Output = Self>
    + Mul<f64, Output = Self>
    + Div<f64, Output = Self>
{
    const INFINITY: Self;
    const NAN: Self;
    const ZERO: Self;
    const ONE: Self;
    /// Half the distance from 1 to the next number.
    const UNIT_ROUNDOFF: f64;

    /// A constant, rounded to this type.
    fn lit(value: f64) -> Self;
    fn abs(self) -> Self;
    /// The magnitude of `self`, the sign of `sign`.
    fn copysign(self, sign: Self) -> Self;
    fn sqrt(self) -> Self;
    fn floor(self) -> Self;
    fn ceil(self) -> Self;
    fn trunc(self) -> Self;
    /// To the nearest integer, halves to the even one.
    fn round(self) -> Self;
    /// `self * a + b`, rounded once where the flavour is fused.
    fn mul_add(self, a: Self, b: Self) -> Self;

    /// `a` where `condition` holds, else `b`; both are computed.
    #[inline(always)]
    fn select(condition: bool, a: Self, b: Self) -> Self {
        if condition { a } else { b }
    }

    #[inline(always)]
    fn is_nan(self) -> bool {
        self.partial_cmp(&self).is_none()
    }

    #[inline(always)]
    fn is_infinite(self) -> bool {
        self.abs() == Self::INFINITY
    }

    #[inline(always)]
    fn is_finite(self) -> bool {
        self.abs() < Self::INFINITY
    }

    /// The square root of the sum of both squares without early overflow, 2 ulp; infinite if either is.
    #[inline(always)]
    fn hypot(self, other: Self) -> Self {
        let (a, b) = (self.abs(), other.abs());
        let large = Self::select(a > b, a, b);
        let ratio = Self::select(a > b, b, a) / large;
        let value = large * (ratio * ratio + 1.0).sqrt();
        let value = Self::select(large == Self::ZERO, Self::ZERO, value);
        let value = Self::select(self.is_nan() | other.is_nan(), Self::NAN, value);
        Self::select((a == Self::INFINITY) | (b == Self::INFINITY), Self::INFINITY, value)
    }

    /// The larger; NaN if either is, as in torch.
    #[inline(always)]
    fn maximum(self, other: Self) -> Self {
        Self::select(other.is_nan() | (other > self), other, self)
    }

    /// The smaller; NaN if either is, as in torch.
    #[inline(always)]
    fn minimum(self, other: Self) -> Self {
        Self::select(other.is_nan() | (other < self), other, self)
    }
}

/// What the body of an elementwise kernel may use.
pub trait Real: Float + Exponential + Logarithm + Trigonometric + Inverse + ErrorFunction + Power + Gamma {}

impl<T: Float + Exponential + Logarithm + Trigonometric + Inverse + ErrorFunction + Power + Gamma> Real for T {}

macro_rules! operators {
    ($T:ty: $($Trait:ident $method:ident $op:tt),*) => { $(
        impl<const F: bool> $Trait for Lane<$T, F> {
            type Output = Self;
            #[inline(always)]
            fn $method(self, other: Self) -> Self {
                Lane(self.0 $op other.0)
            }
        }
        impl<const F: bool> $Trait<f64> for Lane<$T, F> {
            type Output = Self;
            #[inline(always)]
            fn $method(self, other: f64) -> Self {
                Lane(self.0 $op other as $T)
            }
        }
    )* };
}

macro_rules! float {
    ($T:ident, $mantissa:literal) => {
        operators!($T: Add add +, Sub sub -, Mul mul *, Div div /, Rem rem %);

        impl<const F: bool> Neg for Lane<$T, F> {
            type Output = Self;
            #[inline(always)]
            fn neg(self) -> Self {
                Lane(-self.0)
            }
        }

        impl<const F: bool> Lane<$T, F> {
            /// From here on every number is an integer.
            const INTEGERS: $T = (1u64 << $mantissa) as $T;
        }

        impl<const F: bool> Float for Lane<$T, F> {
            const INFINITY: Self = Lane($T::INFINITY);
            const NAN: Self = Lane($T::NAN);
            const ZERO: Self = Lane(0.0);
            const ONE: Self = Lane(1.0);
            const UNIT_ROUNDOFF: f64 = $T::EPSILON as f64 / 2.0;

            #[inline(always)]
            fn lit(value: f64) -> Self {
                Lane(value as $T)
            }

            #[inline(always)]
            fn abs(self) -> Self {
                Lane(self.0.abs())
            }

            #[inline(always)]
            fn copysign(self, sign: Self) -> Self {
                Lane(self.0.copysign(sign.0))
            }

            #[inline(always)]
            fn sqrt(self) -> Self {
                Lane(self.0.sqrt())
            }

            // Processors with FMA round in one instruction; SSE2 would call libm.
            #[inline(always)]
            fn round(self) -> Self {
                if F {
                    return Lane(self.0.round_ties_even());
                }
                let rounded = Lane((self.0.abs() + Self::INTEGERS) - Self::INTEGERS).copysign(self);
                Self::select(self.0.abs() < Self::INTEGERS, rounded, self)
            }

            #[inline(always)]
            fn floor(self) -> Self {
                if F {
                    return Lane(self.0.floor());
                }
                let near = self.round();
                Self::select(near > self, near - 1.0, near).copysign(self)
            }

            #[inline(always)]
            fn ceil(self) -> Self {
                if F {
                    return Lane(self.0.ceil());
                }
                let near = self.round();
                Self::select(near < self, near + 1.0, near).copysign(self)
            }

            #[inline(always)]
            fn trunc(self) -> Self {
                if F {
                    return Lane(self.0.trunc());
                }
                self.abs().floor().copysign(self)
            }

            #[inline(always)]
            fn mul_add(self, a: Self, b: Self) -> Self {
                if F { Lane(self.0.mul_add(a.0, b.0)) } else { self * a + b }
            }
        }
    };
}

float!(f32, 23);
float!(f64, 52);

/// A polynomial by Horner's rule, the constant term first.
macro_rules! poly {
    ($x:expr; $c:expr $(,)?) => { Self::lit($c) };
    ($x:expr; $c:expr, $($rest:expr),+ $(,)?) => { poly!($x; $($rest),+).mul_add($x, Self::lit($c)) };
}
use poly;
