//! A sigmoid without exponentials.

use crate::device::cpu::tile::{Tiles, tiles};
use crate::ops::parts::part;
use crate::ops::sig::X;
use crate::ops::{Domain, Grad, Kind, Needs, Op, Proof};
use crate::unary_samples;

pub static SOFTSIGN: Op = Op {
    name: "softsign",
    symbol: None,
    params: &[X],
    parts: &[],
    doc: "x / (1 + |x|) of each element.",
    examples: &["softsign([-1.0, 3.0])  # f32[2] [-0.5, 0.75]"],
    kind: Kind::Tile { tiles: &TILES, domain: Domain::Float, total: true },
    vjp: &[Grad::Rule(Needs::IN0, |cx, s, g| cx.mul(g, cx.part(&SLOPE, &s.tensor(0))))],
    samples: unary_samples!(0.1, 2.0;
        kink(&[EDGES]),
        sample(&[Uniform(&[3, 4], -2.0, 2.0)])),
    proof: Proof::Torch("F.softsign(*args)"),
};

static TILES: Tiles = tiles!("softsign", cuda: "x / (T(1) + ABS(x))", real: |x| x / (x.abs() + 1.0));

/// 1 / (1 + |x|)^2; where the function is NaN, at infinity, so is this.
static SLOPE_TILES: Tiles = tiles!("softsign_slope",
    cuda: "ISINF(x) ? x - x : T(1) / ((T(1) + ABS(x)) * (T(1) + ABS(x)))",
    real: |x| R::select(x.is_infinite(), R::NAN, R::ONE / ((x.abs() + 1.0) * (x.abs() + 1.0))));

static SLOPE: Op = part(
    "softsign_slope",
    &[X],
    &SLOPE_TILES,
    Domain::Float,
    &[Grad::Rule(Needs::IN0.and(Needs::OUT), |cx, s, g| {
        let x = s.input(0);
        let third = cx.div(s.out(), cx.add(cx.abs(&x), 1.0));
        cx.mul(g, cx.mul(cx.sign(x), cx.mul(third, -2.0)))
    })],
);
