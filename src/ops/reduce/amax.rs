//! The largest, over any dimensions.

use crate::device::cpu::reduce::Order;
use crate::ops::extreme::{run_over, share_over};
use crate::ops::sample::{Value::*, kink, sample};
use crate::ops::sig::{DIMS, KEEPDIM, X};
use crate::ops::{Cuda, Grad, Kind, Needs, Op, Proof, reducing};

pub static AMAX: Op = Op {
    name: "amax",
    symbol: None,
    params: &[X, DIMS, KEEPDIM],
    parts: &[],
    doc: "The largest of all elements, or along one or several dimensions; NaN if there is one. Elements that are equally large share the gradient.",
    examples: &["amax([3, 1, 2])  # 3", "amax([[1, 5], [7, 2]], dim: 1)  # i64[2] [5, 7]"],
    kind: Kind::Whole {
        infer: |metas, attrs| reducing::infer(metas, attrs, |d| d),
        run: |_, x, attrs| run_over("amax", Order::Max, &x[0], attrs),
        cuda: Cuda::ToCome,
    },
    vjp: &[Grad::Rule(Needs::IN0.and(Needs::OUT), |cx, s, g| share_over(cx, s, &s.out(), g))],
    samples: &[
        sample(&[Uniform(&[7], -2.0, 2.0)]),
        sample(&[Uniform(&[3, 4], -2.0, 2.0)]),
        sample(&[Uniform(&[], -2.0, 2.0)]),
        sample(&[Strided(&[3, 4], -2.0, 2.0)]),
        sample(&[Uniform(&[2, 3, 4], -2.0, 2.0), Int(1)]),
        sample(&[Uniform(&[2, 3, 4], -2.0, 2.0), Int(-1), Bool(true)]),
        sample(&[Uniform(&[2, 3, 4], -2.0, 2.0), Tuple(&[0, 2])]),
        sample(&[Uniform(&[2, 3, 4], -2.0, 2.0), Tuple(&[-1, 0]), Bool(true)]),
        sample(&[Strided(&[3, 5], -2.0, 2.0), Int(0)]),
        sample(&[Uniform(&[], -2.0, 2.0), Int(-1), Bool(true)]),
        sample(&[Uniform(&[0, 3], -2.0, 2.0), Int(1)]),
        kink(&[Uniform(&[2, 0], -2.0, 2.0), Int(1)]),
        kink(&[Floats(&[2, 3], &[3.0, 3.0, 1.0, 1.0, 1.0, 3.0])]),
        kink(&[Floats(&[2, 3], &[3.0, 3.0, 1.0, 1.0, 1.0, 3.0]), Int(1)]),
        kink(&[Floats(&[2, 3], &[3.0, f64::NAN, 1.0, 1.0, 1.0, f64::INFINITY]), Int(1)]),
        kink(&[Floats(&[2], &[-0.0, 0.0])]),
        kink(&[Ints(&[3], &[4, -2, 4])]),
        kink(&[Bools(&[2, 2], &[true, false, true, true]), Int(0)]),
        kink(&[Uniform(&[0, 3], -2.0, 2.0)]),
    ],
    proof: Proof::Torch("torch.amax(*args)"),
};
