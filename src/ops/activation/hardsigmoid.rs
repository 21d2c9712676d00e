//! A sigmoid of straight lines.

use crate::device::cpu::tile::{Tiles, tiles};
use crate::ops::sig::X;
use crate::ops::{Domain, Grad, Kind, Needs, Op, Proof};
use crate::unary_samples;

pub static HARDSIGMOID: Op = Op {
    name: "hardsigmoid",
    symbol: None,
    params: &[X],
    parts: &[],
    doc: "(x + 3) / 6 of each element, but no less than 0 and no more than 1. What was moved gets no gradient.",
    examples: &["hardsigmoid([-4.0, 0.0, 1.0])  # f32[3] [0.0, 0.5, 0.6667]"],
    kind: Kind::Tile { tiles: &TILES, domain: Domain::Float, total: true },
    vjp: &[Grad::Rule(Needs::IN0, |cx, s, g| {
        let x = s.input(0);
        let inside = cx.logical_and(cx.gt(&x, -3.0), cx.lt(x, 3.0));
        cx.select(&inside, cx.div(g, 6.0), 0.0)
    })],
    samples: unary_samples!(-2.9, 2.9;
        kink(&[EDGES]),
        sample(&[Uniform(&[6], -6.0, 6.0)]),
        kink(&[Floats(&[2], &[3.0, -3.0])])),
    proof: Proof::TorchWithin {
        python: "F.hardsigmoid(*args)",
        f32: 1e-5,
        f64: 1e-7,
        why: "torch's gradient has 1/6 as an f32",
    },
};

static TILES: Tiles = tiles!("hardsigmoid", cuda: "MINIMUM(MAXIMUM(x + T(3), T(0)), T(6)) / T(6)", real: |x| (x + 3.0).maximum(R::ZERO).minimum(R::lit(6.0)) / 6.0);
