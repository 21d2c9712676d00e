//! Adding at the places that an index tensor names.

use crate::ops::along::{self, Write};
use crate::ops::sample::{Value::*, sample};
use crate::ops::sig::{X, dim, tensor};
use crate::ops::{Attrs, Cuda, Grad, Kind, Meta, Needs, Op, Outputs, Proof, Result};
use crate::tape::Cx;
use crate::tensor::Tensor;

pub static SCATTER_ADD: Op = Op {
    name: "scatter_add",
    symbol: None,
    params: &[X, dim("dim"), tensor("index"), tensor("src")],
    parts: &[],
    doc: "`x` with each element of `src` that `index` covers added at the same place, but for `dim`, where it goes to what `index` holds: of two dimensions and dim 1, to `x[i, index[i, j]]`. Where places repeat, the sums add up.",
    examples: &["scatter_add([0, 0, 0], 0, [0, 2, 0], [1, 2, 3])  # i64[3] [4, 0, 2]"],
    kind: Kind::Whole { infer, run, cuda: Cuda::ToCome },
    vjp: &[
        Grad::Rule(Needs::NOTHING, |_, _, g| g.clone()),
        Grad::None("an index has no gradient"),
        Grad::Rule(Needs::IN1.and(Needs::SHAPES), |cx, s, g| {
            let (at, index) = (along::dim_of(s, g.ndim()), s.tensor(1));
            along::widen(cx, cx.gather(g, at, &index), &s.shape(2))
        }),
    ],
    samples: &[
        sample(&[Uniform(&[3, 4], -2.0, 2.0), Int(1), Ints(&[3, 2], &[0, 3, 1, 1, 2, 0]), Uniform(&[3, 2], -2.0, 2.0)]),
        sample(&[
            Uniform(&[3, 4], -2.0, 2.0),
            Int(0),
            Ints(&[2, 4], &[0, 2, 1, 1, 2, 0, 0, 1]),
            Strided(&[2, 4], -2.0, 2.0),
        ]),
        sample(&[
            Strided(&[3, 4], -2.0, 2.0),
            Int(-1),
            Ints(&[2, 5], &[0, 3, 1, 1, 2, 0, 0, 1, 3, 3]),
            Uniform(&[2, 5], -2.0, 2.0),
        ]),
        sample(&[Uniform(&[5], -2.0, 2.0), Int(0), Ints(&[3], &[4, 4, 0]), Uniform(&[3], -2.0, 2.0)]),
        sample(&[Uniform(&[3, 4], -2.0, 2.0), Int(1), Ints(&[3, 0], &[]), Uniform(&[3, 0], -2.0, 2.0)]),
    ],
    proof: Proof::Torch("torch.scatter_add(*args)"),
};

fn infer(metas: &[Meta], attrs: &Attrs) -> Result<Vec<Meta>> {
    along::check(&metas[0], attrs.int(0), &metas[1])?;
    Ok(vec![metas[0]])
}

fn run(cx: &Cx, args: &[Tensor], attrs: &Attrs) -> Result<Outputs> {
    let src = cx.without_grad(|| along::source(cx, &args[0], &(&args[2]).into(), 3))?;
    Ok(Outputs::One(along::scatter(args[0].detach(), attrs.int(0), &args[1], &src, Write::Add)?))
}
