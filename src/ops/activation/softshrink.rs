//! Shrinking towards zero.

use crate::device::cpu::tile::{Tiles, tiles};
use crate::ops::OpError;
use crate::ops::parts::{NUMBER, part, with_numbers};
use crate::ops::sig::{Default, Param, ParamKind, X, tensor};
use crate::ops::{Domain, Grad, Kind, Needs, Op, Proof};
use crate::tensor::Num;
use crate::unary_samples;

pub static SOFTSHRINK: Op = Op {
    name: "softshrink",
    symbol: None,
    params: &[X, Param::new("lambd", ParamKind::Float).or(Default::Float(0.5))],
    parts: &[],
    doc: "Each element, moved by `lambd` towards 0, and 0 where it is no further away than that.",
    examples: &["softshrink([-2.0, 0.3, 2.0])  # f32[3] [-1.5, 0.0, 1.5]"],
    kind: Kind::Composite(|cx, args, attrs| {
        let lambd = attrs.float(0);
        if lambd < 0.0 {
            return Err(OpError::new("VALUE-12", "lambd cannot be negative").at(1, format!("{lambd}")));
        }
        with_numbers(cx, &PART, &args[0], &[Num::Float(attrs.float(0))])
    }),
    vjp: &[],
    samples: unary_samples!(0.6, 2.0;
        kink(&[EDGES]),
        kink(&[EDGES, Number(0.0)]),
        sample(&[Uniform(&[3, 4], -2.0, 2.0), Number(0.26)]),
        kink(&[Floats(&[3], &[0.5, -0.5, 1.0])]),
        kink(&[Floats(&[1], &[0.5]), Number(-1.0)])),
    proof: Proof::Torch("F.softshrink(*args)"),
};

static TILES: Tiles = tiles!("softshrink",
    cuda: "x > y ? x - y : x < -y ? x + y : x * T(0)",
    real: |x, y| R::select(x > y, x - y, R::select(x < -y, x + y, x * 0.0)));

static PART: Op = part(
    "softshrink",
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
