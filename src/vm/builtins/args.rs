//! Reads arguments of builtins, and says which one is wrong and what it should be.

use crate::device::DType;
use crate::ops::{self, Attr, Operand};
use crate::tensor::{Num, Tensor};
use crate::vm::Vm;
use crate::vm::error::Error;
use crate::vm::print::{describe, with_article};
use crate::vm::value::Value;

/// What can be wrong with the arguments of a builtin, for `reel explain`.
pub const CODES: &[(&str, &str)] = &[
    ("ARG-01", "an argument is of a kind that the function does not take"),
    ("ARG-02", "an argument is of the right kind, but its value cannot be used here"),
];

/// `len takes a str, list, …, but this is an int`
pub fn wrong_kind(function: &str, index: usize, wanted: &str, got: &Value) -> Error {
    Error::new("ARG-01", format!("`{function}` takes {wanted}, not {}", with_article(got.kind_name())))
        .at(index, describe(got))
}

/// An argument of the right kind that does not do.
pub fn wrong_value(index: usize, message: impl Into<String>, got: &Value) -> Error {
    Error::new("ARG-02", message).at(index, describe(got))
}

/// A host int, or an i64 tensor of no dimensions.
pub fn int(function: &str, args: &[Value], index: usize, name: &str) -> Result<i64, Error> {
    match &args[index] {
        Value::Int(i) => Ok(*i),
        Value::Tensor(t) if t.dtype() == DType::I64 && t.ndim() == 0 => Ok(t.item()?.map_or(0, Num::to_i64)),
        other => Err(wrong_kind(function, index, &format!("an int as `{name}`"), other)),
    }
}

pub fn bool(function: &str, args: &[Value], index: usize, name: &str) -> Result<bool, Error> {
    match &args[index] {
        Value::Bool(b) => Ok(*b),
        other => Err(wrong_kind(function, index, &format!("`true` or `false` as `{name}`"), other)),
    }
}

pub fn str<'a>(function: &str, args: &'a [Value], index: usize, name: &str) -> Result<&'a str, Error> {
    args[index].as_str().ok_or_else(|| wrong_kind(function, index, &format!("a str as `{name}`"), &args[index]))
}

/// A str, or `none`.
pub fn opt_str<'a>(function: &str, args: &'a [Value], index: usize, name: &str) -> Result<Option<&'a str>, Error> {
    if args[index].is_none() { Ok(None) } else { str(function, args, index, name).map(Some) }
}

/// An int, or `none`.
pub fn opt_int(function: &str, args: &[Value], index: usize, name: &str) -> Result<Option<i64>, Error> {
    if args[index].is_none() { Ok(None) } else { int(function, args, index, name).map(Some) }
}

/// The receiver of a method, which was looked up by its kind: only a direct call of the function can miss.
macro_rules! receiver {
    ($name:ident, $as:ident, $kind:literal, $type:ty) => {
        pub fn $name<'a>(function: &str, args: &'a [Value]) -> Result<&'a $type, Error> {
            args[0].$as().ok_or_else(|| wrong_kind(function, 0, $kind, &args[0]))
        }
    };
}
receiver!(list, as_list, "a list", crate::vm::object::List);
receiver!(record, as_record, "a record", crate::vm::object::Record);
receiver!(text, as_str, "a str", str);

/// The tensor that a value stands for; that of a parameter is a leaf of the tape.
pub fn tensor(v: &Value) -> Option<Tensor> {
    match v {
        Value::Tensor(t) => Some(t.clone()),
        Value::Cell(p) => Some(p.value()),
        _ => None,
    }
}

pub fn host_number(v: &Value) -> Option<Num> {
    match v {
        Value::Bool(b) => Some(Num::Bool(*b)),
        Value::Int(i) => Some(Num::Int(*i)),
        Value::Float(x) => Some(Num::Float(*x)),
        _ => None,
    }
}

/// A host number, a tensor or a parameter.
pub fn operand(v: &Value) -> Option<Operand> {
    host_number(v).map(Operand::Num).or_else(|| tensor(v).map(Operand::Tensor))
}

/// The number of a one-element tensor or parameter; None for any other value.
pub fn item(v: &Value) -> Result<Option<Num>, Error> {
    Ok(match tensor(v) {
        Some(t) => t.item()?,
        None => None,
    })
}

/// A number out of a tensor as a host value.
pub fn host(n: Num) -> Value {
    match n {
        Num::Bool(b) => Value::Bool(b),
        Num::Int(i) => Value::Int(i),
        Num::Float(x) => Value::Float(x),
    }
}

/// The operation `name` on these operands, its other arguments at their defaults.
pub fn operation(vm: &Vm, name: &str, operands: &[Operand]) -> Result<Value, Error> {
    let missing = || Error::new("ARG-01", format!("`{name}` does not take tensors"));
    let op = ops::find(name).ok_or_else(missing)?;
    let others = op.params.iter().filter(|p| !p.kind.is_tensor());
    let attrs: Vec<Attr> = others
        .map(|p| match p.default {
            ops::Default::Required | ops::Default::None => Attr::None,
            ops::Default::Bool(b) => Attr::Bool(b),
            ops::Default::Int(i) => Attr::Int(i),
            ops::Default::Float(x) => Attr::Float(x),
            ops::Default::Str(s) => Attr::Str(s.into()),
        })
        .collect();
    Ok(Value::Tensor(vm.cx().call1(op, operands, &attrs)?))
}
