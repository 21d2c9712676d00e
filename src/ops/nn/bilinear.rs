//! Bilinear layers.

use crate::ops::infer::describe;
use crate::ops::layers::{self, misfit, reshape};
use crate::ops::sample::{Value::*, kink, sample};
use crate::ops::sig::{Default, Param, ParamKind, tensor};
use crate::ops::{Attr, Attrs, Kind, Op, Operand, Outputs, Proof, Result, add, linear, mul, sum};
use crate::tape::Cx;

pub static BILINEAR: Op = Op {
    name: "bilinear",
    symbol: None,
    params: &[
        tensor("input1"),
        tensor("input2"),
        tensor("weight"),
        Param::new("bias", ParamKind::OptTensor).or(Default::None),
    ],
    parts: &[],
    doc: "For each of `weight`'s matrices, (out, in1, in2), the product `input1 @ matrix @ input2` of rows of both inputs, plus `bias`.",
    examples: &["bilinear([1.0, 2.0], [3.0], [[[1.0], [1.0]]])  # f32[1] [9.0]"],
    kind: Kind::Composite(run),
    vjp: &[],
    samples: &[
        sample(&[
            Uniform(&[3, 4], -2.0, 2.0),
            Uniform(&[3, 2], -2.0, 2.0),
            Uniform(&[5, 4, 2], -2.0, 2.0),
            Uniform(&[5], -2.0, 2.0),
        ]),
        sample(&[Uniform(&[4], -2.0, 2.0), Uniform(&[2], -2.0, 2.0), Strided(&[3, 4, 2], -2.0, 2.0)]),
        sample(&[Strided(&[2, 3, 4], -2.0, 2.0), Uniform(&[2, 3, 2], -2.0, 2.0), Uniform(&[2, 4, 2], -2.0, 2.0)]),
        sample(&[Uniform(&[0, 4], -2.0, 2.0), Uniform(&[0, 2], -2.0, 2.0), Uniform(&[2, 4, 2], -2.0, 2.0)]),
        kink(&[Uniform(&[3, 4], -2.0, 2.0), Uniform(&[3, 2], -2.0, 2.0), Uniform(&[5, 2, 4], -2.0, 2.0)]),
        kink(&[Uniform(&[3, 4], -2.0, 2.0), Uniform(&[2, 2], -2.0, 2.0), Uniform(&[5, 4, 2], -2.0, 2.0)]),
    ],
    proof: Proof::Torch("F.bilinear(*args)"),
};

fn run(cx: &Cx, args: &[Operand], _: &Attrs) -> Result<Outputs> {
    let all = layers::common(cx, args)?;
    let (x, y, w) = (all[0].to_tensor(), all[1].to_tensor(), all[2].to_tensor());
    let n = x.ndim();
    let fits = w.ndim() == 3
        && n > 0
        && y.ndim() == n
        && x.dims()[..n - 1] == y.dims()[..n - 1]
        && x.dims()[n - 1] == w.dims()[1]
        && y.dims()[n - 1] == w.dims()[2]
        && all[3].tensor().is_none_or(|b| b.dims() == [w.dims()[0]]);
    if !fits {
        let mut e = misfit("`bilinear` takes (…, in1), (…, in2), (out, in1, in2) and perhaps (out)");
        for (k, a) in args.iter().enumerate().filter(|(_, a)| !matches!(a, Operand::None)) {
            e = e.at(k, describe(a));
        }
        return Err(e);
    }
    let (out, in1, in2) = (w.dims()[0], w.dims()[1], w.dims()[2]);
    // Every matrix times the second input, then the products with the first.
    let stacked = reshape(cx, &w, &[out * in1, in2])?;
    let right = cx.call1(&linear::LINEAR, &[y.into(), stacked.into(), Operand::None], &[])?;
    let mut dims = x.dims()[..n - 1].to_vec();
    dims.extend([out, in1]);
    let right = reshape(cx, &right, &dims)?;
    let mut beside = x.dims().to_vec();
    beside.insert(n - 1, 1);
    let terms = cx.binary_tt(&mul::MUL, &right, &reshape(cx, &x, &beside)?)?;
    let sums = cx.call1(&sum::SUM, &[terms.into()], &[Attr::Int(-1), Attr::Bool(false), Attr::None])?;
    match &all[3] {
        Operand::Tensor(b) => Ok(Outputs::One(cx.binary_tt(&add::ADD, &sums, b)?)),
        _ => Ok(Outputs::One(sums)),
    }
}
