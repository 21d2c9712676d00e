//! A smooth rectifier.

use crate::device::cpu::tile::{Tiles, tiles};
use crate::ops::parts::{NUMBER, part, with_numbers};
use crate::ops::sig::{Default, Param, ParamKind, X, tensor};
use crate::ops::{Domain, Grad, Kind, Needs, Op, Proof};
use crate::tensor::Num;
use crate::unary_samples;

pub static SOFTPLUS: Op = Op {
    name: "softplus",
    symbol: None,
    params: &[
        X,
        Param::new("beta", ParamKind::Float).or(Default::Float(1.0)),
        Param::new("threshold", ParamKind::Float).or(Default::Float(20.0)),
    ],
    parts: &[],
    doc: "log(1 + exp(beta x)) / beta of each element, and x itself where beta x is above `threshold`.",
    examples: &["softplus([0.0, 2.0, 100.0])  # f32[3] [0.6931, 2.1269, 100.0]"],
    kind: Kind::Composite(|cx, args, attrs| {
        with_numbers(cx, &PART, &args[0], &[Num::Float(attrs.float(0)), Num::Float(attrs.float(1))])
    }),
    vjp: &[],
    samples: unary_samples!(-3.0, 3.0;
        kink(&[EDGES]),
        sample(&[Uniform(&[4], -60.0, 60.0)]),
        sample(&[Uniform(&[3, 4], -3.0, 3.0), Number(2.5)]),
        sample(&[Uniform(&[6], -3.0, 3.0), Number(0.5), Number(1.03)]),
        sample(&[Uniform(&[6], -3.0, 3.0), Number(-0.7)]),
        kink(&[EDGES, Number(3.0), Number(5.0)])),
    proof: Proof::Torch("F.softplus(*args)"),
};

static TILES: Tiles = tiles!("softplus", cuda: "x * y > z ? x : SOFTPLUS(x * y) / y", real: |x, y, z| R::select(x * y > z, x, (x * y).softplus() / y));

static PART: Op = part(
    "softplus",
    &[X, tensor("beta"), tensor("threshold")],
    &TILES,
    Domain::Float,
    &[
        Grad::Rule(Needs::IN0.and(Needs::IN1).and(Needs::IN2), |cx, s, g| {
            let scaled = cx.mul(s.input(0), s.input(1));
            cx.select(&cx.gt(&scaled, s.input(2)), g, cx.mul(g, cx.sigmoid(&scaled)))
        }),
        NUMBER,
        NUMBER,
    ],
);
