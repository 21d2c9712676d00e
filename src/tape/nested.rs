//! A walk within a walk: a gradient of the program's own may ask for gradients while the tape is walked.

use super::node::{NodeRef, WANTED};
use super::{ARGUMENT, LEAF};
use crate::tensor::Tensor;

/// What a walk has noted in a node, set aside while another uses the node.
pub(super) struct Kept {
    node: NodeRef,
    epoch: u32,
    uses: u32,
    wanted: bool,
    cots: Vec<(u8, Tensor)>,
}

impl Kept {
    pub fn of(n: &NodeRef) -> Kept {
        Kept { node: n.clone(), epoch: n.epoch.get(), uses: n.uses.get(), wanted: n.flag(WANTED), cots: n.take_cots() }
    }

    /// Whether releasing what the node saved would harm the walk around.
    pub fn is_operation(&self) -> bool {
        self.node.op != &LEAF && self.node.op != &ARGUMENT
    }

    pub fn put_back(self) {
        let n = &self.node;
        n.take_cots();
        n.epoch.set(self.epoch);
        n.uses.set(self.uses);
        n.set_flag(WANTED, self.wanted);
        for (slot, g) in self.cots {
            n.put_cot(slot, g);
        }
    }
}
