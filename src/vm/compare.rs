//! Comparisons, membership, negation of truth.

use super::Vm;
use super::code::{Cmp, Reg};
use super::error::Error;
use super::operand::{number, operand, truth};
use super::order;
use super::print::{describe, with_article};
use super::value::{Obj, Value};
use crate::tensor::Num;

pub const CODES: &[(&str, &str)] = &[("KIND-05", "`in` asks something that holds no elements")];

impl Vm {
    pub(super) fn compare(&mut self, op: Cmp, dst: Reg, a: Reg, b: Reg) -> Result<(), Error> {
        self.note_site();
        let value = self.compare_values(op, self.peek(a), self.peek(b))?;
        self.used(a);
        self.used(b);
        self.put(dst, value);
        Ok(())
    }

    /// The comparison as a condition.
    pub(super) fn compare_truth(&mut self, op: Cmp, a: Reg, b: Reg) -> Result<bool, Error> {
        self.note_site();
        let value = self.compare_values(op, self.peek(a), self.peek(b))?;
        let result = self.condition(op, &value, self.peek(a), self.peek(b));
        self.used(a);
        self.used(b);
        result
    }

    /// The same with a constant on the right.
    pub(super) fn compare_truth_with(&mut self, op: Cmp, a: Reg, y: Value) -> Result<bool, Error> {
        self.note_site();
        let value = self.compare_values(op, self.peek(a), &y)?;
        let result = self.condition(op, &value, self.peek(a), &y);
        self.used(a);
        result
    }

    fn condition(&self, op: Cmp, value: &Value, x: &Value, y: &Value) -> Result<bool, Error> {
        truth(value).map_err(|_| {
            let symbol = op.symbol();
            let message = format!("`{symbol}` compares tensors element by element, and a condition is one bool");
            Error::new("KIND-02", message)
                .at(0, describe(x))
                .at(1, describe(y))
                .help(format!("write `all(a {symbol} b)` or `any(a {symbol} b)`"))
        })
    }

    /// Element by element where a tensor or a parameter takes part, otherwise a bool.
    pub(super) fn compare_values(&mut self, op: Cmp, x: &Value, y: &Value) -> Result<Value, Error> {
        let is_tensor = |v: &Value| matches!(v, Value::Tensor(_) | Value::Cell(_));
        if is_tensor(x) || is_tensor(y) {
            if let (Some(a), Some(b)) = (operand(x), operand(y)) {
                return Ok(Value::Tensor(self.cx.binary(self.operators.compare(op)?, &a, &b)?));
            }
            return match op {
                Cmp::Eq => Ok(Value::Bool(false)),
                Cmp::Ne => Ok(Value::Bool(true)),
                _ => Err(super::arith::mismatch(op.symbol(), x, y)),
            };
        }
        Ok(Value::Bool(match op {
            Cmp::Eq => super::equal::equal(x, y)?,
            Cmp::Ne => !super::equal::equal(x, y)?,
            _ => {
                let order = if number(x).is_some() && number(y).is_some() {
                    // Nothing holds of nan.
                    order::numbers(x, y)
                } else {
                    Some(order::compare(x, y).map_err(|_| super::arith::mismatch(op.symbol(), x, y))?)
                };
                order.is_some_and(|o| match op {
                    Cmp::Lt => o.is_lt(),
                    Cmp::Le => o.is_le(),
                    Cmp::Gt => o.is_gt(),
                    _ => o.is_ge(),
                })
            }
        }))
    }

    pub(super) fn not(&mut self, dst: Reg, a: Reg) -> Result<(), Error> {
        let value = self.truth_of(a)?;
        self.put(dst, Value::Bool(!value));
        Ok(())
    }

    /// `a in b`
    pub(super) fn contains(&mut self, negate: bool, dst: Reg, a: Reg, b: Reg) -> Result<(), Error> {
        let (x, y) = (self.read(a), self.read(b));
        let found = holds(&y, &x)?;
        self.put(dst, Value::Bool(found != negate));
        Ok(())
    }
}

/// Whether `holder` has `x` among its elements, keys or characters.
fn holds(holder: &Value, x: &Value) -> Result<bool, Error> {
    let among = |items: &[Value]| -> Result<bool, Error> {
        for item in items {
            if super::equal::equal(item, x)? {
                return Ok(true);
            }
        }
        Ok(false)
    };
    match holder {
        Value::Tensor(_) | Value::Cell(_) => {
            let Some(x) = number(x) else { return Err(no_member(holder, x)) };
            let t = super::operand::tensor(holder).ok_or_else(|| no_member(holder, &Value::None))?;
            let same = |n: &Num| match (*n, x) {
                (Num::Int(a), Num::Int(b)) => a == b,
                (a, b) => a.to_f64() == b.to_f64(),
            };
            Ok(t.to_nums()?.iter().any(same))
        }
        Value::Obj(o) => match &**o {
            Obj::Tuple(t) => among(t.parts()),
            Obj::List(l) => among(&l.to_vec()),
            Obj::Range(r) => Ok(match x {
                Value::Float(f) => f.fract() == 0.0 && f.abs() < 9.2e18 && r.contains(*f as i64),
                other => super::operand::int(other).is_some_and(|i| r.contains(i)),
            }),
            Obj::Str(s) => match x.as_str() {
                Some(x) => Ok(s.as_str().contains(x)),
                None => Err(no_member(holder, x)),
            },
            Obj::Record(r) => match x.as_str() {
                Some(key) => Ok(r.contains(key)),
                None => Ok(false),
            },
            _ => Err(no_member(holder, x)),
        },
        _ => Err(no_member(holder, x)),
    }
}

fn no_member(holder: &Value, x: &Value) -> Error {
    let (what, kind) = (with_article(x.kind_name()), with_article(holder.kind_name()));
    let e = Error::new("KIND-05", format!("`in` cannot look for {what} in {kind}"))
        .at(0, describe(x))
        .at(1, describe(holder));
    match holder.as_instance() {
        Some(_) => e.help("`same(a, b)` tells whether two names mean the same module"),
        None => e,
    }
}
