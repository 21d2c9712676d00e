//! The loss of two classes whose probability is known.

use crate::device::cpu::tile::{Tiles, tiles};
use crate::ops::infer::broadcast_all;
use crate::ops::log::LOG;
use crate::ops::losses::{Common, REDUCTION, Reduction, WEIGHT, dims, same_shape};
use crate::ops::mul::MUL;
use crate::ops::parts::part;
use crate::ops::sample::{Value::*, kink, sample};
use crate::ops::sig::{X, Y, tensor};
use crate::ops::{Attrs, Domain, Grad, Kind, Needs, Op, OpError, Operand, Outputs, Proof, Result, infer};
use crate::tape::Cx;
use crate::tensor::{Num, Tensor};

pub static BINARY_CROSS_ENTROPY: Op = Op {
    name: "binary_cross_entropy",
    symbol: None,
    params: &[tensor("input"), tensor("target"), WEIGHT, REDUCTION],
    parts: &[],
    doc: "The negative log-probability of `target` where `input` is the probability of 1: `-(target * log(input) + (1 - target) * log(1 - input))`, with no logarithm below -100. Elements may have weights, which broadcast. From scores, `binary_cross_entropy_with_logits` loses nothing where a probability rounds to 0 or 1.",
    examples: &[
        "binary_cross_entropy([0.5, 0.25], [1.0, 0.0])  # 0.49041462",
        "binary_cross_entropy([0.0, 1.0], [1.0, 1.0], reduction: \"none\")  # f32[2] [100.0, -0.0]",
    ],
    kind: Kind::Composite(run),
    vjp: &[],
    samples: &[
        sample(&[Uniform(&[3, 4], 0.1, 0.9), Uniform(&[3, 4], 0.0, 1.0)]),
        sample(&[Uniform(&[3, 4], 0.1, 0.9), Strided(&[3, 4], 0.0, 1.0), Absent, Str("sum")]),
        sample(&[Uniform(&[3, 4], 0.1, 0.9), Uniform(&[3, 4], 0.0, 1.0), Uniform(&[4], 0.5, 2.0), Str("none")]),
        sample(&[Uniform(&[], 0.1, 0.9), Uniform(&[], 0.0, 1.0)]),
        sample(&[Uniform(&[3, 4], 0.1, 0.9), Uniform(&[3, 4], 0.0, 1.0), Uniform(&[3, 1], 0.5, 2.0)]),
        kink(&[Floats(&[3], &[0.5, 1e-20, 1.0]), Floats(&[3], &[0.25, 1.0, 1.0]), Absent, Str("none")]),
        kink(&[Floats(&[4], &[0.0, 1.0, 0.0, 1.0]), Bools(&[4], &[true, false, false, true]), Absent, Str("none")]),
        kink(&[Uniform(&[0], 0.1, 0.9), Uniform(&[0], 0.0, 1.0)]),
        kink(&[Floats(&[2], &[0.5, 1.5]), Floats(&[2], &[1.0, 1.0])]),
        kink(&[Floats(&[2], &[0.5, f64::NAN]), Floats(&[2], &[1.0, 1.0])]),
        kink(&[Uniform(&[3, 4], 0.1, 0.9), Uniform(&[4], 0.0, 1.0)]),
    ],
    proof: Proof::Torch(
        "F.binary_cross_entropy(args[0], args[1].to(args[0].dtype) if args[1].dtype == torch.bool else args[1], weight=args[2].detach() if len(args) > 2 and args[2] is not None else None, reduction=args[3] if len(args) > 3 else 'mean')",
    ),
};

/// Below this the slope stays as it is; rounded to f32, as torch has it.
const LEAST: f64 = 1e-12f32 as f64;

static EACH: Op = part(
    "binary_cross_entropy",
    &[X, Y],
    &TILES,
    Domain::Float,
    &[
        Grad::Rule(Needs::IN0.and(Needs::IN1), |cx, s, g| {
            let x = s.input(0);
            let width = cx.maximum(cx.mul(cx.sub(1.0, &x), &x), LEAST);
            cx.mul(g, cx.div(cx.sub(&x, s.input(1)), width))
        }),
        Grad::Rule(Needs::IN0, |cx, s, g| {
            let log = |x: Tensor| cx.run(&LOG, &[x.into()], &[]);
            let x = s.tensor(0);
            cx.mul(g, cx.sub(log(cx.sub(1.0, &x)), log(x)))
        }),
    ],
);
static TILES: Tiles = tiles!("binary_cross_entropy",
    cuda: "(y - T(1)) * MAXIMUM(LOG1P(-x), T(-100)) - y * MAXIMUM(LN(x), T(-100))",
    real: |x, y| (y - R::ONE) * (-x).log1p().maximum(R::lit(-100.0)) - y * x.ln().maximum(R::lit(-100.0)));

fn run(cx: &Cx, args: &[Operand], attrs: &Attrs) -> Result<Outputs> {
    let reduction = Reduction::of(attrs, 0, 3)?;
    same_shape((&args[0], 0), (&args[1], 1), "each element of the input needs a target")?;
    check_weight("binary_cross_entropy", args, (2, 2))?;
    let c = Common::floats(cx, args)?;
    check_probabilities(&c.tensor(0))?;
    let loss = cx.binary(&EACH, &c.args[0], &c.args[1])?;
    let loss = match &c.args[2] {
        Operand::None => loss,
        weight => cx.binary(&MUL, &loss.into(), weight)?,
    };
    c.result(cx, reduction.apply(cx, loss)?)
}

/// Refuses a weight (tensor argument `arg.0`, parameter `arg.1`) that is larger than the input.
pub(in crate::ops) fn check_weight(name: &str, args: &[Operand], arg: (usize, usize)) -> Result<()> {
    let pair = [args[0].clone(), args[arg.0].clone()];
    let together = broadcast_all(name, &pair).map_err(|mut e| {
        e.at.iter_mut().filter(|(at, _)| *at == 1).for_each(|(at, _)| *at = arg.1);
        e
    })?;
    if together == dims(&args[0]) {
        return Ok(());
    }
    Err(OpError::new("SHAPE-15", "a weight broadcasts to the input, and is no larger")
        .at(0, infer::describe(&args[0]))
        .at(arg.1, infer::describe(&args[arg.0])))
}

fn check_probabilities(x: &Tensor) -> Result<()> {
    let within = |v: f64| (0.0..=1.0).contains(&v);
    let plain = x.plain()?;
    let wrong = match x.dtype() {
        crate::device::DType::F64 => plain.slice::<f64>().iter().position(|&v| !within(v)),
        _ => plain.slice::<f32>().iter().position(|&v| !within(v as f64)),
    };
    let Some(at) = wrong else { return Ok(()) };
    let value = plain.num_at(at).map_or(f64::NAN, Num::to_f64);
    Err(OpError::new("VALUE-12", format!("a probability lies between 0 and 1, this input holds {value}"))
        .at(0, format!("its element {at} is {value}"))
        .help("for scores of any size: binary_cross_entropy_with_logits"))
}
