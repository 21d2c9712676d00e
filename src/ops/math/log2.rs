//! Logarithms to base 2.

use crate::device::cpu::tile::{Tiles, tiles};
use crate::ops::sig::X;
use crate::ops::{Domain, Grad, Kind, Needs, Op, Proof};
use crate::unary_samples;
use std::f64::consts::LN_2;

pub static LOG2: Op = Op {
    name: "log2",
    symbol: None,
    params: &[X],
    parts: &[],
    doc: "The logarithm to base 2 of each element; -inf at 0, NaN below.",
    examples: &["log2([8.0, 0.5])  # f32[2] [3.0, -1.0]"],
    kind: Kind::Tile { tiles: &TILES, domain: Domain::Float, total: true },
    vjp: &[Grad::Rule(Needs::IN0, |cx, s, g| cx.div(g, cx.mul(s.input(0), LN_2)))],
    samples: unary_samples!(0.5, 3.0;
        kink(&[EDGES])),
    proof: Proof::Torch("torch.log2(*args)"),
};

static TILES: Tiles = tiles!("log2", cuda: "LOG2(x)", real: |x| x.log2());
