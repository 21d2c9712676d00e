//! Assignment to chains: `xs[0][1] = 5`, `r.w[2] = 0`, `w.data[i] = e`. The last list, record, module or cell on
//! the way is changed; below it there are only tensors, of which a changed one is made and put back.

use std::rc::Rc;

use super::Vm;
use super::code::{PlaceSite, Reg, Root, Step};
use super::error::Error;
use super::execute::{set_box, unboxed};
use super::operand::{operand, tensor};
use super::print::{describe, with_article};
use super::value::{Obj, Value};
use crate::ops::index::Item;
use crate::tensor::Tensor;

pub const CODES: &[(&str, &str)] = &[
    ("KIND-08", "an assignment into something whose parts cannot be replaced"),
    ("CELL-03", "an index assignment to a parameter itself"),
    ("WARN-03", "a name or field that held a parameter now holds something else"),
    ("WARN-04", "a tensor is changed and nothing reads it afterwards"),
];

impl Vm {
    /// `obj[index] = src` where `obj` is a variable's own register.
    pub(super) fn set_index(&mut self, obj: Reg, index: Reg, src: Reg) -> Result<(), Error> {
        if let (Value::Tensor(_), Value::Int(i)) = (self.peek(obj), self.peek(index)) {
            let item = [Item::At(*i)];
            let value = self.read(src);
            self.note_site();
            // Out of its register, so that nobody else holds it while it is changed.
            let mut t = match self.take_register(obj) {
                Value::Tensor(t) => t,
                other => {
                    self.put(obj, other);
                    return Ok(());
                }
            };
            let result = self.put_into(&mut t, &item, &value);
            self.put(obj, Value::Tensor(t));
            return result;
        }
        let (key, value) = (self.read(index), self.read(src));
        match self.peek(obj) {
            Value::Tensor(_) => {
                let items =
                    self.tensor_items(&[super::code::Item::At], std::slice::from_ref(&key)).map_err(|e| e.shift(0))?;
                self.note_site();
                let Value::Tensor(mut t) = self.take_register(obj) else { return Ok(()) };
                let result = self.put_into(&mut t, &items, &value);
                self.put(obj, Value::Tensor(t));
                result
            }
            holder => self.set_element(&holder.clone(), &key, value),
        }
    }

    fn take_register(&mut self, reg: Reg) -> Value {
        // SAFETY: a register of the running frame.
        unsafe { self.reg(reg).replace(Value::None) }
    }

    fn put_into(&mut self, t: &mut Tensor, items: &[Item], value: &Value) -> Result<(), Error> {
        let Some(value) = operand(value) else {
            let what = with_article(value.kind_name());
            return Err(Error::new("KIND-08", format!("{what} cannot be put into a tensor")).at(2, describe(value)));
        };
        self.cx.index_put(t, items, &value)?;
        Ok(())
    }

    /// `holder[key] = value` for what is changed in place.
    fn set_element(&mut self, holder: &Value, key: &Value, value: Value) -> Result<(), Error> {
        let Value::Obj(o) = holder else { return Err(self.unsettable(holder)) };
        match &**o {
            Obj::List(l) => {
                let Some(i) = super::operand::int(key) else {
                    let what = with_article(key.kind_name());
                    let e = Error::new("KIND-07", format!("the index into a list is an int, not {what}"));
                    return Err(e.at(1, describe(key)).at(0, describe(holder)));
                };
                let at = super::index::position(i, l.len(), "list").map_err(|e| {
                    if i as usize == l.len() { e.help("`xs.push(v)` adds an element at the end") } else { e }
                })?;
                drop(l.set(at, value));
                Ok(())
            }
            Obj::Record(r) => match key.as_str() {
                Some(key) => {
                    let old = r.set(Rc::from(key), value.clone());
                    self.warn_replaced(old.as_ref(), &value);
                    Ok(())
                }
                None => {
                    let e = Error::new("KIND-07", "the keys of a record are strings");
                    Err(e.at(1, describe(key)).at(0, describe(holder)))
                }
            },
            _ => Err(self.unsettable(holder)),
        }
    }

