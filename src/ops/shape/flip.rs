//! Dimensions backwards.

use crate::ops::infer::resolve_dims;
use crate::ops::sample::{Value::*, sample};
use crate::ops::sig::{Param, ParamKind, X};
use crate::ops::{Attrs, Cuda, Grad, Kind, Meta, Needs, Op, Outputs, Proof, Result, infer as rules};
use crate::tape::Cx;
use crate::tensor::Tensor;

pub static FLIP: Op = Op {
    name: "flip",
    symbol: None,
    params: &[X, Param::new("dims", ParamKind::Shape)],
    parts: &[],
    doc: "A view in which the given dimensions run backwards.",
    examples: &["flip([1, 2, 3], 0)  # i64[3] [3, 2, 1]"],
    kind: Kind::Whole { infer, run, cuda: Cuda::Layout },
    vjp: &[Grad::Rule(Needs::NOTHING, |cx, s, g| cx.run(&FLIP, &[g.into()], s.attrs().all()))],
    samples: &[
        sample(&[Uniform(&[2, 3, 4], -2.0, 2.0), Tuple(&[0])]),
        sample(&[Uniform(&[2, 3, 4], -2.0, 2.0), Tuple(&[1, -1])]),
        sample(&[Strided(&[3, 2], -2.0, 2.0), Tuple(&[0, 1])]),
        sample(&[Uniform(&[3], -2.0, 2.0), Tuple(&[])]),
        sample(&[Uniform(&[0, 3], -2.0, 2.0), Tuple(&[0, 1])]),
    ],
    proof: Proof::Torch("torch.flip(*args)"),
};

fn infer(metas: &[Meta], attrs: &Attrs) -> Result<Vec<Meta>> {
    resolve_dims(Some(attrs.ints(0)), metas[0].dims.len(), 1)?;
    rules::same(metas, attrs)
}

fn run(_: &Cx, args: &[Tensor], attrs: &Attrs) -> Result<Outputs> {
    let (x, dims) = (&args[0], attrs.ints(0));
    let turned = resolve_dims(Some(dims), x.ndim(), 1)?;
    if dims.is_empty() || x.numel() < 2 {
        return Ok(Outputs::One(x.detach()));
    }
    x.force()?;
    let (mut strides, mut offset) = (x.strides(), 0);
    for (d, &n) in x.dims().iter().enumerate().filter(|(d, _)| turned[*d]) {
        offset += (n as isize - 1) * strides[d];
        strides[d] = -strides[d];
    }
    Ok(Outputs::One(x.view(x.to_dims(), offset, &strides)?))
}
