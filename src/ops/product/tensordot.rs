//! Sums of products over chosen dims.

use crate::ops::infer::{describe, resolve_dim};
use crate::ops::products::contract;
use crate::ops::sample::{Value::*, sample};
use crate::ops::sig::{Default, Param, ParamKind, tensor};
use crate::ops::{Attr, Attrs, Kind, Op, OpError, Operand, Outputs, Proof, Result};
use crate::tape::Cx;

pub static TENSORDOT: Op = Op {
    name: "tensordot",
    symbol: None,
    params: &[tensor("a"), tensor("b"), Param::new("dims", ParamKind::IntPairs).or(Default::Int(2))],
    parts: &[],
    doc: "The sum of products over dims of `a` and `b`: the last `dims` of `a` with the first of `b`, or pairs `((of a, …), (of b, …))`. The other dims of `a` come first, then those of `b`.",
    examples: &[
        "tensordot([[1, 2], [3, 4]], [[1, 0], [0, 1]])  # 5",
        "tensordot([[1, 2], [3, 4]], [1, 10], dims: ((0,), (0,)))  # i64[2] [31, 42]",
    ],
    kind: Kind::Composite(run),
    vjp: &[],
    samples: &[
        sample(&[Uniform(&[2, 3, 4], -2.0, 2.0), Uniform(&[3, 4, 2], -2.0, 2.0)]),
        sample(&[Uniform(&[2, 3], -2.0, 2.0), Uniform(&[3, 2], -2.0, 2.0), Int(1)]),
        sample(&[Strided(&[2, 3], -2.0, 2.0), Uniform(&[2, 2], -2.0, 2.0), Int(0)]),
        sample(&[Uniform(&[2, 3, 4], -2.0, 2.0), Uniform(&[4, 5, 2], -2.0, 2.0), Tuple(&[0, -1, 2, 0])]),
        sample(&[Strided(&[2, 3], -2.0, 2.0), Strided(&[2, 3], -2.0, 2.0), Tuple(&[1, 1])]),
        sample(&[Uniform(&[2, 1], -2.0, 2.0), Uniform(&[3, 2], -2.0, 2.0), Tuple(&[0, 1, 1, 0])]),
        sample(&[Uniform(&[2, 3], -2.0, 2.0), Uniform(&[4], -2.0, 2.0), Tuple(&[])]),
        sample(&[Uniform(&[2, 0], -2.0, 2.0), Uniform(&[0, 3], -2.0, 2.0), Int(1)]),
    ],
    proof: Proof::Torch(
        "(lambda a, b, d=2: torch.tensordot(a, b, dims=d if isinstance(d, int) else (d[:len(d) // 2], d[len(d) // 2:])))(*args)",
    ),
};

fn run(cx: &Cx, args: &[Operand], attrs: &Attrs) -> Result<Outputs> {
    let (x, y) = (args[0].to_tensor(), args[1].to_tensor());
    let over: [Vec<usize>; 2] = match attrs.get(0) {
        Attr::Ints(both) => {
            let (left, right) = both.split_at(both.len() / 2);
            let resolved = |list: &[i64], ndim: usize| -> Result<Vec<usize>> {
                let mut dims = Vec::with_capacity(list.len());
                for &d in list {
                    let at = resolve_dim(d, ndim, 2)?;
                    if dims.contains(&at) || ndim == 0 {
                        return Err(OpError::new("SHAPE-03", format!("dim {d} is given twice")).at(2, "here"));
                    }
                    dims.push(at);
                }
                Ok(dims)
            };
            [resolved(left, x.ndim())?, resolved(right, y.ndim())?]
        }
        other => {
            let n = if let Attr::Int(n) = other { *n } else { 2 };
            if n < 0 || n as usize > x.ndim().min(y.ndim()) {
                return Err(OpError::new("SHAPE-02", format!("{n} dims cannot be summed over in both tensors"))
                    .at(2, format!("{n}"))
                    .at(0, describe(&args[0]))
                    .at(1, describe(&args[1])));
            }
            let n = n as usize;
            [(x.ndim() - n..x.ndim()).collect(), (0..n).collect()]
        }
    };
    Ok(Outputs::One(contract(cx, &x, &y, [&over[0], &over[1]])?))
}
