//! Putting operations on the tape.

use super::node::{COUNT, Extra, LoopRef, NUM, NodeObj, NodeRef, SPREAD};
use super::slot::Slot;
use super::{Cx, LEAF};
use crate::device::DType;
use crate::device::slab::Rcs;
use crate::ops::{Attr, Grad, Needs, Op, Operand};
use crate::tensor::{Num, Tensor};
use std::cell::{Cell, RefCell};

impl NodeObj {
    pub(super) fn leaf(dtype: DType, cx: &Cx) -> NodeObj {
        NodeObj::blank(&LEAF, dtype, 0, cx)
    }

    #[inline(always)]
    pub(super) fn blank(op: &'static Op, dtype: DType, nin: u8, cx: &Cx) -> NodeObj {
        let outer = cx.outer_loops();
        NodeObj::within(op, dtype, nin, cx, outer)
    }

    /// A new node in its cell, ours alone until it is given away.
    #[inline(always)]
    fn in_place(op: &'static Op, dtype: DType, nin: u8, cx: &Cx) -> NodeRef {
        let outer = cx.outer_loops();
        Rcs::new_with(|| NodeObj::within(op, dtype, nin, cx, outer))
    }

    #[inline(always)]
    fn within(op: &'static Op, dtype: DType, nin: u8, cx: &Cx, outer: Option<LoopRef>) -> NodeObj {
        NodeObj {
            count: Cell::new(1),
            uses: Cell::new(0),
            op,
            site: cx.site(),
            iter: cx.iter(),
            outer,
            epoch: Cell::new(0),
            dtype,
            nin,
            flags: Cell::new(cx.level.get()),
            slots: 0,
            inputs: [None, None],
            saved: [Slot::empty(), Slot::empty()],
            num: Cell::new(0),
            cot: Slot::empty(),
            extra: None,
        }
    }
}

impl Grad {
    #[inline(always)]
    pub(super) fn needs(&self) -> Needs {
        match self {
            Grad::Rule(n, _) | Grad::Into(n, _) | Grad::Own(n, _) | Grad::Each(n, _) | Grad::All(n, _) => *n,
            Grad::None(_) => Needs::NOTHING,
        }
    }
}

/// An operand of a fast path: no owned value is made for it.
#[derive(Clone, Copy)]
pub enum Arg<'a> {
    Tensor(&'a Tensor),
    Num(Num),
}

impl<'a> Arg<'a> {
    #[inline(always)]
    fn node(self) -> Option<&'a NodeRef> {
        match self {
            Arg::Tensor(t) => t.node(),
            Arg::Num(_) => None,
        }
    }
}

impl Cx {
    /// Records an operation of one input and one result.
    #[inline(always)]
    pub(crate) fn record1(&self, op: &'static Op, x: &Tensor, out: &mut Tensor) {
        let Some(node) = x.node() else { return };
        if self.grad_enabled() && out.dtype().is_float() {
            self.record1_tracked(op, x, node, out);
        }
    }

    #[inline]
    fn record1_tracked(&self, op: &'static Op, x: &Tensor, node: &NodeRef, out: &mut Tensor) {
        let needs = op.vjp[0].needs();
        if self.keeps_values() {
            return self.record(op, &[Arg::Tensor(x)], &[], std::slice::from_mut(out));
        }
        let mut new = NodeObj::in_place(op, out.dtype(), 1, self);
        let n = new.get_mut().expect("ours alone");
        n.slots = x.slot();
        n.inputs[0] = Some(node.clone());
        if needs.has(Needs::IN0) {
            n.save(0, x);
        }
        if needs.has(Needs::SHAPES) {
            n.save_shape(x);
        }
        if needs.has(Needs::OUT) {
            n.save_out(out);
        }
        out.set_node(new, 0);
        out.set_origin(self.site(), self.iter());
    }

    /// Records an elementwise operation of two inputs, of which at most one is a host number.
    #[inline(always)]
    pub(crate) fn record2(&self, op: &'static Op, a: Arg, b: Arg, out: &mut Tensor) {
        self.record2_shaped::<false>(op, a, b, out);
    }

    /// The same where no operand is broadcast.
    #[inline(always)]
    pub(crate) fn record2_full(&self, op: &'static Op, a: Arg, b: Arg, out: &mut Tensor) {
        self.record2_shaped::<true>(op, a, b, out);
    }

    #[inline(always)]
    fn record2_shaped<const FULL: bool>(&self, op: &'static Op, a: Arg, b: Arg, out: &mut Tensor) {
        let (na, nb) = (a.node(), b.node());
        if (na.is_none() && nb.is_none()) || !self.grad_enabled() || !out.dtype().is_float() {
            return;
        }
        let mut needs = Needs::NOTHING;
        if na.is_some() {
            needs = needs.and(op.vjp[0].needs());
        }
        if nb.is_some() {
            needs = needs.and(op.vjp[1].needs());
        }
        if needs.has(Needs::SHAPES) || self.keeps_values() || needs.has(Needs::OUT) {
            return self.record(op, &[a, b], &[], std::slice::from_mut(out));
        }
        let mut spread = 0;
        if !FULL {
            for (k, x) in [a, b].into_iter().enumerate() {
                if let Arg::Tensor(t) = x
                    && t.is_tracked()
                    && t.shape() != out.shape()
                {
                    // The operand itself, smaller than the result, keeps its shape for the gradient.
                    needs = needs.and(Needs::input(k));
                    spread |= SPREAD << k;
                }
            }
        }
        self.record2_plain(op, (a, na), (b, nb), needs, spread, out);
    }

