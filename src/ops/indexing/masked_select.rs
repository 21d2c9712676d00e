//! The elements under a mask.

use crate::ops::index::Item;
use crate::ops::joining::masked;
use crate::ops::sample::{Value::*, kink, sample};
use crate::ops::sig::{X, tensor};
use crate::ops::{Attrs, Kind, Op, Operand, Outputs, Proof, Result};
use crate::tape::Cx;

pub static MASKED_SELECT: Op = Op {
    name: "masked_select",
    symbol: None,
    params: &[X, tensor("mask")],
    parts: &[],
    doc: "The elements of `x` where the mask is true, in order, as a vector; both broadcast.",
    examples: &["masked_select([[1, 2], [3, 4]], [true, false])  # i64[2] [1, 3]"],
    kind: Kind::Composite(run),
    vjp: &[],
    samples: &[
        sample(&[Uniform(&[3], -2.0, 2.0), Bools(&[3], &[true, false, true])]),
        sample(&[Strided(&[2, 3], -2.0, 2.0), Bools(&[2, 1], &[true, false])]),
        sample(&[Uniform(&[3], -2.0, 2.0), Bools(&[2, 1], &[true, true])]),
        sample(&[Uniform(&[], -2.0, 2.0), Bools(&[], &[true])]),
        sample(&[Uniform(&[3], -2.0, 2.0), Bools(&[], &[false])]),
        sample(&[Uniform(&[0, 3], -2.0, 2.0), Bools(&[3], &[true, false, true])]),
        kink(&[Uniform(&[3], -2.0, 2.0), Ints(&[3], &[1, 0, 1])]),
        kink(&[Uniform(&[3], -2.0, 2.0), Bools(&[2], &[true, true])]),
    ],
    proof: Proof::Torch("torch.masked_select(*args)"),
};

fn run(cx: &Cx, args: &[Operand], _: &Attrs) -> Result<Outputs> {
    let (x, mask, _) = masked(cx, "masked_select", &args[0], &args[1])?;
    Ok(Outputs::One(cx.index(&x, &[Item::Tensor(mask)])?))
}
