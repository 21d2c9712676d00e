//! QR factorisations.

use super::solve_triangular::triangular;
use crate::device::cpu::linalg::{self, Outcome, Parts};
use crate::ops::matrices::{
    A, CORE, check_matrix, count, first_columns, floats, for_real, join, mirrored, reserve, split, transposed,
};
use crate::ops::sample::{Value::*, sample};
use crate::ops::sig::{Default, Param, ParamKind};
use crate::ops::{Attr, Attrs, Cuda, Grad, Kind, Meta, Needs, Op, OpError, Operand, Outputs, Proof, Result};
use crate::tape::{Cx, Saved};
use crate::tensor::{Dims, Tensor};

pub static QR: Op = Op {
    name: "linalg.qr",
    symbol: None,
    params: &[A, Param::new("mode", ParamKind::Str).or(Default::Str("reduced"))],
    parts: PARTS,
    doc: "Matrices `A` as products of a `Q` with orthonormal columns and an upper triangular `R`. With `mode: \"complete\"` the columns of `Q` are a whole basis; with `\"r\"` only `R` is computed. Signs are LAPACK's.",
    examples: &["linalg.qr([[3.0, 1.0], [4.0, 2.0]]).R  # f32[2, 2] [[-5.0, -2.2], [0.0, 0.4]]"],
    kind: Kind::Composite(run),
    vjp: &[],
    samples: &[
        sample(&[Uniform(&[3, 3], -2.0, 2.0)]),
        sample(&[Uniform(&[4, 2], -2.0, 2.0)]),
        sample(&[Strided(&[2, 4], -2.0, 2.0)]),
        sample(&[Uniform(&[2, 2, 3, 2], -2.0, 2.0)]),
        sample(&[Uniform(&[3, 3], -2.0, 2.0), Str("complete")]),
        sample(&[Uniform(&[2, 4], -2.0, 2.0), Str("complete")]),
        sample(&[Uniform(&[1, 1], 0.5, 2.0)]),
        sample(&[Uniform(&[3, 0], -2.0, 2.0)]),
        sample(&[Uniform(&[0, 3], -2.0, 2.0)]),
        sample(&[Uniform(&[0, 3, 2], -2.0, 2.0)]),
        sample(&[Uniform(&[40, 35], -2.0, 2.0)]),
    ],
    proof: Proof::Torch("torch.linalg.qr(*args)"),
};

const PARTS: &[&str] = &["Q", "R"];

/// With an attribute: whether `Q` has all columns.
static BOTH: Op = Op {
    name: "linalg.qr",
    parts: PARTS,
    kind: Kind::Whole { infer, run: core, cuda: Cuda::ToCome },
    vjp: &[Grad::Rule(Needs::IN0.and(Needs::OUT).and(Needs::OUT1), gradient)],
    ..CORE
};

/// `R` alone; its gradient computes `Q`.
static ONLY_R: Op = Op {
    name: "linalg.qr",
    kind: Kind::Whole {
        infer: |metas, _| Ok(vec![infer(metas, Attrs::new(&[Attr::Bool(false)]))?[1]]),
        run: |_, args, _| Ok(Outputs::One(factors(&args[0], false, false)?.pop().expect("R"))),
        cuda: Cuda::ToCome,
    },
    vjp: &[Grad::Rule(Needs::IN0, |cx, s, g| {
        let a = s.tensor(0);
        let found = crate::ops::matrices::run_all(cx, &BOTH, &[(&a).into()], &[Attr::Bool(false)], 2);
        from_factors(cx, &a, &found[0], &found[1], None, Some(g))
    })],
    ..CORE
};

fn infer(metas: &[Meta], attrs: &Attrs) -> Result<Vec<Meta>> {
    let (batch, m, n) = split(&metas[0].dims);
    let k = if attrs.bool(0) { m } else { m.min(n) };
    Ok([[m, k], [k, n]].map(|own| Meta::new(metas[0].dtype, join(&batch, &own))).to_vec())
}

fn run(cx: &Cx, args: &[Operand], attrs: &Attrs) -> Result<Outputs> {
    check_matrix(QR.name, args, 0)?;
    let x = floats(cx, args)?;
    let a: Operand = (&x.tensors[0]).into();
    let complete = match attrs.str(0) {
        Some("reduced") | None => false,
        Some("complete") => true,
        Some("r") => {
            let r = x.back(cx, cx.call1(&ONLY_R, &[a], &[])?)?;
            return Ok(Outputs::Many(vec![Tensor::empty_dims(x.dtype, Dims::of(&[0]))?, r]));
        }
        Some(other) => {
            return Err(OpError::new("VALUE-12", format!("there is no mode \"{other}\""))
                .at(1, "here")
                .help("it is \"reduced\", \"complete\" or \"r\""));
        }
    };
    let found = cx.call(&BOTH, &[a], &[Attr::Bool(complete)])?;
    x.back_all(cx, found.into_vec())
}

