//! Reference-counted cells of one size, cut from slabs: what tensors, shapes, tape nodes and put-off
//! expressions live in. One slab per type and thread; taking and returning a cell costs a few nanoseconds.

use super::pages::{HUGE, prefer_huge};
use super::with_local;
use std::any::TypeId;
use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, HashSet};
use std::marker::PhantomData;
use std::ops::Deref;
use std::ptr::{NonNull, null_mut};
use std::sync::Mutex;
use std::thread::LocalKey;

/// Bytes that a slab asks of the system at once: few at first, then blocks that large pages fit into.
const FIRST_CHUNK: usize = 256 << 10;
const LATER_CHUNK: usize = 8 << 20;
/// After how many small chunks the large ones begin.
const SMALL_CHUNKS: u32 = 16;

/// The cells of one type on one thread.
pub struct Slab<T> {
    /// Returned cells; each holds the address of the next in its first word.
    free: Cell<*mut u8>,
    /// The part of the newest chunk that was never used.
    fresh: Cell<*mut u8>,
    fresh_end: Cell<*mut u8>,
    chunks: Cell<u32>,
    marker: PhantomData<T>,
}

impl<T: Slabbed> Slab<T> {
    pub const fn new() -> Slab<T> {
        Slab {
            free: Cell::new(null_mut()),
            fresh: Cell::new(null_mut()),
            fresh_end: Cell::new(null_mut()),
            chunks: Cell::new(0),
            marker: PhantomData,
        }
    }

    /// Room for one `T`, not initialised.
    #[inline(always)]
    fn take(&self) -> NonNull<T> {
        let cell = self.free.get();
        if cell.is_null() {
            return self.take_fresh();
        }
        // SAFETY: a cell on the free list holds the address of the next one (or null) in its first word,
        // written by `give`, and belongs to nobody.
        unsafe {
            self.free.set(*cell.cast::<*mut u8>());
            NonNull::new_unchecked(cell.cast())
        }
    }

    #[cold]
    #[inline(never)]
    fn take_fresh(&self) -> NonNull<T> {
        const { assert!(size_of::<T>() >= size_of::<usize>() && align_of::<T>() <= 64) };
        if self.fresh.get() == self.fresh_end.get() {
            // The first chunk of a thread registers the slab, so that its cells outlast the thread's end.
            if self.fresh.get().is_null() {
                DONORS.with(|d| d.0.borrow_mut().push(donate::<T>));
                let mut spare = SPARE.lock().unwrap_or_else(|e| e.into_inner());
                if let Some(head) = spare.get_mut(&size_of::<T>()).and_then(Vec::pop) {
                    self.fresh.set(head.0);
                    self.fresh_end.set(head.0);
                    self.free.set(head.0);
                    drop(spare);
                    return self.take();
                }
            }
            let large = self.chunks.get() >= SMALL_CHUNKS;
            self.chunks.set(self.chunks.get().saturating_add(1));
            let (chunk, align) = if large { (LATER_CHUNK, HUGE) } else { (FIRST_CHUNK, 64) };
            let bytes = chunk / size_of::<T>() * size_of::<T>();
            let layout = std::alloc::Layout::from_size_align(bytes, align).expect("a small constant");
            // SAFETY: the layout is not of size zero.
            let chunk = unsafe { std::alloc::alloc(layout) };
            if chunk.is_null() {
                std::alloc::handle_alloc_error(layout);
            }
            let owned = Chunk { of: TypeId::of::<T>(), at: chunk as usize, bytes, trim: trim::<T> };
            let _ = CHUNKS.try_with(|chunks| chunks.borrow_mut().push(owned));
            super::cpu::alloc::charge(bytes as isize);
            if large {
                prefer_huge(chunk, bytes);
            }
            self.fresh.set(chunk);
            // SAFETY: one past the last whole cell of the chunk.
            self.fresh_end.set(unsafe { chunk.add(bytes) });
        }
        let cell = self.fresh.get();
        // SAFETY: `fresh < fresh_end`, which are whole cells apart.
        unsafe {
            self.fresh.set(cell.add(size_of::<T>()));
            NonNull::new_unchecked(cell.cast())
        }
    }

