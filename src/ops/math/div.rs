//! The quotient of two tensors.

use crate::binary_samples;
use crate::device::cpu::tile::tiles;
use crate::device::cpu::tile::{Basic, Tiles};
use crate::ops::sig::{X, Y};
use crate::ops::{Domain, Grad, Kind, Needs, Op, Proof};

static TILES: Tiles = tiles!("div", cuda: "x / y", real: |x, y| x / y).basic(Basic::Div);

pub static DIV: Op = Op {
    name: "div",
    symbol: Some("/"),
    params: &[X, Y],
    parts: &[],
    doc: "Element by element quotient; of integers a float.",
    examples: &["[1.0, 2.0] / [4, 0]  # f32[2] [0.25, inf]"],
    kind: Kind::Tile { tiles: &TILES, domain: Domain::Float, total: true },
    vjp: &[
        Grad::Rule(Needs::IN1, |cx, s, g| cx.div(g, s.input(1))),
        Grad::Rule(Needs::IN0.and(Needs::IN1), |cx, s, g| {
            let y = s.input(1);
            cx.neg(cx.div(cx.div(cx.mul(g, s.input(0)), &y), &y))
        }),
    ],
    samples: binary_samples!(0.5, 2.5),
    proof: Proof::Torch("args[0] / args[1]"),
};
