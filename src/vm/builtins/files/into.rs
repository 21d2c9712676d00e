//! `load(path, into: value)`: numbers of a file into the places of a value.

use std::collections::{HashMap, HashSet};

use super::slots::{Key, Slot, slots};
use crate::diagnostic::did_you_mean;
use crate::files::Contents;
use crate::tape::Param;
use crate::tensor::{Dims, Tensor};
use crate::vm::Vm;
use crate::vm::builtins::args;
use crate::vm::error::Error;
use crate::vm::print::describe;
use crate::vm::value::Value;

/// Puts what a file holds into the places of `into` that have the same names: all of it or nothing.
pub fn load_into(vm: &Vm, contents: Contents, path: &str, into: &Value) -> Result<Value, Error> {
    let mut places = slots(into)?;
    let tensors: HashMap<String, Tensor> = match contents {
        Contents::Named(all) => all.into_iter().collect(),
        Contents::One(t) => [(String::new(), t)].into(),
        _ => HashMap::new(),
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
