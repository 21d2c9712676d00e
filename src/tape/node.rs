//! The tape's cells: one node for each recorded operation, one leaf for each parameter.

use super::slot::Slot;
use crate::device::cpu::tile::Basic;
use crate::device::slab::{Rcs, end_now};
use crate::device::{DType, with_local};
use crate::ops::{Attr, Op};
use crate::slabbed;
use crate::tensor::{Dims, Num, Tensor};
use std::cell::{Cell, RefCell};
use std::ptr::NonNull;

pub type NodeRef = Rcs<NodeObj>;

/// A recorded operation: 96 bytes, with everything unusual put aside in `Extra`.
#[repr(C, align(32))]
pub struct NodeObj {
    pub(super) count: Cell<u32>,
    /// Uses of its results that a running backward has not seen yet.
    pub(super) uses: Cell<u32>,
    pub op: &'static Op,
    /// The place in the user's program that ran it.
    pub site: u32,
    /// The turn of the innermost loop around that place.
    pub iter: u32,
    /// The turns of the loops further out.
    pub outer: Option<LoopRef>,
    /// The walk that last saw it.
    pub(super) epoch: Cell<u32>,
    /// Of its first result.
    pub dtype: DType,
    /// Tensor inputs, host numbers included, up to 3; which of two were broadcast, and what stands for them.
    pub(super) nin: u8,
    pub(super) flags: Cell<u8>,
    /// Which result of input 0 (low half) and of input 1 (high half) it reads.
    pub(super) slots: u8,
    pub(super) inputs: [Option<NodeRef>; 2],
    /// What the rules read: of the inputs, or in the second of one input's result. `WORD`: the bits of a number.
    pub(super) saved: [Slot; 2],
    /// A host number among the operands (bits of an f64), or a leaf's parameter.
    pub(super) num: Cell<u64>,
    /// The cotangent of its first result, while a backward runs. `WORD_COT`: the bits of a number.
    pub(super) cot: Slot,
    pub(super) extra: Option<Box<Extra>>,
}
slabbed!(NodeObj, end: end_node);

const _: () = assert!(size_of::<NodeObj>() == 96);

/// What most nodes do without.
#[derive(Default)]
pub struct Extra {
    /// All inputs with the result they read, when there are more than two; else empty.
    pub inputs: Vec<(Option<NodeRef>, u8)>,
    /// What `Needs` asks for beyond the two in the node, by its bit.
    pub saved: RefCell<Vec<(u16, Tensor)>>,
    /// Host numbers among more than two operands, by position.
    pub nums: Vec<(usize, Num)>,
    pub attrs: Vec<Attr>,
    /// Shapes and dtypes of all tensor inputs, when they matter.
    pub shapes: Vec<(Dims, DType)>,
    /// Cotangents of results after the first.
    pub cots: RefCell<Vec<Option<Tensor>>>,
    /// Results, when a tape is looked at, by slot; and the gradient it had.
    pub kept: RefCell<Vec<Tensor>>,
    pub kept_grad: RefCell<Option<Tensor>>,
    /// A user's function with its own gradient.
    pub custom: Option<super::custom::Custom>,
    /// Results, when there are several.
    pub nout: u8,
}

/// `nin`: how many, and `SPREAD << k` when input `k` was broadcast and `saved[k]` knows its shape.
pub(super) const COUNT: u8 = 3;
pub(super) const SPREAD: u8 = 4;
/// `NUM << k` when `num` is operand `k`; `WORD << k` when `saved[k]` is a number of the node's dtype by its bits.
pub(super) const NUM: u8 = 16;
const WORD: u8 = 64;

/// `flags`
pub(super) const FREED: u8 = 1;
/// The cotangent is a number of the node's dtype by its bits.
const WORD_COT: u8 = 2;
/// `saved[0]` tells the shape and dtype of input 0, and not its numbers.
const SHAPE: u8 = 4;
/// A gradient of it has been asked for or leads to one that has.
pub(super) const WANTED: u8 = 8;
/// How many checkpointed functions were running when it was made: the upper four bits.
pub(super) const LEVEL: u8 = 0xf0;
pub(super) const ONE_LEVEL: u8 = 0x10;

impl NodeObj {
    /// Inputs that stand in the node itself.
    #[inline(always)]
    pub(super) fn few(&self) -> usize {
        (self.nin & COUNT) as usize
    }

    #[inline(always)]
    pub(super) fn flag(&self, f: u8) -> bool {
        self.flags.get() & f != 0
    }

    #[inline(always)]
    pub(super) fn set_flag(&self, f: u8, on: bool) {
        self.flags.set(if on { self.flags.get() | f } else { self.flags.get() & !f });
    }

    /// Whether a checkpointed function of this level, or one that it called, made it.
    pub(super) fn is_inside(&self, level: u8) -> bool {
        self.flags.get() & LEVEL >= level
    }

