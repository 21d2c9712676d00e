//! The logistic function.

use crate::device::cpu::tile::Tiles;
use crate::device::cpu::tile::tiles;
use crate::ops::sig::X;
use crate::ops::{Domain, Grad, Kind, Needs, Op, Proof};
use crate::unary_samples;

static TILES: Tiles = tiles!("sigmoid", cuda: "SIGMOID(x)", real: |x| x.sigmoid());

pub static SIGMOID: Op = Op {
    name: "sigmoid",
    symbol: None,
    params: &[X],
    parts: &[],
    doc: "1 / (1 + exp(-x)), element by element.",
    examples: &["sigmoid([0.0, 2.0])  # f32[2] [0.5, 0.8808]"],
    kind: Kind::Tile { tiles: &TILES, domain: Domain::Float, total: true },
    vjp: &[Grad::Rule(Needs::OUT, |cx, s, g| cx.mul(g, cx.mul(s.out(), cx.sub(1.0, s.out()))))],
    samples: unary_samples!(-3.0, 3.0),
    proof: Proof::Torch("torch.sigmoid(*args)"),
};
