//! The loss of numbers whose spread is predicted too.

use crate::device::DType;
use crate::ops::add::ADD;
use crate::ops::div::DIV;
use crate::ops::infer::{broadcast_all, describe};
use crate::ops::log::LOG;
use crate::ops::losses::{Common, FLOOR, REDUCTION, Reduction, bad_number, dims};
use crate::ops::mul::MUL;
use crate::ops::sample::{Value::*, kink, sample};
use crate::ops::sig::{Default, Param, ParamKind, tensor};
use crate::ops::square::SQUARE;
use crate::ops::sub::SUB;
use crate::ops::unsqueeze::UNSQUEEZE;
use crate::ops::{Attr, Attrs, Kind, Op, OpError, Operand, Outputs, Proof, Result};
use crate::tape::Cx;
use crate::tensor::{Num, Tensor};

pub static GAUSSIAN_NLL_LOSS: Op = Op {
    name: "gaussian_nll_loss",
    symbol: None,
    params: &[
        tensor("input"),
        tensor("target"),
        tensor("var"),
        Param::new("full", ParamKind::Bool).or(Default::Bool(false)),
        Param::new("eps", ParamKind::Float).or(Default::Float(1e-6)),
        REDUCTION,
    ],
    parts: &[],
    doc: "The negative log-probability of `target` under normal distributions with means `input` and variances `var`, which count as at least `eps`. `var` has the shape of the input, or that without its last dimension, or one size of 1 in it. `full: true` adds the constant `log(2 * pi) / 2`.",
    examples: &[
        "gaussian_nll_loss([1.0, 2.0], [1.0, 4.0], [1.0, 1.0])  # 1.0",
        "gaussian_nll_loss([0.0], [0.0], 1.0, full: true)  # 0.9189385",
    ],
    kind: Kind::Composite(run),
    vjp: &[],
    samples: &[
        sample(&[Uniform(&[3, 4], -2.0, 2.0), Uniform(&[3, 4], -2.0, 2.0), Uniform(&[3, 4], 0.2, 2.0)]),
        sample(&[Uniform(&[3, 4], -2.0, 2.0), Strided(&[3, 4], -2.0, 2.0), Uniform(&[3], 0.2, 2.0), Bool(true)]),
        sample(&[
            Uniform(&[3, 4], -2.0, 2.0),
            Uniform(&[3, 4], -2.0, 2.0),
            Uniform(&[3, 1], 0.2, 2.0),
            Bool(false),
            Number(1e-3),
            Str("sum"),
        ]),
        sample(&[
            Uniform(&[2, 3], -2.0, 2.0),
            Uniform(&[3], -2.0, 2.0),
            Uniform(&[1, 3], 0.2, 2.0),
            Bool(true),
            Number(1e-6),
            Str("none"),
        ]),
        sample(&[Uniform(&[3], -2.0, 2.0), Uniform(&[3], -2.0, 2.0), Number(0.75)]),
        sample(&[Uniform(&[3], -2.0, 2.0), Uniform(&[3], -2.0, 2.0), Uniform(&[], 0.2, 2.0)]),
        kink(&[
            Uniform(&[3], -2.0, 2.0),
            Uniform(&[3], -2.0, 2.0),
            Floats(&[3], &[0.0, 1e-4, 2.0]),
            Bool(false),
            Number(0.01),
        ]),
        kink(&[Uniform(&[2], -2.0, 2.0), Uniform(&[2], -2.0, 2.0), Floats(&[2], &[f64::NAN, f64::INFINITY])]),
        kink(&[Uniform(&[2], -2.0, 2.0), Uniform(&[2], -2.0, 2.0), Floats(&[2], &[1.0, -0.5])]),
        kink(&[Uniform(&[3, 4], -2.0, 2.0), Uniform(&[3, 4], -2.0, 2.0), Uniform(&[4], 0.2, 2.0)]),
        kink(&[Uniform(&[0], -2.0, 2.0), Uniform(&[0], -2.0, 2.0), Uniform(&[0], 0.2, 2.0)]),
    ],
    proof: Proof::Torch(
        "F.gaussian_nll_loss(args[0], args[1], args[2], full=len(args) > 3 and args[3], eps=args[4] if len(args) > 4 else 1e-6, reduction=args[5] if len(args) > 5 else 'mean')",
    ),
};

fn run(cx: &Cx, args: &[Operand], attrs: &Attrs) -> Result<Outputs> {
    let (reduction, eps) = (Reduction::of(attrs, 2, 5)?, attrs.float(1));
    if eps.is_nan() || eps <= 0.0 {
        return Err(bad_number(4, eps, "eps is a positive number"));
    }
    broadcast_all("gaussian_nll_loss", &args[..2])?;
    let c = Common::floats(cx, args)?;
    let mut var = c.tensor(2);
    check_positive(&var)?;
    if shorter(args)? {
        var = cx.call1(&UNSQUEEZE, &[var.into()], &[Attr::Int(-1)])?;
    }
    let var: Operand = cx.binary(&FLOOR, &var.into(), &eps.into())?.into();
    let square = cx.unary(&SQUARE, &cx.binary(&SUB, &c.args[0], &c.args[1])?)?;
    let scaled = cx.binary(&DIV, &square.into(), &var)?;
    let log = cx.unary(&LOG, &var.to_tensor())?;
    let mut loss = cx.binary(&MUL, &cx.binary_tt(&ADD, &log, &scaled)?.into(), &0.5.into())?;
    if attrs.bool(0) {
        loss = cx.binary(&ADD, &loss.into(), &(0.5 * std::f64::consts::TAU.ln()).into())?;
    }
    c.result(cx, reduction.apply(cx, loss)?)
}

/// Whether the variance lacks the input's last dimension; refuses shapes that torch does.
fn shorter(args: &[Operand]) -> Result<bool> {
    let (x, var) = (dims(&args[0]), dims(&args[2]));
    if x == var || matches!(args[2], Operand::Num(_)) {
        return Ok(false);
    }
    if !x.is_empty() && x[..x.len() - 1] == *var {
        return Ok(true);
    }
    let differ: Vec<usize> = x.iter().zip(var.iter()).filter(|(a, b)| a != b).map(|(_, &b)| b).collect();
    if x.len() == var.len() && differ == [1] {
        return Ok(false);
    }
    Err(OpError::new(
        "SHAPE-15",
        "a variance has the shape of the input, or that without the last dim, or a 1 in one dim",
    )
    .at(0, describe(&args[0]))
    .at(2, describe(&args[2])))
}

fn check_positive(var: &Tensor) -> Result<()> {
    let plain = var.plain()?;
    let wrong = match var.dtype() {
        DType::F64 => plain.slice::<f64>().iter().position(|&v| v < 0.0),
        _ => plain.slice::<f32>().iter().position(|&v| v < 0.0),
    };
    let Some(at) = wrong else { return Ok(()) };
    let value = plain.num_at(at).map_or(f64::NAN, Num::to_f64);
    Err(OpError::new("VALUE-12", format!("a variance is not negative, this one holds {value}"))
        .at(2, format!("its element {at} is {value}"))
        .help("predict its logarithm and pass exp(…), or softplus(…) of it"))
}
