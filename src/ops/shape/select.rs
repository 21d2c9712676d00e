//! One place of a dimension.

use crate::ops::index::Item;
use crate::ops::rules::WHOLE;
use crate::ops::sample::{Value::*, kink, sample};
use crate::ops::sig::{X, dim, int};
use crate::ops::{Attrs, Kind, Op, Operand, Outputs, Proof, Result, joining};
use crate::tape::Cx;

pub static SELECT: Op = Op {
    name: "select",
    symbol: None,
    params: &[X, dim("dim"), int("index")],
    parts: &[],
    doc: "A view of one place of a dimension, which goes; a negative index counts from the end.",
    examples: &["select([[1, 2], [3, 4]], 1, -1)  # i64[2] [2, 4]"],
    kind: Kind::Composite(run),
    vjp: &[],
    samples: &[
        sample(&[Uniform(&[3, 4], -2.0, 2.0), Int(0), Int(1)]),
        sample(&[Uniform(&[2, 3, 4], -2.0, 2.0), Int(-2), Int(-1)]),
        sample(&[Strided(&[3, 4], -2.0, 2.0), Int(1), Int(0)]),
        sample(&[Uniform(&[3], -2.0, 2.0), Int(0), Int(2)]),
        kink(&[Ints(&[3], &[1, 2, 3]), Int(0), Int(-1)]),
    ],
    proof: Proof::Torch("torch.select(*args)"),
};

fn run(cx: &Cx, args: &[Operand], attrs: &Attrs) -> Result<Outputs> {
    let x = args[0].to_tensor();
    let at = joining::real_dim(&x, attrs.int(0), 1)?;
    let mut items = vec![WHOLE; at];
    items.push(Item::At(attrs.int(1)));
    let out = cx.index(&x, &items).map_err(|mut e| {
        // The items of an index are argument 1 there, the place argument 2 here.
        e.at.iter_mut().filter(|(arg, _)| *arg == 1).for_each(|(arg, _)| *arg = 2);
        e
    });
    Ok(Outputs::One(out?))
}
