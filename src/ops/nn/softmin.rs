//! Softmax of the negative.

use crate::ops::neg::NEG;
use crate::ops::softmax::SOFTMAX;
use crate::ops::softmaxing::{PARAMS, SAMPLES};
use crate::ops::{Attrs, Kind, Op, Operand, Outputs, Proof, Result};
use crate::tape::Cx;

pub static SOFTMIN: Op = Op {
    name: "softmin",
    symbol: None,
    params: PARAMS,
    parts: &[],
    doc: "`softmax(-x)` along a dimension: the smallest get the most.",
    examples: &["softmin([0.0, 0.0], dim: 0)  # f32[2] [0.5, 0.5]"],
    kind: Kind::Composite(run),
    vjp: &[],
    samples: SAMPLES,
    proof: Proof::Torch("F.softmin(*args[:2], dtype=args[2] if len(args) > 2 else None)"),
};

fn run(cx: &Cx, args: &[Operand], attrs: &Attrs) -> Result<Outputs> {
    let x = args[0].to_tensor();
    Ok(Outputs::One(cx.call1(&SOFTMAX, &[cx.unary(&NEG, &x)?.into()], attrs.all())?))
}
