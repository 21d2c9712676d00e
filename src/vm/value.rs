//! What a register holds. Host numbers live in the value itself; everything else is one counted pointer.
//! Uses `tensor`, `tape` (the cell); the kinds of objects are in `object` and `function`.

use std::rc::Rc;

use super::function::{BoundMethod, Builtin, Class, Closure, Instance, Namespace, Native};
use super::object::{List, Range, Record, Str, Tuple};
use crate::ops::Op;
use crate::tape::Param;
use crate::tensor::Tensor;

/// A counted pointer to an object. Counts are not atomic: values stay on their session's thread.
pub type ObjPtr = Rc<Obj>;

/// Any value of the language, in 16 bytes.
#[derive(Clone, Default)]
#[repr(u8)]
pub enum Value {
    #[default]
    None = 0,
    Bool(bool),
    Int(i64),
    Float(f64),
    Tensor(Tensor),
    /// A parameter: a cell that holds a tensor. Passing the value on passes the cell on.
    Cell(Param),
    Obj(ObjPtr),
}

const _: () = assert!(size_of::<Value>() == 16);

/// Everything that lives on the heap of the machine. Containers are shared by reference.
pub enum Obj {
    Str(Str),
    Tuple(Tuple),
    List(List),
    Record(Record),
    Range(Range),
    /// A function of the program with the variables it captured.
    Fn(Closure),
    /// A function of the machine, written in Rust.
    Builtin(&'static Builtin),
    /// An operation of the registry as a first-class value.
    Op(&'static Op),
    /// What `module` declares: calling it constructs an instance.
    Class(Rc<Class>),
    Instance(Instance),
    BoundMethod(BoundMethod),
    /// An imported file, or a built-in group such as `linalg`.
    Namespace(Namespace),
    /// A value whose behaviour is given in Rust: tapes, gradient functions, progress bars.
    Native(Box<dyn Native>),
    /// The box of a variable that closures share. Never seen by a program.
    Var(super::object::Var),
}

/// The kind of a value, as `kind(v)` and messages name it.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash)]
#[repr(u8)]
pub enum Kind {
    None,
    Bool,
    Int,
    Float,
    Tensor,
    Param,
    Str,
    Tuple,
    List,
    Record,
    Range,
    Fn,
    Module,
    Namespace,
    /// See [`Native::kind_name`] for its name.
    Native,
}

impl Kind {
    pub const COUNT: usize = Kind::Native as usize + 1;

    pub const ALL: [Kind; Kind::COUNT] = [
        Kind::None,
        Kind::Bool,
        Kind::Int,
        Kind::Float,
        Kind::Tensor,
        Kind::Param,
        Kind::Str,
        Kind::Tuple,
        Kind::List,
        Kind::Record,
        Kind::Range,
        Kind::Fn,
        Kind::Module,
        Kind::Namespace,
        Kind::Native,
    ];

    pub const fn name(self) -> &'static str {
        match self {
            Kind::None => "none",
            Kind::Bool => "bool",
            Kind::Int => "int",
            Kind::Float => "float",
            Kind::Tensor => "tensor",
            Kind::Param => "param",
            Kind::Str => "str",
            Kind::Tuple => "tuple",
            Kind::List => "list",
            Kind::Record => "record",
            Kind::Range => "range",
            Kind::Fn => "fn",
            Kind::Module => "module",
            Kind::Namespace => "namespace",
            Kind::Native => "object",
        }
    }
}

impl Value {
    pub fn str(text: impl Into<String>) -> Value {
        Value::Obj(Rc::new(Obj::Str(Str::new(text))))
    }

    pub fn tuple(parts: Vec<Value>) -> Value {
        Value::Obj(Rc::new(Obj::Tuple(Tuple::new(parts))))
    }

    /// A tuple whose parts also have names, as `sort(x).values`.
    pub fn named_tuple(parts: Vec<Value>, names: &'static [&'static str]) -> Value {
        Value::Obj(Rc::new(Obj::Tuple(Tuple::named(parts, names))))
    }

    pub fn list(items: Vec<Value>) -> Value {
        Value::Obj(Rc::new(Obj::List(List::new(items))))
    }

    pub fn record(entries: impl IntoIterator<Item = (Rc<str>, Value)>) -> Value {
        Value::Obj(Rc::new(Obj::Record(Record::new(entries))))
    }

    pub fn range(range: Range) -> Value {
        Value::Obj(Rc::new(Obj::Range(range)))
    }

    pub fn builtin(builtin: &'static Builtin) -> Value {
        Value::Obj(Rc::new(Obj::Builtin(builtin)))
    }

    pub fn native(native: impl Native) -> Value {
        Value::Obj(Rc::new(Obj::Native(Box::new(native))))
    }

    pub fn obj(obj: Obj) -> Value {
        Value::Obj(Rc::new(obj))
    }

    /// Leaves `none` behind.
    pub fn take(&mut self) -> Value {
        std::mem::take(self)
    }

