//! The error function.

use crate::device::cpu::tile::{Tiles, tiles};
use crate::ops::sig::X;
use crate::ops::{Domain, Grad, Kind, Needs, Op, Proof};
use crate::unary_samples;
use std::f64::consts::FRAC_2_SQRT_PI;

pub static ERF: Op = Op {
    name: "erf",
    symbol: None,
    params: &[X],
    parts: &[],
    doc: "The error function of each element: 2 / sqrt(pi) times the integral of exp(-t^2) from 0 to x.",
    examples: &["erf([0.0, 1.0])  # f32[2] [0.0, 0.8427]"],
    kind: Kind::Tile { tiles: &TILES, domain: Domain::Float, total: true },
    vjp: &[Grad::Rule(Needs::IN0, |cx, s, g| cx.mul(g, cx.mul(cx.exp(cx.neg(cx.square(s.input(0)))), FRAC_2_SQRT_PI)))],
    samples: unary_samples!(-2.0, 2.0;
        kink(&[EDGES])),
    proof: Proof::Torch("torch.erf(*args)"),
};

static TILES: Tiles = tiles!("erf", cuda: "ERF(x)", real: |x| x.erf());
