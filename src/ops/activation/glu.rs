//! Gated linear units.

use crate::device::cpu::tile::{Tiles, tiles};
use crate::ops::infer::resolve_dim;
use crate::ops::parts::part;
use crate::ops::sample::{Value::*, kink, sample};
use crate::ops::sig::{Default, Param, ParamKind, X, Y};
use crate::ops::{Attrs, Domain, Grad, Kind, Needs, Op, OpError, Operand, Outputs, Proof, Result};
use crate::tape::Cx;

pub static GLU: Op = Op {
    name: "glu",
    symbol: None,
    params: &[X, Param::new("dim", ParamKind::Dim).or(Default::Int(-1))],
    parts: &[],
    doc: "The first half along `dim`, each element times sigmoid of its counterpart in the second half.",
    examples: &["glu([1.0, 2.0, 0.0, 1.0])  # f32[2] [0.5, 1.4621]"],
    kind: Kind::Composite(run),
    vjp: &[],
    samples: &[
        sample(&[Uniform(&[6], -2.0, 2.0)]),
        sample(&[Uniform(&[3, 4], -2.0, 2.0)]),
        sample(&[Uniform(&[4, 3], -2.0, 2.0), Int(0)]),
        sample(&[Strided(&[3, 4], -2.0, 2.0)]),
        sample(&[Uniform(&[2, 4, 3], -2.0, 2.0), Int(-2)]),
        sample(&[Uniform(&[0, 4], -2.0, 2.0)]),
        sample(&[Uniform(&[4, 0], -2.0, 2.0)]),
        kink(&[Floats(&[4, 2], &[1.0, 1e4, 1.0, -1e4, -1e4, 2.0, f64::INFINITY, f64::NEG_INFINITY])]),
        kink(&[Uniform(&[3], -2.0, 2.0)]),
        kink(&[Uniform(&[], -2.0, 2.0)]),
        kink(&[Uniform(&[2, 2], -2.0, 2.0), Int(2)]),
    ],
    proof: Proof::Torch("F.glu(*args)"),
};

static TILES: Tiles = tiles!("glu", cuda: "x * SIGMOID(y)", real: |x, y| x * y.sigmoid());

static GATE: Op = part(
    "glu",
    &[X, Y],
    &TILES,
    Domain::Float,
    &[
        Grad::Rule(Needs::IN1, |cx, s, g| cx.mul(g, cx.sigmoid(s.input(1)))),
        Grad::Rule(Needs::IN0.and(Needs::IN1), |cx, s, g| {
            let gate = cx.sigmoid(s.input(1));
            let slope = cx.mul(cx.sub(1.0, &gate), &gate);
            cx.mul(g, cx.mul(slope, s.input(0)))
        }),
    ],
);

fn run(cx: &Cx, args: &[Operand], attrs: &Attrs) -> Result<Outputs> {
    let x = args[0].to_tensor();
    let dim = resolve_dim(attrs.opt_int(0).unwrap_or(-1), x.ndim(), 1)?;
    let size = x.dims().get(dim).copied().unwrap_or(1);
    if size % 2 != 0 {
        return Err(OpError::new("VALUE-12", format!("glu halves dim {dim}, whose size {size} is odd"))
            .at(0, format!("{}{}", x.dtype(), x.shape())));
    }
    let half = size / 2;
    let (value, gate) = (cx.try_narrow(&x, dim, 0, half)?, cx.try_narrow(&x, dim, half, half)?);
    Ok(Outputs::One(cx.binary_tt(&GATE, &value, &gate)?))
}