    fn unsettable(&self, holder: &Value) -> Error {
        match holder {
            Value::Cell(_) => Error::new("CELL-03", "an element of a parameter is set through its data")
                .at(0, describe(holder))
                .help("write `w.data[i] = e`"),
            other if other.as_tuple().is_some() => Error::new("KIND-08", "the parts of a tuple cannot be replaced")
                .at(0, describe(other))
                .help("make a new tuple, or use a list: `list(…)`"),
            other => {
                let what = with_article(other.kind_name());
                Error::new("KIND-08", format!("{what} has no elements that can be set")).at(0, describe(other))
            }
        }
    }

    /// `holder.name = value`
    fn set_field(&mut self, holder: &Value, name: &Rc<str>, value: Value) -> Result<(), Error> {
        match holder {
            Value::Cell(cell) => match &**name {
                "data" => {
                    let Some(t) = operand(&value).map(|o| o.to_tensor()) else {
                        let what = with_article(value.kind_name());
                        return Err(Error::new("KIND-08", format!("the data of a parameter is a tensor, not {what}"))
                            .at(1, describe(&value)));
                    };
                    let t = if let Value::Cell(p) = &value { p.data() } else { t };
                    Ok(cell.assign(&self.cx, &t)?)
                }
                "grad" => match &value {
                    Value::None => Ok(cell.set_grad(&self.cx, None)?),
                    value => match tensor(value).or_else(|| operand(value).map(|o| o.to_tensor())) {
                        Some(t) => Ok(cell.set_grad(&self.cx, Some(&t))?),
                        None => {
                            let what = with_article(value.kind_name());
                            Err(Error::new("KIND-08", format!("the gradient of a parameter is a tensor, not {what}"))
                                .at(1, describe(value)))
                        }
                    },
                },
                "requires_grad" => Err(Error::new("KIND-08", "whether something is tracked cannot be set")
                    .at(0, describe(holder))
                    .help("`param(…)` is tracked; `detach(x)` and `no_grad { … }` are not")),
                _ => Err(Error::new("KIND-08", format!("a parameter has no `{name}` that can be set"))
                    .at(0, describe(holder))
                    .help("`w.data` and `w.grad` can be set")),
            },
            Value::Obj(o) => match &**o {
                Obj::Record(r) => {
                    let old = r.set(name.clone(), value.clone());
                    self.warn_replaced(old.as_ref(), &value);
                    Ok(())
                }
                Obj::Instance(i) => match i.class.field_index(name) {
                    Some(k) => {
                        let old = i.set(k, value.clone());
                        self.warn_replaced(old.as_ref(), &value);
                        Ok(())
                    }
                    None if &**name == "training" => match value {
                        Value::Bool(training) => {
                            i.training.set(training);
                            Ok(())
                        }
                        _ => Err(Error::new("KIND-08", "`training` is a bool").at(1, describe(&value))),
                    },
                    None => Err(super::attr::no_field(holder, name)),
                },
                Obj::Namespace(n) => {
                    Err(Error::new("KIND-08", format!("the names of `{}` cannot be set from outside", n.name))
                        .at(0, describe(holder))
                        .help("give the file a function that sets it"))
                }
                _ => Err(super::attr::no_field(holder, name)),
            },
            Value::Tensor(_) if matches!(&**name, "grad" | "data" | "requires_grad") => {
                Err(Error::new("KIND-08", format!("a tensor has no `{name}` that can be set; a parameter has"))
                    .at(0, describe(holder))
                    .help("make it a parameter: `let w = param(x)`"))
            }
            _ => Err(super::attr::no_field(holder, name)),
        }
    }

    fn warn_replaced(&mut self, old: Option<&Value>, new: &Value) {
        if matches!(old, Some(Value::Cell(_))) && !matches!(new, Value::Cell(_)) {
            self.note_site();
            self.cx.warn(
                "WARN-03",
                || "this place held a parameter, and now holds something else".into(),
                Some("to change the parameter's numbers write `w -= …` or `w.data = …`"),
            );
        }
    }

    pub(super) fn warn_cell(&mut self, reg: Reg, src: Reg) {
        let (old, new) = (self.peek(reg).clone(), self.peek(src).clone());
        self.warn_replaced(Some(&old), &new);
    }

    pub(super) fn warn_unread(&mut self, reg: Reg) {
        if matches!(self.peek(reg), Value::Tensor(_)) {
            self.note_site();
            self.cx.warn(
                "WARN-04",
                || "this changes a tensor that nothing reads afterwards".into(),
                Some("tensors are values: change the one it came from, as in `x[i, 0] = 0`, or return it"),
            );
        }
    }

