//! Zero around zero.

use crate::device::cpu::tile::{Tiles, tiles};
use crate::ops::parts::{NUMBER, part, with_numbers};
use crate::ops::sig::{Default, Param, ParamKind, X, tensor};
use crate::ops::{Domain, Grad, Kind, Needs, Op, Proof};
use crate::tensor::Num;
use crate::unary_samples;

pub static HARDSHRINK: Op = Op {
    name: "hardshrink",
    symbol: None,
    params: &[X, Param::new("lambd", ParamKind::Float).or(Default::Float(0.5))],
    parts: &[],
    doc: "Each element, and 0 where it is between -`lambd` and `lambd`.",
    examples: &["hardshrink([-2.0, 0.3, 2.0])  # f32[3] [-2.0, 0.0, 2.0]"],
    kind: Kind::Composite(|cx, args, attrs| with_numbers(cx, &PART, &args[0], &[Num::Float(attrs.float(0))])),
    vjp: &[],
    samples: unary_samples!(0.6, 2.0;
        kink(&[EDGES]),
        kink(&[EDGES, Number(0.0)]),
        sample(&[Uniform(&[3, 4], -2.0, 2.0), Number(0.26)]),
        kink(&[Floats(&[3], &[0.5, -0.5, 1.0])]),
        sample(&[Uniform(&[3], -2.0, 2.0), Number(-1.0)])),
    proof: Proof::Torch("F.hardshrink(*args)"),
};

static TILES: Tiles = tiles!("hardshrink",
    cuda: "x >= -y && x <= y ? T(0) : x",
    real: |x, y| R::select((x >= -y) & (x <= y), R::ZERO, x));

static PART: Op = part(
    "hardshrink",
    &[X, tensor("lambd")],
    &TILES,
    Domain::Float,
    &[
        Grad::Rule(Needs::IN0.and(Needs::IN1), |cx, s, g| {
            let (x, lambd) = (s.input(0), s.input(1));
            let near = cx.le(cx.abs(x), lambd);
            cx.select(&near, 0.0, g)
        }),
        NUMBER,
    ],
);
