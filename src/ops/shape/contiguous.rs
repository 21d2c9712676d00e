//! For programs that come from torch.

use crate::ops::sample::{Value::*, sample};
use crate::ops::sig::X;
use crate::ops::{Kind, Op, Outputs, Proof};

pub static CONTIGUOUS: Op = Op {
    name: "contiguous",
    symbol: None,
    params: &[X],
    parts: &[],
    doc: "The tensor itself: how its numbers lie in memory is nobody's concern here.",
    examples: &["contiguous([1, 2])  # i64[2] [1, 2]"],
    kind: Kind::Composite(|_, args, _| Ok(Outputs::One(args[0].to_tensor()))),
    vjp: &[],
    samples: &[sample(&[Uniform(&[2, 3], -2.0, 2.0)]), sample(&[Strided(&[2, 3], -2.0, 2.0)])],
    proof: Proof::Torch("args[0].contiguous()"),
};
