//! The stack of registers: chunks that never move, so that a pointer to a register stays good while its frame
//! lives. Every slot holds a valid value from the start (`none`, all zeroes).

use std::alloc::{Layout, alloc_zeroed, dealloc, handle_alloc_error};

use super::value::Value;

pub(super) struct Stack {
    chunks: Vec<Chunk>,
    /// One chunk that was left, kept so that a call at a chunk's edge does not allocate each time.
    spare: Option<Chunk>,
    /// Where the chunk in use ends.
    end: *mut Value,
}

struct Chunk {
    start: *mut Value,
    len: usize,
}

/// Registers of the first chunk; each further one doubles.
const FIRST: usize = 1 << 14;

impl Chunk {
    fn new(len: usize) -> Chunk {
        let layout = Chunk::layout(len);
        // SAFETY: the layout is not empty. Zeroed memory is `Value::None` in every slot, whose tag is 0.
        let start = unsafe { alloc_zeroed(layout) }.cast::<Value>();
        if start.is_null() {
            handle_alloc_error(layout);
        }
        Chunk { start, len }
    }

    fn layout(len: usize) -> Layout {
        Layout::array::<Value>(len).expect("chunks are far below the limit of an allocation")
    }
}

impl Drop for Chunk {
    fn drop(&mut self) {
        for k in 0..self.len {
            // SAFETY: every slot holds a valid value.
            unsafe { self.start.add(k).drop_in_place() };
        }
        // SAFETY: allocated with this layout.
        unsafe { dealloc(self.start.cast(), Chunk::layout(self.len)) };
    }
}

impl Stack {
    pub fn new() -> Stack {
        let chunk = Chunk::new(FIRST);
        // SAFETY: one past the end.
        let end = unsafe { chunk.start.add(chunk.len) };
        Stack { chunks: vec![chunk], spare: None, end }
    }

    /// The first register of all.
    pub fn start(&self) -> *mut Value {
        self.chunks[0].start
    }

    /// Whether `count` registers from `base` on lie in the chunk in use. `base` points into that chunk.
    #[inline(always)]
    pub fn fits(&self, base: *mut Value, count: usize) -> bool {
        (self.end as usize).wrapping_sub(base as usize) >= count * size_of::<Value>() && base <= self.end
    }

    /// Goes on in another chunk with room for `count` registers.
    pub fn grow(&mut self, count: usize) -> *mut Value {
        let last = self.chunks.last().map_or(FIRST, |c| c.len);
        let chunk = match self.spare.take() {
            Some(chunk) if chunk.len >= count => chunk,
            _ => Chunk::new((last * 2).max(count).next_power_of_two()),
        };
        let start = chunk.start;
        // SAFETY: one past the end.
        self.end = unsafe { start.add(chunk.len) };
        self.chunks.push(chunk);
        start
    }

    /// Back to the chunk before.
    pub fn shrink(&mut self) {
        if self.chunks.len() > 1 {
            self.spare = self.chunks.pop();
        }
        if let Some(chunk) = self.chunks.last() {
            // SAFETY: one past the end.
            self.end = unsafe { chunk.start.add(chunk.len) };
        }
    }
}
