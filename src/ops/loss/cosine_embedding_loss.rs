//! The loss of vectors that are to point the same way, or not to.

use crate::ops::add::ADD;
use crate::ops::div::DIV;
use crate::ops::eq::EQ;
use crate::ops::infer::{broadcast_all, describe};
use crate::ops::losses::{Common, REDUCTION, Reduction, dims, hinge};
use crate::ops::mul::MUL;
use crate::ops::rules::ints;
use crate::ops::sample::{Value::*, kink, sample};
use crate::ops::sig::{Default, Param, ParamKind, tensor};
use crate::ops::sqrt::SQRT;
use crate::ops::sub::SUB;
use crate::ops::sum::SUM;
use crate::ops::where_::WHERE;
use crate::ops::{Attr, Attrs, Kind, Op, OpError, Operand, Outputs, Proof, Result};
use crate::tape::Cx;
use crate::tensor::Tensor;

pub static COSINE_EMBEDDING_LOSS: Op = Op {
    name: "cosine_embedding_loss",
    symbol: None,
    params: &[
        tensor("input1"),
        tensor("input2"),
        tensor("target"),
        Param::new("margin", ParamKind::Float).or(Default::Float(0.0)),
        REDUCTION,
    ],
    parts: &[],
    doc: "For rows of two matrices (or two vectors and one target): 1 less the cosine of their angle where `target` is 1, and where it is -1 how far the cosine is above `margin`. Another target counts nothing.",
    examples: &[
        "cosine_embedding_loss([[1.0, 0.0], [1.0, 0.0]], [[0.0, 1.0], [1.0, 0.0]], [1, -1], reduction: \"none\")  # f32[2] [1.0, 1.0]",
    ],
    kind: Kind::Composite(run),
    vjp: &[],
    samples: &[
        sample(&[Uniform(&[3, 4], -2.0, 2.0), Uniform(&[3, 4], -2.0, 2.0), Ints(&[3], &[1, -1, -1])]),
        sample(&[
            Strided(&[4, 3], -2.0, 2.0),
            Uniform(&[1, 3], -2.0, 2.0),
            Floats(&[4], &[1.0, -1.0, 0.0, 0.5]),
            Number(-0.52),
            Str("none"),
        ]),
        sample(&[
            Uniform(&[3, 4], 0.5, 2.0),
            Uniform(&[3, 4], 0.5, 2.0),
            Ints(&[3], &[1, -1, -1]),
            Number(0.25),
            Str("sum"),
        ]),
        sample(&[Uniform(&[4], -2.0, 2.0), Uniform(&[4], -2.0, 2.0), Ints(&[], &[1])]),
        kink(&[
            Floats(&[2, 2], &[0.0, 0.0, 3.0, 4.0]),
            Floats(&[2, 2], &[1.0, 2.0, 0.0, 0.0]),
            Ints(&[2], &[1, -1]),
            Int(0),
            Str("none"),
        ]),
        kink(&[Uniform(&[0, 3], -2.0, 2.0), Uniform(&[0, 3], -2.0, 2.0), Ints(&[0], &[])]),
        kink(&[Uniform(&[3, 4], -2.0, 2.0), Uniform(&[4], -2.0, 2.0), Ints(&[3], &[1, -1, -1])]),
        kink(&[Uniform(&[3, 4], -2.0, 2.0), Uniform(&[3, 4], -2.0, 2.0), Ints(&[], &[1])]),
    ],
    proof: Proof::Torch(
        "F.cosine_embedding_loss(args[0], args[1], args[2], margin=args[3] if len(args) > 3 else 0.0, reduction=args[4] if len(args) > 4 else 'mean')",
    ),
};

/// Added to squared lengths, so that a vector of zeros is no division by zero; rounded to f32,
/// as torch has it.
const EPS: f64 = 1e-12f32 as f64;

fn run(cx: &Cx, args: &[Operand], attrs: &Attrs) -> Result<Outputs> {
    let (margin, reduction) = (attrs.float(0), Reduction::of(attrs, 1, 4)?);
    let ndim = |k: usize| dims(&args[k]).len();
    if ndim(2) > 1 || ndim(0) != ndim(2) + 1 || ndim(1) != ndim(2) + 1 {
        let mut e = OpError::new("SHAPE-15", "two matrices need a target for each row, two vectors a single one");
        for (k, a) in args.iter().enumerate() {
            e = e.at(k, describe(a));
        }
        return Err(e);
    }
    let rows = broadcast_all("cosine_embedding_loss", &args[..2])?;
    let c = Common::floats(cx, args)?;
    let along = [ints(&[ndim(2) as i64]), Attr::Bool(false), Attr::None];
    let dot = |a: usize, b: usize| -> Result<Tensor> {
        cx.call1(&SUM, &[cx.binary(&MUL, &c.args[a], &c.args[b])?.into()], &along)
    };
    let square = |k: usize| cx.binary(&ADD, &dot(k, k)?.into(), &EPS.into());
    let lengths = cx.unary(&SQRT, &cx.binary_tt(&MUL, &square(0)?, &square(1)?)?)?;
    let cosine: Operand = cx.binary_tt(&DIV, &dot(0, 1)?, &lengths)?.into();
    if ndim(2) == 1 && !matches!(dims(&args[2])[0], n if n == rows[0] || n == 1 || rows[0] == 1) {
        return Err(OpError::new("SHAPE-15", format!("{} rows need as many targets", rows[0]))
            .at(0, describe(&args[0]))
            .at(2, describe(&args[2])));
    }
    let where_target_is = |t: f64, loss: Tensor| {
        cx.call1(&WHERE, &[cx.binary(&EQ, &c.args[2], &t.into())?.into(), loss.into(), 0.0.into()], &[])
    };
    let same = where_target_is(1.0, cx.binary(&SUB, &1.0.into(), &cosine)?)?;
    let other = where_target_is(-1.0, hinge(cx, &cx.binary(&SUB, &cosine, &margin.into())?)?)?;
    c.result(cx, reduction.apply(cx, cx.binary_tt(&ADD, &same, &other)?)?)
}
