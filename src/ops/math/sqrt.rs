//! The square root.

use crate::device::cpu::tile::Tiles;
use crate::device::cpu::tile::tiles;
use crate::ops::sig::X;
use crate::ops::{Domain, Grad, Kind, Needs, Op, Proof};
use crate::unary_samples;

pub(in crate::ops) static TILES: Tiles = tiles!("sqrt", cuda: "SQRT(x)", real: |x| x.sqrt());

pub static SQRT: Op = Op {
    name: "sqrt",
    symbol: None,
    params: &[X],
    parts: &[],
    doc: "The square root of each element; NaN below 0.",
    examples: &["sqrt([4.0, 2.0])  # f32[2] [2.0, 1.4142]"],
    kind: Kind::Tile { tiles: &TILES, domain: Domain::Float, total: true },
    vjp: &[Grad::Rule(Needs::OUT, |cx, s, g| cx.div(g, cx.mul(s.out(), 2.0)))],
    samples: unary_samples!(0.5, 3.0),
    proof: Proof::Torch("torch.sqrt(*args)"),
};
