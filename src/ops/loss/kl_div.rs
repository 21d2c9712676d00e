//! How far one distribution is from another.

use crate::device::cpu::tile::{Tiles, tiles};
use crate::ops::div::DIV;
use crate::ops::infer::broadcast_all;
use crate::ops::losses::{Common, REDUCTION, Reduction, sum};
use crate::ops::parts::part;
use crate::ops::sample::{Value::*, kink, sample};
use crate::ops::sig::{Default, Param, ParamKind, X, tensor};
use crate::ops::{Attrs, Domain, Grad, Kind, Needs, Op, Operand, Outputs, Proof, Result};
use crate::tape::Cx;

pub static KL_DIV: Op = Op {
    name: "kl_div",
    symbol: None,
    params: &[
        tensor("input"),
        tensor("target"),
        REDUCTION,
        Param::new("log_target", ParamKind::Bool).or(Default::Bool(false)),
    ],
    parts: &[],
    doc: "The Kullback-Leibler divergence, element by element `target * (log(target) - input)`: `input` has log-probabilities, `target` probabilities, or their logarithms with `log_target: true`. `reduction: \"batchmean\"`, the sum divided by the size of dim 0, is what the formula of distributions means; `\"mean\"`, as in torch, divides by the number of elements.",
    examples: &[
        "kl_div(log([0.5, 0.5]), [0.25, 0.75], reduction: \"sum\")  # 0.13081205",
        "kl_div(log([[0.5, 0.5]]), [[0.5, 0.5]], reduction: \"batchmean\")  # 0.0",
    ],
    kind: Kind::Composite(run),
    vjp: &[],
    samples: &[
        sample(&[Uniform(&[3, 4], -3.0, 0.0), Uniform(&[3, 4], 0.1, 1.0)]),
        sample(&[Uniform(&[3, 4], -3.0, 0.0), Strided(&[3, 4], 0.1, 1.0), Str("sum")]),
        sample(&[Uniform(&[3, 4], -3.0, 0.0), Uniform(&[3, 4], 0.1, 1.0), Str("none")]),
        sample(&[Uniform(&[3, 4], -3.0, 0.0), Uniform(&[3, 4], 0.1, 1.0), Str("batchmean")]),
        sample(&[Uniform(&[3, 4], -3.0, 0.0), Uniform(&[3, 4], -3.0, 0.0), Str("batchmean"), Bool(true)]),
        sample(&[Uniform(&[3, 4], -3.0, 0.0), Strided(&[3, 4], -3.0, 0.0), Str("none"), Bool(true)]),
        sample(&[Uniform(&[], -3.0, 0.0), Uniform(&[], 0.1, 1.0), Str("batchmean")]),
        sample(&[Uniform(&[3, 4], -3.0, 0.0), Uniform(&[4], 0.1, 1.0), Str("none")]),
        kink(&[
            Floats(&[4], &[-1.0, -2.0, f64::NEG_INFINITY, -0.5]),
            Floats(&[4], &[0.0, -1.0, 0.5, f64::NAN]),
            Str("none"),
        ]),
        kink(&[Floats(&[2], &[-1.0, -2.0]), Floats(&[2], &[f64::NEG_INFINITY, 0.0]), Str("none"), Bool(true)]),
        kink(&[Uniform(&[0, 3], -3.0, 0.0), Uniform(&[0, 3], 0.1, 1.0), Str("batchmean")]),
        kink(&[Uniform(&[0], -3.0, 0.0), Uniform(&[0], 0.1, 1.0)]),
    ],
    proof: Proof::Torch(
        "F.kl_div(args[0], args[1], reduction=args[2] if len(args) > 2 else 'mean', log_target=len(args) > 3 and args[3])",
    ),
};

/// y ln y - y x; as in torch, its slope for a probability of 0 is NaN.
static OF_TARGET: Op = part(
    "kl_div",
    &[X, tensor("target")],
    &OF_TARGET_TILES,
    Domain::Float,
    &[
        Grad::Rule(Needs::IN1, |cx, s, g| cx.neg(cx.mul(g, s.input(1)))),
        Grad::Rule(Needs::IN0.and(Needs::IN1), |cx, s, g| {
            let y = s.tensor(1);
            let log = cx.log(cx.select(&cx.eq(&y, 0.0), 1.0, &y));
            cx.mul(g, cx.sub(cx.add(log, cx.div(&y, &y)), s.input(0)))
        }),
    ],
);
static OF_TARGET_TILES: Tiles = tiles!("kl_div",
    cuda: "(y == T(0) ? T(0) : y * LN(y)) - y * x",
    real: |x, y| R::select(y == R::ZERO, R::ZERO, y * y.ln()) - y * x);

/// e^y (y - x)
static OF_LOG: Op = part(
    "kl_div",
    &[X, tensor("target")],
    &OF_LOG_TILES,
    Domain::Float,
    &[
        Grad::Rule(Needs::IN1, |cx, s, g| cx.neg(cx.mul(g, cx.exp(s.input(1))))),
        Grad::Rule(Needs::IN0.and(Needs::IN1), |cx, s, g| {
            let y = s.tensor(1);
            cx.mul(g, cx.mul(cx.exp(&y), cx.add(cx.sub(&y, s.input(0)), 1.0)))
        }),
    ],
);
static OF_LOG_TILES: Tiles = tiles!("kl_div", cuda: "EXP(y) * (y - x)", real: |x, y| y.exp() * (y - x));

fn run(cx: &Cx, args: &[Operand], attrs: &Attrs) -> Result<Outputs> {
    let per_batch = attrs.str(0) == Some("batchmean");
    let reduction = match per_batch {
        true => Reduction::Sum,
        false => Reduction::of(attrs, 0, 2).map_err(|e| {
            let batchmean = "it is \"batchmean\", \"mean\", \"sum\" or \"none\"";
            e.help(batchmean)
        })?,
    };
    broadcast_all("kl_div", args)?;
    let c = Common::floats(cx, args)?;
    let each = if attrs.bool(1) { &OF_LOG } else { &OF_TARGET };
    let loss = cx.binary(each, &c.args[0], &c.args[1])?;
    if !per_batch {
        return c.result(cx, reduction.apply(cx, loss)?);
    }
    let batch = c.args[0].tensor().and_then(|t| t.dims().first().copied()).unwrap_or(1);
    c.result(cx, cx.binary(&DIV, &sum(cx, &loss)?.into(), &(batch as f64).into())?)
}
