//! Where the smallest is.

use crate::device::cpu::reduce::Order;
use crate::ops::extreme::{self, PARAMS, run_index};
use crate::ops::sample::{Value::*, kink};
use crate::ops::{Cuda, Kind, Op, Proof};

pub static ARGMIN: Op = Op {
    name: "argmin",
    symbol: None,
    params: PARAMS,
    parts: &[],
    doc: "Where the smallest element is, along `dim` or counted through all elements; of equal ones the first, and NaN before all others.",
    examples: &["argmin([3, 1, 2])  # 1", "argmin([[1, 5], [7, 2]], dim: 1)  # i64[2] [0, 1]"],
    kind: Kind::Whole {
        infer: extreme::infer_index,
        run: |_, x, attrs| run_index("argmin", Order::Min, &x[0], attrs),
        cuda: Cuda::ToCome,
    },
    vjp: &[],
    samples: &[
        kink(&[Uniform(&[7], -2.0, 2.0)]),
        kink(&[Uniform(&[3, 4], -2.0, 2.0)]),
        kink(&[Uniform(&[], -2.0, 2.0)]),
        kink(&[Strided(&[3, 4], -2.0, 2.0)]),
        kink(&[Uniform(&[3, 4], -2.0, 2.0), Int(1)]),
        kink(&[Uniform(&[2, 3, 4], -2.0, 2.0), Int(-2), Bool(true)]),
        kink(&[Uniform(&[2, 3], -2.0, 2.0), Absent, Bool(true)]),
        kink(&[Uniform(&[0, 3], -2.0, 2.0), Int(1)]),
        kink(&[Floats(&[4], &[3.0, f64::NAN, 1.0, f64::NAN])]),
        kink(&[Ints(&[3], &[4, -2, 4])]),
        kink(&[Floats(&[4], &[1.0, 1.0, 1.0, 1.0])]),
    ],
    proof: Proof::Torch("torch.argmin(*args)"),
};
