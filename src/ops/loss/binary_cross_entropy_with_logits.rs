//! The loss of two classes, from scores.

use crate::device::cpu::tile::{Tiles, tiles};
use crate::ops::binary_cross_entropy::check_weight;
use crate::ops::losses::{Common, REDUCTION, Reduction, SOFTPLUS, WEIGHT, same_shape};
use crate::ops::mul::MUL;
use crate::ops::parts::part;
use crate::ops::sample::{Value::*, kink, sample};
use crate::ops::sig::{Default, Param, ParamKind, X, Y, tensor};
use crate::ops::{Attrs, Domain, Grad, Kind, Needs, Op, Operand, Outputs, Proof, Result};
use crate::tape::Cx;
use crate::tensor::Tensor;

pub static BINARY_CROSS_ENTROPY_WITH_LOGITS: Op = Op {
    name: "binary_cross_entropy_with_logits",
    symbol: None,
    params: &[
        tensor("input"),
        tensor("target"),
        WEIGHT,
        REDUCTION,
        Param::new("pos_weight", ParamKind::OptTensor).or(Default::None),
    ],
    parts: &[],
    doc: "The negative log-probability of `target` where `sigmoid(input)` is the probability of 1, exact for scores of any size. Elements may have weights; `pos_weight` counts the part of 1 so many times. Both broadcast.",
    examples: &[
        "binary_cross_entropy_with_logits([0.0, 0.0], [1.0, 0.0])  # 0.6931472",
        "binary_cross_entropy_with_logits([1000.0, -1000.0], [0.0, 0.0], reduction: \"none\")  # f32[2] [1000.0, 0.0]",
        "binary_cross_entropy_with_logits([0.0, 0.0], [1.0, 0.0], pos_weight: 3.0)  # 1.3862944",
    ],
    kind: Kind::Composite(run),
    vjp: &[],
    samples: &[
        sample(&[Uniform(&[3, 4], -3.0, 3.0), Uniform(&[3, 4], 0.0, 1.0)]),
        sample(&[Uniform(&[3, 4], -3.0, 3.0), Strided(&[3, 4], 0.0, 1.0), Absent, Str("sum")]),
        sample(&[Uniform(&[3, 4], -3.0, 3.0), Uniform(&[3, 4], 0.0, 1.0), Uniform(&[4], 0.5, 2.0), Str("none")]),
        sample(&[Uniform(&[], -3.0, 3.0), Uniform(&[], 0.0, 1.0)]),
        sample(&[
            Uniform(&[3, 4], -3.0, 3.0),
            Bools(&[3, 4], &[true, false, true, false, false, true, true, false, true, true, false, false]),
        ]),
        sample(&[
            Uniform(&[3, 4], -3.0, 3.0),
            Uniform(&[3, 4], 0.0, 1.0),
            Uniform(&[3, 1], 0.5, 2.0),
            Str("mean"),
            Uniform(&[4], 0.5, 3.0),
        ]),
        sample(&[
            Strided(&[3, 4], -3.0, 3.0),
            Uniform(&[3, 4], 0.0, 1.0),
            Absent,
            Str("none"),
            Uniform(&[3, 4], 0.5, 3.0),
        ]),
        sample(&[Uniform(&[4], -30.0, 30.0), Bools(&[4], &[true, false, true, false]), Absent, Str("none")]),
        kink(&[
            Floats(&[8], &[1000.0, -1000.0, 1000.0, -1000.0, 30.0, -30.0, 1e30, 0.0]),
            Bools(&[8], &[true, true, false, false, true, false, true, true]),
            Absent,
            Str("none"),
        ]),
        kink(&[
            Floats(&[6], &[1000.0, -1000.0, 1000.0, -1000.0, 80.0, -80.0]),
            Bools(&[6], &[true, true, false, false, true, true]),
            Absent,
            Str("none"),
            Floats(&[6], &[3.0, 0.5, 3.0, 0.5, 2.0, 0.0]),
        ]),
        kink(&[Floats(&[2], &[f64::NAN, f64::INFINITY]), Floats(&[2], &[0.25, 0.25]), Absent, Str("none")]),
        kink(&[Uniform(&[0], -3.0, 3.0), Uniform(&[0], 0.0, 1.0)]),
        kink(&[Uniform(&[3, 4], -3.0, 3.0), Uniform(&[4], 0.0, 1.0)]),
    ],
    proof: Proof::Torch(
        "F.binary_cross_entropy_with_logits(args[0], args[1].to(args[0].dtype) if args[1].dtype == torch.bool else args[1], weight=args[2].detach() if len(args) > 2 and args[2] is not None else None, reduction=args[3] if len(args) > 3 else 'mean', pos_weight=args[4].detach() if len(args) > 4 else None)",
    ),
};

