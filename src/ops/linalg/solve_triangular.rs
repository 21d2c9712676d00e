//! Systems of linear equations with a triangular matrix.

use super::solve::{arranged, spread, system_infer};
use crate::device::cpu::linalg::{self, Outcome, Parts, Triangle};
use crate::ops::matrices::{A, B, CORE, check_square, count, floats, for_real, lower, split, transposed, upper};
use crate::ops::sample::{Value::*, kink, sample};
use crate::ops::sig::{Default, Param, ParamKind};
use crate::ops::{Attr, Attrs, Cuda, Grad, Kind, Needs, Op, Operand, Outputs, Proof, Result};
use crate::tape::{Cx, Saved};
use crate::tensor::Tensor;

pub static SOLVE_TRIANGULAR: Op = Op {
    name: "linalg.solve_triangular",
    symbol: None,
    params: &[
        A,
        B,
        Param::new("upper", ParamKind::Bool),
        Param::new("left", ParamKind::Bool).or(Default::Bool(true)),
        Param::new("unitriangular", ParamKind::Bool).or(Default::Bool(false)),
    ],
    parts: &[],
    doc: "The `X` with `A @ X = B`, or `X @ A = B` with `left: false`, for triangular matrices `A`: of each only the triangle that `upper` chooses is read, with `unitriangular: true` not its diagonal either, which counts as ones. A 0 on the diagonal gives inf or NaN.",
    examples: &[
        "linalg.solve_triangular([[2.0, 0.0], [1.0, 1.0]], [[2.0], [3.0]], upper: false)  # f32[2, 1] [[1.0], [2.0]]",
    ],
    kind: Kind::Composite(run),
    vjp: &[],
    samples: &[
        sample(&[Uniform(&[3, 3], 0.5, 2.0), Uniform(&[3, 2], -2.0, 2.0), Bool(true)]),
        sample(&[Uniform(&[3, 3], 0.5, 2.0), Uniform(&[3, 2], -2.0, 2.0), Bool(false)]),
        sample(&[Strided(&[3, 3], 0.5, 2.0), Strided(&[2, 3], -2.0, 2.0), Bool(true), Bool(false)]),
        sample(&[Uniform(&[3, 3], 0.5, 2.0), Uniform(&[2, 3], -2.0, 2.0), Bool(false), Bool(false)]),
        sample(&[Uniform(&[3, 3], 0.5, 2.0), Uniform(&[3, 2], -2.0, 2.0), Bool(true), Bool(true), Bool(true)]),
        sample(&[Uniform(&[3, 3], 0.5, 2.0), Uniform(&[2, 3], -2.0, 2.0), Bool(false), Bool(false), Bool(true)]),
        sample(&[Uniform(&[2, 1, 3, 3], 0.5, 2.0), Uniform(&[2, 3, 2], -2.0, 2.0), Bool(true)]),
        sample(&[Uniform(&[3, 3], 0.5, 2.0), Uniform(&[2, 3, 2], -2.0, 2.0), Bool(false)]),
        sample(&[Uniform(&[0, 0], 0.5, 2.0), Uniform(&[0, 2], -2.0, 2.0), Bool(true)]),
        sample(&[Uniform(&[3, 3], 0.5, 2.0), Uniform(&[3, 0], -2.0, 2.0), Bool(true)]),
        sample(&[Uniform(&[40, 40], 0.4, 0.6), Uniform(&[40, 2], -2.0, 2.0), Bool(true)]),
        sample(&[Uniform(&[40, 40], -0.1, 0.1), Uniform(&[40, 2], -2.0, 2.0), Bool(false), Bool(true), Bool(true)]),
        kink(&[Floats(&[2, 2], &[0.0, 1.0, 0.0, 1.0]), Floats(&[2, 1], &[3.0, 2.0]), Bool(true)]),
    ],
    proof: Proof::Torch(
        "torch.linalg.solve_triangular(args[0], args[1], upper=args[2], left=args[3] if len(args) > 3 else True, unitriangular=args[4] if len(args) > 4 else False)",
    ),
};

/// Matrices on both sides; with attributes upper and unit.
static SYSTEM: Op = Op {
    name: "linalg.solve_triangular",
    params: &[A, B, Param::new("upper", ParamKind::Bool), Param::new("unit", ParamKind::Bool)],
    kind: Kind::Whole { infer: system_infer, run: core, cuda: Cuda::ToCome },
    vjp: &[
        Grad::Rule(Needs::IN0.and(Needs::OUT).and(Needs::SHAPES), |cx, s, g| {
            let whole = cx.neg(cx.matmul(&to_right(cx, s, g), &transposed(cx, &s.out())));
            let unit = s.attrs().bool(1) as i64;
            if s.attrs().bool(0) { upper(cx, &whole, unit) } else { lower(cx, &whole, -unit) }
        }),
        Grad::Rule(Needs::IN0.and(Needs::SHAPES), to_right),
    ],
    ..CORE
};

fn to_right(cx: &Cx, s: &Saved, g: &Tensor) -> Tensor {
    let turned = transposed(cx, &s.tensor(0));
    cx.run(&SYSTEM, &[turned.into(), g.into()], &[Attr::Bool(!s.attrs().bool(0)), Attr::Bool(s.attrs().bool(1))])
}

/// The solution of a system with a triangular matrix, inside a rule.
pub fn triangular(cx: &Cx, a: &Tensor, b: &Tensor, upper: bool) -> Tensor {
    cx.run(&SYSTEM, &[a.into(), b.into()], &[Attr::Bool(upper), Attr::Bool(false)])
}

fn run(cx: &Cx, args: &[Operand], attrs: &Attrs) -> Result<Outputs> {
    check_square(SOLVE_TRIANGULAR.name, args, 0)?;
    let x = floats(cx, args)?;
    let (upper, left, unit) = (attrs.bool(0), attrs.bool(1), attrs.bool(2));
    // From the other side the matrix is transposed.
    let flags = [Attr::Bool(upper == left), Attr::Bool(unit)];
    let solve = |a: &Tensor, b: &Tensor| cx.call1(&SYSTEM, &[a.into(), b.into()], &flags);
    let found = arranged(cx, args, &x, left, false, solve)?;
    Ok(Outputs::One(x.back(cx, found)?))
}

fn core(cx: &Cx, args: &[Tensor], attrs: &Attrs) -> Result<Outputs> {
    let (a, b, dims) = spread(cx, args)?;
    let (batch, n, cols) = split(&dims);
    let triangle = Triangle { upper: attrs.bool(0), unit: attrs.bool(1) };
    let out = for_real!(a.dtype(), T => Tensor::build::<T>(dims, |out| {
        let (a, b, to) = (a.slice::<T>(), b.slice::<T>(), Parts::new(out));
        let one = |k: usize| -> Outcome {
            // SAFETY: each matrix has a place of its own.
            let x = unsafe { to.get(k, n * cols) };
            x.copy_from_slice(&b[k * n * cols..][..n * cols]);
            linalg::solve_triangular(n, cols, triangle, &a[k * n * n..][..n * n], x);
            Ok(())
        };
        let done = linalg::each(count(&batch), n * n * cols, &one);
        debug_assert!(done.is_ok());
    }))?;
    Ok(Outputs::One(out))
}
