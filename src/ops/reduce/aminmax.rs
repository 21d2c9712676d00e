//! The smallest and the largest.

use crate::device::cpu::reduce::{self, Order};
use crate::ops::extreme::{PARAMS, share_over, some};
use crate::ops::sample::{Value::*, kink, sample};
use crate::ops::{Attrs, Cuda, Grad, Kind, Meta, Needs, Op, Outputs, Proof, Result, for_dtype, reducing};
use crate::tape::{Cx, Saved};
use crate::tensor::Tensor;

pub static AMINMAX: Op = Op {
    name: "aminmax",
    symbol: None,
    params: PARAMS,
    parts: &["min", "max"],
    doc: "The smallest and the largest of all elements, or along a dimension, as `min` and `max`; both NaN if there is one. Elements that are equally small or large share the gradient.",
    examples: &["aminmax([3, 1, 2]).max  # 3", "aminmax([[1, 5], [7, 2]], dim: 1).min  # i64[2] [1, 2]"],
    kind: Kind::Whole { infer, run, cuda: Cuda::ToCome },
    vjp: &[Grad::Rule(Needs::IN0.and(Needs::OUT).and(Needs::OUT1), |cx, s, _| gradient(cx, s))],
    samples: &[
        sample(&[Uniform(&[7], -2.0, 2.0)]),
        sample(&[Uniform(&[3, 4], -2.0, 2.0)]),
        sample(&[Uniform(&[], -2.0, 2.0)]),
        sample(&[Strided(&[3, 4], -2.0, 2.0)]),
        sample(&[Uniform(&[3, 4], -2.0, 2.0), Int(1)]),
        sample(&[Uniform(&[2, 3, 4], -2.0, 2.0), Int(-2), Bool(true)]),
        sample(&[Uniform(&[2, 3], -2.0, 2.0), Absent, Bool(true)]),
        sample(&[Uniform(&[0, 3], -2.0, 2.0), Int(1)]),
        kink(&[Uniform(&[0, 3], -2.0, 2.0), Int(0)]),
        kink(&[Uniform(&[0], -2.0, 2.0)]),
        kink(&[Floats(&[4], &[3.0, 1.0, 3.0, 1.0])]),
        kink(&[Floats(&[2, 3], &[3.0, f64::NAN, 1.0, 1.0, 1.0, 1.0]), Int(1)]),
        kink(&[Ints(&[3], &[4, -2, 4])]),
        kink(&[Bools(&[3], &[true, false, true]), Int(0)]),
    ],
    proof: Proof::Torch(
        "torch.aminmax(args[0], dim=args[1] if len(args) > 1 else None, keepdim=len(args) > 2 and args[2])",
    ),
};

fn infer(metas: &[Meta], attrs: &Attrs) -> Result<Vec<Meta>> {
    Ok(vec![reducing::infer(metas, attrs, |d| d)?[0]; 2])
}

fn run(_: &Cx, args: &[Tensor], attrs: &Attrs) -> Result<Outputs> {
    let x = &args[0];
    let r = some("aminmax", x, attrs)?;
    let (min, max) = for_dtype!(x.dtype(), T => Tensor::build_pair::<T, T>(r.dims, |min, max| {
        reduce::extreme(Order::Min, r.axis, r.x.slice(), min);
        reduce::extreme(Order::Max, r.axis, r.x.slice(), max);
    }))?;
    Ok(Outputs::Many(vec![min, max]))
}

fn gradient(cx: &Cx, s: &Saved) -> Tensor {
    let of = |k: usize| s.cot(k).map(|g| share_over(cx, s, &s.out_at(k), g));
    match (of(0), of(1)) {
        (Some(a), Some(b)) => cx.add(a, b),
        (Some(g), None) | (None, Some(g)) => g,
        (None, None) => cx.zeros_like(&s.tensor(0)),
    }
}
