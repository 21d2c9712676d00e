//! Values as operands: truth, ints, tensors; and how a message shows them.

use super::Vm;
use super::code::Reg;
use super::error::Error;
use super::print::{describe, with_article};
use super::value::Value;
use crate::device::DType;
use crate::ops::Operand;
use crate::tensor::{Num, Tensor};

pub const CODES: &[(&str, &str)] = &[
    ("KIND-02", "a condition that is neither a bool nor a bool tensor of one element"),
    ("KIND-03", "something other than an int where an int is needed"),
];

impl Vm {
    /// The truth of a condition's register.
    pub(super) fn truth_of(&mut self, reg: Reg) -> Result<bool, Error> {
        let value = self.read(reg);
        truth(&value).map_err(|e| e.at(0, describe(&value)))
    }
}

/// Whether a condition holds: a bool, or a bool tensor of one element.
pub(super) fn truth(value: &Value) -> Result<bool, Error> {
    match value {
        Value::Bool(b) => Ok(*b),
        Value::Tensor(t) if t.dtype() == DType::Bool => match t.numel() {
            1 => Ok(matches!(t.item()?, Some(Num::Bool(true)))),
            n => Err(Error::new("KIND-02", format!("a condition is one bool, and this tensor has {n}"))
                .help("`all(…)` or `any(…)` makes one of them")),
        },
        other => {
            let e = Error::new(
                "KIND-02",
                format!("a condition is `true` or `false`, not {}", with_article(other.kind_name())),
            );
            Err(match other {
                Value::None => e.help("write `x == none` or `x != none`"),
                Value::Int(_) | Value::Float(_) => e.help("write `x != 0`"),
                Value::Tensor(_) | Value::Cell(_) => e.help("write a comparison, as in `sum(x) > 0`"),
                _ if other.as_str().is_some()
                    || other.as_list().is_some()
                    || other.as_tuple().is_some()
                    || other.as_record().is_some() =>
                {
                    e.help("write `len(x) > 0`")
                }
                _ => e.help("write a comparison"),
            })
        }
    }
}

/// A host int, or an i64 tensor of no dimensions.
pub(super) fn int(value: &Value) -> Option<i64> {
    match value {
        Value::Int(i) => Some(*i),
        Value::Tensor(t) if t.dtype() == DType::I64 && t.ndim() == 0 => match t.item() {
            Ok(Some(Num::Int(i))) => Some(i),
            _ => None,
        },
        _ => None,
    }
}

pub(super) fn need_int(value: &Value, what: &str, operand: usize) -> Result<i64, Error> {
    int(value).ok_or_else(|| {
        Error::new("KIND-03", format!("{what} is an int, not {}", with_article(value.kind_name())))
            .at(operand, describe(value))
    })
}

/// The tensor that a value stands for: a parameter's value is a leaf of the tape.
#[inline(always)]
pub(super) fn tensor(value: &Value) -> Option<Tensor> {
    match value {
        Value::Tensor(t) => Some(t.clone()),
        Value::Cell(p) => Some(p.value()),
        _ => None,
    }
}

/// A value as an operand of an operation; bools count as numbers.
pub(super) fn operand(value: &Value) -> Option<Operand> {
    match value {
        Value::Tensor(t) => Some(Operand::Tensor(t.clone())),
        Value::Cell(p) => Some(Operand::Tensor(p.value())),
        other => number(other).map(Operand::Num),
    }
}

/// A host number or bool.
pub(super) fn number(value: &Value) -> Option<Num> {
    match value {
        Value::Int(i) => Some(Num::Int(*i)),
        Value::Float(x) => Some(Num::Float(*x)),
        Value::Bool(b) => Some(Num::Bool(*b)),
        _ => None,
    }
}

pub(super) fn host(num: Num) -> Value {
    match num {
        Num::Bool(b) => Value::Bool(b),
        Num::Int(i) => Value::Int(i),
        Num::Float(x) => Value::Float(x),
    }
}

/// A value in a label: small ones as they print, others by kind and shape.
pub(super) fn show(value: &Value) -> String {
    match value {
        Value::Tensor(t) if t.numel() <= 8 => super::print::display(value).unwrap_or_else(|_| describe(value)),
        _ => describe(value),
    }
}
