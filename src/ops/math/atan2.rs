//! Angles of points.

use crate::binary_samples;
use crate::device::cpu::tile::{Tiles, tiles};
use crate::ops::sig::tensor;
use crate::ops::{Domain, Grad, Kind, Needs, Op, Operand, Proof};
use crate::tape::{Cx, Saved};
use crate::tensor::Tensor;

pub static ATAN2: Op = Op {
    name: "atan2",
    symbol: None,
    params: &[tensor("y"), tensor("x")],
    parts: &[],
    doc: "The angle of the point (x, y) as seen from the origin, element by element, in -pi to pi. As in C, `y` comes first.",
    examples: &["atan2([1.0, -1.0], [0.0, -1.0])  # f32[2] [1.5708, -2.3562]"],
    kind: Kind::Tile { tiles: &TILES, domain: Domain::Float, total: true },
    vjp: &[
        Grad::Rule(Needs::IN0.and(Needs::IN1), |cx, s, g| cx.mul(g, over_square(cx, &s.input(1), s))),
        Grad::Rule(Needs::IN0.and(Needs::IN1), |cx, s, g| cx.neg(cx.mul(g, over_square(cx, &s.input(0), s)))),
    ],
    samples: binary_samples!(0.2, 2.0;
        kink(&[
            Floats(&[7, 1], &[0.0, -0.0, 1.0, -2.5, f64::INFINITY, f64::NEG_INFINITY, f64::NAN]),
            Floats(&[7], &[0.0, -0.0, 1.0, -2.5, f64::INFINITY, f64::NEG_INFINITY, f64::NAN]),
        ]),
        sample(&[Uniform(&[3, 4], -2.0, -0.2), Uniform(&[4], -2.0, 2.0)])),
    proof: Proof::Torch(
        "(lambda x, y: torch.atan2(*[torch.as_tensor(a, dtype=torch.result_type(x, y)) for a in (x, y)]))(*args)",
    ),
};

static TILES: Tiles = tiles!("atan2", cuda: "ATAN2(x, y)", real: |x, y| x.atan2(y));

/// v / (x^2 + y^2), in two steps as the square could overflow; 0 at the origin.
fn over_square(cx: &Cx, v: &Operand, s: &Saved) -> Tensor {
    let length = cx.hypot(s.input(0), s.input(1));
    let length = cx.select(&cx.eq(&length, 0.0), 1.0, &length);
    cx.div(cx.div(v, &length), &length)
}
