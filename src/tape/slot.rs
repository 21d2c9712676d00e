//! Eight bytes of a node that hold a tensor, or the bits of a single number; a bit of the node says which.
//!
//! Most of what chains of single numbers save and hand back are numbers: as words they need neither a cell nor a count.

use crate::tensor::Tensor;
use std::cell::Cell;

/// Null for nothing, else a tensor that it owns, or a word: the node knows which.
#[repr(transparent)]
pub(super) struct Slot(Cell<u64>);

impl Slot {
    #[inline(always)]
    pub fn empty() -> Slot {
        Slot(Cell::new(0))
    }

    #[inline(always)]
    pub fn word(&self) -> u64 {
        self.0.get()
    }

    #[inline(always)]
    pub fn set_word(&self, word: u64) {
        self.0.set(word);
    }

    /// Puts a tensor in a slot that holds none.
    #[inline(always)]
    pub fn put(&self, t: Tensor) {
        self.0.set(t.into_raw());
    }

    /// # Safety
    /// The slot holds no word.
    #[inline(always)]
    pub unsafe fn take(&self) -> Option<Tensor> {
        let raw = self.0.replace(0);
        // SAFETY: not null and no word, so a tensor that `put` left here, and that the slot holds no longer.
        (raw != 0).then(|| unsafe { Tensor::from_raw(raw) })
    }

    /// # Safety
    /// The slot holds no word.
    #[inline(always)]
    pub unsafe fn get(&self) -> Option<Tensor> {
        let raw = self.0.get();
        // SAFETY: not null and no word, so a tensor that `put` left here; what is read stays the slot's.
        (raw != 0).then(|| unsafe { (*std::mem::ManuallyDrop::new(Tensor::from_raw(raw))).clone() })
    }

    #[inline(always)]
    pub fn is_empty(&self) -> bool {
        self.0.get() == 0
    }
}
