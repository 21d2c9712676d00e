//! Texts to code: parse, check, compile; and imported files, each run once.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use super::library::Library;
use crate::check::{self, Binding, GlobalName, GlobalNames, Known, Origin, TopLevel};
use crate::compile;
use crate::diagnostic::Diagnostic;
use crate::source::{SourceMap, Span};
use crate::syntax;
use crate::vm::code::{Code, Test};
use crate::vm::error::Error;
use crate::vm::function::Namespace;
use crate::vm::value::{Obj, Value};
use crate::vm::{Importer, Vm, builtins};

/// A text that can be run.
#[derive(Clone)]
pub struct Compiled {
    pub code: Rc<Code>,
    /// The top-level names it adds.
    pub names: Vec<(Rc<str>, GlobalName)>,
    pub tests: Vec<Test>,
}

pub struct Loader {
    pub sources: Rc<RefCell<SourceMap>>,
    library: Library,
    /// Imported files that have run, by their real path.
    compiled: RefCell<HashMap<PathBuf, Compiled>>,
    /// Their names.
    files: RefCell<HashMap<PathBuf, Value>>,
    /// Files whose top level is running, to find cycles.
    running: RefCell<Vec<PathBuf>>,
    next_site: Cell<u32>,
}

impl Loader {
    pub fn new(sources: Rc<RefCell<SourceMap>>, vm: &mut Vm) -> Loader {
        Loader {
            sources,
            library: Library::new(vm),
            compiled: RefCell::default(),
            files: RefCell::default(),
            running: RefCell::default(),
            // Place 0 means "nowhere".
            next_site: Cell::new(1),
        }
    }

    /// The code of a text, its tests, and the top-level names it adds. Runs the parts of the library that it needs.
    pub fn compile(
        &self,
        vm: &mut Vm,
        name: &str,
        text: &str,
        names: &GlobalNames,
        top: TopLevel,
        is_library: bool,
    ) -> Result<Compiled, Vec<Diagnostic>> {
        let file = self.sources.borrow_mut().add(name, text);
        let program = syntax::parse(file, text)?;
        let mut resolved = check::check(&program, names, vm.global_count(), top, &mut &self.library)?;
        let options = compile::Options {
            name: "the top level",
            next_site: self.next_site.get(),
            is_library,
            span: Span::new(file, 0, text.len()),
        };
        let compile::Compiled { code, tests, next_site } = compile::compile(&program, &resolved, options)?;
        self.next_site.set(next_site);
        vm.register(&code);
        tests.iter().for_each(|test| vm.register(&test.code));
        // A program that looks at a tape wants to see its values; others are spared the memory and the time.
        if resolved.names.values().any(|b| matches!(b, Binding::Known(Known::Builtin(b)) if b.name == "tape")) {
            vm.cx().set_keep_values(true);
        }
        for warning in resolved.warnings.drain(..) {
            vm.warn(warning);
        }
        for (name, global) in &resolved.new_globals {
            if global.slot >= vm.global_count() {
                // Until its declaration has run, the name means what it meant without it.
                vm.add_global(name.clone(), builtins::value_of(name));
            }
        }
        while let Some((name, text)) = self.library.take_needed() {
            self.run_library(vm, name, text)?;
        }
        Ok(Compiled { code, names: resolved.new_globals, tests })
    }

    /// Lets go of what imported files hold: the next import runs its file anew.
    pub fn forget_imports(&self, vm: &mut Vm) {
        self.files.borrow_mut().clear();
        for file in self.compiled.borrow().values() {
            file.names.iter().for_each(|(_, global)| vm.unset(global.slot));
        }
    }

    fn run_library(&self, vm: &mut Vm, name: &str, text: &str) -> Result<(), Vec<Diagnostic>> {
        let names: GlobalNames = self
            .library
            .names_of(name)
            .map(|(n, slot)| (Rc::from(n), GlobalName { slot, span: Span::default(), origin: Origin::Fn }))
            .collect();
        let compiled = self.compile(vm, name, text, &names, TopLevel::Globals, true)?;
        vm.run_code(compiled.code).map_err(|e| vec![super::diagnostic(e)])?;
        Ok(())
    }

