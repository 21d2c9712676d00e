//! Are all numbers nearly equal?

use crate::ops::isclose::ISCLOSE;
use crate::ops::sample::{Value::*, kink};
use crate::ops::sig::{Default, Param, ParamKind, X, Y};
use crate::ops::{Attr, Kind, Op, Outputs, Proof, all};

pub static ALLCLOSE: Op = Op {
    name: "allclose",
    symbol: None,
    params: &[
        X,
        Y,
        Param::new("rtol", ParamKind::Float).or(Default::Float(1e-5)),
        Param::new("atol", ParamKind::Float).or(Default::Float(1e-8)),
        Param::new("equal_nan", ParamKind::Bool).or(Default::Bool(false)),
    ],
    parts: &[],
    doc: "Whether all pairs of elements are close to each other, as `isclose` has it.",
    examples: &[
        "allclose([1.0, 2.0], [1.000001, 2.0])  # true",
        "allclose([1.0, nan], [1.0, nan], equal_nan: true)  # true",
    ],
    kind: Kind::Composite(|cx, args, attrs| {
        let close = cx.call1(&ISCLOSE, args, attrs.all())?;
        Ok(Outputs::One(cx.call1(&all::ALL, &[close.into()], &[Attr::None, Attr::Bool(false)])?))
    }),
    vjp: &[],
    samples: &[
        kink(&[Floats(&[3], &[1.0, 2.0, 3.0]), Floats(&[3], &[1.0, 2.000001, 3.0])]),
        kink(&[Uniform(&[3, 4], -2.0, 2.0), Uniform(&[4], -2.0, 2.0), Number(0.5), Number(0.25)]),
        kink(&[Strided(&[3, 4], -2.0, 2.0), Uniform(&[3, 4], -2.0, 2.0), Number(0.0), Number(5.0)]),
        kink(&[Uniform(&[], -2.0, 2.0), Uniform(&[0], -2.0, 2.0)]),
        kink(&[Floats(&[2], &[f64::INFINITY, f64::NAN]), Floats(&[2], &[f64::INFINITY, f64::NAN])]),
        kink(&[
            Floats(&[2], &[f64::INFINITY, f64::NAN]),
            Floats(&[2], &[f64::INFINITY, f64::NAN]),
            Number(0.0),
            Number(0.0),
            Bool(true),
        ]),
        kink(&[Ints(&[2], &[3, 1000]), Ints(&[2], &[3, 1001])]),
        kink(&[Floats(&[1], &[1.0]), Floats(&[1], &[1.0]), Number(-1.0)]),
    ],
    proof: Proof::Torch("torch.allclose(*args)"),
};