    /// # Safety
    /// `cell` came from `take`, its value has been dropped, and nobody uses it again.
    #[inline(always)]
    unsafe fn give(&self, cell: NonNull<T>) {
        let cell = cell.as_ptr().cast::<u8>();
        // SAFETY: the cell is at least a word long and ours again.
        unsafe { *cell.cast::<*mut u8>() = self.free.get() };
        self.free.set(cell);
    }
}

impl<T: Slabbed> Default for Slab<T> {
    fn default() -> Slab<T> {
        Slab::new()
    }
}

/// The head of a list of free cells that a finished thread left behind.
struct Spare(*mut u8);
// SAFETY: nobody holds a cell on the list; who takes the head off owns all of them.
unsafe impl Send for Spare {}

/// Free cells of finished threads by cell size, for the next thread that needs some.
static SPARE: Mutex<BTreeMap<usize, Vec<Spare>>> = Mutex::new(BTreeMap::new());

/// What hands a thread's free cells over when it ends.
struct Donors(RefCell<Vec<fn()>>);

thread_local! {
    static DONORS: Donors = const { Donors(RefCell::new(Vec::new())) };
}

impl Drop for Donors {
    fn drop(&mut self) {
        self.0.get_mut().drain(..).for_each(|donate| donate());
    }
}

fn donate<T: Slabbed>() {
    T::slab().with(|slab| {
        while slab.fresh.get() < slab.fresh_end.get() {
            let cell = slab.take_fresh();
            // SAFETY: just taken, never written.
            unsafe { slab.give(cell) };
        }
        let head = slab.free.replace(null_mut());
        if !head.is_null() {
            let mut spare = SPARE.lock().unwrap_or_else(|e| e.into_inner());
            spare.entry(size_of::<T>()).or_default().push(Spare(head));
        }
    });
}

/// A piece of memory that this thread's slabs have from the system.
struct Chunk {
    of: TypeId,
    at: usize,
    bytes: usize,
    trim: fn(),
}

thread_local! {
    static CHUNKS: RefCell<Vec<Chunk>> = const { RefCell::new(Vec::new()) };
}

/// Gives chunks back to the system in which nothing lives any more. It walks all free cells: for when memory is short.
pub fn trim_all() {
    let mut trims: Vec<fn()> = Vec::new();
    let _ = CHUNKS.try_with(|chunks| {
        let mut seen = HashSet::new();
        trims.extend(chunks.borrow().iter().filter(|c| seen.insert(c.of)).map(|c| c.trim));
    });
    trims.into_iter().for_each(|trim| trim());
}

fn trim<T: Slabbed>() {
    let of = TypeId::of::<T>();
    // The chunks by their addresses, with how many of their cells are free.
    let mut own: Vec<(usize, usize, usize)> =
        CHUNKS.with(|c| c.borrow().iter().filter(|c| c.of == of).map(|c| (c.at, c.bytes, 0)).collect());
    own.sort_unstable();
    let chunk_of = |own: &[(usize, usize, usize)], cell: *mut u8| {
        let k = own.partition_point(|c| c.0 <= cell as usize).checked_sub(1)?;
        ((cell as usize) < own[k].0 + own[k].1).then_some(k)
    };
    T::slab().with(|slab| {
        // SAFETY (of both walks): cells on the free list belong to nobody and hold the address of the next.
        let next = |cell: *mut u8| unsafe { *cell.cast::<*mut u8>() };
        let mut cell = slab.free.get();
        while !cell.is_null() {
            if let Some(k) = chunk_of(&own, cell) {
                own[k].2 += 1;
            }
            cell = next(cell);
        }
        // The newest may have cells that were never handed out, which no list holds.
        let newest = slab.fresh_end.get() as usize;
        let empty = |c: &(usize, usize, usize)| c.2 * size_of::<T>() == c.1 && c.0 + c.1 != newest;
        if !own.iter().any(empty) {
            return;
        }
        let mut kept: *mut u8 = null_mut();
        let mut cell = slab.free.get();
        while !cell.is_null() {
            let after = next(cell);
            if !chunk_of(&own, cell).is_some_and(|k| empty(&own[k])) {
                // SAFETY: a free cell is ours to link.
                unsafe { *cell.cast::<*mut u8>() = kept };
                kept = cell;
            }
            cell = after;
        }
        slab.free.set(kept);
        for &(at, bytes, _) in own.iter().filter(|c| empty(c)) {
            CHUNKS.with(|c| c.borrow_mut().retain(|c| c.at != at));
            let align = if bytes > FIRST_CHUNK { HUGE } else { 64 };
            let layout = std::alloc::Layout::from_size_align(bytes, align).expect("as it was made");
            // SAFETY: all its cells were on the free list, and none is any more.
            unsafe { std::alloc::dealloc(at as *mut u8, layout) };
            super::cpu::alloc::charge(-(bytes as isize));
        }
    });
}

