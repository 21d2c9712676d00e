//! The context of a session's operations: modes, places, loop counters, random numbers, warnings.

use super::node::{LoopObj, LoopRef};
use crate::device::Device;
use crate::device::slab::Rcs;
use crate::ops::OpError;
use std::cell::{Cell, RefCell};
use std::collections::HashSet;

/// What operations run in. All methods take `&self`: a gradient rule holds one reference and nests its calls.
pub struct Cx {
    grad: Cell<bool>,
    device: Cell<Device>,
    /// Where elementwise work of at least this many elements is put off; `usize::MAX` for never.
    put_off_from: Cell<usize>,
    /// Whether nodes keep their results, so that a tape can show them.
    keep_values: Cell<bool>,
    /// Whether what makes numbers that are not finite is an error.
    check_finite: Cell<bool>,
    /// How many checkpointed functions are running, in the bits where a node notes it.
    pub(super) level: Cell<u8>,
    site: Cell<u32>,
    iter: Cell<u32>,
    /// The turns of the loops around the innermost one; made when something is recorded in them.
    outer: Cell<Option<LoopRef>>,
    loops: RefCell<Vec<(u32, Option<LoopRef>)>>,
    pub(super) epoch: Cell<u32>,
    /// The walks that are running, the innermost last: what one calls may walk the tape too.
    pub(super) walks: RefCell<Vec<u32>>,
    /// The places of the last backwards, by epoch, to tell where a tape was used up.
    pub(super) rewound: RefCell<std::collections::VecDeque<(u32, u32)>>,
    pub(super) rng: Cell<Rng>,
    warnings: RefCell<Vec<OpWarning>>,
    warned: RefCell<HashSet<(u32, &'static str)>>,
    /// The first error inside a gradient rule; rules are formulas and go on with stand-ins.
    failed: RefCell<Option<Box<OpError>>>,
    has_failed: Cell<bool>,
}

/// The state of the counter-based generator.
#[derive(Clone, Copy, Debug, Default)]
pub struct Rng {
    pub key: u64,
    /// The next unused block.
    pub counter: u64,
}

/// Something legal that is likely a mistake.
#[derive(Clone, Debug)]
pub struct OpWarning {
    pub code: &'static str,
    pub message: String,
    pub help: Option<String>,
    /// The place that it is about.
    pub site: u32,
}

/// From how many elements on elementwise work is put off.
const PUT_OFF_FROM: usize = 4096;
/// How many places of backwards are remembered.
const REWOUND: usize = 1024;

impl Cx {
    /// A context with fresh random numbers. `REEL_EAGER=1` runs every operation at once.
    pub fn new() -> Cx {
        let eager = std::env::var_os("REEL_EAGER").is_some_and(|v| v != "0" && !v.is_empty());
        let entropy = std::collections::hash_map::RandomState::new();
        let key = std::hash::BuildHasher::hash_one(&entropy, std::process::id());
        Cx {
            grad: Cell::new(true),
            device: Cell::new(Device::Cpu),
            put_off_from: Cell::new(if eager { usize::MAX } else { PUT_OFF_FROM }),
            keep_values: Cell::new(false),
            check_finite: Cell::new(false),
            level: Cell::new(0),
            site: Cell::new(0),
            iter: Cell::new(0),
            outer: Cell::new(None),
            loops: RefCell::new(Vec::new()),
            epoch: Cell::new(0),
            walks: RefCell::new(Vec::new()),
            rewound: RefCell::new(std::collections::VecDeque::new()),
            rng: Cell::new(Rng { key, counter: 0 }),
            warnings: RefCell::new(Vec::new()),
            warned: RefCell::new(HashSet::new()),
            failed: RefCell::new(None),
            has_failed: Cell::new(false),
        }
    }

    #[inline(always)]
    pub fn grad_enabled(&self) -> bool {
        self.grad.get()
    }

    /// Sets whether operations on tracked tensors are recorded; gives what it was.
    pub fn set_grad_enabled(&self, on: bool) -> bool {
        self.grad.replace(on)
    }

    /// Runs `f` without recording; the mode is then as before.
    pub fn without_grad<R>(&self, f: impl FnOnce() -> R) -> R {
        self.with_grad_mode(false, f)
    }

