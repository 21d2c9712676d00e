//! Normalisation of rows.

use crate::ops::normalizing::by_rows;
use crate::ops::sample::{Value::*, kink, sample};
use crate::ops::sig::{Default, Param, ParamKind, tensor};
use crate::ops::{Kind, Op, Outputs, Proof};

pub static LAYER_NORM: Op = Op {
    name: "layer_norm",
    symbol: None,
    params: &[
        tensor("input"),
        Param::new("normalized_shape", ParamKind::Ints),
        Param::new("weight", ParamKind::OptTensor).or(Default::None),
        Param::new("bias", ParamKind::OptTensor).or(Default::None),
        Param::new("eps", ParamKind::Float).or(Default::Float(1e-5)),
    ],
    parts: &[],
    doc: "Each part of the last dimensions, whose sizes are `normalized_shape`, with its mean taken off, divided by the root of its variance plus `eps`; then times `weight`, plus `bias`, of that shape.",
    examples: &["layer_norm([[1.0, 3.0], [0.0, 0.0]], 2)  # f32[2, 2] [[-1.0, 1.0], [0.0, 0.0]]"],
    kind: Kind::Composite(|cx, args, attrs| {
        Ok(Outputs::One(by_rows(cx, args, attrs.opt_ints(0).unwrap_or(&[]), attrs.opt_float(1), true)?))
    }),
    vjp: &[],
    samples: &[
        sample(&[Uniform(&[3, 5], -2.0, 2.0), Int(5)]),
        sample(&[Uniform(&[3, 5], -2.0, 2.0), Int(5), Uniform(&[5], -2.0, 2.0), Uniform(&[5], -2.0, 2.0)]),
        sample(&[
            Strided(&[2, 3, 4], -2.0, 2.0),
            Tuple(&[3, 4]),
            Strided(&[3, 4], -2.0, 2.0),
            Uniform(&[3, 4], -2.0, 2.0),
            Number(0.1),
        ]),
        sample(&[Uniform(&[3, 5], -2.0, 2.0), Int(5), Uniform(&[5], -2.0, 2.0)]),
        sample(&[Uniform(&[3, 5], -2.0, 2.0), Int(5), Absent, Uniform(&[5], -2.0, 2.0)]),
        sample(&[Uniform(&[5], -2.0, 2.0), Tuple(&[5])]),
        sample(&[Uniform(&[100, 70], -2.0, 2.0), Int(70), Uniform(&[70], -2.0, 2.0), Uniform(&[70], -2.0, 2.0)]),
        sample(&[Uniform(&[0, 4], -2.0, 2.0), Int(4), Uniform(&[4], -2.0, 2.0), Uniform(&[4], -2.0, 2.0)]),
        kink(&[Uniform(&[4, 0], -2.0, 2.0), Int(0), Uniform(&[0], -2.0, 2.0)]),
        kink(&[Uniform(&[2, 6], 10.0, 11.0), Int(6)]),
        kink(&[Floats(&[2, 3], &[1.0, f64::NAN, 2.0, f64::INFINITY, 1.0, 0.0]), Int(3)]),
        kink(&[Floats(&[1, 3], &[2.0, 2.0, 2.0]), Int(3)]),
        kink(&[Uniform(&[3, 5], -2.0, 2.0), Int(3)]),
        kink(&[Uniform(&[3, 5], -2.0, 2.0), Int(5), Uniform(&[3], -2.0, 2.0)]),
    ],
    proof: Proof::Torch("F.layer_norm(args[0], (args[1],) if isinstance(args[1], int) else args[1], *args[2:])"),
};
