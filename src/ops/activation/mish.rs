//! Mish.

use crate::device::cpu::tile::{Tiles, tiles};
use crate::ops::logsigmoid::LOGSIGMOID;
use crate::ops::parts::part;
use crate::ops::sig::X;
use crate::ops::{Domain, Grad, Kind, Needs, Op, Proof};
use crate::unary_samples;

pub static MISH: Op = Op {
    name: "mish",
    symbol: None,
    params: &[X],
    parts: &[],
    doc: "x tanh(softplus(x)) of each element.",
    examples: &["mish([-1.0, 2.0])  # f32[2] [-0.3034, 1.944]"],
    kind: Kind::Tile { tiles: &TILES, domain: Domain::Float, total: true },
    vjp: &[Grad::Rule(Needs::IN0, |cx, s, g| cx.mul(g, cx.part(&SLOPE, &s.tensor(0))))],
    samples: unary_samples!(-3.0, 3.0;
        kink(&[EDGES]),
        sample(&[Uniform(&[4], -60.0, 60.0)])),
    proof: Proof::Torch("F.mish(*args)"),
};

static TILES: Tiles = tiles!("mish", cuda: "x * TANH(SOFTPLUS(x))", real: |x| x * x.softplus().tanh());

/// t + x sigmoid(x) (1 - t^2) with t = tanh(softplus(x)).
static SLOPE_TILES: Tiles = tiles!("mish_slope",
cuda: "TANH(SOFTPLUS(x)) + x * SIGMOID(x) * (T(1) - TANH(SOFTPLUS(x)) * TANH(SOFTPLUS(x)))",
real: |x| {
    let t = x.softplus().tanh();
    t + x * x.sigmoid() * (R::ONE - t * t)
});

static SLOPE: Op = part(
    "mish_slope",
    &[X],
    &SLOPE_TILES,
    Domain::Float,
    &[Grad::Rule(Needs::IN0, |cx, s, g| {
        // With p = dt/dx = sigmoid(x) (1 - t^2): 2 p + x p (1 - sigmoid(x) - 2 t sigmoid(x)).
        let x = s.tensor(0);
        let t = cx.tanh(cx.neg(cx.part(&LOGSIGMOID, &cx.neg(&x))));
        let s = cx.sigmoid(&x);
        let p = cx.mul(&s, cx.sub(1.0, cx.square(&t)));
        let bend = cx.sub(cx.sub(1.0, &s), cx.mul(cx.mul(t, s), 2.0));
        cx.mul(g, cx.add(cx.mul(&p, 2.0), cx.mul(x, cx.mul(&p, bend))))
    })],
);
