//! A swish of straight lines.

use crate::device::cpu::tile::{Tiles, tiles};
use crate::ops::sig::X;
use crate::ops::{Domain, Grad, Kind, Needs, Op, Proof};
use crate::unary_samples;

pub static HARDSWISH: Op = Op {
    name: "hardswish",
    symbol: None,
    params: &[X],
    parts: &[],
    doc: "Each element times hardsigmoid of it: x relu6(x + 3) / 6.",
    examples: &["hardswish([-4.0, 1.0, 5.0])  # f32[3] [-0.0, 0.6667, 5.0]"],
    kind: Kind::Tile { tiles: &TILES, domain: Domain::Float, total: true },
    vjp: &[Grad::Rule(Needs::IN0, |cx, s, g| {
        let x = s.input(0);
        let middle = cx.mul(g, cx.add(cx.div(&x, 3.0), 0.5));
        let low = cx.select(&cx.le(&x, -3.0), 0.0, middle);
        cx.select(&cx.lt(x, 3.0), low, g)
    })],
    samples: unary_samples!(-2.9, 2.9;
        kink(&[EDGES]),
        sample(&[Uniform(&[6], -6.0, 6.0)]),
        kink(&[Floats(&[2], &[3.0, -3.0])])),
    proof: Proof::Torch("F.hardswish(*args)"),
};

static TILES: Tiles = tiles!("hardswish", cuda: "x * MINIMUM(MAXIMUM(x + T(3), T(0)), T(6)) / T(6)", real: |x| x * (x + 3.0).maximum(R::ZERO).minimum(R::lit(6.0)) / 6.0);