    pub(super) fn with_grad_mode<R>(&self, on: bool, f: impl FnOnce() -> R) -> R {
        struct Restore<'a>(&'a Cx, bool);
        impl Drop for Restore<'_> {
            fn drop(&mut self) {
                self.0.grad.set(self.1);
            }
        }
        let _restore = Restore(self, self.grad.replace(on));
        f()
    }

    pub fn device(&self) -> Device {
        self.device.get()
    }

    pub fn set_device(&self, device: Device) -> Device {
        self.device.replace(device)
    }

    #[inline(always)]
    pub(crate) fn put_off_from(&self) -> usize {
        self.put_off_from.get()
    }

    /// Chooses between putting elementwise work off and running it at once; the numbers are the same.
    pub fn set_put_off(&self, on: bool) {
        self.put_off_from.set(if on { PUT_OFF_FROM } else { usize::MAX });
    }

    /// Puts off work from `n` elements on; for tests.
    pub fn set_put_off_from(&self, n: usize) {
        self.put_off_from.set(n);
    }

    #[inline(always)]
    pub fn keeps_values(&self) -> bool {
        self.keep_values.get()
    }

    pub fn set_keep_values(&self, on: bool) {
        self.keep_values.set(on);
    }

    #[inline(always)]
    pub fn checks_finite(&self) -> bool {
        self.check_finite.get()
    }

    /// Makes it an error when an operation makes a NaN or an infinity of finite numbers. Each then runs at once.
    pub fn set_check_finite(&self, on: bool) {
        self.check_finite.set(on);
        if on {
            self.set_put_off(false);
        }
    }

    /// The place in the user's program that runs from now on.
    #[inline(always)]
    pub fn set_site(&self, site: u32) {
        self.site.set(site);
    }

    #[inline(always)]
    pub fn site(&self) -> u32 {
        self.site.get()
    }

    /// The turn of the innermost loop.
    #[inline(always)]
    pub fn iter(&self) -> u32 {
        self.iter.get()
    }

    /// A loop begins; its first turn is number 0.
    pub fn push_loop(&self) {
        self.loops.borrow_mut().push((self.iter.replace(0), self.outer.take()));
    }

    #[inline(always)]
    pub fn next_iteration(&self) {
        self.iter.set(self.iter.get().wrapping_add(1));
    }

    /// The innermost loop ends.
    pub fn pop_loop(&self) {
        if let Some((iter, outer)) = self.loops.borrow_mut().pop() {
            self.iter.set(iter);
            self.outer.set(outer);
        }
    }

    /// How many loops are open; `close_loops` returns to such a number after an error.
    pub fn loop_depth(&self) -> usize {
        self.loops.borrow().len()
    }

    pub fn close_loops(&self, depth: usize) {
        while self.loop_depth() > depth {
            self.pop_loop();
        }
    }

    /// The turns of the loops around the innermost one.
    #[inline(always)]
    pub(super) fn outer_loops(&self) -> Option<LoopRef> {
        let cached = self.outer.take();
        if cached.is_some() {
            self.outer.set(cached.clone());
            return cached;
        }
        // A loop at the top has no other around it.
        if self.loops.try_borrow().is_ok_and(|l| l.len() < 2) { None } else { self.make_outer_loops() }
    }

    #[cold]
    fn make_outer_loops(&self) -> Option<LoopRef> {
        let mut loops = self.loops.borrow_mut();
        // Entry k holds what was true when loop k began: the turn of loop k - 1, and the cells around that loop.
        let mut outer: Option<LoopRef> = None;
        for k in 1..loops.len() {
            let kept = loops.get(k + 1).and_then(|l| l.1.clone());
            let made = kept
                .unwrap_or_else(|| Rcs::new(LoopObj { count: Cell::new(1), iter: loops[k].0, outer: outer.take() }));
            if let Some(l) = loops.get_mut(k + 1) {
                l.1 = Some(made.clone());
            }
            outer = Some(made);
        }
        self.outer.set(outer.clone());
        outer
    }

    /// Seeds the random numbers.
    pub fn seed(&self, key: u64) {
        self.rng.set(Rng { key, counter: 0 });
    }

    /// Sets `blocks` of the generator's blocks aside for one call.
    pub fn take_random(&self, blocks: u64) -> Rng {
        let rng = self.rng.get();
        self.rng.set(Rng { counter: rng.counter.wrapping_add(blocks), ..rng });
        rng
    }

    /// Where the random numbers stand.
    pub fn random_state(&self) -> Rng {
        self.rng.get()
    }

    /// Goes on with the random numbers from there; gives where they stood.
    pub fn set_random_state(&self, rng: Rng) -> Rng {
        self.rng.replace(rng)
    }

    /// Warns once per place and code.
    pub fn warn(&self, code: &'static str, message: impl FnOnce() -> String, help: Option<&str>) {
        let site = self.site.get();
        if self.warned.borrow_mut().insert((site, code)) {
            let help = help.map(str::to_string);
            self.warnings.borrow_mut().push(OpWarning { code, message: message(), help, site });
        }
    }

    pub fn has_warnings(&self) -> bool {
        !self.warnings.borrow().is_empty()
    }

    pub fn take_warnings(&self) -> Vec<OpWarning> {
        std::mem::take(&mut self.warnings.borrow_mut())
    }

    /// Remembers the first error of a gradient rule.
    pub(crate) fn fail(&self, error: Box<OpError>) {
        self.failed.borrow_mut().get_or_insert(error);
        self.has_failed.set(true);
    }

    #[inline(always)]
    pub(crate) fn take_failure(&self) -> Option<Box<OpError>> {
        if self.has_failed.get() { self.take_failed() } else { None }
    }

    #[cold]
    fn take_failed(&self) -> Option<Box<OpError>> {
        self.has_failed.set(false);
        self.failed.borrow_mut().take()
    }

    pub(super) fn next_epoch(&self) -> u32 {
        let e = self.epoch.get().wrapping_add(1).max(1);
        self.epoch.set(e);
        e
    }

    /// Remembers where a backward ran.
    pub(super) fn note_rewound(&self, epoch: u32) {
        let mut r = self.rewound.borrow_mut();
        if r.len() == REWOUND {
            r.pop_front();
        }
        r.push_back((epoch, self.site.get()));
    }

    pub(super) fn rewound_at(&self, epoch: u32) -> Option<u32> {
        self.rewound.borrow().iter().find(|(e, _)| *e == epoch).map(|(_, site)| *site)
    }
}

impl Default for Cx {
    fn default() -> Self {
        Cx::new()
    }
}