    /// Whether a backward has released what it saved.
    pub fn is_freed(&self) -> bool {
        self.flag(FREED)
    }

    /// Which result the input that stands in the node itself reads.
    #[inline(always)]
    pub(super) fn slot_of(&self, k: usize) -> u8 {
        if k == 0 { self.slots & 15 } else { self.slots >> 4 }
    }

    /// The node of tensor input `k` and which of its results is read; none for what is not tracked.
    #[inline(always)]
    pub fn input(&self, k: usize) -> Option<(&NodeRef, u8)> {
        match &self.extra {
            Some(e) if !e.inputs.is_empty() => e.inputs[k].0.as_ref().map(|n| (n, e.inputs[k].1)),
            _ => self.inputs[k].as_ref().map(|n| (n, self.slot_of(k))),
        }
    }

    /// Lets go of what it saved. What it keeps for a tape that is being looked at stays.
    pub(super) fn free(&self) {
        self.drop_saved();
        if let Some(e) = &self.extra {
            e.saved.borrow_mut().clear();
        }
        self.set_flag(FREED, true);
    }

    #[inline(always)]
    fn drop_saved(&self) {
        for k in 0..2 {
            if self.nin & WORD << k == 0 {
                // SAFETY: no word, as its bit is not set.
                drop(unsafe { self.saved[k].take() });
            }
        }
    }

    /// Whether what it saved takes memory beyond the node.
    #[inline(always)]
    pub(super) fn holds_tensors(&self) -> bool {
        self.extra.is_some() || (0..2).any(|k| self.nin & WORD << k == 0 && !self.saved[k].is_empty())
    }

    pub(super) fn holds_something(&self) -> bool {
        self.saved(0).is_some()
            || self.saved(1).is_some()
            || self.extra.as_ref().is_some_and(|e| !e.saved.borrow().is_empty())
    }

    /// The cotangent of result `slot`.
    #[inline(always)]
    pub(super) fn take_cot(&self, slot: u8) -> Option<Tensor> {
        match slot {
            0 if self.flag(WORD_COT) => {
                self.set_flag(WORD_COT, false);
                let word = self.cot.word();
                self.cot.set_word(0);
                Some(Tensor::of_word(self.dtype, word))
            }
            // SAFETY: no word, as its bit is not set.
            0 => unsafe { self.cot.take() },
            k => self.extra.as_ref().and_then(|e| e.cots.borrow_mut().get_mut(k as usize - 1).and_then(Option::take)),
        }
    }

    /// Puts the cotangent of result `slot`, of which there is none.
    #[inline(always)]
    pub(super) fn put_cot(&self, slot: u8, g: Tensor) {
        if slot == 0 {
            debug_assert!(self.cot.is_empty() && !self.flag(WORD_COT));
            match g.word() {
                Some(word) if g.dtype() == self.dtype && !g.is_tracked() => {
                    self.cot.set_word(word);
                    self.set_flag(WORD_COT, true);
                }
                _ => self.cot.put(g),
            }
        } else if let Some(e) = &self.extra {
            let mut cots = e.cots.borrow_mut();
            let k = slot as usize - 1;
            if cots.len() <= k {
                cots.resize(k + 1, None);
            }
            cots[k] = Some(g);
        }
    }

    /// The cotangent, if it is a single number by its bits.
    #[inline(always)]
    pub(super) fn word_cot(&self) -> Option<u64> {
        self.flag(WORD_COT).then(|| self.cot.word())
    }

    /// Forgets a cotangent that is a single number.
    #[inline(always)]
    pub(super) fn drop_word_cot(&self) {
        self.cot.set_word(0);
        self.set_flag(WORD_COT, false);
    }

    /// Whether `add_word_cot` may be called: no tensor stands there.
    #[inline(always)]
    pub(super) fn takes_words(&self) -> bool {
        self.flag(WORD_COT) || self.cot.is_empty()
    }

    /// Adds a number of the node's dtype, f32 or f64, to the cotangent of its first result.
    #[inline(always)]
    pub(super) fn add_word_cot(&self, word: u64) {
        debug_assert!(self.takes_words());
        let sum = match self.word_cot() {
            None => word,
            Some(old) => Basic::Add.apply(self.dtype, old, word).expect("f32 or f64"),
        };
        self.cot.set_word(sum);
        self.set_flag(WORD_COT, true);
    }

    /// Everything saved.
    pub(super) fn all_saved(&self) -> Vec<Tensor> {
        let own = (0..2).filter_map(|k| self.saved(k));
        let more = self.extra.iter().flat_map(|e| e.saved.borrow().iter().map(|(_, t)| t.clone()).collect::<Vec<_>>());
        own.chain(more).collect()
    }

