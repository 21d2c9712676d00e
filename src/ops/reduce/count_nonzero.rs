//! How many are not 0.

use crate::device::DType;
use crate::device::cpu::reduce;
use crate::ops::sample::{Value::*, kink};
use crate::ops::sig::{DIMS, X};
use crate::ops::{Attrs, Cuda, Kind, Op, Outputs, Proof, Result, for_dtype, reducing};
use crate::tape::Cx;
use crate::tensor::Tensor;

pub static COUNT_NONZERO: Op = Op {
    name: "count_nonzero",
    symbol: None,
    params: &[X, DIMS],
    parts: &[],
    doc: "How many elements are not 0, of all or along dimensions; NaN counts.",
    examples: &["count_nonzero([0.0, 3.0, nan])  # 2", "count_nonzero([[1, 0], [2, 3]], dim: 1)  # i64[2] [1, 2]"],
    kind: Kind::Whole { infer: |metas, attrs| reducing::infer(metas, attrs, |_| DType::I64), run, cuda: Cuda::ToCome },
    vjp: &[],
    samples: &[
        kink(&[Floats(&[2, 3], &[0.0, 1.5, -0.0, f64::NAN, 2.0, 0.0])]),
        kink(&[Floats(&[2, 3], &[0.0, 1.5, -0.0, f64::NAN, 2.0, 0.0]), Int(0)]),
        kink(&[Floats(&[2, 3], &[0.0, 1.5, -0.0, f64::NAN, 2.0, 0.0]), Int(-1)]),
        kink(&[Uniform(&[2, 3, 4], -2.0, 2.0), Tuple(&[0, 2])]),
        kink(&[Strided(&[3, 4], -2.0, 2.0), Int(0)]),
        kink(&[Uniform(&[], -2.0, 2.0)]),
        kink(&[Uniform(&[0, 3], -2.0, 2.0), Int(0)]),
        kink(&[Uniform(&[0], -2.0, 2.0)]),
        kink(&[Ints(&[4], &[0, -1, 2, 0])]),
        kink(&[Bools(&[2, 2], &[true, false, true, true]), Int(1)]),
    ],
    proof: Proof::Torch("torch.count_nonzero(*args)"),
};

fn run(_: &Cx, args: &[Tensor], attrs: &Attrs) -> Result<Outputs> {
    let x = &args[0];
    let r = reducing::arrange(x, attrs.opt_ints(0), false, 1)?;
    let out = for_dtype!(x.dtype(), T => {
        Tensor::build::<i64>(r.dims, |dst| reduce::count_nonzero::<T>(r.axis, r.x.slice(), dst))
    });
    Ok(Outputs::One(out?))
}
