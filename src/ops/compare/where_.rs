//! A choice between two tensors, element by element.

use crate::device::cpu::tile::Tiles;
use crate::device::cpu::tile::tiles;
use crate::ops::sample::{Value::*, sample};
use crate::ops::sig::{X, Y, tensor};
use crate::ops::{Domain, Grad, Kind, Needs, Op, Proof};

static TILES: Tiles = tiles!("where", cuda: "x ? y : z", choose: |x, y, z| if x { y } else { z });

pub static WHERE: Op = Op {
    name: "where",
    symbol: None,
    params: &[tensor("condition"), X, Y],
    parts: &[],
    doc: "The element of `x` where the condition holds, else that of `y`.",
    examples: &["where([true, false], [1.0, 2.0], 0.0)  # f32[2] [1.0, 0.0]"],
    kind: Kind::Tile { tiles: &TILES, domain: Domain::Select, total: true },
    vjp: &[
        Grad::None("a condition has no gradient"),
        Grad::Rule(Needs::IN0, |cx, s, g| cx.select(&s.tensor(0), g, 0.0)),
        Grad::Rule(Needs::IN0, |cx, s, g| cx.select(&s.tensor(0), 0.0, g)),
    ],
    samples: &[
        sample(&[Bools(&[3], &[true, false, true]), Uniform(&[3], -2.0, 2.0), Uniform(&[3], -1.0, 1.0)]),
        sample(&[Bools(&[3, 1], &[true, false, true]), Uniform(&[2], -2.0, 2.0), Uniform(&[3, 2], -1.0, 1.0)]),
        sample(&[Bools(&[3], &[true, false, true]), Uniform(&[3], -2.0, 2.0), Number(0.0)]),
        sample(&[Bools(&[3], &[true, false, true]), Number(1.5), Uniform(&[3], -2.0, 2.0)]),
        sample(&[Bools(&[0], &[]), Uniform(&[0], -2.0, 2.0), Uniform(&[1], -1.0, 1.0)]),
    ],
    proof: Proof::Torch("torch.where(*args)"),
};
