//! The logarithm of the gamma function.

use crate::device::cpu::tile::{Tiles, tiles};
use crate::ops::sig::X;
use crate::ops::{Domain, Grad, Kind, Needs, Op, Proof};
use crate::unary_samples;

pub static LGAMMA: Op = Op {
    name: "lgamma",
    symbol: None,
    params: &[X],
    parts: &[],
    doc: "The logarithm of the magnitude of the gamma function of each element; infinite at 0 and the negative integers.",
    examples: &["lgamma([0.5, 4.0])  # f32[2] [0.5724, 1.7918]"],
    kind: Kind::Tile { tiles: &TILES, domain: Domain::Float, total: true },
    vjp: &[Grad::Rule(Needs::IN0, |cx, s, g| cx.mul(g, cx.digamma(s.input(0))))],
    samples: unary_samples!(0.5, 5.0;
        sample(&[Uniform(&[5], -2.9, -2.1)]),
        sample(&[Uniform(&[4], 5.0, 40.0)]),
        kink(&[EDGES]),
        kink(&[Floats(&[3], &[1.0, 2.0, -3.0])])),
    proof: Proof::Torch("torch.lgamma(*args)"),
};

static TILES: Tiles = tiles!("lgamma", cuda: "LGAMMA(x)", real: |x| x.lgamma());
