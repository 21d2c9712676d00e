//! What `softmax` and `log_softmax` share.

use super::error::Result;
use super::infer::{float, resolve_dim};
use super::sample::{Sample, Value::*, kink, sample};
use super::sig::{DTYPE, Param, X, dim};
use super::{Attrs, Meta, Outputs, along, for_float};
use crate::device::cpu::reduce::Axis;
use crate::device::cpu::softmax::{self, Kind};
use crate::tape::{Cx, Saved};
use crate::tensor::Tensor;

pub const PARAMS: &[Param] = &[X, dim("dim"), DTYPE];

pub const SAMPLES: &[Sample] = &[
    sample(&[Uniform(&[7], -2.0, 2.0), Int(0)]),
    sample(&[Uniform(&[3, 4], -2.0, 2.0), Int(-1)]),
    sample(&[Uniform(&[3, 4], -2.0, 2.0), Int(0)]),
    sample(&[Uniform(&[2, 3, 4], -2.0, 2.0), Int(1)]),
    sample(&[Strided(&[3, 4], -2.0, 2.0), Int(1)]),
    sample(&[Uniform(&[], -2.0, 2.0), Int(0)]),
    sample(&[Uniform(&[0, 3], -2.0, 2.0), Int(1)]),
    sample(&[Uniform(&[5], 500.0, 510.0), Int(0)]),
    kink(&[Floats(&[3], &[f64::NEG_INFINITY, 0.0, 1.0]), Int(0)]),
    kink(&[Floats(&[2], &[f64::NEG_INFINITY, f64::NEG_INFINITY]), Int(0)]),
    kink(&[Floats(&[2], &[f64::NAN, 1.0]), Int(0)]),
    kink(&[Ints(&[3], &[1, 2, 3]), Int(0), Str("f64")]),
];

pub fn infer(metas: &[Meta], attrs: &Attrs) -> Result<Vec<Meta>> {
    let x = metas[0];
    resolve_dim(attrs.int(0), x.dims.len(), 1)?;
    Ok(vec![Meta::new(float(attrs.opt_dtype(1).unwrap_or(x.dtype)), x.dims)])
}

fn axis(x: &Tensor, dim: usize) -> Axis {
    if x.ndim() == 0 { Axis::whole(1) } else { Axis::of(x.dims(), dim) }
}

pub fn run(cx: &Cx, x: &Tensor, attrs: &Attrs, kind: Kind) -> Result<Outputs> {
    let out = infer(&[Meta::of(x)], attrs)?[0];
    let x = cx.without_grad(|| cx.cast(x, out.dtype))?.plain()?;
    let axis = axis(&x, resolve_dim(attrs.int(0), x.ndim(), 1)?);
    let y = for_float!(out.dtype, T => {
        Tensor::build::<T>(out.dims, |dst| softmax::forward::<T>(kind, axis, x.slice(), dst))
    });
    Ok(Outputs::One(y?))
}

/// `y (g - sum g y)`, or `g - exp(y) sum g`: in one pass, or in operations when it is recorded.
pub fn gradient(cx: &Cx, s: &Saved, g: &Tensor, kind: Kind) -> Tensor {
    let y = s.out();
    let at = along::dim_of(s, y.ndim());
    if cx.grad_enabled() {
        let sum = |t: &Tensor| if t.ndim() == 0 { t.clone() } else { cx.sum_dims(t, &[at as i64], true) };
        return match kind {
            Kind::Softmax => cx.mul(&y, cx.sub(g, sum(&cx.mul(g, &y)))),
            Kind::LogSoftmax => cx.sub(g, cx.mul(cx.exp(&y), sum(g))),
        };
    }
    let axis = axis(&y, at);
    cx.infallible(cx.cast(g, y.dtype()).and_then(|g| {
        let (g, y) = (g.plain()?, y.plain()?);
        for_float!(y.dtype(), T => Tensor::build::<T>(y.to_dims(), |dst| {
            softmax::backward::<T>(kind, axis, y.slice(), g.slice(), dst);
        }))
    }))
}
