//! A number of points between two ends.

use crate::device::DType;
use crate::ops::infer::sizes;
use crate::ops::making::device;
use crate::ops::sample::{Value::*, kink};
use crate::ops::sig::{DEVICE, DTYPE, Param, ParamKind, int};
use crate::ops::{Attrs, Cuda, Kind, Meta, Op, OpError, Outputs, Proof, Result};
use crate::tape::Cx;
use crate::tensor::{Num, Tensor};

pub static LINSPACE: Op = Op {
    name: "linspace",
    symbol: None,
    params: &[
        Param::new("start", ParamKind::Number),
        Param::new("end", ParamKind::Number),
        int("steps"),
        DTYPE,
        DEVICE,
    ],
    parts: &[],
    doc: "`steps` numbers at equal distances from `start` to `end`, both included. Of f32 unless `dtype` says otherwise.",
    examples: &["linspace(0, 1, 5)  # f32[5] [0.0, 0.25, 0.5, 0.75, 1.0]"],
    kind: Kind::Whole { infer, run, cuda: Cuda::ToCome },
    vjp: &[],
    samples: &[
        kink(&[Number(0.0), Number(1.0), Int(7)]),
        kink(&[Int(3), Int(-3), Int(4)]),
        kink(&[Number(2.5), Number(9.0), Int(1)]),
        kink(&[Number(2.5), Number(9.0), Int(0)]),
        kink(&[Number(0.0), Number(10.0), Int(5), Str("f64")]),
        kink(&[Int(0), Int(10), Int(5), Str("i64")]),
    ],
    proof: Proof::Torch("torch.linspace(*args[:3], dtype=args[3] if len(args) > 3 else None)"),
};

fn infer(_: &[Meta], attrs: &Attrs) -> Result<Vec<Meta>> {
    let dtype = attrs.opt_dtype(3).unwrap_or(DType::F32);
    if dtype == DType::Bool {
        return Err(OpError::new("TYPE-10", "linspace makes numbers, not bools").at(3, "bool"));
    }
    Ok(vec![Meta::new(dtype, sizes(&[attrs.int(2)], 2)?)])
}

fn run(cx: &Cx, _: &[Tensor], attrs: &Attrs) -> Result<Outputs> {
    device(attrs, 4, cx.device())?;
    let Meta { dtype, dims } = infer(&[], attrs)?[0];
    let (start, end, n) = (attrs.float(0), attrs.float(1), dims[0]);
    let step = (end - start) / (n.max(2) - 1) as f64;
    // From both ends, so that both are met exactly.
    let at = |i: usize| if i < n.div_ceil(2) { start + step * i as f64 } else { end - step * (n - 1 - i) as f64 };
    Ok(Outputs::One(match dtype {
        DType::F64 => Tensor::build::<f64>(dims, |dst| dst.iter_mut().enumerate().for_each(|(i, x)| *x = at(i)))?,
        DType::I64 => Tensor::build::<i64>(dims, |dst| {
            dst.iter_mut().enumerate().for_each(|(i, x)| *x = Num::Float(at(i)).to_i64());
        })?,
        _ => {
            let wide =
                Tensor::build::<f32>(dims, |dst| dst.iter_mut().enumerate().for_each(|(i, x)| *x = at(i) as f32))?;
            cx.without_grad(|| cx.cast(&wide, dtype))?
        }
    }))
}
