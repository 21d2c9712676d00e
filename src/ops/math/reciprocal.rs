//! Reciprocals.

use crate::device::cpu::tile::{Tiles, tiles};
use crate::ops::sig::X;
use crate::ops::{Domain, Grad, Kind, Needs, Op, Proof};
use crate::unary_samples;

pub static RECIPROCAL: Op = Op {
    name: "reciprocal",
    symbol: None,
    params: &[X],
    parts: &[],
    doc: "1 / x of each element; infinite at 0.",
    examples: &["reciprocal([4.0, -0.5])  # f32[2] [0.25, -2.0]"],
    kind: Kind::Tile { tiles: &TILES, domain: Domain::Float, total: true },
    vjp: &[Grad::Rule(Needs::OUT, |cx, s, g| cx.neg(cx.mul(g, cx.square(s.out()))))],
    samples: unary_samples!(0.5, 3.0;
        sample(&[Uniform(&[5], -3.0, -0.4)]),
        kink(&[EDGES])),
    proof: Proof::Torch("torch.reciprocal(*args)"),
};

static TILES: Tiles = tiles!("reciprocal", cuda: "T(1) / x", real: |x| R::ONE / x);
