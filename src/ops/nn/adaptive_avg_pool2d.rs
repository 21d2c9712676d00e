//! The mean of each of a given number of windows.

use crate::ops::sample::{Value::*, kink, sample};
use crate::ops::sig::tensor;
use crate::ops::windows::{OUTPUT_SIZE, Shape, mean};
use crate::ops::{Kind, Op, Proof};

pub static ADAPTIVE_AVG_POOL2D: Op = Op {
    name: "adaptive_avg_pool2d",
    symbol: None,
    params: &[tensor("input"), OUTPUT_SIZE],
    parts: &[],
    doc: "The mean of each of `output_size` windows, which divide `input`, ([batch,] channels, height, width), between them as evenly as may be; `none` for as many as there are.",
    examples: &["adaptive_avg_pool2d([[[1.0, 2.0], [3.0, 4.0]]], (1, 2))  # f32[1, 1, 2] [[[2.0, 3.0]]]"],
    kind: Kind::Composite(|cx, args, attrs| {
        mean(cx, "adaptive_avg_pool2d", &args[0], Shape::Adaptive(attrs.ints(0)), 2)
    }),
    vjp: &[],
    samples: SAMPLES,
    proof: Proof::Torch("F.adaptive_avg_pool2d(*args)"),
};

const SAMPLES: &[crate::ops::Sample] = &[
    sample(&[Uniform(&[2, 3, 5, 4], -2.0, 2.0), Int(2)]),
    sample(&[Uniform(&[2, 2, 5, 7], -2.0, 2.0), Tuple(&[3, 4])]),
    sample(&[Strided(&[3, 4, 5], -2.0, 2.0), Tuple(&[6, 2])]),
    sample(&[Uniform(&[2, 3, 4, 4], -2.0, 2.0), Int(1)]),
    sample(&[Uniform(&[0, 2, 4, 4], -2.0, 2.0), Int(2)]),
    kink(&[Floats(&[1, 2, 2], &[f64::NAN, 1.0, f64::NAN, 0.0]), Int(1)]),
    kink(&[Floats(&[1, 2, 2], &[f64::NEG_INFINITY; 4]), Int(1)]),
];
