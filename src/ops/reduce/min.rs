//! The smallest.

use crate::device::cpu::reduce::Order;
use crate::ops::extreme::{self, PARAMS, PARTS, along_dim, of_all, run_all, run_along};
use crate::ops::sample::{Value::*, kink, sample};
use crate::ops::{Kind, Op, Proof};

pub static MIN: Op = Op {
    name: "min",
    symbol: None,
    params: PARAMS,
    parts: PARTS,
    doc: "The smallest element; NaN if there is one. With `dim`, the smallest along it as `values`, and where they are as `indices`. Elements that are equally small share the gradient; along a dimension the first of them gets it.",
    examples: &["min([3, 1, 2])  # 1", "min([[1, 5], [7, 2]], dim: 1).indices  # i64[2] [0, 1]"],
    kind: Kind::Composite(|cx, args, attrs| extreme::call(cx, args, attrs, &OF_ALL, &ALONG)),
    vjp: &[],
    samples: &[
        sample(&[Uniform(&[7], -2.0, 2.0)]),
        sample(&[Uniform(&[3, 4], -2.0, 2.0)]),
        sample(&[Uniform(&[], -2.0, 2.0)]),
        sample(&[Strided(&[3, 4], -2.0, 2.0)]),
        sample(&[Uniform(&[3, 4], -2.0, 2.0), Int(1)]),
        sample(&[Uniform(&[2, 3, 4], -2.0, 2.0), Int(-2), Bool(true)]),
        sample(&[Strided(&[3, 4], -2.0, 2.0), Int(0)]),
        sample(&[Uniform(&[], -2.0, 2.0), Int(0)]),
        sample(&[Uniform(&[0, 3], -2.0, 2.0), Int(1)]),
        kink(&[Floats(&[4], &[3.0, 1.0, 3.0, 1.0])]),
        kink(&[Floats(&[2, 2], &[3.0, 3.0, 1.0, 1.0]), Int(1)]),
        kink(&[Floats(&[4], &[3.0, f64::NAN, 1.0, f64::NAN])]),
        kink(&[Floats(&[2, 2], &[3.0, f64::NAN, f64::NAN, f64::NAN]), Int(1)]),
        kink(&[Ints(&[3], &[4, -2, 4])]),
        kink(&[Bools(&[3], &[true, false, true]), Int(0)]),
    ],
    proof: Proof::Torch("torch.min(*args)"),
};

static OF_ALL: Op = of_all("min", |_, x, attrs| run_all("min", Order::Min, &x[0], attrs));
static ALONG: Op = along_dim("min", |_, x, attrs| run_along("min", Order::Min, &x[0], attrs));
