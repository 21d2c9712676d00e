//! Memory of tensors: a free list per thread and size class over the system's allocator, as fresh pages cost
//! ten times what writing them does. Blocks begin at 64-byte borders. A limit on bytes in use turns a hopeless
//! request into an error before the system kills the process.
//!
//! A session stays on its thread and so do its buffers: the lists and the counts need no atomics. A block freed
//! on another thread is sound, only counted there.

use crate::device::pages::{HUGE, prefer_huge};
use crate::device::{slab, with_local};
use std::alloc::Layout;
use std::cell::Cell;
use std::fmt;
use std::ptr::{NonNull, null_mut};
use std::sync::OnceLock;

/// Every block begins at a multiple of this, a cache line and an AVX-512 register.
pub const ALIGN: usize = 64;

/// The limit, or the system, has no room.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct OutOfMemory {
    pub requested: usize,
    pub in_use: usize,
    pub limit: usize,
}

impl fmt::Display for OutOfMemory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { requested, in_use, limit } = self;
        write!(f, "out of memory: {requested} bytes asked for, {in_use} of at most {limit} in use")
    }
}

impl std::error::Error for OutOfMemory {}

/// Classes below this size are 64 bytes apart; above it each power of two has eight, so at most an eighth is lost.
const LINEAR: usize = 512;
const STEPS_LOG2: u32 = 3;
/// The largest class; more than any machine has.
const LARGEST_LOG2: u32 = 47;
const CLASSES: usize = (LINEAR / ALIGN) + ((LARGEST_LOG2 - LINEAR.ilog2()) as usize) * (1 << STEPS_LOG2);

/// The class of a request of 1 byte or more; `None` beyond the largest.
#[inline]
const fn class_of(bytes: usize) -> Option<usize> {
    let last = bytes - 1;
    if last < LINEAR {
        return Some(last / ALIGN);
    }
    let log2 = last.ilog2();
    if log2 >= LARGEST_LOG2 {
        return None;
    }
    let step = (last >> (log2 - STEPS_LOG2)) & ((1 << STEPS_LOG2) - 1);
    Some(LINEAR / ALIGN + ((log2 - LINEAR.ilog2()) as usize) * (1 << STEPS_LOG2) + step)
}

/// Bytes of a class's blocks.
#[inline]
const fn class_size(class: usize) -> usize {
    if class < LINEAR / ALIGN {
        return (class + 1) * ALIGN;
    }
    let rest = class - LINEAR / ALIGN;
    let (log2, step) = ((rest >> STEPS_LOG2) as u32 + LINEAR.ilog2(), rest & ((1 << STEPS_LOG2) - 1));
    ((1 << STEPS_LOG2) + step + 1) << (log2 - STEPS_LOG2)
}

/// One thread's lists and counts. It has no destructor, so it can be used while the thread ends; `Guard` empties it.
struct Cache {
    /// First block of each class; a free block's first word points to the next.
    heads: [Cell<*mut u8>; CLASSES],
    in_use: Cell<usize>,
    peak: Cell<usize>,
    cached: Cell<usize>,
    /// 0: not yet set, so that the first request takes the slow way and reads the default.
    limit: Cell<usize>,
    /// Most bytes to keep; 0 before the guard is registered and after it is gone.
    keep: Cell<usize>,
    /// Where the search for a block to give back goes on.
    hand: Cell<usize>,
}

struct Guard;

impl Drop for Guard {
    fn drop(&mut self) {
        CACHE.with(|cache| {
            cache.keep.set(0);
            cache.release(0);
        });
    }
}

thread_local! {
    static CACHE: Cache = const {
        Cache {
            heads: [const { Cell::new(null_mut()) }; CLASSES],
            in_use: Cell::new(0),
            peak: Cell::new(0),
            cached: Cell::new(0),
            limit: Cell::new(0),
            keep: Cell::new(0),
            hand: Cell::new(0),
        }
    };
    static GUARD: Guard = const { Guard };
}

impl Cache {
    #[inline]
    fn count(&self, size: usize) {
        let in_use = self.in_use.get().wrapping_add(size);
        self.in_use.set(in_use);
        // As signed: a thread that frees others' blocks may have less than none in use.
        if in_use as isize > self.peak.get() as isize {
            self.peak.set(in_use);
        }
    }

    fn in_use(&self) -> usize {
        (self.in_use.get() as isize).max(0) as usize
    }

