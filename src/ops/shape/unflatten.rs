//! One dimension made several.

use crate::ops::infer::too_many_dims;
use crate::ops::joining::{real_dim, reshaped};
use crate::ops::reshape::target;
use crate::ops::sample::{Value::*, kink, sample};
use crate::ops::sig::{Param, ParamKind, X, dim};
use crate::ops::{Attrs, Kind, Op, OpError, Operand, Outputs, Proof, Result};
use crate::tape::Cx;
use crate::tensor::{Dims, MAX_DIMS};

pub static UNFLATTEN: Op = Op {
    name: "unflatten",
    symbol: None,
    params: &[X, dim("dim"), Param::new("sizes", ParamKind::Shape)],
    parts: &[],
    doc: "Dimension `dim` made several, whose sizes multiply to its own; one may be -1: what is left.",
    examples: &["unflatten([1, 2, 3, 4], 0, (2, -1))  # i64[2, 2] [[1, 2], [3, 4]]"],
    kind: Kind::Composite(run),
    vjp: &[],
    samples: &[
        sample(&[Uniform(&[2, 6], -2.0, 2.0), Int(1), Tuple(&[3, -1])]),
        sample(&[Uniform(&[6, 2], -2.0, 2.0), Int(-2), Tuple(&[2, 3])]),
        sample(&[Strided(&[2, 6], -2.0, 2.0), Int(1), Tuple(&[2, 1, 3])]),
        sample(&[Uniform(&[0, 2], -2.0, 2.0), Int(0), Tuple(&[-1, 3])]),
        sample(&[Uniform(&[2, 0, 3], -2.0, 2.0), Int(2), Tuple(&[-1])]),
        kink(&[Uniform(&[4], -2.0, 2.0), Int(0), Tuple(&[3, -1])]),
        kink(&[Uniform(&[4], -2.0, 2.0), Int(0), Tuple(&[])]),
        kink(&[Uniform(&[], -2.0, 2.0), Int(0), Tuple(&[1, 1])]),
    ],
    proof: Proof::Torch("torch.unflatten(*args)"),
};

fn run(cx: &Cx, args: &[Operand], attrs: &Attrs) -> Result<Outputs> {
    let x = args[0].to_tensor();
    let at = real_dim(&x, attrs.int(0), 1)?;
    if attrs.ints(1).is_empty() {
        return Err(OpError::new("VALUE-12", "unflatten needs at least one size").at(2, "there is none"));
    }
    let d = x.dims();
    let parts = target(&Dims::of(&d[at..=at]), attrs.ints(1)).map_err(|mut e| {
        // `reshape` names the sizes second.
        e.at.iter_mut().filter(|(arg, _)| *arg == 1).for_each(|(arg, _)| *arg = 2);
        e
    })?;
    let dims = [&d[..at], &parts, &d[at + 1..]].concat();
    if dims.len() > MAX_DIMS {
        return Err(too_many_dims(dims.len()).at(2, "here"));
    }
    Ok(Outputs::One(reshaped(cx, &x, &dims)?))
}
