//! A random order.

use crate::device::DType;
use crate::device::cpu::random::{self, Philox, blocks};
use crate::ops::infer::sizes;
use crate::ops::making::device;
use crate::ops::sig::{DEVICE, int};
use crate::ops::{Attrs, Cuda, Kind, Meta, Op, Outputs, Proof, Result};
use crate::tape::Cx;
use crate::tensor::Tensor;

/// Each step of the shuffle, of which there is one less than numbers, takes half a block of the generator.
pub static PERMUTATION: Op = Op {
    name: "permutation",
    symbol: None,
    params: &[int("n"), DEVICE],
    parts: &[],
    doc: "The integers from 0 up to, not including, `n` in random order; every order is equally likely. `x[permutation(len(x))]` shuffles.",
    examples: &["sum(permutation(5))  # 10"],
    kind: Kind::Whole { infer, run, cuda: Cuda::ToCome },
    vjp: &[],
    samples: &[],
    proof: Proof::Other("random; the generator's own tests"),
};

fn infer(_: &[Meta], attrs: &Attrs) -> Result<Vec<Meta>> {
    Ok(vec![Meta::new(DType::I64, sizes(&[attrs.int(0)], 0)?)])
}

fn run(cx: &Cx, _: &[Tensor], attrs: &Attrs) -> Result<Outputs> {
    device(attrs, 1, cx.device())?;
    let dims = infer(&[], attrs)?[0].dims;
    let steps = Tensor::shape_of(DType::I64, dims)?.numel().saturating_sub(1);
    let state = cx.take_random(blocks(steps, 2) as u64);
    let (philox, from) = (Philox { key: state.key }, state.counter as u128);
    Ok(Outputs::One(Tensor::build(dims, |dst| random::permutation(philox, from, dst))?))
}
