//! Values that instructions build: tensors from literals, records, ranges, strings with holes, closures, modules;
//! and taking tuples apart.

use std::rc::Rc;

use super::Vm;
use super::code::{CaptureFrom, Piece, Reg};
use super::error::Error;
use super::format;
use super::function::{Class, Closure};
use super::literal::Literal;
use super::object::Var;
use super::operand::{number, tensor};
use super::print::{self, describe, with_article};
use super::value::{Obj, Value};
use crate::device::Device;
use crate::ops::{self, Attr, Operand};
use crate::tensor::Tensor;

pub const CODES: &[(&str, &str)] = &[
    ("TENSOR-02", "something in a tensor literal that is neither a number nor a tensor"),
    ("TENSOR-03", "elements of different shapes in a tensor literal"),
    ("VALUE-07", "a pattern of another length than what it takes apart"),
    ("IMPORT-01", "a file that cannot be imported here"),
    ("IMPORT-02", "a name that an imported file does not declare"),
];

impl Vm {
    pub(super) fn box_up(&mut self, reg: Reg) {
        // SAFETY: a register of the running frame.
        let value = unsafe { self.reg(reg).replace(Value::None) };
        self.put(reg, Value::obj(Obj::Var(Var::new(value))));
    }

    pub(super) fn tensor_const(&mut self, dst: Reg, index: u32) -> Result<(), Error> {
        let value = self.code().consts[index as usize].clone();
        let value = match value {
            Value::Tensor(t) => Value::Tensor(self.on_current_device(t)?),
            other => other,
        };
        self.put(dst, value);
        Ok(())
    }

    /// Literals go to the current device.
    fn on_current_device(&mut self, t: Tensor) -> Result<Tensor, Error> {
        if self.cx.device() == Device::Cpu {
            return Ok(t);
        }
        let Some(op) = ops::find("to") else { return Ok(t) };
        self.note_site();
        Ok(self.cx.call1(op, &[Operand::Tensor(t)], &[Attr::Device(self.cx.device())])?)
    }

    /// `[a, b, c]`: numbers make rows, tensors of one shape are stacked.
    pub(super) fn make_tensor(&mut self, wide: bool, dst: Reg, at: Reg, count: u16) -> Result<(), Error> {
        let items: Vec<Value> = (at..at + count).map(|r| self.read(r)).collect();
        self.note_site();
        let value = self.tensor_of(&items, wide)?;
        self.put(dst, value);
        Ok(())
    }

    pub(super) fn list_to_tensor(&mut self, dst: Reg, src: Reg) -> Result<(), Error> {
        let list = self.read(src);
        let items = list.as_list().map(|l| l.to_vec()).unwrap_or_default();
        self.note_site();
        let value = self.tensor_of(&items, false).map_err(|e| e.map(&vec![0; items.len()]))?;
        self.put(dst, value);
        Ok(())
    }

    /// A tensor of numbers, or of tensors of one shape.
    ///
    /// # Errors
    /// Labels the element that does not fit by its position.
    pub fn tensor_of(&mut self, items: &[Value], wide: bool) -> Result<Value, Error> {
        let mut literal = Literal::of_rows(items.len());
        for item in items {
            match number(item) {
                Some(n) => literal.push(n),
                None => return self.stacked(items, &literal, wide),
            }
        }
        let value = literal.to_value(wide).map_err(|e| Error::new("TENSOR-03", e))?;
        match value {
            Value::Tensor(t) => Ok(Value::Tensor(self.on_current_device(t)?)),
            other => Ok(other),
        }
    }

    fn stacked(&mut self, items: &[Value], numbers: &Literal, wide: bool) -> Result<Value, Error> {
        let mut parts: Vec<Operand> = Vec::with_capacity(items.len());
        let mut first: Option<(usize, Tensor)> = None;
        for (k, item) in items.iter().enumerate() {
            let t = match (tensor(item), number(item)) {
                (Some(t), _) => t,
                (None, Some(n)) => {
                    // Beside tensors of no dimensions a number is one more of them.
                    let dtype = if wide { numbers.dtype(true).max(n.dtype()) } else { n.dtype() };
                    let t = Tensor::scalar(dtype, n);
                    self.on_current_device(t)?
                }
                (None, None) => return Err(not_an_element(item, k)),
            };
            match &first {
                Some((j, f)) if f.dims() != t.dims() => {
                    return Err(Error::new("TENSOR-03", "the elements of a tensor must have one shape")
                        .at(k, describe(item))
                        .at(*j, describe(&items[*j]))
                        .help("`list(…)` holds elements of any shape; `cat` and `stack` join tensors"));
                }
                Some(_) => {}
                None => first = Some((k, t.clone())),
            }
            parts.push(Operand::Tensor(t));
        }
        let op = ops::find("stack").ok_or_else(|| super::arith::no_operation("[…]"))?;
        let attrs = super::bind::default_attrs(op);
        Ok(Value::Tensor(self.cx.call1(op, &parts, &attrs)?))
    }

