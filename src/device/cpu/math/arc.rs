//! Inverse trigonometric functions.

use super::{Float, Lane, poly};
use std::f64::consts::{FRAC_PI_2, FRAC_PI_4, PI};

/// What f64 leaves of pi/2.
const FRAC_PI_2_REST: f64 = 6.123233995736766e-17;

pub trait Inverse: Float {
    /// 2.5 ulp (f64: 2).
    fn asin(self) -> Self;
    /// 1.5 ulp.
    fn acos(self) -> Self;
    /// 2.5 ulp (f64: 1.5).
    fn atan(self) -> Self;

    /// The angle of the point (x, self), as C has it for zeros and infinities, 2.5 ulp.
    #[inline(always)]
    fn atan2(self, x: Self) -> Self {
        let (a, b) = (self.abs(), x.abs());
        let steep = a > b;
        let (small, large) = (Self::select(steep, b, a), Self::select(steep, a, b));
        let ratio = small / large;
        // 0 / 0 is the angle 0, infinity / infinity that of the diagonal.
        let ratio = Self::select(large == Self::ZERO, Self::ZERO, ratio);
        let ratio = Self::select(small == Self::INFINITY, Self::ONE, ratio);
        let angle = ratio.atan();
        let angle = Self::select(steep, (Self::lit(FRAC_PI_2) - angle) + Self::HALF_PI_REST, angle);
        let left = Self::ONE.copysign(x) < Self::ZERO;
        let angle = Self::select(left, (Self::lit(PI) - angle) + Self::HALF_PI_REST * 2.0, angle);
        Self::select(self.is_nan() | x.is_nan(), Self::NAN, angle.copysign(self))
    }

    /// pi/2 less its rounded value.
    const HALF_PI_REST: Self;
}

/// asin of the argument up to 1/2 as `z -> (asin(s) - s) / s` with z = s^2; beyond 1/2 through
/// asin x = pi/2 - 2 asin(sqrt((1 - x) / 2)).
macro_rules! inverse {
    ($T:ident, rest: $rest:expr, asin: |$z:ident| $asin:expr, atan: |$w:ident| $atan:expr, middle: $middle:expr) => {
        impl<const F: bool> Lane<$T, F> {
            /// Whether |x| > 1/2, s, and asin s.
            #[inline(always)]
            fn asin_half(self) -> (bool, Self) {
                let x = self.abs();
                let large = x > Self::lit(0.5);
                let $z = Self::select(large, (-x + 1.0) * 0.5, x * x);
                let s = Self::select(large, $z.sqrt(), x);
                let p = $asin;
                (large, s.mul_add(p, s))
            }
        }

        impl<const F: bool> Inverse for Lane<$T, F> {
            const HALF_PI_REST: Self = Lane($rest as $T);

            #[inline(always)]
            fn asin(self) -> Self {
                let (large, s) = self.asin_half();
                let complement = Self::lit(FRAC_PI_2) - (s + s - Self::HALF_PI_REST);
                Self::select(large, complement, s).copysign(self)
            }

            #[inline(always)]
            fn acos(self) -> Self {
                let (large, s) = self.asin_half();
                let signed = s.copysign(self);
                let middle = Self::lit(FRAC_PI_2) - (signed - Self::HALF_PI_REST);
                let left = (Self::lit(FRAC_PI_2) - (s - Self::HALF_PI_REST)) * 2.0;
                let outer = Self::select(self < Self::ZERO, left, s + s);
                Self::select(large, outer, middle)
            }

            /// Cephes atan.c: for large x of -1/x, for middling x of (x - 1) / (x + 1).
            #[inline(always)]
            fn atan(self) -> Self {
                let x = self.abs();
                let large = x > Self::lit(2.414213562373095);
                let middle = !large & (x > Self::lit($middle));
                let above = Self::select(large, -Self::ONE, Self::select(middle, x - 1.0, x));
                let below = Self::select(large, x, Self::select(middle, x + 1.0, Self::ONE));
                let t = above / below;
                let $w = t * t;
                let p = $atan;
                let offset =
                    Self::select(large, Self::lit(FRAC_PI_2), Self::select(middle, Self::lit(FRAC_PI_4), Self::ZERO));
                let rest =
                    Self::select(large, Self::HALF_PI_REST, Self::select(middle, Self::HALF_PI_REST * 0.5, Self::ZERO));
                (offset + ((t * $w).mul_add(p, t) + rest)).copysign(self)
            }
        }
    };
}

inverse! {
    f32,
    rest: FRAC_PI_2 - FRAC_PI_2 as f32 as f64,
    // Cephes asinf.c.
    asin: |z| z * poly!(z; 1.6666752422e-1, 7.4953002686e-2, 4.5470025998e-2, 2.4181311049e-2, 4.2163199048e-2),
    // Cephes atanf.c.
    atan: |w| poly!(w; -3.33329491539e-1, 1.99777106478e-1, -1.38776856032e-1, 8.05374449538e-2),
    middle: 0.414213562373095
}

inverse! {
    f64,
    rest: FRAC_PI_2_REST,
    // fdlibm's e_asin.c.
    asin: |z| {
        let p = poly!(
            z;
            0.16666666666666666,
            -0.3255658186224009,
            0.20121253213486293,
            -0.04005553450067941,
            0.0007915349942898145,
            3.479331075960212e-05
        );
        let q = poly!(
            z;
            1.0,
            -2.403394911734414,
            2.0209457602335057,
            -0.6882839716054533,
            0.07703815055590194
        );
        z * p / q
    },
    // Cephes atan.c.
    atan: |w| {
        let p = poly!(
            w;
            -64.85021904942025,
            -122.88666844901361,
            -75.00855792314705,
            -16.157537187333652,
            -0.8750608600031904
        );
        let q = poly!(
            w;
            194.5506571482614,
            485.3903996359137,
            432.88106049129027,
            165.02700983169885,
            24.858464901423062,
            1.0
        );
        p / q
    },
    middle: 0.66
}
