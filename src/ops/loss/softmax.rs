//! Numbers as shares of a whole.

use crate::device::cpu::softmax;
use crate::ops::softmaxing::{self, PARAMS, SAMPLES};
use crate::ops::{Cuda, Grad, Kind, Needs, Op, Proof};

pub static SOFTMAX: Op = Op {
    name: "softmax",
    symbol: None,
    params: PARAMS,
    parts: &[],
    doc: "The exponentials of the elements along a dimension, divided by their sum: positive numbers that add up to 1.",
    examples: &["softmax([0.0, 0.0], dim: 0)  # f32[2] [0.5, 0.5]"],
    kind: Kind::Whole {
        infer: softmaxing::infer,
        run: |cx, x, attrs| softmaxing::run(cx, &x[0], attrs, softmax::Kind::Softmax),
        cuda: Cuda::ToCome,
    },
    vjp: &[Grad::Rule(Needs::OUT, |cx, s, g| softmaxing::gradient(cx, s, g, softmax::Kind::Softmax))],
    samples: SAMPLES,
    proof: Proof::Torch("torch.softmax(*args[:2], dtype=args[2] if len(args) > 2 else None)"),
};
