//! Least squares.

use super::matrix_rank::cutoff;
use super::pinv::PSEUDOINVERSE;
use super::solve::system_infer;
use super::svd::VECTORS;
use crate::device::DType;
use crate::ops::infer::describe;
use crate::ops::joining::reshaped;
use crate::ops::matrices::{
    A, B, CORE, check_matrix, checked, floats, join, run_all, scale_columns, scale_rows, split, transposed,
};
use crate::ops::rules::ints;
use crate::ops::sample::{Value::*, kink, sample};
use crate::ops::sig::{Default, Param, ParamKind};
use crate::ops::{Attr, Attrs, Cuda, Grad, Kind, Meta, Needs, Op, OpError, Operand, Outputs, Proof, Result};
use crate::tape::Cx;
use crate::tensor::{Dims, Tensor, broadcast};

pub static LSTSQ: Op = Op {
    name: "linalg.lstsq",
    symbol: None,
    params: &[
        A,
        B,
        Param::new("rcond", ParamKind::Float).or(Default::None),
        Param::new("driver", ParamKind::Str).or(Default::None),
    ],
    parts: &["solution", "residuals", "rank", "singular_values"],
    doc: "The `X` for which `A @ X` is nearest to `B`, of several the smallest, as `solution`. `residuals` are the squared distances column by column where `A` has more rows than columns and full rank, else empty; `rank` and `singular_values` are those of `A`, where singular values of at most `rcond` times the largest count as 0. Every `driver` gives the same.",
    examples: &["linalg.lstsq([[1.0], [1.0]], [[1.0], [3.0]]).solution  # f32[1, 1] [[2.0]]"],
    kind: Kind::Composite(|cx, args, attrs| checked(cx, || run(cx, args, attrs))),
    vjp: &[],
    samples: &[
        sample(&[Uniform(&[4, 2], -2.0, 2.0), Uniform(&[4, 3], -2.0, 2.0)]),
        sample(&[Uniform(&[2, 4], -2.0, 2.0), Uniform(&[2, 1], -2.0, 2.0)]),
        sample(&[Strided(&[3, 2], -2.0, 2.0), Strided(&[3, 2], -2.0, 2.0)]),
        sample(&[Floats(&[2, 2], &[1.5, 2.25, -0.75, 4.5]), Uniform(&[2, 2], -2.0, 2.0)]),
        sample(&[Uniform(&[2, 3, 2], -2.0, 2.0), Uniform(&[2, 3, 2], -2.0, 2.0)]),
        sample(&[Uniform(&[4, 2], -2.0, 2.0), Uniform(&[4], -2.0, 2.0)]),
        kink(&[Floats(&[2, 2], &[5.0, 0.0, 0.0, 0.0]), Uniform(&[2, 1], -2.0, 2.0), Number(0.5)]),
    ],
    proof: Proof::TorchWithin {
        // torch's singular values have no gradient there.
        python: "(lambda r: (r[0], r[1], r[2], torch.linalg.svdvals(args[0])))(torch.linalg.lstsq(args[0], args[1], \
                 rcond=args[2] if len(args) > 2 else None, driver='gelsd'))",
        f32: 1e-4,
        f64: 1e-10,
        why: "both are off by the condition number times the precision",
    },
};

/// Solution, rank and singular values; with an attribute rcond.
static NEAREST: Op = Op {
    name: "linalg.lstsq",
    params: &[A, B, Param::new("rcond", ParamKind::Float)],
    kind: Kind::Whole { infer, run: |cx, args, attrs| checked(cx, || core(cx, args, attrs)), cuda: Cuda::ToCome },
    vjp: &[
        Grad::Rule(Needs::IN0.and(Needs::IN1).and(Needs::SHAPES), |cx, s, _| {
            let a = s.tensor(0);
            let solution = s.cot(0).map(|g| {
                let p = cx.run(&PSEUDOINVERSE, &[(&a).into()], &[Attr::None, rcond(s.attrs())]);
                let along = cx.matmul(g, &transposed(cx, &s.tensor(1)));
                super::pinv::gradient(cx, &a, &p, &along)
            });
            let values = s.cot(2).map(|g| {
                let parts = run_all(cx, &VECTORS, &[(&a).into()], &[Attr::Bool(false)], 3);
                cx.matmul(&scale_columns(cx, &parts[0], g), &parts[2])
            });
            match (solution, values) {
                (Some(a), Some(b)) => cx.add(&a, &b),
                (one, other) => one.or(other).unwrap_or_else(|| cx.zeros_like(&a)),
            }
        }),
        Grad::Rule(Needs::IN0.and(Needs::IN1).and(Needs::SHAPES), |cx, s, _| {
            let Some(g) = s.cot(0) else { return cx.zeros_like(&s.tensor(1)) };
            let p = cx.run(&PSEUDOINVERSE, &[s.tensor(0).into()], &[Attr::None, rcond(s.attrs())]);
            cx.matmul(&transposed(cx, &p), g)
        }),
    ],
    ..CORE
};

