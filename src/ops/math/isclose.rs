//! Whether numbers are nearly equal.

use crate::device::DType;
use crate::ops::sample::{Value::*, kink};
use crate::ops::sig::{Default, Param, ParamKind, X, Y};
use crate::ops::{Attrs, Kind, Op, OpError, Operand, Outputs, Proof, Result};
use crate::ops::{abs::ABS, add::ADD, eq::EQ, isfinite::ISFINITE, isnan::ISNAN, le::LE};
use crate::ops::{logical_and::LOGICAL_AND, logical_or::LOGICAL_OR, mul::MUL, sub::SUB};
use crate::tape::Cx;
use crate::tensor::Num;

pub static ISCLOSE: Op = Op {
    name: "isclose",
    symbol: None,
    params: &[
        X,
        Y,
        Param::new("rtol", ParamKind::Float).or(Default::Float(1e-5)),
        Param::new("atol", ParamKind::Float).or(Default::Float(1e-8)),
        Param::new("equal_nan", ParamKind::Bool).or(Default::Bool(false)),
    ],
    parts: &[],
    doc: "Whether each pair of elements differs by no more than `atol` + `rtol` |y|. Infinities must be equal; NaN is close to NaN only with `equal_nan`.",
    examples: &["isclose([1.0, 2.0], [1.000001, 2.1])  # bool[2] [true, false]"],
    kind: Kind::Composite(run),
    vjp: &[],
    samples: &[
        kink(&[
            Floats(&[5], &[1.0, f64::INFINITY, f64::NAN, 1e-9, f64::INFINITY]),
            Floats(&[5], &[1.000001, f64::INFINITY, f64::NAN, 0.0, f64::NEG_INFINITY]),
        ]),
        kink(&[
            Floats(&[3], &[1.0, f64::NAN, f64::NAN]),
            Floats(&[3], &[1.5, f64::NAN, 1.0]),
            Number(0.0),
            Number(1.0),
            Bool(true),
        ]),
        kink(&[Uniform(&[3, 4], -2.0, 2.0), Uniform(&[4], -2.0, 2.0), Number(0.5), Number(0.25)]),
        kink(&[Uniform(&[], -2.0, 2.0), Uniform(&[0], -2.0, 2.0)]),
        kink(&[Strided(&[3, 4], -2.0, 2.0), Uniform(&[3, 4], -2.0, 2.0), Number(0.1), Number(0.7)]),
        kink(&[Floats(&[2], &[1.0, 0.1]), Floats(&[2], &[1.0, 0.3]), Number(0.0), Number(0.0)]),
        kink(&[Ints(&[3], &[3, -4, 1000]), Ints(&[3], &[4, -4, 1001]), Number(0.1)]),
        kink(&[Floats(&[1], &[1.0]), Floats(&[1], &[1.0]), Number(-1.0)]),
        kink(&[Floats(&[1], &[1.0]), Floats(&[1], &[1.0]), Number(0.0), Number(-1.0)]),
    ],
    proof: Proof::Torch("torch.isclose(*args)"),
};

fn run(cx: &Cx, args: &[Operand], attrs: &Attrs) -> Result<Outputs> {
    let (rtol, atol) = (attrs.float(0), attrs.float(1));
    for (k, name, tolerance) in [(2, "rtol", rtol), (3, "atol", atol)] {
        if tolerance < 0.0 {
            return Err(OpError::new("VALUE-12", format!("{name} cannot be negative")).at(k, format!("{tolerance}")));
        }
    }
    // Differences of half types are taken in f32: rounded ones could be on either side.
    let wide = |x: &Operand| match x {
        Operand::Tensor(t) if t.dtype() != t.dtype().compute() => cx.cast(t, DType::F32).map(Operand::Tensor),
        _ => Ok(x.clone()),
    };
    let close = cx.without_grad(|| {
        let (x, y) = (wide(&args[0])?, wide(&args[1])?);
        let gap = cx.unary(&ABS, &cx.binary(&SUB, &x, &y)?)?;
        let allowed = match &y {
            Operand::Num(y) => Operand::Num(Num::Float((y.to_f64() * rtol).abs() + atol)),
            y => {
                let part = cx.unary(&ABS, &cx.binary(&MUL, y, &Operand::from(rtol))?)?;
                cx.binary_tn(&ADD, &part, Num::Float(atol), false)?.into()
            }
        };
        let near = cx.binary(&LE, &gap.clone().into(), &allowed)?;
        let near = cx.binary_tt(&LOGICAL_AND, &near, &cx.unary(&ISFINITE, &gap)?)?;
        let close = cx.binary_tt(&LOGICAL_OR, &near, &cx.binary(&EQ, &x, &y)?)?;
        if !attrs.bool(2) {
            return Ok(close);
        }
        let nan = |x: &Operand| cx.call1(&ISNAN, std::slice::from_ref(x), &[]);
        cx.binary_tt(&LOGICAL_OR, &close, &cx.binary_tt(&LOGICAL_AND, &nan(&x)?, &nan(&y)?)?)
    })?;
    Ok(Outputs::One(close))
}
