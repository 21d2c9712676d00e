//! Gaussian error linear units.

use crate::device::cpu::tile::{Tiles, tiles};
use crate::ops::clamp::CLAMP;
use crate::ops::parts::{part, with_numbers};
use crate::ops::sig::{Default, Param, ParamKind, X};
use crate::ops::{Attrs, Domain, Grad, Kind, Needs, Op, OpError, Operand, Outputs, Proof, Result};
use crate::tape::Cx;
use crate::tensor::Tensor;
use crate::unary_samples;
use std::f64::consts::FRAC_1_SQRT_2;

pub static GELU: Op = Op {
    name: "gelu",
    symbol: None,
    params: &[X, Param::new("approximate", ParamKind::Str).or(Default::Str("none"))],
    parts: &[],
    doc: "Each element times the probability that a standard normal number is below it. With `approximate: \"tanh\"` by a formula with tanh, which differs by less than 0.001.",
    examples: &[
        "gelu([-1.0, 2.0])  # f32[2] [-0.1587, 1.9545]",
        "gelu([-1.0, 2.0], approximate: \"tanh\")  # f32[2] [-0.1588, 1.9546]",
    ],
    kind: Kind::Composite(run),
    vjp: &[],
    samples: unary_samples!(-3.0, 3.0;
        // At infinity torch's f32 gives NaN.
        kink(&[Floats(&[6], &[0.0, -0.0, 1e4, -1e4, f64::NEG_INFINITY, f64::NAN])]),
        sample(&[Uniform(&[4], -60.0, 60.0)]),
        sample(&[Uniform(&[3, 4], -3.0, 3.0), Str("none")]),
        sample(&[Uniform(&[3, 4], -3.0, 3.0), Str("tanh")]),
        sample(&[Strided(&[3, 4], -3.0, 3.0), Str("tanh")]),
        kink(&[EDGES, Str("tanh")]),
        sample(&[Uniform(&[4], -60.0, 60.0), Str("tanh")]),
        kink(&[Uniform(&[2], -2.0, 2.0), Str("erf")])),
    proof: Proof::Torch("F.gelu(args[0], approximate=args[1] if len(args) > 1 else 'none')"),
};

fn run(cx: &Cx, args: &[Operand], attrs: &Attrs) -> Result<Outputs> {
    let op = match attrs.str(0) {
        None | Some("none") => &EXACT,
        Some("tanh") => &BY_TANH,
        Some(other) => {
            return Err(OpError::new("VALUE-12", format!("gelu knows no approximation \"{other}\""))
                .at(1, "here")
                .help("it is \"none\" or \"tanh\""));
        }
    };
    with_numbers(cx, op, &args[0], &[])
}

/// 1 / sqrt(2 pi)
const DENSITY: f64 = 0.3989422804014327;

static EXACT_TILES: Tiles = tiles!("gelu", cuda: "x * T(0.5) * (T(1) + ERF(x * T(0.7071067811865476)))",
    real: |x| x * 0.5 * ((x * FRAC_1_SQRT_2).erf() + 1.0));
static EXACT_SLOPE_TILES: Tiles = tiles!("gelu_slope",
    cuda: "T(0.5) * (T(1) + ERF(x * T(0.7071067811865476))) + x * EXP(x * x * T(-0.5)) * T(0.3989422804014327)",
    real: |x| ((x * FRAC_1_SQRT_2).erf() + 1.0) * 0.5 + x * (x * x * -0.5).exp() * DENSITY);

static EXACT: Op = part(
    "gelu",
    &[X],
    &EXACT_TILES,
    Domain::Float,
    &[Grad::Rule(Needs::IN0, |cx, s, g| cx.mul(g, cx.part(&EXACT_SLOPE, &s.tensor(0))))],
);
static EXACT_SLOPE: Op = part(
    "gelu_slope",
    &[X],
    &EXACT_SLOPE_TILES,
    Domain::Float,
    &[Grad::Rule(Needs::IN0, |cx, s, g| {
        // (2 - x^2) times the density, which is 0 long before x^2 overflows.
        let square = cx.square(limited(cx, &s.tensor(0), 40.0));
        let density = cx.mul(cx.exp(cx.mul(&square, -0.5)), DENSITY);
        cx.mul(g, cx.mul(density, cx.sub(2.0, square)))
    })],
);

/// u = x (C + K x^2), of which tanh is taken: C is sqrt(2 / pi), K 0.044715 times that.
const C: f64 = 0.7978845608028654;
const K: f64 = 0.035677408136300125;

static BY_TANH_TILES: Tiles = tiles!("gelu_tanh",
    cuda: "x * T(0.5) * (T(1) + TANH(x * (T(0.7978845608028654) + x * x * T(0.035677408136300125))))",
    real: |x| x * 0.5 * ((x * (x * x * K + C)).tanh() + 1.0));
/// Where tanh is 1 its derivative is 0 and that of u may be infinite: from 20 on that of u counts as that at 20.
static BY_TANH_SLOPE_TILES: Tiles = tiles!("gelu_tanh_slope", cuda: "GELU_TANH_SLOPE(x)",
real: |x| {
    let z = x.maximum(R::lit(-20.0)).minimum(R::lit(20.0));
    let square = z * z;
    let t = (z * (square * K + C)).tanh();
    (t + 1.0) * 0.5 + x * 0.5 * (R::ONE - t * t) * (square * (3.0 * K) + C)
});

static BY_TANH: Op = part(
    "gelu",
    &[X],
    &BY_TANH_TILES,
    Domain::Float,
    &[Grad::Rule(Needs::IN0, |cx, s, g| cx.mul(g, cx.part(&BY_TANH_SLOPE, &s.tensor(0))))],
);
static BY_TANH_SLOPE: Op = part(
    "gelu_slope",
    &[X],
    &BY_TANH_SLOPE_TILES,
    Domain::Float,
    &[Grad::Rule(Needs::IN0, |cx, s, g| {
        // With p = 1 - t^2: p u' + x / 2 p (u'' - 2 t u'^2).
        let x = limited(cx, &s.tensor(0), 20.0);
        let square = cx.square(&x);
        let t = cx.tanh(cx.mul(&x, cx.add(cx.mul(&square, K), C)));
        let p = cx.sub(1.0, cx.square(&t));
        let first = cx.add(cx.mul(square, 3.0 * K), C);
        let bend = cx.sub(cx.mul(&x, 6.0 * K), cx.mul(cx.mul(t, cx.square(&first)), 2.0));
        let rest = cx.mul(cx.mul(x, 0.5), cx.mul(&p, bend));
        cx.mul(g, cx.add(cx.mul(p, first), rest))
    })],
);

fn limited(cx: &Cx, x: &Tensor, bound: f64) -> Tensor {
    cx.run(&CLAMP, &[x.into(), (-bound).into(), bound.into()], &[])
}
