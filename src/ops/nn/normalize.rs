//! Vectors of length 1.

use crate::ops::layers;
use crate::ops::sample::{Value::*, kink, sample};
use crate::ops::sig::{Default, Param, ParamKind, tensor};
use crate::ops::{Attr, Attrs, Kind, Op, Operand, Outputs, Proof, Result, clamp, div, norm};
use crate::tape::Cx;

pub static NORMALIZE: Op = Op {
    name: "normalize",
    symbol: None,
    params: &[
        tensor("input"),
        Param::new("p", ParamKind::Number).or(Default::Float(2.0)),
        Param::new("dim", ParamKind::Dims).or(Default::Int(1)),
        Param::new("eps", ParamKind::Float).or(Default::Float(1e-12)),
    ],
    parts: &[],
    doc: "`input` divided by its `p`-norm along `dim`, or by `eps` where that is larger.",
    examples: &[
        "normalize([[3.0, 4.0]])  # f32[1, 2] [[0.6, 0.8]]",
        "normalize([3.0, 4.0], dim: 0)  # f32[2] [0.6, 0.8]",
    ],
    kind: Kind::Composite(run),
    vjp: &[],
    samples: &[
        sample(&[Uniform(&[3, 4], -2.0, 2.0)]),
        sample(&[Strided(&[2, 3, 4], -2.0, 2.0), Number(2.0), Int(-1)]),
        sample(&[Uniform(&[3, 4], 0.5, 2.0), Number(1.0), Int(0)]),
        sample(&[Uniform(&[3, 4], -2.0, 2.0), Number(3.0), Tuple(&[0, 1])]),
        sample(&[Uniform(&[3, 4], -2.0, 2.0), Number(2.0), Int(1), Number(50.0)]),
        sample(&[Uniform(&[0, 4], -2.0, 2.0)]),
        kink(&[Floats(&[2, 2], &[0.0, 0.0, f64::NAN, 1.0])]),
        kink(&[Floats(&[1, 2], &[f64::INFINITY, 1.0])]),
        kink(&[Uniform(&[4], -2.0, 2.0)]),
    ],
    proof: Proof::Torch("F.normalize(*args)"),
};

fn run(cx: &Cx, args: &[Operand], attrs: &Attrs) -> Result<Outputs> {
    let given = layers::floats(cx, args)?.remove(0).to_tensor();
    // In half types a small `eps` would be 0.
    let x = cx.cast(&given, given.dtype().compute())?;
    let size = [attrs.get(0).clone(), attrs.get(1).clone(), Attr::Bool(true)];
    let length = cx.call1(&norm::NORM, &[(&x).into()], &size)?;
    let bounded = cx.call1(&clamp::CLAMP, &[length.into(), attrs.float(2).into(), Operand::None], &[])?;
    let y = cx.binary_tt(&div::DIV, &x, &bounded)?;
    Ok(Outputs::One(cx.cast(&y, given.dtype())?))
}
