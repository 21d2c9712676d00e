//! The inverse hyperbolic sine.

use crate::device::cpu::tile::{Tiles, tiles};
use crate::ops::sig::X;
use crate::ops::{Domain, Grad, Kind, Needs, Op, Proof};
use crate::unary_samples;

pub static ASINH: Op = Op {
    name: "asinh",
    symbol: None,
    params: &[X],
    parts: &[],
    doc: "The inverse hyperbolic sine of each element.",
    examples: &["asinh([0.0, 1.0])  # f32[2] [0.0, 0.8814]"],
    kind: Kind::Tile { tiles: &TILES, domain: Domain::Float, total: true },
    vjp: &[Grad::Rule(Needs::IN0, |cx, s, g| cx.div(g, cx.hypot(s.input(0), 1.0)))],
    samples: unary_samples!(-3.0, 3.0;
        kink(&[EDGES])),
    proof: Proof::Torch("torch.asinh(*args)"),
};

static TILES: Tiles = tiles!("asinh", cuda: "ASINH(x)", real: |x| x.asinh());
