//! Elements by their place in the whole.

use crate::device::DType;
use crate::ops::index::Item;
use crate::ops::infer::describe;
use crate::ops::rules::sizes;
use crate::ops::sample::{Value::*, sample};
use crate::ops::sig::{X, tensor};
use crate::ops::{Attrs, Kind, Op, OpError, Operand, Outputs, Proof, Result};
use crate::tape::Cx;

pub static TAKE: Op = Op {
    name: "take",
    symbol: None,
    params: &[X, tensor("index")],
    parts: &[],
    doc: "The elements of `x`, counted through all dimensions, that `index` names, in its shape.",
    examples: &["take([[1, 2], [3, 4]], [0, -1])  # i64[2] [1, 4]"],
    kind: Kind::Composite(run),
    vjp: &[],
    samples: &[
        sample(&[Uniform(&[3, 4], -2.0, 2.0), Ints(&[2, 2], &[2, 0, -1, 2])]),
        sample(&[Strided(&[3, 4], -2.0, 2.0), Ints(&[3], &[5, 11, 0])]),
        sample(&[Uniform(&[], -2.0, 2.0), Ints(&[], &[0])]),
        sample(&[Uniform(&[3], -2.0, 2.0), Ints(&[0], &[])]),
    ],
    proof: Proof::Torch("torch.take(*args)"),
};

fn run(cx: &Cx, args: &[Operand], _: &Attrs) -> Result<Outputs> {
    let (x, index) = (args[0].to_tensor(), args[1].to_tensor());
    if index.dtype() != DType::I64 {
        return Err(OpError::new("INDEX-04", "take needs indices of i64").at(1, describe(&args[1])));
    }
    let flat = cx.call1(&crate::ops::reshape::RESHAPE, &[(&x).into()], &[sizes(&[x.numel()])])?;
    Ok(Outputs::One(cx.index(&flat, &[Item::Tensor(index)])?))
}
