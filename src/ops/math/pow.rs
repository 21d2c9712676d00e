//! Powers.

use crate::binary_samples;
use crate::device::cpu::tile::{Tiles, tiles};
use crate::ops::sig::{X, Y};
use crate::ops::{Attrs, Domain, Grad, Kind, Needs, Op, Operand, Outputs, Proof, Result};
use crate::tape::{Cx, Saved};
use crate::tensor::{Num, Tensor};

pub static POW: Op = Op {
    name: "pow",
    symbol: Some("**"),
    params: &[X, Y],
    parts: &[],
    doc: "`x` to the power of `y`, element by element. Integers stay integers, and cannot have negative powers.",
    examples: &["[1.0, 2.0, 3.0] ** 2  # f32[3] [1.0, 4.0, 9.0]", "2 ** [1, 2, 3]  # i64[3] [2, 4, 8]"],
    kind: Kind::Composite(run),
    vjp: &[],
    samples: binary_samples!(0.5, 2.5;
        sample(&[Uniform(&[4], -2.0, 2.0), Number(2.0)]),
        sample(&[Uniform(&[4], -2.0, 2.0), Int(2)]),
        sample(&[Uniform(&[4], -2.0, 2.0), Int(3)]),
        sample(&[Uniform(&[4], -2.0, 2.0), Int(5)]),
        sample(&[Uniform(&[4], 0.5, 2.0), Number(0.5)]),
        sample(&[Uniform(&[4], 0.5, 2.0), Number(-0.5)]),
        sample(&[Uniform(&[4], 0.5, 2.0), Int(-1)]),
        sample(&[Uniform(&[4], -2.0, -0.5), Int(-2)]),
        sample(&[Uniform(&[4], -2.0, 2.0), Int(1)]),
        sample(&[Uniform(&[4], -2.0, 2.0), Int(0)]),
        sample(&[Strided(&[4, 3], -2.0, 2.0), Int(4)]),
        kink(&[Floats(&[3], &[0.0, 0.0, 0.0]), Floats(&[3], &[0.0, 1.0, 2.0])]),
        kink(&[Floats(&[3], &[-2.0, -2.0, -8.0]), Floats(&[3], &[2.0, 3.0, 0.5])]),
        kink(&[Floats(&[2], &[0.0, -0.0]), Int(2)]),
        kink(&[Floats(&[2], &[0.0, 4.0]), Number(1.5)]),
        kink(&[Int(0), Floats(&[3], &[0.0, 1.0, 2.5])]),
        kink(&[Floats(&[4], &[f64::INFINITY, f64::NEG_INFINITY, f64::NAN, 1.0]), Int(3)]),
        kink(&[Floats(&[3], &[1.0, f64::NAN, 0.5]), Floats(&[3], &[f64::NAN, 0.0, f64::INFINITY])]),
        kink(&[Ints(&[5], &[-3, -1, 0, 2, 10]), Int(3)]),
        kink(&[Ints(&[5], &[-3, -1, 0, 2, 10]), Ints(&[5], &[3, 8, 0, 62, 18])]),
        kink(&[Ints(&[2], &[4, 9]), Number(0.5)]),
        kink(&[Ints(&[2], &[4, 9]), Number(2.0)]),
        kink(&[Int(2), Ints(&[3], &[0, 1, 10])])),
    proof: Proof::Torch("args[0] ** args[1]"),
};

static TILES: Tiles = tiles!("pow", cuda: "POW(x, y)", real: |x, y| x.pow(y),
    checked: |x, y| (integer_power(x, y), if y < 0 { fault::NEGATIVE_POWER } else { 0 }));
static CUBE_TILES: Tiles = tiles!("cube", cuda: "x * x * x",
    real: |x| x * x * x, int: |x| x.wrapping_mul(x).wrapping_mul(x));

/// By squaring; wraps. 0 for a negative exponent.
#[inline(always)]
fn integer_power(x: i64, y: i64) -> i64 {
    let (mut result, mut square, mut rest) = ((y >= 0) as i64, x, y.max(0));
    while rest > 0 {
        result = result.wrapping_mul(if rest & 1 == 1 { square } else { 1 });
        square = square.wrapping_mul(square);
        rest >>= 1;
    }
    result
}

