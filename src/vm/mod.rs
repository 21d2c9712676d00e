//! The machine: values, calls, errors with their place. Runs what `compile` makes. Uses `tensor`, `tape`, `ops`,
//! `diagnostic`, `source`.

mod arith;
mod attr;
mod autograd;
mod bind;
pub mod builtins;
pub mod call;
pub mod cells;
mod check_arg;
pub mod code;
mod compare;
mod custom;
pub mod equal;
pub mod error;
mod execute;
mod finite;
pub mod format;
pub mod function;
mod index;
mod instr;
mod iter;
pub mod literal;
mod make;
mod method;
mod modes;
pub mod number;
pub mod object;
mod operand;
pub mod order;
mod parts;
mod place;
pub mod print;
mod raise;
mod run;
mod stack;
pub mod strings;
pub mod value;
pub mod watch;

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use crate::diagnostic::Diagnostic;
use crate::source::{SourceMap, Span};
use crate::tape::Cx;
use crate::tensor::Tensor;
use crate::terminal::{Bars, Screen};
use code::{Code, Instr, Reg, Sites};
use error::Error;
use function::{Args, Closure};
use raise::Handler;
use stack::Stack;
use value::Value;
use watch::Watched;

/// Codes of errors that the machine raises, with what they mean.
pub const CODES: &[&[(&str, &str)]] = &[
    arith::CODES,
    autograd::CODES,
    custom::CODES,
    attr::CODES,
    bind::CODES,
    call::CODES,
    check_arg::CODES,
    finite::CODES,
    compare::CODES,
    index::CODES,
    iter::CODES,
    make::CODES,
    modes::CODES,
    operand::CODES,
    place::CODES,
    raise::CODES,
];

/// Receives warnings as they are found.
pub type WarningSink = Box<dyn FnMut(Diagnostic)>;

/// Calls that may be open at once. Each takes some hundred bytes: a runaway recursion ends before memory does.
const MAX_FRAMES: usize = 200_000;

/// Calls out of Rust code that may be open at once: each takes native stack.
const MAX_NATIVE_CALLS: u32 = 100;

/// Loads imported files.
pub trait Importer {
    /// The namespace of the file at `path`, relative to the file of `from`.
    fn import(&self, vm: &mut Vm, path: &str, from: Span) -> Result<Value, Error>;
}

/// One machine with its stack, its globals and its tensor context.
pub struct Vm {
    /// Shared, so that a walk over the tape can call back into the machine; see `lend`.
    cx: Rc<Cx>,
    /// The machine itself, while the tape is walked.
    lent: Rc<Cell<*mut Vm>>,
    /// What a function called by the tape raised.
    raised: Option<Error>,
    /// Arguments of the functions with their own gradient that are running, with the number of frames.
    leaves: Vec<(usize, Vec<Tensor>)>,
    out: Box<dyn std::io::Write>,
    screen: fn() -> Screen,
    bars: Bars,
    /// What modules give while `summary` looks on.
    watch: Option<Vec<Watched>>,
    warnings: WarningSink,
    interrupt: Arc<AtomicBool>,
    frames: Vec<Frame>,
    /// The constants of the running code, while the inner loop runs.
    consts: *const Value,
    stack: Stack,
    handlers: Vec<Handler>,
    /// `None` until the declaration has run.
    globals: Vec<Option<Value>>,
    global_names: Vec<Rc<str>>,
    /// Every code object's places, in order of their first number.
    sites: Vec<Rc<Sites>>,
    sources: Rc<RefCell<SourceMap>>,
    importer: Option<Rc<dyn Importer>>,
    native_calls: u32,
    operators: &'static arith::Operators,
}

/// One call of a function of the program.
#[derive(Clone, Copy)]
struct Frame {
    /// Kept alive by the register before `base`.
    closure: *const Closure,
    /// The closure's code.
    code: *const Code,
    base: *mut Value,
    /// The next instruction; up to date whenever something outside of the loop runs.
    pc: *const Instr,
    /// The caller's register for the result.
    dst: Reg,
    /// The body of a module: its result is the instance in the first register.
    constructs: bool,
    /// Its registers begin a chunk of the stack.
    new_chunk: bool,
}

/// What a machine is made with.
pub struct Setup {
    pub out: Box<dyn std::io::Write>,
    /// What `out` leads to.
    pub screen: fn() -> Screen,
    pub bars: Bars,
    pub warnings: WarningSink,
    /// Set from another thread to stop the program.
    pub interrupt: Arc<AtomicBool>,
    pub sources: Rc<RefCell<SourceMap>>,
}

