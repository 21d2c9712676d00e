//! The loss of counts.

use crate::device::cpu::tile::{Tiles, tiles};
use crate::ops::add::ADD;
use crate::ops::exp::EXP;
use crate::ops::infer::broadcast_all;
use crate::ops::log::LOG;
use crate::ops::losses::{Common, REDUCTION, Reduction};
use crate::ops::mul::MUL;
use crate::ops::parts::part;
use crate::ops::sample::{Value::*, kink, sample};
use crate::ops::sig::{Default, Param, ParamKind, X, tensor};
use crate::ops::sub::SUB;
use crate::ops::{Attrs, Domain, Grad, Kind, Needs, Op, Operand, Outputs, Proof, Result};
use crate::tape::Cx;

pub static POISSON_NLL_LOSS: Op = Op {
    name: "poisson_nll_loss",
    symbol: None,
    params: &[
        tensor("input"),
        tensor("target"),
        Param::new("log_input", ParamKind::Bool).or(Default::Bool(true)),
        Param::new("full", ParamKind::Bool).or(Default::Bool(false)),
        Param::new("eps", ParamKind::Float).or(Default::Float(1e-8)),
        REDUCTION,
    ],
    parts: &[],
    doc: "The negative log-probability of counts `target` under Poisson distributions whose rates are `exp(input)`, or `input` with `log_input: false` (`eps` is then added below the logarithm). `full: true` adds Stirling's approximation of the term that `input` has no part in, where `target` is above 1.",
    examples: &[
        "poisson_nll_loss([0.0, 1.0], [1, 2])  # 0.8591409",
        "poisson_nll_loss([1.0, 2.0], [1, 2], log_input: false, reduction: \"none\")  # f32[2] [1.0, 0.6137]",
    ],
    kind: Kind::Composite(run),
    vjp: &[],
    samples: &[
        sample(&[Uniform(&[3, 4], -2.0, 2.0), Uniform(&[3, 4], 0.1, 5.0)]),
        sample(&[
            Uniform(&[3, 4], -2.0, 2.0),
            Uniform(&[3, 4], 1.1, 5.0),
            Bool(true),
            Bool(true),
            Number(1e-8),
            Str("sum"),
        ]),
        sample(&[Uniform(&[3, 4], 0.5, 4.0), Strided(&[3, 4], 0.1, 5.0), Bool(false)]),
        sample(&[
            Uniform(&[3, 4], 0.5, 4.0),
            Uniform(&[4], 1.1, 5.0),
            Bool(false),
            Bool(true),
            Number(0.1),
            Str("none"),
        ]),
        sample(&[
            Uniform(&[5], -2.0, 2.0),
            Ints(&[5], &[0, 1, 2, 3, 40]),
            Bool(true),
            Bool(true),
            Number(1e-8),
            Str("none"),
        ]),
        sample(&[Uniform(&[], -2.0, 2.0), Uniform(&[], 0.1, 5.0)]),
        kink(&[Floats(&[3], &[0.0, 0.0, 2.0]), Ints(&[3], &[0, 1, 2]), Bool(false)]),
        kink(&[Floats(&[3], &[f64::NAN, -1000.0, 1000.0]), Ints(&[3], &[0, 1, 2])]),
        kink(&[Uniform(&[0], -2.0, 2.0), Uniform(&[0], 0.1, 5.0)]),
    ],
    proof: Proof::Torch(
        "F.poisson_nll_loss(args[0], args[1].to(args[0].dtype), log_input=args[2] if len(args) > 2 else True, full=len(args) > 3 and args[3], eps=args[4] if len(args) > 4 else 1e-8, reduction=args[5] if len(args) > 5 else 'mean')",
    ),
};

/// y ln y - y + ln(2 pi y) / 2 above 1, else 0.
static STIRLING: Op = part(
    "stirling",
    &[X],
    &STIRLING_TILES,
    Domain::Float,
    &[Grad::Rule(Needs::IN0, |cx, s, g| {
        let y = s.tensor(0);
        let above = cx.gt(&y, 1.0);
        let y = cx.select(&above, y, 1.0);
        cx.mul(g, cx.select(&above, cx.add(cx.log(&y), cx.div(0.5, &y)), 0.0))
    })],
);
static STIRLING_TILES: Tiles = tiles!("stirling",
    cuda: "x > T(1) ? x * LN(x) - x + T(0.5) * LN(T(6.283185307179586) * x) : T(0)",
    real: |x| R::select(x > R::ONE,
        x * x.ln() - x + R::lit(0.5) * (R::lit(std::f64::consts::TAU) * x).ln(), R::ZERO));

fn run(cx: &Cx, args: &[Operand], attrs: &Attrs) -> Result<Outputs> {
    let reduction = Reduction::of(attrs, 3, 5)?;
    broadcast_all("poisson_nll_loss", args)?;
    let c = Common::floats(cx, args)?;
    let (x, y) = (c.tensor(0), &c.args[1]);
    let (rate, log) = match attrs.bool(0) {
        true => (cx.unary(&EXP, &x)?, x.clone()),
        false => {
            let raised = cx.binary(&ADD, &c.args[0], &attrs.float(2).into())?;
            (x.clone(), cx.unary(&LOG, &raised)?)
        }
    };
    let expected = cx.binary(&MUL, y, &log.into())?;
    let mut loss = cx.binary_tt(&SUB, &rate, &expected)?;
    if attrs.bool(1) {
        let rest = cx.unary(&STIRLING, &c.tensor(1))?;
        loss = cx.binary_tt(&ADD, &loss, &rest)?;
    }
    c.result(cx, reduction.apply(cx, loss)?)
}
