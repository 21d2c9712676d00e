//! The sign.

use crate::device::cpu::tile::Tiles;
use crate::device::cpu::tile::tiles;
use crate::ops::sig::X;
use crate::ops::{Domain, Grad, Kind, Needs, Op, Proof};
use crate::unary_samples;
static TILES: Tiles = tiles!("sign", cuda: "SIGN(x)", real: |x| R::select(x > R::ZERO, R::ONE, R::select(x < R::ZERO, -R::ONE, R::ZERO)), int: |x| x.signum());

pub static SIGN: Op = Op {
    name: "sign",
    symbol: None,
    params: &[X],
    parts: &[],
    doc: "-1, 0 or 1 for each element; 0 for NaN. Its gradient is 0.",
    examples: &["sign([-1.5, 0.0, 2.0])  # f32[3] [-1.0, 0.0, 1.0]"],
    kind: Kind::Tile { tiles: &TILES, domain: Domain::Number, total: true },
    vjp: &[Grad::Rule(Needs::NOTHING, |cx, _, g| cx.zeros_like(g))],
    samples: unary_samples!(0.1, 2.0; kink(&[Floats(&[5], &[-1.0, 0.0, -0.0, 2.0, f64::NAN])])),
    proof: Proof::Torch("torch.sign(*args)"),
};
