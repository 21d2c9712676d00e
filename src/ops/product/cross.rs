//! Cross products of vectors in space.

use crate::ops::crossing::cross;
use crate::ops::sample::{Value::*, kink, sample};
use crate::ops::sig::{Default, X, Y, dim};
use crate::ops::{Kind, Op, Proof};

pub static CROSS: Op = Op {
    name: "cross",
    symbol: None,
    params: &[X, Y, dim("dim").or(Default::None)],
    parts: &[],
    doc: "The cross products of vectors of three elements along `dim`, or without one along the first dim of three elements; the other dims broadcast.",
    examples: &["cross([1.0, 0.0, 0.0], [0.0, 1.0, 0.0])  # f32[3] [0.0, 0.0, 1.0]"],
    kind: Kind::Composite(|cx, args, attrs| cross("cross", cx, args, attrs)),
    vjp: &[],
    samples: &[
        sample(&[Uniform(&[3], -2.0, 2.0), Uniform(&[3], -2.0, 2.0)]),
        sample(&[Uniform(&[3, 3], -2.0, 2.0), Uniform(&[3, 3], -2.0, 2.0)]),
        sample(&[Strided(&[2, 3], -2.0, 2.0), Uniform(&[1, 3], -2.0, 2.0), Int(-1)]),
        sample(&[Uniform(&[3, 2], -2.0, 2.0), Uniform(&[3, 1], -2.0, 2.0), Int(0)]),
        sample(&[Uniform(&[2, 3, 2], -2.0, 2.0), Uniform(&[2, 3, 2], -2.0, 2.0), Int(1)]),
        sample(&[Uniform(&[0, 3], -2.0, 2.0), Uniform(&[0, 3], -2.0, 2.0), Int(1)]),
        sample(&[Uniform(&[2, 3, 3], -2.0, 2.0), Uniform(&[2, 3, 3], -2.0, 2.0)]),
        kink(&[Ints(&[3], &[1, 2, 3]), Ints(&[3], &[4, 5, 6])]),
    ],
    proof: Proof::Torch(
        "torch.linalg.cross(*args[:2], dim=args[2] if len(args) > 2 else list(args[0].shape).index(3))",
    ),
};
