//! Source text in, value or diagnostics out: what the command line, the prompt, the tests and an embedding program
//! call. The only place where the stages are chained. Installs no signal handler and holds no global state: sessions
//! in several threads do not know of each other.

mod library;
mod loader;
pub mod suite;

use std::cell::RefCell;
use std::path::Path;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::check::{GlobalName, GlobalNames, Origin, TopLevel};
use crate::device::Device;
use crate::device::cpu::{alloc, pool};
use crate::diagnostic::Diagnostic;
use crate::source::{SourceMap, Span};
use crate::terminal::{Bars, Screen};
use crate::vm::code::Test;
use crate::vm::error::{Error, Fault};
use crate::vm::print;
use crate::vm::value::Value;
use crate::vm::{Setup, Vm};
use loader::{Compiled, Loader};

/// Codes of this stage, with what they mean.
pub const CODES: &[(&str, &str)] =
    &[("IMPORT-03", "a file that cannot be read"), ("IMPORT-04", "files that import each other")];

/// The code of the error with which an interrupted program ends.
pub const INTERRUPTED: &str = "LIMIT-00";

/// Receives a warning with the sources that it refers to.
pub type WarningSink = Box<dyn FnMut(&Diagnostic, &SourceMap)>;

/// What a session is made with; the default prints to the standard streams and draws its own seed.
pub struct Options {
    /// Where `print` writes.
    pub out: Box<dyn std::io::Write>,
    /// What `out` leads to, for what is drawn there; asked each time.
    pub screen: fn() -> Screen,
    /// Progress bars. What shares their terminal writes through [`Bars::stdout`] or [`Bars::suspend`].
    pub bars: Bars,
    /// Receives warnings as they are found, with the sources that they refer to.
    pub warnings: WarningSink,
    /// Set from anywhere to stop the running program. The session clears it when the next text begins.
    pub interrupt: Arc<AtomicBool>,
    pub seed: Option<u64>,
    pub device: Device,
    /// Threads that kernels use, the session's own included; `None` is one for each processor.
    pub threads: Option<usize>,
    /// Most bytes of tensors; `None` is four fifths of the machine's memory.
    pub memory: Option<usize>,
    /// Makes it an error when an operation makes a NaN or an infinity of finite numbers.
    pub check_nan: bool,
}

impl Default for Options {
    fn default() -> Options {
        let bars = Bars::on_stderr();
        Options {
            out: Box::new(bars.stdout()),
            screen: Screen::plain,
            bars,
            warnings: Box::new(|_, _| {}),
            interrupt: Arc::default(),
            seed: None,
            device: Device::Cpu,
            threads: None,
            memory: None,
            check_nan: false,
        }
    }
}

/// One program, or one sitting at the prompt.
pub struct Session {
    vm: Vm,
    loader: Rc<Loader>,
    /// Top-level names of what `eval` ran.
    names: GlobalNames,
    interrupt: Arc<AtomicBool>,
    seed: Option<u64>,
}

impl Session {
    pub fn new(options: Options) -> Session {
        let sources = Rc::new(RefCell::new(SourceMap::default()));
        // Kernels and memory are the thread's, as the session is.
        if let Some(threads) = options.threads {
            pool::set_threads(threads);
        }
        if let Some(bytes) = options.memory {
            alloc::set_limit(bytes);
        }
        let (mut warnings, warned) = (options.warnings, sources.clone());
        let mut vm = Vm::new(Setup {
            out: options.out,
            screen: options.screen,
            bars: options.bars,
            warnings: Box::new(move |warning| warnings(&warning, &warned.borrow())),
            interrupt: options.interrupt.clone(),
            sources: sources.clone(),
        });
        if let Some(seed) = options.seed {
            vm.cx().seed(seed);
        }
        vm.cx().set_device(options.device);
        if options.check_nan {
            vm.cx().set_check_finite(true);
        }
        let loader = Rc::new(Loader::new(sources, &mut vm));
        vm.set_importer(loader.clone());
        Session { vm, loader, names: GlobalNames::new(), interrupt: options.interrupt, seed: options.seed }
    }

    /// Runs a text whose top-level names stay for the next one; the value of its last expression.
    ///
    /// # Errors
    /// Everything that is wrong with the text, or the one error that ended it.
    pub fn eval(&mut self, name: &str, text: &str) -> Result<Value, Vec<Diagnostic>> {
        self.eval_entry(name, text).map(|(value, _)| value)
    }

