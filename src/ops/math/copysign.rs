//! Magnitudes with other signs.

use crate::binary_samples;
use crate::device::cpu::tile::{Tiles, tiles};
use crate::ops::sig::{X, Y};
use crate::ops::{Domain, Grad, Kind, Needs, Op, Proof};

pub static COPYSIGN: Op = Op {
    name: "copysign",
    symbol: None,
    params: &[X, Y],
    parts: &[],
    doc: "The magnitude of each element of `x` with the sign of its counterpart in `y`, that of -0.0 and NaN included.",
    examples: &["copysign([1.0, -2.0], [-0.0, 3.0])  # f32[2] [-1.0, 2.0]"],
    kind: Kind::Tile { tiles: &TILES, domain: Domain::Float, total: true },
    vjp: &[
        // The sign of x times that of y; infinity over infinity is NaN, as in torch.
        Grad::Rule(Needs::IN0.and(Needs::OUT), |cx, s, g| {
            let x = s.input(0);
            let zero = cx.eq(&x, 0.0);
            let ratio = cx.div(s.out().detach(), cx.select(&zero, 1.0, x).detach());
            cx.mul(g, cx.select(&zero, 0.0, ratio))
        }),
        Grad::Rule(Needs::NOTHING, |cx, _, g| cx.zeros_like(g)),
    ],
    samples: binary_samples!(0.2, 2.0;
        kink(&[
            Floats(&[7, 1], &[0.0, -0.0, 1.0, -2.5, f64::INFINITY, f64::NEG_INFINITY, f64::NAN]),
            Floats(&[6], &[0.0, -0.0, 1.0, -2.5, f64::INFINITY, f64::NEG_INFINITY]),
        ]),
        sample(&[Uniform(&[3, 4], -2.0, 2.0), Uniform(&[4], -2.0, 2.0)])),
    proof: Proof::Torch("torch.copysign(torch.as_tensor(args[0]), args[1])"),
};

static TILES: Tiles = tiles!("copysign", cuda: "COPYSIGN(x, y)", real: |x, y| x.copysign(y));
