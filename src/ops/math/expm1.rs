//! Exponentials less 1.

use crate::device::cpu::tile::{Tiles, tiles};
use crate::ops::sig::X;
use crate::ops::{Domain, Grad, Kind, Needs, Op, Proof};
use crate::unary_samples;

pub static EXPM1: Op = Op {
    name: "expm1",
    symbol: None,
    params: &[X],
    parts: &[],
    doc: "exp(x) - 1 of each element, accurate where x is small.",
    examples: &["expm1([0.0, 1.0])  # f32[2] [0.0, 1.7183]"],
    kind: Kind::Tile { tiles: &TILES, domain: Domain::Float, total: true },
    vjp: &[Grad::Rule(Needs::OUT, |cx, s, g| cx.mul(g, cx.add(s.out(), 1.0)))],
    samples: unary_samples!(-2.0, 2.0;
        kink(&[EDGES])),
    proof: Proof::Torch("torch.expm1(*args)"),
};

static TILES: Tiles = tiles!("expm1", cuda: "EXPM1(x)", real: |x| x.expm1());
