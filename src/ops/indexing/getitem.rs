//! Reading a part of a tensor: `x[1..3, 0]`, `x[mask]`, `x[[0, 2]]`.

use crate::ops::index::{self, Item};
use crate::ops::sig::X;
use crate::ops::{Attr, Attrs, Cuda, Grad, Kind, Meta, Needs, Op, OpError, Operand, Outputs, Proof, Result, add};
use crate::tape::{Cx, Saved};
use crate::tensor::{Num, Tensor};

pub static GETITEM: Op = Op {
    name: "getitem",
    symbol: Some("[]"),
    params: &[X],
    parts: &[],
    doc: "The part of `x` that the items between the brackets select. Ints, ranges, `none` and `...` give a view; index tensors and masks gather.",
    examples: &["[[1, 2], [3, 4]][.., 0]  # i64[2] [1, 3]"],
    kind: Kind::Whole { infer, run, cuda: Cuda::ToCome },
    vjp: &[Grad::Into(Needs::SHAPES, gradient)],
    samples: &[],
    proof: Proof::Other("tests/indexing.rs compares it with numpy's numbers"),
};

fn infer(metas: &[Meta], attrs: &Attrs) -> Result<Vec<Meta>> {
    // Strides do not matter for the shape: a stand-in with the same sizes but one element of memory.
    let x = metas[0];
    let stand_in = Tensor::full(x.dtype, crate::tensor::Dims::of(&vec![1; x.dims.len()]), Num::Int(0))?.view(
        x.dims,
        0,
        &[0; crate::tensor::MAX_DIMS],
    )?;
    let masks = attrs.items(0).iter().any(|i| matches!(i, Item::Tensor(t) if t.dtype() == crate::device::DType::Bool));
    if masks {
        return Err(OpError::new("SHAPE-09", "how many elements a mask selects is known only when it runs"));
    }
    Ok(vec![Meta::new(x.dtype, index::select(&stand_in, attrs.items(0))?.dims())])
}

fn run(_: &Cx, args: &[Tensor], attrs: &Attrs) -> Result<Outputs> {
    Ok(Outputs::One(index::read(&args[0], attrs.items(0))?))
}

fn gradient(cx: &Cx, s: &Saved, g: &Tensor, acc: Option<Tensor>) -> Tensor {
    let items = s.attrs().items(0);
    let is_first = acc.is_none();
    let mut into = acc.unwrap_or_else(|| cx.zeros(g.dtype(), &s.shape(0)));
    if cx.grad_enabled() {
        let attrs = [Attr::Index(items.into()), Attr::Bool(true)];
        return cx.run(&super::setitem::SETITEM, &[Operand::Tensor(into), g.into()], &attrs);
    }
    cx.infallible(add_part(cx, &mut into, items, g, is_first).map(|()| into))
}

/// Adds `g` to the selected part of `into`, which holds zeros if `g` is the first to be added.
fn add_part(cx: &Cx, into: &mut Tensor, items: &[Item], g: &Tensor, is_first: bool) -> Result<()> {
    g.force()?;
    if items.iter().any(|i| matches!(i, Item::Tensor(_))) {
        return index::write(into, items, g, true);
    }
    if is_first {
        return index::write(into, items, g, false);
    }
    // No place is selected twice, so that the sum can be made apart, by a loop over rows.
    let sum = {
        let part = index::read(into, items)?;
        let sum = cx.binary_tt(&add::ADD, &part, g)?;
        sum.force()?;
        sum
    };
    index::write(into, items, &sum, false)
}
