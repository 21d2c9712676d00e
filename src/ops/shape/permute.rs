//! Dimensions in another order.

use crate::ops::infer::resolve_dim;
use crate::ops::rules::ints;
use crate::ops::sample::{Value::*, sample};
use crate::ops::sig::{Param, ParamKind, X};
use crate::ops::{Attrs, Cuda, Grad, Kind, Meta, Needs, Op, OpError, Outputs, Proof, Result};
use crate::tape::Cx;
use crate::tensor::{Dims, MAX_DIMS, Tensor};

pub static PERMUTE: Op = Op {
    name: "permute",
    symbol: None,
    params: &[X, Param::new("dims", ParamKind::Shape)],
    parts: &[],
    doc: "A view with the dimensions in the given order.",
    examples: &["permute(zeros(2, 3, 4), 2, 0, 1).shape  # (4, 2, 3)"],
    kind: Kind::Whole { infer, run, cuda: Cuda::Layout },
    vjp: &[Grad::Rule(Needs::NOTHING, |cx, s, g| {
        let order = s.attrs().ints(0);
        let n = order.len() as i64;
        let mut back = vec![0; order.len()];
        for (to, &from) in order.iter().enumerate() {
            back[from.rem_euclid(n) as usize] = to as i64;
        }
        cx.run(&PERMUTE, &[g.into()], &[ints(&back)])
    })],
    samples: &[
        sample(&[Uniform(&[2, 3, 4], -2.0, 2.0), Tuple(&[2, 0, 1])]),
        sample(&[Uniform(&[2, 3, 4], -2.0, 2.0), Tuple(&[-1, 1, 0])]),
        sample(&[Uniform(&[], -2.0, 2.0), Tuple(&[])]),
        sample(&[Uniform(&[0, 3], -2.0, 2.0), Tuple(&[1, 0])]),
    ],
    proof: Proof::Torch("torch.permute(*args)"),
};

fn order(x: &Dims, list: &[i64]) -> Result<Vec<usize>> {
    if list.len() != x.len() {
        return Err(OpError::new("SHAPE-10", format!("{} dims are given for a tensor of {}", list.len(), x.len()))
            .at(0, format!("{x}"))
            .at(1, format!("{} dims", list.len())));
    }
    let mut seen = [false; MAX_DIMS];
    let mut out = Vec::with_capacity(list.len());
    for &d in list {
        let at = resolve_dim(d, x.len(), 1)?;
        if std::mem::replace(&mut seen[at], true) {
            return Err(OpError::new("SHAPE-03", format!("dim {d} is given twice")).at(1, "here"));
        }
        out.push(at);
    }
    Ok(out)
}

fn infer(metas: &[Meta], attrs: &Attrs) -> Result<Vec<Meta>> {
    let x = metas[0];
    let sizes: Vec<usize> = order(&x.dims, attrs.ints(0))?.into_iter().map(|d| x.dims[d]).collect();
    Ok(vec![Meta::new(x.dtype, Dims::of(&sizes))])
}

fn run(_: &Cx, args: &[Tensor], attrs: &Attrs) -> Result<Outputs> {
    Ok(Outputs::One(permuted(&args[0], &order(&args[0].to_dims(), attrs.ints(0))?)?))
}

/// The view itself.
pub fn permuted(x: &Tensor, order: &[usize]) -> Result<Tensor> {
    x.force()?;
    let own = x.strides();
    let (mut strides, mut dims) = ([0; MAX_DIMS], x.to_dims());
    for (k, &d) in order.iter().enumerate() {
        (strides[k], dims[k]) = (own[d], x.dims()[d]);
    }
    x.view(dims, 0, &strides)
}
