//! Variances.

use crate::ops::variance::{self, PARAMS, SAMPLES};
use crate::ops::{Cuda, Grad, Kind, Needs, Op, Outputs, Proof};

pub static VAR: Op = Op {
    name: "var",
    symbol: None,
    params: PARAMS,
    parts: &[],
    doc: "The variance of all elements, or along dimensions: the mean of squared distances from the mean, with one element less to divide by (`unbiased`, or `correction` of them).",
    examples: &["var([1.0, 2.0, 3.0, 4.0])  # 1.6666666", "var([1.0, 2.0, 3.0, 4.0], unbiased: false)  # 1.25"],
    kind: Kind::Whole {
        infer: variance::infer,
        run: |cx, x, attrs| Ok(Outputs::One(variance::run(cx, &x[0], attrs, false)?)),
        cuda: Cuda::ToCome,
    },
    vjp: &[Grad::Rule(Needs::IN0, variance::gradient)],
    samples: SAMPLES,
    proof: Proof::Torch(
        "torch.var(args[0], args[1] if len(args) > 1 else None, correction=args[4] if len(args) > 4 else 1 if len(args) < 3 or args[2] else 0, keepdim=len(args) > 3 and args[3])",
    ),
};
