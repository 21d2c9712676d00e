//! Keeping numbers between two bounds.

use crate::device::cpu::tile::{Tiles, tiles};
use crate::ops::maximum::share_of_larger;
use crate::ops::minimum::share_of_smaller;
use crate::ops::sample::{Value::*, kink, sample};
use crate::ops::sig::{Default, Param, ParamKind, X};
use crate::ops::{Attrs, Domain, Grad, Kind, Needs, Op, OpError, Operand, Outputs, Proof, Result};
use crate::tape::{Cx, Saved};
use crate::tensor::Tensor;

pub static CLAMP: Op = Op {
    name: "clamp",
    symbol: None,
    params: &[
        X,
        Param::new("min", ParamKind::OptTensor).or(Default::None),
        Param::new("max", ParamKind::OptTensor).or(Default::None),
    ],
    parts: &[],
    doc: "Each element, but no less than `min` and no more than `max`, of which one may be left out; `max` wins where they cross. What was moved gets no gradient.",
    examples: &[
        "clamp([-2.0, 0.5, 9.0], 0, 1)  # f32[3] [0.0, 0.5, 1.0]",
        "clamp([-2.0, 9.0], min: 0)  # f32[2] [0.0, 9.0]",
    ],
    kind: Kind::Composite(run),
    vjp: &[],
    samples: &[
        sample(&[Uniform(&[3, 4], -2.0, 2.0), Number(-1.03), Number(0.97)]),
        sample(&[Strided(&[3, 4], -2.0, 2.0), Number(-1.03)]),
        sample(&[Uniform(&[3, 4], -2.0, 2.0), Absent, Number(0.97)]),
        sample(&[Uniform(&[], -2.0, 2.0), Number(-1.0), Number(1.0)]),
        sample(&[Uniform(&[0, 3], -2.0, 2.0), Number(-1.0), Number(1.0)]),
        sample(&[Uniform(&[3, 4], -2.0, 2.0), Uniform(&[4], -1.1, -0.5), Uniform(&[3, 1], 0.5, 1.1)]),
        sample(&[Uniform(&[3, 4], -2.0, 2.0), Uniform(&[4], -1.1, -0.5)]),
        sample(&[Uniform(&[3, 4], -2.0, 2.0), Absent, Uniform(&[3, 4], 0.5, 1.1)]),
        sample(&[Uniform(&[3, 4], -2.0, 2.0), Uniform(&[4], 0.6, 0.9), Uniform(&[4], -0.3, 0.1)]),
        kink(&[Floats(&[5], &[-1.0, 0.0, 1.0, f64::NAN, 2.0]), Number(0.0), Number(1.0)]),
        kink(&[
            Floats(&[7], &[-1.0, 0.5, 1.0, 2.0, f64::NAN, 0.5, -3.0]),
            Floats(&[7], &[-1.0, 0.5, f64::NAN, 2.0, 0.0, 1.0, 0.0]),
            Floats(&[7], &[1.0, 0.5, 3.0, 2.0, 1.0, 0.0, f64::NAN]),
        ]),
        kink(&[Floats(&[4], &[-1.0, 0.0, 1.0, f64::NAN]), Floats(&[4], &[0.0; 4])]),
        kink(&[Floats(&[4], &[-1.0, 0.0, 1.0, f64::NAN]), Absent, Floats(&[4], &[0.0; 4])]),
        kink(&[Floats(&[4], &[-1.0, 0.0, 1.0, f64::NAN]), Number(0.0)]),
        kink(&[Floats(&[4], &[-1.0, 0.0, 1.0, f64::NAN]), Absent, Number(0.0)]),
        kink(&[Ints(&[3], &[-5, 2, 9]), Int(0), Int(4)]),
    ],
    proof: Proof::Torch("torch.clamp(*args)"),
};

pub(in crate::ops) static BOTH_TILES: Tiles = tiles!("clamp", cuda: "MINIMUM(MAXIMUM(x, y), z)",
    real: |x, y, z| x.maximum(y).minimum(z), int: |x, y, z| x.max(y).min(z));
static MIN_TILES: Tiles = tiles!("clamp", cuda: "MAXIMUM(x, y)", real: |x, y| x.maximum(y), int: |x, y| x.max(y));
static MAX_TILES: Tiles = tiles!("clamp", cuda: "MINIMUM(x, y)", real: |x, y| x.minimum(y), int: |x, y| x.min(y));

const IN_ALL: Needs = Needs::IN0.and(Needs::IN1).and(Needs::IN2);
const IN_BOTH: Needs = Needs::IN0.and(Needs::IN1);

