//! `x.name` without a call: fields only.

use std::rc::Rc;

use super::Vm;
use super::builtins;
use super::code::Reg;
use super::error::Error;
use super::function::BoundMethod;
use super::print::{describe, with_article};
use super::value::{Kind, Obj, Value};
use crate::device::Device;
use crate::diagnostic::did_you_mean;
use crate::ops;
use crate::ops::Attr;
use crate::ops::permute::{PERMUTE, permuted};
use crate::tensor::{MAX_DIMS, Tensor};

pub const CODES: &[(&str, &str)] = &[
    ("KIND-09", "a field that values of this kind do not have"),
    ("KIND-10", "a method that is not called"),
    ("KIND-11", "a method that values of this kind do not have"),
    ("TAPE-06", "the gradient of something that is no parameter"),
];

/// Fields of tensors; parameters have these and their own.
const TENSOR_FIELDS: &[&str] = &["T", "device", "dtype", "ndim", "requires_grad", "shape"];
const CELL_FIELDS: &[&str] = &["data", "grad"];

impl Vm {
    #[inline(never)] // keeps the inner loop small
    pub(super) fn attr(&mut self, dst: Reg, obj: Reg, name: u16) -> Result<(), Error> {
        let name = self.code().names[name as usize].clone();
        let value = self.field_of(&self.peek(obj).clone(), &name)?;
        self.used(obj);
        self.put(dst, value);
        Ok(())
    }

    pub(super) fn field_of(&mut self, x: &Value, name: &Rc<str>) -> Result<Value, Error> {
        let field = match x {
            Value::Tensor(t) => self.tensor_field(t, name)?,
            Value::Cell(p) => match &**name {
                "grad" => Some(p.grad().map_or(Value::None, Value::Tensor)),
                "data" => Some(Value::Tensor(p.data())),
                "requires_grad" => Some(Value::Bool(true)),
                _ => self.tensor_field(&p.value(), name)?,
            },
            Value::Obj(o) => match &**o {
                Obj::Record(r) => return r.get(name).ok_or_else(|| no_key_or_method(x, name)),
                Obj::Tuple(t) => t.field(name).cloned(),
                Obj::Instance(i) => match i.class.field_index(name) {
                    Some(k) => match i.get(k) {
                        Some(value) => Some(value),
                        None => {
                            let message = format!("the field `{name}` has no value yet: its `let` has not run");
                            return Err(Error::new("NAME-08", message).at(1, "this one"));
                        }
                    },
                    None if &**name == "training" => Some(Value::Bool(i.training.get())),
                    None => i.class.method(name).map(|method| {
                        let (receiver, method) = (x.clone(), method.clone());
                        Value::obj(Obj::BoundMethod(BoundMethod { receiver, name: name.clone(), method }))
                    }),
                },
                Obj::Namespace(n) => n.get(name),
                Obj::Range(r) => match &**name {
                    "start" => Some(Value::Int(r.start)),
                    "end" => Some(Value::Int(r.end)),
                    "step" => Some(Value::Int(r.step)),
                    _ => None,
                },
                Obj::Native(n) => n.field(self, name).transpose()?,
                _ => None,
            },
            _ => None,
        };
        field.ok_or_else(|| no_field(x, name))
    }

    fn tensor_field(&mut self, t: &Tensor, name: &str) -> Result<Option<Value>, Error> {
        Ok(Some(match name {
            "shape" => Value::tuple(t.dims().iter().map(|d| Value::Int(*d as i64)).collect()),
            "dtype" => Value::str(t.dtype().name()),
            "device" => Value::str(device_name(t.device())),
            "ndim" => Value::Int(t.ndim() as i64),
            "requires_grad" => Value::Bool(t.is_tracked()),
            "T" => {
                self.note_site();
                match t.ndim() {
                    0 | 1 => Value::Tensor(t.clone()),
                    n if t.is_tracked() && self.cx.grad_enabled() => {
                        let order: Rc<[i64]> = (0..n as i64).rev().collect();
                        Value::Tensor(self.cx.call1(&PERMUTE, &[t.into()], &[Attr::Ints(order)])?)
                    }
                    // A view needs nothing else.
                    n => {
                        let order: [usize; MAX_DIMS] = std::array::from_fn(|k| n.saturating_sub(k + 1));
                        Value::Tensor(permuted(t, &order[..n])?)
                    }
                }
            }
            "grad" => {
                return Err(Error::new("TAPE-06", "only a parameter has a `.grad`; this is a tensor")
                    .at(0, if t.is_tracked() { "a tensor on the tape" } else { "a tensor" })
                    .help("for the gradient of `y` for it write `grad(y, of: x)`, or make it a `param(…)`"));
            }
            _ => return Ok(None),
        }))
    }

    pub(super) fn bind_method(&mut self, dst: Reg, this: Reg, index: u16) -> Result<(), Error> {
        let receiver = self.peek(this).clone();
        let Some(instance) = receiver.as_instance() else { return Ok(()) };
        let (name, method) = instance.class.methods[index as usize].clone();
        let bound = Value::obj(Obj::BoundMethod(BoundMethod { receiver: receiver.clone(), name, method }));
        self.used(this);
        self.put(dst, bound);
        Ok(())
    }
}

pub(super) fn device_name(device: Device) -> &'static str {
    match device {
        Device::Cpu => "cpu",
        Device::Cuda => "cuda",
    }
}

fn no_key_or_method(record: &Value, name: &str) -> Error {
    if builtins::method(Kind::Record, name).is_some() {
        return not_called(record, name);
    }
    super::index::no_key(record, name).at(1, "no such key")
}

fn not_called(x: &Value, name: &str) -> Error {
    Error::new("KIND-10", format!("`{name}` is a method of {}, and is not called here", with_article(x.kind_name())))
        .at(1, "a method")
        .help(format!("call it: `.{name}()`"))
}

/// `x` has no field `name`; says what it has.
pub(super) fn no_field(x: &Value, name: &str) -> Error {
    let kind = x.kind();
    let is_tensor = matches!(kind, Kind::Tensor | Kind::Param);
    if builtins::method(kind, name).is_some() || (is_tensor && ops::find(name).is_some()) {
        return not_called(x, name);
    }
    let mut names: Vec<String> = Vec::new();
    let mut own = |list: &[&str]| names.extend(list.iter().map(|n| n.to_string()));
    match kind {
        Kind::Tensor => own(TENSOR_FIELDS),
        Kind::Param => {
            own(TENSOR_FIELDS);
            own(CELL_FIELDS);
        }
        Kind::Range => own(&["start", "end", "step"]),
        _ => {}
    }
    if let Value::Obj(o) = x {
        match &**o {
            Obj::Instance(i) => {
                names.extend(i.class.fields.iter().map(|f| f.to_string()));
                names.extend(i.class.methods.iter().map(|(m, _)| m.to_string()));
                names.push("training".into());
            }
            Obj::Namespace(n) => names.extend(n.members.borrow().keys().map(|k| k.to_string())),
            Obj::Tuple(t) => own(t.names()),
            Obj::Native(n) => own(n.field_names()),
            _ => {}
        }
    }
    let what = match x.as_instance() {
        Some(i) => format!("the module `{}`", i.class.name),
        None => with_article(x.kind_name()),
    };
    let e = Error::new("KIND-09", format!("{what} has no field `{name}`")).at(1, "no such field").at(0, describe(x));
    match did_you_mean(name, names.iter().map(|n| &**n)) {
        Some(near) => e.help(format!("did you mean `{near}`?")),
        None if x.is_none() => e.help("the value is `none`: does the function end in an expression?"),
        None => e,
    }
}