    /// The cotangents of all results.
    pub(super) fn take_cots(&self) -> Vec<(u8, Tensor)> {
        let slots = self.extra.as_ref().map_or(1, |e| e.nout.max(1));
        (0..slots).filter_map(|k| self.take_cot(k).map(|g| (k, g))).collect()
    }

    /// What was saved in the node itself. A number comes back as the tensor that it was, at its place on the tape.
    #[inline(always)]
    pub(super) fn saved(&self, k: usize) -> Option<Tensor> {
        if self.nin & WORD << k == 0 {
            if k == 0 && self.flag(SHAPE) {
                return None;
            }
            // SAFETY: no word, as its bit is not set.
            return unsafe { self.saved[k].get() };
        }
        let mut t = Tensor::of_word(self.dtype, self.saved[k].word());
        // Behind the inputs is the result, which comes without its node.
        if k < self.few()
            && let Some((from, slot)) = self.input(k)
        {
            t.set_node(from.clone(), slot);
            t.set_origin(from.site, from.iter);
        }
        Some(t)
    }

    /// Operand `k`, if it is a single number by its bits, saved or a host number.
    #[inline(always)]
    pub(super) fn word_operand(&self, k: usize) -> Option<u64> {
        if self.nin & WORD << k != 0 {
            return Some(self.saved[k].word());
        }
        if self.nin & NUM << k == 0 {
            return None;
        }
        let x = f64::from_bits(self.num.get());
        match self.dtype {
            DType::F32 => Some((x as f32).to_bits() as u64),
            DType::F64 => Some(x.to_bits()),
            _ => None,
        }
    }

    /// Saves an input that is on the tape as input `k`, or is not on it.
    #[inline(always)]
    pub(super) fn save(&mut self, k: usize, t: &Tensor) {
        match t.word() {
            Some(word) if t.dtype() == self.dtype => {
                self.saved[k].set_word(word);
                self.nin |= WORD << k;
            }
            _ => self.saved[k].put(t.clone()),
        }
    }

    /// Saves shape and dtype of the only input, unless all of it is saved.
    #[inline(always)]
    pub(super) fn save_shape(&mut self, t: &Tensor) {
        if self.nin & WORD == 0 && self.saved[0].is_empty() {
            self.saved[0].put(t.shape_only());
            self.set_flag(SHAPE, true);
        }
    }

    /// Shape and dtype of the only input, if they or all of it are saved.
    pub(super) fn saved_meta(&self) -> Option<(Dims, DType)> {
        if self.nin & WORD != 0 {
            return Some((Dims::scalar(), self.dtype));
        }
        // SAFETY: no word, as its bit is not set.
        let t = unsafe { self.saved[0].get() }?;
        Some((t.to_dims(), t.dtype()))
    }

    /// Saves the result of an operation on one input: without its node, as a node that holds its own result would
    /// never end.
    #[inline(always)]
    pub(super) fn save_out(&mut self, out: &Tensor) {
        match out.word() {
            Some(word) => {
                self.saved[1].set_word(word);
                self.nin |= WORD << 1;
            }
            None => self.saved[1].put(out.alias(None, 0)),
        }
    }
}

impl Drop for NodeObj {
    #[inline]
    fn drop(&mut self) {
        self.drop_saved();
        if !self.flag(WORD_COT) {
            // SAFETY: no word, as its bit is not set.
            drop(unsafe { self.cot.take() });
        }
    }
}

/// The turn of a loop that encloses another, shared by all nodes recorded in that turn.
pub type LoopRef = Rcs<LoopObj>;

pub struct LoopObj {
    pub(super) count: Cell<u32>,
    pub iter: u32,
    pub outer: Option<LoopRef>,
}
slabbed!(LoopObj);

/// Nodes whose count fell to zero wait here, so that ending a long chain does not recurse.
struct Ending {
    first: Cell<Option<NonNull<NodeObj>>>,
    running: Cell<bool>,
}

thread_local! {
    static ENDING: Ending = const { Ending { first: Cell::new(None), running: Cell::new(false) } };
}

/// # Safety
/// As for `Slabbed::end`.
#[inline]
unsafe fn end_node(cell: NonNull<NodeObj>) {
    with_local(&ENDING, |e| {
        // SAFETY: the cell's value is alive until `end_now`; `num` of a dead node serves as the list's link.
        unsafe { cell.as_ref() }.num.set(e.first.get().map_or(0, |n| n.as_ptr() as u64));
        e.first.set(Some(cell));
        if e.running.replace(true) {
            return;
        }
        while let Some(node) = e.first.get() {
            // SAFETY: every node on the list is dead and nobody else's; its link was written above.
            unsafe {
                e.first.set(NonNull::new(node.as_ref().num.get() as *mut NodeObj));
                end_now(node);
            }
        }
        e.running.set(false);
    });
}