fn rcond(attrs: &Attrs) -> Attr {
    attrs.opt_float(0).map_or(Attr::None, Attr::Float)
}

fn infer(metas: &[Meta], _: &Attrs) -> Result<Vec<Meta>> {
    let ((batch_a, m, n), (batch_b, rows, cols)) = (split(&metas[0].dims), split(&metas[1].dims));
    let batch = broadcast(&batch_a, &batch_b).ok().filter(|_| m == rows);
    let Some(batch) = batch else {
        // The same words as for a square system.
        let square = Meta::new(metas[0].dtype, join(&batch_a, &[m, m]));
        return Err(match system_infer(&[square, metas[1]], Attrs::new(&[])) {
            Err(mut e) => {
                e.message = e.message.replace(&format!("{m} by {m}"), &format!("{m} by {n}"));
                e.at.iter_mut().filter(|(k, _)| *k == 0).for_each(|(_, l)| *l = format!("{}", metas[0]));
                e
            }
            Ok(_) => OpError::new("SHAPE-11", "a system needs as many rows on both sides"),
        });
    };
    let dtype = metas[0].dtype;
    Ok(vec![
        Meta::new(dtype, join(&batch, &[n, cols])),
        Meta::new(DType::I64, batch_a),
        Meta::new(dtype, join(&batch_a, &[m.min(n)])),
    ])
}

fn core(cx: &Cx, args: &[Tensor], attrs: &Attrs) -> Result<Outputs> {
    infer(&[Meta::of(&args[0]), Meta::of(&args[1])], attrs)?;
    cx.without_grad(|| {
        let (a, b) = (args[0].detach(), args[1].detach());
        let parts = cx.call(&VECTORS, &[(&a).into()], &[Attr::Bool(false)])?.into_vec();
        let (u, s, vt) = (&parts[0], &parts[1], &parts[2]);
        let counts = cx.gt(s, cutoff(cx, &a, s, Attrs::new(&[Attr::None, rcond(attrs)])));
        let inverted = cx.select(&counts, cx.div(1.0, cx.select(&counts, s, 1.0)), 0.0);
        let along = scale_rows(cx, &cx.matmul(&transposed(cx, u), &b), &inverted);
        let found = cx.matmul(&transposed(cx, vt), &along);
        let over = [ints(&[-1]), Attr::Bool(false), Attr::None];
        let rank = cx.call1(&crate::ops::sum::SUM, &[counts.into()], &over)?;
        Ok(Outputs::Many(vec![found, rank, s.clone()]))
    })
}

fn run(cx: &Cx, args: &[Operand], attrs: &Attrs) -> Result<Outputs> {
    check_matrix(LSTSQ.name, args, 0)?;
    if let Some(other) = attrs.str(1).filter(|d| !["gels", "gelsy", "gelsd", "gelss"].contains(d)) {
        return Err(OpError::new("VALUE-12", format!("there is no driver \"{other}\""))
            .at(3, "here")
            .help("it is \"gels\", \"gelsy\", \"gelsd\" or \"gelss\", and can be left out"));
    }
    let x = floats(cx, args)?;
    let (a, given) = (&x.tensors[0], &x.tensors[1]);
    let n = a.ndim();
    let is_vector = given.ndim() + 1 == n && given.dims() == &a.dims()[..n - 1];
    if !is_vector && given.ndim() < 2 {
        return Err(OpError::new("SHAPE-11", "the right side of a system needs as many rows as the matrix")
            .at(0, describe(&args[0]))
            .at(1, describe(&args[1])));
    }
    let b = if is_vector { reshaped(cx, given, &join(&given.to_dims(), &[1]))? } else { given.clone() };
    let parts = cx.call(&NEAREST, &[a.into(), (&b).into()], &[rcond(attrs)])?.into_vec();
    let [mut solution, rank, values] = <[Tensor; 3]>::try_from(parts).expect("three results");
    let (_, m, n) = split(a.dims());
    let full = rank.to_nums()?.iter().all(|r| r.to_i64() == n as i64);
    let residuals = if m > n && full {
        let off = cx.sub(cx.matmul(a, &solution), &b);

        crate::ops::matrices::sum(cx, &cx.square(&off), &[off.ndim() as i64 - 2])?
    } else {
        Tensor::empty_dims(a.dtype(), Dims::of(&[0]))?
    };
    if is_vector {
        solution = without_last(cx, &solution)?;
    }
    Ok(Outputs::Many(vec![x.back(cx, solution)?, x.back(cx, residuals)?, rank, x.back(cx, values)?]))
}

/// The last dim, which is one, goes.
fn without_last(cx: &Cx, t: &Tensor) -> Result<Tensor> {
    reshaped(cx, t, &t.dims()[..t.ndim() - 1])
}
