//! All combinations.

use crate::ops::joining;
use crate::ops::sample::{Value::*, kink, sample};
use crate::ops::sig::{Param, ParamKind};
use crate::ops::{Attr, Attrs, Kind, Op, OpError, Operand, Outputs, Proof, Result};
use crate::tape::Cx;
use crate::tensor::{Dims, Tensor};

pub static CARTESIAN_PROD: Op = Op {
    name: "cartesian_prod",
    symbol: None,
    params: &[Param::new("tensors", ParamKind::Tensors)],
    parts: &[],
    doc: "All combinations of an element from each vector, one a row, the last vector's elements changing fastest; of one vector the vector itself.",
    examples: &["cartesian_prod([1, 2], [3, 4])  # i64[4, 2] [[1, 3], [1, 4], [2, 3], [2, 4]]"],
    kind: Kind::Composite(run),
    vjp: &[],
    samples: &[
        sample(&[Many(&[Uniform(&[2], -2.0, 2.0), Uniform(&[3], -2.0, 2.0)])]),
        sample(&[Many(&[Uniform(&[2], -2.0, 2.0), Strided(&[3], -2.0, 2.0), Uniform(&[2], -2.0, 2.0)])]),
        sample(&[Many(&[Uniform(&[3], -2.0, 2.0)])]),
        sample(&[Many(&[Uniform(&[2], -2.0, 2.0), Uniform(&[0], -2.0, 2.0)])]),
        kink(&[Many(&[Uniform(&[2, 2], -2.0, 2.0), Uniform(&[2], -2.0, 2.0)])]),
        kink(&[Many(&[Uniform(&[], -2.0, 2.0)])]),
    ],
    proof: Proof::Torch("torch.cartesian_prod(*args[0])"),
};

fn run(cx: &Cx, args: &[Operand], _: &Attrs) -> Result<Outputs> {
    let mut parts = joining::parts(args);
    if let Some((k, t)) = parts.iter().enumerate().find(|(_, t)| t.ndim() != 1) {
        return Err(OpError::new("SHAPE-13", format!("part {k} is no vector, it has {} dimensions", t.ndim()))
            .at(k, format!("{}{}", t.dtype(), t.shape())));
    }
    match parts.len() {
        0 => return Err(OpError::new("VALUE-12", "cartesian_prod needs at least one vector").at(0, "there is none")),
        1 => return Ok(Outputs::One(parts.remove(0))),
        _ => {}
    }
    let lengths: Vec<usize> = parts.iter().map(Tensor::numel).collect();
    // Some product in the middle may be too long although a zero empties all.
    let product = |list: &[usize]| list.iter().fold(1usize, |n, &len| n.saturating_mul(len));
    let total = if lengths.contains(&0) { 0 } else { product(&lengths) };
    Tensor::shape_of(parts[0].dtype(), Dims::of(&[total, parts.len()]))?;
    let mut columns = Vec::with_capacity(parts.len());
    for (k, t) in parts.iter().enumerate() {
        let (before, after) = if total == 0 { (0, 1) } else { (product(&lengths[..k]), product(&lengths[k + 1..])) };
        let apart = joining::reshaped(cx, t, &[1, t.numel(), 1])?;
        let wide = crate::ops::rules::sizes(&[before, t.numel(), after]);
        let wide = cx.call1(&crate::ops::expand::EXPAND, &[apart.into()], &[wide])?;
        columns.push(Operand::Tensor(joining::reshaped(cx, &wide, &[total])?));
    }
    cx.call(&crate::ops::stack::STACK, &columns, &[Attr::Int(1)])
}
