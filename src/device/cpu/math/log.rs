//! Logarithms: x = 2^k m with m between sqrt(1/2) and sqrt(2), and a polynomial in m - 1.

use super::{Exponential, Float, Lane, poly};

pub trait Logarithm: Float + Exponential {
    /// Natural logarithm, 1 ulp.
    fn ln(self) -> Self;
    /// 1 ulp; exact for powers of two.
    fn log2(self) -> Self;
    /// 1 ulp; exact for powers of ten.
    fn log10(self) -> Self;
    /// Inverse hyperbolic sine, 2 ulp (f32: 1).
    fn asinh(self) -> Self;
    /// Inverse hyperbolic cosine, 2.5 ulp (f32: 1); NaN below 1.
    fn acosh(self) -> Self;
    /// Inverse hyperbolic tangent, 2.5 ulp (f32: 1).
    fn atanh(self) -> Self;

    /// ln(1 + x), accurate near 0, 2 ulp: what 1 + x rounds away comes back as a first-order correction.
    #[inline(always)]
    fn log1p(self) -> Self {
        let u = self + 1.0;
        let lost = (self - (u - 1.0)) / u;
        let usable = (u > Self::ZERO) & (u < Self::INFINITY);
        let result = u.ln() + Self::select(usable, lost, Self::ZERO);
        Self::select(self == Self::ZERO, self, result)
    }

    /// ln(1 + e^x) without overflow: max(x, 0) + ln(1 + e^-|x|).
    #[inline(always)]
    fn softplus(self) -> Self {
        let rest = (-self.abs()).exp().log1p();
        Self::select(self > Self::ZERO, self, Self::ZERO) + Self::select(self.is_nan(), self, rest)
    }
}

/// What any logarithm is where it is not a number's: of zero, of what is negative, of infinity and of NaN.
macro_rules! with_edges {
    ($x:expr, $result:expr) => {{
        let (x, result) = ($x, $result);
        let result = Self::select(x < Self::INFINITY, result, x);
        let result = Self::select(x == Self::ZERO, -Self::INFINITY, result);
        Self::select(x < Self::ZERO, Self::NAN, result)
    }};
}

macro_rules! split {
    ($T:ident, $Bits:ident, mantissa: $mantissa:literal, bias: $bias:literal, sqrt_half: $sqrt_half:expr) => {
        impl<const F: bool> Lane<$T, F> {
            /// k and m - 1 of a positive finite number; denormals are scaled up first.
            #[inline(always)]
            pub(super) fn split(self) -> (Self, Self) {
                const SCALE: $T = (1u64 << $mantissa) as $T;
                const SQRT_HALF: $Bits = $sqrt_half;
                let tiny = self.0 < $T::MIN_POSITIVE;
                let x = if tiny { self.0 * SCALE } else { self.0 };
                let lost = if tiny { $mantissa as $T } else { 0.0 };
                let bits = x.to_bits();
                // The exponent with its bias, one more from sqrt(2) on.
                let e = bits.wrapping_sub(SQRT_HALF).wrapping_add($bias << $mantissa) >> $mantissa;
                let m = $T::from_bits(bits.wrapping_sub(e.wrapping_sub($bias) << $mantissa));
                // An integer below 2^mantissa becomes a float as the low bits of 2^mantissa.
                let k = $T::from_bits(SCALE.to_bits() | e) - (SCALE + ($bias as $T));
                (Lane(k - lost), Lane(m - 1.0))
            }
        }
    };
}

split!(f32, u32, mantissa: 23, bias: 127, sqrt_half: 0x3f35_04f3);
split!(f64, u64, mantissa: 52, bias: 1023, sqrt_half: 0x3fe6_a09e_667f_3bcd);

impl<const F: bool> Lane<f32, F> {
    /// The same through f64: for functions that are not worth a formula of their own in f32.
    #[inline(always)]
    pub(super) fn wide(self, f: impl Fn(Lane<f64, F>) -> Lane<f64, F>) -> Self {
        Lane(f(Lane(self.0 as f64)).0 as f32)
    }
}

impl<const F: bool> Logarithm for Lane<f32, F> {
    /// Polynomial: minimax fit of (ln(1 + f) - f + f^2 / 2) / f^3, relative to ln(1 + f).
    #[inline(always)]
    fn ln(self) -> Self {
        let (k, f) = self.split();
        let p =
            poly!(f; 0.3333333, -0.25000823, 0.20001234, -0.166233, 0.14201543, -0.13160552, 0.12763382, -0.07635796);
        let z = f * f;
        let small = k.mul_add(Self::lit(-0.00021219444005469057), (z * f).mul_add(p, z * -0.5));
        let result = k.mul_add(Self::lit(0.693359375), f + small);
        with_edges!(self, result)
    }

