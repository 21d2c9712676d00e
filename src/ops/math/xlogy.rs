//! Products with a logarithm.

use crate::binary_samples;
use crate::device::cpu::tile::{Tiles, tiles};
use crate::ops::sig::{X, Y};
use crate::ops::{Domain, Grad, Kind, Needs, Op, Proof};

pub static XLOGY: Op = Op {
    name: "xlogy",
    symbol: None,
    params: &[X, Y],
    parts: &[],
    doc: "x log(y) element by element, and 0 where x is 0 and y is not NaN.",
    examples: &["xlogy([0.0, 2.0], [0.0, 3.0])  # f32[2] [0.0, 2.1972]"],
    kind: Kind::Tile { tiles: &TILES, domain: Domain::Float, total: true },
    vjp: &[
        Grad::Rule(Needs::IN0.and(Needs::IN1), |cx, s, g| {
            let (x, y) = (s.input(0), s.tensor(1));
            // Where x is 0 and log y is no number or infinite, x log y is 0 around y too.
            let none = cx.logical_and(cx.eq(&x, 0.0), cx.le(&y, 0.0));
            let log = cx.log(cx.select(&none, 1.0, y));
            cx.mul(g, log)
        }),
        Grad::Rule(Needs::IN0.and(Needs::IN1), |cx, s, g| cx.mul(g, cx.div(s.input(0), s.input(1)))),
    ],
    samples: binary_samples!(0.5, 2.5;
    kink(&[
        Floats(&[7, 1], &[0.0, -0.0, 1.0, -2.5, f64::INFINITY, f64::NEG_INFINITY, f64::NAN]),
        Floats(&[7], &[0.0, -0.0, 1.0, -2.5, f64::INFINITY, f64::NEG_INFINITY, f64::NAN]),
    ])),
    proof: Proof::Torch("torch.xlogy(*args)"),
};

static TILES: Tiles = tiles!("xlogy", cuda: "ISNAN(y) ? y : x == T(0) ? T(0) : x * LN(y)", real: |x, y| R::select(y.is_nan(), y, R::select(x == R::ZERO, R::ZERO, x * y.ln())));
