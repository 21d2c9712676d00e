//! The unit step.

use crate::binary_samples;
use crate::device::cpu::tile::{Tiles, tiles};
use crate::ops::sig::{X, Y};
use crate::ops::{Domain, Grad, Kind, Needs, Op, Proof};

pub static HEAVISIDE: Op = Op {
    name: "heaviside",
    symbol: None,
    params: &[X, Y],
    parts: &[],
    doc: "0 for each element of `x` below 0 and for NaN, 1 above, and at 0 its counterpart in `values`. Only those have a gradient.",
    examples: &["heaviside([-1.0, 0.0, 2.0], 0.5)  # f32[3] [0.0, 0.5, 1.0]"],
    kind: Kind::Tile { tiles: &TILES, domain: Domain::Any, total: true },
    vjp: &[
        Grad::Rule(Needs::NOTHING, |cx, _, g| cx.zeros_like(g)),
        Grad::Rule(Needs::IN0, |cx, s, g| cx.select(&cx.eq(s.input(0), 0.0), g, 0.0)),
    ],
    samples: binary_samples!(-2.0, 2.0;
        kink(&[
            Floats(&[7, 1], &[0.0, -0.0, 1.0, -2.5, f64::INFINITY, f64::NEG_INFINITY, f64::NAN]),
            Floats(&[7], &[0.0, -0.0, 1.0, -2.5, f64::INFINITY, f64::NEG_INFINITY, f64::NAN]),
        ]),
        kink(&[Ints(&[3], &[-3, 0, 7]), Ints(&[1], &[5])])),
    proof: Proof::Torch(
        "(lambda x, y: torch.where(x == 0, y, (x > 0).to(y.dtype)))(*(lambda x, y: [torch.as_tensor(a, dtype=torch.result_type(x, y)) for a in (x, y)])(*args))",
    ),
};

static TILES: Tiles = tiles!("heaviside", cuda: "x == T(0) ? y : T(x > T(0) ? 1 : 0)", real: |x, y| R::select(x == R::ZERO, y, R::select(x > R::ZERO, R::ONE, R::ZERO)), int: |x, y| if x == 0 { y } else { (x > 0) as i64 }, bool: |x, y| x | y);
