//! Arguments of a differentiated function: fresh leaves in place of the numbers, whatever holds them.

use std::rc::Rc;

use crate::device::DType;
use crate::tape::Cx;
use crate::tensor::{Num, Tensor};
use crate::vm::error::Error;
use crate::vm::print::with_article;
use crate::vm::value::{Obj, Value};

/// The leaves that were made, and where each stands in its argument.
#[derive(Default)]
pub(super) struct Lifted {
    pub leaves: Vec<Tensor>,
    /// One for each argument.
    pub trees: Vec<Tree>,
    /// An argument was on the tape already.
    pub was_tracked: bool,
}

/// The shape of an argument, with positions of leaves in place of tensors.
pub(super) enum Tree {
    Leaf(usize),
    Tuple(Vec<Tree>),
    List(Vec<Tree>),
    Record(Vec<(Rc<str>, Tree)>),
}

impl Tree {
    /// The same shape with other tensors.
    pub fn fill(&self, tensors: &[Tensor]) -> Value {
        let all = |trees: &[Tree]| trees.iter().map(|t| t.fill(tensors)).collect();
        match self {
            Tree::Leaf(k) => Value::Tensor(tensors[*k].clone()),
            Tree::Tuple(trees) => Value::tuple(all(trees)),
            Tree::List(trees) => Value::list(all(trees)),
            Tree::Record(entries) => Value::record(entries.iter().map(|(k, t)| (k.clone(), t.fill(tensors)))),
        }
    }
}

/// Containers that are nested deeper are refused.
const MAX_DEPTH: usize = 50;

impl Lifted {
    /// The argument with fresh leaves.
    pub fn lift(&mut self, cx: &Cx, value: &Value) -> Result<Value, Error> {
        let (value, tree) = self.part(cx, value, 0)?;
        self.trees.push(tree);
        Ok(value)
    }

    fn part(&mut self, cx: &Cx, value: &Value, depth: usize) -> Result<(Value, Tree), Error> {
        if depth > MAX_DEPTH {
            return Err(Error::new("GRAD-01", "the argument is nested too deeply to be differentiated"));
        }
        let source = match value {
            Value::Tensor(t) if t.dtype().is_float() => t.clone(),
            Value::Tensor(t) => {
                return Err(Error::new("GRAD-01", format!("there is no gradient for a tensor of {}", t.dtype()))
                    .help("make it float first: `x.float()`"));
            }
            Value::Cell(p) => p.value(),
            Value::Int(i) => Tensor::scalar(DType::F32, Num::Int(*i)),
            Value::Float(x) => Tensor::scalar(DType::F32, Num::Float(*x)),
            Value::Obj(o) => {
                let mut parts = |items: &[Value]| -> Result<(Vec<Value>, Vec<Tree>), Error> {
                    let both = items.iter().map(|v| self.part(cx, v, depth + 1)).collect::<Result<Vec<_>, _>>()?;
                    Ok(both.into_iter().unzip())
                };
                return match &**o {
                    Obj::Tuple(t) => parts(t.parts()).map(|(v, t)| (Value::tuple(v), Tree::Tuple(t))),
                    Obj::List(l) => parts(&l.to_vec()).map(|(v, t)| (Value::list(v), Tree::List(t))),
                    Obj::Record(r) => {
                        let (keys, values): (Vec<_>, Vec<_>) = r.entries().into_iter().unzip();
                        let (values, trees) = parts(&values)?;
                        let record = Value::record(keys.iter().cloned().zip(values));
                        Ok((record, Tree::Record(keys.into_iter().zip(trees).collect())))
                    }
                    _ => Err(no_gradient(value)),
                };
            }
            Value::None | Value::Bool(_) => return Err(no_gradient(value)),
        };
        self.was_tracked |= matches!(value, Value::Tensor(t) if t.is_tracked()) || matches!(value, Value::Cell(_));
        let leaf = cx.leaf(&source);
        self.leaves.push(leaf.clone());
        Ok((Value::Tensor(leaf), Tree::Leaf(self.leaves.len() - 1)))
    }
}

fn no_gradient(value: &Value) -> Error {
    let e = Error::new("GRAD-01", format!("there is no gradient for {}", with_article(value.kind_name())));
    match value.as_instance() {
        Some(_) => e.help("`grad(loss, of: params(model))` gives the gradients of a module's parameters"),
        None => e.help("`wrt:` says for which argument the gradient is, by position or name"),
    }
}
