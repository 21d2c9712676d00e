//! Rounding to the nearest.

use crate::device::cpu::tile::{Tiles, tiles};
use crate::ops::parts::{NUMBER, part, with_numbers};
use crate::ops::sig::{Default, Param, ParamKind, X, tensor};
use crate::ops::{Attrs, Domain, Grad, Kind, Needs, Op, OpError, Operand, Outputs, Proof, Result};
use crate::tape::Cx;
use crate::tensor::Num;
use crate::unary_samples;

pub static ROUND: Op = Op {
    name: "round",
    symbol: None,
    params: &[X, Param::new("decimals", ParamKind::Int).or(Default::Int(0))],
    parts: &[],
    doc: "Each element rounded to `decimals` places, or before the point when it is negative; halves go to the even neighbour. It is made of steps: its gradient is 0.",
    examples: &[
        "round([0.5, 1.5, -2.7])  # f32[3] [0.0, 2.0, -3.0]",
        "round([3.14159, 2.71828], decimals: 2)  # f32[2] [3.14, 2.72]",
    ],
    kind: Kind::Composite(run),
    vjp: &[],
    samples: unary_samples!(0.1, 0.45;
        kink(&[EDGES]),
        kink(&[Floats(&[8], &[0.5, -0.5, 1.5, -1.5, 2.5, 1e-30, 0.9999, -1.0])]),
        kink(&[EDGES, Int(2)]),
        kink(&[EDGES, Int(-2)]),
        kink(&[Floats(&[4], &[0.25, -0.25, 1.47, 2.625]), Int(1)]),
        kink(&[Floats(&[4], &[25.0, 15.0, -15.0, 4.0]), Int(-1)]),
        kink(&[Floats(&[2], &[25.0, 15.5]), Int(400)]),
        kink(&[Ints(&[3], &[-3, 0, 7])]),
        kink(&[Ints(&[2], &[15, 26]), Int(-1)])),
    proof: Proof::Torch("torch.round(args[0], decimals=args[1]) if len(args) > 1 else torch.round(args[0])"),
};

static TILES: Tiles = tiles!("round", cuda: "ROUND(x)", real: |x| x.round(), int: |x| x);
static PLACES_TILES: Tiles = tiles!("round", cuda: "ROUND(x * y) / y", real: |x, y| (x * y).round() / y);
static TENS_TILES: Tiles = tiles!("round", cuda: "ROUND(x / y) * y", real: |x, y| (x / y).round() * y);

static WHOLE: Op = part("round", &[X], &TILES, Domain::Number, &[FLAT]);
/// By a power of ten.
static PLACES: Op = part("round", &[X, tensor("places")], &PLACES_TILES, Domain::Float, &[FLAT, NUMBER]);
static TENS: Op = part("round", &[X, tensor("tens")], &TENS_TILES, Domain::Float, &[FLAT, NUMBER]);
const FLAT: Grad = Grad::Rule(Needs::NOTHING, |cx, _, g| cx.zeros_like(g));

fn run(cx: &Cx, args: &[Operand], attrs: &Attrs) -> Result<Outputs> {
    let decimals = attrs.opt_int(0).unwrap_or(0);
    if decimals == 0 {
        return with_numbers(cx, &WHOLE, &args[0], &[]);
    }
    if let Operand::Tensor(x) = &args[0]
        && !x.dtype().is_float()
    {
        return Err(OpError::new("TYPE-10", format!("`round` to decimals is not defined for {}", x.dtype()))
            .at(0, format!("{}{}", x.dtype(), x.shape()))
            .help("convert with .float() first"));
    }
    let scale = Num::Float(10f64.powf(decimals.unsigned_abs() as f64));
    with_numbers(cx, if decimals > 0 { &PLACES } else { &TENS }, &args[0], &[scale])
}
