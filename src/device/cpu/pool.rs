//! Helper threads for one session's kernels. A session stays on its thread, so the pool hangs on that thread:
//! there is no global one, and two sessions in two threads don't meet.
//!
//! One job at a time. The caller publishes a pointer to it, takes chunks itself, and returns when all chunks
//! are done; a helper that is late finds nothing and does no harm. Helpers spin for a moment before they park,
//! as waking a parked thread costs more than a small kernel. What a chunk is depends on shapes alone, never on
//! the number of threads, so results don't either.

use std::any::Any;
use std::cell::{Cell, RefCell};
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::ptr::null_mut;
use std::sync::atomic::{AtomicBool, AtomicPtr, AtomicU32, AtomicUsize, Ordering::*};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use super::isa::{self, Isa};
use crate::device::with_local;

/// How long an idle helper spins before it parks.
const SPIN: Duration = Duration::from_micros(100);
/// More threads than this help nobody; asking for more gives this many.
pub const MAX_THREADS: usize = 256;
/// Parts that the chunks of a call are cut into, at most.
const MAX_LANES: usize = 16;

/// One call of [`parallel`], on the caller's stack.
struct Job {
    body: *const (dyn Fn(usize) + Sync),
    chunks: usize,
    /// The next chunk of each lane: a thread begins with a lane of its own, so that one kernel finds in its cache what
    /// the one before it left there, and then helps with the others.
    next: [AtomicUsize; MAX_LANES],
    lanes: usize,
    stop: Option<Arc<AtomicBool>>,
    panic: Mutex<Option<Box<dyn Any + Send>>>,
    isa: Isa,
}

impl Job {
    fn new(body: *const (dyn Fn(usize) + Sync), chunks: usize, threads: usize, stop: Option<Arc<AtomicBool>>) -> Job {
        let lanes = threads.clamp(1, MAX_LANES);
        let next = std::array::from_fn(|lane| AtomicUsize::new(lane.min(lanes) * chunks / lanes));
        Job { body, chunks, next, lanes, stop, panic: Mutex::new(None), isa: isa::isa() }
    }

    /// A chunk that nobody has, of the lane of thread `rank` or else of another.
    fn take(&self, rank: usize) -> Option<usize> {
        for lane in (0..self.lanes).map(|i| (rank + i) % self.lanes) {
            let chunk = self.next[lane].fetch_add(1, Relaxed);
            if chunk < (lane + 1) * self.chunks / self.lanes {
                return Some(chunk);
            }
        }
        None
    }

    /// Takes chunks until none is left, the stop flag is up, or one panicked.
    fn work(&self, rank: usize) {
        // SAFETY: `body` outlives the job: `parallel` returns only after every thread has left `work`.
        let body = unsafe { &*self.body };
        let result = catch_unwind(AssertUnwindSafe(|| {
            while !self.stop.as_ref().is_some_and(|stop| stop.load(Relaxed)) {
                let Some(chunk) = self.take(rank) else { break };
                body(chunk);
            }
        }));
        if let Err(payload) = result {
            self.next.iter().for_each(|next| next.store(self.chunks, Relaxed));
            self.panic.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(payload);
        }
    }
}

/// What a session's thread and its helpers share.
struct Shared {
    /// Changes with every job, so that a helper knows a new one from the one it has just left.
    epoch: AtomicU32,
    job: AtomicPtr<Job>,
    /// Helpers that may be reading `job`. A helper counts itself in before it loads the pointer; the caller
    /// clears the pointer before it waits for zero. Both are SeqCst, so one of them sees the other.
    active: AtomicUsize,
    quit: AtomicBool,
    /// How long to spin: not at all where there are more threads than processors.
    spin: Duration,
}

struct Helper {
    handle: JoinHandle<()>,
    parked: Arc<AtomicBool>,
}

struct Pool {
    shared: Arc<Shared>,
    helpers: Vec<Helper>,
}

impl Pool {
    /// Starts up to `helpers` threads; fewer if the system refuses some.
    fn new(helpers: usize) -> Pool {
        let spin = if helpers < processors() { SPIN } else { Duration::ZERO };
        let shared = Arc::new(Shared {
            epoch: AtomicU32::new(0),
            job: AtomicPtr::new(null_mut()),
            active: AtomicUsize::new(0),
            quit: AtomicBool::new(false),
            spin,
        });
        let start = |rank: usize| {
            let parked = Arc::new(AtomicBool::new(false));
            let (shared, flag) = (shared.clone(), parked.clone());
            let handle =
                std::thread::Builder::new().name("reel-helper".into()).spawn(move || help(rank + 1, &shared, &flag));
            handle.ok().map(|handle| Helper { handle, parked })
        };
        let helpers = (0..helpers).map_while(start).collect();
        Pool { shared, helpers }
    }

