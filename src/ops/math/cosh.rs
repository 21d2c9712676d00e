//! The hyperbolic cosine.

use crate::device::cpu::tile::{Tiles, tiles};
use crate::ops::sig::X;
use crate::ops::{Domain, Grad, Kind, Needs, Op, Proof};
use crate::unary_samples;

pub static COSH: Op = Op {
    name: "cosh",
    symbol: None,
    params: &[X],
    parts: &[],
    doc: "The hyperbolic cosine of each element.",
    examples: &["cosh([0.0, 1.0])  # f32[2] [1.0, 1.5431]"],
    kind: Kind::Tile { tiles: &TILES, domain: Domain::Float, total: true },
    vjp: &[Grad::Rule(Needs::IN0, |cx, s, g| cx.mul(g, cx.sinh(s.input(0))))],
    samples: unary_samples!(-2.0, 2.0;
        kink(&[EDGES])),
    proof: Proof::Torch("torch.cosh(*args)"),
};

static TILES: Tiles = tiles!("cosh", cuda: "COSH(x)", real: |x| x.cosh());
