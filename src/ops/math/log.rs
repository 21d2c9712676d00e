//! The natural logarithm.

use crate::device::cpu::tile::{Tiles, tiles};
use crate::ops::sig::X;
use crate::ops::{Domain, Grad, Kind, Needs, Op, Proof};
use crate::unary_samples;

static TILES: Tiles = tiles!("log", cuda: "LN(x)", real: |x| x.ln());

pub static LOG: Op = Op {
    name: "log",
    symbol: None,
    params: &[X],
    parts: &[],
    doc: "The natural logarithm of each element; -inf at 0, NaN below.",
    examples: &["log([1.0, 2.0])  # f32[2] [0.0, 0.6931]"],
    kind: Kind::Tile { tiles: &TILES, domain: Domain::Float, total: true },
    vjp: &[Grad::Rule(Needs::IN0, |cx, s, g| cx.div(g, s.input(0)))],
    samples: unary_samples!(0.5, 3.0; kink(&[Floats(&[5], &[0.0, -0.0, -1.0, f64::INFINITY, f64::NAN])]), kink(&[Ints(&[2], &[1, 5])])),
    proof: Proof::Torch("torch.log(*args)"),
};
