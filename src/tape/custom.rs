//! Functions with a gradient of their own: one node that calls back into whoever made it.

use super::node::{Extra, LEVEL, NodeObj, NodeRef, ONE_LEVEL};
use super::{ARGUMENT, CUSTOM, Cx, LEAF, PART};
use crate::device::slab::Rcs;
use crate::ops::{OpError, Result};
use crate::tensor::{Num, Tensor};
use std::collections::HashSet;
use std::rc::Rc;

/// Results that a node's users can name by themselves.
const SLOTS: usize = 16;
const MAX_RESULTS: usize = 255;

/// Cotangents of the results (none where nothing came) to gradients of the inputs.
pub type Pull = Box<dyn Fn(&Cx, &[Option<Tensor>]) -> Result<Vec<Option<Tensor>>>>;

pub struct Custom {
    /// The function's name, which the tape shows.
    pub name: Rc<str>,
    pub(super) pull: Pull,
}

/// Where something was made that `outputs` read on their way besides `leaves`: a parameter, or the argument of a
/// function around.
pub fn stray(outputs: &[Tensor], leaves: &[Tensor]) -> Option<u32> {
    let mut seen: HashSet<*const NodeObj> = leaves.iter().filter_map(Tensor::node).map(|n| n.as_ptr()).collect();
    let mut stack: Vec<&NodeRef> = outputs.iter().filter_map(Tensor::node).collect();
    while let Some(n) = stack.pop() {
        if !seen.insert(n.as_ptr()) {
            continue;
        }
        if n.op == &LEAF || n.op == &ARGUMENT {
            return Some(n.site);
        }
        stack.extend((0..n.inputs_len()).filter_map(|k| n.input(k)).map(|(input, _)| input));
    }
    None
}

/// Something tracked that a function reached, without its numbers.
fn edge(node: &NodeRef, slot: u8) -> Tensor {
    Tensor::scalar(node.dtype, Num::Int(0)).alias(Some(node.clone()), slot)
}

impl Cx {
    /// Runs `f` such that `made_inside` and `reached` can tell what it records from what was there before. None when
    /// too many are running already.
    pub fn at_next_level<R>(&self, f: impl FnOnce(u8) -> R) -> Option<R> {
        struct Leave<'a>(&'a Cx, u8);
        impl Drop for Leave<'_> {
            fn drop(&mut self) {
                self.0.level.set(self.1);
            }
        }
        let before = self.level.get();
        if before == LEVEL {
            return None;
        }
        let _leave = Leave(self, before);
        self.level.set(before + ONE_LEVEL);
        Some(f(before + ONE_LEVEL))
    }

    /// Whether a function that ran at this level recorded what gave `t`.
    pub fn made_inside(&self, t: &Tensor, level: u8) -> bool {
        t.node().is_some_and(|n| n.op != &LEAF && n.is_inside(level))
    }

    /// What the function that made `outputs` at this level reached on its way: everything tracked that was there before it, and
    /// parameters. They stand for their nodes alone, each once, and hold no numbers.
    pub fn reached(&self, outputs: &[Tensor], level: u8) -> Vec<Tensor> {
        let mut found = Vec::new();
        let mut edges: HashSet<(*const NodeObj, u8)> = HashSet::new();
        let mut seen: HashSet<*const NodeObj> = outputs.iter().filter_map(Tensor::node).map(|n| n.as_ptr()).collect();
        let mut stack: Vec<&NodeRef> = outputs.iter().filter_map(Tensor::node).collect();
        while let Some(n) = stack.pop() {
            for (input, slot) in (0..n.inputs_len()).filter_map(|k| n.input(k)) {
                if input.op == &LEAF || !input.is_inside(level) {
                    if edges.insert((input.as_ptr(), slot)) {
                        found.push(edge(input, slot));
                    }
                } else if seen.insert(input.as_ptr()) {
                    stack.push(input);
                }
            }
        }
        found
    }

    /// Whether `t`, of those that `reached` gave, is a parameter that the function has just made: inside of what runs
    /// now, at the next level.
    pub fn is_new_parameter(&self, t: &Tensor) -> bool {
        t.node().is_some_and(|n| n.op == &LEAF && n.is_inside(self.level.get().saturating_add(ONE_LEVEL)))
    }

    /// Puts a function on the tape as one node: `inputs` as they were passed, `outputs` as its body gave them
    /// (not tracked). Without a tracked input the outputs come back as they are.
    ///
    /// # Errors
    /// When a result is tracked: the body read something tracked that is not an argument.
    pub fn custom(&self, name: &Rc<str>, inputs: &[Tensor], outputs: Vec<Tensor>, pull: Pull) -> Result<Vec<Tensor>> {
        if outputs.iter().any(Tensor::is_tracked) {
            return Err(OpError::new(
                "TAPE-05",
                format!("the body of `{name}` read something tracked that is not an argument, so its own gradient would miss it"),
            )
            .help("pass it as an argument"));
        }
        if !self.grad_enabled() || inputs.iter().all(|t| !t.is_tracked()) {
            return Ok(outputs);
        }
        if outputs.len() > MAX_RESULTS {
            let message =
                format!("`{name}` gives {} tensors: its gradient can tell {MAX_RESULTS} apart", outputs.len());
            return Err(OpError::new("GRAD-05", message).help("stack them into one"));
        }
        let Some(first) = outputs.iter().find(|t| t.dtype().is_float()) else { return Ok(outputs) };
        let mut n = NodeObj::blank(&CUSTOM, first.dtype(), inputs.len().min(255) as u8, self);
        let mut extra = Extra {
            inputs: inputs.iter().map(|t| (t.node().cloned(), t.slot())).collect(),
            custom: Some(Custom { name: name.clone(), pull }),
            nout: outputs.len() as u8,
            ..Extra::default()
        };
        if self.keeps_values() {
            *extra.kept.get_mut() = outputs.clone();
        }
        n.extra = Some(Box::new(extra));
        let node = Rcs::new(n);
        let linked = outputs.into_iter().enumerate().map(|(k, t)| match k {
            _ if !t.dtype().is_float() => t,
            0..SLOTS => t.alias(Some(node.clone()), k as u8),
            _ => {
                let mut part = NodeObj::blank(&PART, t.dtype(), 1, self);
                part.extra = Some(Box::new(Extra { inputs: vec![(Some(node.clone()), k as u8)], ..Extra::default() }));
                t.alias(Some(Rcs::new(part)), 0)
            }
        });
        Ok(linked.collect())
    }
}
