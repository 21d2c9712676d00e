//! Vectors as columns.

use crate::ops::sample::{Value::*, kink, sample};
use crate::ops::sig::{Param, ParamKind};
use crate::ops::{Attrs, Kind, Op, Operand, Outputs, Proof, Result, joining};
use crate::tape::Cx;
use crate::tensor::Tensor;

pub static COLUMN_STACK: Op = Op {
    name: "column_stack",
    symbol: None,
    params: &[Param::new("tensors", ParamKind::Tensors)],
    parts: &[],
    doc: "The tensors one after another along dim 1; a vector counts as one column.",
    examples: &["column_stack(([1, 2], [3, 4]))  # i64[2, 2] [[1, 3], [2, 4]]"],
    kind: Kind::Composite(run),
    vjp: &[],
    samples: &[
        sample(&[Many(&[Uniform(&[3], -2.0, 2.0), Uniform(&[3], -2.0, 2.0)])]),
        sample(&[Many(&[Uniform(&[2, 3], -2.0, 2.0), Uniform(&[2], -2.0, 2.0)])]),
        sample(&[Many(&[Uniform(&[], -2.0, 2.0), Uniform(&[], -2.0, 2.0)])]),
        sample(&[Many(&[Strided(&[2, 3], -2.0, 2.0), Uniform(&[2, 3], -2.0, 2.0)])]),
        kink(&[Many(&[Ints(&[2], &[1, 2]), Uniform(&[2], -2.0, 2.0), Bools(&[2], &[true, false])])]),
    ],
    proof: Proof::Torch("torch.column_stack(*args)"),
};

fn run(cx: &Cx, args: &[Operand], _: &Attrs) -> Result<Outputs> {
    let column = |t: &Tensor| if t.ndim() < 2 { joining::reshaped(cx, t, &[t.numel(), 1]) } else { Ok(t.clone()) };
    let parts = joining::parts(args).iter().map(column).collect::<Result<Vec<Tensor>>>()?;
    Ok(Outputs::One(joining::cat(cx, &parts, 1)?))
}
