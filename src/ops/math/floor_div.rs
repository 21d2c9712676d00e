//! The quotient rounded down.

use crate::binary_samples;
use crate::device::cpu::tile::{Tiles, tiles};
use crate::ops::sig::{X, Y};
use crate::ops::{Domain, Grad, Kind, Needs, Op, Proof};

/// Floats as C Python and torch compute them: from the exact remainder, so that `x == x // y * y + x % y` holds as
/// nearly as it can.
static TILES: Tiles = tiles!("floor_div", cuda: "FLOOR_DIV(x, y)",
real: |x, y| {
    let rest = x % y;
    let uneven = (rest != R::ZERO) & ((y < R::ZERO) != (rest < R::ZERO));
    let exact = (x - rest) / y - R::select(uneven, R::ONE, R::ZERO);
    let down = exact.floor();
    let near = R::select(exact - down > R::lit(0.5), down + 1.0, down);
    let signed = R::select(exact == R::ZERO, R::ZERO.copysign(x / y), near);
    R::select(y == R::ZERO, x / y, signed)
},
checked: |x, y| {
    let (quotient, rest) = (x.wrapping_div(if y == 0 { 1 } else { y }), x.wrapping_rem(if y == 0 { 1 } else { y }));
    let uneven = (rest != 0) & ((rest < 0) != (y < 0));
    (quotient - uneven as i64, if y == 0 { fault::DIV_BY_ZERO } else { 0 })
});

pub static FLOOR_DIV: Op = Op {
    name: "floor_div",
    symbol: Some("//"),
    params: &[X, Y],
    parts: &[],
    doc: "Element by element quotient, rounded down. Integers cannot be divided by 0; floats give inf or NaN. It is made of steps: its gradient is 0.",
    examples: &["[7, -7] // 2  # i64[2] [3, -4]", "[7.5, -7.5] // 2  # f32[2] [3.0, -4.0]"],
    kind: Kind::Tile { tiles: &TILES, domain: Domain::Number, total: false },
    vjp: &[
        Grad::Rule(Needs::NOTHING, |cx, _, g| cx.zeros_like(g)),
        Grad::Rule(Needs::NOTHING, |cx, _, g| cx.zeros_like(g)),
    ],
    samples: binary_samples!(0.5, 2.5;
        kink(&[
            Floats(&[8], &[7.5, -7.5, 7.5, -7.5, 1.0, -1.0, 0.0, f64::INFINITY]),
            Floats(&[8], &[2.0, 2.0, -2.0, -2.0, 0.0, 0.0, 0.0, 2.0]),
        ]),
        kink(&[Floats(&[3], &[-1.0, 6.0, -0.0]), Floats(&[3], &[f64::INFINITY, 0.1, 3.0])]),
        kink(&[Ints(&[6], &[7, -7, 7, -7, 6, -6]), Ints(&[6], &[2, 2, -2, -2, 3, -3])]),
        kink(&[Ints(&[3], &[7, -7, 0]), Int(3)]),
        kink(&[Int(-9), Ints(&[3], &[2, 4, -5])])),
    proof: Proof::Torch("torch.div(torch.as_tensor(args[0]), args[1], rounding_mode='floor')"),
};
