//! Whether each element differs from the other.

use crate::binary_samples;
use crate::device::cpu::tile::Tiles;
use crate::device::cpu::tile::tiles;
use crate::ops::sig::{X, Y};
use crate::ops::{Domain, Kind, Op, Proof};
static TILES: Tiles = tiles!("ne", cuda: "x != y", compare: |x, y| x != y);

pub static NE: Op = Op {
    name: "ne",
    symbol: Some("!="),
    params: &[X, Y],
    parts: &[],
    doc: "Whether each element differs from its counterpart; a bool tensor.",
    examples: &["[1, 2, 3] != 2  # bool[3] [true, false, true]"],
    kind: Kind::Tile { tiles: &TILES, domain: Domain::Any, total: true },
    vjp: &[],
    samples: binary_samples!(-2.0, 2.0; kink(&[Floats(&[4], &[1.0, 2.0, f64::NAN, 0.0]), Floats(&[4], &[2.0, 2.0, f64::NAN, -0.0])])),
    proof: Proof::Torch("args[0] != args[1]"),
};
