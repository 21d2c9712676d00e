//! Pseudoinverses.

use super::matrix_rank::{ATOL, HERMITIAN, RTOL, cutoff};
use super::svd::VECTORS;
use crate::ops::matrices::{
    A, CORE, check_matrix, check_square, checked, floats, join, mirrored, scale_columns, split, transposed,
};
use crate::ops::sample::{Value::*, kink, sample};
use crate::ops::{Attr, Attrs, Cuda, Grad, Kind, Meta, Needs, Op, Operand, Outputs, Proof, Result};
use crate::tape::Cx;
use crate::tensor::Tensor;

pub static PINV: Op = Op {
    name: "linalg.pinv",
    symbol: None,
    params: &[A, ATOL, RTOL, HERMITIAN],
    parts: &[],
    doc: "The pseudoinverses of matrices. Singular values of at most `atol` or `rtol` times the largest count as 0; without either, `rtol` is the larger size times the dtype's precision. With `hermitian: true` only the lower triangle of a symmetric matrix is read.",
    examples: &["linalg.pinv([[2.0, 0.0], [0.0, 0.0]])  # f32[2, 2] [[0.5, 0.0], [0.0, 0.0]]"],
    kind: Kind::Composite(|cx, args, attrs| checked(cx, || run(cx, args, attrs))),
    vjp: &[],
    samples: &[
        sample(&[Floats(&[2, 2], &[1.5, 2.25, -0.75, 4.5])]),
        sample(&[Uniform(&[4, 2], -2.0, 2.0)]),
        sample(&[Strided(&[2, 4], -2.0, 2.0)]),
        sample(&[Uniform(&[2, 1, 3, 2], -2.0, 2.0)]),
        sample(&[Uniform(&[1, 1], 0.5, 2.0)]),
        sample(&[Uniform(&[0, 3], -2.0, 2.0)]),
        sample(&[Uniform(&[2, 3, 0], -2.0, 2.0)]),
        sample(&[Uniform(&[3, 3], -2.0, 2.0), Number(0.001), Number(0.001)]),
        kink(&[Floats(&[2, 2], &[1.0, 2.0, 2.0, 4.0])]),
        kink(&[Floats(&[2, 3], &[1.0, 2.0, 2.0, 2.0, 4.0, 4.0])]),
        kink(&[Floats(&[2, 2], &[5.0, 0.0, 0.0, 1.0]), Number(2.0)]),
        kink(&[Floats(&[2, 2], &[5.0, 0.0, 0.0, 1.0]), Absent, Number(0.5)]),
        kink(&[Floats(&[2, 2], &[0.0; 4])]),
    ],
    proof: Proof::TorchWithin {
        python: "torch.linalg.pinv(args[0], atol=args[1] if len(args) > 1 else None, rtol=args[2] if len(args) > 2 else None)",
        f32: 1e-4,
        f64: 1e-10,
        why: "both are off by the condition number times the precision",
    },
};

/// With attributes atol and rtol.
pub static PSEUDOINVERSE: Op = Op {
    name: "linalg.pinv",
    params: &[A, ATOL, RTOL],
    kind: Kind::Whole {
        infer: |metas, _| {
            let (batch, m, n) = split(&metas[0].dims);
            Ok(vec![Meta::new(metas[0].dtype, join(&batch, &[n, m]))])
        },
        run: |cx, args, attrs| checked(cx, || core(cx, args, attrs)),
        cuda: Cuda::ToCome,
    },
    vjp: &[Grad::Rule(Needs::IN0.and(Needs::OUT), |cx, s, g| gradient(cx, &s.tensor(0), &s.out(), g))],
    ..CORE
};

fn run(cx: &Cx, args: &[Operand], attrs: &Attrs) -> Result<Outputs> {
    let hermitian = attrs.bool(2);
    if hermitian {
        check_square(PINV.name, args, 0)?
    } else {
        check_matrix(PINV.name, args, 0)?
    }
    let x = floats(cx, args)?;
    let a = if hermitian { mirrored(cx, &x.tensors[0]) } else { x.tensors[0].clone() };
    let found = cx.call1(&PSEUDOINVERSE, &[a.into()], &attrs.all()[..2])?;
    Ok(Outputs::One(x.back(cx, found)?))
}

fn core(cx: &Cx, args: &[Tensor], attrs: &Attrs) -> Result<Outputs> {
    cx.without_grad(|| {
        let a = args[0].detach();
        let parts = cx.call(&VECTORS, &[(&a).into()], &[Attr::Bool(false)])?.into_vec();
        let (u, s, vt) = (&parts[0], &parts[1], &parts[2]);
        let counts = cx.gt(s, cutoff(cx, &a, s, attrs));
        let inverted = cx.select(&counts, cx.div(1.0, cx.select(&counts, s, 1.0)), 0.0);
        let out = cx.matmul(&scale_columns(cx, &transposed(cx, vt), &inverted), &transposed(cx, u));
        Ok(Outputs::One(out))
    })
}

/// For `p` of `a`: `-p.T g p.T + (I - a p) g.T p p.T + p.T p g.T (I - p a)`.
pub fn gradient(cx: &Cx, a: &Tensor, p: &Tensor, g: &Tensor) -> Tensor {
    let (pt, gt) = (transposed(cx, p), transposed(cx, g));
    let first = cx.neg(cx.matmul(&cx.matmul(&pt, g), &pt));
    let x = cx.matmul(&gt, &cx.matmul(p, &pt));
    let second = cx.sub(&x, cx.matmul(a, &cx.matmul(p, &x)));
    let y = cx.matmul(&cx.matmul(&pt, p), &gt);
    let third = cx.sub(&y, cx.matmul(&cx.matmul(&y, p), a));
    cx.add(first, cx.add(second, third))
}
