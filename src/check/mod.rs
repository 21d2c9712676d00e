//! Resolves names before anything runs: which variable each name means, where it lives, what closures capture;
//! reports what is certainly wrong. Walks the syntax tree once and leaves its findings in [`Resolved`], keyed by
//! where a name stands. Uses `syntax`, `diagnostic`, and the signatures of `ops` and of the builtins.

mod calls;
mod names;
mod scope;
mod stmts;
mod unread;
mod walk;

use std::collections::{HashMap, HashSet};
use std::rc::Rc;

use crate::diagnostic::Diagnostic;
use crate::ops::Op;
use crate::source::Span;
use crate::syntax::ast::{Program, Stmt, StmtKind};
use crate::vm::function::Builtin;

/// Codes of this stage, with what they mean.
pub const CODES: &[(&str, &str)] = &[
    ("NAME-01", "a name that nothing declares"),
    ("NAME-02", "an assignment to a name that nothing declares"),
    ("NAME-03", "a name that was declared in a block which is closed"),
    ("NAME-04", "a name that is declared further down"),
    ("NAME-05", "two parameters, or two parts of one pattern, of the same name"),
    ("NAME-06", "something that cannot be assigned to"),
    ("NAME-07", "a field or method that the module does not declare"),
    ("NAME-09", "two tests of the same name in a file"),
    ("FLOW-01", "`break` or `continue` outside of a loop"),
    ("FLOW-02", "`return` outside of a function"),
    ("CALL-01", "too few arguments"),
    ("CALL-02", "too many arguments"),
    ("CALL-03", "a named argument that the function does not have"),
    ("CALL-04", "an argument given twice"),
    ("LIMIT-02", "a function with more variables or parameters than the machine has registers"),
];

/// Index into [`Resolved::vars`].
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct VarId(pub u32);

/// How a variable came about; decides what some warnings say.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Origin {
    Let,
    /// `let w = param(…)`
    LetParam,
    For,
    Param,
    Fn,
    Module,
    Import,
    Catch,
    /// A name in a shape annotation.
    Dim,
    /// `self`, `result`, and the arguments of a function with a `backward` clause as they were passed.
    Hidden,
}

pub struct Var {
    pub name: Rc<str>,
    pub span: Span,
    pub origin: Origin,
    /// The register, if it lives in one.
    pub slot: u16,
    /// The global slot, if it lives there instead.
    pub global: Option<u32>,
    /// A closure uses it.
    pub captured: bool,
    /// It is assigned after its declaration.
    pub assigned: bool,
}

impl Var {
    /// Whether its register holds a box that closures share; a captured variable that never changes is copied.
    pub fn boxed(&self) -> bool {
        self.captured && self.assigned && self.global.is_none()
    }
}

/// Where the running function finds an outer variable.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Place {
    Var(VarId),
    /// A position among the closure's captures, and the variable it came from.
    Capture(u16, VarId),
}

/// What a name means where it stands.
#[derive(Clone, Copy, Debug)]
pub enum Binding {
    Local(Place),
    Global(u32),
    /// A field of the module around, reached through its `self`.
    Field(Place, u16),
    Method(Place, u16),
    Known(Known),
}

/// Names that are there without being declared.
#[derive(Clone, Copy, Debug)]
pub enum Known {
    Builtin(&'static Builtin),
    Op(&'static Op),
    /// `inf`, `nan`, `pi`
    Constant(f64),
    /// `linalg`, `fft`, `special`, `init`
    Namespace(&'static str),
}

/// What the compiler needs of a function, a lambda, a method or a module's constructor.
#[derive(Default)]
pub struct FnInfo {
    /// Registers of its variables; temporaries come after them.
    pub slots: u16,
    /// From where the enclosing function fills the captures when it makes the closure.
    pub captures: Vec<Place>,
    /// The hidden first parameter of methods and constructors.
    pub this: Option<VarId>,
    /// One register per parameter; a pattern's own variables are declared apart.
    pub params: Vec<VarId>,
    /// Which arguments were given, where some have defaults.
    pub mask: Option<VarId>,
    /// With a `backward` clause: the arguments as they were passed, and `result`.
    pub passed: Vec<VarId>,
    pub result: Option<VarId>,
}

/// What the compiler needs of a module.
#[derive(Default, Clone)]
pub struct ClassInfo {
    /// Constructor parameters first.
    pub fields: Vec<Rc<str>>,
    pub param_count: usize,
    pub methods: Vec<Rc<str>>,
    /// What constructor and methods capture, together: one environment for all.
    pub captures: Vec<Place>,
}

/// A top-level name of the session or of an imported file.
#[derive(Clone, Debug)]
pub struct GlobalName {
    pub slot: u32,
    pub span: Span,
    pub origin: Origin,
}

/// Top-level names that outlive one piece of text.
pub type GlobalNames = HashMap<Rc<str>, GlobalName>;

/// What the rest of the session offers to a piece of text.
pub trait Outer {
    /// The slot of a name of the standard library that is written in Reel.
    fn library(&mut self, name: &str) -> Option<u32>;
    /// All names of that library, for did-you-mean.
    fn library_names(&self) -> Vec<Rc<str>>;
}

/// How the variables at the top of a text live.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum TopLevel {
    /// In registers, unless a function uses them: a script that runs once.
    Registers,
    /// In global slots: the prompt, an imported file.
    Globals,
}

/// Everything the checker found out.
#[derive(Default)]
pub struct Resolved {
    pub vars: Vec<Var>,
    /// By the byte where the name starts.
    pub names: HashMap<u32, Binding>,
    /// By the byte where the function starts.
    pub functions: HashMap<u32, FnInfo>,
    /// By the byte where the module's name starts.
    pub classes: HashMap<u32, ClassInfo>,
    /// Registers of each loop's variables, by the byte where the loop starts: first, first of those that are
    /// declared anew in the body, end.
    pub loop_slots: HashMap<u32, (u16, u16, u16)>,
    /// Registers of the text's own top level.
    pub slots: u16,
    /// Global slots that this text adds, to be kept if it is run.
    pub new_globals: Vec<(Rc<str>, GlobalName)>,
    /// Index assignments and compound assignments whose result nothing reads, by the byte where the place starts.
    pub unread: HashSet<u32>,
    pub warnings: Vec<Diagnostic>,
}

impl Resolved {
    pub fn var(&self, id: VarId) -> &Var {
        &self.vars[id.0 as usize]
    }
}

/// Resolves a text. `names` are the top-level names known so far, `next_slot` the first free global slot.
pub fn check(
    program: &Program,
    names: &GlobalNames,
    next_slot: u32,
    top: TopLevel,
    outer: &mut dyn Outer,
) -> Result<Resolved, Vec<Diagnostic>> {
    let mut checker = walk::Checker::new(names, next_slot, top, outer);
    checker.program(program);
    checker.finish()
}

/// The functions and modules at the top of a text, which may be used before their line.
pub fn hoisted(stmts: &[Stmt]) -> impl Iterator<Item = &Stmt> {
    let mut seen = HashSet::new();
    stmts.iter().filter(move |s| match &s.kind {
        StmtKind::Fn(f) => f.name.as_ref().is_some_and(|n| seen.insert(n.text.clone())),
        StmtKind::Module(m) => seen.insert(m.name.text.clone()),
        _ => false,
    })
}
