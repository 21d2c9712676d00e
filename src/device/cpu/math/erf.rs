//! The error function, its complement and its inverse. Polynomials are minimax fits of our own (Remez exchange at 60 digits).

use super::{Exponential, Float, Lane, Logarithm, poly};

pub trait ErrorFunction: Float + Exponential + Logarithm {
    /// 3 ulp (f64: 2).
    fn erf(self) -> Self;
    /// 1 - erf x without cancellation, 4 ulp (f32: 1).
    fn erfc(self) -> Self;
    /// The inverse of `erf`, 4 ulp (f32: 1); infinite at -1 and 1, NaN beyond.
    fn erfinv(self) -> Self;
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

    #[inline(always)]
    fn erfinv(self) -> Self {
        self.wide(Lane::erfinv)
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

    /// x times a polynomial in w = -ln(1 - x^2), or in its root where w is large (the variables are M. Giles's; at 1
    /// less an ulp w is 36.04). Polynomials are interpolations of our own at Chebyshev's nodes, at 50 digits.
    #[inline(always)]
    fn erfinv(self) -> Self {
        let w = -((-self + 1.0) * (self + 1.0)).ln();
        let root = w.sqrt();
        let near = {
            let t = w - 3.125;
            poly!(
                t;
                1.6536545626831027,
                0.24015818242558834,
                -0.006033670871426851,
                -0.0007407025341546431,
                0.00018673420801981186,
                -1.3882523393957483e-05,
                -1.3654691758785656e-06,
                4.23478816822246e-07,
                -2.907039127564132e-08,
                -4.1126604371632185e-09,
                1.051223377050429e-09,
                -5.414303283919504e-11,
                -1.2978805369932565e-11,
                2.6305268312595183e-12,
                -8.07192593899004e-14,
                -4.0020031087558496e-14,
                6.521333511502239e-15,
                -3.94018812230432e-17,
                -1.2215637192404172e-16,
                1.5510787009902526e-17,
                6.075050702072414e-19,
                -3.4734793888538036e-19,
                1.999259988861535e-20,
                3.194015548136271e-21,
                -3.5932028927020693e-22
            )
        };
        let far = {
            let t = root - 3.25;
            poly!(
                t;
                3.0838856104922208,
                1.0052589676941592,
                0.0053709145535581985,
                -0.0037512085075638536,
                0.0024914420976198813,
                -0.0016882755561681802,
                0.0009532893521118177,
                -0.00035503751863069763,
                2.4031363245440546e-05,
                6.828484052292924e-05,
                -4.731952918337189e-05,
                1.2475343474376931e-05,
                2.9273722115986924e-06,
                -4.013946398190292e-06,
                1.4958263152984917e-06,
                1.832399988132858e-08,
                -2.6860975725571463e-07,
                9.071950571029922e-08,
                -3.831039946072411e-10
            )
        };
        let edge = {
            let t = root - 5.0;
            poly!(
                t;
                4.849906401408584,
                1.0103004648645337,
                -0.00013871931838981236,
                -0.00021503011927258986,
                7.599527817598087e-05,
                -1.9681778445810843e-05,
                4.526053271480738e-06,
                -9.929809289463066e-07,
                2.290420516111924e-07,
                -6.771682110498343e-08,
                2.9067322379817384e-08,
                -1.495318235881131e-08,
                7.712359852417723e-09,
                -3.794367250785163e-09,
                1.4473686200245116e-09,
                -2.541703199880914e-10,
                -1.1844411720183401e-11
            )
        };
        let p = Self::select(w < Self::lit(6.25), near, Self::select(w < Self::lit(16.0), far, edge));
        let value = Self::select(self.abs() == Self::ONE, Self::INFINITY.copysign(self), self * p);
        Self::select(self.abs() <= Self::ONE, value, Self::NAN)
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
