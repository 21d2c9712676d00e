//! The sine.

use crate::device::cpu::tile::{Tiles, tiles};
use crate::ops::sig::X;
use crate::ops::{Domain, Grad, Kind, Needs, Op, Proof};
use crate::unary_samples;

static TILES: Tiles = tiles!("sin", cuda: "SIN(x)", real: |x| x.sin(); x.trig_is_rare() => x.sin_any());

pub static SIN: Op = Op {
    name: "sin",
    symbol: None,
    params: &[X],
    parts: &[],
    doc: "The sine of each element, in radians.",
    examples: &["sin([0.0, 1.0])  # f32[2] [0.0, 0.8415]"],
    kind: Kind::Tile { tiles: &TILES, domain: Domain::Float, total: true },
    vjp: &[Grad::Rule(Needs::IN0, |cx, s, g| cx.mul(g, cx.cos(s.input(0))))],
    samples: unary_samples!(-4.0, 4.0; kink(&[Floats(&[5], &[1e6, -1e9, f64::INFINITY, f64::NAN, -0.0])]), kink(&[Ints(&[2], &[1, 5])])),
    proof: Proof::Torch("torch.sin(*args)"),
};
