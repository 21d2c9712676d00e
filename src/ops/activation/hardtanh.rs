//! A tanh of straight lines.

use crate::ops::OpError;
use crate::ops::clamp::BOTH_TILES;
use crate::ops::parts::{NUMBER, part, with_numbers};
use crate::ops::sig::{Default, Param, ParamKind, X, tensor};
use crate::ops::{Domain, Grad, Kind, Needs, Op, Proof};
use crate::tensor::Num;
use crate::unary_samples;

pub static HARDTANH: Op = Op {
    name: "hardtanh",
    symbol: None,
    params: &[
        X,
        Param::new("min_val", ParamKind::Number).or(Default::Int(-1)),
        Param::new("max_val", ParamKind::Number).or(Default::Int(1)),
    ],
    parts: &[],
    doc: "Each element, but no less than `min_val` and no more than `max_val`. What was moved gets no gradient.",
    examples: &["hardtanh([-3.0, 0.5, 2.0])  # f32[3] [-1.0, 0.5, 1.0]"],
    kind: Kind::Composite(|cx, args, attrs| {
        let bound = |k: usize| attrs.opt_num(k).unwrap_or(Num::Int(2 * k as i64 - 1));
        let (min, max) = (bound(0), bound(1));
        let (low, high) = (min.to_f64(), max.to_f64());
        if low > high {
            let message = format!("min_val is above max_val: nothing lies between {low} and {high}");
            return Err(OpError::new("VALUE-12", message).at(1, format!("{low}")).at(2, format!("{high}")));
        }
        with_numbers(cx, &PART, &args[0], &[min, max])
    }),
    vjp: &[],
    samples: unary_samples!(-0.9, 0.9;
        kink(&[EDGES]),
        kink(&[Floats(&[3], &[1.0, -1.0, 0.5])]),
        sample(&[Uniform(&[3, 4], -2.0, 2.0)]),
        sample(&[Uniform(&[3, 4], -2.0, 2.0), Number(-0.33), Number(1.27)]),
        kink(&[Ints(&[3], &[-4, 0, 2])]),
        kink(&[Ints(&[3], &[-4, 0, 9]), Int(-2), Int(5)]),
        kink(&[Floats(&[1], &[0.5]), Number(2.0), Number(1.0)])),
    proof: Proof::Torch("F.hardtanh(*args)"),
};

static PART: Op = part(
    "hardtanh",
    &[X, tensor("min_val"), tensor("max_val")],
    &BOTH_TILES,
    Domain::Number,
    &[
        Grad::Rule(Needs::IN0.and(Needs::IN1).and(Needs::IN2), |cx, s, g| {
            let x = s.input(0);
            let moved = cx.logical_or(cx.le(&x, s.input(1)), cx.ge(x, s.input(2)));
            cx.select(&moved, 0.0, g)
        }),
        NUMBER,
        NUMBER,
    ],
);
