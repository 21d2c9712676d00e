//! A tensor in its places along a dimension.

use crate::ops::index::Item;
use crate::ops::rules::WHOLE;
use crate::ops::sample::{Value::*, sample};
use crate::ops::sig::{Default, X, dim};
use crate::ops::{Attrs, Kind, Op, Operand, Outputs, Proof, Result, joining};
use crate::tape::Cx;

pub static UNBIND: Op = Op {
    name: "unbind",
    symbol: None,
    params: &[X, dim("dim").or(Default::Int(0))],
    parts: &[],
    doc: "Views of all places of a dimension, which goes.",
    examples: &["unbind([[1, 2], [3, 4]], 1)[0]  # i64[2] [1, 3]"],
    kind: Kind::Composite(run),
    vjp: &[],
    samples: &[
        sample(&[Uniform(&[3, 4], -2.0, 2.0)]),
        sample(&[Uniform(&[2, 3, 4], -2.0, 2.0), Int(-2)]),
        sample(&[Strided(&[3, 4], -2.0, 2.0), Int(1)]),
        sample(&[Uniform(&[3], -2.0, 2.0)]),
        sample(&[Uniform(&[2, 0], -2.0, 2.0)]),
    ],
    proof: Proof::Torch("torch.unbind(*args)"),
};

fn run(cx: &Cx, args: &[Operand], attrs: &Attrs) -> Result<Outputs> {
    let x = args[0].to_tensor();
    let at = joining::real_dim(&x, attrs.int(0), 1)?;
    let mut items = vec![WHOLE; at + 1];
    let place = |k: usize| {
        items[at] = Item::At(k as i64);
        cx.index(&x, &items)
    };
    Ok(Outputs::Many((0..x.dims()[at]).map(place).collect::<Result<_>>()?))
}
