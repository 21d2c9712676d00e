//! Convolutions of planes.

use crate::ops::convolution::{CONV_PARAMS, conv};
use crate::ops::sample::{Value::*, kink, sample};
use crate::ops::{Kind, Op, Proof};

pub static CONV2D: Op = Op {
    name: "conv2d",
    symbol: None,
    params: CONV_PARAMS,
    parts: &[],
    doc: "The products of `weight`, (filters, channels of a group, height, width), with each part of `input`, ([batch,] channels, height, width), summed: the cross-correlation. `padding` zeros stand on all sides; \"same\" keeps the sizes, \"valid\" adds none. `groups` of channels have filters of their own.",
    examples: &[
        "conv2d(ones(1, 3, 3), ones(1, 1, 2, 2))  # f32[1, 2, 2] [[[4.0, 4.0], [4.0, 4.0]]]",
        "conv2d(ones(8, 3, 32, 32), randn(16, 3, 3, 3), padding: 1).shape  # (8, 16, 32, 32)",
    ],
    kind: Kind::Composite(|cx, args, attrs| conv(cx, "conv2d", args, attrs, 2)),
    vjp: &[],
    samples: &[
        sample(&[Uniform(&[2, 3, 5, 4], -2.0, 2.0), Uniform(&[2, 3, 3, 2], -2.0, 2.0)]),
        sample(&[Strided(&[2, 4, 5], -2.0, 2.0), Strided(&[3, 2, 2, 2], -2.0, 2.0), Uniform(&[3], -2.0, 2.0)]),
        sample(&[
            Uniform(&[1, 4, 6, 7], -2.0, 2.0),
            Uniform(&[4, 2, 3, 2], -2.0, 2.0),
            Uniform(&[4], -2.0, 2.0),
            Tuple(&[2, 3]),
            Tuple(&[2, 1]),
            Tuple(&[1, 2]),
            Int(2),
        ]),
        sample(&[
            Strided(&[2, 2, 4, 5], -2.0, 2.0),
            Uniform(&[2, 1, 3, 3], -2.0, 2.0),
            Absent,
            Int(1),
            Int(1),
            Int(1),
            Int(2),
        ]),
        sample(&[Uniform(&[1, 2, 5, 5], -2.0, 2.0), Uniform(&[3, 2, 1, 1], -2.0, 2.0), Uniform(&[3], -2.0, 2.0)]),
        sample(&[
            Uniform(&[1, 2, 4, 5], -2.0, 2.0),
            Uniform(&[2, 2, 2, 3], -2.0, 2.0),
            Absent,
            Int(1),
            Str("same"),
            Tuple(&[1, 2]),
        ]),
        sample(&[Uniform(&[1, 1, 4, 5], -2.0, 2.0), Uniform(&[2, 1, 2, 3], -2.0, 2.0), Absent, Int(2), Str("valid")]),
        sample(&[Uniform(&[2, 3, 12, 12], -1.0, 1.0), Uniform(&[8, 3, 3, 3], -1.0, 1.0), Absent, Int(1), Int(1)]),
        sample(&[Uniform(&[1, 1, 1, 1], -2.0, 2.0), Uniform(&[1, 1, 3, 3], -2.0, 2.0), Absent, Int(1), Int(1)]),
        sample(&[Uniform(&[1, 1, 3, 3], -2.0, 2.0), Uniform(&[1, 1, 1, 1], -2.0, 2.0), Absent, Int(2), Int(2)]),
        sample(&[Uniform(&[0, 2, 4, 4], -2.0, 2.0), Uniform(&[3, 2, 2, 2], -2.0, 2.0), Uniform(&[3], -2.0, 2.0)]),
        kink(&[Floats(&[1, 2, 2], &[f64::INFINITY, 1.0, f64::NAN, 0.0]), Floats(&[1, 1, 1, 2], &[2.0, 0.0])]),
        kink(&[Uniform(&[1, 2, 4, 4], -2.0, 2.0), Uniform(&[3, 2, 5, 2], -2.0, 2.0)]),
        kink(&[Uniform(&[1, 2, 4, 4], -2.0, 2.0), Uniform(&[3, 2, 2, 2], -2.0, 2.0), Uniform(&[1], -2.0, 2.0)]),
        kink(&[
            Uniform(&[1, 4, 4, 4], -2.0, 2.0),
            Uniform(&[3, 2, 2, 2], -2.0, 2.0),
            Absent,
            Int(1),
            Int(0),
            Int(1),
            Int(2),
        ]),
        kink(&[Uniform(&[1, 2, 4, 4], -2.0, 2.0), Uniform(&[3, 2, 2, 2], -2.0, 2.0), Absent, Int(2), Str("same")]),
        kink(&[Uniform(&[4, 4], -2.0, 2.0), Uniform(&[3, 2, 2, 2], -2.0, 2.0)]),
    ],
    proof: Proof::Torch("F.conv2d(*args)"),
};