/// A type that lives in slab cells, made by `slabbed!`.
///
/// # Safety
/// `slab` must be one slab per thread that needs no destructor, and `count` the cell's own count, which
/// nothing but `Rcs` changes.
pub unsafe trait Slabbed: Sized + 'static {
    fn slab() -> &'static LocalKey<Slab<Self>>;
    fn count(&self) -> &Cell<u32>;

    /// Ends the value of a cell whose count fell to zero. A type whose values form long chains puts the cell
    /// aside here and ends it from a loop.
    ///
    /// # Safety
    /// The count is zero; `cell` is used by nobody afterwards.
    #[inline(always)]
    unsafe fn end(cell: NonNull<Self>) {
        // SAFETY: passed on from the caller.
        unsafe { end_now(cell) }
    }
}

/// Drops the value and returns its cell.
///
/// # Safety
/// As for `Slabbed::end`.
#[inline(always)]
pub unsafe fn end_now<T: Slabbed>(cell: NonNull<T>) {
    // SAFETY: the caller is the last user of the cell, which came from this slab.
    unsafe {
        cell.as_ptr().drop_in_place();
        with_local(T::slab(), |s| s.give(cell));
    }
}

/// Returns the cell of a value that owns nothing any more.
///
/// # Safety
/// As for `Slabbed::end`, and the value needs no drop.
#[inline(always)]
pub unsafe fn give_back<T: Slabbed>(cell: NonNull<T>) {
    // SAFETY: passed on from the caller.
    with_local(T::slab(), |s| unsafe { s.give(cell) });
}

/// Gives a type with a field `count: Cell<u32>` its slab. A third argument overrides how cells end.
#[macro_export]
#[doc(hidden)]
macro_rules! slabbed {
    ($ty:ty $(, end: $end:path)?) => {
        // SAFETY: a const thread-local without a destructor; the count is private to the cell's module.
        unsafe impl $crate::device::slab::Slabbed for $ty {
            #[inline(always)]
            fn slab() -> &'static std::thread::LocalKey<$crate::device::slab::Slab<Self>> {
                thread_local! {
                    static SLAB: $crate::device::slab::Slab<$ty> = const { $crate::device::slab::Slab::new() };
                }
                &SLAB
            }
            #[inline(always)]
            fn count(&self) -> &std::cell::Cell<u32> {
                &self.count
            }
            $(
                #[inline(always)]
                unsafe fn end(cell: std::ptr::NonNull<Self>) {
                    // SAFETY: passed on from the caller.
                    unsafe { $end(cell) }
                }
            )?
        }
    };
}

/// A counted reference to a slab cell, like `Rc`. The value's own `count` field is the count.
pub struct Rcs<T: Slabbed> {
    cell: NonNull<T>,
    /// Not `Send`, not `Sync`: counts are not atomic and slabs belong to threads.
    marker: PhantomData<*mut T>,
}

impl<T: Slabbed> Rcs<T> {
    /// Moves a value, whose count is 1, into a cell.
    #[inline(always)]
    pub fn new(value: T) -> Rcs<T> {
        Rcs::new_with(|| value)
    }

    /// The same, made after the cell was taken: so it is written where it stays, field by field, and a copy does not
    /// wait for what has just been written.
    #[inline(always)]
    pub fn new_with(make: impl FnOnce() -> T) -> Rcs<T> {
        let cell = with_local(T::slab(), |s| s.take());
        // SAFETY: the cell is free and large enough.
        unsafe { cell.as_ptr().write(make()) };
        let new = Rcs { cell, marker: PhantomData };
        debug_assert!(new.is_unique());
        new
    }

    #[inline(always)]
    pub fn is_unique(&self) -> bool {
        self.count().get() == 1
    }

    /// How many references there are.
    #[inline(always)]
    pub fn references(&self) -> u32 {
        self.count().get()
    }

