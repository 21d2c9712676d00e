//! Kronecker's product.

use crate::ops::infer::{describe, too_many_dims};
use crate::ops::joining::reshaped;
use crate::ops::mul::MUL;
use crate::ops::sample::{Value::*, sample};
use crate::ops::sig::{X, Y};
use crate::ops::{Attrs, Kind, Op, Operand, Outputs, Proof, Result};
use crate::tape::Cx;
use crate::tensor::MAX_DIMS;

pub static KRON: Op = Op {
    name: "kron",
    symbol: None,
    params: &[X, Y],
    parts: &[],
    doc: "Kronecker's product: each element of `x` becomes a block, itself times all of `y`.",
    examples: &["kron([[1, 2]], [[1, 1], [0, 1]])  # i64[2, 4] [[1, 1, 2, 2], [0, 1, 0, 2]]"],
    kind: Kind::Composite(run),
    vjp: &[],
    samples: &[
        sample(&[Uniform(&[2, 3], -2.0, 2.0), Uniform(&[3, 2], -2.0, 2.0)]),
        sample(&[Strided(&[2, 3], -2.0, 2.0), Uniform(&[2], -2.0, 2.0)]),
        sample(&[Uniform(&[3], -2.0, 2.0), Uniform(&[2, 2, 2], -2.0, 2.0)]),
        sample(&[Uniform(&[], -2.0, 2.0), Uniform(&[2], -2.0, 2.0)]),
        sample(&[Uniform(&[0, 3], -2.0, 2.0), Uniform(&[2, 2], -2.0, 2.0)]),
    ],
    proof: Proof::Torch("torch.kron(*args)"),
};

fn run(cx: &Cx, args: &[Operand], _: &Attrs) -> Result<Outputs> {
    let (x, y) = (args[0].to_tensor(), args[1].to_tensor());
    let n = x.ndim().max(y.ndim());
    if 2 * n > MAX_DIMS {
        return Err(too_many_dims(2 * n).at(0, describe(&args[0])).at(1, describe(&args[1])));
    }
    // Every dim becomes two: the blocks, and what is within.
    let spread = |dims: &[usize], inner: bool| -> Vec<usize> {
        let own = |d: usize| if d + dims.len() < n { 1 } else { dims[d + dims.len() - n] };
        (0..n).flat_map(|d| if inner { [1, own(d)] } else { [own(d), 1] }).collect()
    };
    let blocks = reshaped(cx, &x, &spread(x.dims(), false))?;
    let within = reshaped(cx, &y, &spread(y.dims(), true))?;
    let all = cx.binary_tt(&MUL, &blocks, &within)?;
    let dims: Vec<usize> = all.dims().chunks(2).map(|pair| pair[0].saturating_mul(pair[1])).collect();
    Ok(Outputs::One(reshaped(cx, &all, &dims)?))
}
