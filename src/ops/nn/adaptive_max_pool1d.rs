//! The largest number of each of a given number of windows.

use crate::ops::sample::{Value::*, kink, sample};
use crate::ops::sig::tensor;
use crate::ops::windows::{OUTPUT_SIZE, PARTS, RETURN_INDICES, Shape, max};
use crate::ops::{Kind, Op, Proof};

pub static ADAPTIVE_MAX_POOL1D: Op = Op {
    name: "adaptive_max_pool1d",
    symbol: None,
    params: &[tensor("input"), OUTPUT_SIZE, RETURN_INDICES],
    parts: PARTS,
    doc: "The largest number of each of `output_size` windows, which divide `input`, ([batch,] channels, length), between them as evenly as may be; `none` for as many as there are. `return_indices` gives `values` and `indices`, counted through a plane.",
    examples: &["adaptive_max_pool1d([[1.0, 2.0, 3.0]], 2)  # f32[1, 2] [[2.0, 3.0]]"],
    kind: Kind::Composite(|cx, args, attrs| {
        max(cx, "adaptive_max_pool1d", &args[0], Shape::Adaptive(attrs.ints(0)), 1, attrs.bool(1))
    }),
    vjp: &[],
    samples: SAMPLES,
    proof: Proof::Torch(
        "F.adaptive_max_pool1d(*args) if args[0].is_floating_point() else F.adaptive_max_pool1d(args[0].double(), *args[1:]).to(args[0].dtype)",
    ),
};

const SAMPLES: &[crate::ops::Sample] = &[
    sample(&[Uniform(&[2, 3, 7], -2.0, 2.0), Int(3)]),
    sample(&[Uniform(&[2, 3, 7], -2.0, 2.0), Tuple(&[7])]),
    sample(&[Strided(&[3, 5], -2.0, 2.0), Int(8)]),
    sample(&[Uniform(&[0, 2, 8], -2.0, 2.0), Int(2)]),
    sample(&[Uniform(&[2, 3, 6], -2.0, 2.0), Int(1), Bool(true)]),
    kink(&[Floats(&[1, 1, 4], &[f64::NAN, 1.0, f64::NEG_INFINITY, f64::NEG_INFINITY]), Int(2)]),
    kink(&[Uniform(&[1, 2, 0], -2.0, 2.0), Int(2)]),
];
