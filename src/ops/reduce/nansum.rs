//! Sums of what is not NaN.

use crate::device::cpu::elem::Elem;
use crate::device::cpu::reduce;
use crate::ops::sig::{DIMS, DTYPE, KEEPDIM, X};
use crate::ops::{Attrs, Cuda, Grad, Kind, Needs, Op, Outputs, Proof, Result, for_dtype, reducing, sum};
use crate::ops::{isnan::ISNAN, where_::WHERE};
use crate::tape::Cx;
use crate::tensor::Tensor;
use crate::unary_samples;

pub static NANSUM: Op = Op {
    name: "nansum",
    symbol: None,
    params: &[X, DIMS, KEEPDIM, DTYPE],
    parts: &[],
    doc: "The sum of all elements that are not NaN, or along dimensions. Of integers and bools an i64.",
    examples: &["nansum([1.0, nan, 2.5])  # 3.5", "nansum([[1.0, nan], [3.0, 4.0]], dim: 0)  # f32[2] [4.0, 4.0]"],
    kind: Kind::Whole { infer: sum::infer, run, cuda: Cuda::ToCome },
    vjp: &[Grad::Rule(Needs::IN0, |cx, s, g| {
        let x = s.tensor(0);
        let dims = x.to_dims();
        let all = cx.spread(g, &reducing::kept(&dims, s.attrs().opt_ints(0)), &dims);
        cx.mul(all, cx.eq(&x, &x))
    })],
    samples: unary_samples!(-2.0, 2.0;
        sample(&[Uniform(&[2, 3, 4], -2.0, 2.0), Int(1)]),
        sample(&[Uniform(&[2, 3, 4], -2.0, 2.0), Int(-1), Bool(true)]),
        sample(&[Uniform(&[2, 3, 4], -2.0, 2.0), Tuple(&[0, 2])]),
        sample(&[Uniform(&[2, 0, 4], -2.0, 2.0), Int(1)]),
        sample(&[Strided(&[3, 5], -2.0, 2.0), Int(0)]),
        sample(&[Uniform(&[2000], -2.0, 2.0)]),
        sample(&[Uniform(&[3], -2.0, 2.0), Absent, Bool(false), Str("f64")]),
        kink(&[Floats(&[4], &[1.0, f64::NAN, -0.5, f64::NAN])]),
        kink(&[Floats(&[2, 2], &[f64::NAN, f64::NAN, -0.5, f64::NAN]), Int(1), Bool(true)]),
        kink(&[Floats(&[3], &[f64::INFINITY, f64::NAN, 1.0])]),
        kink(&[Floats(&[3], &[f64::INFINITY, f64::NEG_INFINITY, 1.0])]),
        kink(&[Floats(&[3], &[1.5, f64::NAN, 1.5]), Absent, Bool(false), Str("i64")]),
        kink(&[Ints(&[3], &[2, -3, 4])]),
        kink(&[Bools(&[2], &[true, true])])),
    proof: Proof::Torch(
        "torch.nansum(args[0].detach() if args[3:] == [torch.int64] else args[0], args[1] if len(args) > 1 else None, len(args) > 2 and args[2], dtype=args[3] if len(args) > 3 else None)",
    ),
};

fn run(cx: &Cx, args: &[Tensor], attrs: &Attrs) -> Result<Outputs> {
    let x = &args[0];
    let dtype = sum::dtype_of(attrs.opt_dtype(2), x.dtype());
    let x = cx.without_grad(|| match attrs.opt_dtype(2) {
        // NaN is gone before it would become an integer.
        Some(d) if !d.is_float() && x.dtype().is_float() => {
            cx.cast(&cx.call1(&WHERE, &[cx.unary(&ISNAN, x)?.into(), 0.0.into(), x.into()], &[])?, d)
        }
        Some(d) => cx.cast(x, d),
        None => Ok(x.clone()),
    })?;
    let r = reducing::arrange(&x, attrs.opt_ints(0), attrs.bool(1), 1)?;
    let out = for_dtype!(x.dtype(), T => {
        Tensor::build::<<T as Elem>::Sum>(r.dims, |dst| reduce::nansum::<T>(r.axis, r.x.slice(), dst))
    })?;
    // Only a sum of bools asked for as bool differs here.
    Ok(Outputs::One(cx.without_grad(|| cx.cast(&out, dtype))?))
}