    /// As `eval`; also gives the text's tests, which `run_here` runs.
    ///
    /// # Errors
    /// As `eval`.
    pub fn eval_entry(&mut self, name: &str, text: &str) -> Result<(Value, Vec<Test>), Vec<Diagnostic>> {
        self.begin();
        let loader = self.loader.clone();
        let entry = loader.compile(&mut self.vm, name, text, &self.names, TopLevel::Globals, false)?;
        self.names.extend(entry.names);
        Ok((self.run(entry.code)?, entry.tests))
    }

    /// Runs a file as a script, whose list `args` holds `args`.
    ///
    /// # Errors
    /// As `eval`, and when the file cannot be read.
    pub fn run_file(&mut self, path: &Path, args: &[String]) -> Result<Value, Vec<Diagnostic>> {
        let text = read(path)?;
        self.run_script(&path.display().to_string(), &text, args)
    }

    /// Runs a text as a script of its own.
    pub fn run_script(&mut self, name: &str, text: &str, args: &[String]) -> Result<Value, Vec<Diagnostic>> {
        let script = self.compile_script(name, text, args)?;
        self.run(script.code)
    }

    fn compile_script(&mut self, name: &str, text: &str, args: &[String]) -> Result<Compiled, Vec<Diagnostic>> {
        self.begin();
        let list = Value::list(args.iter().map(|a| Value::str(a.as_str())).collect());
        let slot = self.vm.global_count();
        self.vm.add_global("args".into(), Some(list));
        let args = GlobalName { slot, span: Span::default(), origin: Origin::Let };
        let names = GlobalNames::from([(Rc::from("args"), args)]);
        let loader = self.loader.clone();
        loader.compile(&mut self.vm, name, text, &names, TopLevel::Registers, false)
    }

    /// A value as the prompt shows it.
    ///
    /// # Errors
    /// When the numbers of a tensor cannot be computed after all.
    pub fn show(&mut self, value: &Value) -> Result<String, Vec<Diagnostic>> {
        print::repr(value).map_err(|e| vec![diagnostic(e)])
    }

    /// The text of everything that was loaded, which spans of diagnostics refer to.
    pub fn sources(&self) -> std::cell::Ref<'_, SourceMap> {
        self.loader.sources.borrow()
    }

    /// The machine, for embedding programs and tests.
    pub fn vm(&mut self) -> &mut Vm {
        &mut self.vm
    }

    /// Gives a top-level name a value, as `let` at the prompt does.
    pub fn define(&mut self, name: &str, value: Value) {
        let slot = match self.names.get(name) {
            Some(known) => known.slot,
            None => {
                let slot = self.vm.global_count();
                self.vm.add_global(name.into(), None);
                self.names.insert(name.into(), GlobalName { slot, span: Span::default(), origin: Origin::Let });
                slot
            }
        };
        self.vm.set_global(slot, value);
    }

    /// The value of a top-level name.
    pub fn global(&self, name: &str) -> Option<Value> {
        self.vm.global(self.names.get(name)?.slot).cloned()
    }

    /// Top-level names, sorted.
    pub fn global_names(&self) -> Vec<Rc<str>> {
        let mut names: Vec<Rc<str>> = self.names.keys().cloned().collect();
        names.sort();
        names
    }

    fn begin(&mut self) {
        // Long kernels look at the same flag as the machine.
        pool::set_stop(self.interrupt.clone());
        self.interrupt.store(false, Ordering::Relaxed);
    }

    fn run(&mut self, code: Rc<crate::vm::code::Code>) -> Result<Value, Vec<Diagnostic>> {
        let result = self.vm.run_code(code);
        // What is said next stands below them.
        self.vm.bars().close_to(0);
        self.vm.flush_warnings();
        result.map_err(|e| vec![diagnostic(e)])
    }
}

fn read(path: &Path) -> Result<String, Vec<Diagnostic>> {
    let unreadable = |e| Diagnostic::error("IMPORT-03", format!("`{}` cannot be read: {e}", path.display()));
    std::fs::read_to_string(path).map_err(|e| vec![unreadable(e)])
}

/// An error that has left the program.
fn diagnostic(e: Error) -> Diagnostic {
    match e.into_fault() {
        Fault::Placed(d) => d,
        Fault::Interrupt => Diagnostic::error(INTERRUPTED, "interrupted"),
        Fault::Operands(o) => {
            let mut d = Diagnostic::error(o.code, o.message);
            d.help = o.help;
            d
        }
    }
}
