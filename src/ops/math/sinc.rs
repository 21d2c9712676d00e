//! The cardinal sine.

use crate::device::cpu::tile::{Tiles, tiles};
use crate::ops::sig::X;
use crate::ops::{Domain, Grad, Kind, Needs, Op, Proof};
use crate::unary_samples;
use std::f64::consts::PI;

pub static SINC: Op = Op {
    name: "sinc",
    symbol: None,
    params: &[X],
    parts: &[],
    doc: "sin(pi x) / (pi x) of each element, and 1 at 0.",
    examples: &["sinc([0.0, 0.5, 1.5])  # f32[3] [1.0, 0.6366, -0.2122]"],
    kind: Kind::Tile { tiles: &TILES, domain: Domain::Float, total: true },
    vjp: &[Grad::Rule(Needs::IN0, |cx, s, g| cx.mul(g, cx.infallible(cx.unary(&SLOPE, &s.tensor(0)))))],
    samples: unary_samples!(-3.0, 3.0;
        sample(&[Uniform(&[8], -0.3, 0.3)]),
        sample(&[Uniform(&[4], 20.0, 30.0)]),
        kink(&[Floats(&[9], &[0.0, -0.0, 1e-30, -0.25, 0.5, -2.5, 1e4, -4096.5, f64::NAN])]),
        kink(&[Floats(&[2], &[f64::INFINITY, f64::NEG_INFINITY])])),
    // torch's f32 rounds pi x before it takes the sine: integers are not quite zeros, gradients near 0 lose digits.
    proof: Proof::Torch(
        "torch.sinc(args[0].double()).to(args[0].dtype) if args[0].is_floating_point() else (args[0] == 0).float()",
    ),
};

/// pi x is reduced while it is still exact: x less the nearest integer, whose parity gives the sign.
static TILES: Tiles = tiles!("sinc",
cuda: "x == T(0) ? T(1) : SIN((x - ROUND(x)) * T(3.141592653589793)) / (x * T(3.141592653589793)) \
    * (T(1) - T(2) * ABS(ROUND(x) - T(2) * TRUNC(ROUND(x) * T(0.5))))",
real: |x| {
    let turn = (x - x.round()) * PI;
    let half = x.round() * 0.5;
    let sine = R::select(half == half.trunc(), turn.sin(), -turn.sin());
    R::select(x == R::ZERO, R::ONE, sine / (x * PI))
});

/// (cos(pi x) - sinc x) / x; near 0, where that cancels, the series: terms (-1)^k 2k / (2k + 1)! pi^2k x^(2k - 1).
static SLOPE_TILES: Tiles = tiles!("sinc_slope",
cuda: "ABS(x) < T(0.3) \
    ? x * (T(-3.289868133696453) + x * x * (T(3.2469697011334144) + x * x * (T(-1.1445109447325053) \
        + x * x * (T(0.2091827825412384) + x * x * (T(-0.023460810354558236) \
        + x * x * (T(0.001781145516372852) + x * x * (T(-9.766223126318933e-05) \
        + x * x * (T(4.049947846619244e-06) + x * x * (T(-1.3148481279991994e-07)))))))))) \
    : (COS((x - ROUND(x)) * T(3.141592653589793)) \
        - SIN((x - ROUND(x)) * T(3.141592653589793)) / (x * T(3.141592653589793))) / x \
        * (T(1) - T(2) * ABS(ROUND(x) - T(2) * TRUNC(ROUND(x) * T(0.5))))",
real: |x| {
    const SERIES: [f64; 9] = [
        -3.289868133696453,
        3.2469697011334144,
        -1.1445109447325053,
        0.2091827825412384,
        -0.023460810354558236,
        0.001781145516372852,
        -9.766223126318933e-05,
        4.049947846619244e-06,
        -1.3148481279991994e-07,
    ];
    let series = SERIES.iter().rev().fold(R::ZERO, |sum, &c| sum.mul_add(x * x, R::lit(c)));
    let turn = (x - x.round()) * PI;
    let half = x.round() * 0.5;
    let large = (turn.cos() - turn.sin() / (x * PI)) / x;
    let large = R::select(half == half.trunc(), large, -large);
    R::select(x.abs() < R::lit(0.3), x * series, large)
});

static SLOPE: Op = Op {
    name: "sinc_slope",
    symbol: None,
    params: &[X],
    parts: &[],
    doc: "",
    examples: &[],
    kind: Kind::Tile { tiles: &SLOPE_TILES, domain: Domain::Float, total: true },
    // -pi^2 sinc x - 2 sinc' x / x, which is -pi^2 / 3 at 0.
    vjp: &[Grad::Rule(Needs::IN0.and(Needs::OUT), |cx, s, g| {
        let x = s.tensor(0);
        let zero = cx.eq(&x, 0.0);
        let sinc = cx.infallible(cx.unary(&SINC, &x));
        let quotient = cx.select(&zero, -PI * PI / 3.0, cx.div(s.out(), cx.select(&zero, 1.0, &x)));
        cx.neg(cx.mul(g, cx.add(cx.mul(sinc, PI * PI), cx.mul(quotient, 2.0))))
    })],
    samples: &[],
    proof: Proof::Other("proved as the gradient of sinc"),
};
