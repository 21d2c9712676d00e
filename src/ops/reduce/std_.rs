//! Standard deviations.

use crate::ops::variance::{self, PARAMS, SAMPLES};
use crate::ops::{Cuda, Grad, Kind, Needs, Op, Outputs, Proof};

pub static STD: Op = Op {
    name: "std",
    symbol: None,
    params: PARAMS,
    parts: &[],
    doc: "The standard deviation of all elements, or along dimensions: the root of `var`. Its gradient where it is 0 is 0.",
    examples: &["std([1.0, 2.0, 3.0, 4.0])  # 1.2909944", "std([1.0, 3.0], unbiased: false)  # 1.0"],
    kind: Kind::Whole {
        infer: variance::infer,
        run: |cx, x, attrs| Ok(Outputs::One(variance::run(cx, &x[0], attrs, true)?)),
        cuda: Cuda::ToCome,
    },
    vjp: &[Grad::Rule(Needs::IN0.and(Needs::OUT), |cx, s, g| {
        variance::gradient(cx, s, &variance::under_root(cx, s.out(), g))
    })],
    samples: SAMPLES,
    proof: Proof::Torch(
        "torch.std(args[0], args[1] if len(args) > 1 else None, correction=args[4] if len(args) > 4 else 1 if len(args) < 3 or args[2] else 0, keepdim=len(args) > 3 and args[3])",
    ),
};
