//! Ones in the shape and dtype of another tensor.

use crate::ops::making;
use crate::ops::sample::{Value::*, kink};
use crate::ops::sig::{DEVICE, DTYPE, X};
use crate::ops::{Cuda, Kind, Op, Outputs, Proof};

pub static ONES_LIKE: Op = Op {
    name: "ones_like",
    symbol: None,
    params: &[X, DTYPE, DEVICE],
    parts: &[],
    doc: "Ones in the shape and dtype of another tensor.",
    examples: &["ones_like([[0.5, 1.5]])  # f32[1, 2] [[1.0, 1.0]]"],
    kind: Kind::Whole {
        infer: making::infer_like,
        run: |_, x, attrs| Ok(Outputs::One(making::constant_like(&x[0], attrs, 1)?)),
        cuda: Cuda::ToCome,
    },
    vjp: &[],
    samples: &[
        kink(&[Uniform(&[2, 3], -2.0, 2.0)]),
        kink(&[Uniform(&[], -2.0, 2.0)]),
        kink(&[Uniform(&[0, 3], -2.0, 2.0)]),
        kink(&[Strided(&[3, 2], -2.0, 2.0)]),
        kink(&[Ints(&[3], &[4, 5, 6])]),
        kink(&[Bools(&[1], &[true]), Str("f64")]),
    ],
    proof: Proof::Torch("torch.ones_like(args[0], dtype=args[1] if len(args) > 1 else None)"),
};
