//! Runs a [`Program`]: each chunk of tiles on whichever thread takes it, each tile through all steps while it is in
//! the first-level cache.

use std::cell::Cell;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering::Relaxed};

use super::plan::{Action, Place, Plan, Step};
use super::program::*;
use crate::device::cpu::{pool, sum};

/// A chunk has at least and at most so many tiles; fewer are not worth a second thread, more would make the pieces
/// between two looks at the stop flag too long.
const CHUNK_TILES: (usize, usize) = (16, 64);
/// Up to this many tiles are one chunk.
const ALONE: usize = 32;

/// Tiles of a chunk: by the number of elements alone, so that sums don't depend on the number of threads.
fn chunk_tiles(tiles: usize) -> usize {
    if tiles <= ALONE { ALONE } else { (tiles / 64).clamp(CHUNK_TILES.0, CHUNK_TILES.1) }
}

#[repr(C, align(64))]
#[derive(Clone, Copy)]
struct Line([std::mem::MaybeUninit<u8>; 64]);

thread_local! {
    /// The slots; kept between calls, as fresh pages cost more than a small program.
    static SCRATCH: Cell<Vec<Line>> = const { Cell::new(Vec::new()) };
    /// The last call's plan, for its allocations.
    static PLAN: Cell<Option<Box<Plan>>> = const { Cell::new(None) };
}

/// Calls `body` with at least `bytes` of this thread's scratch memory, aligned to 64 bytes.
fn with_scratch(bytes: usize, body: impl FnOnce(*mut u8)) {
    let mut lines = SCRATCH.try_with(Cell::take).unwrap_or_default();
    let wanted = bytes.div_ceil(64);
    if lines.len() < wanted {
        lines.resize(wanted, Line([std::mem::MaybeUninit::uninit(); 64]));
    }
    body(lines.as_mut_ptr() as *mut u8);
    // On a thread that is ending there is nowhere to keep it.
    let _ = SCRATCH.try_with(|scratch| scratch.set(lines));
}

/// What the threads share.
struct Job<'a> {
    plan: &'a Plan,
    n: usize,
    chunk: usize,
    chunks: usize,
    faults: AtomicU32,
    /// By sum, then by chunk.
    partial: Vec<AtomicU64>,
}

// SAFETY: the pointers in a plan are read by all threads, and written each in the part that belongs to a chunk.
unsafe impl Sync for Job<'_> {}

/// Runs the program over all elements; gives 0 or the bits of [`fault`](super::fault) that its kernels reported.
/// Results, sums included, don't depend on the number of threads. When the stop flag of `pool` is up, outputs and
/// sums are left unfinished: ask [`pool::stopped`] and throw them away.
///
/// # Safety
/// Inputs are good for reading as their access says, with bools 0 or 1; outputs are aligned and good for `n` elements,
/// and overlap neither each other nor inputs, except that an output may be exactly the memory of contiguous inputs of
/// its type, or contain a scalar input.
pub unsafe fn run(program: &Program, bindings: &mut Bindings) -> u32 {
    let mut plan = PLAN.try_with(Cell::take).ok().flatten().unwrap_or_default();
    let fault = match plan.build(program, bindings) {
        Ok(()) => execute(&plan, bindings),
        Err(fault) => fault,
    };
    // On a thread that is ending there is nowhere to keep it.
    let _ = PLAN.try_with(|kept| kept.set(Some(plan)));
    fault
}

fn execute(plan: &Plan, bindings: &mut Bindings) -> u32 {
    let tiles = bindings.n.div_ceil(TILE);
    let chunk = chunk_tiles(tiles);
    let chunks = tiles.div_ceil(chunk);
    let partial = std::iter::repeat_with(|| AtomicU64::new(0)).take(plan.float_sums.len() * chunks).collect();
    let job = Job { plan, n: bindings.n, chunk, chunks, faults: AtomicU32::new(0), partial };
    pool::parallel(chunks, &|index| job.run_chunk(index));
    for (k, (&float, to)) in plan.float_sums.iter().zip(bindings.sums.iter_mut()).enumerate() {
        let chunks = &job.partial[k * chunks..][..chunks];
        let bits = chunks.iter().fold(0, |all, part| sum::add(float, all, part.load(Relaxed)));
        *to = sum::total(float, bits);
    }
    job.faults.into_inner()
}

impl Job<'_> {
    fn run_chunk(&self, index: usize) {
        let first = index * self.chunk * TILE;
        let end = self.n.min(first + self.chunk * TILE);
        with_scratch(self.plan.scratch(), |scratch| {
            let mut faults = 0;
            for step in &self.plan.prologue {
                faults |= self.step(step, scratch, index, 0, TILE);
            }
            for start in (first..end).step_by(TILE) {
                let n = TILE.min(end - start);
                for step in &self.plan.steps {
                    faults |= self.step(step, scratch, index, start, n);
                }
            }
            if faults != 0 {
                self.faults.fetch_or(faults, Relaxed);
            }
        });
    }

    #[inline]
    fn step(&self, step: &Step, scratch: *mut u8, chunk: usize, start: usize, n: usize) -> u32 {
        let at = |place: &Place| {
            let base = if place.base.is_null() { scratch } else { place.base };
            base.wrapping_add(place.offset + start * place.step)
        };
        let [a, b, c] = &step.src;
        match step.action {
            // SAFETY: the plan pairs each loop with operands of its types. Slots are aligned, have room for a tile,
            // and no step writes one that it reads; memory is good for all `n` by the caller's promise.
            Action::Call(f) => unsafe { f(at(&step.dst), at(a), at(b), at(c), n) },
            Action::Gather(walk) => {
                // SAFETY: as above; `start + n` is at most the product of the dims.
                unsafe { self.plan.walks[walk].read(at(&step.dst), start, n) };
                0
            }
            Action::Sum(k, f) => {
                // SAFETY: as above.
                let sum = unsafe { f(at(a), n) };
                let partial = &self.partial[k * self.chunks + chunk];
                // This chunk's own: no other thread writes it.
                partial.store(sum::add(self.plan.float_sums[k], partial.load(Relaxed), sum), Relaxed);
                0
            }
        }
    }
}
