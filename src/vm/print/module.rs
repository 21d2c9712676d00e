//! Modules: `Linear(in_features: 2, out_features: 3)` inside something else, and a tree by itself:
//!
//! ```text
//! Net(d: 2)                                         9 parameters
//!   input  Linear(in_features: 2, out_features: 3)  9
//!     weight  f32[3, 2]                             6
//!     bias    f32[3]                                3
//! ```

use std::collections::HashSet;
use std::rc::Rc;

use super::{describe, repr, tensor};
use crate::vm::cells::cells;
use crate::vm::error::Error;
use crate::vm::function::Instance;
use crate::vm::value::{Obj, Value};

/// Deeper than this a tree shows `…`.
const MAX_DEPTH: usize = 50;

/// A longer tree ends in `…`.
const MAX_LINES: usize = 1000;

/// The class with the arguments it was made with.
pub fn headline(i: &Instance) -> Result<String, Error> {
    with_arguments(i, i.params())
}

/// The same without arguments that were left out, or that have become parts of the module.
fn short_headline(i: &Instance) -> Result<String, Error> {
    let simple = |v: &Value| {
        matches!(v, Value::Bool(_) | Value::Int(_) | Value::Float(_)) || v.as_str().is_some() || v.as_tuple().is_some()
    };
    with_arguments(i, i.params().into_iter().filter(|(_, v)| simple(v)))
}

fn with_arguments(i: &Instance, params: impl IntoIterator<Item = (Rc<str>, Value)>) -> Result<String, Error> {
    let mut args = Vec::new();
    for (name, value) in params {
        let shown = match &value {
            Value::None | Value::Bool(_) | Value::Int(_) | Value::Float(_) => repr(&value)?,
            v if v.as_range().is_some() || v.as_str().is_some_and(|s| s.len() <= 40) => repr(v)?,
            v => describe(v),
        };
        args.push(format!("{name}: {shown}"));
    }
    Ok(format!("{}({})", i.class.name, args.join(", ")))
}

/// A line of a tree.
pub struct Line {
    pub text: String,
    /// How many numbers can be learned in the part it names.
    pub count: Option<usize>,
    pub value: Value,
    /// Whether it was not shown above.
    pub is_new: bool,
}

/// The modules in a value, itself included, and the containers around them.
pub fn modules(v: &Value) -> Result<Vec<Line>, Error> {
    fn is_module(v: &Value) -> bool {
        v.as_instance().is_some()
    }
    let shows = |v: &Value| {
        let parts = parts(v);
        is_module(v) || !parts.is_empty() && (parts.iter().any(|(_, v)| is_module(v)) || !cells(v).is_empty())
    };
    Tree::of(v, shows)
}

/// The whole module, a line for each part that holds parameters or tensors.
pub fn tree(out: &mut String, v: &Value) -> Result<(), Error> {
    let lines = Tree::of(v, is_shown)?;
    let width = lines.iter().map(|line| line.text.chars().count()).max().unwrap_or(0);
    let numbers: Vec<String> = lines.iter().map(|line| line.count.map(grouped).unwrap_or_default()).collect();
    let most = numbers.iter().map(String::len).max().unwrap_or(0);
    for (k, (Line { text, .. }, number)) in lines.iter().zip(&numbers).enumerate() {
        if k > 0 {
            out.push('\n');
        }
        out.push_str(text);
        if !number.is_empty() {
            let gap = width - text.chars().count() + 2 + most - number.len();
            out.extend(std::iter::repeat_n(' ', gap));
            out.push_str(number);
            if k == 0 {
                out.push_str(if number == "1" { " parameter" } else { " parameters" });
            }
        }
    }
    Ok(())
}

/// How many numbers can be learned in a value; None where there is nothing of the kind.
fn count(v: &Value) -> Option<usize> {
    match v {
        Value::Tensor(_) => None,
        Value::Cell(p) => Some(p.data().numel()),
        v => Some(cells(v).iter().map(|p| p.data().numel()).sum()),
    }
}

/// `111,210`
pub fn grouped(n: usize) -> String {
    let digits = n.to_string();
    let mut out = String::new();
    for (i, c) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(c);
    }
    out
}

struct Tree {
    lines: Vec<Line>,
    /// Whether a part has a line.
    shows: fn(&Value) -> bool,
    /// Modules, containers and parameters that have been shown.
    objects: HashSet<*const Obj>,
    cells: HashSet<u64>,
}

impl Tree {
    fn of(v: &Value, shows: fn(&Value) -> bool) -> Result<Vec<Line>, Error> {
        let (objects, cells) = (HashSet::new(), HashSet::new());
        let text = v.as_instance().map_or(Ok(describe(v)), short_headline)?;
        let top = Line { text, count: count(v), value: v.clone(), is_new: true };
        let mut tree = Tree { lines: vec![top], shows, objects, cells };
        if let Value::Obj(o) = v {
            tree.objects.insert(Rc::as_ptr(o));
        }
        tree.children(v, 1)?;
        Ok(tree.lines)
    }

