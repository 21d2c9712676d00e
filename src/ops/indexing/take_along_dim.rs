//! Picking along a dimension with broadcasting.

use crate::device::DType;
use crate::ops::along::from_the_start;
use crate::ops::infer::describe;
use crate::ops::joining::{real_dim, reshaped};
use crate::ops::rules::sizes;
use crate::ops::sample::{Value::*, kink, sample};
use crate::ops::sig::{Default, X, dim, tensor};
use crate::ops::{Attr, Attrs, Kind, Op, OpError, Operand, Outputs, Proof, Result};
use crate::tape::Cx;
use crate::tensor::{Tensor, broadcast};

pub static TAKE_ALONG_DIM: Op = Op {
    name: "take_along_dim",
    symbol: None,
    params: &[X, tensor("indices"), dim("dim").or(Default::None)],
    parts: &[],
    doc: "The elements of `x` that `indices` names along a dimension (negative ones count from the end), where both broadcast beside it, as `argmax(…, keepdim: true)` and `argsort` give them; without a dim, the elements at places counted in row-major order, as a vector.",
    examples: &[
        "let x = [[3, 1], [2, 4]]; take_along_dim(x, argsort(x, dim: 1), 1)  # i64[2, 2] [[1, 3], [2, 4]]",
        "take_along_dim([[3, 1], [2, 4]], [3, 0])  # i64[2] [4, 3]",
    ],
    kind: Kind::Composite(run),
    vjp: &[],
    samples: &[
        sample(&[Uniform(&[3, 4], -2.0, 2.0), Ints(&[3, 2], &[0, 3, 1, 1, 2, 0]), Int(1)]),
        sample(&[Uniform(&[3, 4], -2.0, 2.0), Ints(&[2, 1], &[2, 2]), Int(0)]),
        sample(&[Uniform(&[1, 4], -2.0, 2.0), Ints(&[3, 2], &[0, 3, 1, 1, 2, 0]), Int(-1)]),
        sample(&[Strided(&[2, 3], -2.0, 2.0), Ints(&[2, 2], &[5, 0, 0, 1])]),
        sample(&[Uniform(&[], -2.0, 2.0), Ints(&[2], &[0, 0])]),
        sample(&[Uniform(&[3, 4], -2.0, 2.0), Ints(&[3, 0], &[]), Int(1)]),
        kink(&[Uniform(&[3, 4], -2.0, 2.0), Ints(&[3], &[0, 0, 0]), Int(1)]),
        kink(&[Uniform(&[3, 4], -2.0, 2.0), Ints(&[2, 1], &[0, 0]), Int(1)]),
        kink(&[Uniform(&[], -2.0, 2.0), Ints(&[], &[0]), Int(0)]),
        sample(&[Uniform(&[2, 3], -2.0, 2.0), Ints(&[2, 2], &[-1, 0, -3, 1]), Int(1)]),
    ],
    proof: Proof::Torch("torch.take_along_dim(*args)"),
};

fn run(cx: &Cx, args: &[Operand], attrs: &Attrs) -> Result<Outputs> {
    let (x, index) = (args[0].to_tensor(), args[1].to_tensor());
    if index.dtype() != DType::I64 {
        return Err(OpError::new("INDEX-04", "take_along_dim needs indices of i64").at(1, describe(&args[1])));
    }
    let (x, index, at) = match attrs.opt_int(0) {
        None => (reshaped(cx, &x, &[x.numel()])?, reshaped(cx, &index, &[index.numel()])?, 0),
        Some(dim) => {
            let at = real_dim(&x, dim, 2)?;
            let (a, b) = beside(&x, &index, at).ok_or_else(|| {
                OpError::new("SHAPE-14", format!("indices of shape {} do not fit beside dim {at}", index.shape()))
                    .at(0, describe(&args[0]))
                    .at(1, describe(&args[1]))
                    .help("both need as many dimensions, whose sizes are equal or 1 beside that one")
            })?;
            (expanded(cx, &x, &a)?, expanded(cx, &from_the_start(&index, a[at])?, &b)?, at)
        }
    };
    let gather = &crate::ops::gather::GATHER;
    let picked = cx.call(gather, &[(&x).into(), index.into()], &[Attr::Int(at as i64)]);
    picked.map_err(|mut e| {
        // `gather` names the dim first and the index last.
        e.at.iter_mut().for_each(|(arg, _)| *arg = [0, 2, 1][*arg % 3]);
        e
    })
}

/// The shapes that both broadcast to, each with its own size in dim `at`.
fn beside(x: &Tensor, index: &Tensor, at: usize) -> Option<(Vec<usize>, Vec<usize>)> {
    if x.ndim() != index.ndim() {
        return None;
    }
    let (mut a, mut b) = (x.to_dims(), index.to_dims());
    (a[at], b[at]) = (1, 1);
    let joint = broadcast(&a, &b).ok()?;
    (a, b) = (joint, joint);
    (a[at], b[at]) = (x.dims()[at], index.dims()[at]);
    Some((a.to_vec(), b.to_vec()))
}

fn expanded(cx: &Cx, x: &Tensor, dims: &[usize]) -> Result<Tensor> {
    if x.dims() == dims {
        return Ok(x.clone());
    }
    cx.call1(&crate::ops::expand::EXPAND, &[x.into()], &[sizes(dims)])
}
