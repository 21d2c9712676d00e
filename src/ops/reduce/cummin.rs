//! The smallest so far.

use crate::device::cpu::reduce::Order;
use crate::device::cpu::scan;
use crate::ops::extreme::PARTS;
use crate::ops::sample::{Value::*, kink, sample};
use crate::ops::sig::{X, dim};
use crate::ops::{Attrs, Cuda, Grad, Kind, Needs, Op, Outputs, Proof, Result, for_dtype, scanning, sorting};
use crate::tape::Cx;
use crate::tensor::Tensor;

pub static CUMMIN: Op = Op {
    name: "cummin",
    symbol: None,
    params: &[X, dim("dim")],
    parts: PARTS,
    doc: "At each place the smallest element along a dimension up to it as `values`, and where it is as `indices`: of equal ones the last, which gets the gradient. From the first NaN on NaN.",
    examples: &["cummin([1, 3, 2], 0).values  # i64[3] [1, 1, 1]", "cummin([1, 3, 2], 0).indices  # i64[3] [0, 0, 0]"],
    kind: Kind::Whole { infer: scanning::infer_pair, run, cuda: Cuda::ToCome },
    vjp: &[Grad::Rule(Needs::OUT1.and(Needs::SHAPES), |cx, s, g| sorting::to_places(cx, s, g, s.attrs().int(0)))],
    samples: &[
        sample(&[Uniform(&[7], -2.0, 2.0), Int(0)]),
        sample(&[Uniform(&[3, 4], -2.0, 2.0), Int(0)]),
        sample(&[Uniform(&[2, 3, 4], -2.0, 2.0), Int(-2)]),
        sample(&[Strided(&[3, 4], -2.0, 2.0), Int(-1)]),
        sample(&[Uniform(&[], -2.0, 2.0), Int(0)]),
        sample(&[Uniform(&[0, 3], -2.0, 2.0), Int(1)]),
        sample(&[Uniform(&[3, 0], -2.0, 2.0), Int(1)]),
        kink(&[Floats(&[6], &[1.0, 1.0, 0.0, 1.0, 2.0, 2.0]), Int(0)]),
        kink(&[Floats(&[3], &[-0.0, 0.0, -0.0]), Int(0)]),
        kink(&[Floats(&[5], &[1.0, f64::NAN, f64::INFINITY, f64::NAN, -1.0]), Int(0)]),
        kink(&[Ints(&[4], &[2, 1, 2, 3]), Int(0)]),
        kink(&[Bools(&[3], &[true, false, true]), Int(0)]),
    ],
    proof: Proof::Torch("torch.cummin(*args)"),
};

fn run(_: &Cx, args: &[Tensor], attrs: &Attrs) -> Result<Outputs> {
    let axis = scanning::axis(&args[0], attrs.int(0))?;
    let x = args[0].plain()?;
    let (values, indices) = for_dtype!(x.dtype(), T => Tensor::build_pair::<T, i64>(x.to_dims(), |values, indices| {
        scan::cum_extreme(Order::Min, axis, x.slice::<T>(), values, indices);
    }))?;
    Ok(Outputs::Many(vec![values, indices]))
}
