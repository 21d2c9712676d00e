//! What tanh takes away.

use crate::device::cpu::tile::{Tiles, tiles};
use crate::ops::sig::X;
use crate::ops::{Domain, Grad, Kind, Needs, Op, Proof};
use crate::unary_samples;

pub static TANHSHRINK: Op = Op {
    name: "tanhshrink",
    symbol: None,
    params: &[X],
    parts: &[],
    doc: "x - tanh(x) of each element.",
    examples: &["tanhshrink([0.5, 2.0])  # f32[2] [0.0379, 1.036]"],
    kind: Kind::Tile { tiles: &TILES, domain: Domain::Float, total: true },
    vjp: &[Grad::Rule(Needs::IN0, |cx, s, g| cx.mul(g, cx.square(cx.tanh(s.input(0)))))],
    samples: unary_samples!(-2.0, 2.0;
        kink(&[EDGES])),
    proof: Proof::Torch("F.tanhshrink(*args)"),
};

static TILES: Tiles = tiles!("tanhshrink", cuda: "x - TANH(x)", real: |x| x - x.tanh());