    fn run(&self, job: &Job) {
        let shared = &*self.shared;
        shared.job.store(job as *const Job as *mut Job, SeqCst);
        shared.epoch.fetch_add(1, SeqCst);
        for helper in self.helpers.iter().take(job.chunks - 1) {
            if helper.parked.load(SeqCst) {
                helper.handle.thread().unpark();
            }
        }
        job.work(0);
        shared.job.store(null_mut(), SeqCst);
        let mut spins = 0u32;
        while shared.active.load(SeqCst) != 0 {
            // A helper still has a chunk. It may have lost its processor: give ours after a while.
            spins += 1;
            if spins < 10_000 && !shared.spin.is_zero() {
                std::hint::spin_loop();
            } else {
                std::thread::yield_now();
            }
        }
    }
}

impl Drop for Pool {
    fn drop(&mut self) {
        self.shared.quit.store(true, SeqCst);
        self.shared.epoch.fetch_add(1, SeqCst);
        for helper in self.helpers.drain(..) {
            helper.handle.thread().unpark();
            // Windows runs thread-local destructors under the loader lock, where joining would hang; the
            // helper leaves by itself and owns what it reads.
            if !cfg!(windows) {
                let _ = helper.handle.join();
            }
        }
    }
}

/// A helper's life.
fn help(rank: usize, shared: &Shared, parked: &AtomicBool) {
    INSIDE.set(true);
    let mut seen = 0;
    loop {
        let epoch = await_change(shared, parked, seen);
        seen = epoch;
        if shared.quit.load(SeqCst) {
            return;
        }
        shared.active.fetch_add(1, SeqCst);
        let job = shared.job.load(SeqCst);
        // SAFETY: not null means the caller has not yet looked at `active`, which counts us; it keeps the job
        // alive until we have counted ourselves out.
        if let Some(job) = unsafe { job.as_ref() } {
            STOP.set(job.stop.as_ref().map_or(std::ptr::null(), Arc::as_ptr));
            isa::with_isa(job.isa, || job.work(rank));
            STOP.set(std::ptr::null());
        }
        shared.active.fetch_sub(1, SeqCst);
    }
}

/// Waits until the epoch is no longer `seen`: spinning first, then parked.
fn await_change(shared: &Shared, parked: &AtomicBool, seen: u32) -> u32 {
    let changed = || Some(shared.epoch.load(SeqCst)).filter(|&epoch| epoch != seen);
    if !shared.spin.is_zero() {
        let start = Instant::now();
        while start.elapsed() < shared.spin {
            for _ in 0..32 {
                if let Some(epoch) = changed() {
                    return epoch;
                }
                std::hint::spin_loop();
            }
        }
    }
    parked.store(true, SeqCst);
    let epoch = loop {
        // Looked at after `parked` is set: the caller changes the epoch before it reads `parked`.
        if let Some(epoch) = changed() {
            break epoch;
        }
        std::thread::park();
    };
    parked.store(false, SeqCst);
    epoch
}

/// Processors this process may use.
pub fn processors() -> usize {
    static COUNT: std::sync::OnceLock<usize> = std::sync::OnceLock::new();
    *COUNT.get_or_init(|| std::thread::available_parallelism().map_or(1, |n| n.get()))
}

struct Session {
    /// 0: as many as there are processors.
    threads: usize,
    pool: Option<Pool>,
}

thread_local! {
    static SESSION: RefCell<Session> = const { RefCell::new(Session { threads: 0, pool: None }) };
    /// Keeps alive what `STOP` points to, on a session's thread.
    static STOP_OWNER: StopOwner = const { StopOwner(RefCell::new(None)) };
    static STOP: Cell<*const AtomicBool> = const { Cell::new(std::ptr::null()) };
    /// In `without_stop`.
    static MASKED: Cell<bool> = const { Cell::new(false) };
    /// In a chunk: a nested call runs inline.
    static INSIDE: Cell<bool> = const { Cell::new(false) };
}

struct StopOwner(RefCell<Option<Arc<AtomicBool>>>);

impl Drop for StopOwner {
    fn drop(&mut self) {
        STOP.set(std::ptr::null());
    }
}

