//! Both, element by element.

use crate::device::cpu::tile::Tiles;
use crate::device::cpu::tile::tiles;
use crate::ops::sample::{Value::*, kink};
use crate::ops::sig::{X, Y};
use crate::ops::{Domain, Kind, Op, Proof};

static TILES: Tiles = tiles!("logical_and", cuda: "x && y", bool: |x, y| x & y);

pub static LOGICAL_AND: Op = Op {
    name: "logical_and",
    symbol: None,
    params: &[X, Y],
    parts: &[],
    doc: "Whether both elements are true (not zero).",
    examples: &["logical_and([true, true], [true, false])  # bool[2] [true, false]"],
    kind: Kind::Tile { tiles: &TILES, domain: Domain::Truth, total: true },
    vjp: &[],
    samples: &[
        kink(&[Bools(&[4], &[true, true, false, false]), Bools(&[4], &[true, false, true, false])]),
        kink(&[Ints(&[3], &[0, 2, -1]), Bools(&[1], &[true])]),
        kink(&[Floats(&[3], &[0.0, 0.5, f64::NAN]), Bools(&[], &[true])]),
    ],
    proof: Proof::Torch("torch.logical_and(*args)"),
};