    fn children(&mut self, v: &Value, depth: usize) -> Result<(), Error> {
        let parts: Vec<(String, Value)> = parts(v).into_iter().filter(|(_, v)| (self.shows)(v)).collect();
        let width = parts.iter().map(|(name, _)| name.chars().count()).max().unwrap_or(0);
        for (name, value) in &parts {
            if self.lines.len() >= MAX_LINES || depth > MAX_DEPTH {
                let text = format!("{:indent$}…", "", indent = 2 * depth);
                self.lines.push(Line { text, count: None, value: Value::None, is_new: false });
                return Ok(());
            }
            let (what, is_new) = match value {
                Value::Tensor(t) => (tensor::meta(t), true),
                Value::Cell(p) => (tensor::meta(&p.data()), self.cells.insert(p.id())),
                Value::Obj(o) => {
                    let what = value.as_instance().map_or(Ok(describe(value)), short_headline)?;
                    (what, self.objects.insert(Rc::as_ptr(o)))
                }
                other => (describe(other), true),
            };
            let mark = if is_new { "" } else { "  shown above" };
            let text = format!("{:indent$}{name:width$}  {what}{mark}", "", indent = 2 * depth);
            let count = count(value).filter(|n| *n > 0 && is_new);
            self.lines.push(Line { text, count, value: value.clone(), is_new });
            if is_new {
                self.children(value, depth + 1)?;
            }
        }
        Ok(())
    }
}

/// What a value holds, by name. Of a module its fields and then its arguments; what it has in a field `_layers` belongs to
/// the module itself, as it does in files.
fn parts(v: &Value) -> Vec<(String, Value)> {
    let Value::Obj(o) = v else { return Vec::new() };
    let is_container = |v: &Value| v.as_list().is_some() || v.as_tuple().is_some() || v.as_record().is_some();
    let numbered = |items: &[Value]| items.iter().enumerate().map(|(i, v)| (format!("[{i}]"), v.clone())).collect();
    match &**o {
        Obj::Instance(i) => {
            let all = i.fields().into_iter().chain(i.params());
            all.flat_map(
                |(k, v)| {
                    if k.starts_with('_') && is_container(&v) { parts(&v) } else { vec![(k.to_string(), v)] }
                },
            )
            .collect()
        }
        Obj::Record(r) => r.entries().into_iter().map(|(k, v)| (k.to_string(), v)).collect(),
        Obj::Tuple(t) => numbered(t.parts()),
        Obj::List(l) => numbered(&l.borrow()),
        _ => Vec::new(),
    }
}

/// Whether a part has a line: parameters, tensors, modules, and containers with one of these right inside, or
/// with parameters further down.
fn is_shown(v: &Value) -> bool {
    let itself = |v: &Value| matches!(v, Value::Tensor(_) | Value::Cell(_)) || v.as_instance().is_some();
    itself(v) || parts(v).iter().any(|(_, v)| itself(v)) || !cells(v).is_empty()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::device::DType;
    use crate::tape::{Cx, Param};
    use crate::tensor::{Dims, Num, Tensor};
    use crate::vm::function::Class;
    use crate::vm::print::display;

    fn tensor(dims: &[usize]) -> Value {
        Value::Tensor(Tensor::full(DType::F32, Dims::of(dims), Num::Int(0)).expect("fits"))
    }

    fn cell(dims: &[usize]) -> Value {
        match tensor(dims) {
            Value::Tensor(t) => Value::Cell(Param::new(&Cx::new(), &t).expect("not tracked")),
            other => other,
        }
    }

    fn module(name: &str, params: &[(&str, Value)], fields: &[(&str, Value)]) -> Value {
        let class = Class {
            name: name.into(),
            doc: None,
            fields: params.iter().chain(fields).map(|(n, _)| (*n).into()).collect(),
            param_count: params.len(),
            constructor: Value::None,
            methods: vec![],
        };
        let instance = Instance::new(Rc::new(class));
        for (i, (_, v)) in params.iter().chain(fields).enumerate() {
            instance.set(i, v.clone());
        }
        Value::obj(Obj::Instance(instance))
    }

    fn linear(from: usize, to: usize) -> Value {
        module(
            "Linear",
            &[("d_in", Value::Int(from as i64)), ("d_out", Value::Int(to as i64))],
            &[("weight", cell(&[to, from])), ("bias", cell(&[to]))],
        )
    }

    #[test]
    fn a_tree_with_shapes_and_counts() {
        let first = linear(1000, 100);
        let net = module(
            "Net",
            &[("d_in", Value::Int(1000)), ("name", Value::str("a"))],
            &[
                ("input", first.clone()),
                ("layers", Value::list(vec![linear(100, 10), first])),
                ("mean", tensor(&[10])),
                ("size", Value::Int(3)),
            ],
        );
        let text = display(&net).expect("on the CPU");
        let expected = "\
Net(d_in: 1000, name: \"a\")                            101,110 parameters
  input   Linear(d_in: 1000, d_out: 100)              100,100
    weight  f32[100, 1000]                            100,000
    bias    f32[100]                                      100
  layers  list of 2                                   101,110
    [0]  Linear(d_in: 100, d_out: 10)                   1,010
      weight  f32[10, 100]                              1,000
      bias    f32[10]                                      10
    [1]  Linear(d_in: 1000, d_out: 100)  shown above
  mean    f32[10]";
        assert_eq!(text, expected);
        let inside = display(&Value::tuple(vec![linear(2, 3)])).expect("on the CPU");
        assert_eq!(inside, "(Linear(d_in: 2, d_out: 3),)");
    }

    #[test]
    fn modules_that_hold_themselves_end() {
        let list = Value::list(vec![]);
        let net = module("Net", &[], &[("parts", list.clone()), ("w", cell(&[1]))]);
        list.as_list().expect("a list").push(net.clone()).expect("fits");
        let text = display(&net).expect("on the CPU");
        assert!(text.contains("[0]  Net()  shown above") && text.lines().count() == 4, "{text}");
        list.as_list().expect("a list").pop();
    }

    #[test]
    fn a_module_without_parts() {
        assert_eq!(display(&module("ReLU", &[], &[])).expect("nothing to read"), "ReLU()  0 parameters");
    }
}
