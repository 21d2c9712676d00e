//! Means of what is not NaN.

use crate::ops::sig::{DIMS, DTYPE, KEEPDIM, X};
use crate::ops::{Attr, Attrs, Kind, Op, Operand, Outputs, Proof, Result, mean, sum};
use crate::ops::{div::DIV, eq::EQ, nansum::NANSUM};
use crate::tape::Cx;
use crate::unary_samples;

pub static NANMEAN: Op = Op {
    name: "nanmean",
    symbol: None,
    params: &[X, DIMS, KEEPDIM, DTYPE],
    parts: &[],
    doc: "The mean of all elements that are not NaN, or along dimensions; NaN of none. Of integers and bools an f32.",
    examples: &["nanmean([1.0, nan, 2.0])  # 1.5", "nanmean([[1.0, nan], [3.0, 4.0]], dim: 0)  # f32[2] [2.0, 4.0]"],
    kind: Kind::Composite(run),
    vjp: &[],
    samples: unary_samples!(-2.0, 2.0;
        sample(&[Uniform(&[2, 3, 4], -2.0, 2.0), Int(1)]),
        sample(&[Uniform(&[2, 3, 4], -2.0, 2.0), Int(-1), Bool(true)]),
        sample(&[Uniform(&[2, 3, 4], -2.0, 2.0), Tuple(&[0, 2])]),
        sample(&[Strided(&[3, 5], -2.0, 2.0), Int(0)]),
        sample(&[Uniform(&[3], -2.0, 2.0), Absent, Bool(true), Str("f64")]),
        kink(&[Uniform(&[2, 0], -2.0, 2.0), Int(1)]),
        kink(&[Floats(&[4], &[1.0, f64::NAN, -0.5, f64::NAN])]),
        kink(&[Floats(&[2, 2], &[f64::NAN, f64::NAN, -0.5, f64::NAN]), Int(1), Bool(true)]),
        kink(&[Floats(&[3], &[f64::INFINITY, f64::NAN, 1.0])]),
        kink(&[Ints(&[3], &[2, -3, 4])])),
    proof: Proof::Torch(
        "torch.nanmean(args[0] if args[0].is_floating_point() else args[0].float(), args[1] if len(args) > 1 else None, len(args) > 2 and args[2], dtype=args[3] if len(args) > 3 else None)",
    ),
};

fn run(cx: &Cx, args: &[Operand], attrs: &Attrs) -> Result<Outputs> {
    let x = args[0].to_tensor();
    let dtype = mean::dtype_of(attrs, x.dtype())?;
    // Half types are rounded once.
    let x = cx.cast(&x, dtype.compute())?;
    let over = [attrs.get(0).clone(), attrs.get(1).clone(), Attr::None];
    let total = cx.call1(&NANSUM, &[(&x).into()], &over)?;
    let count = cx.without_grad(|| cx.call1(&sum::SUM, &[cx.binary_tt(&EQ, &x, &x)?.into()], &over))?;
    let mean = cx.binary_tt(&DIV, &total, &count)?;
    Ok(Outputs::One(cx.cast(&mean, dtype)?))
}
