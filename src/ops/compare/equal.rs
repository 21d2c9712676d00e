//! Are two tensors the same?

use crate::device::DType;
use crate::ops::losses::dims;
use crate::ops::sample::{Value::*, kink};
use crate::ops::sig::{X, Y};
use crate::ops::{Attr, Kind, Op, Outputs, Proof, all, eq::EQ};
use crate::tensor::{Num, Tensor};

pub static EQUAL: Op = Op {
    name: "equal",
    symbol: None,
    params: &[X, Y],
    parts: &[],
    doc: "Whether two tensors have one shape and equal elements; NaN equals nothing.",
    examples: &["equal([1, 2], [1, 2])  # true", "equal([1, 1], [1])  # false"],
    kind: Kind::Composite(|cx, args, _| {
        if dims(&args[0]) != dims(&args[1]) {
            return Ok(Outputs::One(Tensor::scalar(DType::Bool, Num::Bool(false))));
        }
        let same = cx.binary(&EQ, &args[0], &args[1])?;
        Ok(Outputs::One(cx.call1(&all::ALL, &[same.into()], &[Attr::None, Attr::Bool(false)])?))
    }),
    vjp: &[],
    samples: &[
        kink(&[Floats(&[3], &[1.0, 2.0, -0.0]), Floats(&[3], &[1.0, 2.0, 0.0])]),
        kink(&[Uniform(&[3, 4], -2.0, 2.0), Uniform(&[3, 4], -2.0, 2.0)]),
        kink(&[Floats(&[2], &[1.0, 1.0]), Floats(&[1], &[1.0])]),
        kink(&[Floats(&[1], &[1.0]), Floats(&[], &[1.0])]),
        kink(&[Uniform(&[0, 2], -2.0, 2.0), Uniform(&[2, 0], -2.0, 2.0)]),
        kink(&[Uniform(&[0], -2.0, 2.0), Uniform(&[0], -2.0, 2.0)]),
        kink(&[Floats(&[1], &[f64::NAN]), Floats(&[1], &[f64::NAN])]),
        kink(&[Ints(&[2], &[3, 4]), Ints(&[2], &[3, 4])]),
        kink(&[Ints(&[2], &[1, 0]), Bools(&[2], &[true, false])]),
    ],
    proof: Proof::Torch("torch.equal(*args)"),
};
