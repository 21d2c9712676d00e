//! What `max`, `min`, `amax`, `amin`, `aminmax`, `argmax`, `argmin` and `median` share.

use super::error::{OpError, Result};
use super::infer::{describe, reduced, resolve_dims};
use super::reducing::{self, arrange};
use super::sig::{Default, KEEPDIM, Param, ParamKind, X};
use super::{Attrs, Cuda, Grad, Kind, Meta, Needs, Op, Operand, Outputs, Proof, along, for_dtype};
use crate::device::DType;
use crate::device::cpu::reduce::{self, Order};
use crate::tape::{Cx, Saved};
use crate::tensor::Tensor;

pub const PARAMS: &[Param] = &[X, Param::new("dim", ParamKind::Dim).or(Default::None), KEEPDIM];

/// The op on the tape for the extreme of all elements: those that share it share the gradient.
pub const fn of_all(name: &'static str, run: super::WholeFn) -> Op {
    Op { name, kind: Kind::Whole { infer: infer_all, run, cuda: Cuda::ToCome }, vjp: SHARED, ..PART }
}

/// The op on the tape for extremes along a dimension: the gradient goes to the place in `indices`.
pub const fn along_dim(name: &'static str, run: super::WholeFn) -> Op {
    Op { name, parts: PARTS, kind: Kind::Whole { infer: infer_along, run, cuda: Cuda::ToCome }, vjp: PICKED, ..PART }
}

const SHARED: &[Grad] = &[Grad::Rule(Needs::IN0.and(Needs::OUT), share)];
pub const PICKED: &[Grad] = &[Grad::Rule(Needs::OUT1.and(Needs::SHAPES), to_picked)];
pub const PARTS: &[&str] = &["values", "indices"];
const PART: Op = Op {
    name: "",
    symbol: None,
    params: PARAMS,
    parts: &[],
    doc: "",
    examples: &[],
    kind: Kind::Composite(|_, _, _| unreachable!("each part has its own")),
    vjp: &[],
    samples: &[],
    proof: Proof::Other("proved as the whole"),
};

/// `max` and `min`: along a dimension if one is given.
pub fn call(cx: &Cx, args: &[Operand], attrs: &Attrs, of_all: &'static Op, along: &'static Op) -> Result<Outputs> {
    cx.call(if attrs.is_none(0) { of_all } else { along }, args, attrs.all())
}

pub fn nothing(name: &str, x: &Tensor) -> Box<OpError> {
    OpError::new("VALUE-13", format!("{name} of no elements")).at(0, describe(&x.into()))
}

fn infer_all(metas: &[Meta], attrs: &Attrs) -> Result<Vec<Meta>> {
    let x = metas[0];
    Ok(vec![Meta::new(x.dtype, reduced(&x.dims, &resolve_dims(None, x.dims.len(), 1)?, attrs.bool(1)))])
}

pub fn infer_along(metas: &[Meta], attrs: &Attrs) -> Result<Vec<Meta>> {
    let x = metas[0];
    let dims = reduced(&x.dims, &resolve_dims(attrs.opt_ints(0), x.dims.len(), 1)?, attrs.bool(1));
    Ok(vec![Meta::new(x.dtype, dims), Meta::new(DType::I64, dims)])
}

pub fn infer_index(metas: &[Meta], attrs: &Attrs) -> Result<Vec<Meta>> {
    let x = metas[0];
    let mask = resolve_dims(attrs.opt_ints(0), x.dims.len(), 1)?;
    Ok(vec![Meta::new(DType::I64, reduced(&x.dims, &mask, attrs.bool(1)))])
}

/// The extreme of all elements.
pub fn run_all(name: &str, order: Order, x: &Tensor, attrs: &Attrs) -> Result<Outputs> {
    if x.numel() == 0 {
        return Err(nothing(name, x).help("with a dim, the other sizes may be 0"));
    }
    let r = arrange(x, None, attrs.bool(1), 1)?;
    let out = for_dtype!(x.dtype(), T => {
        Tensor::build::<T>(r.dims, |dst| reduce::extreme(order, r.axis, r.x.slice(), dst))
    });
    Ok(Outputs::One(out?))
}