    /// Records the product of two matrices: its rules find the shapes in what they save.
    pub(crate) fn record_product(&self, op: &'static Op, a: Arg, b: Arg, out: &mut Tensor) {
        let (na, nb) = (a.node(), b.node());
        if (na.is_none() && nb.is_none()) || !self.grad_enabled() || !out.dtype().is_float() {
            return;
        }
        let left = if na.is_some() { Needs::IN1 } else { Needs::NOTHING };
        let right = if nb.is_some() { Needs::IN0 } else { Needs::NOTHING };
        self.record2_plain(op, (a, na), (b, nb), left.and(right), 0, out);
    }

    #[inline(always)]
    fn record2_plain(
        &self,
        op: &'static Op,
        (a, na): (Arg, Option<&NodeRef>),
        (b, nb): (Arg, Option<&NodeRef>),
        needs: Needs,
        spread: u8,
        out: &mut Tensor,
    ) {
        let mut new = NodeObj::in_place(op, out.dtype(), 2 | spread, self);
        let n = new.get_mut().expect("ours alone");
        for (k, (arg, node)) in [(a, na), (b, nb)].into_iter().enumerate() {
            match arg {
                Arg::Tensor(t) => {
                    if let Some(node) = node {
                        n.slots |= t.slot() << (4 * k);
                        n.inputs[k] = Some(node.clone());
                    }
                    if needs.has(Needs::input(k)) {
                        n.save(k, t);
                    }
                }
                Arg::Num(v) => {
                    n.num.set(v.to_f64().to_bits());
                    n.nin |= NUM << k;
                }
            }
        }
        out.set_node(new, 0);
        out.set_origin(self.site(), self.iter());
    }

    /// Records any operation: inputs in the order of its tensor parameters, attributes, results.
    #[inline(never)]
    pub(crate) fn record(&self, op: &'static Op, args: &[Arg], attrs: &[Attr], outs: &mut [Tensor]) {
        if !self.grad_enabled() || args.iter().all(|a| a.node().is_none()) || !outs[0].dtype().is_float() {
            return;
        }
        // Of one tensor to one result, with nothing else to remember: what is not there reads as none or false.
        if let ([Arg::Tensor(x)], [out]) = (args, &mut *outs)
            && let Some(node) = x.node()
            && !self.keeps_values()
            && attrs.iter().all(|a| matches!(a, Attr::None | Attr::Bool(false)))
        {
            return self.record1_tracked(op, x, node, out);
        }
        let grad =
            |k: usize| op.vjp.get(k).unwrap_or_else(|| op.vjp.last().expect("an operation on tensors has rules"));
        let mut needs = Needs::NOTHING;
        for (k, a) in args.iter().enumerate() {
            if a.node().is_some() {
                needs = needs.and(grad(k).needs());
            }
        }
        let mut n = NodeObj::blank(op, outs[0].dtype(), args.len().min(COUNT as usize) as u8, self);
        let mut extra = Extra { attrs: attrs.to_vec(), nout: outs.len() as u8, ..Extra::default() };
        let broadcast =
            op.tiles().is_some() && args.iter().any(|a| matches!(a, Arg::Tensor(t) if t.shape() != outs[0].shape()));
        if needs.has(Needs::SHAPES) || broadcast {
            extra.shapes = args
                .iter()
                .map(|a| match a {
                    Arg::Tensor(t) => (t.to_dims(), t.dtype()),
                    Arg::Num(v) => (crate::tensor::Dims::scalar(), v.dtype()),
                })
                .collect();
        }
        let many = args.len() > 2;
        for (k, a) in args.iter().enumerate() {
            let node = a.node().cloned();
            match a {
                Arg::Tensor(t) => {
                    let slot = if node.is_some() { t.slot() } else { 0 };
                    if many {
                        extra.inputs.push((node, slot));
                    } else {
                        n.slots |= slot << (4 * k);
                        n.inputs[k] = node;
                    }
                    if needs.has(Needs::input(k)) {
                        if k < 2 {
                            n.save(k, t);
                        } else {
                            extra.saved.get_mut().push((Needs::input(k).0, (*t).clone()));
                        }
                    }
                }
                Arg::Num(v) => {
                    if many {
                        extra.inputs.push((None, 0));
                    }
                    extra.nums.push((k, *v));
                }
            }
        }
        for (k, out) in outs.iter().enumerate() {
            if needs.has(Needs::output(k)) {
                extra.saved.get_mut().push((Needs::output(k).0, out.alias(None, 0)));
            }
        }
        if self.keeps_values() {
            extra.kept = RefCell::new(outs.iter().map(|o| o.alias(None, 0)).collect());
        }
        n.extra = Some(Box::new(extra));
        let node = Rcs::new(n);
        for (k, out) in outs.iter_mut().enumerate() {
            if out.dtype().is_float() {
                out.set_node(node.clone(), k as u8);
            }
            out.set_origin(self.site(), self.iter());
        }
    }

    /// Inputs of a general call, for `record`.
    pub(crate) fn args_of(operands: &[Operand]) -> Vec<Arg<'_>> {
        operands
            .iter()
            .map(|o| match o {
                Operand::Tensor(t) => Arg::Tensor(t),
                Operand::Num(v) => Arg::Num(*v),
                Operand::None => Arg::Num(Num::Int(0)),
            })
            .collect()
    }
}
