//! The complement of the error function.

use crate::device::cpu::tile::{Tiles, tiles};
use crate::ops::sig::X;
use crate::ops::{Domain, Grad, Kind, Needs, Op, Proof};
use crate::unary_samples;
use std::f64::consts::FRAC_2_SQRT_PI;

pub static ERFC: Op = Op {
    name: "erfc",
    symbol: None,
    params: &[X],
    parts: &[],
    doc: "1 - erf(x) of each element, accurate where x is large.",
    examples: &["erfc([0.0, 1.0, 5.0])  # f32[3] [1.0, 0.1573, 1.5375e-12]"],
    kind: Kind::Tile { tiles: &TILES, domain: Domain::Float, total: true },
    vjp: &[Grad::Rule(Needs::IN0, |cx, s, g| {
        cx.mul(g, cx.mul(cx.exp(cx.neg(cx.square(s.input(0)))), -FRAC_2_SQRT_PI))
    })],
    samples: unary_samples!(-2.0, 2.0;
        sample(&[Uniform(&[4], 2.0, 2.6)]),
        kink(&[EDGES])),
    proof: Proof::Torch("torch.erfc(*args)"),
};

static TILES: Tiles = tiles!("erfc", cuda: "ERFC(x)", real: |x| x.erfc());