/// Prints nowhere and swallows warnings.
impl Default for Setup {
    fn default() -> Setup {
        Setup {
            out: Box::new(std::io::sink()),
            screen: Screen::plain,
            bars: Bars::silent(),
            warnings: Box::new(|_| {}),
            interrupt: Arc::default(),
            sources: Rc::default(),
        }
    }
}

impl Vm {
    pub fn new(setup: Setup) -> Vm {
        Vm {
            cx: Rc::new(Cx::new()),
            lent: Rc::new(Cell::new(std::ptr::null_mut())),
            raised: None,
            leaves: Vec::new(),
            out: setup.out,
            screen: setup.screen,
            bars: setup.bars,
            watch: None,
            warnings: setup.warnings,
            interrupt: setup.interrupt,
            frames: Vec::new(),
            consts: std::ptr::null(),
            stack: Stack::new(),
            handlers: Vec::new(),
            globals: Vec::new(),
            global_names: Vec::new(),
            sites: Vec::new(),
            sources: setup.sources,
            importer: None,
            native_calls: 0,
            operators: arith::operators(),
        }
    }

    /// The tensor context: gradient mode, device, random numbers.
    pub fn cx(&self) -> &Cx {
        &self.cx
    }

    /// Runs something that may call back into the machine: a walk over the tape, which calls the `backward` clauses
    /// of the program's functions. Everything that walks the tape goes through here.
    pub fn lend<R>(&mut self, f: impl FnOnce(&Cx) -> crate::ops::Result<R>) -> Result<R, Error> {
        let (cx, lent) = (self.cx.clone(), self.lent.clone());
        let before = lent.replace(self);
        let result = f(&cx);
        lent.set(before);
        match result {
            Ok(value) => Ok(value),
            Err(e) => Err(self.raised.take().unwrap_or_else(|| self.at_its_operation(e))),
        }
    }

    /// An error of the walk: a gradient that is not finite is about the operation, not about what asked for it.
    fn at_its_operation(&self, mut e: Box<crate::ops::OpError>) -> Error {
        if e.code != crate::tape::finite::NOT_FINITE {
            return e.into();
        }
        let places = std::mem::take(&mut e.places);
        places.into_iter().fold(Error::from(e), |error, (site, text)| match self.span_of_site(site) {
            Some(span) => error.label(span, text),
            None => error,
        })
    }

    /// Passes on what the operations have warned of since the last time.
    pub fn flush_warnings(&mut self) {
        if !self.cx.has_warnings() {
            return;
        }
        for w in self.cx.take_warnings() {
            if w.code == "WARN-01" && self.place_of_site(w.site).is_some_and(|p| p.new_axis) {
                continue;
            }
            let mut d = Diagnostic::warning(w.code, w.message);
            d.help = w.help;
            if let Some(span) = self.span_of_site(w.site) {
                d = d.label(span, "here");
            }
            (self.warnings)(d);
        }
    }

    /// Where `print` writes.
    pub fn out(&mut self) -> &mut dyn std::io::Write {
        self.flush_warnings();
        &mut *self.out
    }

    /// What that leads to.
    pub fn screen(&self) -> Screen {
        (self.screen)()
    }

    /// Progress bars.
    pub fn bars(&self) -> &Bars {
        &self.bars
    }

    pub fn set_importer(&mut self, importer: Rc<dyn Importer>) {
        self.importer = Some(importer);
    }

    /// The text of everything that was loaded, for lines and messages.
    pub fn sources(&self) -> &Rc<RefCell<SourceMap>> {
        &self.sources
    }

    /// Whether the program was asked to stop; long-running builtins look from time to time.
    pub fn check_interrupt(&self) -> Result<(), Error> {
        if self.interrupted() { Err(Error::interrupt()) } else { Ok(()) }
    }

    /// Passes a warning on.
    pub fn warn(&mut self, warning: Diagnostic) {
        (self.warnings)(warning);
    }

    // ---- globals

    pub fn global_count(&self) -> u32 {
        self.globals.len() as u32
    }

    /// Makes a global slot; `value` is what it holds before its declaration has run.
    pub fn add_global(&mut self, name: Rc<str>, value: Option<Value>) {
        self.globals.push(value);
        self.global_names.push(name);
    }

    pub fn global(&self, slot: u32) -> Option<&Value> {
        self.globals.get(slot as usize).and_then(Option::as_ref)
    }

    /// As before its declaration has run: the name means what it means without it.
    pub fn unset(&mut self, slot: u32) {
        if let Some(global) = self.globals.get_mut(slot as usize) {
            *global = builtins::value_of(&self.global_names[slot as usize]);
        }
    }

