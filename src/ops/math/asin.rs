//! The inverse sine.

use crate::device::cpu::tile::{Tiles, tiles};
use crate::ops::sig::X;
use crate::ops::{Domain, Grad, Kind, Needs, Op, Proof};
use crate::unary_samples;

pub static ASIN: Op = Op {
    name: "asin",
    symbol: None,
    params: &[X],
    parts: &[],
    doc: "The inverse sine of each element, in -pi/2 to pi/2; NaN outside of -1 to 1.",
    examples: &["asin([0.0, 0.5, 1.0])  # f32[3] [0.0, 0.5236, 1.5708]"],
    kind: Kind::Tile { tiles: &TILES, domain: Domain::Float, total: true },
    vjp: &[Grad::Rule(Needs::IN0, |cx, s, g| {
        let x = s.input(0);
        cx.div(g, cx.sqrt(cx.mul(cx.sub(1.0, &x), cx.add(x, 1.0))))
    })],
    samples: unary_samples!(-0.9, 0.9;
        kink(&[EDGES]),
        kink(&[Floats(&[4], &[1.0, -1.0, 1.5, -1.5])])),
    proof: Proof::Torch("torch.asin(*args)"),
};

static TILES: Tiles = tiles!("asin", cuda: "ASIN(x)", real: |x| x.asin());
