//! Looking on while modules are called: what `summary` knows of the shapes between layers.

use std::rc::Rc;

use super::Vm;
use super::error::Error;
use super::function::Args;
use super::print::describe;
use super::value::{Obj, Value};

/// A call of a module that has ended.
pub struct Watched {
    pub module: Value,
    /// The shape of what it gave.
    pub shape: String,
}

impl Watched {
    pub(super) fn new(module: &Value, result: &Value) -> Watched {
        Watched { module: module.clone(), shape: shape(result, 0) }
    }
}

impl Vm {
    /// Calls `callee` and looks at the calls of modules on the way, itself included, in the order of their ends.
    pub fn watch(&mut self, callee: &Value, args: Args) -> Result<Vec<Watched>, Error> {
        // One that looks on already sees nothing of what happens meanwhile.
        let before = self.watch.replace(Vec::new());
        let result = self.call(callee, args);
        let seen = std::mem::replace(&mut self.watch, before);
        result.map(|_| seen.unwrap_or_default())
    }
}

/// Parts of a tuple, list or record that are shown.
const PARTS: usize = 4;

/// `[64, 10]` of a tensor, `([64, 10], [1, 64])` of several; in words what has no shape.
fn shape(v: &Value, depth: usize) -> String {
    let several = |open: char, parts: Vec<(Option<Rc<str>>, Value)>, close: char| {
        let shown = parts.iter().take(PARTS).map(|(name, p)| match name {
            Some(name) => format!("{name}: {}", shape(p, depth + 1)),
            None => shape(p, depth + 1),
        });
        let more = (parts.len() > PARTS).then(|| "…".to_string());
        format!("{open}{}{close}", shown.chain(more).collect::<Vec<_>>().join(", "))
    };
    let plain = |parts: &[Value]| parts.iter().map(|p| (None, p.clone())).collect();
    match v {
        Value::Tensor(t) => t.to_dims().to_string(),
        Value::Cell(p) => p.data().to_dims().to_string(),
        Value::Obj(o) if depth < 3 => match &**o {
            Obj::Tuple(t) => several('(', plain(t.parts()), ')'),
            Obj::List(l) => several('[', plain(&l.to_vec()), ']'),
            Obj::Record(r) => several('{', r.entries().into_iter().map(|(k, v)| (Some(k), v)).collect(), '}'),
            _ => describe(v),
        },
        _ => describe(v),
    }
}