    /// Runs the file at `path`, which the import calls `shown`.
    fn load(&self, vm: &mut Vm, shown: &str, path: &Path, real: &Path) -> Result<Value, Error> {
        let known = self.compiled.borrow().get(real).cloned();
        let file = match known {
            Some(file) => file,
            None => {
                let text = std::fs::read_to_string(path).map_err(|e| unreadable(shown, &e))?;
                let names = GlobalNames::new();
                self.compile(vm, &path.display().to_string(), &text, &names, TopLevel::Globals, false)
                    .map_err(|mut errors| Error::placed(errors.swap_remove(0)))?
            }
        };
        vm.run_code(file.code.clone())?;
        // One that failed is read anew: it may have been mended.
        self.compiled.borrow_mut().entry(real.to_path_buf()).or_insert_with(|| file.clone());
        let members = file.names.iter().filter_map(|(name, g)| Some((name.clone(), vm.global(g.slot)?.clone())));
        let name = path.file_stem().map_or(shown.into(), |s| s.to_string_lossy().into_owned());
        let space = Namespace { name: name.into(), members: RefCell::new(members.collect()) };
        Ok(Value::obj(Obj::Namespace(space)))
    }
}

impl Importer for Loader {
    fn import(&self, vm: &mut Vm, path: &str, from: Span) -> Result<Value, Error> {
        let beside = {
            let sources = self.sources.borrow();
            PathBuf::from(&sources.file(from.file).name)
        };
        let folder = beside.parent().filter(|_| beside.is_file()).unwrap_or(Path::new(""));
        let joined = folder.join(path);
        let real = joined.canonicalize().map_err(|e| unreadable(path, &e))?;
        if let Some(known) = self.files.borrow().get(&real) {
            return Ok(known.clone());
        }
        if let Some(k) = self.running.borrow().iter().position(|p| *p == real) {
            let names: Vec<String> = self.running.borrow()[k..].iter().map(|p| file_name(p)).collect();
            let message = format!("`{path}` is imported by itself: {} → {}", names.join(" → "), file_name(&real));
            return Err(Error::new("IMPORT-04", message)
                .at(0, "closes the circle")
                .help("move what both need into a third file"));
        }
        self.running.borrow_mut().push(real.clone());
        let loaded = self.load(vm, path, &joined, &real);
        self.running.borrow_mut().pop();
        let loaded = loaded?;
        self.files.borrow_mut().insert(real, loaded.clone());
        Ok(loaded)
    }
}

fn unreadable(path: &str, error: &std::io::Error) -> Error {
    Error::new("IMPORT-03", format!("`{path}` cannot be read: {error}")).at(0, "this file")
}

fn file_name(path: &Path) -> String {
    path.file_name().map_or_else(String::new, |n| n.to_string_lossy().into_owned())
}

#[cfg(test)]
mod tests {
    use crate::session::{Options, Session};

    /// Whether tapes keep their values once `text` has run.
    fn keeps_values(text: &str) -> bool {
        let mut session = Session::new(Options { out: Box::new(std::io::sink()), ..Options::default() });
        session.eval("test", text).expect("a program without errors");
        session.vm().cx().keeps_values()
    }

    #[test]
    fn values_are_kept_for_programs_that_look_at_a_tape() {
        let graph = "let w = param([2.0])\nlet y = w * w\n";
        assert!(keeps_values(&format!("{graph}print(tape(y))")));
        assert!(keeps_values(&format!("{graph}fn show(x) {{ x.tape() }}")));
        assert!(keeps_values(&format!("{graph}let f = tape")));
        assert!(!keeps_values(graph));
        assert!(!keeps_values(&format!("# What is on the tape?\nlet taped = \"tape\"\n{graph}")));
        assert!(!keeps_values("fn tape(x) { x }\ntape(1)"));
    }
}
