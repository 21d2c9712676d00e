//! Logarithms of shares of a whole.

use crate::device::cpu::softmax;
use crate::ops::softmaxing::{self, PARAMS, SAMPLES};
use crate::ops::{Cuda, Grad, Kind, Needs, Op, Proof};

pub static LOG_SOFTMAX: Op = Op {
    name: "log_softmax",
    symbol: None,
    params: PARAMS,
    parts: &[],
    doc: "The logarithm of `softmax` along a dimension, computed without losing small numbers.",
    examples: &["log_softmax([0.0, 0.0], dim: 0)  # f32[2] [-0.6931, -0.6931]"],
    kind: Kind::Whole {
        infer: softmaxing::infer,
        run: |cx, x, attrs| softmaxing::run(cx, &x[0], attrs, softmax::Kind::LogSoftmax),
        cuda: Cuda::ToCome,
    },
    vjp: &[Grad::Rule(Needs::OUT, |cx, s, g| softmaxing::gradient(cx, s, g, softmax::Kind::LogSoftmax))],
    samples: SAMPLES,
    proof: Proof::Torch("torch.log_softmax(*args[:2], dtype=args[2] if len(args) > 2 else None)"),
};
