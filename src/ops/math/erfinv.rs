//! The inverse of the error function.

use crate::device::cpu::tile::{Tiles, tiles};
use crate::ops::sig::X;
use crate::ops::{Domain, Grad, Kind, Needs, Op, Proof};
use crate::unary_samples;

pub static ERFINV: Op = Op {
    name: "erfinv",
    symbol: None,
    params: &[X],
    parts: &[],
    doc: "The inverse of erf for each element; infinite at -1 and 1, NaN beyond.",
    examples: &["erfinv([0.0, 0.5, 1.0])  # f32[3] [0.0, 0.4769, inf]"],
    kind: Kind::Tile { tiles: &TILES, domain: Domain::Float, total: true },
    vjp: &[Grad::Rule(Needs::OUT, |cx, s, g| {
        let half_root_of_pi = 0.886_226_925_452_758;
        cx.mul(g, cx.mul(cx.exp(cx.square(s.out())), half_root_of_pi))
    })],
    samples: unary_samples!(-0.9, 0.9;
        kink(&[EDGES]),
        kink(&[Floats(&[7], &[1.0, -1.0, 1.5, -1.5, 0.999, -0.9999, 1e-20])])),
    proof: Proof::Torch("torch.erfinv(*args)"),
};

static TILES: Tiles = tiles!("erfinv", cuda: "ERFINV(x)", real: |x| x.erfinv());
