//! A quarter turn.

use crate::ops::rules::sizes;
use crate::ops::sample::{Value::*, sample};
use crate::ops::sig::{Default, Param, ParamKind, X, int};
use crate::ops::{Attr, Attrs, Kind, Op, OpError, Operand, Outputs, Proof, Result, joining};
use crate::tape::Cx;
use crate::tensor::Tensor;

pub static ROT90: Op = Op {
    name: "rot90",
    symbol: None,
    params: &[X, int("k").or(Default::Int(1)), Param::new("dims", ParamKind::Dims).or(Default::None)],
    parts: &[],
    doc: "The plane of two dimensions, the first two unless others are given, turned `k` quarters from the first towards the second.",
    examples: &["rot90([[1, 2], [3, 4]])  # i64[2, 2] [[2, 4], [1, 3]]"],
    kind: Kind::Composite(run),
    vjp: &[],
    samples: &[
        sample(&[Uniform(&[2, 3], -2.0, 2.0)]),
        sample(&[Uniform(&[2, 3], -2.0, 2.0), Int(2)]),
        sample(&[Uniform(&[2, 3], -2.0, 2.0), Int(-1)]),
        sample(&[Uniform(&[2, 3, 4], -2.0, 2.0), Int(1), Tuple(&[1, 2])]),
        sample(&[Strided(&[3, 4], -2.0, 2.0), Int(3), Tuple(&[-1, 0])]),
        sample(&[Uniform(&[2, 3], -2.0, 2.0), Int(4)]),
        sample(&[Uniform(&[0, 3], -2.0, 2.0), Int(1)]),
    ],
    proof: Proof::Torch("torch.rot90(args[0], args[1] if len(args) > 1 else 1, args[2] if len(args) > 2 else (0, 1))"),
};

fn run(cx: &Cx, args: &[Operand], attrs: &Attrs) -> Result<Outputs> {
    let x = args[0].to_tensor();
    let dims = attrs.opt_ints(1).unwrap_or(&[0, 1]);
    let &[a, b] = dims else {
        return Err(OpError::new("SHAPE-10", format!("a plane has two dims, not {}", dims.len())).at(2, "here"));
    };
    let (from, to) = (joining::real_dim(&x, a, 2)?, joining::real_dim(&x, b, 2)?);
    if from == to {
        return Err(OpError::new("SHAPE-03", format!("dim {b} is given twice")).at(2, "here"));
    }
    let flip = |x: Tensor, dims: &[usize]| cx.call1(&crate::ops::flip::FLIP, &[x.into()], &[sizes(dims)]);
    let swap = |x: Tensor| {
        let dims = [Attr::Int(from as i64), Attr::Int(to as i64)];
        cx.call1(&crate::ops::transpose::TRANSPOSE, &[x.into()], &dims)
    };
    Ok(Outputs::One(match attrs.int(0).rem_euclid(4) {
        1 => swap(flip(x, &[to])?)?,
        2 => flip(x, &[from, to])?,
        3 => flip(swap(x)?, &[to])?,
        _ => x,
    }))
}
