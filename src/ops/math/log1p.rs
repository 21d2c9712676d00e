//! Logarithms of 1 + x.

use crate::device::cpu::tile::{Tiles, tiles};
use crate::ops::sig::X;
use crate::ops::{Domain, Grad, Kind, Needs, Op, Proof};
use crate::unary_samples;

pub static LOG1P: Op = Op {
    name: "log1p",
    symbol: None,
    params: &[X],
    parts: &[],
    doc: "log(1 + x) of each element, accurate where x is small; -inf at -1, NaN below.",
    examples: &["log1p([0.0, 1.0])  # f32[2] [0.0, 0.6931]"],
    kind: Kind::Tile { tiles: &TILES, domain: Domain::Float, total: true },
    vjp: &[Grad::Rule(Needs::IN0, |cx, s, g| cx.div(g, cx.add(s.input(0), 1.0)))],
    samples: unary_samples!(-0.5, 3.0;
        kink(&[EDGES]),
        kink(&[Floats(&[2], &[-1.0, -2.5])])),
    proof: Proof::Torch("torch.log1p(*args)"),
};

static TILES: Tiles = tiles!("log1p", cuda: "LOG1P(x)", real: |x| x.log1p());