    pub(super) fn make_record(&mut self, dst: Reg, at: Reg, shape: u16) {
        let keys = &self.code().shapes[shape as usize];
        let entries: Vec<(Rc<str>, Value)> =
            keys.iter().enumerate().map(|(k, key)| (key.clone(), self.read(at + k as Reg))).collect();
        self.put(dst, Value::record(entries));
    }

    pub(super) fn make_range(&mut self, closed: bool, dst: Reg, at: Reg) -> Result<(), Error> {
        let range = self.range_of(closed, at)?;
        self.put(dst, Value::range(range));
        Ok(())
    }

    pub(super) fn make_str(&mut self, dst: Reg, at: Reg, template: u16) -> Result<(), Error> {
        let pieces = &self.code().templates[template as usize];
        let mut text = String::new();
        let mut hole = 0;
        for piece in pieces {
            match piece {
                Piece::Text(t) => text.push_str(t),
                Piece::Hole(spec) => {
                    let value = self.read(at + hole);
                    let written = match spec {
                        None => print::write(&mut text, &value),
                        Some(spec) => format::write(&mut text, &value, spec),
                    };
                    written.map_err(|e| e.shift(hole as usize))?;
                    hole += 1;
                }
            }
        }
        self.put(dst, Value::str(text));
        Ok(())
    }

    /// Takes a tuple, a list or the rows of a tensor apart.
    pub(super) fn unpack(&mut self, at: Reg, src: Reg, count: u16) -> Result<(), Error> {
        let value = self.read(src);
        let walkable = value.as_str().is_none() && value.as_record().is_none();
        let items = if walkable { self.items_of(&value)? } else { None };
        let Some(items) = items else {
            let what = with_article(value.kind_name());
            return Err(Error::new("VALUE-07", format!("{what} cannot be taken apart into {count} names"))
                .at(0, describe(&value)));
        };
        if items.len() != count as usize {
            let message = format!("{count} names for {} values", items.len());
            return Err(Error::new("VALUE-07", message).at(0, describe(&value)));
        }
        for (k, item) in items.into_iter().enumerate() {
            self.put(at + k as Reg, item);
        }
        Ok(())
    }

    // ---- functions and modules

    fn captured(&self, from: &[CaptureFrom]) -> Box<[Value]> {
        from.iter()
            .map(|from| match from {
                CaptureFrom::Reg(reg) => self.peek(*reg).clone(),
                CaptureFrom::Capture(index) => self.capture(*index).clone(),
            })
            .collect()
    }

    pub(super) fn make_closure(&mut self, dst: Reg, index: u32) {
        let proto = &self.code().closures[index as usize];
        let closure = Closure { code: proto.code.clone(), captures: self.captured(&proto.captures) };
        self.put(dst, Value::obj(Obj::Fn(closure)));
    }

    pub(super) fn make_class(&mut self, dst: Reg, index: u32) {
        let proto = &self.code().classes[index as usize];
        let captures = self.captured(&proto.captures);
        let closure = |code: &Rc<super::code::Code>| {
            Value::obj(Obj::Fn(Closure { code: code.clone(), captures: captures.clone() }))
        };
        let class = Class {
            name: proto.name.clone(),
            doc: proto.doc.clone(),
            fields: proto.fields.clone(),
            param_count: proto.param_count,
            constructor: closure(&proto.constructor),
            methods: proto.methods.iter().map(|(name, code)| (name.clone(), closure(code))).collect(),
        };
        self.put(dst, Value::obj(Obj::Class(Rc::new(class))));
    }

    // ---- imports

    pub(super) fn import(&mut self, dst: Reg, index: u32) -> Result<(), Error> {
        let path = self.code().imports[index as usize].path.clone();
        let (Some(importer), Some(from)) = (self.importer.clone(), self.here()) else {
            return Err(Error::new("IMPORT-01", "files cannot be imported here"));
        };
        let namespace = importer.import(self, &path, from)?;
        self.put(dst, namespace);
        Ok(())
    }

    pub(super) fn import_name(&mut self, dst: Reg, src: Reg, name: u16) -> Result<(), Error> {
        let name = self.code().names[name as usize].clone();
        let Value::Obj(o) = self.peek(src) else { return Ok(()) };
        let Obj::Namespace(space) = &**o else { return Ok(()) };
        let value = space.get(&name).ok_or_else(|| {
            let members = space.members.borrow();
            let e = Error::new("IMPORT-02", format!("`{}` declares no `{name}`", space.name)).at(0, "not there");
            match crate::diagnostic::did_you_mean(&name, members.keys().map(|k| &**k)) {
                Some(near) => e.help(format!("did you mean `{near}`?")),
                None => e,
            }
        })?;
        self.put(dst, value);
        Ok(())
    }
}

fn not_an_element(item: &Value, k: usize) -> Error {
    let what = with_article(item.kind_name());
    let e = Error::new("TENSOR-02", format!("`[ ]` makes a tensor, and {what} cannot be an element of one"))
        .at(k, describe(item));
    match item.as_range() {
        Some(r) if r.start == 0 && r.step == 1 && !r.closed => e.help(format!("write `arange({})`", r.end)),
        Some(r) => e.help(format!("write `arange({}, {})`", r.start, if r.closed { r.end + 1 } else { r.end })),
        None => e.help("`list(…)` holds values of any kind"),
    }
}
