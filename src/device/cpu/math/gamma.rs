//! The logarithm of the gamma function, and its first two derivatives. f32 goes through f64.

use super::{Float, Lane, Logarithm, Trigonometric, poly};
use std::f64::consts::PI;

pub trait Gamma: Float {
    /// ln |gamma x|; infinite at 0 and the negative integers. f32: 1 ulp; f64: 4 ulp for x > 0, absolute error of that
    /// order below, where it has zeros of its own.
    fn lgamma(self) -> Self;
    /// The derivative of `lgamma`, 16 ulp, or as much of 1 near its zeros (f32: 1 ulp); at 0 infinite of the other sign, at the negative integers NaN, as in torch.
    fn digamma(self) -> Self;
    /// The derivative of `digamma`, 8 ulp (f32: 1).
    fn trigamma(self) -> Self;
    /// Hurwitz's zeta function, the sum of (x + k)^-s over k = 0, 1, ..., for an integer s above 1, 16 ulp (f32: 1):
    /// what derivatives of `trigamma` are made of. Infinite at 0 and the negative integers. Not for vector loops.
    fn zeta(self, s: Self) -> Self;
}

impl<const F: bool> Gamma for Lane<f32, F> {
    #[inline(always)]
    fn lgamma(self) -> Self {
        self.wide(Lane::lgamma)
    }

    #[inline(always)]
    fn digamma(self) -> Self {
        self.wide(Lane::digamma)
    }

    #[inline(always)]
    fn trigamma(self) -> Self {
        self.wide(Lane::trigamma)
    }

    #[inline(always)]
    fn zeta(self, s: Self) -> Self {
        Lane(hurwitz(self.0 as f64, s.0 as f64) as f32)
    }
}

impl<const F: bool> Lane<f64, F> {
    /// pi times the distance to the nearest integer, for the reflection at x < 0.
    #[inline(always)]
    fn pi_turn(self) -> Self {
        (self - self.round()) * PI
    }

    /// Of x > 0. Below 8 by recurrence from [1.5, 2.5), where ln gamma(2 + d) is d times a polynomial (a minimax fit,
    /// Remez exchange at 50 digits); beyond by Stirling's series.
    #[inline(always)]
    fn lgamma_positive(self) -> Self {
        let tiny = self < Self::lit(0.5);
        let low = self < Self::lit(1.5);
        // 2 + d is x + 2, x + 1, x, x - 1, ...; d is exact where the result has its zeros.
        let mut d = self - Self::select(tiny, Self::ZERO, Self::select(low, Self::ONE, Self::lit(2.0)));
        let mut product = Self::select(tiny, self * (self + 1.0), Self::select(low, self, Self::ONE));
        for _ in 0..6 {
            let high = d >= Self::lit(0.5);
            d = Self::select(high, d - 1.0, d);
            product = Self::select(high, product * (d + 2.0), product);
        }
        let large = self >= Self::lit(8.0);
        let ln = Self::select(large, self, product).ln();
        let p = poly!(
            d;
            0.42278433509846713,
            0.3224670334241133,
            -0.06735230105319576,
            0.020580808427765954,
            -0.007385551028925172,
            0.0028905103318420107,
            -0.0011927539013301817,
            0.0005096694951061212,
            -0.00022315497224978745,
            9.9457944261675e-05,
            -4.492377202699228e-05,
            2.0503543469527604e-05,
            -9.45607844889993e-06,
            4.3935226931410755e-06,
            -1.9748274631530105e-06,
            8.998982840973223e-07,
            -5.80611314243841e-07,
            2.9770842410499554e-07,
        );
        let small = d * p + Self::select(low, -ln, ln);

        let inverse = Self::ONE / self;
        let series = poly!(
            inverse * inverse;
            1.0 / 12.0,
            -1.0 / 360.0,
            1.0 / 1260.0,
            -1.0 / 1680.0,
            1.0 / 1188.0,
            -691.0 / 360360.0,
            1.0 / 156.0,
            -3617.0 / 122400.0
        );
        // (ln(2 pi) - 1) / 2
        let stirling = (self - 0.5) * (ln - 1.0) + (inverse * series + 0.4189385332046727);
        Self::select(large, stirling, small)
    }

    /// Of x > 0: recurrence up to 10, then the asymptotic series.
    #[inline(always)]
    fn digamma_positive(self) -> Self {
        let (mut x, mut sum) = (self, Self::ZERO);
        for _ in 0..10 {
            let low = x < Self::lit(10.0);
            sum = Self::select(low, sum + Self::ONE / x, sum);
            x = Self::select(low, x + 1.0, x);
        }
        let inverse = Self::ONE / x;
        let square = inverse * inverse;
        let series = poly!(
            square;
            1.0 / 12.0,
            -1.0 / 120.0,
            1.0 / 252.0,
            -1.0 / 240.0,
            1.0 / 132.0,
            -691.0 / 32760.0,
            1.0 / 12.0
        );
        x.ln() - inverse * 0.5 - square * series - sum
    }

