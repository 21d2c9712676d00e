//! The inverse cosine.

use crate::device::cpu::tile::{Tiles, tiles};
use crate::ops::sig::X;
use crate::ops::{Domain, Grad, Kind, Needs, Op, Proof};
use crate::unary_samples;

pub static ACOS: Op = Op {
    name: "acos",
    symbol: None,
    params: &[X],
    parts: &[],
    doc: "The inverse cosine of each element, in 0 to pi; NaN outside of -1 to 1.",
    examples: &["acos([1.0, 0.5, 0.0])  # f32[3] [0.0, 1.0472, 1.5708]"],
    kind: Kind::Tile { tiles: &TILES, domain: Domain::Float, total: true },
    vjp: &[Grad::Rule(Needs::IN0, |cx, s, g| {
        let x = s.input(0);
        cx.neg(cx.div(g, cx.sqrt(cx.mul(cx.sub(1.0, &x), cx.add(x, 1.0)))))
    })],
    samples: unary_samples!(-0.9, 0.9;
        kink(&[EDGES]),
        kink(&[Floats(&[4], &[1.0, -1.0, 1.5, -1.5])])),
    proof: Proof::Torch("torch.acos(*args)"),
};

static TILES: Tiles = tiles!("acos", cuda: "ACOS(x)", real: |x| x.acos());
