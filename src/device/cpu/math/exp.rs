//! Exponentials: x = n ln 2 + r with |r| <= ln 2 / 2, a polynomial in r, and 2^n put together from bits.
//! Polynomials are minimax fits (Remez exchange at 60 digits) of (exp(r) - 1 - r) / r^2, relative to exp(r) - 1.

use super::{Float, Lane, poly};

pub trait Exponential: Float {
    /// e^x, 1 ulp.
    fn exp(self) -> Self;
    /// 2^x, 1 ulp.
    fn exp2(self) -> Self;
    /// e^x - 1, accurate near 0, 1.5 ulp (f64 2).
    fn expm1(self) -> Self;
    /// `expm1` of an argument in [-20, 20] (f32) or [-40, 40] (f64), or NaN: needs no care for overflow.
    fn expm1_small(self) -> Self;
    /// e^|x| / 2 without early overflow.
    fn half_exp(self) -> Self;
    /// Beyond this tanh is 1.
    const TANH_MAX: f64;

    /// 1 / (1 + e^-x), 2.5 ulp; its small values reach down to the denormals.
    #[inline(always)]
    fn sigmoid(self) -> Self {
        let e = (-self.abs()).exp();
        Self::select(self < Self::ZERO, e, Self::ONE) / (e + 1.0)
    }

    /// Hyperbolic tangent, 2.2 ulp (f64 without FMA 3): (e^2x - 1) / (e^2x + 1) of the magnitude.
    #[inline(always)]
    fn tanh(self) -> Self {
        let x = self.abs();
        let x = Self::select(x > Self::lit(Self::TANH_MAX), Self::lit(Self::TANH_MAX), x);
        let e = (x + x).expm1_small();
        (e / (e + 2.0)).copysign(self)
    }

    /// Hyperbolic sine, 2 ulp: (d + d / (d + 1)) / 2 with d = e^x - 1 of the magnitude.
    #[inline(always)]
    fn sinh(self) -> Self {
        let x = self.abs();
        let large = x > Self::lit(Self::TANH_MAX);
        let d = Self::select(large, Self::lit(Self::TANH_MAX), x).expm1_small();
        let small = (d + d / (d + 1.0)) * 0.5;
        Self::select(large, self.half_exp(), small).copysign(self)
    }

    /// Hyperbolic cosine, 2 ulp.
    #[inline(always)]
    fn cosh(self) -> Self {
        let e = self.half_exp();
        e + Self::lit(0.25) / e
    }
}

