//! The derivative of the logarithm of the gamma function.

use crate::device::cpu::tile::{Tiles, tiles};
use crate::ops::parts::{NUMBER, part};
use crate::ops::sig::{X, Y};
use crate::ops::{Domain, Grad, Kind, Needs, Op, Operand, Proof};
use crate::unary_samples;

pub static DIGAMMA: Op = Op {
    name: "digamma",
    symbol: None,
    params: &[X],
    parts: &[],
    doc: "The logarithmic derivative of the gamma function of each element; infinite at 0, NaN at the negative integers.",
    examples: &["digamma([1.0, 2.0])  # f32[2] [-0.5772, 0.4228]"],
    kind: Kind::Tile { tiles: &TILES, domain: Domain::Float, total: true },
    vjp: &[Grad::Rule(Needs::IN0, |cx, s, g| cx.mul(g, cx.part(&TRIGAMMA, &s.tensor(0))))],
    samples: unary_samples!(0.5, 5.0;
        sample(&[Uniform(&[5], -2.9, -2.1)]),
        sample(&[Uniform(&[4], 5.0, 40.0)]),
        kink(&[Floats(&[6], &[0.0, -0.0, 1e4, f64::INFINITY, f64::NEG_INFINITY, f64::NAN])])),
    proof: Proof::TorchWithin {
        python: "torch.digamma(*args)",
        f32: 1e-5,
        f64: 1e-8,
        why: "torch's trigamma, the gradient, is good for nine digits",
    },
};

static TILES: Tiles = tiles!("digamma", cuda: "DIGAMMA(x)", real: |x| x.digamma());

static TRIGAMMA_TILES: Tiles = tiles!("trigamma", cuda: "TRIGAMMA(x)", real: |x| x.trigamma());
static ZETA_TILES: Tiles = tiles!("zeta", cuda: "ZETA(x, y)", real: |x, y| x.zeta(y));

/// The derivative of digamma: the sum of (x + k)^-2.
static TRIGAMMA: Op = part(
    "trigamma",
    &[X],
    &TRIGAMMA_TILES,
    Domain::Float,
    &[Grad::Rule(Needs::IN0, |cx, s, g| {
        cx.mul(cx.infallible(cx.binary(&ZETA, &s.input(0), &Operand::from(3.0))), cx.mul(g, -2.0))
    })],
);

/// The sum of (x + k)^-y, for a number y; its derivatives are of its kind.
static ZETA: Op = part(
    "zeta",
    &[X, Y],
    &ZETA_TILES,
    Domain::Float,
    &[
        Grad::Rule(Needs::IN0.and(Needs::IN1), |cx, s, g| {
            let Operand::Num(y) = s.input(1) else { unreachable!("the exponent is a number") };
            let y = y.to_f64();
            cx.mul(cx.infallible(cx.binary(&ZETA, &s.input(0), &Operand::from(y + 1.0))), cx.mul(g, -y))
        }),
        NUMBER,
    ],
);
