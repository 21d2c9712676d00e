//! Reading `x[…]`: tensors as in numpy, lists, tuples, strings and ranges by position or slice, records by key.

use super::Vm;
use super::code::{Item as Shape, Reg};
use super::error::Error;
use super::object::Range;
use super::operand::int;
use super::print::{describe, with_article};
use super::value::{Obj, Value};
use crate::device::DType;
use crate::diagnostic::did_you_mean;
use crate::ops::index::{Item, slice_range};
use crate::tensor::{Num, Tensor};

pub const CODES: &[(&str, &str)] = &[
    ("KIND-07", "an index on something that has no elements, or of a kind that cannot be an index"),
    ("VALUE-05", "an index out of bounds"),
    ("VALUE-06", "a record does not have this key"),
];

impl Vm {
    /// `obj[index]`
    pub(super) fn index(&mut self, dst: Reg, obj: Reg, index: Reg) -> Result<(), Error> {
        let value = match (self.peek(obj), self.peek(index)) {
            (Value::Tensor(t), Value::Int(i)) => {
                self.note_site();
                Value::Tensor(self.cx.index(t, &[Item::At(*i)])?)
            }
            (Value::Obj(o), Value::Int(i)) => match &**o {
                Obj::List(l) => {
                    let items = l.borrow();
                    items[position(*i, items.len(), "list")?].clone()
                }
                _ => self.element(self.peek(obj), self.peek(index))?,
            },
            (x, i) => self.element(x, i)?,
        };
        self.used(obj);
        self.used(index);
        self.put(dst, value);
        Ok(())
    }

    /// `x[i]` for any value and one index.
    pub(super) fn element(&mut self, x: &Value, index: &Value) -> Result<Value, Error> {
        if let Some(t) = super::operand::tensor(x) {
            self.note_site();
            let item = self.tensor_item(index).map_err(|e| e.at(0, describe(x)))?;
            return Ok(Value::Tensor(self.cx.index(&t, &[item])?));
        }
        let Value::Obj(o) = x else { return Err(not_indexable(x, index)) };
        if let Obj::Record(r) = &**o {
            let Some(key) = index.as_str() else {
                let e = Error::new("KIND-07", "the keys of a record are strings");
                return Err(e.at(1, describe(index)).at(0, describe(x)));
            };
            return r.get(key).ok_or_else(|| no_key(x, key).at(1, "no such key"));
        }
        let range = index.as_range();
        if let (Obj::Tuple(_) | Obj::List(_) | Obj::Str(_) | Obj::Range(_), Some(r)) = (&**o, range) {
            let end = if r.closed { r.end.checked_add(r.step.signum()) } else { Some(r.end) };
            return slice(x, Some(r.start), end, r.step);
        }
        let Some(i) = int(index) else { return Err(not_indexable(x, index)) };
        match &**o {
            Obj::Tuple(t) => Ok(t.parts()[position(i, t.len(), "tuple")?].clone()),
            Obj::List(l) => {
                let items = l.borrow();
                Ok(items[position(i, items.len(), "list")?].clone())
            }
            Obj::Str(s) => {
                let k = position(i, s.len(), "str")?;
                Ok(Value::str(s.char_at(k).map(String::from).unwrap_or_default()))
            }
            Obj::Range(r) => {
                let n = r.len();
                let k = if i < 0 { i as i128 + n as i128 } else { i as i128 };
                if k < 0 || k >= n as i128 {
                    return Err(out_of_bounds(i, n as usize, "range"));
                }
                Ok(Value::Int(r.at(k as u64)))
            }
            Obj::Native(n) => match n.length() {
                Some(len) => n.get(self, position(i, len, n.kind_name())?),
                None => Err(not_indexable(x, index)),
            },
            _ => Err(not_indexable(x, index)),
        }
    }

    /// `obj[a, b..c, …]`: everything but a single index.
    pub(super) fn index_site(&mut self, dst: Reg, at: Reg, site: u16) -> Result<(), Error> {
        let shape = &self.code().indexes[site as usize];
        let obj = self.read(at);
        let operands: Vec<Value> =
            (0..shape.iter().map(|s| s.registers()).sum::<usize>()).map(|k| self.read(at + 1 + k as Reg)).collect();
        let value = self.part(&obj, shape, &operands)?;
        self.put(dst, value);
        Ok(())
    }

