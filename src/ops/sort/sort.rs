//! Numbers in order.

use crate::device::DType;
use crate::ops::extreme::PARTS;
use crate::ops::sample::{Value::*, kink, sample};
use crate::ops::sig::{Default, Param, ParamKind, X, dim};
use crate::ops::{Cuda, Grad, Kind, Meta, Needs, Op, Outputs, Proof, sorting};

pub static SORT: Op = Op {
    name: "sort",
    symbol: None,
    params: &[
        X,
        dim("dim").or(Default::Int(-1)),
        Param::new("descending", ParamKind::Bool).or(Default::Bool(false)),
        Param::new("stable", ParamKind::Bool).or(Default::Bool(true)),
    ],
    parts: PARTS,
    doc: "The elements in order along a dimension as `values`, and where they were as `indices`. Equal ones stay in their order; NaN is larger than every number.",
    examples: &[
        "sort([3, 1, 2]).values  # i64[3] [1, 2, 3]",
        "sort([3, 1, 2], descending: true).indices  # i64[3] [0, 2, 1]",
    ],
    kind: Kind::Whole {
        infer: |metas, attrs| {
            let dims = sorting::infer(metas, attrs)?;
            Ok(vec![Meta::new(metas[0].dtype, dims), Meta::new(DType::I64, dims)])
        },
        run: |_, x, attrs| Ok(Outputs::Many(sorting::sorted(&x[0], attrs.int(0), attrs.bool(1), true)?)),
        cuda: Cuda::ToCome,
    },
    vjp: &[Grad::Rule(Needs::OUT1.and(Needs::SHAPES), |cx, s, g| sorting::to_places(cx, s, g, s.attrs().int(0)))],
    samples: &[
        sample(&[Uniform(&[7], -2.0, 2.0)]),
        sample(&[Uniform(&[3, 4], -2.0, 2.0)]),
        sample(&[Uniform(&[3, 4], -2.0, 2.0), Int(0)]),
        sample(&[Uniform(&[2, 3, 4], -2.0, 2.0), Int(1), Bool(true)]),
        sample(&[Strided(&[3, 4], -2.0, 2.0), Int(-1), Bool(true)]),
        sample(&[Uniform(&[], -2.0, 2.0)]),
        sample(&[Uniform(&[0, 3], -2.0, 2.0)]),
        sample(&[Uniform(&[3, 0], -2.0, 2.0), Int(1)]),
        kink(&[Floats(&[6], &[2.0, 1.0, 2.0, -0.0, 0.0, 1.0]), Int(0), Bool(false)]),
        kink(&[Floats(&[6], &[2.0, 1.0, 2.0, -0.0, 0.0, 1.0]), Int(0), Bool(true)]),
        kink(&[Floats(&[4], &[f64::NAN, 1.0, f64::INFINITY, f64::NEG_INFINITY])]),
        kink(&[Floats(&[4], &[f64::NAN, 1.0, f64::INFINITY, f64::NEG_INFINITY]), Int(0), Bool(true)]),
        kink(&[Ints(&[4], &[3, -1, 3, 0])]),
        kink(&[Bools(&[3], &[true, false, true])]),
    ],
    proof: Proof::Torch(
        "torch.sort(args[0], dim=args[1] if len(args) > 1 else -1, descending=len(args) > 2 and args[2], stable=True)",
    ),
};