    pub fn set_global(&mut self, slot: u32, value: Value) {
        if let Some(global) = self.globals.get_mut(slot as usize) {
            *global = Some(value);
        }
    }

    // ---- code

    /// Runs the code at the top of a text, or of a test. Its places are known.
    pub fn run_code(&mut self, code: Rc<Code>) -> Result<Value, Error> {
        let closure = Value::obj(value::Obj::Fn(Closure { code, captures: Box::default() }));
        self.call(&closure, Args::default())
    }

    /// Makes the places of a code object and of all inside it known, once before it is run.
    pub fn register(&mut self, code: &Rc<Code>) {
        let mut todo = vec![code.clone()];
        while let Some(code) = todo.pop() {
            let at = self.sites.partition_point(|s| s.base <= code.sites.base);
            self.sites.insert(at, code.sites.clone());
            todo.extend(code.closures.iter().map(|p| p.code.clone()));
            for class in &code.classes {
                todo.push(class.constructor.clone());
                todo.extend(class.methods.iter().map(|(_, code)| code.clone()));
            }
        }
    }

    /// Where a place that the tape noted is in the source.
    pub fn span_of_site(&self, site: u32) -> Option<Span> {
        self.place_of_site(site).map(|p| p.span)
    }

    fn place_of_site(&self, site: u32) -> Option<&code::SourcePlace> {
        let at = self.sites.partition_point(|s| s.base <= site).checked_sub(1)?;
        let sites = &self.sites[at];
        sites.place((site - sites.base) as usize)
    }

    // ---- the running frame

    #[inline(always)]
    fn top(&self) -> &Frame {
        self.frames.last().expect("a frame is running")
    }

    #[inline(always)]
    fn top_mut(&mut self) -> &mut Frame {
        self.frames.last_mut().expect("a frame is running")
    }

    /// The running code. The reference is good while the frame runs, which is longer than any use of it.
    #[inline(always)]
    fn code<'c>(&self) -> &'c Code {
        // SAFETY: the register before the frame's base keeps the closure, and it its code.
        unsafe { &*self.top().code }
    }

    /// A register's place.
    #[inline(always)]
    fn reg(&self, reg: Reg) -> *mut Value {
        // SAFETY: the compiler names only registers of the frame.
        unsafe { self.top().base.add(reg as usize) }
    }

    /// What a register holds; for uses that neither write registers nor run program code.
    #[inline(always)]
    fn peek<'v>(&self, reg: Reg) -> &'v Value {
        // SAFETY: registers hold valid values and do not move.
        unsafe { &*self.reg(reg) }
    }

    /// The value of an operand: a temporary is used up, a variable keeps its own.
    #[inline(always)]
    fn read(&mut self, reg: Reg) -> Value {
        let slot = self.reg(reg);
        // SAFETY: as in `peek`.
        unsafe { if self.is_temp(reg) { slot.replace(Value::None) } else { (*slot).clone() } }
    }

    #[inline(always)]
    fn is_temp(&self, reg: Reg) -> bool {
        reg >= self.code().slots
    }

    /// Empties an operand's register if it is a temporary.
    #[inline(always)]
    fn used(&mut self, reg: Reg) {
        if self.is_temp(reg) {
            self.put(reg, Value::None);
        }
    }

    #[inline(always)]
    fn put(&mut self, reg: Reg, value: Value) {
        // SAFETY: as in `peek`; the old value is dropped after the new one is in place.
        drop(unsafe { self.reg(reg).replace(value) });
    }

    /// The number of the running instruction as a place.
    #[inline(always)]
    fn site(&self) -> u32 {
        let code = self.code();
        code.sites.base + self.pc_of(self.top(), code) as u32
    }

    /// The instruction that a frame is running: `pc` is already on the next.
    fn pc_of(&self, frame: &Frame, code: &Code) -> usize {
        let offset = (frame.pc as usize).wrapping_sub(code.instrs.as_ptr() as usize) / size_of::<Instr>();
        offset.saturating_sub(1)
    }

    /// Tells the tape which place runs now. Inside the library that stays the place that called it.
    #[inline(always)]
    fn note_site(&self) {
        if !self.code().is_library {
            self.cx.set_site(self.site());
        }
    }

    /// The program calls into the library: what is recorded there belongs to this place.
    fn note_library_call(&self, pc: *const Instr) {
        let code = self.code();
        if !code.is_library {
            let offset = (pc as usize - code.instrs.as_ptr() as usize) / size_of::<Instr>();
            self.cx.set_site(code.sites.base + offset.saturating_sub(1) as u32);
        }
    }
}
