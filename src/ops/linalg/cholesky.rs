//! Cholesky's factorisation.

use super::solve_triangular::triangular;
use crate::device::cpu::linalg::{self, Parts};
use crate::ops::matrices::{
    A, CORE, check_square, checked, count, floats, for_real, lower, refuse, reserve, split, symmetric, transposed,
};
use crate::ops::sample::{Value::*, kink, sample};
use crate::ops::sig::{Default, Param, ParamKind};
use crate::ops::{Attrs, Cuda, Grad, Kind, Needs, Op, Operand, Outputs, Proof, Result};
use crate::tape::{Cx, Saved};
use crate::tensor::Tensor;

pub static CHOLESKY: Op = Op {
    name: "linalg.cholesky",
    symbol: None,
    params: &[A, Param::new("upper", ParamKind::Bool).or(Default::Bool(false))],
    parts: &[],
    doc: "The lower triangular `L` with `L @ L.T = A` for symmetric matrices that are positive definite, or with `upper: true` its transpose. Only the lower triangle is read (or the upper); the gradient is that of a symmetric matrix.",
    examples: &["linalg.cholesky([[4.0, 2.0], [2.0, 2.0]])  # f32[2, 2] [[2.0, 0.0], [1.0, 1.0]]"],
    kind: Kind::Composite(|cx, args, attrs| checked(cx, || run(cx, args, attrs))),
    vjp: &[],
    samples: &[
        kink(&[Floats(&[2, 2], &[4.0, 2.0, 2.0, 3.0])]),
        kink(&[Floats(&[2, 2], &[4.0, 2.0, 2.0, 3.0]), Bool(true)]),
        kink(&[Floats(&[3, 3], &[4.0, 0.5, -1.0, 0.5, 3.0, 0.25, -1.0, 0.25, 2.0])]),
        kink(&[Floats(&[2, 2, 2], &[4.0, 2.0, 2.0, 3.0, 1.0, 0.5, 0.5, 2.0])]),
        kink(&[Floats(&[2, 2, 2], &[4.0, 2.0, 2.0, 3.0, 1.0, 0.5, 0.5, 2.0]), Bool(true)]),
        kink(&[Floats(&[2, 2], &[4.0, 9.0, 2.0, 3.0])]),
        kink(&[Floats(&[2, 2], &[4.0, 2.0, 9.0, 3.0]), Bool(true)]),
        sample(&[Uniform(&[1, 1], 0.5, 2.0)]),
        sample(&[Uniform(&[0, 0], 0.5, 2.0)]),
        sample(&[Uniform(&[0, 2, 2], 0.5, 2.0)]),
        kink(&[Floats(&[2, 2], &[1.0, 2.0, 2.0, 1.0])]),
        kink(&[Floats(&[2, 2], &[0.0, 0.0, 0.0, 0.0])]),
    ],
    proof: Proof::Torch("torch.linalg.cholesky(args[0], upper=args[1] if len(args) > 1 else False)"),
};

static FACTOR: Op = Op {
    name: "linalg.cholesky",
    kind: Kind::Whole { infer: |metas, _| Ok(vec![metas[0]]), run: core, cuda: Cuda::ToCome },
    vjp: &[Grad::Rule(Needs::OUT, gradient)],
    ..CORE
};

fn run(cx: &Cx, args: &[Operand], attrs: &Attrs) -> Result<Outputs> {
    check_square(CHOLESKY.name, args, 0)?;
    let x = floats(cx, args)?;
    let turn = |t: Tensor| if attrs.bool(0) { transposed(cx, &t) } else { t };
    let found = cx.call1(&FACTOR, &[turn(x.tensors[0].clone()).into()], &[])?;
    Ok(Outputs::One(x.back(cx, turn(found))?))
}

fn core(_: &Cx, args: &[Tensor], _: &Attrs) -> Result<Outputs> {
    let a = args[0].plain()?;
    let (batch, n, _) = split(a.dims());
    reserve(&a, 2)?;
    let mut done = Ok(());
    let out = for_real!(a.dtype(), T => Tensor::build::<T>(a.to_dims(), |out| {
        let (a, to) = (a.slice::<T>(), Parts::new(out));
        // SAFETY: each matrix has a place of its own.
        let one = |k: usize| linalg::cholesky(n, &a[k * n * n..][..n * n], unsafe { to.get(k, n * n) });
        done = linalg::each(count(&batch), n * n * n, &one);
    }))?;
    done.map_err(|e| refuse(CHOLESKY.name, &batch, e, 0))?;
    Ok(Outputs::One(out))
}

/// `inv(l).T @ p @ inv(l)` made symmetric, where `p` is the lower half of `l.T @ g`, with half of its diagonal.
fn gradient(cx: &Cx, s: &Saved, g: &Tensor) -> Tensor {
    let l = s.out();
    let turned = transposed(cx, &l);
    let p = cx.matmul(&turned, &lower(cx, g, 0));
    let p = cx.mul(cx.add(lower(cx, &p, 0), lower(cx, &p, -1)), 0.5);
    let left = triangular(cx, &turned, &p, true);
    let both = triangular(cx, &turned, &transposed(cx, &left), true);
    symmetric(cx, &both)
}