    /// The list of this class is empty, or this is the thread's first request.
    #[cold]
    fn alloc_slow(&self, bytes: usize, class: usize) -> Result<NonNull<u8>, OutOfMemory> {
        if self.limit.get() == 0 {
            self.limit.set(default_limit());
        }
        let size = class_size(class);
        let limit = self.limit.get();
        let error = OutOfMemory { requested: bytes, in_use: self.in_use(), limit };
        if self.in_use().saturating_add(size) > limit {
            slab::trim_all();
            if self.in_use().saturating_add(size) > limit {
                return Err(error);
            }
        }
        let head = self.heads[class].get();
        if let Some(block) = NonNull::new(head) {
            self.unlink(class, block, size);
            self.count(size);
            return Ok(block);
        }
        let room = limit - self.in_use() - size;
        self.release(room);
        let layout = layout(size);
        // SAFETY: a class has at least 64 bytes.
        let mut block = unsafe { std::alloc::alloc(layout) };
        if block.is_null() && self.cached.get() > 0 {
            self.release(0);
            // SAFETY: as above.
            block = unsafe { std::alloc::alloc(layout) };
        }
        let block = NonNull::new(block).ok_or(error)?;
        if size >= 2 * HUGE {
            prefer_huge(block.as_ptr(), size);
        }
        self.count(size);
        Ok(block)
    }

    #[inline]
    fn unlink(&self, class: usize, block: NonNull<u8>, size: usize) {
        // SAFETY: a block in a list is ours alone; `link` wrote the next one's address at its beginning.
        let next = unsafe { block.cast::<*mut u8>().read() };
        self.heads[class].set(next);
        self.cached.set(self.cached.get() - size);
    }

    /// Makes room for a block in the lists, or gives it back to the system.
    #[cold]
    fn free_slow(&self, block: NonNull<u8>, class: usize) {
        let size = class_size(class);
        // Registered by the first free: it empties the lists when the thread ends.
        if self.keep.get() == 0 && GUARD.try_with(|_| ()).is_ok() {
            self.keep.set(default_limit() / 4);
        }
        let keep = self.keep.get();
        if size > keep {
            // SAFETY: `alloc_slow` got the block with this layout.
            unsafe { std::alloc::dealloc(block.as_ptr(), layout(size)) };
            return;
        }
        self.release(keep - size);
        self.link(block, class, size);
    }

    #[inline]
    fn link(&self, block: NonNull<u8>, class: usize, size: usize) {
        // SAFETY: the block is free, aligned and has at least 64 bytes.
        unsafe { block.cast::<*mut u8>().write(self.heads[class].get()) };
        self.heads[class].set(block.as_ptr());
        self.cached.set(self.cached.get() + size);
    }

    /// Gives cached blocks back until at most `bytes` are kept, in turn from all classes: sizes that are no longer
    /// used must not hold the cap for ever.
    fn release(&self, bytes: usize) {
        while self.cached.get() > bytes {
            let class = self.hand.get();
            self.hand.set(if class + 1 == CLASSES { 0 } else { class + 1 });
            if let Some(block) = NonNull::new(self.heads[class].get()) {
                let size = class_size(class);
                self.unlink(class, block, size);
                // SAFETY: `alloc_slow` got the block with this layout.
                unsafe { std::alloc::dealloc(block.as_ptr(), layout(size)) };
            }
        }
    }
}

fn layout(size: usize) -> Layout {
    // SAFETY: `ALIGN` is a power of two and the largest class is far below `isize::MAX`.
    unsafe { Layout::from_size_align_unchecked(size, ALIGN) }
}

thread_local! {
    static EXCEEDED: Cell<Option<OutOfMemory>> = const { Cell::new(None) };
}

/// A block of at least `bytes` bytes, not initialised, at a 64-byte border. For no bytes a pointer that may be
/// freed but not read.
#[inline]
pub fn alloc(bytes: usize) -> Result<NonNull<u8>, OutOfMemory> {
    if bytes == 0 {
        return Ok(NONE);
    }
    with_local(&CACHE, |cache| {
        let Some(class) = class_of(bytes) else {
            return Err(OutOfMemory { requested: bytes, in_use: in_use(), limit: limit() });
        };
        let size = class_size(class);
        match NonNull::new(cache.heads[class].get()) {
            Some(block) if cache.in_use.get() as isize + size as isize <= cache.limit.get() as isize => {
                cache.unlink(class, block, size);
                cache.count(size);
                Ok(block)
            }
            _ => cache.alloc_slow(bytes, class),
        }
    })
}

/// Where a block of no bytes is.
const NONE: NonNull<u8> = NonNull::without_provenance(std::num::NonZero::new(ALIGN).unwrap());

