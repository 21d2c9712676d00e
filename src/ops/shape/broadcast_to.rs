//! A tensor repeated to a larger shape.

use crate::ops::sample::{Value::*, sample};
use crate::ops::sig::{Param, ParamKind, X};
use crate::ops::{Kind, Op, Proof};

pub static BROADCAST_TO: Op = Op {
    name: "broadcast_to",
    symbol: None,
    params: &[X, Param::new("shape", ParamKind::Shape)],
    parts: &[],
    doc: "A view of `x` repeated so that it has the given shape; the same as `expand`.",
    examples: &["broadcast_to([1, 2], 2, 2)  # i64[2, 2] [[1, 2], [1, 2]]"],
    kind: Kind::Composite(|cx, args, attrs| cx.call(&crate::ops::expand::EXPAND, args, attrs.all())),
    vjp: &[],
    samples: &[
        sample(&[Uniform(&[3, 1], -2.0, 2.0), Tuple(&[2, 3, 4])]),
        sample(&[Uniform(&[], -2.0, 2.0), Tuple(&[2, 2])]),
        sample(&[Uniform(&[3, 1], -2.0, 2.0), Tuple(&[3, 0])]),
    ],
    proof: Proof::Torch("torch.broadcast_to(*args)"),
};
