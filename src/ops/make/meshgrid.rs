//! Grids of coordinates.

use crate::ops::joining;
use crate::ops::rules::sizes;
use crate::ops::sample::{Value::*, kink, sample};
use crate::ops::sig::{Default, Param, ParamKind};
use crate::ops::{Attrs, Kind, Op, OpError, Operand, Outputs, Proof, Result, infer::too_many_dims};
use crate::tape::Cx;
use crate::tensor::{MAX_DIMS, Tensor};

pub static MESHGRID: Op = Op {
    name: "meshgrid",
    symbol: None,
    params: &[Param::new("tensors", ParamKind::Tensors), Param::new("indexing", ParamKind::Str).or(Default::Str("ij"))],
    parts: &[],
    doc: "For vectors of coordinates a grid with a dimension for each of them, and on it each one's coordinates. With `indexing: \"xy\"` the first two dimensions stand the other way round.",
    examples: &[
        "meshgrid([1, 2], [3, 4])[0]  # i64[2, 2] [[1, 1], [2, 2]]",
        "meshgrid([1, 2], [3, 4], indexing: \"xy\")[0]  # i64[2, 2] [[1, 2], [1, 2]]",
    ],
    kind: Kind::Composite(run),
    vjp: &[],
    samples: &[
        sample(&[Many(&[Uniform(&[2], -2.0, 2.0), Strided(&[3], -2.0, 2.0)])]),
        sample(&[Many(&[Uniform(&[2], -2.0, 2.0), Uniform(&[3], -2.0, 2.0), Uniform(&[], -2.0, 2.0)]), Str("xy")]),
        sample(&[Many(&[Uniform(&[2], -2.0, 2.0), Uniform(&[], -2.0, 2.0)]), Str("xy")]),
        sample(&[Many(&[Uniform(&[2], -2.0, 2.0)]), Str("xy")]),
        sample(&[Many(&[Uniform(&[2], -2.0, 2.0), Uniform(&[0], -2.0, 2.0)])]),
        kink(&[Many(&[Uniform(&[2, 2], -2.0, 2.0)])]),
        kink(&[Many(&[Uniform(&[2], -2.0, 2.0)]), Str("yx")]),
        kink(&[Many(&[])]),
    ],
    proof: Proof::Torch("torch.meshgrid(*args[0], indexing=args[1] if len(args) > 1 else \"ij\")"),
};

fn run(cx: &Cx, args: &[Operand], attrs: &Attrs) -> Result<Outputs> {
    let parts = joining::parts(args);
    let indexing = attrs.str(0).unwrap_or("ij");
    if !matches!(indexing, "ij" | "xy") {
        return Err(OpError::new("VALUE-12", format!("meshgrid has no indexing \"{indexing}\""))
            .at(1, format!("\"{indexing}\""))
            .help("it is \"ij\" or \"xy\""));
    }
    if let Some((k, t)) = parts.iter().enumerate().find(|(_, t)| t.ndim() > 1) {
        return Err(OpError::new("SHAPE-13", format!("part {k} is no vector, it has {} dimensions", t.ndim()))
            .at(0, format!("part {k}: {}{}", t.dtype(), t.shape())));
    }
    match parts.len() {
        0 => return Err(OpError::new("VALUE-12", "meshgrid needs at least one vector").at(0, "there is none")),
        n if n > MAX_DIMS => return Err(too_many_dims(n).at(0, "here")),
        _ => {}
    }
    let mut order: Vec<usize> = (0..parts.len()).collect();
    if indexing == "xy" && parts.len() > 1 {
        order.swap(0, 1);
    }
    let dims: Vec<usize> = order.iter().map(|&k| parts[k].numel()).collect();
    let grid = |(k, t): (usize, &Tensor)| {
        let mut line = vec![1; dims.len()];
        line[order[k]] = t.numel();
        let line = joining::reshaped(cx, t, &line)?;
        cx.call1(&crate::ops::expand::EXPAND, &[line.into()], &[sizes(&dims)])
    };
    Ok(Outputs::Many(parts.iter().enumerate().map(grid).collect::<Result<_>>()?))
}
