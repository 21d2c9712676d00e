//! Whether each element is a finite number: neither infinite nor NaN.

use crate::device::cpu::tile::{Tiles, tiles};
use crate::ops::sample::{Value::*, kink};
use crate::ops::sig::X;
use crate::ops::{Domain, Kind, Op, Proof};

static TILES: Tiles = tiles!("isfinite", cuda: "ISFINITE(x)", test: |x| x.is_finite());

pub static ISFINITE: Op = Op {
    name: "isfinite",
    symbol: None,
    params: &[X],
    parts: &[],
    doc: "Whether each element is a finite number: neither infinite nor NaN.",
    examples: &["isfinite([1.0, inf, nan])  # bool[3] [true, false, false]"],
    kind: Kind::Tile { tiles: &TILES, domain: Domain::Float, total: true },
    vjp: &[],
    samples: &[
        kink(&[Floats(&[4], &[0.5, f64::INFINITY, f64::NEG_INFINITY, f64::NAN])]),
        kink(&[Floats(&[], &[f64::NAN])]),
        kink(&[Floats(&[0], &[])]),
        kink(&[Ints(&[2], &[3, -1])]),
    ],
    proof: Proof::Torch("torch.isfinite(*args)"),
};
