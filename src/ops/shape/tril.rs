//! The lower triangle of matrices.

use crate::ops::infer::same;
use crate::ops::sample::{Value::*, kink, sample};
use crate::ops::sig::{Default, Param, ParamKind, X};
use crate::ops::triangle::{Side, check, run};
use crate::ops::{Cuda, Grad, Kind, Needs, Op, Proof};

pub static TRIL: Op = Op {
    name: "tril",
    symbol: None,
    params: &[X, Param::new("diagonal", ParamKind::Int).or(Default::Int(0))],
    parts: &[],
    doc: "Matrices (the last two dimensions) with zeros above the diagonal; `diagonal: 1` is the one above the main diagonal, -1 the one below.",
    examples: &["tril([[1, 2], [3, 4]])  # i64[2, 2] [[1, 0], [3, 4]]"],
    kind: Kind::Whole {
        infer: |metas, attrs| check(&metas[0]).and_then(|()| same(metas, attrs)),
        run: |_, x, attrs| run(&x[0], attrs.int(0), Side::Lower),
        cuda: Cuda::ToCome,
    },
    vjp: &[Grad::Rule(Needs::NOTHING, |cx, s, g| cx.run(&TRIL, &[g.into()], s.attrs().all()))],
    samples: &[
        sample(&[Uniform(&[3, 4], -2.0, 2.0)]),
        sample(&[Uniform(&[4, 3], -2.0, 2.0), Int(1)]),
        sample(&[Uniform(&[2, 3, 3], -2.0, 2.0), Int(-1)]),
        sample(&[Strided(&[3, 4], -2.0, 2.0), Int(-9)]),
        sample(&[Strided(&[3, 4], -2.0, 2.0), Int(9)]),
        sample(&[Uniform(&[0, 3], -2.0, 2.0)]),
        kink(&[Floats(&[2, 2], &[f64::NAN, f64::NAN, f64::NAN, 1.0])]),
        kink(&[Bools(&[2, 2], &[true, true, true, true])]),
    ],
    proof: Proof::Torch("torch.tril(*args)"),
};