/// Extremes along a dimension, and where they are.
pub fn run_along(name: &str, order: Order, x: &Tensor, attrs: &Attrs) -> Result<Outputs> {
    let r = arrange(x, attrs.opt_ints(0), attrs.bool(1), 1)?;
    if r.axis.n == 0 && r.axis.results() > 0 {
        return Err(nothing(name, x).at(1, "this dim has size 0"));
    }
    let (values, indices) = for_dtype!(x.dtype(), T => Tensor::build_pair::<T, i64>(r.dims, |values, indices| {
        reduce::extreme_with_index(order, r.axis, r.x.slice(), values, indices);
    }))?;
    Ok(Outputs::Many(vec![values, indices]))
}

/// Extremes over any dimensions.
pub fn run_over(name: &str, order: Order, x: &Tensor, attrs: &Attrs) -> Result<Outputs> {
    let r = some(name, x, attrs)?;
    let out = for_dtype!(x.dtype(), T => {
        Tensor::build::<T>(r.dims, |dst| reduce::extreme(order, r.axis, r.x.slice(), dst))
    });
    Ok(Outputs::One(out?))
}

/// The operand arranged for a reduction that has no answer over nothing.
pub fn some(name: &str, x: &Tensor, attrs: &Attrs) -> Result<reducing::Reduction> {
    let r = arrange(x, attrs.opt_ints(0), attrs.bool(1), 1)?;
    if r.axis.n == 0 && r.axis.results() > 0 {
        let e = nothing(name, x);
        return Err(if attrs.is_none(0) { e } else { e.at(1, "this has size 0") });
    }
    Ok(r)
}

/// The gradient of extremes over the dimensions of attribute 0: shared among all that equal `out`.
pub fn share_over(cx: &Cx, s: &Saved, out: &Tensor, g: &Tensor) -> Tensor {
    let x = s.tensor(0);
    let kept = reducing::kept(&x.to_dims(), s.attrs().opt_ints(0));
    let chosen = cx.eq(&x, cx.reshape(out, &kept));
    let count = reducing::count(cx, &chosen, &kept);
    // Where there is a NaN nothing equals the extreme, and 0 / 0 says so.
    cx.div(cx.mul(cx.reshape(g, &kept), &chosen), count)
}

/// Where the extreme is: along a dimension, or counted through all elements.
pub fn run_index(name: &str, order: Order, x: &Tensor, attrs: &Attrs) -> Result<Outputs> {
    let r = arrange(x, attrs.opt_ints(0), attrs.bool(1), 1)?;
    if r.axis.n == 0 && (r.axis.results() > 0 || attrs.is_none(0)) {
        return Err(nothing(name, x));
    }
    let out = for_dtype!(x.dtype(), T => Tensor::build(r.dims, |dst| {
        reduce::arg_extreme::<T>(order, r.axis, r.x.slice(), dst);
    }));
    Ok(Outputs::One(out?))
}

fn share(cx: &Cx, s: &Saved, g: &Tensor) -> Tensor {
    let (x, out) = (s.tensor(0), s.out());
    let chosen = cx.logical_or(cx.eq(&x, out), cx.isnan(&x));
    let count = cx.sum_all(&chosen);
    cx.select(&chosen, cx.div(g, count), 0.0)
}

fn to_picked(cx: &Cx, s: &Saved, g: &Tensor) -> Tensor {
    let (dims, index) = (s.shape(0), s.out_at(1));
    if dims.is_empty() {
        return g.clone();
    }
    let at = along::dim_of(s, dims.len());
    if s.attrs().bool(1) {
        return along::put_back(cx, g, &dims, at, &index, None);
    }
    along::put_back(cx, &cx.unsqueeze(g, at), &dims, at, &cx.unsqueeze(&index, at), None)
}