    /// What several index items, or a slice, select.
    pub(super) fn part(&mut self, obj: &Value, shape: &[Shape], operands: &[Value]) -> Result<Value, Error> {
        if let Some(t) = super::operand::tensor(obj) {
            let items = self.tensor_items(shape, operands).map_err(|e| e.at(0, describe(obj)))?;
            self.note_site();
            return Ok(Value::Tensor(
                self.cx.index(&t, &items).map_err(|e| Error::from(e).relabel(1, 1 + operands.len()))?,
            ));
        }
        match shape {
            [Shape::At] => self.element(obj, &operands[0]),
            [Shape::Slice { .. }] => {
                let (start, end, step) = slice_parts(shape[0], operands)?;
                slice(obj, start, end, step)
            }
            _ => {
                let what = with_article(obj.kind_name());
                Err(Error::new("KIND-07", format!("only a tensor takes several indices, and this is {what}"))
                    .at(0, describe(obj)))
            }
        }
    }

    /// Index items for the tensor core.
    pub(super) fn tensor_items(&mut self, shape: &[Shape], operands: &[Value]) -> Result<Vec<Item>, Error> {
        let mut items = Vec::with_capacity(shape.len());
        let mut at = 0;
        for part in shape {
            let own = &operands[at..at + part.registers()];
            items.push(match part {
                Shape::At => self.tensor_item(&own[0]).map_err(|e| e.shift(at))?,
                Shape::Slice { .. } => {
                    let (start, end, step) = slice_parts(*part, own).map_err(|e| e.shift(at))?;
                    Item::Slice { start, end, step }
                }
                Shape::Ellipsis => Item::Ellipsis,
            });
            at += part.registers();
        }
        Ok(items)
    }

    fn tensor_item(&mut self, index: &Value) -> Result<Item, Error> {
        Ok(match index {
            Value::Int(i) => Item::At(*i),
            Value::None => Item::NewAxis,
            Value::Tensor(t) => match int(index) {
                Some(i) => Item::At(i),
                None => Item::Tensor(t.clone()),
            },
            Value::Bool(_) | Value::Float(_) | Value::Cell(_) => return Err(not_an_index(index)),
            Value::Obj(o) => match &**o {
                Obj::Range(Range { start, end, step, closed }) => {
                    let end = if *closed { end.checked_add(step.signum()) } else { Some(*end) };
                    // `..=-1` reaches the last element, as does an open end.
                    let end = if *closed && end == Some(0) && *step > 0 { None } else { end };
                    Item::Slice { start: Some(*start), end, step: *step }
                }
                Obj::List(_) | Obj::Tuple(_) => {
                    let items = self.items_of(index)?.unwrap_or_default();
                    let ints: Option<Vec<i64>> = items.iter().map(int).collect();
                    let bools: Option<Vec<bool>> =
                        items.iter().map(|v| if let Value::Bool(b) = v { Some(*b) } else { None }).collect();
                    match (ints, bools) {
                        (Some(ints), _) => Item::Tensor(Tensor::from_i64s(&[ints.len()], &ints)?),
                        (None, Some(bools)) => {
                            let n = crate::tensor::Dims::of(&[bools.len()]);
                            Item::Tensor(Tensor::from_nums(DType::Bool, n, bools.into_iter().map(Num::Bool))?)
                        }
                        _ => return Err(not_an_index(index)),
                    }
                }
                _ => return Err(not_an_index(index)),
            },
        })
    }
}

/// Start, end and step of a slice; a closed end is made open.
pub(super) fn slice_parts(shape: Shape, operands: &[Value]) -> Result<(Option<i64>, Option<i64>, i64), Error> {
    let Shape::Slice { start, end, closed, step } = shape else { return Ok((None, None, 1)) };
    let mut at = 0;
    let mut next = |there: bool, what: &str| -> Result<Option<i64>, Error> {
        if !there {
            return Ok(None);
        }
        at += 1;
        super::operand::need_int(&operands[at - 1], what, at).map(Some)
    };
    let start = next(start, "the start of a slice")?;
    let end = next(end, "the end of a slice")?;
    let step = next(step, "the step of a slice")?.unwrap_or(1);
    let end = match (closed, end) {
        (true, Some(-1)) if step > 0 => None,
        (true, Some(0)) if step < 0 => None,
        (true, Some(e)) => e.checked_add(step.signum()),
        (_, end) => end,
    };
    Ok((start, end, step))
}