    // ---- the module's own fields

    pub(super) fn get_own_field(&mut self, dst: Reg, this: Reg, index: u16) -> Result<(), Error> {
        let Some(instance) = self.peek(this).as_instance() else { return Ok(()) };
        let value = instance.get(index as usize);
        match value {
            Some(value) => {
                self.used(this);
                self.put(dst, value);
                Ok(())
            }
            None => {
                let name = &instance.class.fields[index as usize];
                Err(Error::new("NAME-08", format!("the field `{name}` has no value yet: its `let` has not run")))
            }
        }
    }

    pub(super) fn set_own_field(&mut self, this: Reg, index: u16, src: Reg) -> Result<(), Error> {
        let value = self.read(src);
        let Some(instance) = self.peek(this).as_instance() else { return Ok(()) };
        let old = instance.set(index as usize, value.clone());
        self.used(this);
        self.warn_replaced(old.as_ref(), &value);
        Ok(())
    }

    // ---- chains

    /// The value of a chain, whose operands stay in their registers for `place_set`.
    pub(super) fn place_get(&mut self, dst: Reg, at: Reg, site: u16) -> Result<(), Error> {
        let place = &self.code().places[site as usize];
        let mut next = at;
        let mut value = self.root_value(place, &mut next)?;
        for step in &place.steps {
            value = self.step(&value, step, &mut next)?;
        }
        self.put(dst, value);
        Ok(())
    }

    /// Follows one step of a chain.
    fn step(&mut self, value: &Value, step: &Step, next: &mut Reg) -> Result<Value, Error> {
        match step {
            Step::Field(name) => self.field_of(value, name),
            Step::Index(shape) => {
                let operands = self.operands(shape, next);
                self.part(value, shape, &operands)
            }
        }
    }

    fn operands(&self, shape: &[super::code::Item], next: &mut Reg) -> Vec<Value> {
        let count: usize = shape.iter().map(|s| s.registers()).sum();
        let operands = (0..count as Reg).map(|k| self.peek(*next + k).clone()).collect();
        *next += count as Reg;
        operands
    }

    fn root_value(&mut self, place: &PlaceSite, next: &mut Reg) -> Result<Value, Error> {
        Ok(match place.root {
            Root::Reg(reg) => self.peek(reg).clone(),
            Root::Box(reg) => unboxed(self.peek(reg)),
            Root::CaptureBox(index) => unboxed(self.capture(index)),
            Root::Global(slot) => match &self.globals[slot as usize] {
                Some(value) => value.clone(),
                None => return Err(self.unset_global(slot)),
            },
            Root::Field(this, index) => {
                self.peek(this).as_instance().and_then(|i| i.get(index as usize)).unwrap_or_default()
            }
            Root::Value => {
                *next += 1;
                self.peek(*next - 1).clone()
            }
        })
    }

    fn set_root(&mut self, place: &PlaceSite, value: Value) {
        match place.root {
            Root::Reg(reg) => self.put(reg, value),
            Root::Box(reg) => set_box(self.peek(reg), value),
            Root::CaptureBox(index) => set_box(self.capture(index), value),
            Root::Global(slot) => self.globals[slot as usize] = Some(value),
            Root::Field(this, index) => {
                if let Some(instance) = self.peek(this).as_instance() {
                    drop(instance.set(index as usize, value));
                }
            }
            Root::Value => {}
        }
    }

    /// `chain = src`. After `chain op= …` a cell in `src` is the one that was updated: nothing is to be stored.
    pub(super) fn place_set(&mut self, src: Reg, at: Reg, site: u16) -> Result<(), Error> {
        let place = &self.code().places[site as usize];
        let new = self.read(src);
        let result = self.set_chain(place, at, new);
        let count: usize = place
            .steps
            .iter()
            .map(|s| match s {
                Step::Index(shape) => shape.iter().map(|i| i.registers()).sum(),
                Step::Field(_) => 0,
            })
            .sum();
        for k in 0..count as Reg + (place.root == Root::Value) as Reg {
            self.used(at + k);
        }
        result
    }

