//! What can be called, and what modules are made of: closures, functions written in Rust, classes and their
//! instances, namespaces, and the trait for kinds of values that are given in Rust.

use std::any::Any;
use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::rc::Rc;

use super::Vm;
use super::code::Code;
use super::error::Error;
use super::value::Value;

/// A function of the program with the variables it captured.
pub struct Closure {
    pub code: Rc<Code>,
    /// Values of variables that never change, and boxes (`Obj::Var`) of those that do.
    pub captures: Box<[Value]>,
}

// ---------------------------------------------------------------------------------------------------------------------

/// A function of the machine. One `static` each, listed in `builtins`.
pub struct Builtin {
    pub name: &'static str,
    pub params: &'static [BuiltinParam],
    /// One line: what it gives.
    pub doc: &'static str,
    /// Lines of the form `len([1, 2])  # 2`; a test runs them.
    pub examples: &'static [&'static str],
    /// Gets one value for each parameter but the rest, in their order, defaults filled in, and then the rest
    /// values. It may take values out of the slice. `Error::at` counts positions in this slice.
    /// A method gets its receiver first, which `params` names like any other.
    pub run: fn(&mut Vm, &mut [Value]) -> Result<Value, Error>,
}

impl std::fmt::Debug for Builtin {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name)
    }
}

pub struct BuiltinParam {
    pub name: &'static str,
    pub default: ParamDefault,
}

/// What a parameter of a builtin is when the call leaves it out.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum ParamDefault {
    Required,
    None,
    Bool(bool),
    Int(i64),
    Float(f64),
    Str(&'static str),
    /// Collects the positional arguments that are left; at most one, and what follows it is passed by name only.
    Rest,
}

impl BuiltinParam {
    pub const fn required(name: &'static str) -> BuiltinParam {
        BuiltinParam { name, default: ParamDefault::Required }
    }

    pub const fn optional(name: &'static str, default: ParamDefault) -> BuiltinParam {
        BuiltinParam { name, default }
    }

    pub const fn rest(name: &'static str) -> BuiltinParam {
        BuiltinParam { name, default: ParamDefault::Rest }
    }
}

impl Builtin {
    /// Whether a call with `n` positional arguments and nothing else is laid out as `run` wants it.
    pub fn takes_exactly(&self, n: usize) -> bool {
        self.params.len() == n && self.params.iter().all(|p| p.default != ParamDefault::Rest)
    }

    pub fn rest_index(&self) -> Option<usize> {
        self.params.iter().position(|p| p.default == ParamDefault::Rest)
    }
}

// ---------------------------------------------------------------------------------------------------------------------

/// What `module Name(params) { … }` declares.
pub struct Class {
    pub name: Rc<str>,
    pub doc: Option<String>,
    /// Constructor parameters first, then each top-level `let` of the body.
    pub fields: Vec<Rc<str>>,
    /// How many of `fields` are constructor parameters.
    pub param_count: usize,
    /// Runs the body on a new instance.
    pub constructor: Value,
    /// Name and closure; the closure's first parameter is `self`.
    pub methods: Vec<(Rc<str>, Value)>,
}

impl Class {
    pub fn field_index(&self, name: &str) -> Option<usize> {
        self.fields.iter().position(|f| std::ptr::eq(&**f, name) || **f == *name)
    }

    pub fn method(&self, name: &str) -> Option<&Value> {
        self.methods.iter().find(|(n, _)| **n == *name).map(|(_, v)| v)
    }

    pub(super) fn take(&mut self, out: &mut Vec<Value>) {
        out.push(self.constructor.take());
        out.extend(self.methods.drain(..).map(|(_, v)| v));
    }
}

/// One object of a class.
pub struct Instance {
    pub class: Rc<Class>,
    /// In the order of `class.fields`; `None` until the constructor has reached the `let`.
    slots: RefCell<Box<[Option<Value>]>>,
    /// `self.training`
    pub training: Cell<bool>,
}

impl Instance {
    pub fn new(class: Rc<Class>) -> Instance {
        let slots = RefCell::new(class.fields.iter().map(|_| None).collect());
        Instance { class, slots, training: Cell::new(true) }
    }

    /// The field at a position of `class.fields`.
    pub fn get(&self, index: usize) -> Option<Value> {
        self.slots.borrow().get(index).cloned().flatten()
    }

    pub fn field(&self, name: &str) -> Option<Value> {
        self.get(self.class.field_index(name)?)
    }

