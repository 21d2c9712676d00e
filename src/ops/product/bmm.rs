//! The products of two batches of matrices.

use crate::ops::infer::describe;
use crate::ops::products::check_ranks;
use crate::ops::sample::{Value::*, sample};
use crate::ops::sig::tensor;
use crate::ops::{Attrs, Kind, Op, OpError, Operand, Outputs, Proof, Result};
use crate::tape::Cx;
use crate::tensor::Tensor;

pub static BMM: Op = Op {
    name: "bmm",
    symbol: None,
    params: &[tensor("input"), tensor("mat2")],
    parts: &[],
    doc: "The products of two batches of as many matrices: `@` of two tensors of three dimensions, whose first does not broadcast.",
    examples: &["bmm(ones(2, 1, 3), ones(2, 3, 1))  # f32[2, 1, 1] [[[3.0]], [[3.0]]]"],
    kind: Kind::Composite(|cx, args, _: &Attrs| Ok(Outputs::One(product(cx, args)?))),
    vjp: &[],
    samples: &[
        sample(&[Uniform(&[2, 3, 4], -2.0, 2.0), Uniform(&[2, 4, 2], -2.0, 2.0)]),
        sample(&[Strided(&[2, 3, 4], -2.0, 2.0), Strided(&[2, 4, 2], -2.0, 2.0)]),
        sample(&[Uniform(&[0, 3, 4], -2.0, 2.0), Uniform(&[0, 4, 2], -2.0, 2.0)]),
        sample(&[Uniform(&[2, 3, 0], -2.0, 2.0), Uniform(&[2, 0, 2], -2.0, 2.0)]),
    ],
    proof: Proof::Torch("torch.bmm(*args)"),
};

pub fn product(cx: &Cx, args: &[Operand]) -> Result<Tensor> {
    check_ranks(args, [3, 3], "a product of batches takes two tensors of three dimensions")?;
    if let (Some(x), Some(y)) = (args[0].tensor(), args[1].tensor())
        && x.dims()[0] != y.dims()[0]
    {
        return Err(OpError::new("SHAPE-11", format!("batches of {} and {} matrices", x.dims()[0], y.dims()[0]))
            .at(0, describe(&args[0]))
            .at(1, describe(&args[1]))
            .help("@ broadcasts the dimension of a batch if it is 1"));
    }
    cx.product(&args[0], &args[1])
}
