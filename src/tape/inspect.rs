//! Looking at a tape: its nodes in order, inputs before what uses them.

use super::node::{NodeObj, NodeRef};
use super::{CUSTOM, LEAF, Param};
use crate::ops::Meta;
use crate::tensor::Tensor;
use std::collections::HashMap;
use std::collections::hash_map::Entry;

/// The nodes that led to a tensor. While it lives they live, with the values and gradients that were kept.
pub struct Tape {
    nodes: Vec<NodeRef>,
    /// For each node, the positions of the nodes it reads; none for what is not tracked.
    inputs: Vec<Vec<Option<usize>>>,
}

/// One node of a tape.
pub struct TapeNode<'a> {
    pub(super) node: &'a NodeObj,
    /// Positions of its inputs on the tape, none for what is not tracked.
    pub inputs: &'a [Option<usize>],
}

impl Tape {
    /// The tape behind `t`; empty when it is not tracked.
    pub fn of(t: &Tensor) -> Tape {
        let mut at: HashMap<*const NodeObj, usize> = HashMap::new();
        let mut tape = Tape { nodes: Vec::new(), inputs: Vec::new() };
        let Some(root) = t.node() else { return tape };
        let mut stack = vec![(root, 0)];
        while let Some((n, k)) = stack.pop() {
            if k < n.inputs_len() {
                stack.push((n, k + 1));
                if let Some((input, _)) = n.input(k)
                    && !at.contains_key(&input.as_ptr())
                {
                    stack.push((input, 0));
                }
            } else if let Entry::Vacant(place) = at.entry(n.as_ptr()) {
                place.insert(tape.nodes.len());
                let inputs = (0..n.inputs_len()).map(|k| n.input(k).and_then(|(p, _)| at.get(&p.as_ptr()).copied()));
                tape.inputs.push(inputs.collect());
                tape.nodes.push(n.clone());
            }
        }
        tape
    }

    pub fn len(&self) -> usize {
        self.nodes.len()
    }

    pub fn is_empty(&self) -> bool {
        self.nodes.is_empty()
    }

    pub fn node(&self, k: usize) -> Option<TapeNode<'_>> {
        Some(TapeNode { node: self.nodes.get(k)?, inputs: &self.inputs[k] })
    }

    pub fn iter(&self) -> impl Iterator<Item = TapeNode<'_>> {
        (0..self.len()).filter_map(|k| self.node(k))
    }
}

impl TapeNode<'_> {
    /// The operation's name; a user's function with its own gradient has its own.
    pub fn op(&self) -> &str {
        match &self.node.extra {
            Some(e) if self.node.op == &CUSTOM => e.custom.as_ref().map_or(self.node.op.name, |c| &c.name),
            _ => self.node.op.name,
        }
    }

    /// The place in the user's program that ran it.
    pub fn site(&self) -> u32 {
        self.node.site
    }

    /// The turns of the loops around it, the outermost first.
    pub fn iterations(&self) -> Vec<u32> {
        let mut turns = vec![self.node.iter];
        let mut outer = self.node.outer.as_ref();
        while let Some(l) = outer {
            turns.push(l.iter);
            outer = l.outer.as_ref();
        }
        turns.reverse();
        turns
    }

    pub fn is_leaf(&self) -> bool {
        self.node.op == &LEAF
    }

    /// The parameter that a leaf stands for, while that lives.
    pub fn param(&self) -> Option<Param> {
        Param::of_leaf(self.node)
    }

    /// Its result's numbers, if they were kept or saved.
    pub fn value(&self) -> Option<Tensor> {
        if let Some(p) = self.param() {
            return Some(p.data());
        }
        self.node.extra.as_ref().and_then(|e| e.kept.borrow().first().cloned())
    }

    /// Dtype and shape of its result, if its value is known.
    pub fn meta(&self) -> Option<Meta> {
        self.value().map(|v| Meta::of(&v))
    }

    /// The gradient that a backward brought here.
    pub fn grad(&self) -> Option<Tensor> {
        if let Some(p) = self.param() {
            return p.grad();
        }
        self.node.extra.as_ref().and_then(|e| e.kept_grad.borrow().clone())
    }

    /// Whether it still holds what its gradient needs.
    pub fn is_saved(&self) -> bool {
        !self.node.is_freed() && self.node.holds_something()
    }

    pub fn is_freed(&self) -> bool {
        self.node.is_freed()
    }
}
