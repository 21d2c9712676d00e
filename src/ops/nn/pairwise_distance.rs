//! Distances between vectors.

use crate::ops::add::ADD;
use crate::ops::infer::broadcast_all;
use crate::ops::losses::Common;
use crate::ops::norm::NORM;
use crate::ops::sample::{Value::*, kink, sample};
use crate::ops::sig::{Default, KEEPDIM, Param, ParamKind, tensor};
use crate::ops::sub::SUB;
use crate::ops::{Attr, Attrs, Kind, Op, Operand, Proof, Result};
use crate::tape::Cx;
use crate::tensor::Tensor;

pub static PAIRWISE_DISTANCE: Op = Op {
    name: "pairwise_distance",
    symbol: None,
    params: &[
        tensor("x1"),
        tensor("x2"),
        Param::new("p", ParamKind::Float).or(Default::Float(2.0)),
        Param::new("eps", ParamKind::Float).or(Default::Float(1e-6)),
        KEEPDIM,
    ],
    parts: &[],
    doc: "The `p`-norm of `x1 - x2 + eps` along the last dimension.",
    examples: &[
        "pairwise_distance([[0.0, 0.0], [1.0, 1.0]], [[3.0, 4.0], [1.0, 2.0]], eps: 0)  # f32[2] [5.0, 1.0]",
        "pairwise_distance([0.0, 0.0], [3.0, 4.0], p: 1, eps: 0)  # 7.0",
    ],
    kind: Kind::Composite(|cx, args, attrs: &Attrs| {
        broadcast_all("pairwise_distance", args)?;
        let c = Common::floats(cx, args)?;
        let d =
            distance(cx, &c.args[0], &c.args[1], attrs.float(0), attrs.float(1), attrs.bool(2)).map_err(|mut e| {
                // The norm's own parameters stand elsewhere.
                e.at.clear();
                e.at(2, "here")
            })?;
        c.result(cx, d)
    }),
    vjp: &[],
    samples: &[
        sample(&[Uniform(&[3, 4], -2.0, 2.0), Uniform(&[3, 4], -2.0, 2.0)]),
        sample(&[Strided(&[3, 4], -2.0, 2.0), Uniform(&[4], -2.0, 2.0), Int(1), Number(1e-6), Bool(true)]),
        sample(&[Uniform(&[4], -2.0, 2.0), Uniform(&[4], -2.0, 2.0), Number(3.0), Number(0.1)]),
        sample(&[Uniform(&[2, 3, 4], -2.0, 2.0), Uniform(&[3, 1], -2.0, 2.0), Number(f64::INFINITY)]),
        sample(&[Uniform(&[], -2.0, 2.0), Uniform(&[], -2.0, 2.0), Number(2.0), Number(1e-6), Bool(true)]),
        sample(&[Uniform(&[0, 3], -2.0, 2.0), Uniform(&[0, 3], -2.0, 2.0)]),
        kink(&[Floats(&[2, 2], &[1.0, 2.0, 0.0, 0.0]), Floats(&[2, 2], &[1.0, 2.0, 3.0, 4.0]), Number(2.0), Int(0)]),
        kink(&[Floats(&[2, 2], &[1.0, 2.0, 0.0, 0.0]), Floats(&[2, 2], &[1.0, 2.0, 3.0, 4.0]), Number(1.0), Int(0)]),
        kink(&[Uniform(&[3, 0], -2.0, 2.0), Uniform(&[3, 0], -2.0, 2.0)]),
        kink(&[Uniform(&[3, 2], -2.0, 2.0), Uniform(&[2, 2], -2.0, 2.0)]),
    ],
    proof: Proof::Torch(
        "F.pairwise_distance(args[0], args[1], p=args[2] if len(args) > 2 else 2.0, eps=args[3] if len(args) > 3 else 1e-6, keepdim=len(args) > 4 and args[4])",
    ),
};

pub(in crate::ops) fn distance(cx: &Cx, a: &Operand, b: &Operand, p: f64, eps: f64, keepdim: bool) -> Result<Tensor> {
    let difference = cx.binary(&ADD, &cx.binary(&SUB, a, b)?.into(), &eps.into())?;
    cx.call1(&NORM, &[difference.into()], &[Attr::Float(p), Attr::Int(-1), Attr::Bool(keepdim)])
}
