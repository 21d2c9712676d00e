//! The containers: strings, tuples, lists, records, ranges, and the box of a captured variable.
//!
//! A `&self` method borrows for its own length only and never runs program code, so no borrow can be
//! seen twice: what calls back (a sort key, a map) copies the items out first.

use std::cell::{Cell, Ref, RefCell, RefMut};
use std::collections::HashMap;
use std::rc::Rc;

use super::value::Value;
use crate::device::cpu::alloc::{self, Charge, OutOfMemory};

/// What an object takes beside its parts, about: its cell, counts, the allocator's own.
const OVERHEAD: usize = 96;

/// A string; never changed once made.
pub struct Str {
    text: String,
    /// Whether a character is a byte, so that indexing needs no walk.
    ascii: bool,
    #[expect(dead_code, reason = "counts as long as it lives")]
    charge: Charge,
}

impl Str {
    pub fn new(text: impl Into<String>) -> Str {
        let text = text.into();
        let ascii = text.is_ascii();
        let charge = Charge::new(OVERHEAD + text.capacity());
        Str { text, ascii, charge }
    }

    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Characters, not bytes.
    pub fn len(&self) -> usize {
        if self.ascii { self.text.len() } else { self.text.chars().count() }
    }

    pub fn is_empty(&self) -> bool {
        self.text.is_empty()
    }

    pub fn char_at(&self, index: usize) -> Option<char> {
        if self.ascii { self.text.as_bytes().get(index).map(|b| *b as char) } else { self.text.chars().nth(index) }
    }
}

/// A fixed sequence. The results of an op carry torch's names: `sort(x).values`.
pub struct Tuple {
    parts: Vec<Value>,
    names: &'static [&'static str],
    #[expect(dead_code, reason = "counts as long as it lives")]
    charge: Charge,
}

impl Tuple {
    pub fn new(parts: Vec<Value>) -> Tuple {
        Tuple::named(parts, &[])
    }

    pub fn named(parts: Vec<Value>, names: &'static [&'static str]) -> Tuple {
        let charge = Charge::new(OVERHEAD + parts.capacity() * size_of::<Value>());
        Tuple { parts, names, charge }
    }

    pub fn parts(&self) -> &[Value] {
        &self.parts
    }

    /// The names of the parts, empty for a plain tuple.
    pub fn names(&self) -> &'static [&'static str] {
        self.names
    }

    pub fn len(&self) -> usize {
        self.parts.len()
    }

    pub fn is_empty(&self) -> bool {
        self.parts.is_empty()
    }

    pub fn field(&self, name: &str) -> Option<&Value> {
        let i = self.names.iter().position(|n| *n == name)?;
        self.parts.get(i)
    }

    pub(super) fn take(&mut self) -> Vec<Value> {
        std::mem::take(&mut self.parts)
    }
}

/// A growable sequence, shared by reference.
#[derive(Default)]
pub struct List {
    items: RefCell<Vec<Value>>,
    charge: Charge,
}

impl List {
    pub fn new(items: Vec<Value>) -> List {
        let charge = Charge::new(OVERHEAD + items.capacity() * size_of::<Value>());
        List { items: RefCell::new(items), charge }
    }

    pub fn len(&self) -> usize {
        self.items.borrow().len()
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    pub fn get(&self, index: usize) -> Option<Value> {
        self.items.borrow().get(index).cloned()
    }

    /// Puts `value` at `index` and gives back what was there.
    pub fn set(&self, index: usize, value: Value) -> Option<Value> {
        self.items.borrow_mut().get_mut(index).map(|slot| std::mem::replace(slot, value))
    }

    /// # Errors
    /// When it has to grow and there is no memory for that; it is as it was then.
    pub fn push(&self, value: Value) -> Result<(), OutOfMemory> {
        let mut items = self.items.borrow_mut();
        if items.len() == items.capacity() {
            // What it grows to, and while it moves what it was.
            alloc::check((2 * items.capacity() + 4) * size_of::<Value>())?;
            items.push(value);
            self.charge.set(OVERHEAD + items.capacity() * size_of::<Value>());
        } else {
            items.push(value);
        }
        Ok(())
    }

    /// After the items were changed through `borrow_mut`.
    pub fn recount(&self) {
        self.charge.set(OVERHEAD + self.items.borrow().capacity() * size_of::<Value>());
    }

    pub fn pop(&self) -> Option<Value> {
        self.items.borrow_mut().pop()
    }

    pub fn to_vec(&self) -> Vec<Value> {
        self.items.borrow().clone()
    }

    /// The items themselves; hold this only while no program code can run.
    pub fn borrow(&self) -> Ref<'_, Vec<Value>> {
        self.items.borrow()
    }

