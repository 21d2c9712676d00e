//! Blocks of numbers, shared by count.

use crate::device::Device;
use crate::device::cpu::alloc::{self, OutOfMemory};
use crate::device::slab::Rcs;
use crate::slabbed;
use std::cell::Cell;
use std::ptr::NonNull;

/// A block of memory that tensors share; who holds it alone may write to it.
pub type Buf = Rcs<BufObj>;

pub struct BufObj {
    count: Cell<u32>,
    device: Device,
    bytes: usize,
    block: NonNull<u8>,
}
slabbed!(BufObj);

impl BufObj {
    /// A block of `bytes`, not initialised.
    pub fn alloc(bytes: usize) -> Result<Buf, OutOfMemory> {
        let block = alloc::alloc(bytes)?;
        Ok(Rcs::new(BufObj { count: Cell::new(1), device: Device::Cpu, bytes, block }))
    }

    #[inline(always)]
    pub fn ptr(&self) -> *mut u8 {
        self.block.as_ptr()
    }

    pub fn bytes(&self) -> usize {
        self.bytes
    }

    pub fn device(&self) -> Device {
        self.device
    }
}

impl Drop for BufObj {
    fn drop(&mut self) {
        // SAFETY: the block came from `alloc` with this size, and this is its only owner.
        unsafe { alloc::free(self.block, self.bytes) }
    }
}
