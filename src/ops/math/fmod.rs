//! Remainders as in C.

use crate::binary_samples;
use crate::device::cpu::tile::{Tiles, tiles};
use crate::ops::sig::{X, Y};
use crate::ops::{Domain, Grad, Kind, Needs, Op, Proof};

pub static FMOD: Op = Op {
    name: "fmod",
    symbol: None,
    params: &[X, Y],
    parts: &[],
    doc: "Element by element remainder of a division that rounds towards 0: it has the sign of `x`. Integers cannot be divided by 0; floats give NaN.",
    examples: &["fmod([7.5, -7.5], 2)  # f32[2] [1.5, -1.5]"],
    kind: Kind::Tile { tiles: &TILES, domain: Domain::Number, total: false },
    vjp: &[
        Grad::Rule(Needs::NOTHING, |_, _, g| g.clone()),
        Grad::Rule(Needs::IN0.and(Needs::IN1), |cx, s, g| cx.neg(cx.mul(g, cx.trunc(cx.div(s.input(0), s.input(1)))))),
    ],
    samples: binary_samples!(0.5, 2.5;
        kink(&[Floats(&[8], &[7.5, -7.5, 7.5, -7.5, 1.0, 0.0, f64::INFINITY, -6.0]), Floats(&[8], &[2.0, 2.0, -2.0, -2.0, 0.0, 0.0, 2.0, 3.0])]),
        kink(&[Floats(&[3], &[-1.0, 6.0, -0.0]), Floats(&[3], &[f64::INFINITY, 0.1, 3.0])]),
        kink(&[Ints(&[6], &[7, -7, 7, -7, 6, -6]), Ints(&[6], &[2, 2, -2, -2, 3, -1])]),
        kink(&[Ints(&[3], &[7, -7, 0]), Int(3)])),
    proof: Proof::Torch("torch.fmod(torch.as_tensor(args[0]), args[1])"),
};

static TILES: Tiles = tiles!("fmod", cuda: "FMOD(x, y)", real: |x, y| x % y,
    checked: |x, y| (x.wrapping_rem(if y == 0 { 1 } else { y }), if y == 0 { fault::DIV_BY_ZERO } else { 0 }));
