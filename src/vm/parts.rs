//! The tensors in a value, at any depth of tuples, lists and records.

use super::object::Tuple;
use super::value::{Obj, Value};
use crate::tensor::Tensor;

/// What is nested deeper is left as it is, as is a list that holds itself.
pub const MAX_DEPTH: usize = 50;

/// The value with other tensors where `f` gives one; what holds none of them stays the same object.
pub fn replace(value: &Value, depth: usize, f: &mut dyn FnMut(&Tensor) -> Option<Tensor>) -> Value {
    changed(value, depth, f).unwrap_or_else(|| value.clone())
}

fn changed(value: &Value, depth: usize, f: &mut dyn FnMut(&Tensor) -> Option<Tensor>) -> Option<Value> {
    let o = match value {
        Value::Tensor(t) => return f(t).map(Value::Tensor),
        Value::Obj(o) if depth < MAX_DEPTH => o,
        _ => return None,
    };
    let mut all = |items: &[Value]| {
        let new: Vec<Option<Value>> = items.iter().map(|v| changed(v, depth + 1, f)).collect();
        let any = new.iter().any(Option::is_some);
        any.then(|| new.into_iter().zip(items).map(|(n, old)| n.unwrap_or_else(|| old.clone())).collect::<Vec<_>>())
    };
    match &**o {
        Obj::Tuple(t) => all(t.parts()).map(|parts| Value::obj(Obj::Tuple(Tuple::named(parts, t.names())))),
        Obj::List(l) => all(&l.to_vec()).map(Value::list),
        Obj::Record(r) => {
            let (keys, values): (Vec<_>, Vec<_>) = r.entries().into_iter().unzip();
            all(&values).map(|values| Value::record(keys.into_iter().zip(values)))
        }
        _ => None,
    }
}
