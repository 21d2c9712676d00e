//! Normalisation of rows without their mean.

use crate::ops::normalizing::by_rows;
use crate::ops::sample::{Value::*, kink, sample};
use crate::ops::sig::{Default, Param, ParamKind, tensor};
use crate::ops::{Kind, Op, Outputs, Proof};

pub static RMS_NORM: Op = Op {
    name: "rms_norm",
    symbol: None,
    params: &[
        tensor("input"),
        Param::new("normalized_shape", ParamKind::Ints),
        Param::new("weight", ParamKind::OptTensor).or(Default::None),
        Param::new("eps", ParamKind::Float).or(Default::None),
    ],
    parts: &[],
    doc: "Each part of the last dimensions, whose sizes are `normalized_shape`, divided by the root of the mean of its squares plus `eps`; then times `weight`, of that shape. Without `eps` it is the distance from 1 to the dtype's next number.",
    examples: &["rms_norm([[3.0, -3.0]], 2)  # f32[1, 2] [[1.0, -1.0]]"],
    kind: Kind::Composite(|cx, args, attrs| {
        Ok(Outputs::One(by_rows(cx, args, attrs.opt_ints(0).unwrap_or(&[]), attrs.opt_float(1), false)?))
    }),
    vjp: &[],
    samples: &[
        sample(&[Uniform(&[3, 5], -2.0, 2.0), Int(5)]),
        sample(&[Uniform(&[3, 5], -2.0, 2.0), Int(5), Uniform(&[5], -2.0, 2.0)]),
        sample(&[Strided(&[2, 3, 4], -2.0, 2.0), Tuple(&[3, 4]), Strided(&[3, 4], -2.0, 2.0), Number(0.1)]),
        sample(&[Uniform(&[0, 4], -2.0, 2.0), Int(4), Uniform(&[4], -2.0, 2.0)]),
        sample(&[Uniform(&[70, 50], -2.0, 2.0), Int(50), Uniform(&[50], -2.0, 2.0)]),
        kink(&[Floats(&[2, 3], &[1.0, f64::NAN, 2.0, f64::INFINITY, 1.0, 0.0]), Int(3)]),
        kink(&[Floats(&[1, 3], &[0.0, 0.0, 0.0]), Int(3)]),
        kink(&[Uniform(&[3, 5], -2.0, 2.0), Int(3)]),
    ],
    proof: Proof::Torch("F.rms_norm(args[0], (args[1],) if isinstance(args[1], int) else args[1], *args[2:])"),
};