fn core(_: &Cx, args: &[Tensor], attrs: &Attrs) -> Result<Outputs> {
    Ok(Outputs::Many(factors(&args[0], attrs.bool(0), true)?))
}

fn factors(a: &Tensor, complete: bool, with_q: bool) -> Result<Vec<Tensor>> {
    let a = a.plain()?;
    let (batch, m, n) = split(a.dims());
    let k = if complete { m } else { m.min(n) };
    reserve(&a, 3)?;
    let q_dims = if with_q { join(&batch, &[m, k]) } else { Dims::of(&[0]) };
    let out = for_real!(a.dtype(), T => Tensor::build_each::<T, 2>([q_dims, join(&batch, &[k, n])], |[q, r]| {
        let (a, qs, rs) = (a.slice::<T>(), Parts::new(q), Parts::new(r));
        let one = |at: usize| -> Outcome {
            // SAFETY: each matrix has a place of its own.
            let (q, r) = unsafe { (with_q.then(|| qs.get(at, m * k)), rs.get(at, k * n)) };
            linalg::qr(m, n, k, &a[at * m * n..][..m * n], q, r);
            Ok(())
        };
        let done = linalg::each(count(&batch), 2 * m * n * m.max(n), &one);
        debug_assert!(done.is_ok());
    }))?;
    Ok(out.to_vec())
}

fn gradient(cx: &Cx, s: &Saved, _: &Tensor) -> Tensor {
    let (a, mut q, mut r) = (s.tensor(0), s.out(), s.out_at(1));
    let (_, m, n) = split(a.dims());
    let k = m.min(n);
    let mut to_q = s.cot(0).cloned();
    let mut to_r = s.cot(1).cloned();
    if q.dims()[q.ndim() - 1] > k {
        let last = q.ndim() - 1;
        to_q = to_q.map(|g| first_columns(cx, &g, k, "`Q` of linalg.qr with mode: \"complete\""));
        to_r = to_r.map(|g| cx.narrow(&g, last - 1, 0, k));
        (q, r) = (cx.narrow(&q, last, 0, k), cx.narrow(&r, last - 1, 0, k));
    }
    from_factors(cx, &a, &q, &r, to_q.as_ref(), to_r.as_ref())
}

/// With `m = r @ g_r.T - g_q.T @ q` and both halves from its lower one, `(g_q + q @ m) @ inv(r).T`. Of a wide matrix that
/// is the gradient for the square in front; the rest, `a2 = q @ r2`, adds `a2 @ g_r2.T` to `g_q` and itself gets
/// `q @ g_r2`.
fn from_factors(cx: &Cx, a: &Tensor, q: &Tensor, r: &Tensor, to_q: Option<&Tensor>, to_r: Option<&Tensor>) -> Tensor {
    let (_, m, n) = split(a.dims());
    let to_q = to_q.cloned().unwrap_or_else(|| cx.zeros_like(q));
    let to_r = to_r.cloned().unwrap_or_else(|| cx.zeros_like(r));
    if m >= n {
        return square(cx, q, r, &to_q, &to_r);
    }
    let last = a.ndim() - 1;
    let part = |t: &Tensor, rest: bool| if rest { cx.narrow(t, last, m, n - m) } else { cx.narrow(t, last, 0, m) };
    let more = cx.matmul(&part(a, true), &transposed(cx, &part(&to_r, true)));
    let front = square(cx, q, &part(r, false), &cx.add(to_q, more), &part(&to_r, false));
    let back = cx.matmul(q, &part(&to_r, true));
    cx.run(&crate::ops::cat::CAT, &[front.into(), back.into()], &[Attr::Int(-1)])
}

fn square(cx: &Cx, q: &Tensor, r: &Tensor, to_q: &Tensor, to_r: &Tensor) -> Tensor {
    let m = cx.sub(cx.matmul(r, &transposed(cx, to_r)), cx.matmul(&transposed(cx, to_q), q));
    let whole = cx.add(to_q, cx.matmul(q, &mirrored(cx, &m)));
    transposed(cx, &triangular(cx, r, &transposed(cx, &whole), true))
}
