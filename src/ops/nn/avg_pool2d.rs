//! The mean of each window.

use crate::ops::layers::bad;
use crate::ops::sample::{Value::*, kink, sample};
use crate::ops::windows::{AVG_PARAMS_2D, Fixed, Shape, mean};
use crate::ops::{Kind, Op, Proof};

pub static AVG_POOL2D: Op = Op {
    name: "avg_pool2d",
    symbol: None,
    params: AVG_PARAMS_2D,
    parts: &[],
    doc: "The mean of each window of `kernel_size`, `stride` apart (as wide as a window if not given), over `input`, ([batch,] channels, height, width). `count_include_pad` says whether zeros of the padding count; `ceil_mode` keeps a last window that is not all there. `divisor_override` stands in for the number of places.",
    examples: &["avg_pool2d([[[1.0, 2.0], [3.0, 4.0]]], 2)  # f32[1, 1, 1] [[[2.5]]]"],
    kind: Kind::Composite(|cx, args, attrs| {
        let divisor = attrs.opt_int(5);
        if divisor == Some(0) {
            return Err(bad(6, 0, "divisor_override divides, so it cannot be 0"));
        }
        let fixed = Fixed { attrs, dilation: None, ceil: 3, include_pad: attrs.bool(4), divisor };
        mean(cx, "avg_pool2d", &args[0], Shape::Fixed(fixed), 2)
    }),
    vjp: &[],
    samples: SAMPLES,
    proof: Proof::Torch("F.avg_pool2d(args[0] if args[0].is_floating_point() else args[0].float(), *args[1:])"),
};

const SAMPLES: &[crate::ops::Sample] = &[
    sample(&[Uniform(&[2, 3, 4, 5], -2.0, 2.0), Int(2)]),
    sample(&[Strided(&[2, 6, 5], -2.0, 2.0), Tuple(&[3, 2]), Tuple(&[2, 1]), Tuple(&[1, 0])]),
    sample(&[Uniform(&[1, 2, 5, 6], -2.0, 2.0), Int(3), Int(2), Int(1), Bool(false), Bool(false)]),
    sample(&[Uniform(&[1, 2, 6, 6], -2.0, 2.0), Int(3), Int(3), Int(1), Bool(true), Bool(true)]),
    sample(&[Uniform(&[1, 2, 6, 6], -2.0, 2.0), Int(3), Int(3), Int(1), Bool(true), Bool(false)]),
    sample(&[Uniform(&[1, 2, 5, 5], -2.0, 2.0), Int(2), Absent, Int(0), Bool(true), Bool(true), Int(3)]),
    sample(&[Uniform(&[0, 2, 4, 4], -2.0, 2.0), Int(2)]),
    sample(&[Uniform(&[2, 2, 8, 8], -2.0, 2.0), Int(2)]),
    kink(&[Floats(&[1, 2, 2], &[f64::NAN, 1.0, f64::INFINITY, -1.0]), Int(1)]),
    kink(&[Uniform(&[1, 0, 4, 4], -2.0, 2.0), Int(2)]),
    kink(&[Uniform(&[1, 1, 4, 4], -2.0, 2.0), Int(2), Int(1), Int(2)]),
    kink(&[Uniform(&[1, 1, 4, 4], -2.0, 2.0), Int(2), Absent, Int(0), Bool(false), Bool(true), Int(0)]),
];
