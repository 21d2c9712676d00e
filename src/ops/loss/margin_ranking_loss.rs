//! The loss of an order.

use crate::ops::add::ADD;
use crate::ops::infer::{broadcast_all, describe};
use crate::ops::losses::{Common, REDUCTION, Reduction, dims, hinge};
use crate::ops::mul::MUL;
use crate::ops::sample::{Value::*, kink, sample};
use crate::ops::sig::{Default, Param, ParamKind, tensor};
use crate::ops::sub::SUB;
use crate::ops::{Attrs, Kind, Op, OpError, Operand, Outputs, Proof, Result};
use crate::tape::Cx;

pub static MARGIN_RANKING_LOSS: Op = Op {
    name: "margin_ranking_loss",
    symbol: None,
    params: &[
        tensor("input1"),
        tensor("input2"),
        tensor("target"),
        Param::new("margin", ParamKind::Float).or(Default::Float(0.0)),
        REDUCTION,
    ],
    parts: &[],
    doc: "What `input1` lacks to be `margin` larger than `input2` where `target` is 1, and the other way round where it is -1.",
    examples: &[
        "margin_ranking_loss([3.0, 1.0], [1.0, 2.0], [1, 1], reduction: \"none\")  # f32[2] [0.0, 1.0]",
        "margin_ranking_loss([3.0, 1.0], [1.0, 2.0], [1, -1], margin: 2.5)  # 1.0",
    ],
    kind: Kind::Composite(run),
    vjp: &[],
    samples: &[
        sample(&[Uniform(&[2, 3], -2.0, 2.0), Uniform(&[2, 3], -2.0, 2.0), Ints(&[2, 3], &[1, -1, -1, 1, 1, -1])]),
        sample(&[
            Strided(&[2, 3], -2.0, 2.0),
            Uniform(&[1, 3], -2.0, 2.0),
            Ints(&[2, 1], &[1, -1]),
            Number(0.53),
            Str("none"),
        ]),
        sample(&[
            Uniform(&[4], -2.0, 2.0),
            Uniform(&[4], -2.0, 2.0),
            Floats(&[4], &[1.0, -1.0, 0.5, -2.0]),
            Number(1.52),
            Str("sum"),
        ]),
        sample(&[Uniform(&[], -2.0, 2.0), Uniform(&[], -2.0, 2.0), Ints(&[], &[-1])]),
        kink(&[
            Floats(&[3], &[1.0, f64::NAN, 2.0]),
            Floats(&[3], &[1.0, 1.0, 1.0]),
            Ints(&[3], &[1, 1, -1]),
            Int(-1),
            Str("none"),
        ]),
        kink(&[Uniform(&[0], -2.0, 2.0), Uniform(&[0], -2.0, 2.0), Ints(&[0], &[])]),
        kink(&[Uniform(&[2, 3], -2.0, 2.0), Uniform(&[3], -2.0, 2.0), Ints(&[2, 1], &[1, -1])]),
    ],
    proof: Proof::Torch(
        "F.margin_ranking_loss(args[0], args[1], args[2], margin=args[3] if len(args) > 3 else 0.0, reduction=args[4] if len(args) > 4 else 'mean')",
    ),
};

fn run(cx: &Cx, args: &[Operand], attrs: &Attrs) -> Result<Outputs> {
    let reduction = Reduction::of(attrs, 1, 4)?;
    let ndim = |k: usize| dims(&args[k]).len();
    if ndim(0) != ndim(1) || ndim(0) != ndim(2) {
        let mut e = OpError::new("SHAPE-15", "both inputs and the target have as many dimensions as each other");
        for (k, a) in args.iter().enumerate() {
            e = e.at(k, describe(a));
        }
        return Err(e);
    }
    broadcast_all("margin_ranking_loss", args)?;
    let c = Common::floats(cx, args)?;
    let lead = cx.binary(&MUL, &c.args[2], &cx.binary(&SUB, &c.args[1], &c.args[0])?.into())?;
    let loss = hinge(cx, &cx.binary(&ADD, &lead.into(), &attrs.float(0).into())?)?;
    c.result(cx, reduction.apply(cx, loss)?)
}
