//! Walking values from Rust: what `for` walks, every builtin that takes "items" walks too.

use super::args::wrong_kind;
use crate::device::cpu::alloc;
use crate::ops::index::Item;
use crate::tensor::Tensor;
use crate::vm::Vm;
use crate::vm::error::Error;
use crate::vm::function::Iterate;
use crate::vm::value::{Obj, Value};

pub const CODES: &[(&str, &str)] = &[("LIMIT-12", "a list or a text would be longer than the machine makes them")];

/// No list, and no text in bytes, is made longer than this in one step.
pub const MAX_LEN: usize = 1 << 28;

/// What can be walked, for messages.
const WALKABLE: &str = "a tuple, list, range, record, str or tensor";

/// Refuses lengths that memory is not there for.
pub fn check_len(len: u64, what: &str) -> Result<usize, Error> {
    match usize::try_from(len) {
        Ok(len) if len <= MAX_LEN => {
            alloc::check(len).map_err(Error::out_of_memory)?;
            Ok(len)
        }
        _ => Err(Error::new("LIMIT-12", format!("{what} would be {len} long; the most is {MAX_LEN}"))),
    }
}

/// A fresh iterator over `v`: the items of a tuple or list, the ints of a range, the keys of a record, the
/// characters of a string, the rows of a tensor. None if it cannot be walked.
///
/// A list that grows meanwhile is walked to its new end.
pub fn iterate(vm: &mut Vm, v: &Value) -> Result<Option<Box<dyn Iterate>>, Error> {
    if let Some(n) = v.as_native() {
        if let Some(own) = n.iterate(vm) {
            return own.map(Some);
        }
        if n.length().is_none() {
            return Ok(None);
        }
    }
    if v.as_str().is_some() {
        return Ok(Some(Box::new(Chars { text: v.clone(), at: 0 })));
    }
    Ok(length(v).map(|_| Box::new(Items { of: v.clone(), at: 0 }) as Box<dyn Iterate>))
}

/// `iterate`, with an error that names the argument when it cannot be walked.
pub fn over(vm: &mut Vm, function: &str, index: usize, v: &Value) -> Result<Box<dyn Iterate>, Error> {
    iterate(vm, v)?.ok_or_else(|| wrong_kind(function, index, WALKABLE, v))
}

/// Refuses what cannot be walked, without beginning to walk.
pub fn check(function: &str, index: usize, v: &Value) -> Result<(), Error> {
    if v.as_native().is_some() || length(v).is_some() {
        return Ok(());
    }
    Err(wrong_kind(function, index, WALKABLE, v))
}

/// All items of an argument.
pub fn collect(vm: &mut Vm, function: &str, index: usize, v: &Value) -> Result<Vec<Value>, Error> {
    if let Some(t) = v.as_tuple() {
        return Ok(t.parts().to_vec());
    }
    if let Some(l) = v.as_list() {
        return Ok(l.to_vec());
    }
    let room = length(v).map_or(Ok(0), |n| check_len(n, &format!("what `{function}` makes")))?;
    let mut items = Vec::with_capacity(room);
    let mut iterator = over(vm, function, index, v)?;
    while let Some(item) = iterator.next(vm)? {
        check_len(items.len() as u64, &format!("what `{function}` makes"))?;
        items.push(item);
    }
    Ok(items)
}

/// How many items there are; None for what has no length.
pub fn length(v: &Value) -> Option<u64> {
    let len = match v {
        Value::Tensor(t) => *t.dims().first()?,
        Value::Cell(p) => *p.value().dims().first()?,
        Value::Obj(o) => match &**o {
            Obj::Str(s) => s.len(),
            Obj::Tuple(t) => t.len(),
            Obj::List(l) => l.len(),
            Obj::Record(r) => r.len(),
            Obj::Range(r) => return Some(r.len()),
            Obj::Native(n) => n.length()?,
            _ => return None,
        },
        Value::None | Value::Bool(_) | Value::Int(_) | Value::Float(_) => return None,
    };
    Some(len as u64)
}

/// The item at a position; None past the end. Of a record, the key.
pub fn item_at(vm: &mut Vm, v: &Value, index: u64) -> Result<Option<Value>, Error> {
    let at = index as usize;
    Ok(match v {
        Value::Tensor(t) => row(vm, t, at)?,
        Value::Cell(p) => row(vm, &p.value(), at)?,
        Value::Obj(o) => match &**o {
            Obj::Str(s) => s.char_at(at).map(Value::str),
            Obj::Tuple(t) => t.parts().get(at).cloned(),
            Obj::List(l) => l.get(at),
            Obj::Record(r) => r.key_at(at).map(|k| Value::str(&*k)),
            Obj::Range(r) => (index < r.len()).then(|| Value::Int(r.at(index))),
            Obj::Native(n) if n.length().is_some_and(|len| at < len) => Some(n.get(vm, at)?),
            _ => None,
        },
        Value::None | Value::Bool(_) | Value::Int(_) | Value::Float(_) => None,
    })
}

fn row(vm: &Vm, t: &Tensor, at: usize) -> Result<Option<Value>, Error> {
    match t.dims().first() {
        Some(len) if at < *len => Ok(Some(Value::Tensor(vm.cx().index(t, &[Item::At(at as i64)])?))),
        _ => Ok(None),
    }
}

struct Items {
    of: Value,
    at: u64,
}

impl Iterate for Items {
    fn next(&mut self, vm: &mut Vm) -> Result<Option<Value>, Error> {
        vm.check_interrupt()?;
        let item = item_at(vm, &self.of, self.at)?;
        self.at += item.is_some() as u64;
        Ok(item)
    }
}

/// Keeps its place in bytes, as finding the n-th character takes a walk.
struct Chars {
    text: Value,
    at: usize,
}

impl Iterate for Chars {
    fn next(&mut self, _vm: &mut Vm) -> Result<Option<Value>, Error> {
        let next = self.text.as_str().and_then(|text| text[self.at..].chars().next());
        self.at += next.map_or(0, char::len_utf8);
        Ok(next.map(Value::str))
    }
}
