//! At least one, element by element.

use crate::device::cpu::tile::{Tiles, tiles};
use crate::ops::sample::{Value::*, kink};
use crate::ops::sig::{X, Y};
use crate::ops::{Domain, Kind, Op, Proof};

static TILES: Tiles = tiles!("logical_or", cuda: "x || y", bool: |x, y| x | y);

pub static LOGICAL_OR: Op = Op {
    name: "logical_or",
    symbol: None,
    params: &[X, Y],
    parts: &[],
    doc: "Whether at least one of both elements is true (not zero).",
    examples: &["logical_or([true, false], [false, false])  # bool[2] [true, false]"],
    kind: Kind::Tile { tiles: &TILES, domain: Domain::Truth, total: true },
    vjp: &[],
    samples: &[
        kink(&[Bools(&[4], &[true, true, false, false]), Bools(&[4], &[true, false, true, false])]),
        kink(&[Ints(&[3], &[0, 2, -1]), Bools(&[1], &[false])]),
        kink(&[Floats(&[3], &[0.0, 0.5, f64::NAN]), Bools(&[], &[false])]),
    ],
    proof: Proof::Torch("torch.logical_or(*args)"),
};
