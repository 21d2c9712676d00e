//! Writing at the places that an index tensor names.

use crate::ops::along::{self, Write};
use crate::ops::sample::{Value::*, kink, sample};
use crate::ops::sig::{X, dim, tensor};
use crate::ops::{Attr, Attrs, Cuda, Grad, Kind, Meta, Needs, Op, Outputs, Proof, Result};
use crate::tape::{Cx, Saved};
use crate::tensor::{Num, Tensor};

pub static SCATTER: Op = Op {
    name: "scatter",
    symbol: None,
    params: &[X, dim("dim"), tensor("index"), tensor("src")],
    parts: &[],
    doc: "`x` with each element of `src` that `index` covers, or one number, written at the same place, but for `dim`, where it goes to what `index` holds: of two dimensions and dim 1, to `x[i, index[i, j]]`. Where places repeat, the last one stays, and gets the gradient.",
    examples: &["scatter([0, 0, 0], 0, [2, 0], [1, 2])  # i64[3] [2, 0, 1]"],
    kind: Kind::Whole { infer, run, cuda: Cuda::ToCome },
    vjp: &[
        Grad::Rule(Needs::IN1, |cx, s, g| {
            cx.run(&SCATTER, &[g.into(), s.tensor(1).into(), 0.0.into()], &[s.attrs().get(0).clone()])
        }),
        Grad::None("an index has no gradient"),
        Grad::Rule(Needs::IN1.and(Needs::SHAPES), to_source),
    ],
    samples: &[
        sample(&[Uniform(&[3, 4], -2.0, 2.0), Int(1), Ints(&[3, 2], &[0, 3, 1, 2, 2, 0]), Uniform(&[3, 2], -2.0, 2.0)]),
        sample(&[
            Uniform(&[3, 4], -2.0, 2.0),
            Int(0),
            Ints(&[2, 4], &[0, 2, 1, 1, 2, 0, 0, 2]),
            Strided(&[2, 4], -2.0, 2.0),
        ]),
        kink(&[Ints(&[3], &[1, 2, 3]), Int(0), Ints(&[2], &[2, 2]), Ints(&[2], &[7, 8])]),
        sample(&[Uniform(&[3, 4], -2.0, 2.0), Int(1), Ints(&[3, 0], &[]), Uniform(&[3, 0], -2.0, 2.0)]),
        sample(&[Strided(&[3, 4], -2.0, 2.0), Int(-1), Ints(&[2, 2], &[0, 3, 1, 0]), Number(0.5)]),
    ],
    proof: Proof::Torch("torch.scatter(*args)"),
};

fn infer(metas: &[Meta], attrs: &Attrs) -> Result<Vec<Meta>> {
    along::check(&metas[0], attrs.int(0), &metas[1])?;
    Ok(vec![metas[0]])
}

fn run(cx: &Cx, args: &[Tensor], attrs: &Attrs) -> Result<Outputs> {
    let src = cx.without_grad(|| along::source(cx, &args[0], &(&args[2]).into(), 3))?;
    Ok(Outputs::One(along::scatter(args[0].detach(), attrs.int(0), &args[1], &src, Write::Put)?))
}

/// What was overwritten later gets nothing: each writes its number, and those that can still be read have stayed.
fn to_source(cx: &Cx, s: &Saved, g: &Tensor) -> Tensor {
    let (at, index) = (along::dim_of(s, g.ndim()), s.tensor(1));
    let picked = cx.gather(g, at, &index);
    let stayed = cx.without_grad(|| {
        let numbers = cx.run(&crate::ops::arange::ARANGE, &[], &[Attr::Int(index.numel() as i64)]);
        let numbers = cx.reshape(&numbers, index.dims());
        let nobody = cx.infallible(Tensor::full(numbers.dtype(), g.to_dims(), Num::Int(-1)));
        let last = cx.run(&SCATTER, &[nobody.into(), (&index).into(), (&numbers).into()], &[Attr::Int(at as i64)]);
        cx.eq(cx.gather(&last, at, &index), numbers)
    });
    along::widen(cx, cx.select(&stayed, picked, 0.0), &s.shape(2))
}
