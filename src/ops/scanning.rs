//! What the gradients of running products and the like share: linear recurrences, which are closed under gradients.

use super::infer::resolve_dim;
use super::sig::{Default, Param, ParamKind, X, Y, dim};
use super::{Attr, Attrs, Cuda, Grad, Kind, Meta, Needs, Op, Outputs, Proof, Result, cat, for_float};
use crate::device::cpu::reduce::Axis;
use crate::device::cpu::scan;
use crate::tape::{Cx, Saved};
use crate::tensor::{Num, Tensor};

/// `y[i] = x[i] + a[i] y[i - 1]` along a dimension of two tensors of one shape, backwards where `reverse`. What stands
/// in `a` at the first place is not read.
pub static RECURRENCE: Op = Op {
    name: "recurrence",
    symbol: None,
    params: &[X, Y, dim("dim"), Param::new("reverse", ParamKind::Bool).or(Default::Bool(false))],
    parts: &[],
    doc: "",
    examples: &[],
    kind: Kind::Whole { infer: |metas, _| Ok(vec![metas[0]]), run, cuda: Cuda::ToCome },
    vjp: &[Grad::All(Needs::IN1.and(Needs::OUT), gradients)],
    samples: &[],
    proof: Proof::Other("proved as the gradient of cumprod and logcumsumexp"),
};

fn run(cx: &Cx, args: &[Tensor], attrs: &Attrs) -> Result<Outputs> {
    let x = args[0].plain()?;
    let a = cx.without_grad(|| cx.cast(&args[1], x.dtype()))?.plain()?;
    let axis = axis(&x, attrs.int(0))?;
    let out = for_float!(x.dtype(), T => Tensor::build::<T>(x.to_dims(), |dst| {
        scan::recur(attrs.bool(1), axis, x.slice::<T>(), a.slice::<T>(), dst);
    }));
    Ok(Outputs::One(out?))
}

/// The recurrence runs back over the cotangent; what it gives at a place counts for the factor there as often as the
/// result before it.
fn gradients(cx: &Cx, s: &Saved, g: &Tensor) -> Vec<Option<Tensor>> {
    let (a, at, reverse) = (s.tensor(1), s.attrs().int(0) as usize, s.attrs().bool(1));
    let to_x = recurrence(cx, g, &neighbours(cx, &a, at, reverse, 0.0), at, !reverse);
    let to_a = s.is_wanted(1).then(|| cx.mul(&to_x, neighbours(cx, &s.out(), at, !reverse, 0.0)));
    vec![Some(to_x), to_a]
}

pub fn recurrence(cx: &Cx, x: &Tensor, a: &Tensor, at: usize, reverse: bool) -> Tensor {
    cx.run(&RECURRENCE, &[x.into(), a.into()], &[Attr::Int(at as i64), Attr::Bool(reverse)])
}

/// At each place along dim `at` what stands one before it, or one behind it; `fill` where nothing does.
pub fn neighbours(cx: &Cx, x: &Tensor, at: usize, before: bool, fill: f64) -> Tensor {
    let n = x.dims()[at];
    let rest = cx.narrow(x, at, if before { 0 } else { 1 }, n.saturating_sub(1));
    beside(cx, &rest, at, before, fill)
}

/// `x` with one place more along dim `at`, in front or behind.
pub fn beside(cx: &Cx, x: &Tensor, at: usize, front: bool, fill: f64) -> Tensor {
    let mut dims = x.to_dims();
    dims[at] = 1;
    let one = cx.infallible(Tensor::full(x.dtype(), dims, Num::Float(fill)));
    let both = if front { [one.into(), x.into()] } else { [x.into(), one.into()] };
    cx.run(&cat::CAT, &both, &[Attr::Int(at as i64)])
}

/// `x` around dimension `dim`; a tensor of no dimensions is a row of one.
pub fn axis(x: &Tensor, dim: i64) -> Result<Axis> {
    let at = resolve_dim(dim, x.ndim(), 1)?;
    Ok(if x.ndim() == 0 { Axis::whole(1) } else { Axis::of(x.dims(), at) })
}

/// The results of a scan of values and places along the dimension of attribute 0.
pub fn infer_pair(metas: &[Meta], attrs: &Attrs) -> Result<Vec<Meta>> {
    resolve_dim(attrs.int(0), metas[0].dims.len(), 1)?;
    Ok(vec![metas[0], Meta::new(crate::device::DType::I64, metas[0].dims)])
}
