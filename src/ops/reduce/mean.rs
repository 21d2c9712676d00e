//! Means.

use crate::device::DType;
use crate::device::cpu::reduce::{self, Mean};
use crate::device::cpu::tile::Total;
use crate::ops::sig::{DIMS, DTYPE, KEEPDIM, X};
use crate::ops::{Attrs, Cuda, Grad, Kind, Meta, Needs, Op, OpError, Outputs, Proof, Result, for_dtype, reducing};
use crate::tape::Cx;
use crate::tensor::{Num, Tensor, expr};
use crate::unary_samples;

pub static MEAN: Op = Op {
    name: "mean",
    symbol: None,
    params: &[X, DIMS, KEEPDIM, DTYPE],
    parts: &[],
    doc: "The mean of all elements, or along dimensions; NaN of none. Of integers and bools an f32.",
    examples: &["mean([1, 2, 6])  # 3.0", "mean([[1.0, 2.0], [3.0, 4.0]], dim: 0)  # f32[2] [2.0, 3.0]"],
    kind: Kind::Whole { infer, run, cuda: Cuda::ToCome },
    vjp: &[Grad::Rule(Needs::SHAPES, |cx, s, g| {
        let dims = s.shape(0);
        let kept = reducing::kept(&dims, s.attrs().opt_ints(0));
        let n = dims.numel().unwrap_or(0) / kept.numel().unwrap_or(0).max(1);
        cx.spread(&cx.div(g, n as f64), &kept, &dims)
    })],
    samples: unary_samples!(-2.0, 2.0;
        sample(&[Uniform(&[2, 3, 4], -2.0, 2.0), Int(1)]),
        sample(&[Uniform(&[2, 3, 4], -2.0, 2.0), Int(-1), Bool(true)]),
        sample(&[Uniform(&[2, 3, 4], -2.0, 2.0), Tuple(&[0, 2])]),
        sample(&[Uniform(&[2, 3, 4], -2.0, 2.0), Absent, Bool(true)]),
        sample(&[Uniform(&[2, 0, 4], -2.0, 2.0), Int(1)]),
        sample(&[Strided(&[3, 5], -2.0, 2.0), Int(0)]),
        sample(&[Uniform(&[2000], -2.0, 2.0)]),
        kink(&[Ints(&[3], &[1, 2, 6]), Absent, Bool(false), Str("f64")])),
    proof: Proof::Torch("torch.mean(*args[:3], **({'dtype': args[3]} if len(args) > 3 else {}))"),
};

pub fn dtype_of(attrs: &Attrs, x: DType) -> Result<DType> {
    match attrs.opt_dtype(2) {
        Some(d) if !d.is_float() => Err(OpError::new("TYPE-10", format!("a mean is a float, not {d}")).at(3, d.name())),
        Some(d) => Ok(d),
        None => Ok(if x.is_float() { x } else { DType::F32 }),
    }
}

fn infer(metas: &[Meta], attrs: &Attrs) -> Result<Vec<Meta>> {
    let mut out = reducing::infer(metas, attrs, |d| d)?;
    out[0].dtype = dtype_of(attrs, metas[0].dtype)?;
    Ok(out)
}

fn run(cx: &Cx, args: &[Tensor], attrs: &Attrs) -> Result<Outputs> {
    let dtype = dtype_of(attrs, args[0].dtype())?;
    let x = match attrs.opt_dtype(2) {
        Some(d) => cx.without_grad(|| cx.cast(&args[0], d))?,
        None => args[0].clone(),
    };
    if attrs.opt_ints(0).is_none_or(|d| d.is_empty()) {
        let total = match expr::sum(&x)? {
            Total::Float(v) => v,
            Total::Int(v) => v as f64,
        };
        let mean = Num::Float(total / x.numel() as f64);
        return Ok(Outputs::One(match attrs.bool(1) {
            true => Tensor::full(dtype, reducing::kept(&x.to_dims(), None), mean)?,
            false => Tensor::scalar(dtype, mean),
        }));
    }
    let r = reducing::arrange(&x, attrs.opt_ints(0), attrs.bool(1), 1)?;
    let out = for_dtype!(x.dtype(), T => {
        Tensor::build::<<T as Mean>::Mean>(r.dims, |dst| reduce::mean::<T>(r.axis, r.x.slice(), dst))
    });
    Ok(Outputs::One(out?))
}
