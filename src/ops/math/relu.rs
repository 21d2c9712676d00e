//! The rectifier.

use crate::device::cpu::tile::Tiles;
use crate::device::cpu::tile::tiles;
use crate::ops::sig::X;
use crate::ops::{Domain, Grad, Kind, Needs, Op, Proof};
use crate::unary_samples;
static TILES: Tiles =
    tiles!("relu", cuda: "MAXIMUM(x, T(0))", real: |x| R::select(x < R::ZERO, R::ZERO, x), int: |x| x.max(0));

pub static RELU: Op = Op {
    name: "relu",
    symbol: None,
    params: &[X],
    parts: &[],
    doc: "The larger of each element and 0; its gradient at 0 is 0.",
    examples: &["relu([-1.0, 2.0])  # f32[2] [0.0, 2.0]"],
    kind: Kind::Tile { tiles: &TILES, domain: Domain::Number, total: true },
    vjp: &[Grad::Rule(Needs::OUT, |cx, s, g| cx.select(&cx.le(s.out(), 0.0), 0.0, g))],
    samples: unary_samples!(0.1, 2.0; sample(&[Uniform(&[5], -3.0, -0.1)]), kink(&[Floats(&[6], &[-1.0, 0.0, -0.0, 2.0, f64::NAN, f64::INFINITY])])),
    proof: Proof::Torch("torch.relu(*args)"),
};
