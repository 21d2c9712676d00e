//! The inverse hyperbolic tangent.

use crate::device::cpu::tile::{Tiles, tiles};
use crate::ops::sig::X;
use crate::ops::{Domain, Grad, Kind, Needs, Op, Proof};
use crate::unary_samples;

pub static ATANH: Op = Op {
    name: "atanh",
    symbol: None,
    params: &[X],
    parts: &[],
    doc: "The inverse hyperbolic tangent of each element; infinite at -1 and 1, NaN beyond.",
    examples: &["atanh([0.0, 0.5, 1.0])  # f32[3] [0.0, 0.5493, inf]"],
    kind: Kind::Tile { tiles: &TILES, domain: Domain::Float, total: true },
    vjp: &[Grad::Rule(Needs::IN0, |cx, s, g| {
        let x = s.input(0);
        cx.div(g, cx.mul(cx.sub(1.0, &x), cx.add(x, 1.0)))
    })],
    samples: unary_samples!(-0.9, 0.9;
        kink(&[EDGES]),
        kink(&[Floats(&[4], &[1.0, -1.0, 1.5, -1.5])])),
    proof: Proof::Torch("torch.atanh(*args)"),
};

static TILES: Tiles = tiles!("atanh", cuda: "ATANH(x)", real: |x| x.atanh());
