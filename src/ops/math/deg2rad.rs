//! Degrees to radians.

use crate::device::cpu::tile::{Tiles, tiles};
use crate::ops::sig::X;
use crate::ops::{Domain, Grad, Kind, Needs, Op, Proof};
use crate::unary_samples;

pub static DEG2RAD: Op = Op {
    name: "deg2rad",
    symbol: None,
    params: &[X],
    parts: &[],
    doc: "Each element, an angle in degrees, in radians.",
    examples: &["deg2rad([180.0, 90.0])  # f32[2] [3.1416, 1.5708]"],
    kind: Kind::Tile { tiles: &TILES, domain: Domain::Float, total: true },
    vjp: &[Grad::Rule(Needs::NOTHING, |cx, _, g| cx.mul(g, FACTOR))],
    samples: unary_samples!(-3.0, 3.0;
        kink(&[EDGES])),
    proof: Proof::Torch("torch.deg2rad(*args)"),
};

static TILES: Tiles = tiles!("deg2rad", cuda: "x * T(0.017453292519943295)", real: |x| x * FACTOR);

const FACTOR: f64 = std::f64::consts::PI / 180.0;
