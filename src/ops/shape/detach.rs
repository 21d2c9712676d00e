//! Leaving the tape.

use crate::ops::sample::{Value::*, kink};
use crate::ops::sig::X;
use crate::ops::{Kind, Op, Outputs, Proof};

pub static DETACH: Op = Op {
    name: "detach",
    symbol: None,
    params: &[X],
    parts: &[],
    doc: "The same numbers, not on the tape: no gradient flows through.",
    examples: &["detach([1, 2])  # i64[2] [1, 2]"],
    kind: Kind::Composite(|_, args, _| Ok(Outputs::One(args[0].to_tensor().detach()))),
    vjp: &[],
    samples: &[kink(&[Uniform(&[2, 3], -2.0, 2.0)]), kink(&[Strided(&[2, 3], -2.0, 2.0)])],
    proof: Proof::Torch("args[0].detach()"),
};
