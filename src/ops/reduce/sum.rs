//! Sums.

use crate::device::DType;
use crate::device::cpu::reduce;
use crate::device::cpu::tile::Total;
use crate::ops::index::slice_mut;
use crate::ops::sig::{DIMS, DTYPE, KEEPDIM, X};
use crate::ops::{Attrs, Cuda, Grad, Kind, Meta, Needs, Op, Outputs, Proof, Result, for_dtype, reducing};
use crate::tape::Cx;
use crate::tensor::{Num, Tensor, expr};
use crate::unary_samples;

pub static SUM: Op = Op {
    name: "sum",
    symbol: None,
    params: &[X, DIMS, KEEPDIM, DTYPE],
    parts: &[],
    doc: "The sum of all elements, or along dimensions. Of integers and bools an i64.",
    examples: &["sum([[1, 2], [3, 4]])  # 10", "sum([[1, 2], [3, 4]], dim: 0)  # i64[2] [4, 6]"],
    kind: Kind::Whole { infer, run, cuda: Cuda::ToCome },
    vjp: &[Grad::Rule(Needs::SHAPES, |cx, s, g| {
        let dims = s.shape(0);
        cx.spread(g, &reducing::kept(&dims, s.attrs().opt_ints(0)), &dims)
    })],
    samples: unary_samples!(-2.0, 2.0;
        sample(&[Uniform(&[2, 3, 4], -2.0, 2.0), Int(1)]),
        sample(&[Uniform(&[2, 3, 4], -2.0, 2.0), Int(-1), Bool(true)]),
        sample(&[Uniform(&[2, 3, 4], -2.0, 2.0), Tuple(&[0, 2])]),
        sample(&[Uniform(&[2, 3, 4], -2.0, 2.0), Tuple(&[0, 2]), Bool(true)]),
        sample(&[Uniform(&[2, 0, 4], -2.0, 2.0), Int(1)]),
        sample(&[Strided(&[3, 5], -2.0, 2.0), Int(0)]),
        sample(&[Uniform(&[2000], -2.0, 2.0)])),
    proof: Proof::Torch("torch.sum(*args)"),
};

pub fn dtype_of(given: Option<DType>, x: DType) -> DType {
    given.unwrap_or(if x.is_float() { x } else { DType::I64 })
}

pub fn infer(metas: &[Meta], attrs: &Attrs) -> Result<Vec<Meta>> {
    let mut out = reducing::infer(metas, attrs, |d| d)?;
    out[0].dtype = dtype_of(attrs.opt_dtype(2), metas[0].dtype);
    Ok(out)
}

fn run(cx: &Cx, args: &[Tensor], attrs: &Attrs) -> Result<Outputs> {
    let x = match attrs.opt_dtype(2) {
        Some(d) => cx.without_grad(|| cx.cast(&args[0], d))?,
        None => args[0].clone(),
    };
    let dtype = dtype_of(attrs.opt_dtype(2), x.dtype());
    if attrs.opt_ints(0).is_none_or(|d| d.is_empty()) {
        let total = match expr::sum(&x)? {
            Total::Float(v) => Num::Float(v),
            Total::Int(v) => Num::Int(v),
        };
        let dims = reducing::kept(&x.to_dims(), None);
        return Ok(Outputs::One(match attrs.bool(1) {
            true => Tensor::full(dtype, dims, total)?,
            false => Tensor::scalar(dtype, total),
        }));
    }
    let r = reducing::arrange(&x, attrs.opt_ints(0), attrs.bool(1), 1)?;
    let out = Tensor::empty_dims(dtype, r.dims)?;
    for_dtype!(r.x.dtype(), T => {
        // SAFETY: `out` is new.
        reduce::sum::<T>(r.axis, r.x.slice(), unsafe { slice_mut(&out) })
    });
    Ok(Outputs::One(out))
}
