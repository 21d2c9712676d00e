//! The largest numbers.

use crate::device::DType;
use crate::device::cpu::sort;
use crate::ops::extreme::PARTS;
use crate::ops::infer::resolve_dim;
use crate::ops::sample::{Value::*, kink, sample};
use crate::ops::sig::{Default, Param, ParamKind, X, dim, int};
use crate::ops::sorting::{self, Rows};
use crate::ops::{Attrs, Cuda, Grad, Kind, Meta, Needs, Op, OpError, Outputs, Proof, Result, for_dtype};
use crate::tape::Cx;
use crate::tensor::{Num, Tensor};

pub static TOPK: Op = Op {
    name: "topk",
    symbol: None,
    params: &[
        X,
        int("k"),
        dim("dim").or(Default::Int(-1)),
        Param::new("largest", ParamKind::Bool).or(Default::Bool(true)),
        Param::new("sorted", ParamKind::Bool).or(Default::Bool(true)),
    ],
    parts: PARTS,
    doc: "The `k` largest elements along a dimension (the smallest with `largest: false`) in order as `values`, and where they are as `indices`. Of equal ones the first; NaN is larger than every number.",
    examples: &[
        "topk([3, 1, 4, 2], 2).values  # i64[2] [4, 3]",
        "topk([3, 1, 4, 2], 2, largest: false).indices  # i64[2] [1, 3]",
    ],
    kind: Kind::Whole { infer, run, cuda: Cuda::ToCome },
    vjp: &[Grad::Rule(Needs::OUT1.and(Needs::SHAPES), |cx, s, g| sorting::to_places(cx, s, g, s.attrs().int(1)))],
    samples: &[
        sample(&[Floats(&[6], &[3.5, -1.25, 7.75, 0.5, -4.5, 5.25]), Int(3)]),
        sample(&[Floats(&[2, 3], &[3.5, -1.25, 7.75, 0.5, -4.5, 5.25]), Int(1), Int(0)]),
        sample(&[Floats(&[3, 2], &[3.5, -1.25, 7.75, 0.5, -4.5, 5.25]), Int(2), Int(0), Bool(false)]),
        sample(&[Uniform(&[], -2.0, 2.0), Int(1)]),
        sample(&[Uniform(&[7], -2.0, 2.0), Int(3)]),
        sample(&[Uniform(&[2, 3, 4], -2.0, 2.0), Int(3), Int(1), Bool(false)]),
        sample(&[Strided(&[3, 4], -2.0, 2.0), Int(4)]),
        sample(&[Uniform(&[3], -2.0, 2.0), Int(0)]),
        sample(&[Uniform(&[0, 3], -2.0, 2.0), Int(2)]),
        kink(&[Floats(&[4], &[1.0, f64::NAN, 3.0, 2.0]), Int(2)]),
        kink(&[Ints(&[4], &[3, -1, 7, 0]), Int(2), Int(0), Bool(false)]),
    ],
    proof: Proof::Torch("torch.topk(*args)"),
};

/// The results, with `k` places in a dimension that must have as many.
fn infer(metas: &[Meta], attrs: &Attrs) -> Result<Vec<Meta>> {
    let (x, k) = (metas[0], attrs.int(0));
    if x.dtype == DType::Bool {
        return Err(OpError::new("TYPE-10", "`topk` is not defined for bool").at(0, format!("{x}")));
    }
    let at = resolve_dim(attrs.int(1), x.dims.len(), 2)?;
    let n = x.dims.get(at).copied().unwrap_or(1);
    if k < 0 || k as u64 > n as u64 {
        return Err(OpError::new(
            "VALUE-12",
            format!("there are no {k} of {n}: k lies between 0 and the size of the dim"),
        )
        .at(0, format!("{x}"))
        .at(1, format!("{k}")));
    }
    let mut dims = x.dims;
    if let Some(size) = dims.get_mut(at) {
        *size = k as usize;
    }
    Ok(vec![Meta::new(x.dtype, dims), Meta::new(DType::I64, dims)])
}

fn run(_: &Cx, args: &[Tensor], attrs: &Attrs) -> Result<Outputs> {
    let x = &args[0];
    infer(&[Meta::of(x)], attrs)?;
    let k = attrs.int(0) as usize;
    if x.ndim() == 0 {
        return Ok(Outputs::Many(vec![x.detach(), Tensor::scalar(DType::I64, Num::Int(0))]));
    }
    let r = Rows::new(x, attrs.int(1), 2)?;
    let (values, indices) = for_dtype!(x.dtype(), T => Tensor::build_pair::<T, i64>(r.dims(k), |values, indices| {
        sort::topk::<T>(r.n, k, attrs.bool(2), r.x.slice(), values, indices);
    }))?;
    Ok(Outputs::Many(vec![r.restore(values)?, r.restore(indices)?]))
}
