//! The largest number of each window.

use crate::ops::sample::{Value::*, kink, sample};
use crate::ops::windows::{Fixed, MAX_PARAMS, PARTS, Shape, max};
use crate::ops::{Kind, Op, Proof};

pub static MAX_POOL1D: Op = Op {
    name: "max_pool1d",
    symbol: None,
    params: MAX_PARAMS,
    parts: PARTS,
    doc: "The largest number of each window of `kernel_size`, `stride` apart (as wide as a window if not given), over `input`, ([batch,] channels, length). Padding never is the largest. `ceil_mode` keeps a last window that is not all there; `return_indices` gives `values` and `indices`, counted through a plane. Of equal numbers the first gets the gradient; NaN is larger than every number.",
    examples: &["max_pool1d([[1.0, 3.0, 2.0, 0.0]], 2)  # f32[1, 2] [[3.0, 2.0]]"],
    kind: Kind::Composite(|cx, args, attrs| {
        let fixed = Fixed { attrs, dilation: Some(3), ceil: 4, include_pad: false, divisor: None };
        max(cx, "max_pool1d", &args[0], Shape::Fixed(fixed), 1, attrs.bool(5))
    }),
    vjp: &[],
    samples: SAMPLES,
    proof: Proof::Torch(
        "F.max_pool1d(*args[:6], return_indices=len(args) > 6 and args[6]) if args[0].is_floating_point() else F.max_pool1d(args[0].double(), *args[1:6]).to(args[0].dtype)",
    ),
};

const SAMPLES: &[crate::ops::Sample] = &[
    sample(&[Uniform(&[2, 3, 7], -2.0, 2.0), Int(3)]),
    sample(&[Uniform(&[2, 3, 7], -2.0, 2.0), Int(3), Int(2), Int(1)]),
    sample(&[Strided(&[3, 8], -2.0, 2.0), Int(3), Int(1), Int(0), Int(2)]),
    sample(&[Uniform(&[1, 2, 8], -2.0, 2.0), Tuple(&[3]), Tuple(&[3]), Tuple(&[1]), Tuple(&[1]), Bool(true)]),
    sample(&[Uniform(&[1, 2, 8], -2.0, 2.0), Int(2), Absent, Int(0), Int(1), Bool(false), Bool(true)]),
    sample(&[Uniform(&[0, 2, 8], -2.0, 2.0), Int(2)]),
    kink(&[Floats(&[1, 1, 5], &[f64::NAN, 1.0, f64::NAN, 2.0, 2.0]), Int(2), Int(1)]),
    kink(&[Floats(&[1, 1, 3], &[f64::NEG_INFINITY; 3]), Int(2), Int(1), Int(1)]),
    kink(&[Uniform(&[1, 2, 3], -2.0, 2.0), Int(4)]),
];
