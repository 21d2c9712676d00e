//! The tangent.

use crate::device::cpu::tile::{Tiles, tiles};
use crate::ops::sig::X;
use crate::ops::{Domain, Grad, Kind, Needs, Op, Proof};
use crate::unary_samples;

pub static TAN: Op = Op {
    name: "tan",
    symbol: None,
    params: &[X],
    parts: &[],
    doc: "The tangent of each element, an angle in radians.",
    examples: &["tan([0.0, 1.0])  # f32[2] [0.0, 1.5574]"],
    kind: Kind::Tile { tiles: &TILES, domain: Domain::Float, total: true },
    vjp: &[Grad::Rule(Needs::OUT, |cx, s, g| cx.mul(g, cx.add(cx.square(s.out()), 1.0)))],
    samples: unary_samples!(-1.2, 1.2;
        sample(&[Uniform(&[5], 2.0, 4.0)]),
        kink(&[EDGES]),
        kink(&[Floats(&[3], &[1e6, -3e5, 1e15])])),
    proof: Proof::Torch("torch.tan(*args)"),
};

static TILES: Tiles = tiles!("tan", cuda: "TAN(x)", real: |x| x.tan(); x.trig_is_rare() => x.tan_any());
