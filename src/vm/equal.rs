//! Structural equality: what `in`, `==` of containers and `index` go by. Two tensors are equal when shape and
//! all numbers are, two parameters when they are the same cell.

use std::collections::HashSet;
use std::rc::Rc;

use half::{bf16, f16};

use super::error::Error;
use super::object::Range;
use super::order;
use super::value::{Obj, ObjPtr, Value};
use crate::device::{DType, Device};
use crate::tensor::{Num, Tensor};

/// Whether two values are equal. Ints, floats and bools are compared as numbers, exactly; `nan` equals nothing.
/// Containers that hold themselves are equal when nothing tells them apart.
///
/// # Errors
/// When a tensor's numbers cannot be read.
pub fn equal(a: &Value, b: &Value) -> Result<bool, Error> {
    let mut todo = Pairs::default();
    if !todo.alike(a, b)? {
        return Ok(false);
    }
    while let Some((a, b)) = todo.stack.pop() {
        if !todo.parts_alike(&a, &b)? {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Pairs of containers whose parts are still to be compared; a stack of its own, as nesting has no bound.
#[derive(Default)]
struct Pairs {
    stack: Vec<(ObjPtr, ObjPtr)>,
    /// Pairs that are known to be alike, or are being compared: containers may hold each other many times.
    seen: HashSet<(*const Obj, *const Obj)>,
}

impl Pairs {
    /// Compares two values but the parts of containers, which it puts on the stack.
    fn alike(&mut self, a: &Value, b: &Value) -> Result<bool, Error> {
        Ok(match (a, b) {
            (Value::None, Value::None) => true,
            (Value::Cell(a), Value::Cell(b)) => a.is_same(b),
            (Value::Tensor(a), Value::Tensor(b)) => tensors_equal(a, b)?,
            (Value::Obj(a), Value::Obj(b)) => match (&**a, &**b) {
                (Obj::Str(x), Obj::Str(y)) => x.as_str() == y.as_str(),
                (Obj::Range(x), Obj::Range(y)) => same_ints(*x, *y),
                (Obj::Builtin(x), Obj::Builtin(y)) => std::ptr::eq(*x, *y),
                (Obj::Op(x), Obj::Op(y)) => std::ptr::eq(*x, *y),
                (Obj::Class(x), Obj::Class(y)) => Rc::ptr_eq(x, y),
                (Obj::Tuple(_), Obj::Tuple(_))
                | (Obj::List(_), Obj::List(_))
                | (Obj::Record(_), Obj::Record(_))
                | (Obj::BoundMethod(_), Obj::BoundMethod(_)) => {
                    if self.seen.insert((Rc::as_ptr(a), Rc::as_ptr(b))) {
                        self.stack.push((a.clone(), b.clone()));
                    }
                    true
                }
                _ => Rc::ptr_eq(a, b),
            },
            _ => order::numbers(a, b).is_some_and(|o| o.is_eq()),
        })
    }

    fn parts_alike(&mut self, a: &Obj, b: &Obj) -> Result<bool, Error> {
        match (a, b) {
            (Obj::Tuple(a), Obj::Tuple(b)) => self.items_alike(a.parts(), b.parts()),
            (Obj::List(a), Obj::List(b)) => self.items_alike(&a.borrow(), &b.borrow()),
            (Obj::BoundMethod(a), Obj::BoundMethod(b)) => {
                Ok(self.alike(&a.receiver, &b.receiver)? && self.alike(&a.method, &b.method)?)
            }
            (Obj::Record(a), Obj::Record(b)) => {
                if a.len() != b.len() {
                    return Ok(false);
                }
                for (key, x) in a.entries() {
                    match b.get(&key) {
                        Some(y) if self.alike(&x, &y)? => {}
                        _ => return Ok(false),
                    }
                }
                Ok(true)
            }
            _ => Ok(true),
        }
    }

    fn items_alike(&mut self, a: &[Value], b: &[Value]) -> Result<bool, Error> {
        if a.len() != b.len() {
            return Ok(false);
        }
        for (x, y) in a.iter().zip(b) {
            if !self.alike(x, y)? {
                return Ok(false);
            }
        }
        Ok(true)
    }
}

/// Whether shape and all numbers are the same, whatever the dtypes; `nan` equals nothing.
fn tensors_equal(a: &Tensor, b: &Tensor) -> Result<bool, Error> {
    if a.dims() != b.dims() {
        return Ok(false);
    }
    if a.dtype() == b.dtype() && a.device() == Device::Cpu && b.device() == Device::Cpu {
        let (a, b) = (a.plain()?, b.plain()?);
        return Ok(match a.dtype() {
            DType::Bool => a.slice::<u8>() == b.slice::<u8>(),
            DType::I64 => a.slice::<i64>() == b.slice::<i64>(),
            DType::F16 => a.slice::<f16>() == b.slice::<f16>(),
            DType::BF16 => a.slice::<bf16>() == b.slice::<bf16>(),
            DType::F32 => a.slice::<f32>() == b.slice::<f32>(),
            DType::F64 => a.slice::<f64>() == b.slice::<f64>(),
        });
    }
    let value = |n: Num| match n {
        Num::Bool(b) => Value::Bool(b),
        Num::Int(i) => Value::Int(i),
        Num::Float(x) => Value::Float(x),
    };
    let pairs = a.to_nums()?.into_iter().zip(b.to_nums()?);
    Ok(pairs.into_iter().all(|(x, y)| order::numbers(&value(x), &value(y)).is_some_and(|o| o.is_eq())))
}

/// Whether two ranges give the same ints: `0..4 by 3` and `0..=3 by 3` do.
fn same_ints(a: Range, b: Range) -> bool {
    match (a.len(), b.len()) {
        (0, 0) => true,
        (1, 1) => a.start == b.start,
        (n, m) => n == m && a.start == b.start && a.step == b.step,
    }
}

/// `same(a, b)`: the same list, record, module or cell. What has no identity, such as a number, a string or a
/// tensor, is the same when it is equal; a tuple when its parts are the same.
///
/// # Errors
/// When a tensor's numbers cannot be read.
pub fn same(a: &Value, b: &Value) -> Result<bool, Error> {
    let mut stack = vec![(a.clone(), b.clone())];
    while let Some((a, b)) = stack.pop() {
        if let (Value::Obj(x), Value::Obj(y)) = (&a, &b) {
            if Rc::ptr_eq(x, y) {
                continue;
            }
            match (&**x, &**y) {
                (Obj::Tuple(x), Obj::Tuple(y)) if x.len() == y.len() => {
                    stack.extend(x.parts().iter().cloned().zip(y.parts().iter().cloned()));
                    continue;
                }
                (Obj::List(_) | Obj::Record(_), _) => return Ok(false),
                _ => {}
            }
        }
        if !equal(&a, &b)? {
            return Ok(false);
        }
    }
    Ok(true)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn eq(a: &Value, b: &Value) -> bool {
        equal(a, b).expect("nothing to read")
    }

    fn ints(items: impl IntoIterator<Item = i64>) -> Vec<Value> {
        items.into_iter().map(Value::Int).collect()
    }

    #[test]
    fn numbers_are_compared_exactly() {
        assert!(eq(&Value::Int(1), &Value::Float(1.0)) && eq(&Value::Bool(true), &Value::Int(1)));
        assert!(!eq(&Value::Int(i64::MAX), &Value::Float(i64::MAX as f64)));
        assert!(eq(&Value::Int(i64::MIN), &Value::Float(i64::MIN as f64)));
        assert!(!eq(&Value::Float(f64::NAN), &Value::Float(f64::NAN)));
        assert!(!eq(&Value::Int(0), &Value::None) && !eq(&Value::Int(1), &Value::str("1")));
    }

    #[test]
    fn containers_are_compared_by_what_they_hold() {
        assert!(eq(&Value::list(ints([1, 2])), &Value::list(ints([1, 2]))));
        assert!(!eq(&Value::list(ints([1, 2])), &Value::list(ints([1, 3]))));
        assert!(!eq(&Value::list(ints([1, 2])), &Value::list(ints([1]))));
        assert!(!eq(&Value::list(ints([1])), &Value::tuple(ints([1]))));
        let record = |pairs: [(&str, i64); 2]| Value::record(pairs.map(|(k, v)| (k.into(), Value::Int(v))));
        assert!(eq(&record([("a", 1), ("b", 2)]), &record([("b", 2), ("a", 1)])));
        assert!(!eq(&record([("a", 1), ("b", 2)]), &record([("a", 1), ("c", 2)])));
        let range = |start, end, step, closed| Value::range(Range { start, end, step, closed });
        assert!(eq(&range(0, 4, 3, false), &range(0, 3, 3, true)));
        assert!(eq(&range(5, 0, 1, false), &range(9, 2, 1, false)));
        assert!(!eq(&range(0, 4, 1, false), &range(0, 4, 2, false)));
    }

    #[test]
    fn cycles_depth_and_sharing_end() {
        let cycle = || {
            let l = Value::list(ints([1]));
            l.as_list().expect("a list").push(l.clone()).expect("fits");
            l
        };
        let (a, b) = (cycle(), cycle());
        assert!(eq(&a, &b));
        b.as_list().expect("a list").set(0, Value::Int(2));
        assert!(!eq(&a, &b));
        for l in [a, b] {
            l.as_list().expect("a list").pop();
        }

        let nested = |depth: usize, wide: bool| {
            let mut v = Value::list(vec![]);
            for _ in 0..depth {
                v = Value::list(if wide { vec![v.clone(), v] } else { vec![v] });
            }
            v
        };
        assert!(eq(&nested(100_000, false), &nested(100_000, false)));
        assert!(!eq(&nested(100_000, false), &nested(100_001, false)));
        assert!(eq(&nested(60, true), &nested(60, true)));
    }

    #[test]
    fn the_same_is_more_than_equal() {
        let l = Value::list(ints([1]));
        let is = |a: &Value, b: &Value| same(a, b).expect("nothing to read");
        assert!(is(&l, &l.clone()) && !is(&l, &Value::list(ints([1]))));
        assert!(is(&Value::str("a"), &Value::str("a")) && is(&Value::Int(1), &Value::Int(1)));
        assert!(is(&Value::tuple(vec![l.clone()]), &Value::tuple(vec![l.clone()])));
        assert!(!is(&Value::tuple(vec![l]), &Value::tuple(vec![Value::list(ints([1]))])));
    }
}
