//! Large blocks ask the system for large pages: fresh small ones cost more than the arithmetic on them.

/// The size of a large page on x86-64 and on most others.
pub const HUGE: usize = 2 << 20;

/// Asks for large pages in the part of a block that can have them. A hint: nothing depends on it.
#[inline]
pub fn prefer_huge(start: *mut u8, bytes: usize) {
    #[cfg(target_os = "linux")]
    {
        let from = (start as usize).next_multiple_of(HUGE);
        let to = (start as usize).saturating_add(bytes) / HUGE * HUGE;
        if from < to {
            // SAFETY: whole pages within a block that the caller has just been given; the advice changes no byte.
            unsafe { libc::madvise(from as *mut libc::c_void, to - from, libc::MADV_HUGEPAGE) };
        }
    }
    #[cfg(not(target_os = "linux"))]
    let _ = (start, bytes);
}

/// For a process of our own: what the system's allocator is given back stays with it. By default it returns the top of its
/// heap at once, and every page that the next step takes there is a fault, and an interruption of the other threads.
pub fn keep_what_is_freed() {
    // SAFETY: only thresholds of the allocator; any value is valid.
    #[cfg(all(target_os = "linux", target_env = "gnu"))]
    unsafe {
        libc::mallopt(libc::M_TRIM_THRESHOLD, 64 << 20);
        libc::mallopt(libc::M_MMAP_THRESHOLD, 4 << 20);
    }
}
