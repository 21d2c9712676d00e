//! The exponential function.

use crate::device::cpu::tile::Tiles;
use crate::device::cpu::tile::tiles;
use crate::ops::sig::X;
use crate::ops::{Domain, Grad, Kind, Needs, Op, Proof};
use crate::unary_samples;

static TILES: Tiles = tiles!("exp", cuda: "EXP(x)", real: |x| x.exp());

pub static EXP: Op = Op {
    name: "exp",
    symbol: None,
    params: &[X],
    parts: &[],
    doc: "e to the power of each element.",
    examples: &["exp([0.0, 1.0])  # f32[2] [1.0, 2.7183]"],
    kind: Kind::Tile { tiles: &TILES, domain: Domain::Float, total: true },
    vjp: &[Grad::Rule(Needs::OUT, |cx, s, g| cx.mul(g, s.out()))],
    samples: unary_samples!(-2.0, 2.0; sample(&[Uniform(&[6], -90.0, 10.0)])),
    proof: Proof::Torch("torch.exp(*args)"),
};
