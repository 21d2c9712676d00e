//! Inverted bits.

use crate::device::cpu::tile::{Tiles, tiles};
use crate::ops::sample::{Value::*, kink};
use crate::ops::sig::X;
use crate::ops::{Domain, Kind, Op, Proof};

pub static BITWISE_NOT: Op = Op {
    name: "bitwise_not",
    symbol: None,
    params: &[X],
    parts: &[],
    doc: "The bits that each element has not: -x - 1; of bools the opposite. There are none of floats.",
    examples: &["bitwise_not([0, 5])  # i64[2] [-1, -6]"],
    kind: Kind::Tile { tiles: &TILES, domain: Domain::Any, total: true },
    vjp: &[],
    samples: &[
        kink(&[Ints(&[2, 3], &[5, -1, 0, i64::MIN, 255, 7])]),
        kink(&[Bools(&[2], &[true, false])]),
        kink(&[Ints(&[], &[7])]),
        kink(&[Ints(&[0], &[])]),
        kink(&[Floats(&[1], &[1.0])]),
    ],
    proof: Proof::Torch("torch.bitwise_not(*args)"),
};

static TILES: Tiles = tiles!("bitwise_not", cuda: "BITWISE_NOT(x)", int: |x| !x, bool: |x| !x);
