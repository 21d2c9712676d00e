//! Whether each element is less than the other.

use crate::binary_samples;
use crate::device::cpu::tile::Tiles;
use crate::device::cpu::tile::tiles;
use crate::ops::sig::{X, Y};
use crate::ops::{Domain, Kind, Op, Proof};
static TILES: Tiles = tiles!("lt", cuda: "x < y", compare: |x, y| x < y);

pub static LT: Op = Op {
    name: "lt",
    symbol: Some("<"),
    params: &[X, Y],
    parts: &[],
    doc: "Whether each element is less than its counterpart; a bool tensor.",
    examples: &["[1, 2, 3] < 2  # bool[3] [true, false, false]"],
    kind: Kind::Tile { tiles: &TILES, domain: Domain::Any, total: true },
    vjp: &[],
    samples: binary_samples!(-2.0, 2.0; kink(&[Floats(&[4], &[1.0, 2.0, f64::NAN, 0.0]), Floats(&[4], &[2.0, 2.0, f64::NAN, -0.0])])),
    proof: Proof::Torch("args[0] < args[1]"),
};
