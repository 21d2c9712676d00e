//! `copy` and `same`.

use std::collections::HashMap;
use std::rc::Rc;

use crate::tape::{Cx, Param};
use crate::vm::equal;
use crate::vm::error::Error;
use crate::vm::function::{BoundMethod, Builtin, BuiltinParam, Instance};
use crate::vm::object::{List, Record, Tuple};
use crate::vm::value::{Obj, ObjPtr, Value};

pub static SAME: Builtin = Builtin {
    name: "same",
    params: &[BuiltinParam::required("a"), BuiltinParam::required("b")],
    doc: "Whether both are the same list, record, module or parameter, not merely equal.",
    examples: &["let xs = list(1); same(xs, xs)  # true", "same(list(1), list(1))  # false"],
    run: |_, args| equal::same(&args[0], &args[1]).map(Value::Bool),
};

pub static COPY: Builtin = Builtin {
    name: "copy",
    params: &[BuiltinParam::required("value")],
    doc: "A copy that shares nothing that can change: lists, records, modules and parameters at any depth.",
    examples: &["let a = list(list(1)); let b = copy(a); b[0].push(2); a  # [[1]]"],
    run: |vm, args| copy(vm.cx(), &args[0]),
};

/// What has been copied already. Old objects stay alive while the value does, so no address is used twice.
#[derive(Default)]
struct Copies {
    objects: HashMap<*const Obj, Value>,
    cells: HashMap<u64, Param>,
}

/// A step of the copy; finished values wait on a stack of results.
enum Step {
    Copy(Value),
    /// The parts of this tuple or bound method are on the results.
    Tuple(ObjPtr),
    Method(ObjPtr),
    /// The values of these are on the results; the shell is already in use.
    List(ObjPtr),
    Record(ObjPtr, Vec<Rc<str>>),
    /// And the positions of the fields that are set.
    Instance(ObjPtr, Vec<usize>),
}

/// Copies deep, with a stack of its own. What was shared within the value, or held itself, does so in the copy.
///
/// # Errors
/// When memory for a parameter's numbers is short.
pub fn copy(cx: &Cx, value: &Value) -> Result<Value, Error> {
    let mut copies = Copies::default();
    let mut steps = vec![Step::Copy(value.clone())];
    let mut results: Vec<Value> = Vec::new();
    while let Some(step) = steps.pop() {
        match step {
            Step::Copy(v) => begin(cx, v, &mut copies, &mut steps, &mut results)?,
            Step::Tuple(old) => {
                let Obj::Tuple(t) = &*old else { continue };
                let parts = results.split_off(results.len() - t.len());
                // A tuple inside a list inside the tuple itself has been copied on the way.
                let new = copies
                    .objects
                    .entry(Rc::as_ptr(&old))
                    .or_insert_with(|| Value::obj(Obj::Tuple(Tuple::named(parts, t.names()))));
                results.push(new.clone());
            }
            Step::Method(old) => {
                let Obj::BoundMethod(m) = &*old else { continue };
                let receiver = results.pop().unwrap_or_default();
                let method = BoundMethod { receiver, name: m.name.clone(), method: m.method.clone() };
                let new =
                    copies.objects.entry(Rc::as_ptr(&old)).or_insert_with(|| Value::obj(Obj::BoundMethod(method)));
                results.push(new.clone());
            }
            Step::List(new) => {
                if let Obj::List(l) = &*new {
                    let len = l.borrow_mut().len();
                    *l.borrow_mut() = results.split_off(results.len() - len);
                }
            }
            Step::Record(new, keys) => {
                if let Obj::Record(r) = &*new {
                    let values = results.split_off(results.len() - keys.len());
                    for (key, value) in keys.into_iter().zip(values) {
                        r.set(key, value);
                    }
                }
            }
            Step::Instance(new, set) => {
                if let Obj::Instance(i) = &*new {
                    let values = results.split_off(results.len() - set.len());
                    for (index, value) in set.into_iter().zip(values) {
                        i.set(index, value);
                    }
                }
            }
        }
    }
    Ok(results.pop().unwrap_or_default())
}

