//! Adding to places of a dimension, by a vector of indices.

use crate::ops::along::source;
use crate::ops::placing::Places;
use crate::ops::sample::{Value::*, kink, sample};
use crate::ops::sig::{Default, Param, ParamKind, X, dim, tensor};
use crate::ops::{Attrs, Kind, Op, Operand, Outputs, Proof, Result};
use crate::tape::Cx;
use crate::tensor::Num;

pub static INDEX_ADD: Op = Op {
    name: "index_add",
    symbol: None,
    params: &[
        X,
        dim("dim"),
        tensor("index"),
        tensor("source"),
        Param::new("alpha", ParamKind::Number).or(Default::Int(1)),
    ],
    parts: &[],
    doc: "`x` with the places of `source` along a dimension, times `alpha`, added to those that a vector of indices names. Where an index repeats, the sums add up.",
    examples: &["index_add([0, 0, 0], 0, [2, 0, 2], [1, 2, 3])  # i64[3] [2, 0, 4]"],
    kind: Kind::Composite(run),
    vjp: &[],
    samples: &[
        sample(&[Uniform(&[3, 4], -2.0, 2.0), Int(0), Ints(&[4], &[2, 0, 0, 1]), Uniform(&[4, 4], -2.0, 2.0)]),
        sample(&[Uniform(&[3, 4], -2.0, 2.0), Int(1), Ints(&[2], &[3, 3]), Strided(&[3, 2], -2.0, 2.0), Int(2)]),
        sample(&[Strided(&[2, 3, 4], -2.0, 2.0), Int(-2), Ints(&[2], &[2, 0]), Uniform(&[2, 2, 4], -2.0, 2.0)]),
        sample(&[Uniform(&[3, 4], -2.0, 2.0), Int(0), Ints(&[0], &[]), Uniform(&[0, 4], -2.0, 2.0)]),
        sample(&[Uniform(&[4], -2.0, 2.0), Int(0), Ints(&[], &[2]), Uniform(&[1], -2.0, 2.0), Number(-0.5)]),
        sample(&[Uniform(&[], -2.0, 2.0), Int(0), Ints(&[], &[0]), Uniform(&[], -2.0, 2.0)]),
        kink(&[Uniform(&[3], -2.0, 2.0), Int(0), Ints(&[1], &[-1]), Uniform(&[1], -2.0, 2.0)]),
        kink(&[Uniform(&[2, 3], -2.0, 2.0), Int(0), Ints(&[1], &[0]), Uniform(&[1], -2.0, 2.0)]),
        kink(&[Uniform(&[2], -2.0, 2.0), Int(0), Ints(&[1], &[2]), Uniform(&[1], -2.0, 2.0)]),
    ],
    proof: Proof::Torch("torch.index_add(*args[:4], alpha=args[4] if len(args) > 4 else 1)"),
};

fn run(cx: &Cx, args: &[Operand], attrs: &Attrs) -> Result<Outputs> {
    let x = args[0].to_tensor();
    let places = Places::new(cx, "index_add", &x, attrs.int(0), &args[1])?.from_the_start()?;
    let value = match attrs.opt_num(1) {
        Some(Num::Int(1)) | None => source(cx, &x, &args[2], 3)?,
        Some(alpha) => {
            let scaled = cx.binary(&crate::ops::mul::MUL, &args[2], &Operand::Num(alpha))?;
            // Bools times a number are no longer bools, but adding them is.
            let scaled = if args[2].to_tensor().dtype() == x.dtype() && !matches!(alpha, Num::Float(_)) {
                cx.cast(&scaled, x.dtype())?
            } else {
                scaled
            };
            source(cx, &x, &scaled.into(), 3)?
        }
    };
    let value = places.fit(cx, &value, &args[2])?;
    Ok(Outputs::One(places.write(cx, &value, true)?))
}
