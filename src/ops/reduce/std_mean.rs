//! Standard deviations with means.

use crate::ops::variance::{self, PARAMS, SAMPLES};
use crate::ops::{Cuda, Grad, Kind, Needs, Op, Proof};

pub static STD_MEAN: Op = Op {
    name: "std_mean",
    symbol: None,
    params: PARAMS,
    parts: &["std", "mean"],
    doc: "The standard deviation and the mean of all elements, or along dimensions, as `std` does. The gradient of a deviation of 0 is 0.",
    examples: &["std_mean([1.0, 2.0, 3.0, 4.0])  # (1.2909944, 2.5)", "std_mean([1.0, 2.0, 6.0]).mean  # 3.0"],
    kind: Kind::Whole {
        infer: |metas, attrs| Ok(vec![variance::infer(metas, attrs)?[0]; 2]),
        run: |cx, x, attrs| variance::run_both(cx, &x[0], attrs, true),
        cuda: Cuda::ToCome,
    },
    vjp: &[Grad::Rule(Needs::IN0.and(Needs::OUT).and(Needs::SHAPES), |cx, s, _| {
        variance::gradient_of_both(cx, s, true)
    })],
    samples: SAMPLES,
    proof: Proof::Torch(
        "torch.std_mean(args[0], args[1] if len(args) > 1 else None, correction=args[4] if len(args) > 4 else 1 if len(args) < 3 or args[2] else 0, keepdim=len(args) > 3 and args[3])",
    ),
};
