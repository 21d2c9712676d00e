//! A rectifier whose slope below zero is learned.

use crate::device::cpu::tile::{Tiles, tiles};
use crate::ops::infer::describe;
use crate::ops::losses::dims;
use crate::ops::reshape::RESHAPE;
use crate::ops::rules::sizes;
use crate::ops::sample::{Value::*, kink, sample};
use crate::ops::sig::{X, tensor};
use crate::ops::{Attrs, Domain, Grad, Kind, Needs, Op, OpError, Operand, Outputs, Proof, Result};
use crate::tape::Cx;

pub static PRELU: Op = Op {
    name: "prelu",
    symbol: None,
    params: &[X, tensor("weight")],
    parts: &[],
    doc: "Each element where it is above 0, else the element times `weight`: one number, or one for each channel, which stand along dim 1.",
    examples: &[
        "prelu([-2.0, 3.0], 0.25)  # f32[2] [-0.5, 3.0]",
        "prelu([[-2.0, -2.0]], [0.25, 0.5])  # f32[1, 2] [[-0.5, -1.0]]",
    ],
    kind: Kind::Composite(run),
    vjp: &[],
    samples: &[
        sample(&[Uniform(&[3, 4], -2.0, 2.0), Uniform(&[4], 0.1, 0.5)]),
        sample(&[Uniform(&[2, 3, 2], -2.0, 2.0), Uniform(&[3], 0.1, 0.5)]),
        sample(&[Strided(&[3, 4], -2.0, 2.0), Uniform(&[1], 0.1, 0.5)]),
        sample(&[Uniform(&[5], -2.0, 2.0), Uniform(&[], 0.1, 0.5)]),
        sample(&[Uniform(&[], -2.0, -1.0), Uniform(&[1], 0.1, 0.5)]),
        sample(&[Uniform(&[0, 3], -2.0, 2.0), Uniform(&[3], 0.1, 0.5)]),
        kink(&[Floats(&[6], &[0.0, -0.0, f64::INFINITY, f64::NEG_INFINITY, 1.0, -1.0]), Floats(&[1], &[0.5])]),
        kink(&[Floats(&[2], &[f64::NAN, 1.0]), Floats(&[1], &[0.5])]),
        kink(&[Uniform(&[3, 4], -2.0, 2.0), Uniform(&[3], 0.1, 0.5)]),
        kink(&[Uniform(&[3], -2.0, 2.0), Uniform(&[3], 0.1, 0.5)]),
    ],
    proof: Proof::Torch("F.prelu(*args)"),
};

static EACH: Op = Op {
    name: "prelu",
    symbol: None,
    params: &[X, tensor("weight")],
    parts: &[],
    doc: "",
    examples: &[],
    kind: Kind::Tile { tiles: &TILES, domain: Domain::Float, total: true },
    vjp: &[
        Grad::Rule(Needs::IN0.and(Needs::IN1), |cx, s, g| cx.select(&cx.gt(s.input(0), 0.0), g, cx.mul(g, s.input(1)))),
        Grad::Rule(Needs::IN0, |cx, s, g| cx.select(&cx.gt(s.input(0), 0.0), 0.0, cx.mul(g, s.input(0)))),
    ],
    samples: &[],
    proof: Proof::Other("proved as prelu"),
};
static TILES: Tiles = tiles!("prelu", cuda: "x > T(0) ? x : x * y", real: |x, y| R::select(x > R::ZERO, x, x * y));

fn run(cx: &Cx, args: &[Operand], _: &Attrs) -> Result<Outputs> {
    let (x, w) = (dims(&args[0]), dims(&args[1]));
    let n = w.numel().unwrap_or(usize::MAX);
    let channels = if x.len() > 1 { x[1] } else { 1 };
    if w.len() > 1 || (n != 1 && n != channels) {
        return Err(OpError::new(
            "SHAPE-15",
            format!(
                "prelu takes one weight, or one for each channel, of which there {}",
                match channels {
                    1 => "is 1".into(),
                    _ => format!("are {channels}"),
                }
            ),
        )
        .at(0, describe(&args[0]))
        .at(1, describe(&args[1])));
    }
    let weight = match &args[1] {
        Operand::Tensor(t) if n == 1 => cx.call1(&RESHAPE, &[t.into()], &[sizes(&[])])?.into(),
        Operand::Tensor(t) => {
            let mut along = vec![1; x.len()];
            along[1] = n;
            cx.call1(&RESHAPE, &[t.into()], &[sizes(&along)])?.into()
        }
        other => other.clone(),
    };
    Ok(Outputs::One(cx.binary(&EACH, &args[0], &weight)?))
}