    /// Gives back the old value.
    pub fn set(&self, index: usize, value: Value) -> Option<Value> {
        self.slots.borrow_mut().get_mut(index).and_then(|slot| slot.replace(value))
    }

    /// Names and values of the fields that are set, constructor parameters apart.
    pub fn fields(&self) -> Vec<(Rc<str>, Value)> {
        self.range(self.class.param_count..self.class.fields.len())
    }

    /// The constructor's arguments, as methods see them.
    pub fn params(&self) -> Vec<(Rc<str>, Value)> {
        self.range(0..self.class.param_count)
    }

    fn range(&self, range: std::ops::Range<usize>) -> Vec<(Rc<str>, Value)> {
        let slots = self.slots.borrow();
        range.filter_map(|i| Some((self.class.fields[i].clone(), slots[i].clone()?))).collect()
    }

    pub(super) fn take(&mut self, out: &mut Vec<Value>) {
        out.extend(self.slots.get_mut().iter_mut().filter_map(Option::take));
    }
}

/// A method with the instance it belongs to.
pub struct BoundMethod {
    pub receiver: Value,
    pub name: Rc<str>,
    /// Called with the receiver before the arguments.
    pub method: Value,
}

/// The names of an imported file, or a built-in group such as `linalg`. `.name` reads, nothing writes.
pub struct Namespace {
    pub name: Rc<str>,
    pub members: RefCell<BTreeMap<Rc<str>, Value>>,
}

impl Namespace {
    pub fn get(&self, name: &str) -> Option<Value> {
        self.members.borrow().get(name).cloned()
    }

    pub(super) fn take(&mut self, out: &mut Vec<Value>) {
        out.extend(std::mem::take(self.members.get_mut()).into_values());
    }
}

// ---------------------------------------------------------------------------------------------------------------------

/// Arguments of a call that is not laid out by the compiler.
#[derive(Default, Clone)]
pub struct Args {
    pub positional: Vec<Value>,
    pub named: Vec<(Rc<str>, Value)>,
}

impl Args {
    pub fn positional(values: impl IntoIterator<Item = Value>) -> Args {
        Args { positional: values.into_iter().collect(), named: Vec::new() }
    }
}

/// A kind of value whose behaviour is given in Rust: tapes, gradient functions, progress bars. What a kind
/// does not offer it leaves at its default.
pub trait Native: Any {
    /// As `kind(v)` says it.
    fn kind_name(&self) -> &'static str;

    /// As `print(v)` shows it.
    fn display(&self) -> String;

    fn field(&self, _vm: &mut Vm, _name: &str) -> Option<Result<Value, Error>> {
        None
    }

    /// For did-you-mean and completion.
    fn field_names(&self) -> &'static [&'static str] {
        &[]
    }

    /// `v.name(args)`; None if there is no such method.
    fn method(&self, _vm: &mut Vm, _name: &str, _args: &Args) -> Option<Result<Value, Error>> {
        None
    }

    /// `v(args)`; None if it cannot be called.
    fn call(&self, _vm: &mut Vm, _args: &Args) -> Option<Result<Value, Error>> {
        None
    }

    /// `len(v)`.
    fn length(&self) -> Option<usize> {
        None
    }

    /// `v[i]`, with `i` from 0 to below `length`.
    fn get(&self, _vm: &mut Vm, _index: usize) -> Result<Value, Error> {
        Ok(Value::None)
    }

    /// A fresh iterator over it. The default walks `length` and `get`; None if it cannot be iterated.
    fn iterate(&self, _vm: &mut Vm) -> Option<Result<Box<dyn Iterate>, Error>> {
        None
    }

    /// What may be walked in its place: one that only passes items on need not be asked for each of them.
    fn stand_in(&self, _vm: &Vm) -> Option<Value> {
        None
    }

    /// How many views are inside each other here; a walk takes native stack for each.
    fn depth(&self) -> usize {
        0
    }

    /// Moves the values it holds onto `out` before it is dropped, so that deep chains are dropped flat.
    fn take_children(&mut self, _out: &mut Vec<Value>) {}
}

/// Something a `for` loop walks.
pub trait Iterate {
    fn next(&mut self, vm: &mut Vm) -> Result<Option<Value>, Error>;
}

impl dyn Native {
    pub fn downcast<T: Native>(&self) -> Option<&T> {
        (self as &dyn Any).downcast_ref()
    }
}
