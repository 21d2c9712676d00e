//! One number where a mask is true.

use crate::device::DType;
use crate::ops::along::source;
use crate::ops::infer::describe;
use crate::ops::sample::{Value::*, kink, sample};
use crate::ops::sig::{X, tensor};
use crate::ops::{Attrs, Kind, Op, OpError, Operand, Outputs, Proof, Result};
use crate::tape::Cx;

pub static MASKED_FILL: Op = Op {
    name: "masked_fill",
    symbol: None,
    params: &[X, tensor("mask"), tensor("value")],
    parts: &[],
    doc: "`x` with one number wherever the mask is true; the mask broadcasts.",
    examples: &["masked_fill([1.0, 2.0], [true, false], -inf)  # f32[2] [-inf, 2.0]"],
    kind: Kind::Composite(run),
    vjp: &[],
    samples: &[
        sample(&[Uniform(&[3], -2.0, 2.0), Bools(&[3], &[true, false, true]), Uniform(&[], -2.0, 2.0)]),
        sample(&[Strided(&[2, 3], -2.0, 2.0), Bools(&[2, 1], &[true, false]), Uniform(&[], -2.0, 2.0)]),
        sample(&[Uniform(&[1], -2.0, 2.0), Bools(&[3], &[true, false, true]), Uniform(&[], -2.0, 2.0)]),
        sample(&[Uniform(&[0], -2.0, 2.0), Bools(&[0], &[]), Uniform(&[], -2.0, 2.0)]),
        sample(&[Uniform(&[3], -2.0, 2.0), Bools(&[3], &[true, false, true]), Number(0.5)]),
        sample(&[Uniform(&[2, 3], -2.0, 2.0), Bools(&[3], &[true, false, true]), Int(-7)]),
        kink(&[Uniform(&[1], -2.0, 2.0), Bools(&[3], &[true, false, true]), Number(f64::NEG_INFINITY)]),
        kink(&[Ints(&[2], &[1, 2]), Bools(&[2], &[true, false]), Int(9)]),
    ],
    proof: Proof::Torch("torch.masked_fill(*args)"),
};

fn run(cx: &Cx, args: &[Operand], _: &Attrs) -> Result<Outputs> {
    let (x, mask) = (args[0].to_tensor(), args[1].to_tensor());
    if mask.dtype() != DType::Bool {
        return Err(OpError::new("TYPE-13", format!("a mask holds bools, this has {}", mask.dtype()))
            .at(1, describe(&args[1]))
            .help("a comparison makes one: x > 0"));
    }
    if args[2].tensor().is_some_and(|v| v.ndim() > 0) {
        return Err(OpError::new("SHAPE-13", "masked_fill takes one number")
            .at(2, describe(&args[2]))
            .help("where(mask, value, x) takes a tensor"));
    }
    let value = source(cx, &x, &args[2], 2)?;
    let chosen = cx.call1(&crate::ops::where_::WHERE, &[mask.into(), value.into(), x.into()], &[]);
    Ok(Outputs::One(chosen.map_err(|mut e| {
        // `where` names the mask first and this last.
        for (arg, _) in &mut e.at {
            *arg = [1, 2, 0][*arg % 3];
        }
        e
    })?))
}
