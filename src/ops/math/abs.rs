//! The absolute value.

use crate::device::cpu::tile::Tiles;
use crate::device::cpu::tile::tiles;
use crate::ops::sig::X;
use crate::ops::{Domain, Grad, Kind, Needs, Op, Proof};
use crate::unary_samples;
static TILES: Tiles = tiles!("abs", cuda: "ABS(x)", real: |x| x.abs(), int: |x| x.wrapping_abs());

pub static ABS: Op = Op {
    name: "abs",
    symbol: None,
    params: &[X],
    parts: &[],
    doc: "The absolute value of each element; its gradient at 0 is 0.",
    examples: &["abs([-1.5, 2.0])  # f32[2] [1.5, 2.0]"],
    kind: Kind::Tile { tiles: &TILES, domain: Domain::Number, total: true },
    vjp: &[Grad::Rule(Needs::IN0, |cx, s, g| cx.mul(g, cx.sign(s.input(0))))],
    samples: unary_samples!(0.1, 2.0; kink(&[Floats(&[4], &[-1.0, 0.0, -0.0, 2.0])]), sample(&[Uniform(&[5], -3.0, -0.1)])),
    proof: Proof::Torch("torch.abs(*args)"),
};
