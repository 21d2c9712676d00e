//! The largest number of each of a given number of windows.

use crate::ops::sample::{Value::*, kink, sample};
use crate::ops::sig::tensor;
use crate::ops::windows::{OUTPUT_SIZE, PARTS, RETURN_INDICES, Shape, max};
use crate::ops::{Kind, Op, Proof};

pub static ADAPTIVE_MAX_POOL2D: Op = Op {
    name: "adaptive_max_pool2d",
    symbol: None,
    params: &[tensor("input"), OUTPUT_SIZE, RETURN_INDICES],
    parts: PARTS,
    doc: "The largest number of each of `output_size` windows, which divide `input`, ([batch,] channels, height, width), between them as evenly as may be; `none` for as many as there are. `return_indices` gives `values` and `indices`, counted through a plane.",
    examples: &["adaptive_max_pool2d([[[1.0, 2.0], [3.0, 4.0]]], (1, 2))  # f32[1, 1, 2] [[[3.0, 4.0]]]"],
    kind: Kind::Composite(|cx, args, attrs| {
        max(cx, "adaptive_max_pool2d", &args[0], Shape::Adaptive(attrs.ints(0)), 2, attrs.bool(1))
    }),
    vjp: &[],
    samples: SAMPLES,
    proof: Proof::Torch(
        "F.adaptive_max_pool2d(*args) if args[0].is_floating_point() else F.adaptive_max_pool2d(args[0].double(), *args[1:]).to(args[0].dtype)",
    ),
};

const SAMPLES: &[crate::ops::Sample] = &[
    sample(&[Uniform(&[2, 3, 5, 4], -2.0, 2.0), Int(2)]),
    sample(&[Uniform(&[2, 2, 5, 7], -2.0, 2.0), Tuple(&[3, 4])]),
    sample(&[Strided(&[3, 4, 5], -2.0, 2.0), Tuple(&[6, 2])]),
    sample(&[Uniform(&[0, 2, 4, 4], -2.0, 2.0), Int(2)]),
    sample(&[Uniform(&[2, 3, 4, 4], -2.0, 2.0), Int(1), Bool(true)]),
    kink(&[Floats(&[1, 2, 2], &[f64::NAN, 1.0, f64::NAN, 0.0]), Int(1), Bool(true)]),
    kink(&[Floats(&[1, 2, 2], &[f64::NEG_INFINITY; 4]), Int(1), Bool(true)]),
    kink(&[Uniform(&[1, 0, 4, 4], -2.0, 2.0), Int(2)]),
];