fn begin(cx: &Cx, v: Value, copies: &mut Copies, steps: &mut Vec<Step>, results: &mut Vec<Value>) -> Result<(), Error> {
    let old = match &v {
        Value::Cell(p) => {
            let new = match copies.cells.get(&p.id()) {
                Some(new) => new.clone(),
                None => {
                    let new = Param::new(cx, &p.data())?;
                    new.set_grad(cx, p.grad().as_ref())?;
                    copies.cells.insert(p.id(), new.clone());
                    new
                }
            };
            results.push(Value::Cell(new));
            return Ok(());
        }
        Value::Obj(o) => o,
        _ => {
            results.push(v);
            return Ok(());
        }
    };
    if let Some(new) = copies.objects.get(&Rc::as_ptr(old)) {
        results.push(new.clone());
        return Ok(());
    }
    // The last part goes on the stack first, so that results come in order.
    match &**old {
        Obj::Tuple(t) => {
            steps.push(Step::Tuple(old.clone()));
            steps.extend(t.parts().iter().rev().cloned().map(Step::Copy));
        }
        Obj::BoundMethod(m) => {
            steps.push(Step::Method(old.clone()));
            steps.push(Step::Copy(m.receiver.clone()));
        }
        Obj::List(l) => {
            let items = l.to_vec();
            // The shell has its length from the start, though not yet its items.
            let new = Rc::new(Obj::List(List::new(vec![Value::None; items.len()])));
            keep(old, &new, copies, results);
            steps.push(Step::List(new));
            steps.extend(items.into_iter().rev().map(Step::Copy));
        }
        Obj::Record(r) => {
            let (keys, values): (Vec<_>, Vec<_>) = r.entries().into_iter().unzip();
            let new = Rc::new(Obj::Record(Record::default()));
            keep(old, &new, copies, results);
            steps.push(Step::Record(new, keys));
            steps.extend(values.into_iter().rev().map(Step::Copy));
        }
        Obj::Instance(i) => {
            let copied = Instance::new(i.class.clone());
            copied.training.set(i.training.get());
            let new = Rc::new(Obj::Instance(copied));
            keep(old, &new, copies, results);
            let fields = (0..i.class.fields.len()).filter_map(|k| Some((k, i.get(k)?)));
            let (set, values): (Vec<_>, Vec<_>) = fields.unzip();
            steps.push(Step::Instance(new, set));
            steps.extend(values.into_iter().rev().map(Step::Copy));
        }
        // Never changed, or with an identity of its own that a copy could not have.
        Obj::Str(_)
        | Obj::Range(_)
        | Obj::Fn(_)
        | Obj::Builtin(_)
        | Obj::Op(_)
        | Obj::Class(_)
        | Obj::Namespace(_)
        | Obj::Native(_)
        | Obj::Var(_) => results.push(v),
    }
    Ok(())
}

fn keep(old: &ObjPtr, new: &ObjPtr, copies: &mut Copies, results: &mut Vec<Value>) {
    copies.objects.insert(Rc::as_ptr(old), Value::Obj(new.clone()));
    results.push(Value::Obj(new.clone()));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::vm::equal::{equal, same};

    fn copied(v: &Value) -> Value {
        copy(&Cx::new(), v).expect("no tensor in it")
    }

    #[test]
    fn parts_keep_their_order_and_share_nothing() {
        let inner = Value::list(vec![Value::Int(1)]);
        let v = Value::tuple(vec![
            inner.clone(),
            Value::record([
                ("a".into(), Value::list(vec![Value::Int(2), Value::str("x")])),
                ("b".into(), inner.clone()),
            ]),
            Value::Int(3),
            Value::tuple(vec![]),
        ]);
        let c = copied(&v);
        assert!(equal(&v, &c).expect("read"));
        inner.as_list().expect("a list").push(Value::None).expect("fits");
        assert!(!equal(&v, &c).expect("read"));
        // One list in two places is one list in the copy too.
        let parts = c.as_tuple().expect("a tuple").parts();
        let b = parts[1].as_record().expect("a record").get("b").expect("a field");
        assert!(same(&parts[0], &b).expect("read"));
    }

    #[test]
    fn cycles_through_a_tuple() {
        let l = Value::list(vec![]);
        let t = Value::tuple(vec![l.clone(), Value::Int(7)]);
        l.as_list().expect("a list").push(t.clone()).expect("fits");
        for v in [&l, &t] {
            let c = copied(v);
            assert!(equal(v, &c).expect("read"));
            let list =
                if c.as_list().is_some() { c.clone() } else { c.as_tuple().expect("a tuple").parts()[0].clone() };
            assert!(!same(&list, &l).expect("read"));
            list.as_list().expect("a list").pop();
        }
        l.as_list().expect("a list").pop();
    }

    #[test]
    fn depth_and_sharing_are_no_trouble() {
        let mut deep = Value::tuple(vec![]);
        for i in 0..200_000 {
            deep = if i % 2 == 0 { Value::list(vec![deep]) } else { Value::tuple(vec![deep]) };
        }
        assert!(equal(&deep, &copied(&deep)).expect("read"));
        let mut wide = Value::tuple(vec![]);
        for _ in 0..60 {
            wide = Value::tuple(vec![wide.clone(), wide]);
        }
        assert!(equal(&wide, &copied(&wide)).expect("read"));
    }
}
