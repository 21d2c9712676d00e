//! Whether each element is infinite.

use crate::device::cpu::tile::{Tiles, tiles};
use crate::ops::sample::{Value::*, kink};
use crate::ops::sig::X;
use crate::ops::{Domain, Kind, Op, Proof};

static TILES: Tiles = tiles!("isinf", cuda: "ISINF(x)", test: |x| x.is_infinite());

pub static ISINF: Op = Op {
    name: "isinf",
    symbol: None,
    params: &[X],
    parts: &[],
    doc: "Whether each element is infinite.",
    examples: &["isinf([1.0, inf, nan])  # bool[3] [false, true, false]"],
    kind: Kind::Tile { tiles: &TILES, domain: Domain::Float, total: true },
    vjp: &[],
    samples: &[
        kink(&[Floats(&[4], &[0.5, f64::INFINITY, f64::NEG_INFINITY, f64::NAN])]),
        kink(&[Floats(&[], &[f64::NAN])]),
        kink(&[Floats(&[0], &[])]),
        kink(&[Ints(&[2], &[3, -1])]),
    ],
    proof: Proof::Torch("torch.isinf(*args)"),
};
