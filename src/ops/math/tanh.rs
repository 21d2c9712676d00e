//! The hyperbolic tangent.

use crate::device::cpu::tile::Tiles;
use crate::device::cpu::tile::tiles;
use crate::ops::sig::X;
use crate::ops::{Domain, Grad, Kind, Needs, Op, Proof};
use crate::unary_samples;
static TILES: Tiles = tiles!("tanh", cuda: "TANH(x)", real: |x| x.tanh());

pub static TANH: Op = Op {
    name: "tanh",
    symbol: None,
    params: &[X],
    parts: &[],
    doc: "Hyperbolic tangent, element by element.",
    examples: &["tanh([0.0, 1.0])  # f32[2] [0.0, 0.7616]"],
    kind: Kind::Tile { tiles: &TILES, domain: Domain::Float, total: true },
    vjp: &[Grad::Rule(Needs::OUT, |cx, s, g| cx.mul(g, cx.sub(1.0, cx.square(s.out()))))],
    samples: unary_samples!(-2.0, 2.0; kink(&[Uniform(&[5], -300.0, 300.0)])),
    proof: Proof::Torch("torch.tanh(*args)"),
};
