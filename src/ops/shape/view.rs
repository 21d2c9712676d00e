//! Another shape, under torch's older name.

use crate::ops::sample::{Value::*, sample};
use crate::ops::sig::{Param, ParamKind, X};
use crate::ops::{Kind, Op, Proof};

pub static VIEW: Op = Op {
    name: "view",
    symbol: None,
    params: &[X, Param::new("shape", ParamKind::Shape)],
    parts: &[],
    doc: "The same as `reshape`.",
    examples: &["view([1, 2, 3, 4], 2, -1)  # i64[2, 2] [[1, 2], [3, 4]]"],
    kind: Kind::Composite(|cx, args, attrs| cx.call(&crate::ops::reshape::RESHAPE, args, attrs.all())),
    vjp: &[],
    samples: &[
        sample(&[Uniform(&[2, 6], -2.0, 2.0), Tuple(&[3, -1])]),
        sample(&[Uniform(&[], -2.0, 2.0), Tuple(&[1, 1])]),
        sample(&[Strided(&[4, 3], -2.0, 2.0), Tuple(&[12])]),
    ],
    proof: Proof::Torch("args[0].reshape(args[1])"),
};
