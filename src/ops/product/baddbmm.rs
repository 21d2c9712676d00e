//! A batch of matrices added to the products of two.

use crate::ops::bmm;
use crate::ops::products::{ALPHA, BETA, scaled_sum};
use crate::ops::sample::{Value::*, kink, sample};
use crate::ops::sig::tensor;
use crate::ops::{Kind, Op, Outputs, Proof};

pub static BADDBMM: Op = Op {
    name: "baddbmm",
    symbol: None,
    params: &[tensor("input"), tensor("batch1"), tensor("batch2"), BETA, ALPHA],
    parts: &[],
    doc: "`beta * input + alpha * bmm(batch1, batch2)`; `input` broadcasts to the products' shape, and is not read where `beta` is 0.",
    examples: &["baddbmm([0.5], ones(1, 1, 3), ones(1, 3, 2))  # f32[1, 1, 2] [[[3.5, 3.5]]]"],
    kind: Kind::Composite(|cx, args, attrs| {
        Ok(Outputs::One(scaled_sum(cx, args, attrs, |two| bmm::product(cx, two))?))
    }),
    vjp: &[],
    samples: &[
        sample(&[Uniform(&[2, 3, 2], -2.0, 2.0), Uniform(&[2, 3, 4], -2.0, 2.0), Uniform(&[2, 4, 2], -2.0, 2.0)]),
        sample(&[
            Uniform(&[3, 1], -2.0, 2.0),
            Strided(&[2, 3, 4], -2.0, 2.0),
            Uniform(&[2, 4, 2], -2.0, 2.0),
            Int(2),
            Int(-3),
        ]),
        sample(&[Uniform(&[2], -2.0, 2.0), Uniform(&[0, 3, 4], -2.0, 2.0), Uniform(&[0, 4, 2], -2.0, 2.0)]),
        kink(&[
            Floats(&[1, 2], &[f64::NAN, f64::INFINITY]),
            Uniform(&[2, 3, 4], -2.0, 2.0),
            Uniform(&[2, 4, 2], -2.0, 2.0),
            Int(0),
            Number(0.5),
        ]),
    ],
    proof: Proof::Torch("torch.baddbmm(*args[:3], beta=(args + [1, 1])[3], alpha=args[4] if len(args) > 4 else 1)"),
};
