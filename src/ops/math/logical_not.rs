//! Negation, element by element.

use crate::device::cpu::tile::{Tiles, tiles};
use crate::ops::sample::{Value::*, kink};
use crate::ops::sig::X;
use crate::ops::{Domain, Kind, Op, Proof};

static TILES: Tiles = tiles!("logical_not", cuda: "!x", bool: |x| !x);

pub static LOGICAL_NOT: Op = Op {
    name: "logical_not",
    symbol: None,
    params: &[X],
    parts: &[],
    doc: "Whether each element is false (zero).",
    examples: &["logical_not([true, false])  # bool[2] [false, true]"],
    kind: Kind::Tile { tiles: &TILES, domain: Domain::Truth, total: true },
    vjp: &[],
    samples: &[
        kink(&[Bools(&[2], &[true, false])]),
        kink(&[Ints(&[3], &[0, 2, -1])]),
        kink(&[Floats(&[3], &[0.0, 0.5, f64::NAN])]),
        kink(&[Bools(&[], &[true])]),
        kink(&[Bools(&[0], &[])]),
    ],
    proof: Proof::Torch("torch.logical_not(*args)"),
};