/// (1 - y) x + softplus(-x), in an order that keeps small losses; its slope as (1 - y) sigmoid(x) - y sigmoid(-x), which
/// does not cancel for a target of 0 or 1.
static PLAIN: Op = part(
    "binary_cross_entropy_with_logits",
    &[X, Y],
    &PLAIN_TILES,
    Domain::Float,
    &[
        Grad::Rule(Needs::IN0.and(Needs::IN1), |cx, s, g| {
            let (x, y) = (s.tensor(0), s.tensor(1));
            let (zeros, ones) = halves(cx, &x, &y);
            cx.mul(g, cx.sub(zeros, ones))
        }),
        Grad::Rule(Needs::IN0, |cx, s, g| cx.neg(cx.mul(g, s.input(0)))),
    ],
);
static PLAIN_TILES: Tiles = tiles!("binary_cross_entropy_with_logits",
    cuda: "((T(1) - y) * x + MAXIMUM(-x, T(0))) + LOG1P(EXP(-ABS(x)))",
    real: |x, y| ((R::ONE - y) * x + (-x).maximum(R::ZERO)) + (-x.abs()).exp().log1p());

/// The same with the part of 1 counted z times.
static WEIGHTED: Op = part(
    "binary_cross_entropy_with_logits",
    &[X, Y, tensor("pos_weight")],
    &WEIGHTED_TILES,
    Domain::Float,
    &[
        Grad::Rule(Needs::IN0.and(Needs::IN1).and(Needs::IN2), |cx, s, g| {
            let (x, y) = (s.tensor(0), s.tensor(1));
            let (zeros, ones) = halves(cx, &x, &y);
            cx.mul(g, cx.sub(zeros, cx.mul(ones, s.input(2))))
        }),
        Grad::Rule(Needs::IN0.and(Needs::IN2), |cx, s, g| {
            let (x, z) = (s.tensor(0), s.input(2));
            let of_one = cx.mul(cx.sub(z, 1.0), softplus(cx, cx.neg(&x)));
            cx.mul(g, cx.sub(of_one, x))
        }),
        Grad::Rule(Needs::IN0.and(Needs::IN1), |cx, s, g| {
            cx.mul(g, cx.mul(s.input(1), softplus(cx, cx.neg(s.tensor(0)))))
        }),
    ],
);
static WEIGHTED_TILES: Tiles = tiles!("binary_cross_entropy_with_logits",
    cuda: "((T(1) - y) * x + (T(1) + (z - T(1)) * y) * MAXIMUM(-x, T(0))) + (T(1) + (z - T(1)) * y) * LOG1P(EXP(-ABS(x)))",
    real: |x, y, z| ((R::ONE - y) * x + (R::ONE + (z - R::ONE) * y) * (-x).maximum(R::ZERO))
        + (R::ONE + (z - R::ONE) * y) * (-x.abs()).exp().log1p());

fn softplus(cx: &Cx, x: Tensor) -> Tensor {
    cx.run(&SOFTPLUS, &[x.into()], &[])
}

/// (1 - y) sigmoid(x) and y sigmoid(-x).
fn halves(cx: &Cx, x: &Tensor, y: &Tensor) -> (Tensor, Tensor) {
    (cx.mul(cx.sub(1.0, y), cx.sigmoid(x)), cx.mul(y, cx.sigmoid(cx.neg(x))))
}

fn run(cx: &Cx, args: &[Operand], attrs: &Attrs) -> Result<Outputs> {
    let reduction = Reduction::of(attrs, 0, 3)?;
    same_shape((&args[0], 0), (&args[1], 1), "each element of the input needs a target")?;
    check_weight("binary_cross_entropy_with_logits", args, (2, 2))?;
    check_weight("binary_cross_entropy_with_logits", args, (3, 4))?;
    let c = Common::floats(cx, args)?;
    let loss = match &c.args[3] {
        Operand::None => cx.binary(&PLAIN, &c.args[0], &c.args[1])?,
        z => cx.call1(&WEIGHTED, &[c.args[0].clone(), c.args[1].clone(), z.clone()], &[])?,
    };
    let loss = match &c.args[2] {
        Operand::None => loss,
        weight => cx.binary(&MUL, &loss.into(), weight)?,
    };
    c.result(cx, reduction.apply(cx, loss)?)
}
