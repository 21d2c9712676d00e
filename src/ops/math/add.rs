//! The sum of two tensors.

use crate::binary_samples;
use crate::device::cpu::tile::tiles;
use crate::device::cpu::tile::{Basic, Tiles};
use crate::ops::sig::{X, Y};
use crate::ops::{Domain, Grad, Kind, Needs, Op, Proof};

static TILES: Tiles = tiles!("add", cuda: "x + y", real: |x, y| x + y, int: |x, y| x.wrapping_add(y)).basic(Basic::Add);

pub static ADD: Op = Op {
    name: "add",
    symbol: Some("+"),
    params: &[X, Y],
    parts: &[],
    doc: "Element by element sum.",
    examples: &["[1.0, 2.0] + 0.5  # f32[2] [1.5, 2.5]"],
    kind: Kind::Tile { tiles: &TILES, domain: Domain::Number, total: true },
    vjp: &[Grad::Rule(Needs::NOTHING, |_, _, g| g.clone()), Grad::Rule(Needs::NOTHING, |_, _, g| g.clone())],
    samples: binary_samples!(-2.0, 2.0),
    proof: Proof::Torch("args[0] + args[1]"),
};
