//! Rounding towards zero.

use crate::device::cpu::tile::{Tiles, tiles};
use crate::ops::sig::X;
use crate::ops::{Domain, Grad, Kind, Needs, Op, Proof};
use crate::unary_samples;

pub static TRUNC: Op = Op {
    name: "trunc",
    symbol: None,
    params: &[X],
    parts: &[],
    doc: "Each element without its fraction: rounded towards 0. It is made of steps: its gradient is 0.",
    examples: &["trunc([1.5, -1.5])  # f32[2] [1.0, -1.0]"],
    kind: Kind::Tile { tiles: &TILES, domain: Domain::Number, total: true },
    vjp: &[Grad::Rule(Needs::NOTHING, |cx, _, g| cx.zeros_like(g))],
    samples: unary_samples!(0.1, 2.9;
        kink(&[EDGES]),
        kink(&[Floats(&[8], &[0.5, -0.5, 1.5, -1.5, 2.5, 1e-30, 0.9999, -1.0])]),
        kink(&[Ints(&[3], &[-3, 0, 7])])),
    proof: Proof::Torch("torch.trunc(*args)"),
};

static TILES: Tiles = tiles!("trunc", cuda: "TRUNC(x)", real: |x| x.trunc(), int: |x| x);
