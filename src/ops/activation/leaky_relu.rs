//! The leaky rectifier.

use crate::device::cpu::tile::{Tiles, tiles};
use crate::ops::parts::{NUMBER, part, with_numbers};
use crate::ops::sig::{Default, Param, ParamKind, X, tensor};
use crate::ops::{Domain, Grad, Kind, Needs, Op, Proof};
use crate::tensor::Num;
use crate::unary_samples;

pub static LEAKY_RELU: Op = Op {
    name: "leaky_relu",
    symbol: None,
    params: &[X, Param::new("negative_slope", ParamKind::Float).or(Default::Float(0.01))],
    parts: &[],
    doc: "Each element where it is above 0, else `negative_slope` times it.",
    examples: &["leaky_relu([-1.0, 2.0], 0.1)  # f32[2] [-0.1, 2.0]"],
    kind: Kind::Composite(|cx, args, attrs| with_numbers(cx, &PART, &args[0], &[Num::Float(attrs.float(0))])),
    vjp: &[],
    samples: unary_samples!(0.1, 2.0;
        kink(&[EDGES]),
        kink(&[EDGES, Number(0.2)]),
        sample(&[Uniform(&[3, 4], -2.0, 2.0), Number(0.2)]),
        sample(&[Uniform(&[5], -2.0, 2.0), Number(-0.5)])),
    proof: Proof::Torch("F.leaky_relu(*args)"),
};

static TILES: Tiles = tiles!("leaky_relu", cuda: "x > T(0) ? x : x * y", real: |x, y| R::select(x > R::ZERO, x, x * y));

static PART: Op = part(
    "leaky_relu",
    &[X, tensor("negative_slope")],
    &TILES,
    Domain::Float,
    &[
        Grad::Rule(Needs::IN0.and(Needs::IN1), |cx, s, g| cx.select(&cx.gt(s.input(0), 0.0), g, cx.mul(g, s.input(1)))),
        NUMBER,
    ],
);
