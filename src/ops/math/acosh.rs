//! The inverse hyperbolic cosine.

use crate::device::cpu::tile::{Tiles, tiles};
use crate::ops::sig::X;
use crate::ops::{Domain, Grad, Kind, Needs, Op, Proof};
use crate::unary_samples;

pub static ACOSH: Op = Op {
    name: "acosh",
    symbol: None,
    params: &[X],
    parts: &[],
    doc: "The inverse hyperbolic cosine of each element; NaN below 1.",
    examples: &["acosh([1.0, 2.0])  # f32[2] [0.0, 1.317]"],
    kind: Kind::Tile { tiles: &TILES, domain: Domain::Float, total: true },
    vjp: &[Grad::Rule(Needs::IN0, |cx, s, g| {
        // As two roots, so that nothing overflows. Below -1, where acosh is NaN, torch has a gradient.
        let x = cx.abs(s.input(0));
        cx.div(g, cx.mul(cx.sqrt(cx.sub(&x, 1.0)), cx.sqrt(cx.add(&x, 1.0))))
    })],
    samples: unary_samples!(1.2, 3.0;
        kink(&[EDGES]),
        kink(&[Floats(&[4], &[1.0, -1.0, 0.5, -2.5])])),
    proof: Proof::Torch("torch.acosh(*args)"),
};

static TILES: Tiles = tiles!("acosh", cuda: "ACOSH(x)", real: |x| x.acosh());
