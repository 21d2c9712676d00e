//! The mean of each of a given number of windows.

use crate::ops::sample::{Value::*, kink, sample};
use crate::ops::sig::tensor;
use crate::ops::windows::{OUTPUT_SIZE, Shape, mean};
use crate::ops::{Kind, Op, Proof};

pub static ADAPTIVE_AVG_POOL1D: Op = Op {
    name: "adaptive_avg_pool1d",
    symbol: None,
    params: &[tensor("input"), OUTPUT_SIZE],
    parts: &[],
    doc: "The mean of each of `output_size` windows, which divide `input`, ([batch,] channels, length), between them as evenly as may be; `none` for as many as there are.",
    examples: &["adaptive_avg_pool1d([[1.0, 2.0, 3.0]], 2)  # f32[1, 2] [[1.5, 2.5]]"],
    kind: Kind::Composite(|cx, args, attrs| {
        mean(cx, "adaptive_avg_pool1d", &args[0], Shape::Adaptive(attrs.ints(0)), 1)
    }),
    vjp: &[],
    samples: SAMPLES,
    proof: Proof::Torch("F.adaptive_avg_pool1d(*args)"),
};

const SAMPLES: &[crate::ops::Sample] = &[
    sample(&[Uniform(&[2, 3, 7], -2.0, 2.0), Int(3)]),
    sample(&[Uniform(&[2, 3, 7], -2.0, 2.0), Tuple(&[7])]),
    sample(&[Strided(&[3, 5], -2.0, 2.0), Int(8)]),
    sample(&[Uniform(&[2, 3, 6], -2.0, 2.0), Int(1)]),
    sample(&[Uniform(&[0, 2, 8], -2.0, 2.0), Int(2)]),
    kink(&[Floats(&[1, 1, 4], &[f64::NAN, 1.0, f64::NEG_INFINITY, f64::NEG_INFINITY]), Int(2)]),
    kink(&[Uniform(&[1, 2, 0], -2.0, 2.0), Int(2)]),
];
