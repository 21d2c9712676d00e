//! Products of many matrices.

use crate::ops::infer::describe;
use crate::ops::joining::reshaped;
use crate::ops::sample::{Value::*, sample};
use crate::ops::sig::{Param, ParamKind};
use crate::ops::{Attrs, Kind, Op, OpError, Operand, Outputs, Proof, Result};
use crate::tape::Cx;
use crate::tensor::Tensor;

pub static MULTI_DOT: Op = Op {
    name: "linalg.multi_dot",
    symbol: None,
    params: &[Param::new("tensors", ParamKind::Tensors)],
    parts: &[],
    doc: "The product of two or more matrices, multiplied in the order that costs least. The first may be a vector, which is a row, and the last one, which is a column.",
    examples: &["linalg.multi_dot(([1.0, 2.0], eye(2), [3.0, 4.0]))  # 11.0"],
    kind: Kind::Composite(run),
    vjp: &[],
    samples: &[
        sample(&[Many(&[Uniform(&[2, 3], -2.0, 2.0), Uniform(&[3, 4], -2.0, 2.0)])]),
        sample(&[Many(&[Uniform(&[4, 2], -2.0, 2.0), Strided(&[2, 5], -2.0, 2.0), Uniform(&[5, 1], -2.0, 2.0)])]),
        sample(&[Many(&[
            Uniform(&[3], -2.0, 2.0),
            Uniform(&[3, 4], -2.0, 2.0),
            Uniform(&[4, 2], -2.0, 2.0),
            Uniform(&[2], -2.0, 2.0),
        ])]),
        sample(&[Many(&[Uniform(&[3], -2.0, 2.0), Uniform(&[3, 4], -2.0, 2.0), Uniform(&[4, 2], -2.0, 2.0)])]),
        sample(&[Many(&[Uniform(&[3], -2.0, 2.0), Uniform(&[3], -2.0, 2.0)])]),
        sample(&[Many(&[Uniform(&[2, 0], -2.0, 2.0), Uniform(&[0, 4], -2.0, 2.0), Uniform(&[4, 3], -2.0, 2.0)])]),
    ],
    proof: Proof::Torch("torch.linalg.multi_dot(args[0])"),
};

fn run(cx: &Cx, args: &[Operand], _: &Attrs) -> Result<Outputs> {
    let n = args.len();
    if n < 2 {
        return Err(OpError::new("VALUE-12", format!("multi_dot takes two matrices or more, not {n}")).at(0, "here"));
    }
    let mut matrices = Vec::with_capacity(n);
    for (k, arg) in args.iter().enumerate() {
        let t = arg.to_tensor();
        let end = k == 0 || k == n - 1;
        matrices.push(match t.ndim() {
            2 => t,
            1 if k == 0 => reshaped(cx, &t, &[1, t.numel()])?,
            1 if end => reshaped(cx, &t, &[t.numel(), 1])?,
            _ => {
                return Err(
                    OpError::new("SHAPE-13", "multi_dot takes matrices, and vectors at both ends").at(k, describe(arg))
                );
            }
        });
    }
    for (k, pair) in matrices.windows(2).enumerate() {
        if pair[0].dims()[1] != pair[1].dims()[0] {
            let message =
                format!("the inner sizes differ: {} columns and {} rows", pair[0].dims()[1], pair[1].dims()[0]);
            return Err(OpError::new("SHAPE-11", message).at(k, describe(&args[k])).at(k + 1, describe(&args[k + 1])));
        }
    }
    let out = product(cx, &matrices, &splits(&matrices), 0, n - 1)?;
    let mut dims = Vec::new();
    dims.extend((args[0].tensor().is_some_and(|t| t.ndim() == 2)).then(|| out.dims()[0]));
    dims.extend((args[n - 1].tensor().is_some_and(|t| t.ndim() == 2)).then(|| out.dims()[1]));
    Ok(Outputs::One(reshaped(cx, &out, &dims)?))
}

/// For a run of matrices `i..=j`, at `[i][j]`, the last of the left factor where it is cheapest to cut.
fn splits(matrices: &[Tensor]) -> Vec<Vec<usize>> {
    let n = matrices.len();
    let (mut cost, mut split) = (vec![vec![0.0f64; n]; n], vec![vec![0; n]; n]);
    for long in 1..n {
        for i in 0..n - long {
            let j = i + long;
            cost[i][j] = f64::INFINITY;
            for cut in i..j {
                let [m, k, n] = [matrices[i].dims()[0], matrices[cut].dims()[1], matrices[j].dims()[1]];
                let whole = cost[i][cut] + cost[cut + 1][j] + m as f64 * k as f64 * n as f64;
                if whole < cost[i][j] {
                    (cost[i][j], split[i][j]) = (whole, cut);
                }
            }
        }
    }
    split
}

fn product(cx: &Cx, matrices: &[Tensor], splits: &[Vec<usize>], i: usize, j: usize) -> Result<Tensor> {
    if i == j {
        return Ok(matrices[i].clone());
    }
    let cut = splits[i][j];
    cx.product_tt(&product(cx, matrices, splits, i, cut)?, &product(cx, matrices, splits, cut + 1, j)?)
}
