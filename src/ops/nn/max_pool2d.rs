//! The largest number of each window.

use crate::ops::sample::{Value::*, kink, sample};
use crate::ops::windows::{Fixed, MAX_PARAMS, PARTS, Shape, max};
use crate::ops::{Kind, Op, Proof};

pub static MAX_POOL2D: Op = Op {
    name: "max_pool2d",
    symbol: None,
    params: MAX_PARAMS,
    parts: PARTS,
    doc: "The largest number of each window of `kernel_size`, `stride` apart (as wide as a window if not given), over `input`, ([batch,] channels, height, width). Padding never is the largest. `ceil_mode` keeps a last window that is not all there; `return_indices` gives `values` and `indices`, counted through a plane. Of equal numbers the first gets the gradient; NaN is larger than every number.",
    examples: &["max_pool2d([[[1.0, 2.0], [3.0, 4.0]]], 2)  # f32[1, 1, 1] [[[4.0]]]"],
    kind: Kind::Composite(|cx, args, attrs| {
        let fixed = Fixed { attrs, dilation: Some(3), ceil: 4, include_pad: false, divisor: None };
        max(cx, "max_pool2d", &args[0], Shape::Fixed(fixed), 2, attrs.bool(5))
    }),
    vjp: &[],
    samples: SAMPLES,
    proof: Proof::Torch("F.max_pool2d(*args[:6], return_indices=len(args) > 6 and args[6])"),
};

const SAMPLES: &[crate::ops::Sample] = &[
    sample(&[Uniform(&[2, 3, 4, 5], -2.0, 2.0), Int(2)]),
    sample(&[Strided(&[2, 6, 5], -2.0, 2.0), Tuple(&[3, 2]), Tuple(&[2, 1]), Tuple(&[1, 0])]),
    sample(&[Uniform(&[1, 2, 7, 8], -2.0, 2.0), Int(2), Int(2), Int(1), Tuple(&[2, 3]), Bool(true)]),
    sample(&[Uniform(&[1, 1, 5, 5], -2.0, 2.0), Int(3), Int(2), Int(1), Int(1), Bool(false), Bool(true)]),
    sample(&[Uniform(&[1, 1, 5, 5], -2.0, 2.0), Int(3), Int(2), Int(0), Int(1), Bool(true), Bool(true)]),
    sample(&[Uniform(&[1, 1, 5, 4], -2.0, 2.0), Int(2), Int(1)]),
    sample(&[Uniform(&[2, 2, 8, 8], -2.0, 2.0), Int(2), Int(2), Int(0), Int(1), Bool(false), Bool(true)]),
    sample(&[Uniform(&[0, 2, 4, 4], -2.0, 2.0), Int(2)]),
    kink(&[
        Floats(&[1, 2, 4], &[f64::NAN, 1.0, 2.0, 2.0, f64::NAN, 2.0, 2.0, 1.0]),
        Int(2),
        Absent,
        Int(0),
        Int(1),
        Bool(false),
        Bool(true),
    ]),
    kink(&[Floats(&[1, 2, 2], &[f64::NEG_INFINITY; 4]), Int(2), Int(2), Int(1), Int(1), Bool(false), Bool(true)]),
    kink(&[Floats(&[1, 3, 3], &[1.0; 9]), Int(2), Int(1), Int(0), Int(1), Bool(false), Bool(true)]),
    kink(&[Uniform(&[1, 1, 1, 1], -2.0, 2.0), Int(2)]),
    kink(&[Uniform(&[1, 1, 4, 4], -2.0, 2.0), Int(2), Int(1), Int(2)]),
];
