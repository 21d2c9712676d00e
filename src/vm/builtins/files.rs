//! `load` and `save`: tensors, records of tensors and modules in files.

use std::collections::{HashMap, HashSet};
use std::path::Path;
use std::rc::Rc;

use super::args::{self, wrong_kind};
use crate::device::DType;
use crate::diagnostic::did_you_mean;
use crate::files::{self, Contents, FileError, Format};
use crate::tape::Param;
use crate::tensor::{Dims, Num, Tensor};
use crate::vm::Vm;
use crate::vm::error::Error;
use crate::vm::function::{Builtin, BuiltinParam, ParamDefault};
use crate::vm::print::describe;
use crate::vm::value::{Obj, Value};

pub const CODES: &[(&str, &str)] = &[
    ("FILE-05", "the tensors of a file do not go with the value that they are loaded into"),
    ("FILE-06", "a value holds something that cannot be saved in this format"),
];

pub static LOAD: Builtin = Builtin {
    name: "load",
    params: &[BuiltinParam::required("path"), BuiltinParam::optional("into", ParamDefault::None)],
    doc: "The tensor in an .npy file, or the record of tensors in an .npz or .safetensors file; \
          with `into`, puts them into the parameters of a module or record instead, and gives that.",
    examples: &["save(\"x.npy\", [1, 2]); load(\"x.npy\")  # i64[2] [1, 2]"],
    run: |vm, args| {
        let path = args::str("load", args, 0, "path")?;
        let contents = files::load(Path::new(path)).map_err(|e| file_error(e, path))?;
        if !args[1].is_none() {
            return load_into(vm, contents, path, &args[1]);
        }
        Ok(match contents {
            Contents::One(t) => Value::Tensor(t),
            Contents::Named(all) => Value::record(all.into_iter().map(|(k, t)| (k.into(), Value::Tensor(t)))),
        })
    },
};

pub static SAVE: Builtin = Builtin {
    name: "save",
    params: &[BuiltinParam::required("path"), BuiltinParam::required("value")],
    doc: "Writes a tensor to an .npy file, or a record of tensors or a module to an .npz or .safetensors file. \
          The file is replaced as a whole or not at all.",
    examples: &["save(\"w.npz\", {w: [0.5], b: [1]}); load(\"w.npz\")  # {w: f32[1] [0.5], b: i64[1] [1]}"],
    run: |_, args| {
        let path = args::str("save", args, 0, "path")?;
        let file = Path::new(path);
        let format = Format::of(file).map_err(|e| file_error(e, path))?;
        let single = args::operand(&args[1]);
        let saved = match (format, single) {
            (Format::Npy, Some(operand)) => files::save_one(file, &operand.to_tensor().detach()),
            (Format::Npy, None) => {
                return Err(wrong_kind("save", 1, "one tensor for an `.npy` file", &args[1])
                    .help("the endings `.npz` and `.safetensors` hold tensors by name"));
            }
            (_, Some(_)) => {
                return Err(wrong_kind("save", 1, "a record or module for this kind of file", &args[1])
                    .help("give the tensor a name, as in `save(path, {x: x})`, or the file the ending `.npy`"));
            }
            (_, None) => files::save_named(file, &named(&args[1])?),
        };
        saved.map_err(|e| file_error(e, path))?;
        Ok(Value::None)
    },
};

/// With the file's name.
pub fn file_error(e: FileError, path: &str) -> Error {
    let error = Error::new(e.code, format!("`{path}`: {}", e.message)).at(0, "this file");
    match e.help {
        Some(text) => error.help(text),
        None => error,
    }
}

