//! Rounding up.

use crate::device::cpu::tile::{Tiles, tiles};
use crate::ops::sig::X;
use crate::ops::{Domain, Grad, Kind, Needs, Op, Proof};
use crate::unary_samples;

pub static CEIL: Op = Op {
    name: "ceil",
    symbol: None,
    params: &[X],
    parts: &[],
    doc: "Each element rounded up to an integer. It is made of steps: its gradient is 0.",
    examples: &["ceil([1.5, -1.5])  # f32[2] [2.0, -1.0]"],
    kind: Kind::Tile { tiles: &TILES, domain: Domain::Number, total: true },
    vjp: &[Grad::Rule(Needs::NOTHING, |cx, _, g| cx.zeros_like(g))],
    samples: unary_samples!(0.1, 2.9;
        kink(&[EDGES]),
        kink(&[Floats(&[8], &[0.5, -0.5, 1.5, -1.5, 2.5, 1e-30, 0.9999, -1.0])]),
        kink(&[Ints(&[3], &[-3, 0, 7])])),
    proof: Proof::Torch("torch.ceil(*args)"),
};

static TILES: Tiles = tiles!("ceil", cuda: "CEIL(x)", real: |x| x.ceil(), int: |x| x);
