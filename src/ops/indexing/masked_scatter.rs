//! Elements of another tensor where a mask is true.

use crate::device::cpu::index as kernels;
use crate::ops::along::source;
use crate::ops::index::Item;
use crate::ops::infer::describe;
use crate::ops::joining::{masked, reshaped};
use crate::ops::sample::{Value::*, kink, sample};
use crate::ops::sig::{X, tensor};
use crate::ops::{Attrs, Kind, Op, OpError, Operand, Outputs, Proof, Result};
use crate::tape::Cx;

pub static MASKED_SCATTER: Op = Op {
    name: "masked_scatter",
    symbol: None,
    params: &[X, tensor("mask"), tensor("source")],
    parts: &[],
    doc: "`x` with the elements of `source`, one after another, wherever the mask is true; `x` and the mask broadcast. What is left of `source` is not used.",
    examples: &["masked_scatter([0, 0, 0], [true, false, true], [7, 8, 9])  # i64[3] [7, 0, 8]"],
    kind: Kind::Composite(run),
    vjp: &[],
    samples: &[
        sample(&[Uniform(&[3], -2.0, 2.0), Bools(&[3], &[true, false, true]), Uniform(&[2, 2], -2.0, 2.0)]),
        sample(&[Strided(&[2, 3], -2.0, 2.0), Bools(&[2, 1], &[false, true]), Strided(&[3, 2], -2.0, 2.0)]),
        sample(&[Uniform(&[3], -2.0, 2.0), Bools(&[2, 1], &[true, true]), Uniform(&[6], -2.0, 2.0)]),
        sample(&[Uniform(&[], -2.0, 2.0), Bools(&[], &[true]), Uniform(&[1], -2.0, 2.0)]),
        sample(&[Uniform(&[3], -2.0, 2.0), Bools(&[3], &[false, false, false]), Uniform(&[0], -2.0, 2.0)]),
        sample(&[Uniform(&[0], -2.0, 2.0), Bools(&[0], &[]), Uniform(&[2], -2.0, 2.0)]),
        kink(&[Uniform(&[2], -2.0, 2.0), Bools(&[2], &[true, true]), Uniform(&[1], -2.0, 2.0)]),
        kink(&[Uniform(&[3], -2.0, 2.0), Bools(&[2], &[true, true]), Uniform(&[3], -2.0, 2.0)]),
    ],
    proof: Proof::Torch("torch.masked_scatter(*args)"),
};

fn run(cx: &Cx, args: &[Operand], _: &Attrs) -> Result<Outputs> {
    let (mut x, mask, dims) = masked(cx, "masked_scatter", &args[0], &args[1])?;
    let values = source(cx, &x, &args[2], 2)?;
    let count = kernels::count(mask.slice::<bool>());
    if values.numel() < count {
        return Err(OpError::new(
            "SHAPE-14",
            format!("the mask is true at {count} places, more than the {} elements of the source", values.numel()),
        )
        .at(1, describe(&args[1]))
        .at(2, describe(&args[2])));
    }
    let values = cx.try_narrow(&reshaped(cx, &values, &[values.numel()])?, 0, 0, count)?;
    cx.index_put(&mut x, &[Item::Tensor(mask)], &values.into())?;
    Ok(Outputs::One(reshaped(cx, &x, &dims)?))
}
