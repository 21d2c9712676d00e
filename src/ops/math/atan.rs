//! The inverse tangent.

use crate::device::cpu::tile::{Tiles, tiles};
use crate::ops::sig::X;
use crate::ops::{Domain, Grad, Kind, Needs, Op, Proof};
use crate::unary_samples;

pub static ATAN: Op = Op {
    name: "atan",
    symbol: None,
    params: &[X],
    parts: &[],
    doc: "The inverse tangent of each element, in -pi/2 to pi/2.",
    examples: &["atan([0.0, 1.0, inf])  # f32[3] [0.0, 0.7854, 1.5708]"],
    kind: Kind::Tile { tiles: &TILES, domain: Domain::Float, total: true },
    vjp: &[Grad::Rule(Needs::IN0, |cx, s, g| cx.div(g, cx.add(cx.square(s.input(0)), 1.0)))],
    samples: unary_samples!(-3.0, 3.0;
        kink(&[EDGES])),
    proof: Proof::Torch("torch.atan(*args)"),
};

static TILES: Tiles = tiles!("atan", cuda: "ATAN(x)", real: |x| x.atan());
