//! Exponential linear units.

use crate::device::cpu::tile::{Tiles, tiles};
use crate::ops::parts::{NUMBER, part, with_numbers};
use crate::ops::sig::{Default, Param, ParamKind, X, tensor};
use crate::ops::{Domain, Grad, Kind, Needs, Op, Proof};
use crate::tensor::Num;
use crate::unary_samples;

pub static ELU: Op = Op {
    name: "elu",
    symbol: None,
    params: &[X, Param::new("alpha", ParamKind::Float).or(Default::Float(1.0))],
    parts: &[],
    doc: "Each element where it is above 0, else `alpha` times exp(x) - 1.",
    examples: &["elu([-1.0, 2.0])  # f32[2] [-0.6321, 2.0]"],
    kind: Kind::Composite(|cx, args, attrs| with_numbers(cx, &PART, &args[0], &[Num::Float(attrs.float(0))])),
    vjp: &[],
    samples: unary_samples!(0.1, 2.0;
        kink(&[EDGES]),
        kink(&[EDGES, Number(1.5)]),
        sample(&[Uniform(&[3, 4], -2.0, 2.0)]),
        sample(&[Uniform(&[5], -2.0, 2.0), Number(1.5)]),
        sample(&[Uniform(&[2], 600.0, 800.0), Number(1.5)])),
    proof: Proof::Torch("F.elu(*args)"),
};

static TILES: Tiles =
    tiles!("elu", cuda: "x <= T(0) ? EXPM1(x) * y : x", real: |x, y| R::select(x <= R::ZERO, x.expm1() * y, x));

static PART: Op = part(
    "elu",
    &[X, tensor("alpha")],
    &TILES,
    Domain::Float,
    &[
        Grad::Rule(Needs::IN0.and(Needs::IN1), |cx, s, g| {
            let x = s.input(0);
            let low = cx.le(&x, 0.0);
            // What is not taken must not overflow: its gradient is 0 times that.
            let slope = cx.exp(cx.select(&low, x, 0.0));
            cx.select(&low, cx.mul(g, cx.mul(slope, s.input(1))), g)
        }),
        NUMBER,
    ],
);
