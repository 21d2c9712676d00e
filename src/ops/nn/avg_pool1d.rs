//! The mean of each window.

use crate::ops::sample::{Value::*, kink, sample};
use crate::ops::windows::{AVG_PARAMS, Fixed, Shape, mean};
use crate::ops::{Kind, Op, Proof};

pub static AVG_POOL1D: Op = Op {
    name: "avg_pool1d",
    symbol: None,
    params: AVG_PARAMS,
    parts: &[],
    doc: "The mean of each window of `kernel_size`, `stride` apart (as wide as a window if not given), over `input`, ([batch,] channels, length). `count_include_pad` says whether zeros of the padding count; `ceil_mode` keeps a last window that is not all there.",
    examples: &["avg_pool1d([[1.0, 3.0, 2.0, 0.0]], 2)  # f32[1, 2] [[2.0, 1.0]]"],
    kind: Kind::Composite(|cx, args, attrs| {
        let fixed = Fixed { attrs, dilation: None, ceil: 3, include_pad: attrs.bool(4), divisor: None };
        mean(cx, "avg_pool1d", &args[0], Shape::Fixed(fixed), 1)
    }),
    vjp: &[],
    samples: SAMPLES,
    proof: Proof::Torch("F.avg_pool1d(args[0] if args[0].is_floating_point() else args[0].float(), *args[1:])"),
};

const SAMPLES: &[crate::ops::Sample] = &[
    sample(&[Uniform(&[2, 3, 7], -2.0, 2.0), Int(3)]),
    sample(&[Strided(&[3, 8], -2.0, 2.0), Int(3), Int(2), Int(1)]),
    sample(&[Uniform(&[1, 2, 7], -2.0, 2.0), Tuple(&[3]), Tuple(&[2]), Tuple(&[1]), Bool(false), Bool(false)]),
    sample(&[Uniform(&[1, 2, 8], -2.0, 2.0), Int(3), Int(3), Int(1), Bool(true), Bool(true)]),
    sample(&[Uniform(&[1, 2, 8], -2.0, 2.0), Int(3), Int(3), Int(1), Bool(true), Bool(false)]),
    sample(&[Uniform(&[0, 2, 8], -2.0, 2.0), Int(2)]),
    kink(&[Floats(&[1, 1, 4], &[f64::NAN, 1.0, f64::INFINITY, f64::NEG_INFINITY]), Int(2), Int(1)]),
    kink(&[Uniform(&[1, 2, 3], -2.0, 2.0), Int(4)]),
    kink(&[Uniform(&[1, 2, 3], -2.0, 2.0), Int(2), Int(1), Int(2)]),
];
