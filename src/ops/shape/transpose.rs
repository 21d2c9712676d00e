//! Two dimensions exchanged.

use crate::ops::infer::resolve_dim;
use crate::ops::permute::permuted;
use crate::ops::sample::{Value::*, sample};
use crate::ops::sig::{Default, X, dim};
use crate::ops::{Attrs, Cuda, Grad, Kind, Meta, Needs, Op, Outputs, Proof, Result};
use crate::tape::Cx;
use crate::tensor::Tensor;

pub static TRANSPOSE: Op = Op {
    name: "transpose",
    symbol: None,
    params: &[X, dim("dim0").or(Default::Int(-2)), dim("dim1").or(Default::Int(-1))],
    parts: &[],
    doc: "A view with two dimensions exchanged, the last two unless others are given; `x.T` is the same for matrices.",
    examples: &["transpose([[1, 2], [3, 4]])  # i64[2, 2] [[1, 3], [2, 4]]"],
    kind: Kind::Whole { infer, run, cuda: Cuda::Layout },
    vjp: &[Grad::Rule(Needs::NOTHING, |cx, s, g| cx.transpose(g, s.attrs().int(0), s.attrs().int(1)))],
    samples: &[
        sample(&[Uniform(&[2, 3], -2.0, 2.0), Int(0), Int(1)]),
        sample(&[Uniform(&[2, 3, 4], -2.0, 2.0), Int(-1), Int(0)]),
        sample(&[Strided(&[3, 2], -2.0, 2.0), Int(0), Int(1)]),
        sample(&[Uniform(&[0, 3], -2.0, 2.0), Int(0), Int(1)]),
    ],
    proof: Proof::Torch("torch.transpose(*args)"),
};

fn order(ndim: usize, attrs: &Attrs) -> Result<Vec<usize>> {
    let (a, b) = (resolve_dim(attrs.int(0), ndim, 1)?, resolve_dim(attrs.int(1), ndim, 2)?);
    let mut order: Vec<usize> = (0..ndim).collect();
    if ndim > 0 {
        order.swap(a, b);
    }
    Ok(order)
}

fn infer(metas: &[Meta], attrs: &Attrs) -> Result<Vec<Meta>> {
    let x = metas[0];
    let mut dims = x.dims;
    for (to, from) in order(x.dims.len(), attrs)?.into_iter().enumerate() {
        dims[to] = x.dims[from];
    }
    Ok(vec![Meta::new(x.dtype, dims)])
}

fn run(_: &Cx, args: &[Tensor], attrs: &Attrs) -> Result<Outputs> {
    Ok(Outputs::One(permuted(&args[0], &order(args[0].ndim(), attrs)?)?))
}
