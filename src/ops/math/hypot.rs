//! Lengths of pairs.

use crate::binary_samples;
use crate::device::cpu::tile::{Tiles, tiles};
use crate::ops::sig::{X, Y};
use crate::ops::{Domain, Grad, Kind, Needs, Op, Proof};

pub static HYPOT: Op = Op {
    name: "hypot",
    symbol: None,
    params: &[X, Y],
    parts: &[],
    doc: "The square root of the sum of both squares, element by element, without overflow on the way.",
    examples: &["hypot([3.0, 1e30], [4.0, 1e30])  # f32[2] [5.0, 1.4142e+30]"],
    kind: Kind::Tile { tiles: &TILES, domain: Domain::Float, total: true },
    vjp: &[
        Grad::Rule(Needs::IN0.and(Needs::OUT), |cx, s, g| cx.mul(g, cx.div(s.input(0), s.out()))),
        Grad::Rule(Needs::IN1.and(Needs::OUT), |cx, s, g| cx.mul(g, cx.div(s.input(1), s.out()))),
    ],
    samples: binary_samples!(-2.0, 2.0;
        kink(&[
            Floats(&[7, 1], &[0.0, -0.0, 1.0, -2.5, f64::INFINITY, f64::NEG_INFINITY, f64::NAN]),
            Floats(&[7], &[0.0, -0.0, 1.0, -2.5, f64::INFINITY, f64::NEG_INFINITY, f64::NAN]),
        ]),
        kink(&[Floats(&[2], &[1e-200, 1e200]), Floats(&[2], &[2e-200, 3e200])])),
    proof: Proof::Torch(
        "(lambda x, y: torch.hypot(*[torch.as_tensor(a, dtype=torch.result_type(x, y)) for a in (x, y)]))(*args)",
    ),
};

static TILES: Tiles = tiles!("hypot", cuda: "HYPOT(x, y)", real: |x, y| x.hypot(y));
