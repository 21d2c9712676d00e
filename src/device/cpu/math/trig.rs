//! Sine, cosine, tangent: x = n pi/2 + r with |r| <= pi/4, polynomials for sin r and cos r, and a choice by n mod 4.

use super::{Float, Lane, poly};

pub trait Trigonometric: Float {
    /// Up to this magnitude `sin`, `cos` and `tan` are right. Beyond it a kernel uses `sin_any` … in its `rare`
    /// clause: reduction by a 1,200-bit 2/pi is no work for a vector loop.
    const TRIG_MAX: f64 = 1e5;

    /// 1.6 ulp (f64: 1) up to [`TRIG_MAX`](Trigonometric::TRIG_MAX).
    fn sin(self) -> Self;
    /// 1.6 ulp (f64: 1) up to [`TRIG_MAX`](Trigonometric::TRIG_MAX).
    fn cos(self) -> Self;
    /// 3 ulp (f64: 2) up to [`TRIG_MAX`](Trigonometric::TRIG_MAX).
    fn tan(self) -> Self;
    /// Of any number, by the platform's libm.
    fn sin_any(self) -> Self;
    fn cos_any(self) -> Self;
    fn tan_any(self) -> Self;

    /// Is the argument beyond what `sin`, `cos` and `tan` can do?
    #[inline(always)]
    fn trig_is_rare(self) -> bool {
        self.abs() > Self::lit(Self::TRIG_MAX)
    }
}

/// By quadrant: sin or cos of r, negated or not.
macro_rules! choose {
    ($quadrant:expr, $sin:expr, $cos:expr) => {{
        let value = Self::select($quadrant & 1 != 0, $cos, $sin);
        Self::select($quadrant & 2 != 0, -value, value)
    }};
}

impl<const F: bool> Lane<f32, F> {
    /// The quadrant (in the low bits) and r.
    #[inline(always)]
    fn quadrant(self) -> (u32, Self) {
        if F {
            let (n, k) = self.nearest(std::f64::consts::FRAC_2_PI);
            // pi/2 in three parts of 24 bits: the first product and difference are exact in a fused step.
            let r = k.mul_add(Lane(-1.570_796_4), self);
            let r = k.mul_add(Lane(4.371_139e-8), r);
            (n, k.mul_add(Lane(1.715_152_3e-15), r))
        } else {
            // Without fusing, in f64: there 33 bits of pi/2 times n are exact.
            let x = Lane::<f64, F>(self.0 as f64);
            let (n, k) = x.nearest(std::f64::consts::FRAC_2_PI);
            let r = (x - k * PIO2[0]) - k * PIO2_1_REST;
            (n as u32, Lane(r.0 as f32))
        }
    }

    /// Cephes sinf.c.
    #[inline(always)]
    fn sin_reduced(self) -> Self {
        let z = self * self;
        (z * self).mul_add(poly!(z; -1.6666654611e-1, 8.3321608736e-3, -1.9515295891e-4), self)
    }

    /// Cephes cosf.c.
    #[inline(always)]
    fn cos_reduced(self) -> Self {
        let z = self * self;
        let p = poly!(z; 4.166664568298827e-2, -1.388731625493765e-3, 2.443315711809948e-5);
        (z * z).mul_add(p, z.mul_add(Self::lit(-0.5), Self::ONE))
    }
}

impl<const F: bool> Trigonometric for Lane<f32, F> {
    #[inline(always)]
    fn sin(self) -> Self {
        let (n, r) = self.quadrant();
        // The sign of zero stays.
        Self::select(self == Self::ZERO, self, choose!(n, r.sin_reduced(), r.cos_reduced()))
    }

    #[inline(always)]
    fn cos(self) -> Self {
        let (n, r) = self.quadrant();
        choose!(n.wrapping_add(1), r.sin_reduced(), r.cos_reduced())
    }

    /// Cephes tanf.c.
    #[inline(always)]
    fn tan(self) -> Self {
        let (n, r) = self.quadrant();
        let z = r * r;
        let p = poly!(
            z;
            3.33331568548e-1,
            1.33387994085e-1,
            5.34112807005e-2,
            2.44301354525e-2,
            3.11992232697e-3,
            9.38540185543e-3
        );
        let t = (z * r).mul_add(p, r);
        Self::select(self == Self::ZERO, self, Self::select(n & 1 != 0, -Self::ONE / t, t))
    }

