//! The inverse of the logistic function.

use crate::device::cpu::tile::{Tiles, tiles};
use crate::ops::parts::{NUMBER, part, with_numbers};
use crate::ops::sig::{Default, Param, ParamKind, X, tensor};
use crate::ops::{Attrs, Domain, Grad, Kind, Needs, Op, Operand, Outputs, Proof, Result};
use crate::tape::Cx;
use crate::tensor::Num;
use crate::unary_samples;

pub static LOGIT: Op = Op {
    name: "logit",
    symbol: None,
    params: &[X, Param::new("eps", ParamKind::Float).or(Default::None)],
    parts: &[],
    doc: "log(x / (1 - x)) of each element; NaN outside of 0 to 1. With `eps` each element is first brought into `eps` to 1 - `eps`; what was moved gets no gradient.",
    examples: &["logit([0.5, 0.9])  # f32[2] [0.0, 2.1972]", "logit([0.0, 0.9], 0.25)  # f32[2] [-1.0986, 1.0986]"],
    kind: Kind::Composite(run),
    vjp: &[],
    samples: unary_samples!(0.1, 0.9;
        kink(&[EDGES]),
        kink(&[Floats(&[4], &[1.0, 0.5, 2.0, -1e-20])]),
        kink(&[EDGES, Number(0.1)]),
        sample(&[Uniform(&[3, 4], -0.2, 1.2), Number(0.0625)]),
        kink(&[Floats(&[5], &[0.25, 0.75, 0.0, 1.0, 0.5]), Number(0.25)]),
        kink(&[Floats(&[4], &[0.3, 0.6, 0.7, 0.45]), Number(0.6)]),
        kink(&[Floats(&[3], &[0.5, 0.0, -1.0]), Number(-0.1)])),
    proof: Proof::Torch("torch.logit(*args)"),
};

static TILES: Tiles = tiles!("logit", cuda: "LN(x / (T(1) - x))", real: |x| (x / (R::ONE - x)).ln());
static WITHIN_TILES: Tiles = tiles!("logit", cuda: "LOGIT(x < y ? y : x > z ? z : x)",
real: |x, y, z| {
    let x = R::select(x < y, y, R::select(x > z, z, x));
    (x / (R::ONE - x)).ln()
});

static PART: Op = part(
    "logit",
    &[X],
    &TILES,
    Domain::Float,
    &[Grad::Rule(Needs::IN0, |cx, s, g| {
        let x = s.input(0);
        let inside = cx.logical_and(cx.ge(&x, 0.0), cx.le(&x, 1.0));
        // Without the sign of -0.0.
        let x = cx.abs(cx.select(&inside, x, f64::NAN));
        cx.div(g, cx.mul(cx.sub(1.0, &x), x))
    })],
);
/// Between two bounds; the lower wins where they cross.
static WITHIN: Op = part(
    "logit",
    &[X, tensor("low"), tensor("high")],
    &WITHIN_TILES,
    Domain::Float,
    &[
        Grad::Rule(Needs::IN0.and(Needs::IN1).and(Needs::IN2), |cx, s, g| {
            let x = s.input(0);
            let moved = cx.logical_or(cx.lt(&x, s.input(1)), cx.gt(&x, s.input(2)));
            // A number in place of what was moved: it could be at a pole.
            let x = cx.select(&moved, 0.5, x);
            cx.select(&moved, 0.0, cx.div(g, cx.mul(cx.sub(1.0, &x), x)))
        }),
        NUMBER,
        NUMBER,
    ],
);

fn run(cx: &Cx, args: &[Operand], attrs: &Attrs) -> Result<Outputs> {
    match attrs.opt_float(0) {
        Some(eps) if eps >= 0.0 => with_numbers(cx, &WITHIN, &args[0], &[Num::Float(eps), Num::Float(1.0 - eps)]),
        _ => with_numbers(cx, &PART, &args[0], &[]),
    }
}
