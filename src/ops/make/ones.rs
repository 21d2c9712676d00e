//! A tensor of ones.

use crate::ops::making;
use crate::ops::sample::{Value::*, kink};
use crate::ops::sig::{DEVICE, DTYPE, Param, ParamKind};
use crate::ops::{Cuda, Kind, Op, Outputs, Proof};

pub static ONES: Op = Op {
    name: "ones",
    symbol: None,
    params: &[Param::new("size", ParamKind::Shape), DTYPE, DEVICE],
    parts: &[],
    doc: "A tensor of ones. Of f32 unless `dtype` says otherwise.",
    examples: &["ones(2, 2)  # f32[2, 2] [[1.0, 1.0], [1.0, 1.0]]", "ones((3,), dtype: \"i64\")  # i64[3] [1, 1, 1]"],
    kind: Kind::Whole {
        infer: making::infer,
        run: |cx, _, attrs| Ok(Outputs::One(making::constant(cx, attrs, 1)?)),
        cuda: Cuda::ToCome,
    },
    vjp: &[],
    samples: &[
        kink(&[Tuple(&[2, 3])]),
        kink(&[Tuple(&[])]),
        kink(&[Tuple(&[0, 3])]),
        kink(&[Tuple(&[3]), Str("f64")]),
        kink(&[Tuple(&[3]), Str("bool")]),
    ],
    proof: Proof::Torch("torch.ones(args[0], dtype=args[1] if len(args) > 1 else None)"),
};