    /// Of x > 0, likewise.
    #[inline(always)]
    fn trigamma_positive(self) -> Self {
        let (mut x, mut sum) = (self, Self::ZERO);
        for _ in 0..10 {
            let low = x < Self::lit(10.0);
            sum = Self::select(low, sum + Self::ONE / (x * x), sum);
            x = Self::select(low, x + 1.0, x);
        }
        let inverse = Self::ONE / x;
        let square = inverse * inverse;
        let series = poly!(
            square;
            1.0 / 6.0,
            -1.0 / 30.0,
            1.0 / 42.0,
            -1.0 / 30.0,
            5.0 / 66.0,
            -691.0 / 2730.0,
            7.0 / 6.0
        );
        sum + (inverse + (square * 0.5 + inverse * square * series))
    }
}

impl<const F: bool> Gamma for Lane<f64, F> {
    /// Below 0 by reflection: gamma(x) gamma(1 - x) = pi / sin(pi x).
    #[inline(always)]
    fn lgamma(self) -> Self {
        let negative = self < Self::ZERO;
        let value = Self::select(negative, -self + 1.0, self).lgamma_positive();
        let reflected = (Self::lit(PI) / self.pi_turn().sin().abs()).ln() - value;
        let result = Self::select(negative, reflected, value);
        // Also where 1 - x has no fraction any more: all large negative numbers are integers.
        let pole = (self <= Self::ZERO) & (self == self.trunc());
        let result = Self::select(pole | self.is_infinite(), Self::INFINITY, result);
        Self::select(self.is_nan(), self, result)
    }

    /// Below 0 by reflection: psi(1 - x) - psi(x) = pi / tan(pi x).
    #[inline(always)]
    fn digamma(self) -> Self {
        let negative = self < Self::ZERO;
        let value = Self::select(negative, -self + 1.0, self).digamma_positive();
        let reflected = value - Self::lit(PI) / self.pi_turn().tan();
        let result = Self::select(negative, reflected, value);
        let pole = negative & (self == self.trunc());
        let result = Self::select(pole, Self::NAN, result);
        let result = Self::select(self == Self::INFINITY, self, result);
        Self::select(self == Self::ZERO, (-Self::INFINITY).copysign(-self), result)
    }

    /// Below 0 by reflection: psi'(1 - x) + psi'(x) = (pi / sin(pi x))^2.
    #[inline(always)]
    fn trigamma(self) -> Self {
        let negative = self < Self::ZERO;
        let value = Self::select(negative, -self + 1.0, self).trigamma_positive();
        let ratio = Self::lit(PI) / self.pi_turn().sin();
        let result = Self::select(negative, ratio * ratio - value, value);
        Self::select(self == Self::INFINITY, Self::ZERO, result)
    }

    #[inline(always)]
    fn zeta(self, s: Self) -> Self {
        Lane(hurwitz(self.0, s.0))
    }
}

/// Below 0 the terms with x + k < 0 are those of two more such sums.
fn hurwitz(x: f64, s: f64) -> f64 {
    if x > 0.0 {
        return hurwitz_positive(x, s);
    }
    if x == x.trunc() && x.is_finite() {
        return f64::INFINITY;
    }
    let r = x - x.round_ties_even();
    // The smallest of the positive x + k, and of the magnitudes of the negative ones.
    let (above, below) = if r > 0.0 { (r, 1.0 - r) } else { (1.0 + r, -r) };
    let negative = hurwitz_positive(below, s) - hurwitz_positive(1.0 - x, s);
    hurwitz_positive(above, s) + if s % 2.0 == 0.0 { negative } else { -negative }
}

/// Of x > 0: ten terms, then Euler and Maclaurin's formula.
fn hurwitz_positive(x: f64, s: f64) -> f64 {
    // Bernoulli's numbers B_2j over (2j)!.
    const BERNOULLI: [f64; 10] = [
        0.08333333333333333,
        -0.001388888888888889,
        3.306878306878307e-05,
        -8.267195767195768e-07,
        2.08767569878681e-08,
        -5.284190138687493e-10,
        1.3382536530684679e-11,
        -3.3896802963225827e-13,
        8.586062056277845e-15,
        -2.174868698558062e-16,
    ];
    let (mut n, mut sum) = (x, 0.0);
    for _ in 0..10 {
        sum += n.powf(-s);
        n += 1.0;
    }
    let power = n.powf(-s);
    sum += power * n / (s - 1.0) + 0.5 * power;
    let mut term = s * power / n;
    for (j, b) in BERNOULLI.iter().enumerate() {
        sum += term * b;
        let at = s + 2.0 * j as f64;
        term *= (at + 1.0) / n * ((at + 2.0) / n);
    }
    // At infinity n^-s * n is 0 times infinity.
    if x.is_infinite() { 0.0 } else { sum }
}
