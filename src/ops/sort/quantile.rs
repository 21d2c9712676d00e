//! Quantiles.

use crate::device::DType;
use crate::ops::infer::{describe, resolve_dim};
use crate::ops::joining::reshaped;
use crate::ops::losses::Common;
use crate::ops::sample::{Value::*, kink, sample};
use crate::ops::sig::{Default, KEEPDIM, Param, ParamKind, X, tensor};
use crate::ops::{Attr, Attrs, Kind, Op, OpError, Operand, Outputs, Proof, Result, rules::sizes};
use crate::ops::{any::ANY, round::ROUND, sort::SORT, sub::SUB, transpose::TRANSPOSE, where_::WHERE};
use crate::ops::{ceil::CEIL, expand::EXPAND, floor::FLOOR, gather::GATHER, isnan::ISNAN, lerp::LERP, mul::MUL};
use crate::tape::Cx;
use crate::tensor::{Num, Tensor};

pub static QUANTILE: Op = Op {
    name: "quantile",
    symbol: None,
    params: &[
        X,
        tensor("q"),
        Param::new("dim", ParamKind::Dim).or(Default::None),
        KEEPDIM,
        Param::new("interpolation", ParamKind::Str).or(Default::Str("linear")),
    ],
    parts: &[],
    doc: "The value below which the part `q` of all elements lies, or along a dimension; NaN if there is one. For a vector of `q`s the results stand along a new first dimension. Between two elements it is interpolated: \"linear\", or \"lower\", \"higher\", \"midpoint\" or \"nearest\".",
    examples: &[
        "quantile([1.0, 2.0, 3.0, 4.0], 0.5)  # 2.5",
        "quantile([1.0, 2.0, 3.0, 4.0], [0.0, 0.5], interpolation: \"lower\")  # f32[2] [1.0, 2.0]",
    ],
    kind: Kind::Composite(run),
    vjp: &[],
    samples: &[
        sample(&[Uniform(&[7], -2.0, 2.0), Uniform(&[], 0.1, 0.9)]),
        sample(&[Uniform(&[3, 4], -2.0, 2.0), Uniform(&[3], 0.1, 0.9)]),
        sample(&[Uniform(&[3, 4], -2.0, 2.0), Uniform(&[], 0.1, 0.9), Int(1)]),
        sample(&[Uniform(&[2, 3, 4], -2.0, 2.0), Uniform(&[2], 0.1, 0.9), Int(-2), Bool(true)]),
        sample(&[Uniform(&[2, 3, 4], -2.0, 2.0), Uniform(&[2], 0.1, 0.9), Int(0), Bool(false)]),
        sample(&[Uniform(&[2, 3], -2.0, 2.0), Uniform(&[2], 0.1, 0.9), Absent, Bool(true)]),
        sample(&[Strided(&[3, 4], -2.0, 2.0), Number(0.3), Int(0)]),
        sample(&[Uniform(&[5], -2.0, 2.0), Number(0.3), Absent, Bool(false), Str("lower")]),
        sample(&[Uniform(&[5], -2.0, 2.0), Number(0.3), Absent, Bool(false), Str("higher")]),
        sample(&[Uniform(&[5], -2.0, 2.0), Number(0.3), Absent, Bool(false), Str("midpoint")]),
        sample(&[Uniform(&[5], -2.0, 2.0), Number(0.3), Absent, Bool(false), Str("nearest")]),
        sample(&[Uniform(&[], -2.0, 2.0), Number(0.3)]),
        sample(&[Uniform(&[3], -2.0, 2.0), Uniform(&[0], 0.1, 0.9)]),
        kink(&[Uniform(&[5], -2.0, 2.0), Number(0.5)]),
        kink(&[Uniform(&[5], -2.0, 2.0), Number(0.0)]),
        kink(&[Uniform(&[5], -2.0, 2.0), Int(1)]),
        kink(&[Floats(&[4], &[1.0, 2.0, 2.0, 4.0]), Floats(&[4], &[0.0, 0.5, 1.0, 0.375])]),
        kink(&[Floats(&[4], &[1.0, 2.0, 3.0, 4.0]), Number(0.5), Absent, Bool(false), Str("nearest")]),
        kink(&[Floats(&[2, 3], &[1.0, f64::NAN, 2.0, 5.0, 4.0, 3.0]), Floats(&[2], &[0.25, 0.375]), Int(1)]),
        kink(&[Floats(&[2], &[f64::INFINITY, f64::INFINITY]), Number(0.3)]),
        kink(&[Uniform(&[0], -2.0, 2.0), Number(0.3)]),
        kink(&[Uniform(&[2], -2.0, 2.0), Number(1.5)]),
        kink(&[Uniform(&[2], -2.0, 2.0), Floats(&[1], &[f64::NAN])]),
        kink(&[Uniform(&[2], -2.0, 2.0), Floats(&[1, 1], &[0.25])]),
        kink(&[Uniform(&[2], -2.0, 2.0), Number(0.3), Absent, Bool(false), Str("cubic")]),
    ],
    proof: Proof::Torch(
        "torch.quantile(args[0], args[1] if torch.is_tensor(args[1]) else float(args[1]), args[2] if len(args) > 2 else None, len(args) > 3 and args[3], interpolation=args[4] if len(args) > 4 else 'linear')",
    ),
};

