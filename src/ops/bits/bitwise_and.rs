//! Common bits.

use crate::device::cpu::tile::{Tiles, tiles};
use crate::ops::sample::{Value::*, kink};
use crate::ops::sig::{X, Y};
use crate::ops::{Domain, Kind, Op, Proof};

pub static BITWISE_AND: Op = Op {
    name: "bitwise_and",
    symbol: None,
    params: &[X, Y],
    parts: &[],
    doc: "The bits that both elements have; of bools whether both are true. There are none of floats.",
    examples: &["bitwise_and([5, 4], [3, 1])  # i64[2] [1, 0]"],
    kind: Kind::Tile { tiles: &TILES, domain: Domain::Any, total: true },
    vjp: &[],
    samples: &[
        kink(&[Ints(&[2, 3], &[5, -1, 0, i64::MIN, 255, 7]), Ints(&[3], &[3, 12, -9])]),
        kink(&[Ints(&[3], &[5, -1, 6]), Int(3)]),
        kink(&[Int(-4), Ints(&[], &[7])]),
        kink(&[Bools(&[4], &[true, true, false, false]), Bools(&[4], &[true, false, true, false])]),
        kink(&[Bools(&[2], &[true, false]), Ints(&[2], &[6, 6])]),
        kink(&[Ints(&[0], &[]), Int(1)]),
        kink(&[Floats(&[1], &[1.0]), Floats(&[1], &[2.0])]),
    ],
    proof: Proof::Torch("torch.bitwise_and(*args)"),
};

static TILES: Tiles = tiles!("bitwise_and", cuda: "x & y", int: |x, y| x & y, bool: |x, y| x & y);
