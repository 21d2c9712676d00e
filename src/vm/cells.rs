//! The parameters in a value: what `params`, `zero_grad`, optimisers and `print(model)` go through.

use std::collections::HashSet;
use std::rc::Rc;

use super::value::{Obj, Value};
use crate::tape::Param;

/// Every parameter in `value`, once each, in the order in which they are met.
pub fn cells(value: &Value) -> Vec<Param> {
    if let Value::Cell(p) = value {
        return vec![p.clone()];
    }
    let mut found = Vec::new();
    let mut ids = HashSet::new();
    walk(value, |v| {
        if let Value::Cell(p) = v
            && ids.insert(p.id())
        {
            found.push(p.clone());
        }
    });
    found
}

/// Shows `visit` all that `value` holds, each object once: of a module the constructor's arguments and then the
/// fields, of tuples and lists the items, of records the values, at any depth.
pub fn walk(value: &Value, visit: impl FnMut(&Value)) {
    walk_except(value, None, visit);
}

/// `walk` that passes by one object and what only it holds.
pub fn walk_except(value: &Value, except: Option<&Rc<Obj>>, mut visit: impl FnMut(&Value)) {
    let mut seen: HashSet<*const Obj> = except.map(Rc::as_ptr).into_iter().collect();
    // The next value is on top; what a container holds goes there with its first part uppermost.
    let mut stack = vec![value.clone()];
    while let Some(value) = stack.pop() {
        let Value::Obj(o) = &value else {
            visit(&value);
            continue;
        };
        if !seen.insert(Rc::as_ptr(o)) {
            continue;
        }
        visit(&value);
        let first = stack.len();
        match &**o {
            Obj::Tuple(t) => stack.extend(t.parts().iter().cloned()),
            Obj::List(l) => stack.extend(l.borrow().iter().cloned()),
            Obj::Record(r) => stack.extend(r.entries().into_iter().map(|(_, v)| v)),
            Obj::Instance(i) => stack.extend(i.params().into_iter().chain(i.fields()).map(|(_, v)| v)),
            _ => {}
        }
        stack[first..].reverse();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::device::DType;
    use crate::tape::Cx;
    use crate::tensor::Tensor;

    #[test]
    fn each_cell_once_in_order_at_any_depth() {
        let cx = Cx::new();
        let cell = |x: f64| {
            let t = Tensor::from_f64s(DType::F32, &[1], &[x]).expect("fits");
            Value::Cell(Param::new(&cx, &t).expect("not tracked"))
        };
        let (a, b, c) = (cell(1.0), cell(2.0), cell(3.0));
        let list = Value::list(vec![b.clone(), a.clone()]);
        list.as_list().expect("a list").push(list.clone()).expect("fits");
        let v = Value::tuple(vec![
            a.clone(),
            Value::record([("x".into(), list.clone()), ("y".into(), c.clone())]),
            Value::Int(1),
            b.clone(),
        ]);
        let data: Vec<f64> = cells(&v).iter().map(|p| p.data().to_f64s().expect("there")[0]).collect();
        assert_eq!(data, [1.0, 2.0, 3.0]);
        list.as_list().expect("a list").pop();
        let mut deep = c;
        for _ in 0..100_000 {
            deep = Value::list(vec![deep]);
        }
        assert_eq!(cells(&deep).len(), 1);
    }
}
