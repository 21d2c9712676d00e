//! Functions with a gradient of their own: one node that calls back into whoever made it.

use super::node::{Extra, NodeObj, NodeRef};
use super::{ARGUMENT, CUSTOM, Cx, LEAF};
use crate::device::slab::Rcs;
use crate::ops::{OpError, Result};
use crate::tensor::Tensor;
use std::collections::HashSet;
use std::rc::Rc;

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

impl Cx {
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
        let Some(first) = outputs.iter().find(|t| t.dtype().is_float()) else { return Ok(outputs) };
        let mut n = NodeObj::blank(&CUSTOM, first.dtype(), inputs.len().min(255) as u8, self);
        let mut extra = Extra {
            inputs: inputs.iter().map(|t| (t.node().cloned(), t.slot())).collect(),
            shapes: inputs.iter().map(|t| (t.to_dims(), t.dtype())).collect(),
            custom: Some(Custom { name: name.clone(), pull }),
            nout: outputs.len() as u8,
            ..Extra::default()
        };
        if self.keeps_values() {
            *extra.kept.get_mut() = outputs.clone();
        }
        n.extra = Some(Box::new(extra));
        let node = Rcs::new(n);
        let linked = outputs
            .into_iter()
            .enumerate()
            .map(|(k, t)| if t.dtype().is_float() { t.alias(Some(node.clone()), k as u8) } else { t });
        Ok(linked.collect())
    }
}
