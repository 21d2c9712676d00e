//! Syntax tree to code objects, one walk over each function. What names mean was found out by `check`; nothing
//! here looks a name up. Uses `syntax`, `check`, `diagnostic`, and the code objects of `vm`.

mod call;
mod cond;
mod emit;
mod expr;
mod function;
mod literal;
mod loops;
mod names;
mod place;
mod stmt;

use std::rc::Rc;

use crate::check::Resolved;
use crate::diagnostic::Diagnostic;
use crate::source::Span;
use crate::syntax::ast::Program;
use crate::vm::code::{Code, Instr, Test};
use emit::{Builder, Shared};

/// Codes of this stage, with what they mean.
pub const CODES: &[(&str, &str)] = &[
    ("LIMIT-03", "a function that is too large for the machine's code"),
    ("LIMIT-04", "a jump that is too long for the machine's code"),
    ("TENSOR-01", "rows of different lengths in a tensor literal"),
    ("TENSOR-02", "something in a tensor literal that is neither a number nor a tensor"),
];

/// What a text is compiled for.
pub struct Options<'a> {
    /// As messages name the code at the top.
    pub name: &'a str,
    /// The first place number that is free; see `vm::code::Sites`.
    pub next_site: u32,
    /// Part of the standard library.
    pub is_library: bool,
    /// The whole text.
    pub span: Span,
}

/// What a text becomes.
pub struct Compiled {
    /// Its top level, which gives the value of the last expression.
    pub code: Rc<Code>,
    /// Its `test` blocks, which the top level does not run.
    pub tests: Vec<Test>,
    /// The next free place number.
    pub next_site: u32,
}

/// Compiles a text whose names are resolved.
pub fn compile(program: &Program, resolved: &Resolved, options: Options<'_>) -> Result<Compiled, Vec<Diagnostic>> {
    let mut shared = Shared {
        resolved,
        errors: Vec::new(),
        next_site: options.next_site,
        is_library: options.is_library,
        tests: Vec::new(),
        interned: Default::default(),
    };
    let mut builder = Builder::new(&mut shared, options.name.into(), resolved.slots, options.span);
    builder.hoist(&program.stmts);
    let result = builder.temp();
    builder.body(&program.stmts, Some(result), options.span);
    builder.emit(Instr::Return { src: result }, options.span);
    let code = builder.finish();
    let Shared { errors, tests, next_site, .. } = shared;
    if errors.is_empty() { Ok(Compiled { code, tests, next_site }) } else { Err(errors) }
}
