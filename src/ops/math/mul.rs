//! The product of two tensors, element by element.

use crate::binary_samples;
use crate::device::cpu::tile::tiles;
use crate::device::cpu::tile::{Basic, Tiles};
use crate::ops::sig::{X, Y};
use crate::ops::{Domain, Grad, Kind, Needs, Op, Proof};

static TILES: Tiles = tiles!("mul", cuda: "x * y", real: |x, y| x * y, int: |x, y| x.wrapping_mul(y)).basic(Basic::Mul);

pub static MUL: Op = Op {
    name: "mul",
    symbol: Some("*"),
    params: &[X, Y],
    parts: &[],
    doc: "Element by element product.",
    examples: &["[1.0, 2.0] * [3.0, 4.0]  # f32[2] [3.0, 8.0]"],
    kind: Kind::Tile { tiles: &TILES, domain: Domain::Number, total: true },
    vjp: &[
        Grad::Rule(Needs::IN1, |cx, s, g| cx.mul(g, s.input(1))),
        Grad::Rule(Needs::IN0, |cx, s, g| cx.mul(g, s.input(0))),
    ],
    samples: binary_samples!(-2.0, 2.0),
    proof: Proof::Torch("args[0] * args[1]"),
};
