//! The swish.

use crate::device::cpu::tile::{Tiles, tiles};
use crate::ops::parts::part;
use crate::ops::sig::X;
use crate::ops::{Domain, Grad, Kind, Needs, Op, Proof};
use crate::unary_samples;

pub static SILU: Op = Op {
    name: "silu",
    symbol: None,
    params: &[X],
    parts: &[],
    doc: "x sigmoid(x) of each element.",
    examples: &["silu([-1.0, 2.0])  # f32[2] [-0.2689, 1.7616]"],
    kind: Kind::Tile { tiles: &TILES, domain: Domain::Float, total: true },
    vjp: &[Grad::Rule(Needs::IN0, |cx, s, g| cx.mul(g, cx.part(&SLOPE, &s.tensor(0))))],
    samples: unary_samples!(-3.0, 3.0;
        kink(&[EDGES]),
        sample(&[Uniform(&[4], -60.0, 60.0)])),
    proof: Proof::Torch("F.silu(*args)"),
};

static TILES: Tiles = tiles!("silu", cuda: "x * SIGMOID(x)", real: |x| x * x.sigmoid());

static SLOPE_TILES: Tiles = tiles!("silu_slope", cuda: "SIGMOID(x) * (T(1) + x * (T(1) - SIGMOID(x)))",
real: |x| {
    let s = x.sigmoid();
    s * ((R::ONE - s) * x + 1.0)
});

static SLOPE: Op = part(
    "silu_slope",
    &[X],
    &SLOPE_TILES,
    Domain::Float,
    &[Grad::Rule(Needs::IN0, |cx, s, g| {
        // s (1 - s) (2 + x (1 - 2 s))
        let x = s.input(0);
        let s = cx.sigmoid(&x);
        let bend = cx.add(cx.mul(x, cx.sub(1.0, cx.mul(&s, 2.0))), 2.0);
        cx.mul(g, cx.mul(cx.mul(&s, cx.sub(1.0, &s)), bend))
    })],
);