    /// The items themselves; hold this only while no program code can run.
    pub fn borrow_mut(&self) -> RefMut<'_, Vec<Value>> {
        self.items.borrow_mut()
    }

    pub(super) fn take(&mut self) -> Vec<Value> {
        std::mem::take(self.items.get_mut())
    }
}

/// Values under string keys in the order of their first assignment, shared by reference.
#[derive(Default)]
pub struct Record {
    map: RefCell<RecordMap>,
    charge: Charge,
}

#[derive(Default)]
struct RecordMap {
    entries: Vec<(Rc<str>, Value)>,
    /// Key to position, kept once the record is too long for a walk.
    index: Option<HashMap<Rc<str>, usize>>,
}

/// What an entry of a record takes, about.
const ENTRY: usize = 96;

/// Up to this many entries are searched one after the other.
const WALK: usize = 16;

impl RecordMap {
    fn find(&self, key: &str) -> Option<usize> {
        match &self.index {
            Some(index) => index.get(key).copied(),
            None => self.entries.iter().position(|(k, _)| std::ptr::eq(&**k, key) || **k == *key),
        }
    }

    fn set(&mut self, key: Rc<str>, value: Value) -> Option<Value> {
        if let Some(i) = self.find(&key) {
            return Some(std::mem::replace(&mut self.entries[i].1, value));
        }
        if let Some(index) = &mut self.index {
            index.insert(key.clone(), self.entries.len());
        }
        self.entries.push((key, value));
        if self.entries.len() > WALK && self.index.is_none() {
            self.reindex();
        }
        None
    }

    fn remove(&mut self, key: &str) -> Option<Value> {
        let i = self.find(key)?;
        let (key, value) = self.entries.remove(i);
        match &mut self.index {
            // What is taken from the end moves nothing.
            Some(index) if i == self.entries.len() => drop(index.remove(&key)),
            Some(_) if self.entries.len() > WALK => self.reindex(),
            _ => self.index = None,
        }
        Some(value)
    }

    fn reindex(&mut self) {
        self.index = Some(self.entries.iter().enumerate().map(|(i, (k, _))| (k.clone(), i)).collect());
    }
}

impl Record {
    pub fn new(entries: impl IntoIterator<Item = (Rc<str>, Value)>) -> Record {
        let record = Record::default();
        for (key, value) in entries {
            record.set(key, value);
        }
        record
    }

    pub fn len(&self) -> usize {
        self.map.borrow().entries.len()
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    pub fn get(&self, key: &str) -> Option<Value> {
        let map = self.map.borrow();
        map.find(key).map(|i| map.entries[i].1.clone())
    }

    pub fn contains(&self, key: &str) -> bool {
        self.map.borrow().find(key).is_some()
    }

    /// Gives back the value that the key had before.
    pub fn set(&self, key: Rc<str>, value: Value) -> Option<Value> {
        let mut map = self.map.borrow_mut();
        let len = map.entries.len();
        let old = map.set(key, value);
        if map.entries.len() != len {
            // A key, a value, their place in the index.
            self.charge.set(OVERHEAD + map.entries.len() * ENTRY);
        }
        old
    }

    pub fn remove(&self, key: &str) -> Option<Value> {
        self.map.borrow_mut().remove(key)
    }

    pub fn clear(&self) {
        let entries = std::mem::take(&mut *self.map.borrow_mut());
        // The values go only after the record is free to be looked at again.
        drop(entries);
    }

    /// The key at a position, for iteration.
    pub fn key_at(&self, index: usize) -> Option<Rc<str>> {
        self.map.borrow().entries.get(index).map(|(k, _)| k.clone())
    }

    pub fn entry_at(&self, index: usize) -> Option<(Rc<str>, Value)> {
        self.map.borrow().entries.get(index).cloned()
    }

    pub fn entries(&self) -> Vec<(Rc<str>, Value)> {
        self.map.borrow().entries.clone()
    }

    pub(super) fn take(&mut self, out: &mut Vec<Value>) {
        let map = std::mem::take(self.map.get_mut());
        out.extend(map.entries.into_iter().map(|(_, v)| v));
    }
}

/// `start..end by step`; `closed` is `..=`. The step is never 0.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Range {
    pub start: i64,
    pub end: i64,
    pub step: i64,
    pub closed: bool,
}

