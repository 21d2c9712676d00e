//! Places of a dimension, by a vector of indices.

use crate::device::DType;
use crate::ops::along::check_signs;
use crate::ops::index::Item;
use crate::ops::infer::{describe, resolve_dim};
use crate::ops::rules::{WHOLE, sizes};
use crate::ops::sample::{Value::*, sample};
use crate::ops::sig::{X, dim, tensor};
use crate::ops::{Attrs, Kind, Op, OpError, Operand, Outputs, Proof, Result};
use crate::tape::Cx;

pub static INDEX_SELECT: Op = Op {
    name: "index_select",
    symbol: None,
    params: &[X, dim("dim"), tensor("index")],
    parts: &[],
    doc: "The places of a dimension that a vector of indices names, in its order: for dim 0, `x[index]`.",
    examples: &["index_select([[1, 2], [3, 4]], 1, [1, 1, 0])  # i64[2, 3] [[2, 2, 1], [4, 4, 3]]"],
    kind: Kind::Composite(run),
    vjp: &[],
    samples: &[
        sample(&[Uniform(&[3, 4], -2.0, 2.0), Int(0), Ints(&[4], &[2, 0, 0, 1])]),
        sample(&[Uniform(&[3, 4], -2.0, 2.0), Int(1), Ints(&[2], &[3, 3])]),
        sample(&[Strided(&[2, 3, 4], -2.0, 2.0), Int(-2), Ints(&[2], &[2, 0])]),
        sample(&[Uniform(&[3, 4], -2.0, 2.0), Int(0), Ints(&[0], &[])]),
        sample(&[Uniform(&[4], -2.0, 2.0), Int(0), Ints(&[], &[2])]),
        sample(&[Uniform(&[], -2.0, 2.0), Int(0), Ints(&[1], &[0])]),
    ],
    proof: Proof::Torch("torch.index_select(*args)"),
};

fn run(cx: &Cx, args: &[Operand], attrs: &Attrs) -> Result<Outputs> {
    let (x, index) = (args[0].to_tensor(), args[1].to_tensor());
    let at = resolve_dim(attrs.int(0), x.ndim(), 1)?;
    if index.dtype() != DType::I64 || index.ndim() > 1 {
        return Err(OpError::new("INDEX-04", "index_select takes a vector of i64").at(2, describe(&args[1])));
    }
    // Numbers of no dimensions count as vectors of one.
    let reshape = &crate::ops::reshape::RESHAPE;
    let rows = if x.ndim() == 0 { cx.call1(reshape, &[(&x).into()], &[sizes(&[1])])? } else { x.clone() };
    let index = cx.call1(reshape, &[index.into()], &[sizes(&[args[1].to_tensor().numel()])])?;
    let index = check_signs(&rows, at, &index)?;
    let mut items = vec![WHOLE; at];
    items.push(Item::Tensor(index));
    let mut out = cx.index(&rows, &items).map_err(|mut e| {
        for (arg, _) in e.at.iter_mut().filter(|(arg, _)| *arg == 1) {
            *arg = 2;
        }
        e
    })?;
    if x.ndim() == 0 && out.numel() == 1 {
        out = cx.call1(reshape, &[out.into()], &[sizes(&[])])?;
    }
    Ok(Outputs::One(out))
}
