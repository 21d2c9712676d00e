//! Arithmetic that is not two plain host numbers: tensors, parameters, strings, mixed numbers, and what fails.

use std::sync::OnceLock;

use super::Vm;
use super::code::{Arith, Cmp, Reg};
use super::error::Error;
use super::operand::{number, operand};
use super::print::{describe, with_article};
use super::value::{Obj, Value};
use crate::device::cpu::alloc;
use crate::ops::{self, Op, Operand};
use crate::tensor::Num;

pub const CODES: &[(&str, &str)] = &[
    ("KIND-04", "an operator between kinds that it does not work on"),
    ("VALUE-01", "the result of an operation on ints does not fit in an int"),
    ("VALUE-02", "a division by zero of host numbers"),
    ("VALUE-03", "a power that is no real number"),
    ("WARN-02", "a function changes a parameter of its caller"),
];

impl Arith {
    pub(super) fn symbol(self) -> &'static str {
        match self {
            Arith::Add => "+",
            Arith::Sub => "-",
            Arith::Mul => "*",
            Arith::Div => "/",
            Arith::FloorDiv => "//",
            Arith::Rem => "%",
            Arith::Pow => "**",
            Arith::MatMul => "@",
        }
    }
}

impl Cmp {
    pub(super) fn symbol(self) -> &'static str {
        match self {
            Cmp::Eq => "==",
            Cmp::Ne => "!=",
            Cmp::Lt => "<",
            Cmp::Le => "<=",
            Cmp::Gt => ">",
            Cmp::Ge => ">=",
        }
    }
}

/// The registry's operations behind the operators.
pub(super) struct Operators {
    arith: [Option<&'static Op>; 8],
    compare: [Option<&'static Op>; 6],
    pub neg: Option<&'static Op>,
}

impl Operators {
    pub fn arith(&self, op: Arith) -> Result<&'static Op, Error> {
        self.arith[op as usize].ok_or_else(|| no_operation(op.symbol()))
    }

    /// The operator that an operation is, if it is one.
    pub fn arith_of(&self, op: &'static Op) -> Option<Arith> {
        use Arith::*;
        let is = |k: &Arith| self.arith[*k as usize].is_some_and(|o| std::ptr::eq(o, op));
        [Add, Sub, Mul, Div, FloorDiv, Rem, Pow, MatMul].into_iter().find(is)
    }

    pub fn compare(&self, op: Cmp) -> Result<&'static Op, Error> {
        self.compare[op as usize].ok_or_else(|| no_operation(op.symbol()))
    }
}

pub(super) fn no_operation(symbol: &str) -> Error {
    Error::new("KIND-04", format!("`{symbol}` does not work on tensors"))
}

pub(super) fn operators() -> &'static Operators {
    static OPERATORS: OnceLock<Operators> = OnceLock::new();
    OPERATORS.get_or_init(|| {
        let find = |symbol: &str, operands: usize| {
            let fits = |op: &&&Op| op.symbol == Some(symbol) && op.tensor_params().count() == operands;
            ops::all().iter().find(fits).copied()
        };
        use Arith::*;
        let arith = [Add, Sub, Mul, Div, FloorDiv, Rem, Pow, MatMul].map(|op| find(op.symbol(), 2));
        let compare = [Cmp::Eq, Cmp::Ne, Cmp::Lt, Cmp::Le, Cmp::Gt, Cmp::Ge].map(|op| find(op.symbol(), 2));
        Operators { arith, compare, neg: find("-", 1) }
    })
}

impl Vm {
    /// `dst = a op b`. `assign`: `a op= b`, which updates a cell.
    #[inline(never)] // keeps the inner loop small
    pub(super) fn arith(&mut self, op: Arith, assign: bool, dst: Reg, a: Reg, b: Reg) -> Result<(), Error> {
        let (x, y) = (self.peek(a), self.peek(b));
        let value = if self.cx.checks_finite() && !(assign && matches!(x, Value::Cell(_))) {
            self.note_site();
            let (x, y) = (x.clone(), y.clone());
            self.arith_values(op, &x, &y)?
        } else if let (Value::Tensor(x), Value::Tensor(y)) = (x, y) {
            self.note_site();
            Value::Tensor(self.cx.binary_tt(self.operators.arith(op)?, x, y)?)
        } else if let (Value::Tensor(x), Value::Cell(y)) = (x, y) {
            self.note_site();
            Value::Tensor(self.cx.binary_tt(self.operators.arith(op)?, x, &y.value())?)
        } else if let (true, Value::Cell(_)) = (assign, x) {
            let y = self.read(b);
            return self.update_cell(op, dst, a, &y);
        } else {
            self.note_site();
            self.arith_values(op, x, y)?
        };
        self.used(a);
        self.used(b);
        self.put(dst, value);
        Ok(())
    }

