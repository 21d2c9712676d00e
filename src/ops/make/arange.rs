//! Numbers at equal steps.

use crate::device::DType;
use crate::ops::making::device;
use crate::ops::sample::{Value::*, kink};
use crate::ops::sig::{DEVICE, DTYPE, Default, Param, ParamKind};
use crate::ops::{Attrs, Cuda, Kind, Meta, Op, OpError, Outputs, Proof, Result};
use crate::tape::Cx;
use crate::tensor::{Dims, Num, Tensor};

pub static ARANGE: Op = Op {
    name: "arange",
    symbol: None,
    params: &[
        Param::new("start", ParamKind::Number).or(Default::None),
        Param::new("end", ParamKind::Number).or(Default::None),
        Param::new("step", ParamKind::Number).or(Default::Int(1)),
        DTYPE,
        DEVICE,
    ],
    parts: &[],
    doc: "Numbers from `start` up to, not including, `end`, one `step` apart; of one number alone that is the end, and the start is 0. Of ints i64, else f32.",
    examples: &["arange(4)  # i64[4] [0, 1, 2, 3]", "arange(1, 2, 0.25)  # f32[4] [1.0, 1.25, 1.5, 1.75]"],
    kind: Kind::Whole { infer, run, cuda: Cuda::ToCome },
    vjp: &[],
    samples: &[
        kink(&[Int(5)]),
        kink(&[Int(2), Int(7)]),
        kink(&[Int(7), Int(2), Int(-2)]),
        kink(&[Int(3), Int(3)]),
        kink(&[Number(0.0), Number(1.0), Number(0.1)]),
        kink(&[Number(1.0), Number(-1.05), Number(-0.25)]),
        kink(&[Int(0), Int(5), Int(2), Str("f64")]),
        kink(&[Number(2.5)]),
    ],
    proof: Proof::Torch("torch.arange(*args[:3], dtype=args[3] if len(args) > 3 else None)"),
};

/// Start, step, how many, dtype.
struct Plan {
    start: Num,
    step: Num,
    count: usize,
    dtype: DType,
}

fn plan(attrs: &Attrs) -> Result<Plan> {
    let zero = Num::Int(0);
    let (start, end) = match (attrs.opt_num(0), attrs.opt_num(1)) {
        (Some(start), Some(end)) => (start, end),
        (Some(end), None) | (None, Some(end)) => (zero, end),
        (None, None) => return Err(OpError::new("VALUE-12", "arange needs an end: arange(5)")),
    };
    let step = attrs.opt_num(2).unwrap_or(Num::Int(1));
    let refuse = |message: &str| Err(OpError::new("VALUE-12", message).at(2, format!("{}", step.to_f64())));
    let ints = [start, end, step].iter().all(|v| !matches!(v, Num::Float(_)));
    let count = if ints {
        let (from, to, by) = (start.to_i64() as i128, end.to_i64() as i128, step.to_i64() as i128);
        match by {
            0 => return refuse("the step cannot be 0"),
            _ if (to - from).signum() == -by.signum() => return refuse("the step leads away from the end"),
            _ => (to - from).unsigned_abs().div_ceil(by.unsigned_abs()) as f64,
        }
    } else {
        let (from, to, by) = (start.to_f64(), end.to_f64(), step.to_f64());
        match (to - from) / by {
            _ if by == 0.0 => return refuse("the step cannot be 0"),
            steps if !steps.is_finite() => return refuse("start, end and step must be finite"),
            steps if steps < 0.0 => return refuse("the step leads away from the end"),
            steps => steps.ceil(),
        }
    };
    // What does not fit is far beyond any memory; the shape says so.
    let count = count.min(usize::MAX as f64) as usize;
    let dtype = attrs.opt_dtype(3).unwrap_or(if ints { DType::I64 } else { DType::F32 });
    if dtype == DType::Bool {
        return Err(OpError::new("TYPE-10", "arange makes numbers, not bools").at(3, "bool"));
    }
    Ok(Plan { start, step, count, dtype })
}

fn infer(_: &[Meta], attrs: &Attrs) -> Result<Vec<Meta>> {
    let p = plan(attrs)?;
    Ok(vec![Meta::new(p.dtype, Dims::of(&[p.count]))])
}

fn run(cx: &Cx, _: &[Tensor], attrs: &Attrs) -> Result<Outputs> {
    device(attrs, 4, cx.device())?;
    let Plan { start, step, count, dtype } = plan(attrs)?;
    let dims = Dims::of(&[count]);
    let (from, by) = (start.to_f64(), step.to_f64());
    Ok(Outputs::One(match dtype {
        DType::I64 => {
            let (from, by) = (start.to_i64(), step.to_i64());
            Tensor::build::<i64>(dims, |dst| {
                dst.iter_mut().enumerate().for_each(|(i, x)| *x = from.wrapping_add(by.wrapping_mul(i as i64)));
            })?
        }
        DType::F64 => {
            Tensor::build::<f64>(dims, |dst| dst.iter_mut().enumerate().for_each(|(i, x)| *x = from + i as f64 * by))?
        }
        _ => {
            let wide = Tensor::build::<f32>(dims, |dst| {
                dst.iter_mut().enumerate().for_each(|(i, x)| *x = (from + i as f64 * by) as f32);
            })?;
            cx.without_grad(|| cx.cast(&wide, dtype))?
        }
    }))
}