impl Range {
    /// How many ints it yields; more than fit a `u64` cannot be written.
    pub fn len(&self) -> u64 {
        let (from, to) = if self.step > 0 { (self.start, self.end) } else { (self.end, self.start) };
        if from > to || (from == to && !self.closed) {
            return 0;
        }
        let distance = (to as i128 - from as i128) as u128;
        let step = self.step.unsigned_abs() as u128;
        let len = if self.closed { distance / step + 1 } else { distance.div_ceil(step) };
        u64::try_from(len).unwrap_or(u64::MAX)
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The int at a position below `len`.
    pub fn at(&self, index: u64) -> i64 {
        (self.start as i128 + index as i128 * self.step as i128) as i64
    }

    /// The int at a position, found without wide numbers; None past the end, and where that would overflow.
    #[inline(always)]
    pub fn plainly_at(&self, position: i64) -> Option<i64> {
        let item = position.checked_mul(self.step)?.checked_add(self.start)?;
        let inside = if self.step > 0 { item < self.end } else { item > self.end };
        (inside || self.closed && item == self.end).then_some(item)
    }

    pub fn contains(&self, value: i64) -> bool {
        let offset = value as i128 - self.start as i128;
        let step = self.step as i128;
        offset % step == 0 && offset / step >= 0 && ((offset / step) as u128) < self.len() as u128
    }
}

/// The box of a variable that closures share with the function around them.
#[derive(Default)]
pub struct Var(Cell<Value>);

impl Var {
    pub fn new(value: Value) -> Var {
        Var(Cell::new(value))
    }

    pub fn get(&self) -> Value {
        let value = self.0.take();
        let copy = value.clone();
        self.0.set(value);
        copy
    }

    /// Where the value is; for reads and writes that run nothing else meanwhile.
    #[inline(always)]
    pub fn place(&self) -> *mut Value {
        self.0.as_ptr()
    }

    /// Gives back the old value.
    pub fn set(&self, value: Value) -> Value {
        self.0.replace(value)
    }

    /// Leaves `none` behind.
    pub fn take(&self) -> Value {
        self.0.take()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges() {
        let r = |start, end, step, closed| Range { start, end, step, closed };
        assert_eq!(r(0, 10, 1, false).len(), 10);
        assert_eq!(r(0, 10, 3, true).len(), 4);
        assert_eq!(r(0, 9, 3, true).len(), 4);
        assert_eq!(r(0, 9, 3, false).len(), 3);
        assert_eq!(r(10, 0, 1, false).len(), 0);
        assert_eq!(r(10, 0, -2, false).len(), 5);
        assert_eq!(r(10, 0, -2, true).len(), 6);
        assert_eq!(r(5, 5, 1, true).len(), 1);
        assert_eq!(r(i64::MIN, i64::MAX, 1, true).len(), u64::MAX);
        assert!(r(10, 0, -2, false).contains(2) && !r(10, 0, -2, false).contains(0));
        assert!(!r(10, 0, -2, false).contains(12) && !r(0, 10, 1, false).contains(-1));
        assert_eq!(r(10, 0, -2, false).at(4), 2);
        for range in [r(0, 10, 3, true), r(0, 10, 3, false), r(10, 0, -2, false), r(10, 0, -2, true), r(5, 5, 1, true)]
        {
            let len = range.len() as i64;
            assert!((0..len).all(|k| range.plainly_at(k) == Some(range.at(k as u64))), "{range:?}");
            assert_eq!(range.plainly_at(len), None);
        }
        assert_eq!(r(i64::MAX - 1, i64::MAX, 1, true).plainly_at(2), None);
    }

    #[test]
    fn records_keep_order_and_find_keys_past_the_walk() {
        let r = Record::default();
        for i in 0..100 {
            r.set(format!("k{i}").into(), Value::Int(i));
        }
        r.remove("k3");
        r.set("k5".into(), Value::Int(-5));
        assert_eq!(r.len(), 99);
        assert!(matches!(r.get("k5"), Some(Value::Int(-5))));
        assert!(matches!(r.get("k99"), Some(Value::Int(99))));
        assert_eq!(&*r.key_at(3).unwrap(), "k4");
        assert!(!r.contains("k3"));
    }
}