/// All tensors in a value, with the names they have in a file.
fn named(v: &Value) -> Result<Vec<(String, Tensor)>, Error> {
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
struct Slot {
    /// `layers.0.weight`
    name: String,
    value: Value,
    /// What holds it.
    owner: Value,
    key: Key,
}

/// Where in its owner.
#[derive(Clone)]
enum Key {
    /// The whole value.
    Root,
    At(usize),
    Named(Rc<str>),
}

/// Every place in a value, each list, record, module and parameter once.
///
/// # Errors
/// When there is something that no file of tensors holds. Modules may have fields of any kind; those that are
/// neither tensors nor parameters are part of how the module was made and not of what it has learned.
fn slots(root: &Value) -> Result<Vec<Slot>, Error> {
    let mut found = Vec::new();
    let mut seen: HashSet<*const Obj> = HashSet::new();
    let mut cells = HashSet::new();
    // What is to be visited, the next on top.
    let mut stack = vec![Slot { name: String::new(), value: root.clone(), owner: Value::None, key: Key::Root }];
    while let Some(slot) = stack.pop() {
        let in_module = slot.owner.as_instance().is_some();
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
            Value::Bool(_) | Value::Int(_) | Value::Float(_) if !in_module => {
                found.push(slot);
                continue;
            }
            Value::Obj(o) => o.clone(),
            _ if in_module => continue,
            other => return Err(not_saved(&slot.name, other, root)),
        };
        let parts: Vec<(Key, Value)> = match &*obj {
            Obj::Tuple(_) | Obj::List(_) | Obj::Record(_) | Obj::Instance(_) if !seen.insert(Rc::as_ptr(&obj)) => {
                continue;
            }
            Obj::Tuple(t) => t.parts().iter().enumerate().map(|(i, v)| (Key::At(i), v.clone())).collect(),
            Obj::List(l) => l.borrow().iter().enumerate().map(|(i, v)| (Key::At(i), v.clone())).collect(),
            Obj::Record(r) => r.entries().into_iter().map(|(k, v)| (Key::Named(k), v)).collect(),
            Obj::Instance(i) => i.params().into_iter().chain(i.fields()).map(|(k, v)| (Key::Named(k), v)).collect(),
            _ if in_module => continue,
            _ => return Err(not_saved(&slot.name, &slot.value, root)),
        };
        let dot = if slot.name.is_empty() { "" } else { "." };
        stack.extend(parts.into_iter().rev().map(|(key, value)| {
            let name = match &key {
                Key::At(i) => format!("{}{dot}{i}", slot.name),
                Key::Named(k) => format!("{}{dot}{k}", slot.name),
                Key::Root => String::new(),
            };
            Slot { name, value, owner: slot.value.clone(), key }
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

fn not_saved(name: &str, v: &Value, root: &Value) -> Error {
    let message = if name.is_empty() {
        format!("files hold tensors, and this is {}", describe(v))
    } else {
        format!("files hold tensors and numbers, and `{name}` is {}", describe(v))
    };
    Error::new("FILE-06", message).at(1, describe(root))
}

/// Puts what a file holds into the places of `into` that have the same names: all of it or nothing.
fn load_into(vm: &Vm, contents: Contents, path: &str, into: &Value) -> Result<Value, Error> {
    let mut places = slots(into)?;
    let tensors: HashMap<String, Tensor> = match contents {
        Contents::Named(all) => all.into_iter().collect(),
        Contents::One(t) => [(String::new(), t)].into(),
    };
    check_names(&places, &tensors, path, into)?;
    // A number takes whatever number the file has; the others keep shape and dtype.
    let mut ready = Vec::new();
    for place in places.drain(..) {
        let Some(t) = tensors.get(&place.name) else { continue };
        let number = !matches!(place.value, Value::Tensor(_) | Value::Cell(_));
        if !matches!(place.value, Value::Cell(_)) && (place.owner.is_none() || place.owner.as_tuple().is_some()) {
            let what = if place.owner.is_none() { "a tensor is a value" } else { "the parts of a tuple stay" };
            let e = Error::new("FILE-05", format!("there is nothing to put the numbers into: {what}"));
            return Err(e
                .at(1, describe(into))
                .help("leave `into` out, or load into a parameter, list, record or module"));
        }
        let (dims, dtype) = match args::tensor(&place.value) {
            Some(old) => (old.to_dims(), old.dtype()),
            None => (Dims::of(&[]), t.dtype()),
        };
        if t.to_dims() != dims {
            let e = Error::new(
                "FILE-05",
                format!("`{}` has shape {dims}, and in `{path}` it has shape {}", place.name, t.to_dims()),
            );
            return Err(e.at(1, describe(into)));
        }
        let new = match t.item()? {
            Some(n) if number => args::host(n),
            _ => Value::Tensor(vm.cx().cast(t, dtype)?),
        };
        ready.push((place, new));
    }
    for (place, new) in ready {
        match (&place.value, new) {
            (Value::Cell(p), Value::Tensor(t)) => assign(vm, p, &t)?,
            (_, new) => put(&place, new),
        }
    }
    Ok(into.clone())
}

fn assign(vm: &Vm, cell: &Param, t: &Tensor) -> Result<(), Error> {
    Ok(cell.assign(vm.cx(), &t.detach())?)
}

/// Puts a value where the old one is.
fn put(place: &Slot, new: Value) {
    let owner = &place.owner;
    match &place.key {
        Key::Root => {}
        Key::At(i) => drop(owner.as_list().and_then(|l| l.set(*i, new))),
        Key::Named(k) => {
            if let Some(instance) = owner.as_instance() {
                drop(instance.class.field_index(k).and_then(|i| instance.set(i, new)));
            } else if let Some(record) = owner.as_record() {
                drop(record.set(k.clone(), new));
            }
        }
    }
}

fn check_names(places: &[Slot], tensors: &HashMap<String, Tensor>, path: &str, into: &Value) -> Result<(), Error> {
    let known: HashSet<&str> = places.iter().map(|p| &*p.name).collect();
    let missing: Vec<&str> = places.iter().map(|p| &*p.name).filter(|n| !tensors.contains_key(*n)).collect();
    let mut extra: Vec<&str> = tensors.keys().map(|k| &**k).filter(|k| !known.contains(k)).collect();
    extra.sort_unstable();
    if missing.is_empty() && extra.is_empty() {
        return Ok(());
    }
    let list = |names: &[&str]| {
        let shown: Vec<String> = names.iter().take(5).map(|n| format!("`{n}`")).collect();
        let more = if names.len() > 5 { format!(" and {} more", names.len() - 5) } else { String::new() };
        shown.join(", ") + &more
    };
    let mut parts = Vec::new();
    if !missing.is_empty() {
        parts.push(format!("lacks {}", list(&missing)));
    }
    if !extra.is_empty() {
        parts.push(format!("has {}, which the value does not have", list(&extra)));
    }
    let error = Error::new("FILE-05", format!("`{path}` {}", parts.join(" and "))).at(1, describe(into));
    let near = missing.first().and_then(|m| did_you_mean(m, extra.iter().copied()).map(|e| (m, e)));
    Err(match near {
        Some((wanted, found)) => error.help(format!("`{found}` in the file may be `{wanted}`")),
        None => error,
    })
}
