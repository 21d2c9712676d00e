//! The remainder of a division that rounds down, by name.

use crate::binary_samples;
use crate::ops::rem::REM;
use crate::ops::sig::{X, Y};
use crate::ops::{Kind, Op, Outputs, Proof};

pub static REMAINDER: Op = Op {
    name: "remainder",
    symbol: None,
    params: &[X, Y],
    parts: &[],
    doc: "The same as `x % y`: element by element remainder of a division that rounds down, with the sign of `y`.",
    examples: &["remainder([7.5, -7.5], 2)  # f32[2] [1.5, 0.5]"],
    kind: Kind::Composite(|cx, args, _| Ok(Outputs::One(cx.binary(&REM, &args[0], &args[1])?))),
    vjp: &[],
    samples: binary_samples!(0.5, 2.5;
        kink(&[
            Floats(&[8], &[7.5, -7.5, 7.5, -7.5, 1.0, -1.0, 0.0, f64::INFINITY]),
            Floats(&[8], &[2.0, 2.0, -2.0, -2.0, 0.0, 0.0, 0.0, 2.0]),
        ]),
        kink(&[Ints(&[6], &[7, -7, 7, -7, 6, -6]), Ints(&[6], &[2, 2, -2, -2, 3, -3])]),
        kink(&[Int(-9), Ints(&[3], &[2, 4, -5])])),
    proof: Proof::Torch("torch.remainder(torch.as_tensor(args[0]), args[1])"),
};