/// The op on the tape: any power, and those that need no logarithm.
static GENERAL: Op = Op {
    params: &[X, Y],
    kind: Kind::Tile { tiles: &TILES, domain: Domain::Number, total: false },
    vjp: &[
        Grad::Rule(Needs::IN0.and(Needs::IN1), to_base),
        Grad::Rule(Needs::IN0.and(Needs::IN1).and(Needs::OUT), to_exponent),
    ],
    ..PART
};
static SQUARE: Op = Op {
    kind: Kind::Tile { tiles: &crate::ops::square::TILES, domain: Domain::Number, total: true },
    vjp: &[Grad::Rule(Needs::IN0, |cx, s, g| cx.mul(g, cx.mul(s.input(0), 2.0)))],
    ..PART
};
static CUBE: Op = Op {
    kind: Kind::Tile { tiles: &CUBE_TILES, domain: Domain::Number, total: true },
    vjp: &[Grad::Rule(Needs::IN0, |cx, s, g| cx.mul(g, cx.mul(cx.square(s.input(0)), 3.0)))],
    ..PART
};
static ROOT: Op = Op {
    kind: Kind::Tile { tiles: &crate::ops::sqrt::TILES, domain: Domain::Float, total: true },
    vjp: &[Grad::Rule(Needs::OUT, |cx, s, g| cx.div(g, cx.mul(s.out(), 2.0)))],
    ..PART
};
const PART: Op = Op {
    name: "pow",
    symbol: Some("**"),
    params: &[X],
    parts: &[],
    doc: "",
    examples: &[],
    kind: Kind::Composite(run),
    vjp: &[],
    samples: &[],
    proof: Proof::Other("proved as pow"),
};

fn run(cx: &Cx, args: &[Operand], _: &Attrs) -> Result<Outputs> {
    let out = match (&args[0], &args[1]) {
        (Operand::Tensor(x), Operand::Num(v)) => by_number(cx, x, *v)?,
        (x, y) => cx.binary(&GENERAL, x, y)?,
    };
    Ok(Outputs::One(out))
}

fn by_number(cx: &Cx, x: &Tensor, v: Num) -> Result<Tensor> {
    let float = x.dtype().is_float();
    // A float exponent makes floats of integers: that is the general way's work.
    match v.to_f64() {
        2.0 if float || v == Num::Int(2) => cx.unary(&SQUARE, x),
        3.0 if float || v == Num::Int(3) => cx.unary(&CUBE, x),
        0.5 => cx.unary(&ROOT, x),
        1.0 if float => Ok(x.clone()),
        -1.0 if float => cx.binary_tn(&crate::ops::div::DIV, x, Num::Int(1), true),
        _ => cx.binary_tn(&GENERAL, x, v, false),
    }
}

/// y x^(y-1). 0^0 and NaN^0 count as constant: there 1 stands in for x, so that 0 times infinity is never formed.
fn to_base(cx: &Cx, s: &Saved, g: &Tensor) -> Tensor {
    let x = s.input(0);
    match s.input(1) {
        Operand::Num(v) => match v.to_f64() {
            0.0 => cx.zeros_like(g),
            y => cx.mul(g, cx.mul(cx.pow(x, y - 1.0), y)),
        },
        y => {
            let some = cx.gt(cx.abs(&x), 0.0);
            let constant = cx.logical_and(cx.eq(&y, 0.0), cx.logical_not(some));
            let x = cx.select(&constant, 1.0, x);
            cx.mul(g, cx.mul(&y, cx.pow(x, cx.sub(&y, 1.0))))
        }
    }
}

/// x^y ln x; 0 where x is 0 and y is not negative, so that 0 times infinity is never formed.
fn to_exponent(cx: &Cx, s: &Saved, g: &Tensor) -> Tensor {
    let y = s.input(1);
    match s.input(0) {
        Operand::Num(v) if v.to_f64() != 0.0 => cx.mul(g, cx.mul(s.out(), v.to_f64().ln())),
        Operand::Num(_) => cx.mul(g, cx.select(&cx.ge(y, 0.0), 0.0, cx.mul(s.out(), f64::NEG_INFINITY))),
        x => {
            let flat = cx.logical_and(cx.eq(&x, 0.0), cx.ge(y, 0.0));
            cx.mul(g, cx.mul(s.out(), cx.log(cx.select(&flat, 1.0, x))))
        }
    }
}