    /// The same with a constant on the right.
    #[inline(never)] // keeps the inner loop small
    pub(super) fn arith_with(&mut self, op: Arith, assign: bool, dst: Reg, a: Reg, y: Value) -> Result<(), Error> {
        let x = self.peek(a);
        let value = match (x, &y) {
            (Value::Tensor(x), Value::Int(_) | Value::Float(_)) if !self.cx.checks_finite() => {
                self.note_site();
                let n = if let Value::Int(i) = y { Num::Int(i) } else { number(&y).unwrap_or(Num::Int(0)) };
                Value::Tensor(self.cx.binary_tn(self.operators.arith(op)?, x, n, false)?)
            }
            (Value::Cell(_), _) if assign => return self.update_cell(op, dst, a, &y),
            (x, y) => {
                self.note_site();
                self.arith_values(op, x, y)?
            }
        };
        self.used(a);
        self.put(dst, value);
        Ok(())
    }

    /// The same with a constant on the left.
    #[inline(never)] // keeps the inner loop small
    pub(super) fn arith_from(&mut self, op: Arith, dst: Reg, x: Value, b: Reg) -> Result<(), Error> {
        self.note_site();
        let y = self.peek(b);
        let value = match (y, number(&x)) {
            (Value::Tensor(t), Some(n)) if !self.cx.checks_finite() => {
                Value::Tensor(self.cx.binary_tn(self.operators.arith(op)?, t, n, true)?)
            }
            _ => self.arith_values(op, &x, y)?,
        };
        self.used(b);
        self.put(dst, value);
        Ok(())
    }

    fn update_cell(&mut self, op: Arith, dst: Reg, a: Reg, rhs: &Value) -> Result<(), Error> {
        let Value::Cell(cell) = self.peek(a).clone() else { return Ok(()) };
        let Some(rhs) = operand(rhs) else { return Err(mismatch(op.symbol(), self.peek(a), rhs)) };
        self.note_site();
        let operator = self.operators.arith(op)?;
        let before = self.cx.checks_finite().then(|| cell.data());
        cell.update(&self.cx, operator, &rhs)?;
        if let Some(before) = before {
            let (old, new) = (Operand::Tensor(before.clone()), cell.data());
            if let Err(e) = self.check_made(op.symbol(), &[(0, &old), (1, &rhs)], &[new]) {
                cell.assign(&self.cx, &before)?;
                return Err(e);
            }
        }
        let code = self.code();
        if dst == a && dst >= code.this && dst < code.this + code.params.len() as u16 && !code.is_library {
            let name = &code.params[(dst - code.this) as usize].name;
            self.cx.warn(
                "WARN-02",
                || format!("`{name}` is a parameter, so this changes the caller's parameter"),
                Some("name the result with `let`, or update the parameter where it was made"),
            );
        }
        if dst != a {
            self.used(a);
            self.put(dst, Value::Cell(cell));
        }
        Ok(())
    }

    /// Any two values.
    pub(super) fn arith_values(&mut self, op: Arith, x: &Value, y: &Value) -> Result<Value, Error> {
        if matches!(x, Value::Tensor(_) | Value::Cell(_)) || matches!(y, Value::Tensor(_) | Value::Cell(_)) {
            let (Some(a), Some(b)) = (operand(x), operand(y)) else { return Err(mismatch(op.symbol(), x, y)) };
            let made = self.cx.binary(self.operators.arith(op)?, &a, &b)?;
            if self.cx.checks_finite() {
                self.check_made(op.symbol(), &[(0, &a), (1, &b)], std::slice::from_ref(&made))?;
            }
            return Ok(Value::Tensor(made));
        }
        match (number(x), number(y)) {
            (Some(a), Some(b)) => host_arith(op, a, b).map_err(|e| e.labels_or(x, y)),
            _ if op == Arith::Add => joined(x, y),
            _ => Err(mismatch(op.symbol(), x, y)),
        }
    }

