//! Writing a part of a tensor: `x[1..3, 0] = v`. A tensor is a value, so this makes the changed one, in the old
//! one's memory when nobody else holds it.

use crate::device::DType;
use crate::ops::index::{self, Item};
use crate::ops::sig::{X, tensor};
use crate::ops::{Attr, Attrs, Cuda, Grad, Kind, Meta, Needs, Op, OpError, Operand, Outputs, Proof, Result};
use crate::tape::{Cx, Saved, TapeArg};
use crate::tensor::{Dims, Num, Tensor};
use std::collections::HashSet;
use std::rc::Rc;

pub static SETITEM: Op = Op {
    name: "setitem",
    symbol: Some("[]="),
    params: &[X, tensor("value")],
    parts: &[],
    doc: "`x` with the part that the items select replaced by `value`.",
    examples: &["let x = [1, 2, 3]; x[0] = 9; x  # i64[3] [9, 2, 3]"],
    kind: Kind::Whole { infer, run, cuda: Cuda::ToCome },
    vjp: &[Grad::Own(Needs::NOTHING, to_x), Grad::Rule(Needs::SHAPES, to_value)],
    samples: &[],
    proof: Proof::Other("tests/indexing.rs compares it with numpy's numbers"),
};

fn infer(metas: &[Meta], _: &Attrs) -> Result<Vec<Meta>> {
    Ok(vec![metas[0]])
}

fn run(_: &Cx, args: &[Tensor], attrs: &Attrs) -> Result<Outputs> {
    let mut x = args[0].clone();
    index::write(&mut x, attrs.items(0), &args[1], attrs.bool(1))?;
    Ok(Outputs::One(x))
}

/// Nothing flows to what was overwritten; everything to what was added to.
fn to_x(cx: &Cx, s: &Saved, mut g: Tensor) -> Tensor {
    if s.attrs().bool(1) {
        return g;
    }
    let items = s.attrs().items(0);
    let zero = Tensor::scalar(g.dtype(), Num::Float(0.0));
    if cx.grad_enabled() {
        return cx.run(&SETITEM, &[g.into(), zero.into()], &[Attr::Index(items.into()), Attr::Bool(false)]);
    }
    cx.infallible(index::write(&mut g, items, &zero, false).map(|()| g))
}

/// Which of the values written by items stay, as a mask; none where no place is written twice for sure.
fn stays(cx: &Cx, items: &[Item], dims: &Dims, part: &Tensor) -> Result<Option<Tensor>> {
    let indices = items.iter().filter_map(|i| match i {
        Item::Tensor(t) if t.dtype() == DType::I64 => Some(t),
        _ => None,
    });
    let indices: Vec<&Tensor> = indices.collect();
    let most = indices.iter().map(|t| t.numel()).max().unwrap_or(0);
    if most <= 1 {
        return Ok(None);
    }
    // Where one index names all places, each once, nothing meets: no look at the whole of `x`, which may be long.
    for t in indices.iter().filter(|t| t.numel() == most && t.ndim() <= 1) {
        let t = t.plain()?;
        let (mut seen, list) = (HashSet::with_capacity(most), t.slice::<i64>());
        if (list.iter().all(|i| *i >= 0) || list.iter().all(|i| *i < 0)) && list.iter().all(|i| seen.insert(*i)) {
            return Ok(None);
        }
    }
    // Each value's number is written in its place: those that are read back are still there.
    let order = Tensor::from_nums(DType::I64, part.to_dims(), (0..part.numel() as i64).map(Num::Int))?;
    let mut marks = Tensor::full(DType::I64, *dims, Num::Int(-1))?;
    index::write(&mut marks, items, &order, false)?;
    let there = cx.index(&marks, items)?;
    cx.binary_tt(&crate::ops::eq::EQ, &there, &order).map(Some)
}

fn to_value(cx: &Cx, s: &Saved, g: &Tensor) -> Tensor {
    let items = s.attrs().items(0);
    let mut part = cx.infallible(cx.index(g, items));
    if !s.attrs().bool(1) {
        match cx.without_grad(|| stays(cx, items, &s.shape(0), &part)) {
            Ok(Some(stays)) => part = cx.select(&stays, &part, 0.0),
            Ok(None) => {}
            Err(e) => cx.fail(e),
        }
    }
    let (dims, own) = (part.to_dims(), s.shape(1));
    // Ones in front of the value were dropped.
    let front = own.len().saturating_sub(dims.len());
    let part = cx.reshape(&cx.sum_to(&part, &own[front..]), &own);
    // A view would keep the cotangent shared, and the next write to it would copy all of it.
    if cx.grad_enabled() { part } else { cx.infallible(part.to_copy()) }
}

/// `x[items] = value`, recorded. Casts the value to `x`'s dtype.
pub(in crate::ops) fn put(cx: &Cx, x: &mut Tensor, items: &[Item], value: &Operand, add: bool) -> Result<()> {
    let given = match value {
        Operand::Tensor(t) => t.dtype(),
        Operand::Num(v) => v.dtype(),
        Operand::None => return Err(OpError::new("TYPE-11", "none cannot be put into a tensor").at(2, "none")),
    };
    if given.is_float() && !x.dtype().is_float() {
        return Err(OpError::new("TYPE-12", format!("a float would lose its fraction in a tensor of {}", x.dtype()))
            .at(0, format!("{}{}", x.dtype(), x.shape()))
            .at(2, crate::ops::infer::describe(value))
            .help("make the tensor float first: x.float(), or convert the value: .long()"));
    }
    if x.dtype() == DType::Bool && given != DType::Bool {
        return Err(OpError::new("TYPE-12", "a number does not fit into a tensor of bool")
            .at(0, format!("{}{}", x.dtype(), x.shape()))
            .at(2, crate::ops::infer::describe(value)));
    }
    let value = match value {
        Operand::Num(v) => Tensor::scalar(x.dtype(), *v),
        other => cx.cast(&other.to_tensor(), x.dtype())?,
    };
    let tracked = cx.grad_enabled() && x.dtype().is_float() && (x.is_tracked() || value.is_tracked());
    let (node, slot) = (x.node().cloned(), x.slot());
    // The node needs x's own node and shape, not its numbers: those are free to be overwritten.
    let before = if tracked { Some(x.shadow()?) } else { None };
    if let Err(e) = index::write(x, items, &value, add) {
        if node.is_some() && !x.is_tracked() {
            *x = x.alias(node, slot);
        }
        return Err(e);
    }
    if let Some(before) = before {
        let attrs = [Attr::Index(Rc::from(items)), Attr::Bool(add)];
        cx.record(&SETITEM, &[TapeArg::Tensor(&before), TapeArg::Tensor(&value)], &attrs, std::slice::from_mut(x));
    }
    Ok(())
}
