//! Logarithms to base 10.

use crate::device::cpu::tile::{Tiles, tiles};
use crate::ops::sig::X;
use crate::ops::{Domain, Grad, Kind, Needs, Op, Proof};
use crate::unary_samples;
use std::f64::consts::LN_10;

pub static LOG10: Op = Op {
    name: "log10",
    symbol: None,
    params: &[X],
    parts: &[],
    doc: "The logarithm to base 10 of each element; -inf at 0, NaN below.",
    examples: &["log10([100.0, 0.1])  # f32[2] [2.0, -1.0]"],
    kind: Kind::Tile { tiles: &TILES, domain: Domain::Float, total: true },
    vjp: &[Grad::Rule(Needs::IN0, |cx, s, g| cx.div(g, cx.mul(s.input(0), LN_10)))],
    samples: unary_samples!(0.5, 3.0;
        kink(&[EDGES])),
    proof: Proof::Torch("torch.log10(*args)"),
};

static TILES: Tiles = tiles!("log10", cuda: "LOG10(x)", real: |x| x.log10());
