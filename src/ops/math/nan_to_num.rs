//! Numbers in place of NaN and infinities.

use crate::device::DType;
use crate::device::cpu::tile::{Tiles, tiles};
use crate::ops::parts::{NUMBER, part, with_numbers};
use crate::ops::sig::{Default, Param, ParamKind, X, Y, tensor};
use crate::ops::{Attrs, Domain, Grad, Kind, Needs, Op, Operand, Outputs, Proof, Result};
use crate::tape::Cx;
use crate::tensor::Num;
use crate::unary_samples;

pub static NAN_TO_NUM: Op = Op {
    name: "nan_to_num",
    symbol: None,
    params: &[
        X,
        Param::new("nan", ParamKind::Float).or(Default::Float(0.0)),
        Param::new("posinf", ParamKind::Float).or(Default::None),
        Param::new("neginf", ParamKind::Float).or(Default::None),
    ],
    parts: &[],
    doc: "Each element, but `nan` where it is NaN, `posinf` and `neginf` where it is infinite: by default the largest number of the dtype, and its negative. What was replaced gets no gradient.",
    examples: &["nan_to_num([1.5, nan, inf], posinf: 9)  # f32[3] [1.5, 0.0, 9.0]"],
    kind: Kind::Composite(run),
    vjp: &[],
    samples: unary_samples!(-2.0, 2.0;
        kink(&[EDGES]),
        kink(&[EDGES, Number(1.5), Number(7.0), Number(-8.0)]),
        kink(&[EDGES, Number(1.5), Absent, Number(-8.0)]),
        kink(&[EDGES, Number(f64::NEG_INFINITY), Number(f64::NAN), Number(f64::INFINITY)]),
        kink(&[Ints(&[3], &[-1, 0, 5])]),
        kink(&[Bools(&[2], &[true, false])])),
    proof: Proof::Torch("torch.nan_to_num(*args)"),
};

/// What is neither -inf nor another number that is to go; -inf stays for the second part.
static FIRST_TILES: Tiles = tiles!("nan_to_num", cuda: "ISNAN(x) ? y : ISINF(x) && x > T(0) ? z : x",
    real: |x, y, z| R::select(x.is_nan(), y, R::select(x == R::INFINITY, z, x)));
/// The third operand where the first is -inf, else the second.
static SECOND_TILES: Tiles = tiles!("nan_to_num", cuda: "ISINF(x) && x < T(0) ? z : y",
    real: |x, y, z| R::select(x == -R::INFINITY, z, y));

static FIRST: Op = part(
    "nan_to_num",
    &[X, tensor("nan"), tensor("posinf")],
    &FIRST_TILES,
    Domain::Float,
    &[Grad::Rule(Needs::IN0, |cx, s, g| cx.select(&cx.lt(s.input(0), f64::INFINITY), g, 0.0)), NUMBER, NUMBER],
);
static SECOND: Op = part(
    "nan_to_num",
    &[X, Y, tensor("neginf")],
    &SECOND_TILES,
    Domain::Float,
    &[
        Grad::None("it is read without its gradient"),
        Grad::Rule(Needs::IN0, |cx, s, g| cx.select(&cx.eq(s.input(0), f64::NEG_INFINITY), 0.0, g)),
        NUMBER,
    ],
);

fn run(cx: &Cx, args: &[Operand], attrs: &Attrs) -> Result<Outputs> {
    let x = args[0].to_tensor();
    let largest = match x.dtype() {
        DType::F16 => 65504.0,
        DType::BF16 => 3.3895313892515355e38,
        DType::F32 => f32::MAX as f64,
        DType::F64 => f64::MAX,
        DType::Bool | DType::I64 => return Ok(Outputs::One(x)),
    };
    let number = |k: usize, default: f64| Num::Float(attrs.opt_float(k).unwrap_or(default));
    let first = with_numbers(cx, &FIRST, &args[0], &[number(0, 0.0), number(1, largest)])?.one();
    let operands = [x.detach().into(), first.into(), Operand::Num(number(2, -largest))];
    Ok(Outputs::One(cx.call1(&SECOND, &operands, &[])?))
}
