//! The places of a value that a file of tensors has names for.

use std::collections::HashSet;
use std::rc::Rc;

use crate::device::DType;
use crate::tensor::{Num, Tensor};
use crate::vm::builtins::args;
use crate::vm::cells::walk_except;
use crate::vm::error::Error;
use crate::vm::print::describe;
use crate::vm::value::{Obj, Value};

/// All tensors in a value, with the names they have in a file.
pub fn named(v: &Value) -> Result<Vec<(String, Tensor)>, Error> {
    let slots = slots(v)?;
    if slots.iter().any(|s| s.name == "__metadata__") {
        return Err(Error::new("FILE-06", "the name `__metadata__` is taken by the file format").at(1, describe(v)));
    }
    let tensor = |s: &Slot| match &s.value {
        // With all its digits, so that what is loaded goes on as what was saved would have.
        Value::Float(x) => Some((s.name.clone(), Tensor::scalar(DType::F64, Num::Float(*x)))),
        v => args::operand(v).map(|o| (s.name.clone(), o.to_tensor().detach())),
    };
    Ok(slots.iter().filter_map(tensor).collect())
}

/// A place that holds a tensor, a parameter or a number.
pub struct Slot {
    /// `layers.0.weight`
    pub name: String,
    pub value: Value,
    /// What holds it.
    pub owner: Value,
    pub key: Key,
}

/// Where in its owner.
#[derive(Clone)]
pub enum Key {
    /// The whole value.
    Root,
    At(usize),
    Named(Rc<str>),
}

/// What the `__` fields of a module refer to: not saved with it, and with nothing in it.
struct Scope {
    cells: HashSet<u64>,
    objects: HashSet<*const Obj>,
    outer: Option<Rc<Scope>>,
}

impl Scope {
    /// Of a module in an outer scope; the outer one when the module refers to nothing.
    fn of(module: &Rc<Obj>, outer: Option<Rc<Scope>>) -> Option<Rc<Scope>> {
        let Obj::Instance(instance) = &**module else { return outer };
        let mut scope = Scope { cells: HashSet::new(), objects: HashSet::new(), outer };
        for (name, value) in instance.fields().into_iter().chain(instance.params()) {
            if is_reference(&name) {
                // A module that refers to the one that holds it still has its own parts.
                walk_except(&value, Some(module), |v| match v {
                    Value::Cell(p) => drop(scope.cells.insert(p.id())),
                    Value::Obj(o) => drop(scope.objects.insert(Rc::as_ptr(o))),
                    _ => {}
                });
            }
        }
        if scope.cells.is_empty() && scope.objects.is_empty() { scope.outer } else { Some(Rc::new(scope)) }
    }

    fn hides(&self, value: &Value) -> bool {
        let here = match value {
            Value::Cell(p) => self.cells.contains(&p.id()),
            Value::Obj(o) => self.objects.contains(&Rc::as_ptr(o)),
            _ => false,
        };
        here || self.outer.as_ref().is_some_and(|s| s.hides(value))
    }
}

/// Names of fields that only refer to something.
fn is_reference(name: &str) -> bool {
    name.starts_with("__")
}

/// What numbers mean, by where they are.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Inside {
    /// In nothing but records, lists and tuples: data like any other.
    Data,
    /// In a module, or a list or tuple of one: how it was made.
    Module,
    /// In a record of a module, or a list in there: what it has come to, such as an optimiser's count of steps.
    State,
    /// In a tuple of that, which stays as it is.
    Settings,
}

impl Inside {
    fn of(obj: &Obj, outer: Inside) -> Inside {
        match (obj, outer) {
            (Obj::Instance(_), _) => Inside::Module,
            (_, Inside::Data) => Inside::Data,
            (Obj::Record(_), _) => Inside::State,
            (Obj::Tuple(_), Inside::State) => Inside::Settings,
            _ => outer,
        }
    }
}

/// A slot that is still to be looked into.
struct Visit {
    slot: Slot,
    inside: Inside,
    scope: Option<Rc<Scope>>,
}

