//! The error function and its complement. Polynomials are minimax fits of our own (Remez exchange at 60 digits).

use super::{Exponential, Float, Lane, Logarithm, poly};

pub trait ErrorFunction: Float + Exponential + Logarithm {
    /// 3 ulp (f64: 2).
    fn erf(self) -> Self;
    /// 1 - erf x without cancellation, 4 ulp (f32: 1).
    fn erfc(self) -> Self;
}

impl<const F: bool> ErrorFunction for Lane<f32, F> {
    /// 1 - e^-g with g = -ln(1 - erf t), a polynomial times t; relative accuracy holds down to zero.
    #[inline(always)]
    fn erf(self) -> Self {
        let x = self.abs();
        // From here on 1 is nearest.
        let t = Self::select(x > Self::lit(3.95), Self::lit(3.95), x);
        let p = poly!(
            t;
            std::f64::consts::FRAC_2_SQRT_PI,
            0.6366194,
            0.10277783,
            -0.019153066,
            -0.00016038974,
            0.0016670198,
            -0.00063283206,
            0.000117639785,
            -9.256085e-06
        );
        (-(-(t * p)).expm1_small()).copysign(self)
    }

    #[inline(always)]
    fn erfc(self) -> Self {
        self.wide(Lane::erfc)
    }
}

impl<const F: bool> ErrorFunction for Lane<f64, F> {
    /// Near zero x + x p(x^2), else 1 - erfc x.
    #[inline(always)]
    fn erf(self) -> Self {
        let x = self.abs();
        let z = self * self;
        let p = poly!(
            z;
            0.1283791670955126,
            -0.37612638903183715,
            0.11283791670952477,
            -0.026866170644401482,
            0.005223977615109899,
            -0.0008548326168213529,
            0.00012055288739577984,
            -1.49241756421837e-05,
            1.6430372376054903e-06,
            -1.5937460805396539e-07,
            1.1463239066611447e-08
        );
        let small = self.mul_add(p, self);
        let large = (-x.erfc_positive() + 1.0).copysign(self);
        Self::select(x < Self::lit(0.75), small, large)
    }

    #[inline(always)]
    fn erfc(self) -> Self {
        let value = self.abs().erfc_positive();
        let value = Self::select(self < Self::ZERO, -value + 2.0, value);
        Self::select(self.is_nan(), self, value)
    }
}

impl<const F: bool> Lane<f64, F> {
    /// erfc t = e^(-t^2) h((t - 4) / (t + 4)) for t >= 0, h a polynomial fitted up to t = 28, where erfc is zero.
    #[inline(always)]
    fn erfc_positive(self) -> Self {
        let t = Self::select(self > Self::lit(28.0), Self::lit(28.0), self);
        let q = (t - 4.0) / (t + 4.0);
        let h = poly!(
            q;
            0.13699945762506138,
            -0.25906804876017164,
            0.21871967891826521,
            -0.16425781669730805,
            0.10896317739888423,
            -0.06310781563976697,
            0.03129905651918398,
            -0.012843946030941474,
            0.004060263617928649,
            -0.000799126816898772,
            -2.176167956066221e-05,
            7.8983196913659e-05,
            -2.2556216453375964e-05,
            -1.903255817289784e-06,
            2.9450578563713956e-06,
            -4.0863280048499817e-07,
            -2.8504683156843234e-07,
            9.599686656781462e-08,
            2.6484421141370053e-08,
            -1.4932749056143152e-08,
            -3.110873030417816e-09,
            1.576201367628409e-09,
            4.3564549812505333e-10
        );
        // t^2 in two parts, the first exact: its rounding error would grow with the exponent.
        let high = t.high();
        let low = (t - high) * (t + high);
        let main = (-(high * high)).exp();
        // e^(-low) to first orders; |low| < 2^-19 * 28^2.
        main * (h * (-low).expm1_small() + h)
    }
}
