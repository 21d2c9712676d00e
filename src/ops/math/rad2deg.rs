//! Radians to degrees.

use crate::device::cpu::tile::{Tiles, tiles};
use crate::ops::sig::X;
use crate::ops::{Domain, Grad, Kind, Needs, Op, Proof};
use crate::unary_samples;

pub static RAD2DEG: Op = Op {
    name: "rad2deg",
    symbol: None,
    params: &[X],
    parts: &[],
    doc: "Each element, an angle in radians, in degrees.",
    examples: &["rad2deg([pi, pi / 2])  # f32[2] [180.0, 90.0]"],
    kind: Kind::Tile { tiles: &TILES, domain: Domain::Float, total: true },
    vjp: &[Grad::Rule(Needs::NOTHING, |cx, _, g| cx.mul(g, FACTOR))],
    samples: unary_samples!(-3.0, 3.0;
        kink(&[EDGES])),
    proof: Proof::Torch("torch.rad2deg(*args)"),
};

static TILES: Tiles = tiles!("rad2deg", cuda: "x * T(57.29577951308232)", real: |x| x * FACTOR);

const FACTOR: f64 = 180.0 / std::f64::consts::PI;
