//! Powers of matrices.

use super::error::Result;
use super::linalg::inv::INV;
use super::matrices::check_square;
use super::sample::{Sample, Value::*, kink, sample};
use super::sig::{Param, int};
use super::{Attr, Attrs, Operand, Outputs};
use crate::device::DType;
use crate::tape::Cx;
use crate::tensor::Tensor;

pub const PARAMS: &[Param] = &[super::matrices::A, int("n")];

pub const SAMPLES: &[Sample] = &[
    sample(&[Uniform(&[3, 3], -1.0, 1.0), Int(3)]),
    sample(&[Uniform(&[3, 3], -1.0, 1.0), Int(0)]),
    sample(&[Uniform(&[2, 2, 2], -1.0, 1.0), Int(1)]),
    sample(&[Strided(&[3, 3], -1.0, 1.0), Int(6)]),
    sample(&[Floats(&[2, 2], &[1.5, 2.25, -0.75, 4.5]), Int(-1)]),
    sample(&[Floats(&[2, 2], &[1.5, 2.25, -0.75, 4.5]), Int(-3)]),
    sample(&[Uniform(&[0, 0], -1.0, 1.0), Int(2)]),
    kink(&[Floats(&[2, 2], &[1.0, 2.0, 2.0, 4.0]), Int(-1)]),
];

/// By squares: for 6 the square, its square, and the product of both.
pub fn matrix_power(name: &'static str, cx: &Cx, args: &[Operand], attrs: &Attrs) -> Result<Outputs> {
    check_square(name, args, 0)?;
    let given = args[0].to_tensor();
    // Half types are rounded once, at the end.
    let half = given.dtype().is_float() && given.dtype() != given.dtype().compute();
    let mut x = if half { cx.cast(&given, DType::F32)? } else { given.clone() };
    let n = attrs.int(0);
    if n < 0 {
        x = cx.call1(&INV, &[x.into()], &[])?;
    }
    let mut rest = n.unsigned_abs();
    if rest == 0 {
        let size = x.dims()[x.ndim() - 1] as i64;
        let dtype = if x.dtype() == DType::Bool { DType::I64 } else { x.dtype() };
        let unit = [Attr::Int(size), Attr::None, Attr::DType(dtype), Attr::None];
        let unit = cx.call1(&super::eye::EYE, &[], &unit)?;
        let all = cx.call1(&super::expand::EXPAND, &[unit.into()], &[super::rules::sizes(x.dims())])?;
        return Ok(Outputs::One(if half { cx.cast(&all, given.dtype())? } else { all }));
    }
    let mut out: Option<Tensor> = None;
    loop {
        if rest & 1 == 1 {
            out = Some(match out {
                None => x.clone(),
                Some(out) => cx.product_tt(&out, &x)?,
            });
        }
        rest >>= 1;
        if rest == 0 {
            let out = out.unwrap_or(x);
            return Ok(Outputs::One(if half { cx.cast(&out, given.dtype())? } else { out }));
        }
        x = cx.product_tt(&x, &x)?;
    }
}