    pub(super) fn negate(&mut self, dst: Reg, a: Reg) -> Result<(), Error> {
        let x = self.read(a);
        let value = match &x {
            Value::Int(i) => Value::Int(i.checked_neg().ok_or_else(|| overflow("-").at(0, describe(&x)))?),
            Value::Float(f) => Value::Float(-f),
            Value::Bool(b) => Value::Int(-i64::from(*b)),
            Value::Tensor(_) | Value::Cell(_) => {
                self.note_site();
                let t = super::operand::tensor(&x).ok_or_else(|| no_operation("-"))?;
                drop(x);
                Value::Tensor(self.cx.unary(self.operators.neg.ok_or_else(|| no_operation("-"))?, &t)?)
            }
            other => {
                let what = with_article(other.kind_name());
                return Err(Error::new("KIND-04", format!("`-` does not work on {what}")).at(0, describe(other)));
            }
        };
        self.put(dst, value);
        Ok(())
    }
}

impl Error {
    /// Labels both operands of an operator, unless something is labelled already.
    fn labels_or(self, x: &Value, y: &Value) -> Error {
        match self.fault() {
            super::error::Fault::Operands(o) if o.at.is_empty() => self.at(0, describe(x)).at(1, describe(y)),
            _ => self,
        }
    }
}

/// Two host numbers. Bools count as ints.
fn host_arith(op: Arith, x: Num, y: Num) -> Result<Value, Error> {
    let int = |n: Num| match n {
        Num::Bool(b) => Some(i64::from(b)),
        Num::Int(i) => Some(i),
        Num::Float(_) => None,
    };
    if op == Arith::MatMul {
        return Err(Error::new("KIND-04", "`@` multiplies tensors; for numbers write `*`"));
    }
    let zero = matches!(op, Arith::Div | Arith::FloorDiv | Arith::Rem) && y.to_f64() == 0.0;
    if zero {
        let what = if op == Arith::Rem { "the remainder of a division by zero" } else { "division by zero" };
        return Err(Error::new("VALUE-02", what).at(1, describe(&super::operand::host(y))));
    }
    if let (Some(x), Some(y)) = (int(x), int(y)) {
        return int_arith(op, x, y);
    }
    let (x, y) = (x.to_f64(), y.to_f64());
    Ok(Value::Float(match op {
        Arith::Add => x + y,
        Arith::Sub => x - y,
        Arith::Mul => x * y,
        Arith::Div => x / y,
        Arith::FloorDiv => floor_div(x, y),
        Arith::Rem => floor_rem(x, y),
        Arith::Pow | Arith::MatMul => return float_pow(x, y),
    }))
}

fn int_arith(op: Arith, x: i64, y: i64) -> Result<Value, Error> {
    let checked = match op {
        Arith::Add => x.checked_add(y),
        Arith::Sub => x.checked_sub(y),
        Arith::Mul => x.checked_mul(y),
        Arith::Div => return Ok(Value::Float(x as f64 / y as f64)),
        Arith::FloorDiv => x.checked_div_euclid(y).and_then(|q| {
            // Euclid rounds towards the divisor's sign; floor is one less for a negative divisor with a rest.
            if y < 0 && x.wrapping_rem_euclid(y) != 0 { q.checked_sub(1) } else { Some(q) }
        }),
        Arith::Rem => Some(match x.wrapping_rem_euclid(y) {
            0 => 0,
            r if y < 0 => r + y,
            r => r,
        }),
        Arith::Pow if y < 0 => return float_pow(x as f64, y as f64),
        Arith::Pow | Arith::MatMul => match (x, u32::try_from(y)) {
            (0 | 1, _) => Some(if y == 0 { 1 } else { x }),
            (-1, _) => Some(if y % 2 == 0 { 1 } else { -1 }),
            (_, Ok(y)) => x.checked_pow(y),
            (_, Err(_)) => None,
        },
    };
    checked.map(Value::Int).ok_or_else(|| overflow(op.symbol()))
}

fn overflow(symbol: &str) -> Error {
    Error::new("VALUE-01", format!("the result of `{symbol}` does not fit in an int"))
        .help("ints have 64 bits; for larger numbers make one of them a float: `float(x)` or `2.0`")
}

/// Python's `//` of floats.
fn floor_div(x: f64, y: f64) -> f64 {
    let rest = x % y;
    let q = (x - rest) / y;
    let q = if rest != 0.0 && (rest < 0.0) != (y < 0.0) { q - 1.0 } else { q };
    let floor = q.floor();
    if q - floor > 0.5 { floor + 1.0 } else { floor }
}

/// Python's `%` of floats: the sign of the divisor.
fn floor_rem(x: f64, y: f64) -> f64 {
    let rest = x % y;
    if rest != 0.0 && (rest < 0.0) != (y < 0.0) {
        rest + y
    } else if rest == 0.0 {
        0.0f64.copysign(y)
    } else {
        rest
    }
}

