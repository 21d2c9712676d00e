//! The larger of two tensors, element by element.

use crate::binary_samples;
use crate::device::cpu::tile::Tiles;
use crate::device::cpu::tile::tiles;
use crate::ops::Operand;
use crate::ops::sig::{X, Y};
use crate::ops::{Domain, Grad, Kind, Needs, Op, Proof};
use crate::tape::Cx;
use crate::tensor::Tensor;

/// The part of `g` that goes to `x`: all of it where `x` is the larger, half where both are equal, all of it to both
/// where one is NaN.
pub(in crate::ops) fn share_of_larger(cx: &Cx, g: &Tensor, x: &Operand, y: &Operand) -> Tensor {
    let half = cx.select(&cx.eq(x, y), cx.mul(g, 0.5), g);
    cx.select(&cx.lt(x, y), 0.0, half)
}

static TILES: Tiles =
    tiles!("maximum", cuda: "MAXIMUM(x, y)", real: |x, y| x.maximum(y), int: |x, y| x.max(y), bool: |x, y| x | y);

pub static MAXIMUM: Op = Op {
    name: "maximum",
    symbol: None,
    params: &[X, Y],
    parts: &[],
    doc: "The larger of each pair of elements; NaN if either is. Where both are equal each gets half of the gradient.",
    examples: &["maximum([1.0, 5.0], 2.0)  # f32[2] [2.0, 5.0]"],
    kind: Kind::Tile { tiles: &TILES, domain: Domain::Any, total: true },
    vjp: &[
        Grad::Rule(Needs::IN0.and(Needs::IN1), |cx, s, g| share_of_larger(cx, g, &s.input(0), &s.input(1))),
        Grad::Rule(Needs::IN0.and(Needs::IN1), |cx, s, g| share_of_larger(cx, g, &s.input(1), &s.input(0))),
    ],
    samples: binary_samples!(-2.0, 2.0; kink(&[Floats(&[4], &[1.0, 2.0, f64::NAN, 0.0]), Floats(&[4], &[2.0, 2.0, 1.0, -0.0])])),
    proof: Proof::Torch("torch.maximum(*[torch.as_tensor(a) for a in args])"),
};
