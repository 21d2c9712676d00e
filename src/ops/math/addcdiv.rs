//! Sums with quotients.

use crate::device::cpu::tile::{Tiles, tiles};
use crate::ops::mul::MUL;
use crate::ops::parts::part;
use crate::ops::sample::{Value::*, kink, sample};
use crate::ops::sig::{Default, Param, ParamKind, X, tensor};
use crate::ops::{Attrs, Domain, Grad, Kind, Needs, Op, Operand, Outputs, Proof, Result};
use crate::tape::Cx;
use crate::tensor::Num;

pub static ADDCDIV: Op = Op {
    name: "addcdiv",
    symbol: None,
    params: &[X, tensor("tensor1"), tensor("tensor2"), Param::new("value", ParamKind::Number).or(Default::Int(1))],
    parts: &[],
    doc: "`x` plus `value` times the quotient of two tensors, element by element.",
    examples: &["addcdiv([1.0, 2.0], [3.0, 4.0], [5.0, 8.0], value: 0.5)  # f32[2] [1.3, 2.25]"],
    kind: Kind::Composite(run),
    vjp: &[],
    samples: &[
        sample(&[Uniform(&[3, 4], -2.0, 2.0), Uniform(&[3, 4], -2.0, 2.0), Uniform(&[3, 4], 0.5, 2.5)]),
        sample(&[Strided(&[3, 4], -2.0, 2.0), Uniform(&[4], -2.0, 2.0), Uniform(&[3, 1], 0.5, 2.5), Int(2)]),
        sample(&[Uniform(&[], -2.0, 2.0), Uniform(&[], -2.0, 2.0), Uniform(&[], 0.5, 2.5), Int(-1)]),
        sample(&[Uniform(&[0, 3], -2.0, 2.0), Uniform(&[3], -2.0, 2.0), Uniform(&[3], 0.5, 2.5)]),
        sample(&[Uniform(&[3, 4], -2.0, 2.0), Uniform(&[4], -2.0, 2.0), Uniform(&[3, 1], 0.5, 2.5), Number(0.3)]),
        sample(&[
            Uniform(&[3, 1], -2.0, 2.0),
            Uniform(&[2, 1, 4], -2.0, 2.0),
            Strided(&[3, 4], 0.5, 2.5),
            Number(-1.5),
        ]),
        kink(&[Floats(&[3], &[1.0, 2.0, 3.0]), Floats(&[3], &[0.0, 1.0, -1.0]), Floats(&[3], &[0.0, 0.0, 0.0])]),
    ],
    proof: Proof::Torch("torch.addcdiv(*args[:3], value=args[3] if len(args) > 3 else 1)"),
};

static TILES: Tiles = tiles!("addcdiv", cuda: "x + y / z", real: |x, y, z| x + y / z);

static PART: Op = part(
    "addcdiv",
    &[X, tensor("tensor1"), tensor("tensor2")],
    &TILES,
    Domain::Float,
    &[
        Grad::Rule(Needs::NOTHING, |_, _, g| g.clone()),
        Grad::Rule(Needs::IN2, |cx, s, g| cx.div(g, s.input(2))),
        Grad::Rule(Needs::IN1.and(Needs::IN2), |cx, s, g| {
            let z = s.input(2);
            cx.neg(cx.div(cx.div(cx.mul(g, s.input(1)), &z), &z))
        }),
    ],
);

fn run(cx: &Cx, args: &[Operand], attrs: &Attrs) -> Result<Outputs> {
    let scaled = match (&args[1], attrs.opt_num(0)) {
        (x, None | Some(Num::Int(1) | Num::Float(1.0))) => x.clone(),
        (Operand::Num(Num::Int(x)), Some(Num::Int(v))) => Operand::Num(Num::Int(x.wrapping_mul(v))),
        (Operand::Num(x), Some(v)) => Operand::Num(Num::Float(x.to_f64() * v.to_f64())),
        (x, Some(v)) => cx.binary(&MUL, x, &Operand::Num(v))?.into(),
    };
    Ok(Outputs::One(cx.call1(&PART, &[args[0].clone(), scaled, args[2].clone()], &[])?))
}
