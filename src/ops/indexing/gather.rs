//! Picking one element for each of an index tensor's.

use crate::ops::sample::{Value::*, sample};
use crate::ops::sig::{X, dim, tensor};
use crate::ops::{Attrs, Cuda, Grad, Kind, Meta, Needs, Op, Outputs, Proof, Result, along};
use crate::tape::Cx;
use crate::tensor::Tensor;

pub static GATHER: Op = Op {
    name: "gather",
    symbol: None,
    params: &[X, dim("dim"), tensor("index")],
    parts: &[],
    doc: "For each element of `index`, the element of `x` at the same place, but for `dim`, where it stands at what `index` holds: of two dimensions and dim 1, `x[i, index[i, j]]`.",
    examples: &["gather([[1, 2], [3, 4]], 1, [[0, 0], [1, 0]])  # i64[2, 2] [[1, 1], [4, 3]]"],
    kind: Kind::Whole { infer, run, cuda: Cuda::ToCome },
    vjp: &[
        Grad::Into(Needs::IN1.and(Needs::SHAPES), |cx, s, g, acc| {
            let dims = s.shape(0);
            along::put_back(cx, g, &dims, along::dim_of(s, dims.len()), &s.tensor(1), acc)
        }),
        Grad::None("an index has no gradient"),
    ],
    samples: &[
        sample(&[Uniform(&[3, 4], -2.0, 2.0), Int(1), Ints(&[3, 2], &[0, 3, 1, 1, 2, 0])]),
        sample(&[Uniform(&[3, 4], -2.0, 2.0), Int(0), Ints(&[2, 4], &[0, 2, 1, 1, 2, 0, 0, 0])]),
        sample(&[Strided(&[3, 4], -2.0, 2.0), Int(-1), Ints(&[2, 5], &[0, 3, 1, 1, 2, 0, 0, 1, 3, 3])]),
        sample(&[Uniform(&[2, 3, 2], -2.0, 2.0), Int(1), Ints(&[2, 1, 2], &[0, 2, 1, 1])]),
        sample(&[Uniform(&[5], -2.0, 2.0), Int(0), Ints(&[3], &[4, 4, 0])]),
        sample(&[Uniform(&[], -2.0, 2.0), Int(0), Ints(&[], &[0])]),
        sample(&[Uniform(&[3, 4], -2.0, 2.0), Int(1), Ints(&[3, 0], &[])]),
    ],
    proof: Proof::Torch("torch.gather(*args)"),
};

fn infer(metas: &[Meta], attrs: &Attrs) -> Result<Vec<Meta>> {
    along::check(&metas[0], attrs.int(0), &metas[1])?;
    Ok(vec![Meta::new(metas[0].dtype, metas[1].dims)])
}

fn run(_: &Cx, args: &[Tensor], attrs: &Attrs) -> Result<Outputs> {
    Ok(Outputs::One(along::gather(&args[0], attrs.int(0), &args[1])?))
}
