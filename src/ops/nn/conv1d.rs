//! Convolutions of lines.

use crate::ops::convolution::{CONV_PARAMS, conv};
use crate::ops::sample::{Value::*, kink, sample};
use crate::ops::{Kind, Op, Proof};

pub static CONV1D: Op = Op {
    name: "conv1d",
    symbol: None,
    params: CONV_PARAMS,
    parts: &[],
    doc: "The products of `weight`, (filters, channels of a group, length), with each part of `input`, ([batch,] channels, length), summed: the cross-correlation. `padding` zeros stand at both ends; \"same\" keeps the length, \"valid\" adds none. `groups` of channels have filters of their own.",
    examples: &["conv1d([[1.0, 2.0, 3.0, 4.0]], [[[1.0, -1.0]]])  # f32[1, 3] [[-1.0, -1.0, -1.0]]"],
    kind: Kind::Composite(|cx, args, attrs| conv(cx, "conv1d", args, attrs, 1)),
    vjp: &[],
    samples: &[
        sample(&[Uniform(&[2, 3, 7], -2.0, 2.0), Uniform(&[4, 3, 3], -2.0, 2.0)]),
        sample(&[Uniform(&[3, 7], -2.0, 2.0), Strided(&[2, 3, 2], -2.0, 2.0), Uniform(&[2], -2.0, 2.0)]),
        sample(&[
            Strided(&[1, 4, 8], -2.0, 2.0),
            Uniform(&[6, 2, 3], -2.0, 2.0),
            Uniform(&[6], -2.0, 2.0),
            Int(2),
            Tuple(&[1]),
            Int(2),
            Int(2),
        ]),
        sample(&[Uniform(&[1, 2, 5], -2.0, 2.0), Uniform(&[1, 2, 4], -2.0, 2.0), Absent, Int(1), Str("same"), Int(1)]),
        sample(&[Uniform(&[1, 2, 5], -2.0, 2.0), Uniform(&[1, 2, 2], -2.0, 2.0), Absent, Int(2), Str("valid")]),
        sample(&[Uniform(&[2, 2, 40], -2.0, 2.0), Uniform(&[3, 2, 1], -2.0, 2.0)]),
        sample(&[Uniform(&[0, 2, 5], -2.0, 2.0), Uniform(&[3, 2, 2], -2.0, 2.0), Uniform(&[3], -2.0, 2.0)]),
        kink(&[Floats(&[1, 1, 3], &[f64::INFINITY, 1.0, f64::NAN]), Floats(&[1, 1, 1], &[2.0])]),
        kink(&[Uniform(&[1, 2, 5], -2.0, 2.0), Uniform(&[1, 3, 2], -2.0, 2.0)]),
    ],
    proof: Proof::Torch("F.conv1d(*args)"),
};
