//! Ranks of matrices.

use super::svdvals::VALUES;
use crate::device::DType;
use crate::ops::matrices::{A, check_matrix, check_square, checked, floats, mirrored};
use crate::ops::rules::ints;
use crate::ops::sample::{Value::*, kink};
use crate::ops::sig::{Default, Param, ParamKind};
use crate::ops::{Attr, Attrs, Kind, Op, Operand, Outputs, Proof, Result};
use crate::tape::Cx;
use crate::tensor::{Num, Tensor};

pub const ATOL: Param = Param::new("atol", ParamKind::Float).or(Default::None);
pub const RTOL: Param = Param::new("rtol", ParamKind::Float).or(Default::None);
pub const HERMITIAN: Param = Param::new("hermitian", ParamKind::Bool).or(Default::Bool(false));

pub static MATRIX_RANK: Op = Op {
    name: "linalg.matrix_rank",
    symbol: None,
    params: &[A, ATOL, RTOL, HERMITIAN],
    parts: &[],
    doc: "How many singular values of matrices are more than `atol` and `rtol` times the largest; without either, `rtol` is the larger size times the dtype's precision. With `hermitian: true` only the lower triangle of a symmetric matrix is read.",
    examples: &["linalg.matrix_rank([[1.0, 2.0], [2.0, 4.0]])  # 1"],
    kind: Kind::Composite(|cx, args, attrs| checked(cx, || run(cx, args, attrs))),
    vjp: &[],
    samples: &[
        kink(&[Uniform(&[3, 3], -2.0, 2.0)]),
        kink(&[Strided(&[4, 2], -2.0, 2.0)]),
        kink(&[Uniform(&[2, 2, 2, 4], -2.0, 2.0)]),
        kink(&[Uniform(&[0, 3, 2], -2.0, 2.0)]),
        kink(&[Uniform(&[0, 3], -2.0, 2.0)]),
        kink(&[Floats(&[2, 2], &[1.0, 2.0, 2.0, 4.0])]),
        kink(&[Floats(&[2, 2], &[0.0; 4])]),
        kink(&[Floats(&[2, 2], &[5.0, 0.0, 0.0, 1.0]), Number(2.0)]),
        kink(&[Floats(&[2, 2], &[5.0, 0.0, 0.0, 1.0]), Absent, Number(0.5)]),
        kink(&[Floats(&[2, 2], &[5.0, 9.0, 0.0, 1.0]), Absent, Number(0.5), Bool(true)]),
    ],
    proof: Proof::Torch(
        "torch.linalg.matrix_rank(args[0] if args[0].is_floating_point() or args[0].dtype == torch.bool else args[0].to(torch.float32), atol=args[1] if len(args) > 1 else None, rtol=args[2] if len(args) > 2 else None, hermitian=args[3] if len(args) > 3 else False)",
    ),
};

/// What singular values `s` of `a` have to be more than; attributes atol and rtol.
pub fn cutoff(cx: &Cx, a: &Tensor, s: &Tensor, attrs: &Attrs) -> Tensor {
    let k = s.ndim() - 1;
    if s.dims()[k] == 0 {
        return Tensor::scalar(s.dtype(), Num::Float(0.0));
    }
    let precision = if a.dtype() == DType::F64 { f64::EPSILON } else { f32::EPSILON as f64 };
    let larger = a.dims()[k].max(a.dims()[k + 1]) as f64;
    let (atol, rtol) = match (attrs.opt_float(0), attrs.opt_float(1)) {
        (None, None) => (0.0, larger * precision),
        (atol, rtol) => (atol.unwrap_or(0.0), rtol.unwrap_or(0.0)),
    };
    cx.maximum(cx.mul(cx.narrow(s, k, 0, 1), rtol), atol)
}

fn run(cx: &Cx, args: &[Operand], attrs: &Attrs) -> Result<Outputs> {
    let hermitian = attrs.bool(2);
    if hermitian {
        check_square(MATRIX_RANK.name, args, 0)?
    } else {
        check_matrix(MATRIX_RANK.name, args, 0)?
    }
    cx.without_grad(|| {
        let x = floats(cx, args)?;
        let a = if hermitian { mirrored(cx, &x.tensors[0]) } else { x.tensors[0].detach() };
        let s = cx.call1(&VALUES, &[(&a).into()], &[])?;
        let counts = cx.gt(&s, cutoff(cx, &a, &s, attrs));
        let over = [ints(&[-1]), Attr::Bool(false), Attr::None];
        Ok(Outputs::One(cx.call1(&crate::ops::sum::SUM, &[counts.into()], &over)?))
    })
}