/// Gives a block back.
///
/// # Safety
/// `block` came from [`alloc`] with the same `bytes` and is used no more.
#[inline]
pub unsafe fn free(block: NonNull<u8>, bytes: usize) {
    if bytes == 0 {
        return;
    }
    with_local(&CACHE, |cache| {
        // `alloc` found a class, so there is one.
        let Some(class) = class_of(bytes) else { return };
        let size = class_size(class);
        cache.in_use.set(cache.in_use.get().wrapping_sub(size));
        if cache.cached.get() + size <= cache.keep.get() {
            cache.link(block, class, size);
        } else {
            cache.free_slow(block, class);
        }
    })
}

/// Sets the most bytes this thread's buffers may take, cached blocks not counted. What is in use already stays.
pub fn set_limit(bytes: usize) {
    CACHE.with(|cache| cache.limit.set(bytes.clamp(1, isize::MAX as usize)));
}

/// Counts memory that does not come from here (tape nodes, a program's lists) against the limit; negative when it
/// is given back. What is counted is not refused, but beyond the limit the session is asked to stop, as by an
/// interrupt, and [`exceeded`] tells it why. To be refused before, ask [`check`].
pub fn charge(bytes: isize) {
    let over = CACHE.try_with(|cache| {
        cache.count(bytes as usize);
        // The machine's own limit is found out only when it may matter.
        bytes > 0 && cache.in_use() > if cache.limit.get() == 0 { ALWAYS_FITS } else { cache.limit.get() }
    });
    if over == Ok(true) {
        beyond(bytes as usize);
    }
}

/// Bytes that are there on any machine.
const ALWAYS_FITS: usize = 64 << 20;

#[cold]
fn beyond(bytes: usize) {
    let limit = limit();
    CACHE.with(|cache| cache.limit.set(limit));
    if in_use() <= limit || EXCEEDED.get().is_some() {
        return;
    }
    slab::trim_all();
    if in_use() <= limit {
        return;
    }
    EXCEEDED.set(Some(OutOfMemory { requested: bytes, in_use: in_use().saturating_sub(bytes), limit }));
    super::pool::raise_stop();
}

/// What went beyond the limit since the last call, if that is why a stop was asked for; takes the request back.
pub fn exceeded() -> Option<OutOfMemory> {
    let e = EXCEEDED.take()?;
    super::pool::lower_stop();
    Some(e)
}

/// Memory that is counted as long as this lives: what a program's object takes beside tensors.
#[derive(Default)]
pub struct Charge(Cell<usize>);

impl Charge {
    #[inline]
    pub fn new(bytes: usize) -> Charge {
        charge(bytes as isize);
        Charge(Cell::new(bytes))
    }

    /// It has become another size.
    #[inline]
    pub fn set(&self, bytes: usize) {
        let old = self.0.replace(bytes);
        if old != bytes {
            charge(bytes as isize - old as isize);
        }
    }
}

impl Drop for Charge {
    #[inline]
    fn drop(&mut self) {
        charge(-(self.0.get() as isize));
    }
}

/// Whether `more` bytes would still be within the limit.
pub fn check(more: usize) -> Result<(), OutOfMemory> {
    let limit = limit();
    if in_use().saturating_add(more) > limit {
        slab::trim_all();
    }
    let in_use = in_use();
    if in_use.saturating_add(more) > limit { Err(OutOfMemory { requested: more, in_use, limit }) } else { Ok(()) }
}

/// The most bytes this thread's buffers may take: as many as the machine has, unless set.
pub fn limit() -> usize {
    CACHE.with(|cache| if cache.limit.get() == 0 { default_limit() } else { cache.limit.get() })
}

/// Bytes of this thread's living buffers, in whole blocks.
pub fn in_use() -> usize {
    CACHE.with(Cache::in_use)
}

/// The most that was in use at once since the thread began or [`reset_peak`].
pub fn peak() -> usize {
    CACHE.with(|cache| cache.peak.get())
}

pub fn reset_peak() {
    CACHE.with(|cache| cache.peak.set(cache.in_use()));
}

/// Bytes in this thread's free lists.
pub fn cached() -> usize {
    CACHE.with(|cache| cache.cached.get())
}

/// Gives all cached blocks of this thread back to the system.
pub fn release_cached() {
    CACHE.with(|cache| cache.release(0));
}

