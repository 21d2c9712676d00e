//! One number in the shape and dtype of another tensor.

use crate::ops::making::device;
use crate::ops::sample::{Value::*, kink};
use crate::ops::sig::{DEVICE, DTYPE, Param, ParamKind, X};
use crate::ops::{Attrs, Cuda, Kind, Meta, Op, Outputs, Proof, Result};
use crate::tape::Cx;
use crate::tensor::{Num, Tensor};

pub static FULL_LIKE: Op = Op {
    name: "full_like",
    symbol: None,
    params: &[X, Param::new("fill_value", ParamKind::Number), DTYPE, DEVICE],
    parts: &[],
    doc: "A tensor with one number everywhere, in the shape and dtype of another.",
    examples: &["full_like([[0.5, 1.5]], 7)  # f32[1, 2] [[7.0, 7.0]]"],
    kind: Kind::Whole { infer, run, cuda: Cuda::ToCome },
    vjp: &[],
    samples: &[
        kink(&[Uniform(&[2, 3], -2.0, 2.0), Number(0.5)]),
        kink(&[Uniform(&[], -2.0, 2.0), Int(-3)]),
        kink(&[Uniform(&[0, 3], -2.0, 2.0), Int(2)]),
        kink(&[Strided(&[3, 2], -2.0, 2.0), Bool(true)]),
        kink(&[Ints(&[3], &[4, 5, 6]), Number(2.75)]),
        kink(&[Bools(&[1], &[true]), Number(2.5), Str("f64")]),
    ],
    proof: Proof::Torch("torch.full_like(args[0], args[1], dtype=args[2] if len(args) > 2 else None)"),
};

fn infer(metas: &[Meta], attrs: &Attrs) -> Result<Vec<Meta>> {
    Ok(vec![Meta::new(attrs.opt_dtype(1).unwrap_or(metas[0].dtype), metas[0].dims)])
}

fn run(_: &Cx, x: &[Tensor], attrs: &Attrs) -> Result<Outputs> {
    device(attrs, 2, x[0].device())?;
    let meta = infer(&[Meta::of(&x[0])], attrs)?[0];
    Ok(Outputs::One(Tensor::full(meta.dtype, meta.dims, attrs.opt_num(0).unwrap_or(Num::Int(0)))?))
}
