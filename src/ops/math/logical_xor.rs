//! Exactly one, element by element.

use crate::device::cpu::tile::{Tiles, tiles};
use crate::ops::sample::{Value::*, kink};
use crate::ops::sig::{X, Y};
use crate::ops::{Domain, Kind, Op, Proof};

static TILES: Tiles = tiles!("logical_xor", cuda: "x != y", bool: |x, y| x ^ y);

pub static LOGICAL_XOR: Op = Op {
    name: "logical_xor",
    symbol: None,
    params: &[X, Y],
    parts: &[],
    doc: "Whether exactly one of both elements is true (not zero).",
    examples: &["logical_xor([true, true], [false, true])  # bool[2] [true, false]"],
    kind: Kind::Tile { tiles: &TILES, domain: Domain::Truth, total: true },
    vjp: &[],
    samples: &[
        kink(&[Bools(&[4], &[true, true, false, false]), Bools(&[4], &[true, false, true, false])]),
        kink(&[Ints(&[3], &[0, 2, -1]), Bools(&[1], &[true])]),
        kink(&[Floats(&[3], &[0.0, 0.5, f64::NAN]), Bools(&[], &[true])]),
    ],
    proof: Proof::Torch("torch.logical_xor(*args)"),
};
