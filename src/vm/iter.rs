//! What a `for` loop walks: ranges, containers, strings, the rows of tensors, and kinds given in Rust.

use std::cell::RefCell;

use super::Vm;
use super::code::Reg;
use super::error::Error;
use super::function::{Iterate, Native};
use super::object::Range;
use super::operand::{need_int, tensor};
use super::print::{describe, with_article};
use super::value::{Obj, Value};
use crate::ops::index::Item;

pub const CODES: &[(&str, &str)] = &[
    ("KIND-06", "something that cannot be walked by `for` or spread"),
    ("LIMIT-06", "a sequence of more items than fit in memory"),
    ("VALUE-04", "a range with a step of zero, or past the last int"),
];

/// An iterator given in Rust, while a loop holds it.
struct Iterator(RefCell<Option<Box<dyn Iterate>>>);

impl Native for Iterator {
    fn kind_name(&self) -> &'static str {
        "iterator"
    }

    fn display(&self) -> String {
        "iterator".into()
    }
}

impl Vm {
    /// Gives whether there is a first turn.
    pub(super) fn range_init(&mut self, closed: bool, at: Reg, dst: Reg) -> Result<bool, Error> {
        let range = self.range_of(closed, at)?;
        self.cx.push_loop();
        let turns = range.len();
        if turns == 0 {
            return Ok(false);
        }
        // More turns than an i64 counts take centuries.
        let turns = i64::try_from(turns).unwrap_or(i64::MAX);
        self.put(at, Value::Int(range.start));
        self.put(at + 1, Value::Int(turns));
        self.put(at + 2, Value::Int(range.step));
        self.put(dst, Value::Int(range.start));
        Ok(true)
    }

    /// The next turn where the loop's variable holds something that must be dropped.
    pub(super) fn range_next(&mut self, at: Reg, dst: Reg, back: u16) {
        let (Value::Int(now), Value::Int(left), Value::Int(step)) =
            (self.peek(at), self.peek(at + 1), self.peek(at + 2))
        else {
            return;
        };
        if *left > 1 {
            let next = now.wrapping_add(*step);
            let left = *left - 1;
            self.put(at, Value::Int(next));
            self.put(at + 1, Value::Int(left));
            self.put(dst, Value::Int(next));
            self.cx.next_iteration();
            self.jump(-(back as isize));
        }
    }

    /// A range out of three registers: start, end, step.
    pub(super) fn range_of(&mut self, closed: bool, at: Reg) -> Result<Range, Error> {
        let mut parts = [0; 3];
        for (k, what) in ["the start of a range", "the end of a range", "the step of a range"].into_iter().enumerate() {
            let value = self.read(at + k as Reg);
            parts[k] = need_int(&value, what, k)?;
        }
        let [start, end, step] = parts;
        if step == 0 {
            return Err(Error::new("VALUE-04", "the step of a range cannot be 0").at(2, "0"));
        }
        Ok(Range { start, end, step, closed })
    }

    pub(super) fn iter_init(&mut self, at: Reg) -> Result<(), Error> {
        let mut value = self.read(at);
        while let Some(inner) = value.as_native().and_then(|n| n.stand_in(self)) {
            value = inner;
        }
        let walked = match &value {
            Value::Tensor(t) if t.ndim() == 0 => {
                let e = Error::new("KIND-06", "a tensor of no dimensions has no rows to walk");
                return Err(e.at(0, describe(&value)));
            }
            Value::Tensor(_) => value,
            Value::Cell(p) => {
                let t = p.value();
                if t.ndim() == 0 {
                    let e = Error::new("KIND-06", "a parameter of no dimensions has no rows to walk");
                    return Err(e.at(0, describe(&value)));
                }
                Value::Tensor(t)
            }
            Value::Obj(o) => match &**o {
                Obj::Tuple(_) | Obj::List(_) | Obj::Range(_) | Obj::Record(_) => value,
                Obj::Str(s) => Value::list(s.as_str().chars().map(|c| Value::str(c.to_string())).collect()),
                Obj::Native(n) => match n.iterate(self) {
                    Some(iterator) => Value::native(Iterator(RefCell::new(Some(iterator?)))),
                    None if n.length().is_some() => value,
                    None => return Err(not_walkable(&value)),
                },
                _ => return Err(not_walkable(&value)),
            },
            _ => return Err(not_walkable(&value)),
        };
        self.put(at, walked);
        self.put(at + 1, Value::Int(0));
        self.cx.push_loop();
        Ok(())
    }

