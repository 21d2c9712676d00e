//! Powers of two.

use crate::device::cpu::tile::{Tiles, tiles};
use crate::ops::sig::X;
use crate::ops::{Domain, Grad, Kind, Needs, Op, Proof};
use crate::unary_samples;
use std::f64::consts::LN_2;

pub static EXP2: Op = Op {
    name: "exp2",
    symbol: None,
    params: &[X],
    parts: &[],
    doc: "2 to the power of each element.",
    examples: &["exp2([3.0, -1.0])  # f32[2] [8.0, 0.5]"],
    kind: Kind::Tile { tiles: &TILES, domain: Domain::Float, total: true },
    vjp: &[Grad::Rule(Needs::OUT, |cx, s, g| cx.mul(g, cx.mul(s.out(), LN_2)))],
    samples: unary_samples!(-2.0, 2.0;
        kink(&[EDGES])),
    proof: Proof::Torch("torch.exp2(*args)"),
};

static TILES: Tiles = tiles!("exp2", cuda: "EXP2(x)", real: |x| x.exp2());
