//! Variances with means.

use crate::ops::variance::{self, PARAMS, SAMPLES};
use crate::ops::{Cuda, Grad, Kind, Needs, Op, Proof};

pub static VAR_MEAN: Op = Op {
    name: "var_mean",
    symbol: None,
    params: PARAMS,
    parts: &["var", "mean"],
    doc: "The variance and the mean of all elements, or along dimensions, as `var` does.",
    examples: &["var_mean([1.0, 2.0, 3.0, 4.0])  # (1.6666666, 2.5)", "var_mean([1.0, 2.0, 6.0]).mean  # 3.0"],
    kind: Kind::Whole {
        infer: |metas, attrs| Ok(vec![variance::infer(metas, attrs)?[0]; 2]),
        run: |cx, x, attrs| variance::run_both(cx, &x[0], attrs, false),
        cuda: Cuda::ToCome,
    },
    vjp: &[Grad::Rule(Needs::IN0.and(Needs::SHAPES), |cx, s, _| variance::gradient_of_both(cx, s, false))],
    samples: SAMPLES,
    proof: Proof::Torch(
        "torch.var_mean(args[0], args[1] if len(args) > 1 else None, correction=args[4] if len(args) > 4 else 1 if len(args) < 3 or args[2] else 0, keepdim=len(args) > 3 and args[3])",
    ),
};
