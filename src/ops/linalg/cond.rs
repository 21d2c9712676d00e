//! Condition numbers.

use super::inv::INVERSE;
use super::matrix_norm::of_matrices;
use super::svdvals::VALUES;
use crate::ops::matrices::{A, check_matrix, check_square, checked, floats, sum};
use crate::ops::sample::{Value::*, kink, sample};
use crate::ops::sig::{Default, Param, ParamKind};
use crate::ops::{Attr, Attrs, Kind, Op, Operand, Outputs, Proof, Result};
use crate::tape::Cx;
use crate::tensor::{Num, Tensor};

pub static COND: Op = Op {
    name: "linalg.cond",
    symbol: None,
    params: &[A, Param::new("p", ParamKind::NumberOrStr).or(Default::None)],
    parts: &[],
    doc: "How much matrices magnify errors: the norm of order `p` times that of the inverse, `inf` for singular ones. Without `p`, and for 2, the largest singular value over the smallest, for -2 the smallest over the largest; these are there for matrices that are not square too.",
    examples: &["linalg.cond([[2.0, 0.0], [0.0, 0.5]])  # 4.0"],
    kind: Kind::Composite(|cx, args, attrs| checked(cx, || run(cx, args, attrs))),
    vjp: &[],
    samples: &[
        sample(&[Floats(&[2, 2], &[1.5, 2.25, -0.75, 4.5])]),
        sample(&[Uniform(&[2, 3, 2], -2.0, 2.0)]),
        sample(&[Strided(&[2, 4], -2.0, 2.0), Int(-2)]),
        sample(&[Floats(&[2, 2], &[1.5, 2.25, -0.75, 4.5]), Str("fro")]),
        sample(&[Floats(&[2, 2], &[1.5, 2.25, -0.75, 4.5]), Str("nuc")]),
        sample(&[Floats(&[2, 2], &[1.5, 2.25, -0.75, 4.5]), Int(1)]),
        sample(&[Floats(&[2, 2], &[1.5, 2.25, -0.75, 4.5]), Int(-1)]),
        sample(&[Floats(&[2, 2], &[1.5, 2.25, -0.75, 4.5]), Number(f64::INFINITY)]),
        sample(&[Floats(&[2, 2], &[1.5, 2.25, -0.75, 4.5]), Number(f64::NEG_INFINITY)]),
        sample(&[Uniform(&[0, 0], -2.0, 2.0)]),
        kink(&[Uniform(&[2, 3], -2.0, 2.0), Int(1)]),
        kink(&[Ints(&[2, 2], &[1, 2, 2, 4]), Int(1)]),
    ],
    proof: Proof::TorchWithin {
        // torch's own has no gradient where it inverts.
        python: "(lambda x, p=None: torch.linalg.cond(x, p) if p is None or x.numel() == 0 or not x.requires_grad or \
                 x.shape[-1] != x.shape[-2] else torch.linalg.norm(x, p, (-2, -1)) * \
                 torch.linalg.norm(torch.linalg.inv(x), p, (-2, -1)))(args[0] if args[0].is_floating_point() or \
                 args[0].dtype == torch.bool else args[0].to(torch.float32), *args[1:])",
        f32: 1e-4,
        f64: 1e-10,
        why: "both are off by the condition number times the precision",
    },
};

fn run(cx: &Cx, args: &[Operand], attrs: &Attrs) -> Result<Outputs> {
    check_matrix(COND.name, args, 0)?;
    let x = floats(cx, args)?;
    let a = &x.tensors[0];
    let n = a.ndim();
    let p = attrs.get(0);
    let order = match p {
        Attr::None => 2.0,
        Attr::Int(i) => *i as f64,
        Attr::Float(v) => *v,
        _ => f64::NAN,
    };
    let spectral = order.abs() == 2.0;
    if !spectral {
        check_square(COND.name, args, 0)?;
    }
    if a.dims()[n - 2..].contains(&0) {
        let batch = crate::tensor::Dims::of(&a.dims()[..n - 2]);
        return Ok(Outputs::One(Tensor::full(x.dtype, batch, Num::Float(0.0))?));
    }
    let nuclear = p.clone() == Attr::Str("nuc".into());
    let out = if spectral || nuclear {
        let s = cx.call1(&VALUES, &[a.into()], &[])?;
        let (last, k) = (s.ndim() - 1, s.dims()[s.ndim() - 1]);
        if nuclear {
            // The singular values of the inverse are theirs turned over.
            cx.mul(sum(cx, &s, &[last as i64])?, sum(cx, &cx.div(1.0, &s), &[last as i64])?)
        } else {
            let (first, least) = (cx.pick(&s, last, 0), cx.pick(&s, last, k - 1));
            if order > 0.0 { cx.div(first, least) } else { cx.div(least, first) }
        }
    } else {
        let inverse = cx.call1(&INVERSE, &[a.into()], &[Attr::Bool(true)])?;
        let norm = |t: &Tensor| of_matrices(cx, t, p, [n - 2, n - 1], false);
        cx.mul(norm(a)?, norm(&inverse)?)
    };
    Ok(Outputs::One(x.back(cx, out)?))
}
