//! The cosine.

use crate::device::cpu::tile::{Tiles, tiles};
use crate::ops::sig::X;
use crate::ops::{Domain, Grad, Kind, Needs, Op, Proof};
use crate::unary_samples;

static TILES: Tiles = tiles!("cos", cuda: "COS(x)", real: |x| x.cos(); x.trig_is_rare() => x.cos_any());

pub static COS: Op = Op {
    name: "cos",
    symbol: None,
    params: &[X],
    parts: &[],
    doc: "The cosine of each element, in radians.",
    examples: &["cos([0.0, 1.0])  # f32[2] [1.0, 0.5403]"],
    kind: Kind::Tile { tiles: &TILES, domain: Domain::Float, total: true },
    vjp: &[Grad::Rule(Needs::IN0, |cx, s, g| cx.neg(cx.mul(g, cx.sin(s.input(0)))))],
    samples: unary_samples!(-4.0, 4.0; kink(&[Floats(&[5], &[1e6, -1e9, f64::INFINITY, f64::NAN, -0.0])]), kink(&[Ints(&[2], &[1, 5])])),
    proof: Proof::Torch("torch.cos(*args)"),
};
