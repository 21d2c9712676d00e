//! Elements moved around in a circle.

use crate::ops::sample::{Value::*, kink, sample};
use crate::ops::sig::{Default, Param, ParamKind, X};
use crate::ops::{Attrs, Kind, Op, OpError, Operand, Outputs, Proof, Result, joining};
use crate::tape::Cx;
use crate::tensor::Tensor;

pub static ROLL: Op = Op {
    name: "roll",
    symbol: None,
    params: &[X, Param::new("shifts", ParamKind::Ints), Param::new("dims", ParamKind::Dims).or(Default::None)],
    parts: &[],
    doc: "The elements moved on by `shifts` along `dims`, those that fall off the end coming in at the start; without dims, of all elements in a row.",
    examples: &[
        "roll([1, 2, 3], 1)  # i64[3] [3, 1, 2]",
        "roll([[1, 2], [3, 4]], -1, 0)  # i64[2, 2] [[3, 4], [1, 2]]",
    ],
    kind: Kind::Composite(run),
    vjp: &[],
    samples: &[
        sample(&[Uniform(&[5], -2.0, 2.0), Int(2)]),
        sample(&[Uniform(&[2, 3], -2.0, 2.0), Int(1)]),
        sample(&[Uniform(&[3, 4], -2.0, 2.0), Int(-1), Int(0)]),
        sample(&[Uniform(&[3, 4], -2.0, 2.0), Tuple(&[1, 2]), Tuple(&[0, -1])]),
        sample(&[Uniform(&[3, 4], -2.0, 2.0), Tuple(&[1, 1]), Tuple(&[0, 0])]),
        sample(&[Strided(&[3, 4], -2.0, 2.0), Int(9), Int(1)]),
        sample(&[Uniform(&[0, 3], -2.0, 2.0), Int(1), Int(0)]),
        sample(&[Uniform(&[], -2.0, 2.0), Int(1)]),
        kink(&[Ints(&[3], &[1, 2, 3]), Int(1)]),
    ],
    proof: Proof::Torch("torch.roll(*args)"),
};

fn run(cx: &Cx, args: &[Operand], attrs: &Attrs) -> Result<Outputs> {
    let (x, shifts) = (args[0].to_tensor(), attrs.ints(0));
    let dims = attrs.opt_ints(1).unwrap_or(&[]);
    let refuse = |message: String| {
        OpError::new("SHAPE-10", message)
            .at(1, format!("{} shifts", shifts.len()))
            .at(2, format!("{} dims", dims.len()))
    };
    if dims.is_empty() {
        let &[shift] = shifts else {
            return Err(refuse("without dims there can be only one shift".into()));
        };
        let row = along(cx, joining::reshaped(cx, &x, &[x.numel()])?, 0, shift)?;
        return Ok(Outputs::One(joining::reshaped(cx, &row, x.dims())?));
    }
    if shifts.len() != dims.len() {
        return Err(refuse(format!("{} shifts for {} dims", shifts.len(), dims.len())));
    }
    let mut out = x;
    for (&shift, &dim) in shifts.iter().zip(dims) {
        let at = joining::real_dim(&out, dim, 2)?;
        out = along(cx, out, at, shift)?;
    }
    Ok(Outputs::One(out))
}

fn along(cx: &Cx, x: Tensor, at: usize, shift: i64) -> Result<Tensor> {
    let n = x.dims()[at];
    let by = if n == 0 { 0 } else { shift.rem_euclid(n as i64) as usize };
    if by == 0 {
        return Ok(x);
    }
    let parts = [cx.try_narrow(&x, at, n - by, by)?, cx.try_narrow(&x, at, 0, n - by)?];
    joining::cat(cx, &parts, at)
}
