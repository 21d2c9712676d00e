//! The logarithm of the logistic function.

use crate::device::cpu::tile::{Tiles, tiles};
use crate::ops::sig::X;
use crate::ops::{Domain, Grad, Kind, Needs, Op, Proof};
use crate::unary_samples;

pub static LOGSIGMOID: Op = Op {
    name: "logsigmoid",
    symbol: None,
    params: &[X],
    parts: &[],
    doc: "log(sigmoid(x)) of each element, without overflow.",
    examples: &["logsigmoid([0.0, -1000.0])  # f32[2] [-0.6931, -1000.0]"],
    kind: Kind::Tile { tiles: &TILES, domain: Domain::Float, total: true },
    vjp: &[Grad::Rule(Needs::IN0, |cx, s, g| cx.mul(g, cx.sigmoid(cx.neg(s.input(0)))))],
    samples: unary_samples!(-3.0, 3.0;
        kink(&[EDGES]),
        sample(&[Uniform(&[4], -60.0, 60.0)])),
    proof: Proof::Torch("F.logsigmoid(*args)"),
};

static TILES: Tiles = tiles!("logsigmoid", cuda: "T(0) - SOFTPLUS(-x)", real: |x| R::ZERO - (-x).softplus());
