//! Scaled exponential linear units.

use crate::device::cpu::tile::{Tiles, tiles};
use crate::ops::sig::X;
use crate::ops::{Domain, Grad, Kind, Needs, Op, Proof};
use crate::unary_samples;

pub static SELU: Op = Op {
    name: "selu",
    symbol: None,
    params: &[X],
    parts: &[],
    doc: "Each element times 1.0507 where it is above 0, else 1.7581 times exp(x) - 1.",
    examples: &["selu([-1.0, 2.0])  # f32[2] [-1.1113, 2.1014]"],
    kind: Kind::Tile { tiles: &TILES, domain: Domain::Float, total: true },
    vjp: &[Grad::Rule(Needs::IN0, |cx, s, g| {
        let x = s.input(0);
        let low = cx.le(&x, 0.0);
        // What is not taken must not overflow: its gradient is 0 times that.
        let slope = cx.exp(cx.select(&low, x, 0.0));
        cx.mul(g, cx.select(&low, cx.mul(slope, LOW), HIGH))
    })],
    samples: unary_samples!(0.1, 2.0;
        kink(&[EDGES]),
        sample(&[Uniform(&[3, 4], -2.0, 2.0)]),
        sample(&[Uniform(&[2], 600.0, 800.0)])),
    proof: Proof::Torch("F.selu(*args)"),
};

static TILES: Tiles = tiles!("selu", cuda: "x <= T(0) ? EXPM1(x) * T(1.7580993408473766) : x * T(1.0507009873554805)", real: |x| R::select(x <= R::ZERO, x.expm1() * LOW, x * HIGH));

/// The slope for positive numbers, and its product with alpha.
const HIGH: f64 = 1.0507009873554805;
const LOW: f64 = 1.7580993408473766;
