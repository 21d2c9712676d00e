//! The square.

use crate::device::cpu::tile::Tiles;
use crate::device::cpu::tile::tiles;
use crate::ops::sig::X;
use crate::ops::{Domain, Grad, Kind, Needs, Op, Proof};
use crate::unary_samples;

pub(in crate::ops) static TILES: Tiles = tiles!("square", cuda: "x * x", real: |x| x * x, int: |x| x.wrapping_mul(x));

pub static SQUARE: Op = Op {
    name: "square",
    symbol: None,
    params: &[X],
    parts: &[],
    doc: "Each element times itself.",
    examples: &["square([3.0, -2.0])  # f32[2] [9.0, 4.0]"],
    kind: Kind::Tile { tiles: &TILES, domain: Domain::Number, total: true },
    vjp: &[Grad::Rule(Needs::IN0, |cx, s, g| cx.mul(g, cx.mul(s.input(0), 2.0)))],
    samples: unary_samples!(-2.0, 2.0),
    proof: Proof::Torch("torch.square(*args)"),
};
