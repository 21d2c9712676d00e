//! Rounding down.

use crate::device::cpu::tile::{Tiles, tiles};
use crate::ops::sig::X;
use crate::ops::{Domain, Grad, Kind, Needs, Op, Proof};
use crate::unary_samples;

pub static FLOOR: Op = Op {
    name: "floor",
    symbol: None,
    params: &[X],
    parts: &[],
    doc: "Each element rounded down to an integer. It is made of steps: its gradient is 0.",
    examples: &["floor([1.5, -1.5])  # f32[2] [1.0, -2.0]"],
    kind: Kind::Tile { tiles: &TILES, domain: Domain::Number, total: true },
    vjp: &[Grad::Rule(Needs::NOTHING, |cx, _, g| cx.zeros_like(g))],
    samples: unary_samples!(0.1, 2.9;
        kink(&[EDGES]),
        kink(&[Floats(&[8], &[0.5, -0.5, 1.5, -1.5, 2.5, 1e-30, 0.9999, -1.0])]),
        kink(&[Ints(&[3], &[-3, 0, 7])])),
    proof: Proof::Torch("torch.floor(*args)"),
};

static TILES: Tiles = tiles!("floor", cuda: "FLOOR(x)", real: |x| x.floor(), int: |x| x);
