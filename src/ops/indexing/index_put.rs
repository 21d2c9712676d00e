//! Writing at places that tensors of indices name, as a function.

use crate::ops::along::source;
use crate::ops::index::Item;
use crate::ops::infer::describe;
use crate::ops::sample::{Value::*, kink, sample};
use crate::ops::sig::{Default, Param, ParamKind, X, tensor};
use crate::ops::{Attrs, Kind, Op, OpError, Operand, Outputs, Proof, Result, setitem};
use crate::tape::Cx;

pub static INDEX_PUT: Op = Op {
    name: "index_put",
    symbol: None,
    params: &[
        X,
        Param::new("indices", ParamKind::Tensors),
        tensor("values"),
        Param::new("accumulate", ParamKind::Bool).or(Default::Bool(false)),
    ],
    parts: &[],
    doc: "`x` with `values` at the places that a tuple of index tensors names, one for each of its first dimensions: what `x[i, j] = values` makes. With `accumulate: true` they are added, and those of a repeated place add up.",
    examples: &["index_put([0, 0, 0], ([0, 2],), [5, 7])  # i64[3] [5, 0, 7]"],
    kind: Kind::Composite(run),
    vjp: &[],
    samples: &[
        sample(&[Uniform(&[3, 4], -2.0, 2.0), Many(&[Ints(&[2], &[2, 0])]), Uniform(&[2, 4], -2.0, 2.0)]),
        sample(&[
            Uniform(&[3, 4], -2.0, 2.0),
            Many(&[Ints(&[2], &[2, -3]), Ints(&[2], &[1, -1])]),
            Uniform(&[2], -2.0, 2.0),
        ]),
        sample(&[
            Strided(&[3, 4], -2.0, 2.0),
            Many(&[Ints(&[3], &[1, 0, 1]), Ints(&[3], &[3, 2, 3])]),
            Uniform(&[3], -2.0, 2.0),
            Bool(true),
        ]),
        sample(&[
            Uniform(&[3, 4], -2.0, 2.0),
            Many(&[Ints(&[2, 1], &[0, 2]), Ints(&[3], &[0, 1, 3])]),
            Strided(&[2, 3], -2.0, 2.0),
        ]),
        sample(&[
            Uniform(&[4], -2.0, 2.0),
            Many(&[Bools(&[4], &[true, false, true, false])]),
            Uniform(&[2], -2.0, 2.0),
        ]),
        sample(&[Uniform(&[4], -2.0, 2.0), Many(&[Ints(&[0], &[])]), Uniform(&[0], -2.0, 2.0)]),
        sample(&[Uniform(&[2, 3], -2.0, 2.0), Many(&[Ints(&[], &[1])]), Uniform(&[], -2.0, 2.0)]),
        kink(&[Uniform(&[3], -2.0, 2.0), Many(&[Ints(&[1], &[3])]), Uniform(&[1], -2.0, 2.0)]),
        kink(&[Uniform(&[3], -2.0, 2.0), Many(&[Ints(&[2], &[0, 1])]), Uniform(&[3], -2.0, 2.0)]),
        kink(&[Uniform(&[3], -2.0, 2.0), Many(&[Ints(&[1], &[0]), Ints(&[1], &[0])]), Uniform(&[1], -2.0, 2.0)]),
    ],
    proof: Proof::Torch("torch.index_put(args[0], args[1], args[2], accumulate=args[3] if len(args) > 3 else False)"),
};

fn run(cx: &Cx, args: &[Operand], attrs: &Attrs) -> Result<Outputs> {
    let [x, indices @ .., values] = args else {
        return Err(OpError::new("VALUE-12", "index_put takes a tensor, a tuple of indices, and values"));
    };
    let mut x = x.to_tensor();
    let mut items = Vec::with_capacity(indices.len());
    for index in indices {
        match index {
            Operand::Tensor(t) if !t.dtype().is_float() => items.push(Item::Tensor(t.detach())),
            other => {
                return Err(OpError::new("TYPE-11", "an index is made of integers or bools").at(1, describe(other)));
            }
        }
    }
    let values = source(cx, &x, values, 2)?;
    setitem::put(cx, &mut x, &items, &values.into(), attrs.bool(0))?;
    Ok(Outputs::One(x))
}