    /// Gives whether there is another turn, whose item goes to `dst`.
    pub(super) fn iter_next(&mut self, at: Reg, dst: Reg) -> Result<bool, Error> {
        let Value::Int(position) = *self.peek(at + 1) else { return Ok(false) };
        let index = position as usize;
        let item = match self.peek(at) {
            Value::Tensor(t) => {
                if index >= t.dims().first().copied().unwrap_or(0) {
                    return Ok(false);
                }
                // The row before goes first, so that its memory can be used again.
                let t = t.clone();
                if position > 0 {
                    self.put(dst, Value::None);
                    self.cx.next_iteration();
                }
                self.note_site();
                let row = self.cx.index(&t, &[Item::At(position)])?;
                self.put(dst, Value::Tensor(row));
                self.put(at + 1, Value::Int(position + 1));
                return Ok(true);
            }
            Value::Obj(o) => match &**o {
                Obj::List(l) => l.get(index),
                Obj::Tuple(t) => t.parts().get(index).cloned(),
                Obj::Range(r) => ((position as u64) < r.len()).then(|| Value::Int(r.at(position as u64))),
                Obj::Record(r) => r.key_at(index).map(|k| Value::str(&*k)),
                Obj::Native(n) => {
                    let keep = o.clone();
                    match n.downcast::<Iterator>() {
                        Some(iterator) => {
                            let taken = iterator.0.borrow_mut().take();
                            let Some(mut walking) = taken else { return Ok(false) };
                            let item = walking.next(self);
                            *iterator.0.borrow_mut() = Some(walking);
                            drop(keep);
                            item?
                        }
                        None if index < n.length().unwrap_or(0) => Some(n.get(self, index)?),
                        None => None,
                    }
                }
                _ => None,
            },
            _ => None,
        };
        let Some(item) = item else { return Ok(false) };
        if position > 0 {
            self.cx.next_iteration();
        }
        self.put(dst, item);
        self.put(at + 1, Value::Int(position + 1));
        Ok(true)
    }

    /// All items at once, for spreads, patterns and builtins. None if the value cannot be walked.
    pub fn items_of(&mut self, value: &Value) -> Result<Option<Vec<Value>>, Error> {
        Ok(Some(match value {
            Value::Tensor(_) | Value::Cell(_) => {
                let Some(t) = tensor(value).filter(|t| t.ndim() > 0) else { return Ok(None) };
                let mut rows = Vec::with_capacity(t.dims()[0]);
                for i in 0..t.dims()[0] {
                    rows.push(Value::Tensor(self.cx.index(&t, &[Item::At(i as i64)])?));
                }
                rows
            }
            Value::Obj(o) => match &**o {
                Obj::List(l) => l.to_vec(),
                Obj::Tuple(t) => t.parts().to_vec(),
                Obj::Range(r) => {
                    let n = r.len();
                    if n > MAX_ITEMS {
                        return Err(Error::new("LIMIT-06", format!("{n} items at once are too many")));
                    }
                    (0..n).map(|k| Value::Int(r.at(k))).collect()
                }
                Obj::Record(r) => r.entries().into_iter().map(|(k, _)| Value::str(&*k)).collect(),
                Obj::Str(s) => s.as_str().chars().map(|c| Value::str(c.to_string())).collect(),
                Obj::Native(n) => match n.iterate(self) {
                    Some(iterator) => {
                        let mut iterator = iterator?;
                        let mut items = Vec::new();
                        while let Some(item) = iterator.next(self)? {
                            self.check_interrupt()?;
                            items.push(item);
                        }
                        items
                    }
                    None => match n.length() {
                        Some(len) => (0..len).map(|k| n.get(self, k)).collect::<Result<_, _>>()?,
                        None => return Ok(None),
                    },
                },
                _ => return Ok(None),
            },
            _ => return Ok(None),
        }))
    }
}

/// A range of more ints than this is walked, not unrolled.
const MAX_ITEMS: u64 = 1 << 28;

fn not_walkable(value: &Value) -> Error {
    let e =
        Error::new("KIND-06", format!("`for` cannot walk {}", with_article(value.kind_name()))).at(0, describe(value));
    match value {
        Value::Int(n) => e.help(format!("for the ints below it write `0..{n}`")),
        Value::None => e.help("the value is `none`: does the function end in an expression?"),
        _ => e,
    }
}
