//! The rectifier with a ceiling.

use crate::device::cpu::tile::{Tiles, tiles};
use crate::ops::sig::X;
use crate::ops::{Domain, Grad, Kind, Needs, Op, Proof};
use crate::unary_samples;

pub static RELU6: Op = Op {
    name: "relu6",
    symbol: None,
    params: &[X],
    parts: &[],
    doc: "Each element, but no less than 0 and no more than 6. What was moved gets no gradient.",
    examples: &["relu6([-1.0, 2.0, 9.0])  # f32[3] [0.0, 2.0, 6.0]"],
    kind: Kind::Tile { tiles: &TILES, domain: Domain::Number, total: true },
    vjp: &[Grad::Rule(Needs::OUT, |cx, s, g| {
        cx.select(&cx.logical_or(cx.le(s.out(), 0.0), cx.ge(s.out(), 6.0)), 0.0, g)
    })],
    samples: unary_samples!(0.1, 5.9;
        kink(&[EDGES]),
        sample(&[Uniform(&[6], -3.0, 9.0)]),
        kink(&[Floats(&[2], &[6.0, 3.0])]),
        kink(&[Ints(&[3], &[-1, 5, 9])])),
    proof: Proof::Torch("F.relu6(*args)"),
};

static TILES: Tiles = tiles!("relu6", cuda: "MINIMUM(MAXIMUM(x, T(0)), T(6))", real: |x| x.maximum(R::ZERO).minimum(R::lit(6.0)), int: |x| x.clamp(0, 6));
