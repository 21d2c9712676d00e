//! Annotations: what an argument or a result must be, and what its dimensions are called.

use std::rc::Rc;

use super::call::class_of;
use super::code::{Check, DimCheck, DimFrom, Expects, Reg};
use super::error::Error;
use super::execute::unboxed;
use super::operand::int;
use super::print::{describe, with_article};
use super::raise::frame_code;
use super::value::{Kind, Value};
use super::{Frame, Vm};
use crate::tensor::Tensor;

pub const CODES: &[(&str, &str)] = &[
    ("CHECK-01", "an argument or a result of another kind or dtype than its annotation says"),
    ("CHECK-02", "a tensor with another number of dimensions than its annotation says"),
    ("CHECK-03", "a dimension of another size than its annotation says"),
];

impl Vm {
    pub(super) fn check_arg(&mut self, reg: Reg, index: u16) -> Result<(), Error> {
        let check = &self.code().checks[index as usize];
        let value = unboxed(self.peek(reg));
        let result = self.check_value(check, &value);
        if let Expects::Instance(class) = check.expects {
            self.used(class);
        }
        result.map_err(|e| self.blame(e, check, reg, &value))
    }

    /// Puts the argument of the call first, then the annotation; what stands in the library is not shown.
    fn blame(&self, e: Error, check: &Check, reg: Reg, value: &Value) -> Error {
        let Some(own) = self.frames.last() else { return e };
        let is_shown = |frame: &Frame| !frame_code(frame).is_library;
        let annotation = Some(own).filter(|f| is_shown(f)).and_then(|f| self.place_of(f)?.operands.first().copied());
        let argument = self.frames.len().checked_sub(2).and_then(|k| {
            let place = Some(&self.frames[k]).filter(|f| is_shown(f)).and_then(|f| self.place_of(f))?;
            let position = (reg as usize).checked_sub(self.code().this as usize)?;
            if position >= self.code().params.len() {
                return None;
            }
            // The callee, or the method's name and receiver, come before the arguments.
            let before = place.operands.len().saturating_sub(self.code().params.len()).min(2);
            place.operands.get(before + position).copied().or(Some(place.span))
        });
        let e = match argument {
            Some(span) => e.label(span, super::operand::show(value)),
            None => e,
        };
        match annotation {
            Some(span) => e.label(span, format!("declared as {}", check.text)),
            None => e,
        }
    }

    fn check_value(&mut self, check: &Check, value: &Value) -> Result<(), Error> {
        let wrong = || {
            let got = with_article(value.kind_name());
            Error::new("CHECK-01", format!("{} is {got}, but is declared as `{}`", check.what, check.text))
        };
        let fits = match &check.expects {
            Expects::Tensor(dtype) => {
                let Some(t) = super::operand::tensor(value) else { return Err(wrong()) };
                if let Some(dtype) = dtype
                    && t.dtype() != *dtype
                {
                    return Err(Error::new(
                        "CHECK-01",
                        format!("{} holds {}, but is declared as `{}`", check.what, t.dtype(), check.text),
                    )
                    .help(format!("convert it: `to(x, \"{dtype}\")`")));
                }
                return match &check.dims {
                    Some(dims) => self.check_dims(check, dims, &t),
                    None => Ok(()),
                };
            }
            Expects::Kind(Kind::Int) => int(value).is_some(),
            Expects::Kind(kind) => value.kind() == *kind,
            Expects::Number => matches!(value, Value::Int(_) | Value::Float(_)),
            Expects::Instance(class) => match class_of(self.peek(*class)) {
                Some(class) => value.as_instance().is_some_and(|i| Rc::ptr_eq(&i.class, &class)),
                None => {
                    let text = &check.text;
                    return Err(Error::new("CHECK-01", format!("`{text}` is declared as a kind, but is no module")));
                }
            },
        };
        if fits { Ok(()) } else { Err(wrong()) }
    }

    fn check_dims(&mut self, check: &Check, dims: &[DimCheck], t: &Tensor) -> Result<(), Error> {
        let rest = matches!(dims.first(), Some(DimCheck::Rest));
        let named = dims.len() - rest as usize;
        let shape = t.shape();
        if t.ndim() < named || (t.ndim() > named && !rest) {
            let least = if rest { "at least " } else { "" };
            return Err(Error::new(
                "CHECK-02",
                format!(
                    "{} has shape {shape}, but is declared with {least}{named} dimension{}",
                    check.what,
                    plural(named)
                ),
            ));
        }
        let offset = t.ndim() - named;
        for (k, dim) in dims.iter().skip(rest as usize).enumerate() {
            let at = offset + k;
            let size = t.dims()[at];
            let mismatch = |want: String| {
                Error::new("CHECK-03", format!("dimension {at} of {} is {size}, but {want}", check.what))
            };
            match dim {
                DimCheck::Any | DimCheck::Rest => {}
                DimCheck::Size(want) => {
                    if size as u64 != *want {
                        return Err(mismatch(format!("is declared as {want}")));
                    }
                }
                DimCheck::Bind { reg, boxed, .. } => {
                    let value = Value::Int(size as i64);
                    self.put(*reg, value);
                    if *boxed {
                        self.box_up(*reg);
                    }
                }
                DimCheck::Equal { name, from, bound } => {
                    let value = match from {
                        DimFrom::Reg(reg) => unboxed(self.peek(*reg)),
                        DimFrom::Field(this, index) => {
                            self.peek(*this).as_instance().and_then(|i| i.get(*index as usize)).unwrap_or_default()
                        }
                    };
                    match int(&value) {
                        Some(want) if want == size as i64 => {}
                        Some(want) => return Err(mismatch(format!("`{name}` is {want}, from {bound}"))),
                        None => {
                            return Err(mismatch(format!("`{name}` is a parameter and {}, no int", describe(&value))));
                        }
                    }
                }
            }
        }
        Ok(())
    }
}

fn plural(n: usize) -> &'static str {
    if n == 1 { "" } else { "s" }
}