/// Sets how many threads work for this thread's session, itself included; 0 means one per processor. Helpers
/// start at the first call that needs them.
pub fn set_threads(n: usize) {
    // The old pool is dropped (joined) outside the borrow.
    let old = SESSION.try_with(|session| {
        let mut session = session.try_borrow_mut().ok()?;
        session.threads = n.min(MAX_THREADS);
        session.pool.take()
    });
    drop(old);
}

/// Threads that work for this session, itself included; at least 1.
pub fn threads() -> usize {
    match SESSION.try_with(|session| session.try_borrow().map_or(1, |session| session.threads)) {
        Ok(0) => processors().min(MAX_THREADS),
        Ok(n) => n,
        Err(_) => 1,
    }
}

/// Calls `body` with each of `0..chunks`, on this thread and its helpers, in no fixed order, and returns when all
/// are done. Inside another `parallel`, or with one thread, runs inline. When the stop flag goes up, chunks that
/// have not begun are skipped: whoever set one asks [`stopped`] and throws the result away. A panic in `body`
/// goes on here once every thread has left.
pub fn parallel(chunks: usize, body: &(dyn Fn(usize) + Sync)) {
    if chunks <= 1 || INSIDE.get() || threads() == 1 {
        return inline(chunks, body);
    }
    let ran = SESSION.try_with(|session| {
        let Ok(mut session) = session.try_borrow_mut() else { return false };
        let helpers = threads_of(&session) - 1;
        let pool = session.pool.get_or_insert_with(|| Pool::new(helpers));
        if pool.helpers.is_empty() {
            return false;
        }
        let stop =
            if MASKED.get() { None } else { STOP_OWNER.try_with(|owner| owner.0.borrow().clone()).ok().flatten() };
        // SAFETY: only the lifetime changes; `run` returns after the last use.
        let body: *const (dyn Fn(usize) + Sync) = unsafe { std::mem::transmute(body as *const (dyn Fn(usize) + Sync)) };
        let job = Job::new(body, chunks, helpers + 1, stop);
        INSIDE.set(true);
        pool.run(&job);
        INSIDE.set(false);
        drop(session);
        if let Some(payload) = job.panic.into_inner().unwrap_or_else(PoisonError::into_inner) {
            resume_unwind(payload);
        }
        true
    });
    if !ran.unwrap_or(false) {
        inline(chunks, body);
    }
}

fn threads_of(session: &Session) -> usize {
    if session.threads == 0 { processors().min(MAX_THREADS) } else { session.threads }
}

fn inline(chunks: usize, body: &(dyn Fn(usize) + Sync)) {
    for chunk in 0..chunks {
        if stopped() {
            return;
        }
        body(chunk);
    }
}

/// The flag that stops this thread's kernels early: Ctrl-C in the command line.
pub fn set_stop(flag: Arc<AtomicBool>) {
    replace_stop(Some(flag));
}

/// Takes the stop flag away again.
pub fn clear_stop() {
    replace_stop(None);
}

fn replace_stop(flag: Option<Arc<AtomicBool>>) {
    let pointer = flag.as_ref().map_or(std::ptr::null(), Arc::as_ptr);
    STOP.set(std::ptr::null());
    // On a thread that is ending nothing would keep the flag alive: no stopping then.
    if STOP_OWNER.try_with(|owner| owner.0.replace(flag)).is_ok() {
        STOP.set(pointer);
    }
}

/// Puts this session's stop flag up, if it has one.
pub fn raise_stop() {
    store_stop(true);
}

/// Takes it down again.
pub fn lower_stop() {
    store_stop(false);
}

fn store_stop(value: bool) {
    let flag = with_local(&STOP, Cell::get);
    if !flag.is_null() {
        // SAFETY: as in `stopped`.
        unsafe { (*flag).store(value, Relaxed) };
    }
}

/// Is the stop flag up? False inside [`without_stop`].
#[inline]
pub fn stopped() -> bool {
    let flag = with_local(&STOP, Cell::get);
    // SAFETY: not null only while `STOP_OWNER`, or on a helper the job, keeps the flag alive.
    !flag.is_null() && !MASKED.get() && unsafe { (*flag).load(Relaxed) }
}