fn float_pow(x: f64, y: f64) -> Result<Value, Error> {
    if x == 0.0 && y < 0.0 {
        return Err(Error::new("VALUE-02", "zero to a negative power is a division by zero"));
    }
    if x < 0.0 && y.is_finite() && y.fract() != 0.0 {
        return Err(Error::new("VALUE-03", "a fractional power of a negative number is no real number"));
    }
    Ok(Value::Float(x.powf(y)))
}

/// `+` of strings, tuples and lists.
fn joined(x: &Value, y: &Value) -> Result<Value, Error> {
    let room = |len: usize| alloc::check(len).map_err(Error::out_of_memory);
    if let (Some(a), Some(b)) = (x.as_str(), y.as_str()) {
        room(a.len() + b.len())?;
        let mut text = String::with_capacity(a.len() + b.len());
        text.push_str(a);
        text.push_str(b);
        return Ok(Value::str(text));
    }
    if let (Some(a), Some(b)) = (x.as_tuple(), y.as_tuple()) {
        room((a.len() + b.len()) * size_of::<Value>())?;
        return Ok(Value::tuple(a.parts().iter().chain(b.parts()).cloned().collect()));
    }
    if let (Some(a), Some(b)) = (x.as_list(), y.as_list()) {
        room((a.len() + b.len()) * size_of::<Value>())?;
        let mut items = a.to_vec();
        items.extend(b.borrow().iter().cloned());
        return Ok(Value::list(items));
    }
    Err(mismatch("+", x, y))
}

/// The operator does not work between these kinds.
pub(super) fn mismatch(symbol: &str, x: &Value, y: &Value) -> Error {
    let (a, b) = (with_article(x.kind_name()), with_article(y.kind_name()));
    let e = Error::new("KIND-04", format!("`{symbol}` does not work between {a} and {b}"))
        .at(0, describe(x))
        .at(1, describe(y));
    let is_module = |v: &Value| matches!(v, Value::Obj(o) if matches!(**o, Obj::Instance(_)));
    if symbol == "+" && (x.as_str().is_some() || y.as_str().is_some()) {
        e.help("put the value into the string: `\"… {x}\"`, or convert it: `str(x)`")
    } else if symbol == "*" && (x.as_str().is_some() || y.as_str().is_some()) {
        e.help("a string is repeated by its method: `\"-\".repeat(20)`")
    } else if symbol == "*" && (x.as_list().is_some() || y.as_list().is_some()) {
        e.help("arithmetic is for tensors: `tensor(xs)` makes one of numbers; equal items are `list(0 for _ in 0..n)`")
    } else if x.is_none() || y.is_none() {
        e.help("one side is `none`: a `.grad` is `none` until a `backward` reaches it, and a function without a last expression gives `none`")
    } else if x.as_list().is_some() || y.as_list().is_some() || x.as_tuple().is_some() || y.as_tuple().is_some() {
        e.help("arithmetic is for tensors: `tensor(xs)` makes one of numbers")
    } else if is_module(x) || is_module(y) {
        e.help("call the module to get its output: `model(x)`")
    } else {
        e
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn floors_like_python() {
        assert_eq!((floor_div(7.5, -2.0), floor_rem(7.5, -2.0)), (-4.0, -0.5));
        assert_eq!((floor_div(-7.5, 2.0), floor_rem(-7.5, 2.0)), (-4.0, 0.5));
        assert_eq!((floor_div(0.3, 0.1), floor_div(-0.3, 0.1)), (2.0, -3.0));
        let int = |op, x, y| match int_arith(op, x, y) {
            Ok(Value::Int(i)) => Some(i),
            _ => None,
        };
        for (x, y, q, r) in [(7, 2, 3, 1), (-7, 2, -4, 1), (7, -2, -4, -1), (-7, -2, 3, -1), (6, -2, -3, 0)] {
            assert_eq!((int(Arith::FloorDiv, x, y), int(Arith::Rem, x, y)), (Some(q), Some(r)), "{x} {y}");
        }
        assert_eq!(int(Arith::FloorDiv, i64::MIN, -1), None);
        assert_eq!(int(Arith::Rem, i64::MIN, -1), Some(0));
        assert_eq!(int(Arith::Pow, -1, i64::MAX), Some(-1));
        assert_eq!(int(Arith::Pow, 3, 40), None);
    }
}
