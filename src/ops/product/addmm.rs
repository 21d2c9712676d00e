//! A matrix added to a product of two.

use crate::ops::products::{ALPHA, BETA, check_ranks, scaled_sum};
use crate::ops::sample::{Value::*, kink, sample};
use crate::ops::sig::tensor;
use crate::ops::{Kind, Op, Outputs, Proof};

pub static ADDMM: Op = Op {
    name: "addmm",
    symbol: None,
    params: &[tensor("input"), tensor("mat1"), tensor("mat2"), BETA, ALPHA],
    parts: &[],
    doc: "`beta * input + alpha * (mat1 @ mat2)` for two matrices; `input` broadcasts to the product's shape, and is not read where `beta` is 0.",
    examples: &["addmm([1.0, 2.0], [[1.0, 2.0]], eye(2), alpha: 10)  # f32[1, 2] [[11.0, 22.0]]"],
    kind: Kind::Composite(|cx, args, attrs| {
        Ok(Outputs::One(scaled_sum(cx, args, attrs, |two| {
            check_ranks(two, [2, 2], "addmm takes a tensor to add to, and two matrices")?;
            cx.product(&two[0], &two[1])
        })?))
    }),
    vjp: &[],
    samples: &[
        sample(&[Uniform(&[3, 2], -2.0, 2.0), Uniform(&[3, 4], -2.0, 2.0), Uniform(&[4, 2], -2.0, 2.0)]),
        sample(&[Uniform(&[2], -2.0, 2.0), Uniform(&[3, 4], -2.0, 2.0), Strided(&[4, 2], -2.0, 2.0), Int(2), Int(-3)]),
        sample(&[Uniform(&[3, 1], -2.0, 2.0), Uniform(&[3, 4], -2.0, 2.0), Uniform(&[4, 2], -2.0, 2.0), Int(0)]),
        sample(&[Uniform(&[], -2.0, 2.0), Uniform(&[3, 0], -2.0, 2.0), Uniform(&[0, 2], -2.0, 2.0)]),
        sample(&[
            Uniform(&[3, 2], -2.0, 2.0),
            Uniform(&[3, 4], -2.0, 2.0),
            Uniform(&[4, 2], -2.0, 2.0),
            Number(0.5),
            Number(2.5),
        ]),
        kink(&[
            Floats(&[1, 2], &[f64::NAN, f64::INFINITY]),
            Uniform(&[3, 4], -2.0, 2.0),
            Uniform(&[4, 2], -2.0, 2.0),
            Int(0),
            Number(0.5),
        ]),
    ],
    proof: Proof::Torch("torch.addmm(*args[:3], beta=(args + [1, 1])[3], alpha=args[4] if len(args) > 4 else 1)"),
};
