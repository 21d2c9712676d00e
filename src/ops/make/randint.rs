//! Random integers.

use crate::device::DType;
use crate::device::cpu::random::{self, Philox, blocks};
use crate::ops::infer::sizes;
use crate::ops::making::device;
use crate::ops::sig::{DEVICE, DTYPE, Default, Param, ParamKind, int};
use crate::ops::{Attrs, Cuda, Kind, Meta, Op, OpError, Outputs, Proof, Result};
use crate::tape::Cx;
use crate::tensor::Tensor;

/// Without a size the result has no dimensions, and whoever binds the call makes an int of it. Two numbers take one
/// block of the generator.
pub static RANDINT: Op = Op {
    name: "randint",
    symbol: None,
    params: &[int("low"), int("high"), Param::new("size", ParamKind::Shape).or(Default::None), DTYPE, DEVICE],
    parts: &[],
    doc: "Random integers from `low` up to, not including, `high`, all equally likely. Without a size it is one int.",
    examples: &["randint(3, 4)  # 3", "randint(0, 10, 2, 3).shape  # (2, 3)"],
    kind: Kind::Whole { infer, run, cuda: Cuda::ToCome },
    vjp: &[],
    samples: &[],
    proof: Proof::Other("random; the generator's own tests and tests of its moments"),
};

fn infer(_: &[Meta], attrs: &Attrs) -> Result<Vec<Meta>> {
    let (low, high) = (attrs.int(0), attrs.int(1));
    if low >= high {
        return Err(OpError::new("VALUE-12", format!("there is no integer from {low} up to, not including, {high}"))
            .at(0, format!("{low}"))
            .at(1, format!("{high}")));
    }
    let dims = sizes(attrs.opt_ints(2).unwrap_or(&[]), 2)?;
    let dtype = attrs.opt_dtype(3).unwrap_or(DType::I64);
    if dtype == DType::Bool {
        return Err(OpError::new("TYPE-10", "randint makes numbers, not bools").at(3, "bool"));
    }
    Ok(vec![Meta::new(dtype, dims)])
}

fn run(cx: &Cx, _: &[Tensor], attrs: &Attrs) -> Result<Outputs> {
    device(attrs, 4, cx.device())?;
    let Meta { dtype, dims } = infer(&[], attrs)?[0];
    let n = Tensor::shape_of(DType::I64, dims)?.numel();
    let state = cx.take_random(blocks(n, 2) as u64);
    let (philox, from) = (Philox { key: state.key }, state.counter as u128);
    let ints = Tensor::build(dims, |dst| random::randint(philox, from, attrs.int(0), attrs.int(1), dst))?;
    Ok(Outputs::One(cx.without_grad(|| cx.cast(&ints, dtype))?))
}