    pub fn kind(&self) -> Kind {
        match self {
            Value::None => Kind::None,
            Value::Bool(_) => Kind::Bool,
            Value::Int(_) => Kind::Int,
            Value::Float(_) => Kind::Float,
            Value::Tensor(_) => Kind::Tensor,
            Value::Cell(_) => Kind::Param,
            Value::Obj(o) => match **o {
                Obj::Str(_) => Kind::Str,
                Obj::Tuple(_) => Kind::Tuple,
                Obj::List(_) => Kind::List,
                Obj::Record(_) => Kind::Record,
                Obj::Range(_) => Kind::Range,
                Obj::Fn(_) | Obj::Builtin(_) | Obj::Op(_) | Obj::Class(_) | Obj::BoundMethod(_) => Kind::Fn,
                Obj::Instance(_) => Kind::Module,
                Obj::Namespace(_) => Kind::Namespace,
                Obj::Native(_) => Kind::Native,
                Obj::Var(ref v) => v.get().kind(),
            },
        }
    }

    /// The kind's name; that of a native value is its own.
    pub fn kind_name(&self) -> &'static str {
        match self.as_native() {
            Some(n) => n.kind_name(),
            None => self.kind().name(),
        }
    }

    /// Whether dropping it does anything.
    #[inline(always)]
    pub fn is_heap(&self) -> bool {
        matches!(self, Value::Tensor(_) | Value::Cell(_) | Value::Obj(_))
    }

    pub fn is_none(&self) -> bool {
        matches!(self, Value::None)
    }

    pub fn as_str(&self) -> Option<&str> {
        match self {
            Value::Obj(o) => match &**o {
                Obj::Str(s) => Some(s.as_str()),
                _ => None,
            },
            _ => None,
        }
    }

    pub fn as_tuple(&self) -> Option<&Tuple> {
        match self {
            Value::Obj(o) => match &**o {
                Obj::Tuple(t) => Some(t),
                _ => None,
            },
            _ => None,
        }
    }

    pub fn as_list(&self) -> Option<&List> {
        match self {
            Value::Obj(o) => match &**o {
                Obj::List(l) => Some(l),
                _ => None,
            },
            _ => None,
        }
    }

    pub fn as_record(&self) -> Option<&Record> {
        match self {
            Value::Obj(o) => match &**o {
                Obj::Record(r) => Some(r),
                _ => None,
            },
            _ => None,
        }
    }

    pub fn as_range(&self) -> Option<Range> {
        match self {
            Value::Obj(o) => match &**o {
                Obj::Range(r) => Some(*r),
                _ => None,
            },
            _ => None,
        }
    }

    pub fn as_instance(&self) -> Option<&Instance> {
        match self {
            Value::Obj(o) => match &**o {
                Obj::Instance(i) => Some(i),
                _ => None,
            },
            _ => None,
        }
    }

    pub fn as_native(&self) -> Option<&dyn Native> {
        match self {
            Value::Obj(o) => match &**o {
                Obj::Native(n) => Some(&**n),
                _ => None,
            },
            _ => None,
        }
    }
}

impl From<bool> for Value {
    fn from(v: bool) -> Value {
        Value::Bool(v)
    }
}

impl From<i64> for Value {
    fn from(v: i64) -> Value {
        Value::Int(v)
    }
}

impl From<f64> for Value {
    fn from(v: f64) -> Value {
        Value::Float(v)
    }
}

impl From<&str> for Value {
    fn from(v: &str) -> Value {
        Value::str(v)
    }
}

impl Obj {
    /// Moves the values this object holds onto `out`, if it is about to go.
    fn take_children(&mut self, out: &mut Vec<Value>) {
        match self {
            Obj::Tuple(t) => out.append(&mut t.take()),
            Obj::List(l) => out.append(&mut l.take()),
            Obj::Record(r) => r.take(out),
            Obj::Fn(f) => out.extend(f.captures.iter_mut().map(Value::take)),
            Obj::Instance(i) => i.take(out),
            Obj::BoundMethod(b) => out.push(b.receiver.take()),
            Obj::Namespace(n) => n.take(out),
            Obj::Class(c) => {
                if let Some(c) = Rc::get_mut(c) {
                    c.take(out)
                }
            }
            Obj::Native(n) => n.take_children(out),
            Obj::Var(v) => out.push(v.take()),
            Obj::Str(_) | Obj::Range(_) | Obj::Builtin(_) | Obj::Op(_) => {}
        }
    }
}

/// A list of a list of a list … a million deep is dropped with a stack of our own.
impl Drop for Obj {
    fn drop(&mut self) {
        if matches!(self, Obj::Str(_) | Obj::Range(_) | Obj::Builtin(_) | Obj::Op(_)) {
            return;
        }
        let mut stack = Vec::new();
        self.take_children(&mut stack);
        while let Some(value) = stack.pop() {
            if let Value::Obj(ptr) = value
                && let Some(mut obj) = Rc::into_inner(ptr)
            {
                obj.take_children(&mut stack);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_million_deep_list_drops() {
        let mut v = Value::list(vec![]);
        for _ in 0..1_000_000 {
            v = Value::list(vec![v]);
        }
        drop(v);
    }

    #[test]
    fn zeroed_memory_is_none() {
        // The value stack relies on it.
        let v: Value = unsafe { std::mem::zeroed() };
        assert!(v.is_none());
    }
}