/// The memory of the machine or of the control group we are in, whichever is less. The system would lend more
/// than it has and kill us at the first touch, so this is where we stop.
fn default_limit() -> usize {
    static LIMIT: OnceLock<usize> = OnceLock::new();
    *LIMIT.get_or_init(|| {
        let group = ["/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes"]
            .into_iter()
            .filter_map(|path| std::fs::read_to_string(path).ok()?.trim().parse().ok());
        let machine = std::fs::read_to_string("/proc/meminfo").ok().and_then(|text| total_memory(&text));
        group.chain(machine).min().unwrap_or(isize::MAX as usize).clamp(1 << 20, isize::MAX as usize)
    })
}

/// Bytes from the `MemTotal` line of `/proc/meminfo`.
fn total_memory(meminfo: &str) -> Option<usize> {
    let line = meminfo.lines().find(|line| line.starts_with("MemTotal:"))?;
    line.split_ascii_whitespace().nth(1)?.parse::<usize>().ok()?.checked_mul(1024)
}

/// Memory of a kernel for the time of a call, not initialised.
pub struct Scratch<T> {
    ptr: NonNull<u8>,
    len: usize,
    of: std::marker::PhantomData<T>,
}

impl<T> Scratch<T> {
    /// Room for so many elements.
    pub fn new(len: usize) -> Result<Scratch<T>, OutOfMemory> {
        const { assert!(!std::mem::needs_drop::<T>() && align_of::<T>() <= ALIGN) }
        let bytes = len.saturating_mul(size_of::<T>());
        Ok(Scratch { ptr: alloc(bytes)?, len, of: std::marker::PhantomData })
    }

    pub fn ptr(&self) -> *mut T {
        self.ptr.as_ptr().cast()
    }
}

impl<T: Copy> Scratch<T> {
    /// Room for so many elements, all `value`.
    pub fn filled(len: usize, value: T) -> Result<Scratch<T>, OutOfMemory> {
        let scratch = Scratch::<T>::new(len)?;
        for i in 0..len {
            // SAFETY: `i < len`, and the memory is ours.
            unsafe { scratch.ptr().add(i).write(value) };
        }
        Ok(scratch)
    }

    /// The elements.
    ///
    /// # Safety
    /// All of them have been written.
    pub unsafe fn slice(&self) -> &[T] {
        // SAFETY: there is room for `len`; the rest is handed on from the caller.
        unsafe { std::slice::from_raw_parts(self.ptr(), self.len) }
    }
}

impl<T> Drop for Scratch<T> {
    fn drop(&mut self) {
        // SAFETY: it came from `alloc` with as many bytes.
        unsafe { free(self.ptr, self.len * size_of::<T>()) };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// On a thread of its own: counts begin at zero.
    fn fresh<R: Send + 'static>(body: impl FnOnce() -> R + Send + 'static) -> R {
        std::thread::spawn(body).join().unwrap()
    }

    #[test]
    fn classes_cover_and_waste_little() {
        let mut sizes: Vec<usize> = (1..5000).collect();
        for log2 in 10..LARGEST_LOG2 {
            for step in 0..8 {
                let size = (8 + step) << (log2 - 3);
                sizes.extend([size - 1, size, size + 1]);
            }
        }
        for bytes in sizes {
            let class = class_of(bytes).unwrap();
            let size = class_size(class);
            assert!(size >= bytes && size.is_multiple_of(ALIGN), "{bytes} in {size}");
            assert!(size <= bytes.next_multiple_of(ALIGN) + bytes / 8, "{bytes} in {size}");
            assert!(class == 0 || class_size(class - 1) < bytes, "{bytes} fits the class below");
            assert_eq!(class_of(size), Some(class));
        }
        assert_eq!(class_of(1 << LARGEST_LOG2), Some(CLASSES - 1));
        assert_eq!(class_of((1 << LARGEST_LOG2) + 1), None);
    }

    #[test]
    fn blocks_are_aligned_and_come_back() {
        fresh(|| {
            for bytes in [1, 64, 65, 513, 4096, 1 << 20] {
                let a = alloc(bytes).unwrap();
                assert_eq!(a.as_ptr() as usize % ALIGN, 0);
                // SAFETY: ours, and of `bytes` bytes.
                unsafe { a.as_ptr().write_bytes(0xa5, bytes) };
                let used = in_use();
                assert!(used >= bytes);
                // SAFETY: from `alloc`.
                unsafe { free(a, bytes) };
                assert!(cached() >= bytes);
                assert_eq!(alloc(bytes).unwrap(), a, "from the list");
                assert_eq!(in_use(), used);
                // SAFETY: from `alloc`.
                unsafe { free(a, bytes) };
            }
            assert_eq!(in_use(), 0);
            assert!(peak() >= 1 << 20);
            reset_peak();
            assert_eq!(peak(), 0);
            release_cached();
            assert_eq!(cached(), 0);
        });
    }