macro_rules! exponential {
    (
        $T:ident, $Bits:ident, mantissa: $mantissa:literal, bias: $bias:literal, magic: $magic:expr,
        ln2: $ln2_hi:literal + $ln2_lo:literal, exp: $min:literal .. $max:literal, exp2: $min2:literal .. $max2:literal,
        minus_one: $minus_one:literal, tanh: $tanh:literal, poly: [$($c:literal),+ $(,)?]
    ) => {
        impl<const F: bool> Lane<$T, F> {
            /// 1.5 * 2^mantissa: adding it rounds to an integer and leaves that integer in the low bits.
            const MAGIC: $T = $magic;

            /// x as n (in the low bits of the first) and n (as a float), the integer nearest to x * scale.
            #[inline(always)]
            pub(super) fn nearest(self, scale: f64) -> ($Bits, Self) {
                let shifted = self.mul_add(Self::lit(scale), Lane(Self::MAGIC));
                (shifted.0.to_bits().wrapping_sub(Self::MAGIC.to_bits()), shifted - Lane(Self::MAGIC))
            }

            /// 2^n as a product of two numbers in range; the first takes half of n, rounded down.
            #[inline(always)]
            pub(super) fn power_of_two(n: $Bits) -> (Self, Self) {
                // Shifted up first: a logical shift is one instruction everywhere, an arithmetic one is not.
                let half = (n.wrapping_add(4 * $bias) >> 1).wrapping_sub(2 * $bias);
                (Self::power(half), Self::power(n.wrapping_sub(half)))
            }

            /// 2^n for an n in the range of normal numbers.
            #[inline(always)]
            fn power(n: $Bits) -> Self {
                Lane($T::from_bits(n.wrapping_add($bias) << $mantissa))
            }

            #[inline(always)]
            fn limit(self, min: f64, max: f64) -> Self {
                // NaN fails both comparisons and stays.
                let x = Self::select(self > Self::lit(max), Self::lit(max), self);
                Self::select(x < Self::lit(min), Self::lit(min), x)
            }

            /// r = x - n ln 2; n times the first part of ln 2 is exact.
            #[inline(always)]
            fn reduced(self, n: Self) -> Self {
                n.mul_add(Self::lit(-$ln2_lo), n.mul_add(Self::lit(-$ln2_hi), self))
            }

            /// r in two parts, for what cancels later: e^x - 1 and all that is made of it.
            #[inline(always)]
            fn reduced_in_two(self, n: Self) -> (Self, Self) {
                let high = n.mul_add(Self::lit(-$ln2_hi), self);
                let low = n * $ln2_lo;
                let r = high - low;
                (r, (high - r) - low)
            }

            /// e^r - 1 - r for |r| <= ln 2 / 2.
            #[inline(always)]
            fn expm1_rest(self, tail: Self) -> Self {
                let q = poly!(self; $($c),+);
                (self * self).mul_add(q, tail)
            }

            /// e^r - 1 for |r| <= ln 2 / 2.
            #[inline(always)]
            pub(super) fn expm1_reduced(self) -> Self {
                let q = poly!(self; $($c),+);
                (self * self).mul_add(q, self)
            }
        }

        impl<const F: bool> Exponential for Lane<$T, F> {
            const TANH_MAX: f64 = $tanh;

            #[inline(always)]
            fn exp(self) -> Self {
                let x = self.limit($min, $max);
                let (bits, n) = x.nearest(std::f64::consts::LOG2_E);
                let (a, b) = Self::power_of_two(bits);
                (x.reduced(n).expm1_reduced() + 1.0) * a * b
            }

            #[inline(always)]
            fn exp2(self) -> Self {
                let x = self.limit($min2, $max2);
                let (bits, n) = x.nearest(1.0);
                let (a, b) = Self::power_of_two(bits);
                // Exact difference, |x - n| <= 1/2.
                (((x - n) * std::f64::consts::LN_2).expm1_reduced() + 1.0) * a * b
            }

            #[inline(always)]
            fn expm1(self) -> Self {
                let x = self.limit($minus_one, $max);
                let (bits, n) = x.nearest(std::f64::consts::LOG2_E);
                let (a, b) = Self::power_of_two(bits);
                // With p = e^r - 1 = r + rest: (p a + (a - 1/b)) b = p 2^n + 2^n - 1.
                let half = (bits.wrapping_add(4 * $bias) >> 1).wrapping_sub(2 * $bias);
                let inverse = Self::power(half.wrapping_sub(bits));
                let (r, tail) = x.reduced_in_two(n);
                let result = r.expm1_rest(tail).mul_add(a, r.mul_add(a, a - inverse)) * b;
                Self::select(self == Self::ZERO, self, result)
            }

            #[inline(always)]
            fn expm1_small(self) -> Self {
                let (bits, n) = self.nearest(std::f64::consts::LOG2_E);
                let scale = Self::power(bits);
                let (r, tail) = self.reduced_in_two(n);
                r.expm1_rest(tail).mul_add(scale, r.mul_add(scale, scale - 1.0))
            }

            #[inline(always)]
            fn half_exp(self) -> Self {
                let x = self.abs().limit($min, $max + 1.0);
                let (bits, n) = x.nearest(std::f64::consts::LOG2_E);
                let (a, b) = Self::power_of_two(bits.wrapping_sub(1));
                (x.reduced(n).expm1_reduced() + 1.0) * a * b
            }
        }
    };
}

exponential! {
    f32, u32, mantissa: 23, bias: 127, magic: 12582912.0, ln2: 0.693359375 + -0.00021219444005469057,
    exp: -104.0 .. 89.0, exp2: -151.0 .. 129.0, minus_one: -18.0, tanh: 10.0,
    poly: [0.5, 0.16666667, 0.041666355, 0.008333273, 0.0013941007, 0.00019914248]
}

// ln 2 in two parts is fdlibm's.
exponential! {
    f64, u64, mantissa: 52, bias: 1023, magic: 6755399441055744.0,
    ln2: 0.6931471803691238 + 1.9082149292705877e-10,
    exp: -746.0 .. 710.0, exp2: -1076.0 .. 1025.0, minus_one: -38.0, tanh: 20.0,
    poly: [
        0.5,
        0.16666666666666677,
        0.0416666666666667,
        0.008333333333321615,
        0.0013888888888866843,
        0.00019841269886159178,
        2.4801587360536126e-05,
        2.7557244181289315e-06,
        2.755724278172808e-07,
        2.5109045101133723e-08,
        2.092443543160472e-09,
    ]
}
