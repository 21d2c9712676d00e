//! The remainder of a division that rounds down.

use crate::binary_samples;
use crate::device::cpu::tile::{Tiles, tiles};
use crate::ops::sig::{X, Y};
use crate::ops::{Domain, Grad, Kind, Needs, Op, Proof};

static TILES: Tiles = tiles!("rem", cuda: "REM(x, y)",
real: |x, y| {
    let rest = x % y;
    let other_side = (rest != R::ZERO) & ((y < R::ZERO) != (rest < R::ZERO));
    R::select(other_side, rest + y, rest)
},
checked: |x, y| {
    let rest = x.wrapping_rem(if y == 0 { 1 } else { y });
    let other_side = (rest != 0) & ((rest < 0) != (y < 0));
    (rest + if other_side { y } else { 0 }, if y == 0 { fault::DIV_BY_ZERO } else { 0 })
});

pub static REM: Op = Op {
    name: "rem",
    symbol: Some("%"),
    params: &[X, Y],
    parts: &[],
    doc: "Element by element remainder of a division that rounds down: it has the sign of `y`. Integers cannot be divided by 0; floats give NaN.",
    examples: &["[7, -7] % 3  # i64[2] [1, 2]", "[7.5, -7.5] % 2  # f32[2] [1.5, 0.5]"],
    kind: Kind::Tile { tiles: &TILES, domain: Domain::Number, total: false },
    vjp: &[
        Grad::Rule(Needs::NOTHING, |_, _, g| g.clone()),
        Grad::Rule(Needs::IN0.and(Needs::IN1), |cx, s, g| cx.neg(cx.mul(g, cx.floor_div(s.input(0), s.input(1))))),
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
    proof: Proof::Torch("torch.remainder(torch.as_tensor(args[0]), args[1])"),
};
