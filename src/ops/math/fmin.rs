//! The smaller of two numbers that are there.

use crate::binary_samples;
use crate::device::cpu::tile::{Tiles, tiles};
use crate::ops::Operand;
use crate::ops::sig::{X, Y};
use crate::ops::{Domain, Grad, Kind, Needs, Op, Proof};
use crate::tape::Cx;
use crate::tensor::Tensor;

pub static FMIN: Op = Op {
    name: "fmin",
    symbol: None,
    params: &[X, Y],
    parts: &[],
    doc: "The smaller of each pair of elements; where one is NaN, the other. Where both are equal each gets half of the gradient.",
    examples: &["fmin([1.0, nan], 0.5)  # f32[2] [0.5, 0.5]"],
    kind: Kind::Tile { tiles: &TILES, domain: Domain::Any, total: true },
    vjp: &[
        Grad::Rule(Needs::IN0.and(Needs::IN1), |cx, s, g| share(cx, g, &s.input(0), &s.input(1), true)),
        Grad::Rule(Needs::IN0.and(Needs::IN1), |cx, s, g| share(cx, g, &s.input(1), &s.input(0), false)),
    ],
    samples: binary_samples!(-2.0, 2.0;
    kink(&[
        Floats(&[7, 1], &[0.0, -0.0, 1.0, -2.5, f64::INFINITY, f64::NEG_INFINITY, f64::NAN]),
        Floats(&[7], &[0.0, -0.0, 1.0, -2.5, f64::INFINITY, f64::NEG_INFINITY, f64::NAN]),
    ])),
    proof: Proof::Torch(
        "(lambda x, y: torch.fmin(*[torch.as_tensor(a, dtype=torch.result_type(x, y)) for a in (x, y)]))(*args)",
    ),
};

static TILES: Tiles = tiles!("fmin", cuda: "FMIN(x, y)", real: |x, y| R::select(y.is_nan() | (x <= y), x, y), int: |x, y| x.min(y), bool: |x, y| x & y);

/// The part of `g` that goes to `x`. Of two NaNs the first is taken.
fn share(cx: &Cx, g: &Tensor, x: &Operand, y: &Operand, first: bool) -> Tensor {
    let half = cx.select(&cx.eq(x, y), cx.mul(g, 0.5), 0.0);
    let taken = cx.lt(x, y);
    let alone = match first {
        true => cx.ne(y, y),
        false => cx.logical_and(cx.ne(y, y), cx.eq(x, x)),
    };
    cx.select(&cx.logical_or(taken, alone), g, half)
}
