//! A new dimension of one.

use crate::ops::infer::{resolve_dim, too_many_dims};
use crate::ops::sample::{Value::*, sample};
use crate::ops::sig::{X, dim};
use crate::ops::{Attrs, Cuda, Grad, Kind, Meta, Needs, Op, Outputs, Proof, Result};
use crate::tape::Cx;
use crate::tensor::{Dims, Tensor};

pub static UNSQUEEZE: Op = Op {
    name: "unsqueeze",
    symbol: None,
    params: &[X, dim("dim")],
    parts: &[],
    doc: "A view with a new dimension of one, which is number `dim` of the result's.",
    examples: &["unsqueeze([1, 2], 1)  # i64[2, 1] [[1], [2]]", "unsqueeze([1, 2], 0)  # i64[1, 2] [[1, 2]]"],
    kind: Kind::Whole { infer, run, cuda: Cuda::Layout },
    vjp: &[Grad::Rule(Needs::SHAPES, |cx, s, g| cx.reshape(g, &s.shape(0)))],
    samples: &[
        sample(&[Uniform(&[2, 3], -2.0, 2.0), Int(0)]),
        sample(&[Uniform(&[2, 3], -2.0, 2.0), Int(-1)]),
        sample(&[Uniform(&[2, 3], -2.0, 2.0), Int(-3)]),
        sample(&[Strided(&[3, 2], -2.0, 2.0), Int(1)]),
        sample(&[Uniform(&[], -2.0, 2.0), Int(0)]),
        sample(&[Uniform(&[0, 3], -2.0, 2.0), Int(2)]),
    ],
    proof: Proof::Torch("torch.unsqueeze(*args)"),
};

fn target(x: &Dims, dim: i64) -> Result<(Dims, usize)> {
    let at = resolve_dim(dim, x.len() + 1, 1)?;
    let mut dims = *x;
    if !dims.insert(at, 1) {
        return Err(too_many_dims(x.len() + 1).at(0, format!("{x}")));
    }
    Ok((dims, at))
}

fn infer(metas: &[Meta], attrs: &Attrs) -> Result<Vec<Meta>> {
    Ok(vec![Meta::new(metas[0].dtype, target(&metas[0].dims, attrs.int(0))?.0)])
}

fn run(_: &Cx, args: &[Tensor], attrs: &Attrs) -> Result<Outputs> {
    let x = &args[0];
    let (dims, at) = target(&x.to_dims(), attrs.int(0))?;
    x.force()?;
    let mut strides = x.strides();
    strides.copy_within(at..dims.len() - 1, at + 1);
    Ok(Outputs::One(x.view(dims, 0, &strides)?))
}
