//! Fractions.

use crate::device::cpu::tile::{Tiles, tiles};
use crate::ops::sig::X;
use crate::ops::{Domain, Grad, Kind, Needs, Op, Proof};
use crate::unary_samples;

pub static FRAC: Op = Op {
    name: "frac",
    symbol: None,
    params: &[X],
    parts: &[],
    doc: "The fraction of each element, with its sign: x - trunc(x).",
    examples: &["frac([1.75, -1.75])  # f32[2] [0.75, -0.75]"],
    kind: Kind::Tile { tiles: &TILES, domain: Domain::Float, total: true },
    vjp: &[Grad::Rule(Needs::NOTHING, |_, _, g| g.clone())],
    samples: unary_samples!(0.1, 0.9;
        kink(&[EDGES]),
        sample(&[Uniform(&[4], -3.9, -3.1)]),
        kink(&[Floats(&[4], &[1.0, -1.5, 2.5, 1e30])])),
    proof: Proof::Torch("torch.frac(*args)"),
};

static TILES: Tiles = tiles!("frac", cuda: "x - TRUNC(x)", real: |x| x - x.trunc());
