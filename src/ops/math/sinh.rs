//! The hyperbolic sine.

use crate::device::cpu::tile::{Tiles, tiles};
use crate::ops::sig::X;
use crate::ops::{Domain, Grad, Kind, Needs, Op, Proof};
use crate::unary_samples;

pub static SINH: Op = Op {
    name: "sinh",
    symbol: None,
    params: &[X],
    parts: &[],
    doc: "The hyperbolic sine of each element.",
    examples: &["sinh([0.0, 1.0])  # f32[2] [0.0, 1.1752]"],
    kind: Kind::Tile { tiles: &TILES, domain: Domain::Float, total: true },
    vjp: &[Grad::Rule(Needs::IN0, |cx, s, g| cx.mul(g, cx.cosh(s.input(0))))],
    samples: unary_samples!(-2.0, 2.0;
        kink(&[EDGES])),
    proof: Proof::Torch("torch.sinh(*args)"),
};

static TILES: Tiles = tiles!("sinh", cuda: "SINH(x)", real: |x| x.sinh());
