//! Where numbers in order were.

use crate::device::DType;
use crate::ops::sample::{Value::*, kink};
use crate::ops::sig::{Default, Param, ParamKind, X, dim};
use crate::ops::{Cuda, Kind, Meta, Op, Outputs, Proof, sorting};

pub static ARGSORT: Op = Op {
    name: "argsort",
    symbol: None,
    params: &[
        X,
        dim("dim").or(Default::Int(-1)),
        Param::new("descending", ParamKind::Bool).or(Default::Bool(false)),
        Param::new("stable", ParamKind::Bool).or(Default::Bool(true)),
    ],
    parts: &[],
    doc: "The indices that bring the elements in order along a dimension. Equal ones stay in their order; NaN is larger than every number.",
    examples: &["argsort([3, 1, 2])  # i64[3] [1, 2, 0]"],
    kind: Kind::Whole {
        infer: |metas, attrs| Ok(vec![Meta::new(DType::I64, sorting::infer(metas, attrs)?)]),
        run: |_, x, attrs| {
            let mut indices = sorting::sorted(&x[0], attrs.int(0), attrs.bool(1), false)?;
            Ok(Outputs::One(indices.swap_remove(0)))
        },
        cuda: Cuda::ToCome,
    },
    vjp: &[],
    samples: &[
        kink(&[Uniform(&[7], -2.0, 2.0)]),
        kink(&[Uniform(&[3, 4], -2.0, 2.0), Int(0)]),
        kink(&[Uniform(&[2, 3, 4], -2.0, 2.0), Int(1), Bool(true)]),
        kink(&[Strided(&[3, 4], -2.0, 2.0)]),
        kink(&[Uniform(&[], -2.0, 2.0)]),
        kink(&[Uniform(&[0, 3], -2.0, 2.0)]),
        kink(&[Floats(&[6], &[2.0, 1.0, 2.0, f64::NAN, 0.0, 1.0]), Int(0), Bool(true)]),
        kink(&[Ints(&[4], &[3, -1, 3, 0])]),
    ],
    proof: Proof::Torch(
        "torch.argsort(args[0], dim=args[1] if len(args) > 1 else -1, descending=len(args) > 2 and args[2], stable=True)",
    ),
};
