//! What a gradient rule may read of the node it belongs to.

use super::node::{NUM, NodeObj, NodeRef};
use crate::device::DType;
use crate::ops::{Attr, Attrs, Needs, Operand};
use crate::tensor::{Dims, Num, Tensor};

/// A node as its rules see it: the inputs, results and shapes that the rule declared, and the attributes.
pub struct Saved<'a> {
    node: &'a NodeRef,
    /// Cotangents of all results, when there are several.
    cots: &'a [Option<Tensor>],
}

impl<'a> Saved<'a> {
    pub(super) fn new(node: &'a NodeRef, cots: &'a [Option<Tensor>]) -> Saved<'a> {
        Saved { node, cots }
    }

    fn obj(&self) -> &'a NodeObj {
        self.node
    }

    /// Tensor input `k`, as it was; a host number stays one.
    ///
    /// # Panics
    /// When the rule did not declare it.
    #[inline]
    pub fn input(&self, k: usize) -> Operand {
        let n = self.obj();
        if k < 2 {
            if let Some(t) = n.saved(k) {
                return Operand::Tensor(t);
            }
            if n.nin & NUM << k != 0 {
                return Operand::Num(Num::Float(f64::from_bits(n.num.get())));
            }
        }
        let e = n.extra.as_ref().unwrap_or_else(|| panic!("{}: rule reads input {k}, which was not saved", n.op.name));
        if let Some((_, v)) = e.nums.iter().find(|(at, _)| *at == k) {
            return Operand::Num(*v);
        }
        Operand::Tensor(self.extra_saved(Needs::input(k), "input", k))
    }

    /// Tensor input `k` as a tensor, where no host number can stand.
    pub fn tensor(&self, k: usize) -> Tensor {
        match self.input(k) {
            Operand::Tensor(t) => t,
            Operand::Num(v) => Tensor::scalar(self.obj().dtype, v),
            Operand::None => unreachable!("an absent tensor is never saved"),
        }
    }

    /// The result, linked to the tape again so that gradients of gradients flow through it.
    pub fn out(&self) -> Tensor {
        self.out_at(0)
    }

    /// Result `k`.
    pub fn out_at(&self, k: usize) -> Tensor {
        let n = self.obj();
        let data = if k == 0 && n.few() == 1 && n.extra.is_none() {
            n.saved(1).unwrap_or_else(|| panic!("{}: rule reads the result, which was not saved", n.op.name))
        } else {
            self.extra_saved(Needs::output(k), "result", k)
        };
        let node = data.dtype().is_float().then(|| self.node.clone());
        match node {
            // A number was made just now from its bits.
            Some(node) if data.references() == 1 => {
                let mut data = data;
                data.set_node(node, k as u8);
                data
            }
            node => data.alias(node, k as u8),
        }
    }

    fn extra_saved(&self, bit: Needs, what: &str, k: usize) -> Tensor {
        let n = self.obj();
        let found =
            n.extra.as_ref().and_then(|e| e.saved.borrow().iter().find(|(b, _)| *b == bit.0).map(|(_, t)| t.clone()));
        found.unwrap_or_else(|| panic!("{}: rule reads {what} {k}, which was not saved", n.op.name))
    }

    /// Whether tensor input `k` is on the tape.
    pub fn is_tracked(&self, k: usize) -> bool {
        self.obj().input(k).is_some()
    }

    /// Whether this backward asks for the gradient of tensor input `k`.
    pub fn is_wanted(&self, k: usize) -> bool {
        k < self.obj().inputs_len() && self.obj().input(k).is_some_and(|(p, _)| p.flag(super::node::WANTED))
    }

    /// The shape of tensor input `k`; needs `Needs::SHAPES`.
    pub fn shape(&self, k: usize) -> Dims {
        self.meta(k).0
    }

    /// Whether shapes were saved; a fast path may have gone without.
    pub fn has_shapes(&self) -> bool {
        self.obj().extra.as_ref().is_some_and(|e| !e.shapes.is_empty())
    }

    /// The dtype of tensor input `k`; needs `Needs::SHAPES`.
    pub fn dtype(&self, k: usize) -> DType {
        self.meta(k).1
    }

    fn meta(&self, k: usize) -> (Dims, DType) {
        let n = self.obj();
        let extra = n.extra.as_ref().and_then(|e| e.shapes.get(k).copied());
        extra
            .or_else(|| if k == 0 && n.few() == 1 { n.saved_meta() } else { None })
            .unwrap_or_else(|| panic!("{}: rule reads the shape of input {k}, which was not saved", n.op.name))
    }

    /// How many tensor inputs there are.
    pub fn count(&self) -> usize {
        match &self.obj().extra {
            Some(e) if !e.inputs.is_empty() => e.inputs.len(),
            _ => self.obj().few(),
        }
    }

    pub fn attrs(&self) -> &'a Attrs {
        const NONE: &[Attr] = &[];
        Attrs::new(self.obj().extra.as_ref().map_or(NONE, |e| &e.attrs))
    }

    /// The cotangent of result `k`, for an operation with several.
    pub fn cot(&self, k: usize) -> Option<&'a Tensor> {
        self.cots.get(k).and_then(Option::as_ref)
    }
}