/// A slice of a sequence that is no tensor, a new one of the same kind.
fn slice(obj: &Value, start: Option<i64>, end: Option<i64>, step: i64) -> Result<Value, Error> {
    let places = |n: usize| -> Result<Vec<usize>, Error> {
        let (first, count) = slice_range(start, end, step, n)?;
        Ok((0..count as i64).map(|k| (first as i64 + k * step) as usize).collect())
    };
    let Value::Obj(o) = obj else { return Err(not_sliceable(obj)) };
    Ok(match &**o {
        Obj::Tuple(t) => Value::tuple(places(t.len())?.into_iter().map(|k| t.parts()[k].clone()).collect()),
        Obj::List(l) => {
            let items = l.borrow();
            Value::list(places(items.len())?.into_iter().map(|k| items[k].clone()).collect())
        }
        Obj::Str(s) => {
            let chars: Vec<char> = s.as_str().chars().collect();
            Value::str(places(chars.len())?.into_iter().map(|k| chars[k]).collect::<String>())
        }
        Obj::Range(r) => {
            let n = usize::try_from(r.len()).unwrap_or(usize::MAX);
            let (first, count) = slice_range(start, end, step, n.min(i64::MAX as usize))?;
            let begin = if count == 0 { r.start } else { r.at(first as u64) };
            let stride = r.step.saturating_mul(step);
            let end = begin.saturating_add(stride.saturating_mul(count as i64));
            Value::range(Range { start: begin, end, step: stride, closed: false })
        }
        _ => return Err(not_sliceable(obj)),
    })
}

/// The position that an index means, negative from the end.
pub(super) fn position(i: i64, len: usize, kind: &str) -> Result<usize, Error> {
    let k = if i < 0 { i.checked_add(len as i64).unwrap_or(-1) } else { i };
    if k < 0 || k as u64 >= len as u64 { Err(out_of_bounds(i, len, kind)) } else { Ok(k as usize) }
}

fn out_of_bounds(i: i64, len: usize, kind: &str) -> Error {
    let items = if len == 1 { "1 element".into() } else { format!("{len} elements") };
    Error::new("VALUE-05", format!("index {i} is out of bounds: the {kind} has {items}"))
        .at(1, i.to_string())
        .at(0, format!("{kind} of {len}"))
}

pub(super) fn no_key(record: &Value, key: &str) -> Error {
    let e = Error::new("VALUE-06", format!("the record has no `{key}`"));
    let Some(r) = record.as_record() else { return e };
    let keys: Vec<_> = r.entries().into_iter().map(|(k, _)| k).collect();
    match did_you_mean(key, keys.iter().map(|k| &**k)) {
        Some(near) => e.help(format!("did you mean `{near}`?")),
        None if keys.is_empty() => e.help("it is empty"),
        None if keys.len() <= 8 => e.help(format!("it has {}", keys.join(", "))),
        None => e,
    }
}

fn not_indexable(x: &Value, index: &Value) -> Error {
    let what = with_article(x.kind_name());
    let holds = matches!(x, Value::Obj(o) if matches!(**o, Obj::Tuple(_) | Obj::List(_) | Obj::Str(_) | Obj::Range(_)));
    if holds {
        let got = with_article(index.kind_name());
        return Error::new("KIND-07", format!("the index into {what} is an int, not {got}"))
            .at(1, describe(index))
            .at(0, describe(x));
    }
    let e = Error::new("KIND-07", format!("{what} has no elements to index")).at(0, describe(x));
    match x.as_instance() {
        Some(_) => e.help("a field of a module is read with a dot: `model.weight`"),
        None => e,
    }
}

fn not_sliceable(x: &Value) -> Error {
    Error::new("KIND-07", format!("{} has no parts to slice", with_article(x.kind_name()))).at(0, describe(x))
}

fn not_an_index(index: &Value) -> Error {
    let e = Error::new(
        "KIND-07",
        format!(
            "an index into a tensor is an int, a range, `none`, `...` or a tensor, not {}",
            with_article(index.kind_name())
        ),
    )
    .at(1, describe(index));
    match index {
        Value::Float(_) => e.help("make it an int: `int(x)`"),
        _ => e,
    }
}
