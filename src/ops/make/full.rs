//! A tensor with one number everywhere.

use crate::device::DType;
use crate::ops::infer::sizes;
use crate::ops::making::device;
use crate::ops::sample::{Value::*, kink};
use crate::ops::sig::{DEVICE, DTYPE, Param, ParamKind};
use crate::ops::{Attrs, Cuda, Kind, Meta, Op, Outputs, Proof, Result};
use crate::tape::Cx;
use crate::tensor::{Num, Tensor};

pub static FULL: Op = Op {
    name: "full",
    symbol: None,
    params: &[Param::new("size", ParamKind::Ints), Param::new("fill_value", ParamKind::Number), DTYPE, DEVICE],
    parts: &[],
    doc: "A tensor with one number everywhere. Of an int it is i64, of a float f32, of a bool bool, unless `dtype` says otherwise.",
    examples: &["full((2, 2), 0.5)  # f32[2, 2] [[0.5, 0.5], [0.5, 0.5]]", "full(3, 7)  # i64[3] [7, 7, 7]"],
    kind: Kind::Whole { infer, run, cuda: Cuda::ToCome },
    vjp: &[],
    samples: &[
        kink(&[Tuple(&[2, 3]), Number(0.5)]),
        kink(&[Tuple(&[]), Number(2.5)]),
        kink(&[Tuple(&[0, 3]), Int(7)]),
        kink(&[Int(3), Int(-7)]),
        kink(&[Tuple(&[2]), Bool(true)]),
        kink(&[Tuple(&[2]), Int(3), Str("f64")]),
        kink(&[Tuple(&[2]), Number(2.75), Str("i64")]),
    ],
    proof: Proof::Torch(
        "torch.full((args[0],) if isinstance(args[0], int) else args[0], args[1], dtype=args[2] if len(args) > 2 else None)",
    ),
};

fn infer(_: &[Meta], attrs: &Attrs) -> Result<Vec<Meta>> {
    let dtype = attrs.opt_dtype(2).unwrap_or(match attrs.opt_num(1) {
        Some(v) => v.dtype(),
        None => DType::F32,
    });
    Ok(vec![Meta::new(dtype, sizes(attrs.ints(0), 0)?)])
}

fn run(cx: &Cx, _: &[Tensor], attrs: &Attrs) -> Result<Outputs> {
    device(attrs, 3, cx.device())?;
    let meta = infer(&[], attrs)?[0];
    Ok(Outputs::One(Tensor::full(meta.dtype, meta.dims, attrs.opt_num(1).unwrap_or(Num::Int(0)))?))
}
