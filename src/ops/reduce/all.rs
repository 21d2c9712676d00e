//! Are all of them true?

use crate::device::DType;
use crate::device::cpu::reduce;
use crate::ops::sample::{Value::*, kink};
use crate::ops::sig::{DIMS, KEEPDIM, X};
use crate::ops::{Attrs, Cuda, Kind, Op, Outputs, Proof, Result, for_dtype, reducing};
use crate::tape::Cx;
use crate::tensor::Tensor;

pub static ALL: Op = Op {
    name: "all",
    symbol: None,
    params: &[X, DIMS, KEEPDIM],
    parts: &[],
    doc: "Whether all elements are true (not zero), of all or along dimensions; true of none.",
    examples: &["all([true, false])  # false", "all([[1, 0], [2, 3]], dim: 1)  # bool[2] [false, true]"],
    kind: Kind::Whole { infer: |metas, attrs| reducing::infer(metas, attrs, |_| DType::Bool), run, cuda: Cuda::ToCome },
    vjp: &[],
    samples: &[
        kink(&[Bools(&[4], &[true, false, true, true])]),
        kink(&[Bools(&[2, 2], &[true, false, true, true]), Int(1)]),
        kink(&[Bools(&[2, 2], &[true, false, true, true]), Tuple(&[0, 1]), Bool(true)]),
        kink(&[Ints(&[3], &[0, 2, -1])]),
        kink(&[Floats(&[3], &[0.0, -0.0, f64::NAN])]),
        kink(&[Floats(&[2], &[0.0, 0.0])]),
        kink(&[Bools(&[], &[true])]),
        kink(&[Bools(&[0], &[])]),
        kink(&[Uniform(&[2, 0], -2.0, 2.0), Int(1)]),
        kink(&[Strided(&[3, 4], -2.0, 2.0), Int(0)]),
    ],
    proof: Proof::Torch("torch.all(*args)"),
};

fn run(_: &Cx, args: &[Tensor], attrs: &Attrs) -> Result<Outputs> {
    let x = &args[0];
    let r = reducing::arrange(x, attrs.opt_ints(0), attrs.bool(1), 1)?;
    let out = for_dtype!(x.dtype(), T => {
        Tensor::build::<bool>(r.dims, |dst| reduce::all::<T>(r.axis, r.x.slice(), dst))
    });
    Ok(Outputs::One(out?))
}
