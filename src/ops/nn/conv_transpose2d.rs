//! Transposed convolutions of planes.

use crate::ops::convolution::{CONV_TRANSPOSE_PARAMS, conv_transpose};
use crate::ops::sample::{Value::*, kink, sample};
use crate::ops::{Kind, Op, Proof};

pub static CONV_TRANSPOSE2D: Op = Op {
    name: "conv_transpose2d",
    symbol: None,
    params: CONV_TRANSPOSE_PARAMS,
    parts: &[],
    doc: "The gradient of a convolution for its input, as an operation: each number of `input`, ([batch,] channels, height, width), times the filter of `weight`, (channels, filters of a group, height, width), added up `stride` apart. `padding` is taken away from the result again, `output_padding` added at its end.",
    examples: &[
        "conv_transpose2d(ones(1, 2, 2), ones(1, 1, 2, 2))  # f32[1, 3, 3] [[[1.0, 2.0, 1.0], [2.0, 4.0, 2.0], [1.0, 2.0, 1.0]]]",
    ],
    kind: Kind::Composite(|cx, args, attrs| conv_transpose(cx, "conv_transpose2d", args, attrs, 2)),
    vjp: &[],
    samples: SAMPLES,
    proof: Proof::Torch("F.conv_transpose2d(*args)"),
};

const SAMPLES: &[crate::ops::Sample] = &[
    sample(&[Uniform(&[2, 3, 3, 2], -2.0, 2.0), Uniform(&[3, 2, 2, 3], -2.0, 2.0)]),
    sample(&[Strided(&[2, 3, 4], -2.0, 2.0), Strided(&[2, 3, 2, 2], -2.0, 2.0), Uniform(&[3], -2.0, 2.0)]),
    sample(&[
        Uniform(&[1, 4, 3, 3], -2.0, 2.0),
        Uniform(&[4, 1, 3, 2], -2.0, 2.0),
        Uniform(&[2], -2.0, 2.0),
        Tuple(&[2, 3]),
        Tuple(&[1, 0]),
        Tuple(&[1, 2]),
        Int(2),
        Tuple(&[1, 2]),
    ]),
    sample(&[
        Uniform(&[1, 1, 2, 2], -2.0, 2.0),
        Uniform(&[1, 1, 2, 2], -2.0, 2.0),
        Absent,
        Int(1),
        Int(0),
        Int(1),
        Int(1),
        Int(2),
    ]),
    sample(&[Uniform(&[2, 8, 6, 6], -1.0, 1.0), Uniform(&[8, 3, 3, 3], -1.0, 1.0), Absent, Int(1), Int(1)]),
    sample(&[Uniform(&[0, 2, 3, 3], -2.0, 2.0), Uniform(&[2, 3, 2, 2], -2.0, 2.0)]),
    kink(&[Uniform(&[1, 1, 2, 2], -2.0, 2.0), Uniform(&[1, 1, 2, 2], -2.0, 2.0), Absent, Int(1), Int(0), Int(1)]),
    kink(&[Uniform(&[1, 1, 2, 2], -2.0, 2.0), Uniform(&[1, 1, 2, 2], -2.0, 2.0), Absent, Int(1), Int(4)]),
    kink(&[Uniform(&[1, 3, 2, 2], -2.0, 2.0), Uniform(&[2, 1, 2, 2], -2.0, 2.0)]),
];
