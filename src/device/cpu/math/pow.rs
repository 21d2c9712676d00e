//! Powers.

use super::{Exponential, Float, Lane, Logarithm, poly};

pub trait Power: Float {
    /// x^y as C has it for zeros, infinities and NaN: x^0 and 1^y are 1, a negative number to a power that is no
    /// integer NaN. 1 ulp.
    fn pow(self, y: Self) -> Self;
}

/// The result for all but x = 0 and such, put right for those and for signs.
macro_rules! with_edges {
    ($x:expr, $y:expr, $magnitude:expr) => {{
        let (signed, x, y) = ($x, $x.abs(), $y);
        // Zero, infinity, or an infinite exponent: 0, 1 or infinity, by whether x and y push the same way.
        let up = (x > Self::ONE) == (y > Self::ZERO);
        let edge = Self::select(x == Self::ONE, Self::ONE, Self::select(up, Self::INFINITY, Self::ZERO));
        let at_edge = (x == Self::ZERO) | (x == Self::INFINITY) | (y.abs() == Self::INFINITY);
        let magnitude = Self::select(at_edge, edge, $magnitude);

        let integer = y.trunc() == y;
        let half = y * 0.5;
        let odd = integer & (half.trunc() != half);
        let negative = Self::ONE.copysign(signed) < Self::ZERO;
        let result = Self::select(negative & odd, -magnitude, magnitude);
        let undefined = (signed < Self::ZERO) & (x < Self::INFINITY) & !integer & (y.abs() < Self::INFINITY);
        let result = Self::select(undefined | signed.is_nan() | y.is_nan(), Self::NAN, result);
        Self::select((y == Self::ZERO) | (signed == Self::ONE), Self::ONE, result)
    }};
}

impl<const F: bool> Power for Lane<f32, F> {
    /// 2^(y log2 x) in f64, which has bits to spare for f32's largest exponents.
    #[inline(always)]
    fn pow(self, y: Self) -> Self {
        let log = Lane::<f64, F>(self.abs().0 as f64).log2();
        let magnitude = (log * Lane(y.0 as f64)).exp2();
        with_edges!(self, y, Lane(magnitude.0 as f32))
    }
}

impl<const F: bool> Power for Lane<f64, F> {
    #[inline(always)]
    fn pow(self, y: Self) -> Self {
        with_edges!(self, y, self.abs().pow_positive(y))
    }
}

impl<const F: bool> Lane<f64, F> {
    /// fdlibm's e_pow.c for positive finite x and finite y: log2 x in two parts, times y in two parts, then 2^z.
    /// Its exact products of halves of numbers need no fused arithmetic.
    #[inline(always)]
    fn pow_positive(self, y: Self) -> Self {
        // x = 2^k m, m between sqrt(1/2) and sqrt(2). fdlibm has m in [sqrt(3)/2, sqrt(3)) about 1 or 3/2.
        let (k, f) = self.split();
        let m = f + 1.0;
        let low_half = m < Self::lit(0.866_025_403_784_438_6);
        let (k, m) = (Self::select(low_half, k - 1.0, k), Self::select(low_half, m + m, m));
        let about_one = m < Self::lit(1.224_744_871_391_589);
        let base = Self::select(about_one, Self::ONE, Self::lit(1.5));

        // s = (m - base) / (m + base), in two parts.
        let u = m - base;
        let v = Self::ONE / (m + base);
        let s = u * v;
        let s_high = s.high();
        let t_high = (m + base).high();
        let t_low = m - (t_high - base);
        let s_low = v * ((u - s_high * t_high) - s_high * t_low);
        // ln m = ln base + 2 s + 2/3 s^3 + ..., in two parts.
        let z = s * s;
        let p = poly!(
            z;
            0.5999999999999946,
            0.4285714285785502,
            0.33333332981837743,
            0.272728123808534,
            0.23066074577556175,
            0.20697501780033842
        );
        let r = z * z * p + s_low * (s_high + s);
        let z = s_high * s_high;
        let t_high = (z + 3.0 + r).high();
        let t_low = r - ((t_high - 3.0) - z);
        let u = s_high * t_high;
        let v = s_low * t_high + t_low * s;
        let p_high = (u + v).high();
        let p_low = v - (p_high - u);
        // Times 2 / (3 ln 2), and log2 base, and k.
        let z_high = p_high * 0.9617967009544373;
        let base_low = Self::select(about_one, Self::ZERO, Self::lit(1.350039202129749e-08));
        let z_low = p_high * -7.028461650952758e-09 + p_low * 0.9617966939259756 + base_low;
        let base_high = Self::select(about_one, Self::ZERO, Self::lit(0.5849624872207642));
        let log_high = (((z_high + z_low) + base_high) + k).high();
        let log_low = z_low - (((log_high - k) - base_high) - z_high);

        // y log2 x. Beyond these bounds the result is 0 or infinity, and inf - inf must not arise.
        let y = Self::select(y > Self::lit(1e300), Self::lit(1e300), y);
        let y = Self::select(y < Self::lit(-1e300), Self::lit(-1e300), y);
        let y_high = y.high();
        let low = (y - y_high) * log_high + y * log_low;
        let high = y_high * log_high;
        let sum = high + low;
        let too_large = sum > Self::lit(1100.0);
        let too_small = sum < Self::lit(-1100.0);
        let out = too_large | too_small;
        let (high, low) = (Self::select(out, Self::ZERO, high), Self::select(out, Self::ZERO, low));

        // 2^(high + low).
        let (bits, n) = (high + low).nearest(1.0);
        let (a, b) = Self::power_of_two(bits);
        let high = high - n;
        let t = (low + high).high();
        let u = t * 0.6931471824645996;
        let v = (low - (t - high)) * std::f64::consts::LN_2 + t * -1.904654299957768e-09;
        let z = u + v;
        let rest = v - (z - u);
        let e = z.expm1_reduced();
        let value = (e + (e + 1.0) * rest + 1.0) * a * b;
        Self::select(too_large, Self::INFINITY, Self::select(too_small, Self::ZERO, value))
    }
}
