//! How far vectors point the same way.

use crate::ops::div::DIV;
use crate::ops::infer::{broadcast_all, resolve_dim};
use crate::ops::losses::{Common, FLOOR};
use crate::ops::mul::MUL;
use crate::ops::norm::NORM;
use crate::ops::rules::{ints, sizes};
use crate::ops::sample::{Value::*, kink, sample};
use crate::ops::sig::{Default, Param, ParamKind, dim, tensor};
use crate::ops::sum::SUM;
use crate::ops::{Attr, Attrs, Kind, Op, Operand, Outputs, Proof, Result};
use crate::tape::Cx;

pub static COSINE_SIMILARITY: Op = Op {
    name: "cosine_similarity",
    symbol: None,
    params: &[
        tensor("x1"),
        tensor("x2"),
        dim("dim").or(Default::Int(1)),
        Param::new("eps", ParamKind::Float).or(Default::Float(1e-8)),
    ],
    parts: &[],
    doc: "The cosine of the angle between vectors along a dimension: their product divided by their lengths, which count as at least `eps`.",
    examples: &[
        "cosine_similarity([[1.0, 0.0], [1.0, 1.0]], [[2.0, 0.0], [-1.0, 1.0]])  # f32[2] [1.0, 0.0]",
        "cosine_similarity([3.0, 4.0], [-4.0, 3.0], dim: 0)  # 0.0",
    ],
    kind: Kind::Composite(run),
    vjp: &[],
    samples: &[
        sample(&[Uniform(&[3, 4], -2.0, 2.0), Uniform(&[3, 4], -2.0, 2.0)]),
        sample(&[Strided(&[3, 4], -2.0, 2.0), Uniform(&[3, 1], -2.0, 2.0), Int(0)]),
        sample(&[Uniform(&[4], -2.0, 2.0), Uniform(&[4], -2.0, 2.0), Int(-1), Number(0.1)]),
        sample(&[Uniform(&[2, 3, 4], -2.0, 2.0), Uniform(&[3, 1], -2.0, 2.0), Int(-2)]),
        kink(&[Uniform(&[], 0.5, 2.0), Uniform(&[], -2.0, -0.5), Int(0), Number(10.0)]),
        sample(&[Uniform(&[0, 3], -2.0, 2.0), Uniform(&[0, 3], -2.0, 2.0)]),
        sample(&[Uniform(&[3, 0], -2.0, 2.0), Uniform(&[3, 0], -2.0, 2.0)]),
        kink(&[Floats(&[2, 2], &[0.0, 0.0, 3.0, 4.0]), Floats(&[2, 2], &[1.0, 2.0, 0.3, 0.4]), Int(1), Number(1.0)]),
        kink(&[Floats(&[2], &[f64::NAN, 1.0]), Floats(&[2], &[1.0, 2.0]), Int(0)]),
        kink(&[Uniform(&[4], -2.0, 2.0), Uniform(&[4], -2.0, 2.0)]),
        kink(&[Uniform(&[3, 2], -2.0, 2.0), Uniform(&[2, 2], -2.0, 2.0)]),
    ],
    proof: Proof::Torch(
        "F.cosine_similarity(args[0], args[1], dim=args[2] if len(args) > 2 else 1, eps=args[3] if len(args) > 3 else 1e-8)",
    ),
};

fn run(cx: &Cx, args: &[Operand], attrs: &Attrs) -> Result<Outputs> {
    let dims = broadcast_all("cosine_similarity", args)?;
    let at = resolve_dim(attrs.int(0), dims.len(), 2)?;
    let c = Common::floats(cx, args)?;
    let unit = |k: usize| {
        let x = cx.call1(&crate::ops::expand::EXPAND, &[c.tensor(k).into()], &[sizes(&dims)])?;
        let length = cx.call1(&NORM, &[(&x).into()], &[Attr::Float(2.0), Attr::Int(at as i64), Attr::Bool(true)])?;
        let length = cx.binary(&FLOOR, &length.into(), &attrs.float(1).into())?;
        cx.binary_tt(&DIV, &x, &length)
    };
    let product = cx.binary_tt(&MUL, &unit(0)?, &unit(1)?)?;
    c.result(cx, cx.call1(&SUM, &[product.into()], &[ints(&[at as i64]), Attr::Bool(false), Attr::None])?)
}
