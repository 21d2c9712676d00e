//! The commonest.

use crate::ops::extreme::{PARTS, PICKED, infer_along};
use crate::ops::sample::{Value::*, kink, sample};
use crate::ops::sig::{Default, KEEPDIM, X, dim};
use crate::ops::sorting::{Pick, pick};
use crate::ops::{Cuda, Kind, Op, Proof};

pub static MODE: Op = Op {
    name: "mode",
    symbol: None,
    params: &[X, dim("dim").or(Default::Int(-1)), KEEPDIM],
    parts: PARTS,
    doc: "The commonest element along a dimension as `values`, of equally common ones the smallest, and the last place where it is as `indices`, which gets the gradient. NaNs count as equal.",
    examples: &["mode([1, 2, 2, 3, 3]).values  # 2", "mode([1, 2, 2, 3, 3]).indices  # 2"],
    kind: Kind::Whole {
        infer: infer_along,
        run: |cx, x, attrs| pick(cx, "mode", &x[0], Pick::Mode, (attrs.int(0), 1), attrs.bool(1)),
        cuda: Cuda::ToCome,
    },
    vjp: PICKED,
    samples: &[
        sample(&[Uniform(&[7], -2.0, 2.0)]),
        sample(&[Uniform(&[3, 4], -2.0, 2.0)]),
        sample(&[Uniform(&[3, 4], -2.0, 2.0), Int(0)]),
        sample(&[Uniform(&[2, 3, 4], -2.0, 2.0), Int(1), Bool(true)]),
        sample(&[Strided(&[3, 4], -2.0, 2.0), Int(-1)]),
        sample(&[Uniform(&[], -2.0, 2.0)]),
        sample(&[Uniform(&[0, 3], -2.0, 2.0)]),
        kink(&[Uniform(&[0, 3], -2.0, 2.0), Int(0)]),
        kink(&[Floats(&[6], &[3.0, 1.0, 3.0, 1.0, 2.0, 0.5])]),
        kink(&[Floats(&[2, 3], &[3.0, 1.0, 3.0, 1.0, 2.0, 2.0]), Int(1)]),
        kink(&[Floats(&[2, 3], &[3.0, 1.0, 3.0, 3.0, 2.0, 3.0]), Int(0), Bool(true)]),
        kink(&[Ints(&[5], &[2, 2, 1, 1, 5])]),
        kink(&[Bools(&[3], &[true, true, false])]),
    ],
    proof: Proof::Torch("torch.mode(*args)"),
};
