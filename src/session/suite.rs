//! The `test` blocks of a file or of an entry at the prompt, run one by one.

use std::path::Path;
use std::rc::Rc;
use std::time::{Duration, Instant};

use super::{INTERRUPTED, Session, read};
use crate::device::cpu::alloc;
use crate::diagnostic::Diagnostic;
use crate::vm::code::{Code, Test};
use crate::vm::strings::{is_hidden, quoted};

/// From where random numbers start in a test of a session without a seed of its own.
const SEED: u64 = 0;

/// A file with its tests.
pub struct Suite {
    pub tests: Vec<Test>,
    /// The top level, which runs anew before each test.
    top: Rc<Code>,
    /// The global slots of the top level.
    globals: Vec<u32>,
}

/// What has come of a test.
pub struct Ran {
    pub name: Rc<str>,
    /// Of the test alone.
    pub time: Duration,
    pub errors: Vec<Diagnostic>,
}

impl Ran {
    pub fn passed(&self) -> bool {
        self.errors.is_empty()
    }

    pub fn interrupted(&self) -> bool {
        interrupted(&self.errors)
    }

    /// `ok      halves (0.2 ms)`
    pub fn line(&self) -> String {
        let word = match () {
            () if self.passed() => "ok",
            () if self.interrupted() => "stopped",
            () => "FAILED",
        };
        format!("{word:<7} {} ({})", shown(&self.name), duration(self.time))
    }
}

/// Whether this is how an interrupted program ends.
pub fn interrupted(errors: &[Diagnostic]) -> bool {
    errors.iter().any(|d| d.code == INTERRUPTED)
}

/// The name of a test on one line.
pub fn shown(name: &str) -> String {
    if name.chars().any(is_hidden) { quoted(name) } else { name.to_string() }
}

/// `0.02 ms`, `3.1 ms`, `31 ms`, `2.5 s`
pub fn duration(time: Duration) -> String {
    match time.as_secs_f64() {
        s if s < 0.001 => format!("{:.2} ms", s * 1e3),
        s if s < 0.01 => format!("{:.1} ms", s * 1e3),
        s if s < 1.0 => format!("{:.0} ms", s * 1e3),
        s => format!("{s:.1} s"),
    }
}

impl Session {
    /// Reads a file for its tests; runs none.
    ///
    /// # Errors
    /// When it cannot be read, and everything that is wrong with its text.
    pub fn load_suite(&mut self, path: &Path) -> Result<Suite, Vec<Diagnostic>> {
        let text = read(path)?;
        let script = self.compile_script(&path.display().to_string(), &text, &[])?;
        let globals = script.names.iter().map(|(_, global)| global.slot).collect();
        Ok(Suite { tests: script.tests, top: script.code, globals })
    }

    /// Runs a test as if it was alone in its file: the top level and imported files run anew, and the random numbers
    /// start from the session's seed, else from 0, there and in the test.
    ///
    /// # Errors
    /// When the top level fails, so that the test cannot begin.
    pub fn run_test(&mut self, suite: &Suite, test: &Test) -> Result<Ran, Vec<Diagnostic>> {
        self.forget(suite);
        self.start_test();
        let top = self.run(suite.top.clone());
        let ran = top.map(|_| {
            self.start_test();
            self.timed(test)
        });
        // Before the next one is measured against the limit of memory.
        self.forget(suite);
        ran
    }

    /// Runs a test of `eval_entry` among the names that are there now; leaves the random numbers as they were.
    pub fn run_here(&mut self, test: &Test) -> Ran {
        let before = self.vm.cx().random_state();
        self.start_test();
        let ran = self.timed(test);
        self.vm.cx().set_random_state(before);
        ran
    }

    fn timed(&mut self, test: &Test) -> Ran {
        let start = Instant::now();
        let errors = self.run(test.code.clone()).err().unwrap_or_default();
        Ran { name: test.name.clone(), time: start.elapsed(), errors }
    }

    fn start_test(&mut self) {
        // What the last one has outgrown is not this one's; a Ctrl-C stays.
        alloc::exceeded();
        self.vm.cx().seed(self.seed.unwrap_or(SEED));
    }

    fn forget(&mut self, suite: &Suite) {
        suite.globals.iter().for_each(|slot| self.vm.unset(*slot));
        self.loader.forget_imports(&mut self.vm);
    }
}
