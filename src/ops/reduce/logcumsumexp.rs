//! Running logarithms of sums of exponentials.

use crate::device::cpu::scan;
use crate::ops::infer::resolve_dim;
use crate::ops::sample::{Value::*, kink, sample};
use crate::ops::scanning::{beside, recurrence};
use crate::ops::sig::{X, dim};
use crate::ops::{
    Attrs, Cuda, Grad, Kind, Meta, Needs, Op, Outputs, Proof, Result, for_float, infer as rules, scanning,
};
use crate::tape::{Cx, Saved};
use crate::tensor::Tensor;

pub static LOGCUMSUMEXP: Op = Op {
    name: "logcumsumexp",
    symbol: None,
    params: &[X, dim("dim")],
    parts: &[],
    doc: "At each place the logarithm of the sum of the exponentials of all elements along a dimension up to it, without overflow.",
    examples: &["logcumsumexp([1000.0, 1000.0], 0)  # f32[2] [1000.0, 1000.6932]"],
    kind: Kind::Whole {
        infer: |metas, attrs| {
            resolve_dim(attrs.int(0), metas[0].dims.len(), 1)?;
            Ok(vec![Meta::new(rules::float(metas[0].dtype), metas[0].dims)])
        },
        run,
        cuda: Cuda::ToCome,
    },
    vjp: &[Grad::Rule(Needs::IN0.and(Needs::OUT), gradient)],
    samples: &[
        sample(&[Uniform(&[7], -2.0, 2.0), Int(0)]),
        sample(&[Uniform(&[3, 4], -2.0, 2.0), Int(0)]),
        sample(&[Uniform(&[2, 3, 4], -2.0, 2.0), Int(-2)]),
        sample(&[Strided(&[3, 4], -2.0, 2.0), Int(-1)]),
        sample(&[Uniform(&[], -2.0, 2.0), Int(0)]),
        sample(&[Uniform(&[0, 3], -2.0, 2.0), Int(1)]),
        sample(&[Uniform(&[3, 0], -2.0, 2.0), Int(1)]),
        sample(&[Uniform(&[5], 500.0, 900.0), Int(0)]),
        sample(&[Uniform(&[5], -900.0, 900.0), Int(0)]),
        sample(&[Floats(&[3], &[1.0, f64::NEG_INFINITY, 2.0]), Int(0)]),
        kink(&[Floats(&[4], &[f64::NEG_INFINITY, f64::NEG_INFINITY, 2.0, 1.0]), Int(0)]),
        kink(&[Floats(&[3], &[1.0, f64::INFINITY, 2.0]), Int(0)]),
        kink(&[Floats(&[3], &[1.0, f64::NAN, 2.0]), Int(0)]),
        kink(&[Ints(&[2], &[1, 2]), Int(0)]),
    ],
    proof: Proof::TorchWithin {
        python: "torch.logcumsumexp(args[0] if args[0].is_floating_point() else args[0].float(), args[1])",
        f32: 5e-5,
        f64: 1e-10,
        why: "torch's f32 gradient goes through logarithms of cotangents beside large sums, and rounds them",
    },
};

fn run(cx: &Cx, args: &[Tensor], attrs: &Attrs) -> Result<Outputs> {
    let x = cx.without_grad(|| cx.cast(&args[0], rules::float(args[0].dtype())))?.plain()?;
    let axis = scanning::axis(&x, attrs.int(0))?;
    let out = for_float!(x.dtype(), T => {
        Tensor::build::<T>(x.to_dims(), |dst| scan::logcumsumexp(axis, x.slice::<T>(), dst))
    });
    Ok(Outputs::One(out?))
}

/// An element's share of the sum at its place, times the cotangents from there on, each with its place's share of the
/// sum at theirs: a recurrence whose factors are at most 1.
fn gradient(cx: &Cx, s: &Saved, g: &Tensor) -> Tensor {
    let (x, out) = (s.tensor(0), s.out());
    if x.ndim() == 0 || x.numel() == 0 {
        return cx.mul(g, cx.exp(cx.sub(x, out)));
    }
    let Ok(at) = resolve_dim(s.attrs().int(0), x.ndim(), 1) else { unreachable!("checked when it ran") };
    let n = x.dims()[at];
    let (here, next) = (cx.narrow(&out, at, 0, n - 1), cx.narrow(&out, at, 1, n - 1));
    // Infinities that stay are the same sum.
    let same = cx.logical_and(cx.eq(&here, &next), cx.eq(cx.abs(&here), f64::INFINITY));
    let shares = cx.exp(cx.select(&same, 0.0, cx.sub(here, next)));
    let behind = recurrence(cx, g, &beside(cx, &shares, at, false, 0.0), at, true);
    cx.mul(cx.exp(cx.sub(x, out)), behind)
}
