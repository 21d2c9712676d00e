//! The standard library that is written in Reel: the files of `src/std`. A file is compiled when a text first uses one
//! of its names. Those of a file that is named like a group of operations are reached by its prefix: `uniform` in
//! `init.reel` is `init.uniform`.

use std::borrow::Cow;
use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::rc::Rc;

use crate::check::Outer;
use crate::vm::{Vm, builtins};

// `FILES`: name and text of each file in `src/std`.
include!(concat!(env!("OUT_DIR"), "/library.rs"));

pub struct Library {
    /// What each name is: its global slot and its file.
    names: HashMap<Cow<'static, str>, (u32, usize)>,
    state: Vec<Cell<State>>,
    /// Files that a text needs before it runs.
    needed: RefCell<Vec<usize>>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Unused,
    Needed,
}

impl Library {
    /// Gives every name its slot; compiles nothing.
    pub fn new(vm: &mut Vm) -> Library {
        let mut names = HashMap::new();
        for (file, (stem, text)) in FILES.iter().enumerate() {
            for name in declared(text) {
                let full = match builtins::namespace(stem) {
                    Some(space) => Cow::from(format!("{space}.{name}")),
                    None => Cow::from(name),
                };
                vm.add_global(Rc::from(&*full), None);
                names.insert(full, (vm.global_count() - 1, file));
            }
        }
        let state = FILES.iter().map(|_| Cell::new(State::Unused)).collect();
        Library { names, state, needed: RefCell::default() }
    }

    /// The next file to be run, if a text needs one that has not been.
    pub fn take_needed(&self) -> Option<(&'static str, &'static str)> {
        self.needed.borrow_mut().pop().map(|file| FILES[file])
    }

    /// The names that a file declares, as it spells them, with their slots.
    pub fn names_of(&self, file: &str) -> impl Iterator<Item = (&str, u32)> + '_ {
        let prefix = builtins::namespace(file).map_or(String::new(), |space| format!("{space}."));
        let file = FILES.iter().position(|(name, _)| *name == file);
        let own = self.names.iter().filter(move |(_, (_, f))| Some(*f) == file);
        own.map(move |(name, (slot, _))| (name.strip_prefix(&*prefix).unwrap_or(name), *slot))
    }
}

impl Outer for &Library {
    fn library(&mut self, name: &str) -> Option<u32> {
        let (slot, file) = *self.names.get(name)?;
        if self.state[file].replace(State::Needed) == State::Unused {
            self.needed.borrow_mut().push(file);
        }
        Some(slot)
    }

    fn library_names(&self) -> Vec<Rc<str>> {
        self.names.keys().map(|n| Rc::from(&**n)).collect()
    }
}

/// Names declared at the start of a line by `fn` and `module`; those that begin with `_` are the file's own.
fn declared(text: &'static str) -> impl Iterator<Item = &'static str> {
    text.lines().filter_map(|line| {
        let rest = ["fn ", "module ", "graph fn "].iter().find_map(|word| line.strip_prefix(word))?;
        let name = rest.split('(').next()?.trim();
        (!name.is_empty() && !name.starts_with('_')).then_some(name)
    })
}