/// Runs `body` as if no stop flag were set: for work that must not be left half done.
pub fn without_stop<R>(body: impl FnOnce() -> R) -> R {
    struct Restore(bool);
    impl Drop for Restore {
        fn drop(&mut self) {
            MASKED.set(self.0);
        }
    }
    let _restore = Restore(MASKED.replace(true));
    body()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::AtomicU64;

    /// Runs on a thread of its own, so that its pool starts fresh and is joined at the end.
    fn on_thread<R: Send + 'static>(body: impl FnOnce() -> R + Send + 'static) -> R {
        std::thread::spawn(body).join().unwrap()
    }

    fn count(chunks: usize) -> Vec<u64> {
        let hits: Vec<AtomicU64> = (0..chunks).map(|_| AtomicU64::new(0)).collect();
        parallel(chunks, &|i| {
            hits[i].fetch_add(1, Relaxed);
        });
        hits.into_iter().map(AtomicU64::into_inner).collect()
    }

    #[test]
    fn each_chunk_runs_once() {
        on_thread(|| {
            for threads in [1, 2, 3, 8] {
                set_threads(threads);
                assert_eq!(super::threads(), threads);
                for chunks in [0, 1, 2, 3, 7, 64, 1000] {
                    assert!(count(chunks).into_iter().all(|hits| hits == 1));
                }
            }
        });
    }

    #[test]
    fn many_small_jobs_in_a_row() {
        on_thread(|| {
            set_threads(4);
            for round in 0..5_000 {
                assert!(count(2 + round % 5).into_iter().all(|hits| hits == 1));
            }
        });
    }

    #[test]
    fn helpers_wake_after_parking() {
        on_thread(|| {
            set_threads(3);
            for _ in 0..5 {
                assert!(count(10).into_iter().all(|hits| hits == 1));
                std::thread::sleep(SPIN * 20);
            }
        });
    }

    #[test]
    fn sessions_in_two_threads_do_not_meet() {
        let sessions: Vec<_> = (0..3)
            .map(|_| {
                std::thread::spawn(|| {
                    set_threads(2);
                    (0..500).all(|_| count(9).into_iter().all(|hits| hits == 1))
                })
            })
            .collect();
        assert!(sessions.into_iter().all(|session| session.join().unwrap()));
    }

    #[test]
    fn nested_calls_run_inline() {
        on_thread(|| {
            set_threads(3);
            let total = AtomicU64::new(0);
            parallel(6, &|_| {
                let here = std::thread::current().id();
                parallel(5, &|_| {
                    assert_eq!(std::thread::current().id(), here);
                    total.fetch_add(1, Relaxed);
                });
            });
            assert_eq!(total.into_inner(), 30);
        });
    }

    #[test]
    fn a_panic_goes_on_in_the_caller_and_the_pool_survives() {
        on_thread(|| {
            for threads in [1, 2, 4] {
                set_threads(threads);
                for bad in [0, 5, 63] {
                    let caught = catch_unwind(|| {
                        parallel(64, &|i| {
                            if i == bad {
                                std::panic::resume_unwind(Box::new(i));
                            }
                        })
                    });
                    assert_eq!(*caught.unwrap_err().downcast::<usize>().unwrap(), bad);
                    assert!(count(20).into_iter().all(|hits| hits == 1));
                }
            }
        });
    }

    #[test]
    fn the_stop_flag_skips_what_has_not_begun() {
        on_thread(|| {
            for threads in [1, 3] {
                set_threads(threads);
                let flag = Arc::new(AtomicBool::new(false));
                set_stop(flag.clone());
                let ran = AtomicUsize::new(0);
                parallel(10_000, &|_| {
                    if ran.fetch_add(1, Relaxed) == 20 {
                        flag.store(true, Relaxed);
                    }
                });
                assert!(stopped());
                assert!(ran.into_inner() < 10_000);
                assert!(count(3).into_iter().all(|hits| hits == 0));
                without_stop(|| {
                    assert!(!stopped());
                    assert!(count(50).into_iter().all(|hits| hits == 1));
                });
                assert!(stopped());
                clear_stop();
                assert!(!stopped());
                assert!(count(3).into_iter().all(|hits| hits == 1));
            }
        });
    }

    #[test]
    fn helpers_use_the_callers_instructions_and_flag() {
        on_thread(|| {
            set_threads(3);
            set_stop(Arc::new(AtomicBool::new(false)));
            isa::with_isa(Isa::Baseline, || {
                parallel(100, &|_| {
                    assert_eq!(isa::isa(), Isa::Baseline);
                    assert!(!stopped());
                });
            });
        });
    }

    #[test]
    fn a_pool_used_while_its_thread_ends_runs_inline() {
        struct Late;
        impl Drop for Late {
            fn drop(&mut self) {
                assert!(count(5).into_iter().all(|hits| hits == 1));
                set_threads(2);
                set_stop(Arc::new(AtomicBool::new(true)));
            }
        }
        thread_local!(static LATE: Late = const { Late });
        on_thread(|| {
            LATE.with(|_| ());
            set_threads(2);
            assert!(count(5).into_iter().all(|hits| hits == 1));
        });
    }
}
