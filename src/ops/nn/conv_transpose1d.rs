//! Transposed convolutions of lines.

use crate::ops::convolution::{CONV_TRANSPOSE_PARAMS, conv_transpose};
use crate::ops::sample::{Value::*, kink, sample};
use crate::ops::{Kind, Op, Proof};

pub static CONV_TRANSPOSE1D: Op = Op {
    name: "conv_transpose1d",
    symbol: None,
    params: CONV_TRANSPOSE_PARAMS,
    parts: &[],
    doc: "The gradient of a convolution for its input, as an operation: each number of `input`, ([batch,] channels, length), times the filter of `weight`, (channels, filters of a group, length), added up `stride` apart. `padding` is taken away from the result again, `output_padding` added at its end.",
    examples: &["conv_transpose1d([[1.0, 2.0]], [[[1.0, 1.0]]])  # f32[1, 3] [[1.0, 3.0, 2.0]]"],
    kind: Kind::Composite(|cx, args, attrs| conv_transpose(cx, "conv_transpose1d", args, attrs, 1)),
    vjp: &[],
    samples: SAMPLES,
    proof: Proof::Torch("F.conv_transpose1d(*args)"),
};

const SAMPLES: &[crate::ops::Sample] = &[
    sample(&[Uniform(&[2, 3, 4], -2.0, 2.0), Uniform(&[3, 2, 3], -2.0, 2.0)]),
    sample(&[Strided(&[3, 4], -2.0, 2.0), Strided(&[3, 2, 2], -2.0, 2.0), Uniform(&[2], -2.0, 2.0)]),
    sample(&[
        Uniform(&[1, 4, 5], -2.0, 2.0),
        Uniform(&[4, 3, 3], -2.0, 2.0),
        Uniform(&[6], -2.0, 2.0),
        Int(3),
        Int(1),
        Tuple(&[2]),
        Int(2),
        Int(2),
    ]),
    sample(&[Uniform(&[0, 2, 4], -2.0, 2.0), Uniform(&[2, 3, 2], -2.0, 2.0)]),
    kink(&[Uniform(&[1, 3, 4], -2.0, 2.0), Uniform(&[2, 3, 2], -2.0, 2.0)]),
];
