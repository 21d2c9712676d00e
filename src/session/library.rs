//! The standard library that is written in Reel: the files of `src/std`. A file is compiled when a text first uses one
//! of its names. Those of a file that is named like a group of operations are reached by its prefix: `uniform` in
//! `init.reel` is `init.uniform`.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::rc::Rc;

use crate::check::Outer;
use crate::vm::Vm;

/// A file of `src/std`.
struct File {
    stem: &'static str,
    /// What stands before its names elsewhere: `init.`
    prefix: &'static str,
    /// With the prefix. The build reads them out of the text, so that no start has to.
    names: &'static [&'static str],
    text: &'static str,
}

// `FILES`
include!(concat!(env!("OUT_DIR"), "/library.rs"));

pub struct Library {
    /// What each name is: its global slot and its file.
    names: HashMap<&'static str, (u32, usize)>,
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
        for (file, File { names: own, .. }) in FILES.iter().enumerate() {
            for name in *own {
                names.insert(*name, (vm.global_count(), file));
                vm.add_global(Rc::from(*name), None);
            }
        }
        let state = FILES.iter().map(|_| Cell::new(State::Unused)).collect();
        Library { names, state, needed: RefCell::default() }
    }

    /// The next file to be run, if a text needs one that has not been.
    pub fn take_needed(&self) -> Option<(&'static str, &'static str)> {
        self.needed.borrow_mut().pop().map(|file| (FILES[file].stem, FILES[file].text))
    }

    /// The names that a file declares, as it spells them, with their slots.
    pub fn names_of(&self, stem: &str) -> impl Iterator<Item = (&'static str, u32)> + '_ {
        let file = FILES.iter().find(|file| file.stem == stem);
        file.into_iter().flat_map(|file| {
            file.names.iter().map(|name| (name.strip_prefix(file.prefix).unwrap_or(name), self.names[name].0))
        })
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
        self.names.keys().map(|n| Rc::from(*n)).collect()
    }
}