    #[inline(always)]
    pub fn as_ptr(&self) -> *const T {
        self.cell.as_ptr()
    }

    #[inline(always)]
    pub fn same(&self, other: &Rcs<T>) -> bool {
        self.cell == other.cell
    }

    /// The value, if nobody else refers to it.
    #[inline(always)]
    pub fn get_mut(&mut self) -> Option<&mut T> {
        // SAFETY: a count of one means that no other reference to the cell exists.
        if self.is_unique() { Some(unsafe { self.cell.as_mut() }) } else { None }
    }

    /// Gives up the reference without lowering the count.
    #[inline(always)]
    pub fn into_raw(self) -> NonNull<T> {
        std::mem::ManuallyDrop::new(self).cell
    }

    /// # Safety
    /// `cell` came from `into_raw`, once.
    #[inline(always)]
    pub unsafe fn from_raw(cell: NonNull<T>) -> Rcs<T> {
        Rcs { cell, marker: PhantomData }
    }
}

impl<T: Slabbed> Deref for Rcs<T> {
    type Target = T;
    #[inline(always)]
    fn deref(&self) -> &T {
        // SAFETY: the cell holds a value as long as a reference exists.
        unsafe { self.cell.as_ref() }
    }
}

impl<T: Slabbed> Clone for Rcs<T> {
    #[inline(always)]
    fn clone(&self) -> Rcs<T> {
        let count = self.count();
        count.set(count.get().checked_add(1).expect("four billion references to one value"));
        Rcs { cell: self.cell, marker: PhantomData }
    }
}

impl<T: Slabbed> Drop for Rcs<T> {
    #[inline(always)]
    fn drop(&mut self) {
        let left = self.count().get() - 1;
        self.count().set(left);
        if left == 0 {
            // SAFETY: this was the last reference.
            unsafe { T::end(self.cell) }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Probe {
        count: Cell<u32>,
        value: [u64; 3],
    }
    slabbed!(Probe);

    #[test]
    fn empty_chunks_go_back() {
        struct Large {
            count: Cell<u32>,
            value: [u64; 100],
        }
        slabbed!(Large);
        std::thread::spawn(|| {
            let make = |k: usize| Rcs::new(Large { count: Cell::new(1), value: [k as u64; 100] });
            let before = crate::device::cpu::alloc::in_use();
            let all: Vec<Rcs<Large>> = (0..40_000).map(make).collect();
            let full = crate::device::cpu::alloc::in_use();
            assert!(full - before >= 40_000 * size_of::<Large>());
            let kept: Vec<Rcs<Large>> = all.iter().take(3).cloned().collect();
            drop(all);
            trim_all();
            assert!(crate::device::cpu::alloc::in_use() < full / 2, "most chunks are empty");
            assert!(kept.iter().enumerate().all(|(k, v)| v.value == [k as u64; 100]));
            let again: Vec<Rcs<Large>> = (0..40_000).map(make).collect();
            assert!(again.iter().enumerate().all(|(k, v)| v.value[99] == k as u64));
            drop((again, kept));
            trim_all();
        })
        .join()
        .unwrap();
    }

    #[test]
    fn cells_are_reused_and_values_kept_apart() {
        let a = Rcs::new(Probe { count: Cell::new(1), value: [1; 3] });
        let b = a.clone();
        let first = a.as_ptr();
        drop(a);
        assert_eq!(b.value, [1; 3]);
        assert!(b.is_unique());
        drop(b);
        let many: Vec<_> = (0..100_000u64).map(|i| Rcs::new(Probe { count: Cell::new(1), value: [i; 3] })).collect();
        assert!(many.iter().any(|p| p.as_ptr() == first));
        assert!(many.iter().enumerate().all(|(i, p)| p.value == [i as u64; 3]));
    }

    #[test]
    fn a_finished_thread_leaves_its_cells_to_the_next() {
        fn run() -> usize {
            std::thread::spawn(|| {
                let p = Rcs::new(Probe { count: Cell::new(1), value: [7; 3] });
                p.as_ptr() as usize
            })
            .join()
            .expect("no panic")
        }
        let seen: Vec<usize> = (0..50).map(|_| run()).collect();
        let mut distinct = seen.clone();
        distinct.sort_unstable();
        distinct.dedup();
        assert!(distinct.len() < seen.len());
    }
}
