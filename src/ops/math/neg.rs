//! The number with its sign turned.

use crate::device::cpu::tile::Tiles;
use crate::device::cpu::tile::tiles;
use crate::ops::sig::X;
use crate::ops::{Domain, Grad, Kind, Needs, Op, Proof};
use crate::unary_samples;

static TILES: Tiles = tiles!("neg", cuda: "-x", real: |x| -x, int: |x| x.wrapping_neg());

pub static NEG: Op = Op {
    name: "neg",
    symbol: Some("-"),
    params: &[X],
    parts: &[],
    doc: "Each element with its sign turned.",
    examples: &["neg([1.0, -2.0])  # f32[2] [-1.0, 2.0]"],
    kind: Kind::Tile { tiles: &TILES, domain: Domain::Number, total: true },
    vjp: &[Grad::Rule(Needs::NOTHING, |cx, _, g| cx.neg(g))],
    samples: unary_samples!(-2.0, 2.0),
    proof: Proof::Torch("-args[0]"),
};
