//! Running sums.

use crate::device::DType;
use crate::device::cpu::elem::Elem;
use crate::device::cpu::scan::{Scan, scan};
use crate::ops::infer::resolve_dim;
use crate::ops::sample::{Value::*, kink, sample};
use crate::ops::sig::{DTYPE, X, dim};
use crate::ops::{Attr, Attrs, Cuda, Grad, Kind, Meta, Needs, Op, Outputs, Proof, Result, for_dtype, scanning};
use crate::tape::{Cx, Saved};
use crate::tensor::Tensor;

pub static CUMSUM: Op = Op {
    name: "cumsum",
    symbol: None,
    params: &[X, dim("dim"), DTYPE],
    parts: &[],
    doc: "At each place the sum of all elements along a dimension up to it. Of integers and bools an i64.",
    examples: &["cumsum([1, 2, 3], 0)  # i64[3] [1, 3, 6]"],
    kind: Kind::Whole { infer, run: |cx, x, attrs| run(cx, &x[0], attrs, Scan::Sum, false), cuda: Cuda::ToCome },
    vjp: &[Grad::Rule(Needs::NOTHING, |cx, s, g| gradient(cx, s, g, &BACKWARDS))],
    samples: &[
        sample(&[Uniform(&[7], -2.0, 2.0), Int(0)]),
        sample(&[Uniform(&[3, 4], -2.0, 2.0), Int(0)]),
        sample(&[Uniform(&[2, 3, 4], -2.0, 2.0), Int(-2)]),
        sample(&[Strided(&[3, 4], -2.0, 2.0), Int(-1)]),
        sample(&[Uniform(&[], -2.0, 2.0), Int(0)]),
        sample(&[Uniform(&[0, 3], -2.0, 2.0), Int(1)]),
        sample(&[Uniform(&[3, 0], -2.0, 2.0), Int(1)]),
        kink(&[Ints(&[3], &[1, 2, 3]), Int(0)]),
        kink(&[Bools(&[3], &[true, false, true]), Int(0)]),
        kink(&[Ints(&[3], &[1, 2, 3]), Int(0), Str("f64")]),
    ],
    proof: Proof::Torch("torch.cumsum(args[0], args[1], dtype=args[2] if len(args) > 2 else None)"),
};

/// From each place to the end: the gradient of the other, and it of this.
static BACKWARDS: Op = Op {
    name: "cumsum_backwards",
    symbol: None,
    params: &[X, dim("dim"), DTYPE],
    parts: &[],
    doc: "At each place the sum of all elements along a dimension from it on.",
    examples: &[],
    kind: Kind::Whole { infer, run: |cx, x, attrs| run(cx, &x[0], attrs, Scan::Sum, true), cuda: Cuda::ToCome },
    vjp: &[Grad::Rule(Needs::NOTHING, |cx, s, g| gradient(cx, s, g, &CUMSUM))],
    samples: &[],
    proof: Proof::Other("proved as the gradient of cumsum"),
};

pub fn infer(metas: &[Meta], attrs: &Attrs) -> Result<Vec<Meta>> {
    let x = metas[0];
    resolve_dim(attrs.int(0), x.dims.len(), 1)?;
    let own = if x.dtype.is_float() { x.dtype } else { DType::I64 };
    Ok(vec![Meta::new(attrs.opt_dtype(1).unwrap_or(own), x.dims)])
}

/// A running sum or product.
pub fn run(cx: &Cx, x: &Tensor, attrs: &Attrs, kind: Scan, reverse: bool) -> Result<Outputs> {
    let out = infer(&[Meta::of(x)], attrs)?[0];
    let x = cx.without_grad(|| cx.cast(x, attrs.opt_dtype(1).unwrap_or(x.dtype())))?.plain()?;
    let axis = scanning::axis(&x, attrs.int(0))?;
    let sums = for_dtype!(x.dtype(), T => Tensor::build::<<T as Elem>::Sum>(x.to_dims(), |dst| {
        scan::<T>(kind, reverse, axis, x.slice(), dst);
    }))?;
    Ok(Outputs::One(cx.without_grad(|| cx.cast(&sums, out.dtype))?))
}

fn gradient(cx: &Cx, s: &Saved, g: &Tensor, other: &'static Op) -> Tensor {
    cx.run(other, &[g.into()], &[s.attrs().get(0).clone(), Attr::None])
}
