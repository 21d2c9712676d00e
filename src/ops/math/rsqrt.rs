//! Reciprocals of square roots.

use crate::device::cpu::tile::{Tiles, tiles};
use crate::ops::sig::X;
use crate::ops::{Domain, Grad, Kind, Needs, Op, Proof};
use crate::unary_samples;

pub static RSQRT: Op = Op {
    name: "rsqrt",
    symbol: None,
    params: &[X],
    parts: &[],
    doc: "1 / sqrt(x) of each element; infinite at 0, NaN below.",
    examples: &["rsqrt([4.0, 0.0])  # f32[2] [0.5, inf]"],
    kind: Kind::Tile { tiles: &TILES, domain: Domain::Float, total: true },
    vjp: &[Grad::Rule(Needs::OUT, |cx, s, g| cx.mul(g, cx.mul(cx.mul(cx.square(s.out()), s.out()), -0.5)))],
    samples: unary_samples!(0.5, 3.0;
        kink(&[EDGES])),
    proof: Proof::Torch("torch.rsqrt(*args)"),
};

static TILES: Tiles = tiles!("rsqrt", cuda: "T(1) / SQRT(x)", real: |x| R::ONE / x.sqrt());