/// The op on the tape: one for each set of bounds.
static BOTH: Op = Op {
    kind: Kind::Tile { tiles: &BOTH_TILES, domain: Domain::Number, total: true },
    vjp: &[Grad::Rule(IN_ALL, to_x), Grad::Rule(IN_ALL, to_min), Grad::Rule(IN_ALL, to_max)],
    ..PART
};
static MIN: Op = Op {
    kind: Kind::Tile { tiles: &MIN_TILES, domain: Domain::Number, total: true },
    vjp: &[
        Grad::Rule(IN_BOTH, |cx, s, g| match s.input(1) {
            Operand::Num(min) => cx.select(&cx.gt(s.input(0), Operand::Num(min)), g, 0.0),
            min => share_of_larger(cx, g, &s.input(0), &min),
        }),
        Grad::Rule(IN_BOTH, |cx, s, g| share_of_larger(cx, g, &s.input(1), &s.input(0))),
    ],
    ..PART
};
static MAX: Op = Op {
    kind: Kind::Tile { tiles: &MAX_TILES, domain: Domain::Number, total: true },
    vjp: &[
        Grad::Rule(IN_BOTH, |cx, s, g| match s.input(1) {
            Operand::Num(max) => cx.select(&cx.lt(s.input(0), Operand::Num(max)), g, 0.0),
            max => share_of_smaller(cx, g, &s.input(0), &max),
        }),
        Grad::Rule(IN_BOTH, |cx, s, g| share_of_smaller(cx, g, &s.input(1), &s.input(0))),
    ],
    ..PART
};

/// With numbers as bounds what lies on a bound counts as moved; with tensors the bound gets half of its gradient.
fn to_x(cx: &Cx, s: &Saved, g: &Tensor) -> Tensor {
    let (x, min, max) = (s.input(0), s.input(1), s.input(2));
    if matches!((&min, &max), (Operand::Num(_), Operand::Num(_))) {
        return cx.select(&cx.logical_and(cx.gt(&x, min), cx.lt(&x, max)), g, 0.0);
    }
    let moved = cx.logical_or(cx.lt(&x, &min), cx.gt(&x, &max));
    let tie = cx.logical_and(cx.logical_or(cx.eq(&x, &min), cx.eq(x, &max)), cx.lt(min, max));
    cx.select(&moved, 0.0, cx.select(&tie, cx.mul(g, 0.5), g))
}

fn to_min(cx: &Cx, s: &Saved, g: &Tensor) -> Tensor {
    let (x, min, max) = (s.input(0), s.input(1), s.input(2));
    let tie = cx.logical_and(cx.eq(&x, &min), cx.lt(&min, &max));
    let taken = cx.logical_and(cx.lt(x, &min), cx.le(min, max));
    cx.select(&taken, g, cx.select(&tie, cx.mul(g, 0.5), 0.0))
}

fn to_max(cx: &Cx, s: &Saved, g: &Tensor) -> Tensor {
    let (x, min, max) = (s.input(0), s.input(1), s.input(2));
    let tie = cx.logical_and(cx.eq(&x, &max), cx.lt(&min, &max));
    let taken = cx.logical_or(cx.gt(x, &max), cx.lt(max, min));
    cx.select(&taken, g, cx.select(&tie, cx.mul(g, 0.5), 0.0))
}

const PART: Op = Op {
    name: "clamp",
    symbol: None,
    params: CLAMP_PARAMS,
    parts: &[],
    doc: "",
    examples: &[],
    kind: Kind::Composite(run),
    vjp: &[],
    samples: &[],
    proof: Proof::Other("proved as clamp"),
};
const CLAMP_PARAMS: &[Param] = &[X, Param::new("min", ParamKind::Tensor), Param::new("max", ParamKind::Tensor)];

fn run(cx: &Cx, args: &[Operand], _: &Attrs) -> Result<Outputs> {
    let x = &args[0];
    let there = |k: usize| args.get(k).filter(|a| !matches!(a, Operand::None));
    let out = match (there(1), there(2)) {
        (Some(min), Some(max)) => cx.call1(&BOTH, &[x.clone(), min.clone(), max.clone()], &[])?,
        (Some(min), None) => cx.binary(&MIN, x, min)?,
        // The error of broadcasting names operand 1; here that is the third parameter.
        (None, Some(max)) => cx.binary(&MAX, x, max).map_err(|mut e| {
            for (arg, _) in e.at.iter_mut().filter(|(arg, _)| *arg == 1) {
                *arg = 2;
            }
            e
        })?,
        (None, None) => {
            return Err(OpError::new("VALUE-12", "clamp needs at least one of min and max").at(0, "clamp(x, min: 0)"));
        }
    };
    Ok(Outputs::One(out))
}