    fn set_chain(&mut self, place: &PlaceSite, at: Reg, new: Value) -> Result<(), Error> {
        let mut next = at;
        let mut values = vec![self.root_value(place, &mut next)?];
        let Some((last, before)) = place.steps.split_last() else { return Ok(()) };
        // Where each index step finds its operands.
        let mut starts = Vec::with_capacity(place.steps.len());
        for step in before {
            starts.push(next);
            let value = self.step(&values[values.len() - 1], step, &mut next)?;
            values.push(value);
        }
        starts.push(next);
        // The tensors at the end of the chain: each holds the next as a part of itself.
        let mut level = before.len();
        let holder = &values[level];
        if let (Step::Field(name), holder) = (last, holder.clone()) {
            if let (Value::Cell(now), Value::Cell(updated)) = (self.field_of(&holder, name).unwrap_or_default(), &new)
                && now.is_same(updated)
            {
                return Ok(());
            }
            return self.set_field(&holder, name, new);
        }
        let mut new = new;
        loop {
            let step = &place.steps[level];
            let holder = values[level].clone();
            match (step, &holder) {
                (Step::Index(shape), Value::Tensor(_)) => {
                    let operands = self.operands(shape, &mut starts[level].clone());
                    let items = self.tensor_items(shape, &operands)?;
                    drop(holder);
                    let Value::Tensor(mut t) = self.take_link(place, &mut values, &starts, level) else {
                        return Ok(());
                    };
                    self.note_site();
                    let result = self.put_into(&mut t, &items, &new);
                    match level.checked_sub(1) {
                        None => {
                            self.set_root(place, Value::Tensor(t));
                            return result;
                        }
                        Some(up) => {
                            let changed = Value::Tensor(t);
                            if let Err(e) = result {
                                // Back to where it was taken from.
                                let _ = self.put_back(place, &values, &starts, up, changed);
                                return Err(e);
                            }
                            if matches!(values[up], Value::Tensor(_)) {
                                new = changed;
                                level = up;
                                continue;
                            }
                            return self.put_back(place, &values, &starts, up, changed);
                        }
                    }
                }
                (Step::Index(_), _) => {
                    return self.put_back(place, &values, &starts, level, new);
                }
                (Step::Field(name), _) => return self.set_field(&holder, &name.clone(), new),
            }
        }
    }

    /// Sets the part of `values[level]` that the chain names; that value is changed in place.
    fn put_back(
        &mut self,
        place: &PlaceSite,
        values: &[Value],
        starts: &[Reg],
        level: usize,
        new: Value,
    ) -> Result<(), Error> {
        let holder = values[level].clone();
        match &place.steps[level] {
            Step::Field(name) => self.set_field(&holder, name, new),
            Step::Index(shape) => match &shape[..] {
                [super::code::Item::At] => {
                    let key = self.peek(starts[level]).clone();
                    if let Value::Cell(updated) = &new
                        && let Ok(Value::Cell(now)) = self.element(&holder, &key)
                        && now.is_same(updated)
                    {
                        return Ok(());
                    }
                    self.set_element(&holder, &key, new)
                }
                _ => match &holder {
                    Value::Cell(_) => Err(self.unsettable(&holder)),
                    other => {
                        let what = with_article(other.kind_name());
                        Err(Error::new("KIND-08", format!("only a tensor takes several indices, and this is {what}"))
                            .at(0, describe(other)))
                    }
                },
            },
        }
    }

    /// Takes the tensor at `level` of the chain away from whatever holds it, so that it can be changed in place.
    /// It is put back afterwards, changed or not.
    fn take_link(&mut self, place: &PlaceSite, values: &mut [Value], starts: &[Reg], level: usize) -> Value {
        let taken = values[level].take();
        match level.checked_sub(1) {
            None => match place.root {
                Root::Value => {}
                _ => self.set_root(place, Value::None),
            },
            Some(up) => match (&values[up], &place.steps[up]) {
                (Value::Obj(o), Step::Field(name)) => match &**o {
                    Obj::Record(r) => drop(r.set(name.clone(), Value::None)),
                    Obj::Instance(i) => {
                        if let Some(k) = i.class.field_index(name) {
                            drop(i.set(k, Value::None));
                        }
                    }
                    _ => {}
                },
                (Value::Obj(o), Step::Index(_)) => {
                    if let (Obj::List(l), Some(i)) = (&**o, super::operand::int(self.peek(starts[up])))
                        && let Ok(k) = super::index::position(i, l.len(), "list")
                    {
                        drop(l.set(k, Value::None));
                    }
                }
                // A cell's data stays: one copy is made.
                _ => {}
            },
        }
        taken
    }
}
