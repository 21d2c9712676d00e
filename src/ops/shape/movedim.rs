//! Dimensions in other places.

use crate::ops::infer::resolve_dim;
use crate::ops::rules::ints;
use crate::ops::sample::{Value::*, sample};
use crate::ops::sig::{Param, ParamKind, X};
use crate::ops::{Attrs, Kind, Op, OpError, Operand, Outputs, Proof, Result};
use crate::tape::Cx;

pub static MOVEDIM: Op = Op {
    name: "movedim",
    symbol: None,
    params: &[X, Param::new("source", ParamKind::Ints), Param::new("destination", ParamKind::Ints)],
    parts: &[],
    doc: "A view with the dimensions in `source` moved to the places in `destination`; the others keep their order.",
    examples: &["movedim([[1, 2], [3, 4]], 0, 1)  # i64[2, 2] [[1, 3], [2, 4]]"],
    kind: Kind::Composite(run),
    vjp: &[],
    samples: &[
        sample(&[Uniform(&[2, 3, 4], -2.0, 2.0), Int(0), Int(-1)]),
        sample(&[Uniform(&[2, 3, 4], -2.0, 2.0), Tuple(&[0, 1]), Tuple(&[-1, 0])]),
        sample(&[Strided(&[3, 4], -2.0, 2.0), Int(1), Int(0)]),
        sample(&[Uniform(&[0, 3], -2.0, 2.0), Int(0), Int(1)]),
        sample(&[Uniform(&[], -2.0, 2.0), Tuple(&[]), Tuple(&[])]),
    ],
    proof: Proof::Torch("torch.movedim(*args)"),
};

fn run(cx: &Cx, args: &[Operand], attrs: &Attrs) -> Result<Outputs> {
    let x = args[0].to_tensor();
    let (source, destination) = (attrs.ints(0), attrs.ints(1));
    if source.len() != destination.len() {
        return Err(OpError::new(
            "SHAPE-10",
            format!("{} dims cannot move to {} places", source.len(), destination.len()),
        )
        .at(1, format!("{} dims", source.len()))
        .at(2, format!("{} places", destination.len())));
    }
    let n = x.ndim();
    let mut order = vec![None; n];
    let mut moved = vec![false; n];
    for (&s, &d) in source.iter().zip(destination) {
        let (from, to) = (resolve_dim(s, n, 1)?, resolve_dim(d, n, 2)?);
        if n == 0 {
            continue;
        }
        if moved[from] {
            return Err(OpError::new("SHAPE-03", format!("dim {s} is given twice")).at(1, "here"));
        }
        if order[to].is_some() {
            return Err(OpError::new("SHAPE-03", format!("dim {d} is given twice")).at(2, "here"));
        }
        moved[from] = true;
        order[to] = Some(from as i64);
    }
    let mut rest = (0..n).filter(|&d| !moved[d]);
    let order: Vec<i64> = order.iter().map(|d| d.unwrap_or_else(|| rest.next().unwrap_or(0) as i64)).collect();
    cx.call(&crate::ops::permute::PERMUTE, &[x.into()], &[ints(&order)])
}
