//! What `var`, `std`, `var_mean` and `std_mean` share.

use super::error::Result;
use super::reducing;
use super::sample::{Sample, Value::*, kink, sample};
use super::sig::{DIMS, Default, KEEPDIM, Param, ParamKind, X};
use super::{Attr, Attrs, Meta, Outputs, joining};
use crate::tape::{Cx, Saved};
use crate::tensor::{Dims, Tensor};

pub const PARAMS: &[Param] = &[
    X,
    DIMS,
    Param::new("unbiased", ParamKind::Bool).or(Default::Bool(true)),
    KEEPDIM,
    Param::new("correction", ParamKind::Number).or(Default::None),
];

pub const SAMPLES: &[Sample] = &[
    sample(&[Uniform(&[7], -2.0, 2.0)]),
    sample(&[Uniform(&[3, 4], -2.0, 2.0)]),
    sample(&[Strided(&[3, 4], -2.0, 2.0)]),
    sample(&[Uniform(&[2, 3, 4], -2.0, 2.0), Int(1)]),
    sample(&[Uniform(&[2, 3, 4], -2.0, 2.0), Tuple(&[0, 2]), Bool(false)]),
    sample(&[Uniform(&[2, 3, 4], -2.0, 2.0), Int(-1), Bool(true), Bool(true)]),
    sample(&[Uniform(&[2, 3, 4], -2.0, 2.0), Int(-1), Bool(true), Bool(false), Int(2)]),
    sample(&[Uniform(&[20], 100.0, 100.5)]),
    kink(&[Uniform(&[1], -2.0, 2.0)]),
    kink(&[Uniform(&[], -2.0, 2.0)]),
    kink(&[Uniform(&[0, 3], -2.0, 2.0)]),
    kink(&[Uniform(&[0, 3], -2.0, 2.0), Int(1)]),
    kink(&[Floats(&[3], &[2.0, 2.0, 2.0])]),
    kink(&[Floats(&[3], &[2.0, f64::NAN, 1.0])]),
];

/// What both take from their attributes.
struct Plan {
    /// The shape with the reduced dimensions as ones.
    kept: Dims,
    /// What the sum of squares is divided by.
    divisor: f64,
}

impl Plan {
    fn new(x: &Dims, attrs: &Attrs) -> Plan {
        let kept = reducing::kept(x, attrs.opt_ints(0));
        let n = x.numel().unwrap_or(0) / kept.numel().unwrap_or(0).max(1);
        let correction = attrs.opt_float(3).unwrap_or(if attrs.bool(1) { 1.0 } else { 0.0 });
        Plan { kept, divisor: (n as f64 - correction).max(0.0) }
    }
}

fn reduction(attrs: &Attrs) -> [Attr; 2] {
    [attrs.get(0).clone(), attrs.get(2).clone()]
}

pub fn infer(metas: &[Meta], attrs: &Attrs) -> Result<Vec<Meta>> {
    reducing::infer(metas, Attrs::new(&reduction(attrs)), super::infer::float)
}

/// The sum of squares around the mean, over the divisor, or its root: in two passes, f16 and bf16 through f32.
pub fn run(cx: &Cx, x: &Tensor, attrs: &Attrs, root: bool) -> Result<Tensor> {
    Ok(cx.without_grad(|| moments(cx, x, attrs, root))?.0)
}

/// The same and the mean.
pub fn run_both(cx: &Cx, x: &Tensor, attrs: &Attrs, root: bool) -> Result<Outputs> {
    cx.without_grad(|| {
        let (spread, mean) = moments(cx, x, attrs, root)?;
        let mean = cx.cast(&mean, spread.dtype())?;
        let mean = joining::reshaped(cx, &mean, spread.dims())?;
        Ok(Outputs::Many(vec![spread, mean]))
    })
}

/// The variance or its root, and the mean with its dimensions kept in the dtype that computes.
fn moments(cx: &Cx, x: &Tensor, attrs: &Attrs, root: bool) -> Result<(Tensor, Tensor)> {
    let out = infer(&[Meta::of(x)], attrs)?[0];
    let wide = cx.cast(x, out.dtype.compute())?;
    let plan = Plan::new(&x.to_dims(), attrs);
    let dim = attrs.get(0).clone();
    let mean = mean(cx, &wide, &dim)?;
    let around = cx.unary(&super::square::SQUARE, &cx.binary_tt(&super::sub::SUB, &wide, &mean)?)?;
    let sum = cx.call1(&super::sum::SUM, &[around.into()], &[dim, Attr::Bool(attrs.bool(2)), Attr::None])?;
    let var = cx.call1(&super::div::DIV, &[sum.into(), plan.divisor.into()], &[])?;
    let result = if root { cx.unary(&super::sqrt::SQRT, &var)? } else { var };
    Ok((cx.cast(&result, out.dtype)?, mean))
}

fn mean(cx: &Cx, x: &Tensor, dim: &Attr) -> Result<Tensor> {
    cx.call1(&super::mean::MEAN, &[x.into()], &[dim.clone(), Attr::Bool(true), Attr::None])
}

/// `scale` times twice the distance from the mean, over the divisor.
pub fn gradient(cx: &Cx, s: &Saved, scale: &Tensor) -> Tensor {
    let x = s.tensor(0);
    let plan = Plan::new(&x.to_dims(), s.attrs());
    let distance = cx.sub(&x, cx.infallible(mean(cx, &x, s.attrs().get(0))));
    let scale = cx.div(cx.mul(cx.reshape(scale, &plan.kept), 2.0), plan.divisor);
    cx.mul(distance, scale)
}

/// The cotangent of the variance under a root `out`; none where that is 0.
pub fn under_root(cx: &Cx, out: Tensor, g: &Tensor) -> Tensor {
    let flat = cx.eq(&out, 0.0);
    let safe = cx.select(&flat, 1.0, out);
    cx.select(&flat, 0.0, cx.div(g, cx.mul(safe, 2.0)))
}

/// The gradient of a variance, or its root, and a mean.
pub fn gradient_of_both(cx: &Cx, s: &Saved, root: bool) -> Tensor {
    let dims = s.shape(0);
    let of_spread = s.cot(0).map(|g| match root {
        true => gradient(cx, s, &under_root(cx, s.out(), g)),
        false => gradient(cx, s, g),
    });
    let of_mean = s.cot(1).map(|g| {
        let kept = reducing::kept(&dims, s.attrs().opt_ints(0));
        let n = dims.numel().unwrap_or(0) / kept.numel().unwrap_or(0).max(1);
        cx.spread(&cx.div(g, n as f64), &kept, &dims)
    });
    match (of_spread, of_mean) {
        (Some(a), Some(b)) => cx.add(a, b),
        (Some(g), None) | (None, Some(g)) => g,
        (None, None) => cx.zeros(s.dtype(0), &dims),
    }
}
