//! A threshold.

use crate::device::cpu::tile::{Tiles, tiles};
use crate::ops::parts::{NUMBER, part, with_numbers};
use crate::ops::sample::{EDGES, Value::*, kink, sample};
use crate::ops::sig::{Param, ParamKind, X, tensor};
use crate::ops::{Domain, Grad, Kind, Needs, Op, Proof};
use crate::tensor::Num;

pub static THRESHOLD: Op = Op {
    name: "threshold",
    symbol: None,
    params: &[X, Param::new("threshold", ParamKind::Number), Param::new("value", ParamKind::Number)],
    parts: &[],
    doc: "Each element where it is above `threshold`, else `value`.",
    examples: &["threshold([-1.0, 2.0], 0.5, 9.0)  # f32[2] [9.0, 2.0]"],
    kind: Kind::Composite(|cx, args, attrs| {
        with_numbers(
            cx,
            &PART,
            &args[0],
            &[attrs.opt_num(0).unwrap_or(Num::Int(0)), attrs.opt_num(1).unwrap_or(Num::Int(0))],
        )
    }),
    vjp: &[],
    samples: &[
        sample(&[Uniform(&[3, 4], -2.0, 2.0), Int(0), Int(3)]),
        sample(&[Strided(&[3, 4], -2.0, 2.0), Int(1), Int(-2)]),
        sample(&[Uniform(&[], -2.0, 2.0), Int(0), Int(3)]),
        sample(&[Uniform(&[0, 3], -2.0, 2.0), Int(0), Int(3)]),
        sample(&[Uniform(&[3, 4], -2.0, 2.0), Number(0.125), Number(0.7)]),
        kink(&[EDGES, Number(0.0), Number(7.0)]),
        kink(&[Ints(&[3], &[-1, 2, 5]), Int(2), Int(7)]),
    ],
    proof: Proof::Torch("F.threshold(*args)"),
};

static TILES: Tiles = tiles!("threshold", cuda: "x <= y ? z : x",
    real: |x, y, z| R::select(x <= y, z, x), int: |x, y, z| if x <= y { z } else { x });

static PART: Op = part(
    "threshold",
    &[X, tensor("threshold"), tensor("value")],
    &TILES,
    Domain::Number,
    &[
        Grad::Rule(Needs::IN0.and(Needs::IN1), |cx, s, g| cx.select(&cx.le(s.input(0), s.input(1)), 0.0, g)),
        NUMBER,
        NUMBER,
    ],
);