    #[inline(always)]
    fn log2(self) -> Self {
        self.wide(Lane::log2)
    }

    #[inline(always)]
    fn log10(self) -> Self {
        self.wide(Lane::log10)
    }

    #[inline(always)]
    fn asinh(self) -> Self {
        self.wide(Lane::asinh)
    }

    #[inline(always)]
    fn acosh(self) -> Self {
        self.wide(Lane::acosh)
    }

    #[inline(always)]
    fn atanh(self) -> Self {
        self.wide(Lane::atanh)
    }
}

impl<const F: bool> Lane<f64, F> {
    /// The upper 32 bits: products of two such are nearly exact.
    #[inline(always)]
    pub(super) fn high(self) -> Self {
        Lane(f64::from_bits(self.0.to_bits() & 0xffff_ffff_0000_0000))
    }

    /// fdlibm's k_log1p: ln(1 + f) - f + f^2 / 2.
    #[inline(always)]
    fn log1p_rest(self, half_square: Self) -> Self {
        let s = self / (self + 2.0);
        let z = s * s;
        let p = poly!(
            z;
            0.6666666666666735,
            0.3999999999940942,
            0.2857142874366239,
            0.22222198432149784,
            0.1818357216161805,
            0.15313837699209373,
            0.14798198605116586
        );
        s * (half_square + z * p)
    }

    /// log_b x after FreeBSD's e_log2.c and e_log10.c: ln(1 + f) in two parts times 1 / ln b in two parts, and
    /// k log_b 2 in two parts.
    #[inline(always)]
    fn log_base(self, inverse_ln: (f64, f64), log_two: (f64, f64)) -> Self {
        let (k, f) = self.split();
        let half_square = f * f * 0.5;
        let high = (f - half_square).high();
        let low = (f - high) - half_square + f.log1p_rest(half_square);
        let value = high * inverse_ln.0;
        let whole = k * log_two.0;
        let rest = k * log_two.1 + ((low + high) * inverse_ln.1 + low * inverse_ln.0);
        let sum = whole + value;
        let result = sum + (rest + ((whole - sum) + value));
        with_edges!(self, result)
    }
}

impl<const F: bool> Logarithm for Lane<f64, F> {
    /// fdlibm's e_log.c.
    #[inline(always)]
    fn ln(self) -> Self {
        let (k, f) = self.split();
        let half_square = f * f * 0.5;
        let rest = f.log1p_rest(half_square) + k * 1.9082149292705877e-10;
        let result = k * 0.6931471803691238 - ((half_square - rest) - f);
        with_edges!(self, result)
    }

    #[inline(always)]
    fn log2(self) -> Self {
        self.log_base((1.4426950407214463, 1.6751713164886512e-10), (1.0, 0.0))
    }

    #[inline(always)]
    fn log10(self) -> Self {
        self.log_base((0.4342944818781689, 2.5082946711645275e-11), (0.30102999566361177, 3.694239077158931e-13))
    }

    /// ln(1 + x + x^2 / (1 + sqrt(1 + x^2))) of the magnitude; ln x + ln 2 where 1 + x is x.
    #[inline(always)]
    fn asinh(self) -> Self {
        let x = self.abs();
        let large = x > Self::lit(1e17);
        let square = x * x;
        let t = x + square / ((square + 1.0).sqrt() + 1.0);
        let result =
            Self::select(large, x, t).log1p() + Self::select(large, Self::lit(std::f64::consts::LN_2), Self::ZERO);
        result.copysign(self)
    }

    /// ln(1 + t + sqrt(2 t + t^2)) with t = x - 1.
    #[inline(always)]
    fn acosh(self) -> Self {
        let large = self > Self::lit(1e17);
        let t = self - 1.0;
        let argument = Self::select(large, self, t + (t + t + t * t).sqrt());
        let result = argument.log1p() + Self::select(large, Self::lit(std::f64::consts::LN_2), Self::ZERO);
        Self::select(self < Self::ONE, Self::NAN, result)
    }

    /// ln((1 + x) / (1 - x)) / 2 of the magnitude.
    #[inline(always)]
    fn atanh(self) -> Self {
        let x = self.abs();
        let t = (x + x) / (-x + 1.0);
        (t.log1p() * 0.5).copysign(self)
    }
}