/// Every place in a value, each list, record, module and parameter once. A module's fields come before what its
/// constructor was given, so that what both hold has the field's name.
///
/// # Errors
/// When there is something that no file of tensors holds. Modules may have fields of any kind; what is neither a tensor
/// nor a parameter nor a number in a record is part of how the module was made and not of what it has learned.
pub fn slots(root: &Value) -> Result<Vec<Slot>, Error> {
    let mut found = Vec::new();
    let mut seen: HashSet<(*const Obj, Option<*const Scope>)> = HashSet::new();
    let mut cells = HashSet::new();
    // What is to be visited, the next on top.
    let slot = Slot { name: String::new(), value: root.clone(), owner: Value::None, key: Key::Root };
    let mut stack = vec![Visit { slot, inside: Inside::Data, scope: None }];
    while let Some(Visit { slot, inside, scope }) = stack.pop() {
        if scope.as_ref().is_some_and(|s| s.hides(&slot.value)) {
            continue;
        }
        let obj = match &slot.value {
            Value::Tensor(_) => {
                found.push(slot);
                continue;
            }
            Value::Cell(p) => {
                if cells.insert(p.id()) {
                    found.push(slot);
                }
                continue;
            }
            Value::Bool(_) | Value::Int(_) | Value::Float(_) if matches!(inside, Inside::Data | Inside::State) => {
                found.push(slot);
                continue;
            }
            Value::Obj(o) => o.clone(),
            _ if inside != Inside::Data => continue,
            other => return Err(not_saved(&slot.name, other, root)),
        };
        if !is_container(&obj) {
            if inside != Inside::Data {
                continue;
            }
            return Err(not_saved(&slot.name, &slot.value, root));
        }
        // What was passed by in one scope may have to be saved in another.
        if !seen.insert((Rc::as_ptr(&obj), scope.as_ref().map(Rc::as_ptr))) {
            continue;
        }
        let scope = Scope::of(&obj, scope);
        let inside = Inside::of(&obj, inside);
        stack.extend(parts(&obj).into_iter().rev().map(|(key, value)| {
            let name = name_of(&slot.name, &key, &value, &obj);
            let slot = Slot { name, value, owner: slot.value.clone(), key };
            Visit { slot, inside, scope: scope.clone() }
        }));
    }
    let mut names = HashSet::new();
    match found.iter().find(|s| !names.insert(s.name.clone())) {
        Some(s) => {
            Err(Error::new("FILE-06", format!("two tensors would have the name `{}`", s.name)).at(1, describe(root)))
        }
        None => Ok(found),
    }
}

fn is_container(obj: &Obj) -> bool {
    matches!(obj, Obj::Tuple(_) | Obj::List(_) | Obj::Record(_) | Obj::Instance(_))
}

fn parts(obj: &Obj) -> Vec<(Key, Value)> {
    let named = |(k, v)| (Key::Named(k), v);
    match obj {
        Obj::Tuple(t) => t.parts().iter().enumerate().map(|(i, v)| (Key::At(i), v.clone())).collect(),
        Obj::List(l) => l.borrow().iter().enumerate().map(|(i, v)| (Key::At(i), v.clone())).collect(),
        Obj::Record(r) => r.entries().into_iter().map(named).collect(),
        Obj::Instance(i) => {
            let all = i.fields().into_iter().chain(i.params());
            all.filter(|(k, _)| !is_reference(k)).map(named).collect()
        }
        _ => Vec::new(),
    }
}

/// The name of a part: its owner's, a dot, and its own. What a module holds in a field `_layers` is named as if the
/// module held it itself.
fn name_of(owner: &str, key: &Key, value: &Value, holder: &Obj) -> String {
    let dot = if owner.is_empty() { "" } else { "." };
    match key {
        Key::Root => String::new(),
        Key::At(i) => format!("{owner}{dot}{i}"),
        Key::Named(k) => {
            let unnamed = k.starts_with('_') && matches!(holder, Obj::Instance(_));
            match value {
                Value::Obj(o) if unnamed && is_container(o) => owner.to_string(),
                _ => format!("{owner}{dot}{k}"),
            }
        }
    }
}

fn not_saved(name: &str, v: &Value, root: &Value) -> Error {
    let message = if name.is_empty() {
        format!("files hold tensors, and this is {}", describe(v))
    } else {
        format!("files hold tensors and numbers, and `{name}` is {}", describe(v))
    };
    Error::new("FILE-06", message).at(1, describe(root))
}
