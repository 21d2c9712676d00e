//! Points between two tensors.

use crate::device::cpu::tile::{Tiles, tiles};
use crate::ops::sample::{Value::*, kink, sample};
use crate::ops::sig::{X, tensor};
use crate::ops::{Domain, Grad, Kind, Needs, Op, Proof};

pub static LERP: Op = Op {
    name: "lerp",
    symbol: None,
    params: &[X, tensor("end"), tensor("weight")],
    parts: &[],
    doc: "The point `weight` of the way from `x` to `end`, element by element: x + weight (end - x).",
    examples: &["lerp([0.0, 10.0], [4.0, 20.0], 0.25)  # f32[2] [1.0, 12.5]"],
    kind: Kind::Tile { tiles: &TILES, domain: Domain::Float, total: true },
    vjp: &[
        Grad::Rule(Needs::IN2, |cx, s, g| cx.mul(g, cx.sub(1.0, s.tensor(2)))),
        Grad::Rule(Needs::IN2, |cx, s, g| cx.mul(g, s.input(2))),
        Grad::Rule(Needs::IN0.and(Needs::IN1), |cx, s, g| cx.mul(g, cx.sub(s.tensor(1), s.input(0)))),
    ],
    samples: &[
        sample(&[Uniform(&[3, 4], -2.0, 2.0), Uniform(&[3, 4], -2.0, 2.0), Number(0.3)]),
        sample(&[Uniform(&[3, 4], -2.0, 2.0), Uniform(&[4], -2.0, 2.0), Uniform(&[3, 4], -1.0, 2.0)]),
        sample(&[Strided(&[3, 4], -2.0, 2.0), Uniform(&[3, 1], -2.0, 2.0), Number(0.8)]),
        sample(&[Uniform(&[3, 1], -2.0, 2.0), Uniform(&[2, 1, 4], -2.0, 2.0), Uniform(&[], 0.1, 0.9)]),
        sample(&[Uniform(&[], -2.0, 2.0), Uniform(&[], -2.0, 2.0), Number(1.5)]),
        sample(&[Uniform(&[0, 3], -2.0, 2.0), Uniform(&[3], -2.0, 2.0), Number(0.5)]),
        sample(&[Number(-1.5), Uniform(&[3], -2.0, 2.0), Number(0.3)]),
        sample(&[Number(-1.5), Number(0.3), Uniform(&[3], -2.0, 2.0)]),
        kink(&[
            Floats(&[4], &[f64::INFINITY, 1.0, 0.0, f64::NAN]),
            Floats(&[4], &[1.0, f64::INFINITY, 5.0, 1.0]),
            Number(0.5),
        ]),
        kink(&[
            Floats(&[4], &[1.0, 3.0, 0.1, 0.1]),
            Floats(&[4], &[1e30, 4.0, 0.3, 0.3]),
            Floats(&[4], &[0.0, 1.0, 1.0, 0.5]),
        ]),
    ],
    proof: Proof::Torch(
        "(lambda x, y, w, d: torch.lerp(torch.as_tensor(x, dtype=d), torch.as_tensor(y, dtype=d), w))(*args, sum(args).dtype)",
    ),
};

static TILES: Tiles = tiles!("lerp", cuda: "ABS(z) < T(0.5) ? x + z * (y - x) : y - (y - x) * (T(1) - z)",
    // From the nearer end, so that both ends come out exactly.
    real: |x, y, z| R::select(z.abs() < R::lit(0.5), x + z * (y - x), y - (y - x) * (R::ONE - z)));