fn run(cx: &Cx, args: &[Operand], attrs: &Attrs) -> Result<Outputs> {
    let how = attrs.str(2).unwrap_or("linear");
    if !["linear", "lower", "higher", "midpoint", "nearest"].contains(&how) {
        return Err(OpError::new("VALUE-12", format!("there is no interpolation \"{how}\""))
            .at(4, "here")
            .help("it is \"linear\", \"lower\", \"higher\", \"midpoint\" or \"nearest\""));
    }
    // Half types are rounded once.
    let c = Common::floats(cx, args)?;
    let (x, q) = (c.tensor(0), c.tensor(1));
    if q.ndim() > 1 {
        return Err(OpError::new("SHAPE-13", "q is one number or a vector").at(1, describe(&args[1])));
    }
    if let Some(bad) = q.to_f64s()?.iter().find(|q| !(0.0..=1.0).contains(*q)) {
        return Err(OpError::new("VALUE-12", format!("q lies between 0 and 1, not at {bad}")).at(1, "here"));
    }
    let at = attrs.opt_int(0).map(|d| resolve_dim(d, x.ndim(), 2)).transpose()?;
    if x.numel() == 0 {
        return Err(OpError::new("VALUE-13", "quantile of no elements").at(0, describe(&args[0])));
    }
    let at = at.filter(|_| x.ndim() > 0);
    // Rows along the last dimension, one beside the other.
    let last = x.ndim().saturating_sub(1);
    let swapped = |t: &Tensor, a: usize, b: usize| match a == b {
        true => Ok(t.clone()),
        false => cx.call1(&TRANSPOSE, &[t.into()], &[Attr::Int(a as i64), Attr::Int(b as i64)]),
    };
    let moved = match at {
        Some(at) => swapped(&x, at, last)?,
        None => x.clone(),
    };
    let n = if at.is_some() { moved.dims()[last] } else { x.numel() };
    let count = x.numel() / n;
    let found = of_rows(cx, &reshaped(cx, &moved, &[count, n])?, &reshaped(cx, &q, &[q.numel()])?, how)?;
    // (rows, q) becomes (q, the other dimensions).
    let found = swapped(&found, 0, 1)?;
    let mut dims = vec![q.numel()];
    let found = match at {
        Some(at) => {
            dims.extend(&moved.dims()[..last]);
            dims.push(1);
            let whole = swapped(&reshaped(cx, &found, &dims)?, at + 1, last + 1)?;
            dims = whole.dims().to_vec();
            if !attrs.bool(1) {
                dims.remove(at + 1);
            }
            whole
        }
        None => {
            dims.extend(std::iter::repeat_n(1, if attrs.bool(1) { x.ndim() } else { 0 }));
            found
        }
    };
    let result = reshaped(cx, &found, if q.ndim() == 0 { &dims[1..] } else { &dims })?;
    c.result(cx, result)
}

/// The quantiles of each row: (rows, q).
fn of_rows(cx: &Cx, rows: &Tensor, q: &Tensor, how: &str) -> Result<Tensor> {
    let (count, n, m) = (rows.dims()[0], rows.dims()[1], q.numel());
    let sorted = cx.call1(&SORT, &[rows.into()], &[Attr::Int(1), Attr::Bool(false), Attr::Bool(true)])?;
    // Beyond 2^24 places an f32 cannot tell neighbours apart.
    let q = if n > 1 << 24 { cx.cast(q, DType::F64)? } else { q.clone() };
    let row = cx.binary_tn(&MUL, &q, Num::Float((n - 1) as f64), false)?;
    let mut ranks = cx.call1(&EXPAND, &[row.into()], &[sizes(&[count, m])])?;
    let nan = cx.without_grad(|| -> Result<Tensor> {
        let ends = cx.try_narrow(&sorted.detach(), 1, n - 1, 1)?;
        cx.unary(&ISNAN, &ends)
    })?;
    if cx.call1(&ANY, &[(&nan).into()], &[Attr::None, Attr::Bool(false)])?.num_at(0)? == Num::Bool(true) {
        // NaN stands last.
        ranks = cx.call1(&WHERE, &[nan.into(), ((n - 1) as f64).into(), ranks.into()], &[])?;
    }
    let flat = ranks.detach();
    let below = match how {
        "higher" => cx.unary(&CEIL, &flat)?,
        "nearest" => cx.call1(&ROUND, &[flat.clone().into()], &[Attr::Int(0)])?,
        _ => cx.unary(&FLOOR, &flat)?,
    };
    let pick = |at: &Tensor| cx.call1(&GATHER, &[(&sorted).into(), cx.cast(at, DType::I64)?.into()], &[Attr::Int(1)]);
    let low = pick(&below)?;
    let weight: Operand = match how {
        "linear" => cx.cast(&cx.binary_tt(&SUB, &ranks, &below)?, rows.dtype())?.into(),
        "midpoint" => 0.5.into(),
        _ => return Ok(low),
    };
    cx.call1(&LERP, &[low.into(), pick(&cx.unary(&CEIL, &flat)?)?.into(), weight], &[])
}