    #[test]
    fn nothing_costs_nothing() {
        fresh(|| {
            let block = alloc(0).unwrap();
            assert_eq!(in_use(), 0);
            // SAFETY: from `alloc`.
            unsafe { free(block, 0) };
            assert_eq!(cached(), 0);
        });
    }

    #[test]
    fn huge_requests_are_errors() {
        fresh(|| {
            for bytes in [usize::MAX, isize::MAX as usize, 1 << 62, 8_000_000_000_000, (1 << 47) + 1] {
                let error = alloc(bytes).unwrap_err();
                assert_eq!(error.requested, bytes);
                assert!(error.to_string().contains("out of memory"));
            }
            set_limit(usize::MAX);
            assert!(alloc(usize::MAX).is_err());
            assert!(alloc(1 << 46).is_err(), "more than an address space has");
            assert_eq!(in_use(), 0);
        });
    }

    #[test]
    fn the_limit_counts_blocks_in_use_and_releases_cached_ones() {
        fresh(|| {
            set_limit(1 << 20);
            assert_eq!(limit(), 1 << 20);
            let a = alloc(600 << 10).unwrap();
            let error = alloc(600 << 10).unwrap_err();
            assert_eq!(error, OutOfMemory { requested: 600 << 10, in_use: in_use(), limit: 1 << 20 });
            // SAFETY: from `alloc`.
            unsafe { free(a, 600 << 10) };
            let b = alloc(900 << 10).unwrap();
            assert_eq!(cached(), 0, "the first block went back to the system");
            // SAFETY: from `alloc`.
            unsafe { free(b, 900 << 10) };
            set_limit(800 << 10);
            assert!(alloc(900 << 10).is_err(), "a cached block does not go around the limit");
        });
    }

    #[test]
    fn the_cap_gives_back_what_is_over() {
        fresh(|| {
            let warm = alloc(64).unwrap();
            // SAFETY: from `alloc`.
            unsafe { free(warm, 64) };
            CACHE.with(|cache| cache.keep.set(10_000));
            let blocks: Vec<_> = (0..20).map(|k| (alloc(100 * k + 1).unwrap(), 100 * k + 1)).collect();
            for (block, bytes) in blocks {
                // SAFETY: from `alloc`.
                unsafe { free(block, bytes) };
                assert!(cached() <= 10_000);
            }
            assert!(cached() > 5_000);
            let large = alloc(20_000).unwrap();
            // SAFETY: from `alloc`.
            unsafe { free(large, 20_000) };
            assert!(cached() <= 10_000);
            assert_eq!(in_use(), 0);
        });
    }

    #[test]
    fn buffers_may_be_freed_while_the_thread_ends() {
        struct Late(Cell<Option<NonNull<u8>>>);
        impl Drop for Late {
            fn drop(&mut self) {
                let block = self.0.get().unwrap();
                // SAFETY: from `alloc`.
                unsafe { free(block, 5000) };
                let again = alloc(5000).unwrap();
                // SAFETY: from `alloc`.
                unsafe { free(again, 5000) };
                assert_eq!((in_use(), cached()), (0, 0));
            }
        }
        thread_local!(static LATE: Late = const { Late(Cell::new(None)) });
        fresh(|| {
            // Registered before the allocator's guard, so dropped after it.
            LATE.with(|late| late.0.set(Some(alloc(5000).unwrap())));
            let other = alloc(100).unwrap();
            // SAFETY: from `alloc`.
            unsafe { free(other, 100) };
            assert!(cached() > 0);
        });
    }

    #[test]
    fn a_block_may_be_freed_on_another_thread() {
        fresh(|| {
            let address = alloc(1000).unwrap().as_ptr() as usize;
            fresh(move || {
                let block = NonNull::new(address as *mut u8).unwrap();
                // SAFETY: from `alloc`, and nobody else uses it.
                unsafe { free(block, 1000) };
                assert_eq!(in_use(), 0);
                let more = alloc(2000).unwrap();
                // SAFETY: from `alloc`.
                unsafe { free(more, 2000) };
                assert_eq!(in_use(), 0);
            });
        });
    }

    #[test]
    fn meminfo_is_read() {
        assert_eq!(total_memory("MemFree: 3 kB\nMemTotal:       24689412 kB\n"), Some(24689412 * 1024));
        assert_eq!(total_memory("MemTotal: lots\n"), None);
    }
}