    // In f64, as not every platform's f32 functions are accurate.
    #[inline(always)]
    fn sin_any(self) -> Self {
        Lane((self.0 as f64).sin() as f32)
    }

    #[inline(always)]
    fn cos_any(self) -> Self {
        Lane((self.0 as f64).cos() as f32)
    }

    #[inline(always)]
    fn tan_any(self) -> Self {
        Lane((self.0 as f64).tan() as f32)
    }
}

/// pi/2 in parts of 33 bits (fdlibm's e_rem_pio2.c), and what each leaves.
const PIO2: [f64; 3] = [1.5707963267341256, 6.077100506303966e-11, 2.0222662487111665e-21];
const PIO2_1_REST: f64 = 6.077100506506192e-11;
const PIO2_3_REST: f64 = 8.4784276603689e-32;

impl<const F: bool> Lane<f64, F> {
    /// The sum and its rounding error (Knuth's two-sum).
    #[inline(always)]
    fn two_sum(self, other: Self) -> (Self, Self) {
        let sum = self + other;
        let part = sum - self;
        (sum, (self - (sum - part)) + (other - part))
    }

    /// The quadrant (in the low bits), and r as a number and its tail. fdlibm's three rounds, all of them always.
    #[inline(always)]
    fn quadrant(self) -> (u64, Self, Self) {
        let (n, k) = self.nearest(std::f64::consts::FRAC_2_PI);
        let (r, tail) = (self - k * PIO2[0]).two_sum(-(k * PIO2[1]));
        let (r, more) = r.two_sum(-(k * PIO2[2]));
        let tail = (tail + more) - k * PIO2_3_REST;
        let sum = r + tail;
        (n, sum, (r - sum) + tail)
    }

    /// fdlibm's k_sin.c.
    #[inline(always)]
    fn sin_reduced(self, tail: Self) -> Self {
        let z = self * self;
        let v = z * self;
        let r = poly!(
            z;
            0.00833333333332249,
            -0.0001984126982985795,
            2.7557313707070068e-06,
            -2.5050760253406863e-08,
            1.58969099521155e-10
        );
        self - ((z * (tail * 0.5 - v * r) - tail) - v * -0.16666666666666632)
    }

    /// fdlibm's k_cos.c (the later, branch-free one).
    #[inline(always)]
    fn cos_reduced(self, tail: Self) -> Self {
        let z = self * self;
        let r = poly!(
            z;
            0.0416666666666666,
            -0.001388888888887411,
            2.480158728947673e-05,
            -2.7557314351390663e-07,
            2.087572321298175e-09,
            -1.1359647557788195e-11
        );
        let half = z * 0.5;
        let w = -half + 1.0;
        w + (((-w + 1.0) - half) + (z * z * r - self * tail))
    }
}

impl<const F: bool> Trigonometric for Lane<f64, F> {
    #[inline(always)]
    fn sin(self) -> Self {
        let (n, r, tail) = self.quadrant();
        let value = choose!(n, r.sin_reduced(tail), r.cos_reduced(tail));
        Self::select(self == Self::ZERO, self, value)
    }

    #[inline(always)]
    fn cos(self) -> Self {
        let (n, r, tail) = self.quadrant();
        choose!(n.wrapping_add(1), r.sin_reduced(tail), r.cos_reduced(tail))
    }

    #[inline(always)]
    fn tan(self) -> Self {
        let (n, r, tail) = self.quadrant();
        let (sin, cos) = (r.sin_reduced(tail), r.cos_reduced(tail));
        let odd = n & 1 != 0;
        let ratio = Self::select(odd, -cos, sin) / Self::select(odd, sin, cos);
        Self::select(self == Self::ZERO, self, ratio)
    }

    #[inline(always)]
    fn sin_any(self) -> Self {
        Lane(self.0.sin())
    }

    #[inline(always)]
    fn cos_any(self) -> Self {
        Lane(self.0.cos())
    }

    #[inline(always)]
    fn tan_any(self) -> Self {
        Lane(self.0.tan())
    }
}
