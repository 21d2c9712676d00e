//! The loss of one distance beside another.

use crate::ops::add::ADD;
use crate::ops::infer::{broadcast_all, describe};
use crate::ops::losses::{Common, REDUCTION, Reduction, bad_number, dims, hinge};
use crate::ops::minimum::MINIMUM;
use crate::ops::pairwise_distance::distance;
use crate::ops::sample::{Value::*, kink, sample};
use crate::ops::sig::{Default, Param, ParamKind, tensor};
use crate::ops::sub::SUB;
use crate::ops::{Attrs, Kind, Op, OpError, Operand, Outputs, Proof, Result};
use crate::tape::Cx;

pub static TRIPLET_MARGIN_LOSS: Op = Op {
    name: "triplet_margin_loss",
    symbol: None,
    params: &[
        tensor("anchor"),
        tensor("positive"),
        tensor("negative"),
        Param::new("margin", ParamKind::Float).or(Default::Float(1.0)),
        Param::new("p", ParamKind::Float).or(Default::Float(2.0)),
        Param::new("eps", ParamKind::Float).or(Default::Float(1e-6)),
        Param::new("swap", ParamKind::Bool).or(Default::Bool(false)),
        REDUCTION,
    ],
    parts: &[],
    doc: "What the distance of `anchor` to `negative` lacks to be `margin` larger than that to `positive`; distances are `pairwise_distance` along the last dimension. With `swap: true` the distance of `positive` to `negative` counts where it is the smaller.",
    examples: &["triplet_margin_loss([[0.0, 0.0]], [[3.0, 4.0]], [[0.0, 5.5]], eps: 0)  # 0.5"],
    kind: Kind::Composite(run),
    vjp: &[],
    samples: &[
        sample(&[Uniform(&[3, 4], -2.0, 2.0), Uniform(&[3, 4], -2.0, 2.0), Uniform(&[3, 4], -2.0, 2.0)]),
        sample(&[
            Strided(&[3, 4], -2.0, 2.0),
            Uniform(&[1, 4], -2.0, 2.0),
            Uniform(&[3, 4], -2.0, 2.0),
            Number(2.5),
            Int(1),
            Number(1e-6),
            Bool(true),
            Str("none"),
        ]),
        sample(&[Uniform(&[4], -2.0, 2.0), Uniform(&[4], -2.0, 2.0), Uniform(&[4], -2.0, 2.0), Int(3)]),
        sample(&[
            Uniform(&[2, 3, 4], -2.0, 2.0),
            Uniform(&[2, 3, 4], -2.0, 2.0),
            Uniform(&[2, 3, 4], -2.0, 2.0),
            Number(1.5),
            Int(3),
            Number(1e-3),
            Bool(true),
            Str("sum"),
        ]),
        sample(&[Uniform(&[], -2.0, 2.0), Uniform(&[], -2.0, 2.0), Uniform(&[], -2.0, 2.0)]),
        kink(&[
            Floats(&[2, 2], &[0.0; 4]),
            Floats(&[2, 2], &[0.0; 4]),
            Floats(&[2, 2], &[0.0, 0.0, 3.0, 4.0]),
            Int(1),
            Int(2),
            Number(0.0),
        ]),
        kink(&[Uniform(&[2], -2.0, 2.0), Uniform(&[2], -2.0, 2.0), Uniform(&[2], -2.0, 2.0), Int(-1)]),
        kink(&[Uniform(&[2, 2], -2.0, 2.0), Uniform(&[2], -2.0, 2.0), Uniform(&[2, 2], -2.0, 2.0)]),
        kink(&[Uniform(&[0, 2], -2.0, 2.0), Uniform(&[0, 2], -2.0, 2.0), Uniform(&[0, 2], -2.0, 2.0)]),
    ],
    proof: Proof::Torch(
        "F.triplet_margin_loss(args[0], args[1], args[2], margin=args[3] if len(args) > 3 else 1.0, p=args[4] if len(args) > 4 else 2.0, eps=args[5] if len(args) > 5 else 1e-6, swap=len(args) > 6 and args[6], reduction=args[7] if len(args) > 7 else 'mean')",
    ),
};

fn run(cx: &Cx, args: &[Operand], attrs: &Attrs) -> Result<Outputs> {
    let (margin, p, eps, reduction) = (attrs.float(0), attrs.float(1), attrs.float(2), Reduction::of(attrs, 4, 7)?);
    if margin.is_nan() || margin <= 0.0 {
        return Err(bad_number(3, margin, "the margin is a positive number"));
    }
    let ndim = |k: usize| dims(&args[k]).len();
    if ndim(0) != ndim(1) || ndim(0) != ndim(2) {
        let mut e = OpError::new("SHAPE-15", "anchor, positive and negative have as many dimensions as each other");
        for (k, a) in args.iter().enumerate() {
            e = e.at(k, describe(a));
        }
        return Err(e);
    }
    broadcast_all("triplet_margin_loss", args)?;
    let c = Common::floats(cx, args)?;
    let apart = |a: usize, b: usize| distance(cx, &c.args[a], &c.args[b], p, eps, false);
    let mut far = apart(0, 2)?;
    if attrs.bool(3) {
        far = cx.binary_tt(&MINIMUM, &far, &apart(1, 2)?)?;
    }
    let lack = cx.binary_tt(&SUB, &apart(0, 1)?, &far)?;
    let loss = hinge(cx, &cx.binary(&ADD, &lack.into(), &margin.into())?)?;
    c.result(cx, reduction.apply(cx, loss)?)
}
