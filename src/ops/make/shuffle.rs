//! The places of the first dimension in random order.

use crate::ops::index::Item;
use crate::ops::joining::real_dim;
use crate::ops::sig::X;
use crate::ops::{Attr, Attrs, Kind, Op, Operand, Outputs, Proof, Result, permutation};
use crate::tape::Cx;

pub static SHUFFLE: Op = Op {
    name: "shuffle",
    symbol: None,
    params: &[X],
    parts: &[],
    doc: "`x` with the places of its first dimension in random order, every order equally likely; `x` itself stays as it is.",
    examples: &["sort(shuffle([3, 1, 2])).values  # i64[3] [1, 2, 3]"],
    kind: Kind::Composite(run),
    vjp: &[],
    samples: &[],
    proof: Proof::Other("random; the order is `permutation`'s, and tests of choice.rs count it"),
};

fn run(cx: &Cx, args: &[Operand], _: &Attrs) -> Result<Outputs> {
    let x = args[0].to_tensor();
    real_dim(&x, 0, 0)?;
    let order = cx.call1(&permutation::PERMUTATION, &[], &[Attr::Int(x.dims()[0] as i64), Attr::None])?;
    Ok(Outputs::One(cx.index(&x, &[Item::Tensor(order)])?))
}
