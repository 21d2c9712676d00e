//! Sums in terms of logarithms.

use crate::binary_samples;
use crate::device::cpu::tile::{Tiles, tiles};
use crate::ops::sig::{X, Y};
use crate::ops::{Domain, Grad, Kind, Needs, Op, Proof};

pub static LOGADDEXP: Op = Op {
    name: "logaddexp",
    symbol: None,
    params: &[X, Y],
    parts: &[],
    doc: "log(exp(x) + exp(y)) element by element, without overflow.",
    examples: &["logaddexp([0.0, 1000.0], [0.0, 999.0])  # f32[2] [0.6931, 1000.3132]"],
    kind: Kind::Tile { tiles: &TILES, domain: Domain::Float, total: true },
    vjp: &[
        Grad::Rule(Needs::IN0.and(Needs::IN1), |cx, s, g| cx.mul(g, cx.sigmoid(cx.sub(s.input(0), s.input(1))))),
        Grad::Rule(Needs::IN0.and(Needs::IN1), |cx, s, g| cx.mul(g, cx.sigmoid(cx.sub(s.input(1), s.input(0))))),
    ],
    samples: binary_samples!(-2.0, 2.0;
        kink(&[
            Floats(&[7, 1], &[0.0, -0.0, 1.0, -2.5, f64::INFINITY, f64::NEG_INFINITY, f64::NAN]),
            Floats(&[7], &[0.0, -0.0, 1.0, -2.5, f64::INFINITY, f64::NEG_INFINITY, f64::NAN]),
        ]),
        sample(&[Uniform(&[4], -60.0, 60.0), Uniform(&[4], -60.0, 60.0)]),
        kink(&[Floats(&[2], &[1e4, -1e4]), Floats(&[2], &[-1e4, 1e4])])),
    proof: Proof::Torch(
        "(lambda x, y: torch.logaddexp(*[torch.as_tensor(a, dtype=torch.result_type(x, y)) for a in (x, y)]))(*args)",
    ),
};

static TILES: Tiles = tiles!("logaddexp", cuda: "LOGADDEXP(x, y)", real: |x, y| {
    let gap = -(x - y).abs();
    // Equal infinities have no difference.
    R::select(x == y, x + std::f64::consts::LN_2, x.maximum(y) + gap.exp().log1p())
});
