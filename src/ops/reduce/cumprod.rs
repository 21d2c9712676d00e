//! Running products.

use crate::device::cpu::scan::Scan;
use crate::ops::infer::resolve_dim;
use crate::ops::sample::{Value::*, kink, sample};
use crate::ops::scanning::{neighbours, recurrence};
use crate::ops::sig::{DTYPE, X, dim};
use crate::ops::{Cuda, Grad, Kind, Needs, Op, Proof, cumsum};
use crate::tape::{Cx, Saved};
use crate::tensor::Tensor;

pub static CUMPROD: Op = Op {
    name: "cumprod",
    symbol: None,
    params: &[X, dim("dim"), DTYPE],
    parts: &[],
    doc: "At each place the product of all elements along a dimension up to it. Of integers and bools an i64.",
    examples: &["cumprod([1, 2, 3], 0)  # i64[3] [1, 2, 6]"],
    kind: Kind::Whole {
        infer: cumsum::infer,
        run: |cx, x, attrs| cumsum::run(cx, &x[0], attrs, Scan::Prod, false),
        cuda: Cuda::ToCome,
    },
    vjp: &[Grad::Rule(Needs::IN0.and(Needs::OUT), gradient)],
    samples: &[
        sample(&[Uniform(&[7], -2.0, 2.0), Int(0)]),
        sample(&[Uniform(&[3, 4], -2.0, 2.0), Int(0)]),
        sample(&[Uniform(&[2, 3, 4], -2.0, 2.0), Int(-2)]),
        sample(&[Strided(&[3, 4], -2.0, 2.0), Int(-1)]),
        sample(&[Uniform(&[], -2.0, 2.0), Int(0)]),
        sample(&[Uniform(&[1], -2.0, 2.0), Int(0)]),
        sample(&[Uniform(&[0, 3], -2.0, 2.0), Int(1)]),
        sample(&[Uniform(&[3, 0], -2.0, 2.0), Int(1)]),
        sample(&[Floats(&[5], &[1.5, 0.0, -2.0, 3.0, 0.5]), Int(0)]),
        sample(&[Floats(&[6], &[1.5, 0.0, -2.0, 0.0, 0.5, 2.0]), Int(0)]),
        sample(&[Floats(&[3, 3], &[0.0, 1.5, 0.5, 0.0, 2.0, -1.5, -0.5, 0.0, 3.0]), Int(0)]),
        sample(&[Floats(&[3, 3], &[0.0, 1.5, 0.5, 0.0, 2.0, -1.5, -0.5, 0.0, 3.0]), Int(1)]),
        sample(&[Uniform(&[3], -2.0, 2.0), Int(0), Str("f64")]),
        kink(&[Floats(&[3], &[2.0, f64::NAN, 3.0]), Int(0)]),
        kink(&[Ints(&[3], &[1, 2, 3]), Int(0)]),
        kink(&[Bools(&[3], &[true, false, true]), Int(0)]),
        kink(&[Ints(&[3], &[1, 2, 3]), Int(0), Str("f64")]),
    ],
    proof: Proof::Torch(
        "torch.cumprod(args[0].detach() if args[0].isnan().any() else args[0], args[1], dtype=args[2] if len(args) > 2 else None)",
    ),
};

/// Each element stands in the products from its place on: what is before it, times the cotangents behind it, each with
/// the factors between. The latter is a recurrence, so nothing is divided and zeros are numbers like others.
fn gradient(cx: &Cx, s: &Saved, g: &Tensor) -> Tensor {
    let x = cx.infallible(cx.cast(&s.tensor(0), g.dtype()));
    if x.ndim() == 0 || x.numel() == 0 {
        return g.clone();
    }
    let Ok(at) = resolve_dim(s.attrs().int(0), x.ndim(), 1) else { unreachable!("checked when it ran") };
    let behind = recurrence(cx, g, &neighbours(cx, &x, at, false, 0.0), at, true);
    cx.mul(neighbours(cx, &s.out(), at, true, 1.0), behind)
}
