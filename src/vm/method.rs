//! `x.f(a)`: a field or method of `x`'s kind first, every operation on tensors and parameters, else the function
//! `f` in scope as `f(x, a)`.

use super::call::Flow;
use super::code::{MethodSite, Reg};
use super::error::Error;
use super::function::Args;
use super::print::{describe, with_article};
use super::value::{Kind, Obj, Value};
use super::{Vm, builtins};
use crate::diagnostic::did_you_mean;
use crate::ops;

impl Vm {
    pub(super) fn call_method(&mut self, dst: Reg, at: Reg, site: u16) -> Result<(), Error> {
        let site = &self.code().methods[site as usize];
        let kind = self.peek(at + 1).kind();
        // A method of the kind itself, with its arguments where they stand.
        if let Some(b) = site.builtins[kind as usize]
            && !self.has_own(at + 1, site)
        {
            let n = 1 + site.args.len();
            if site.plain && b.takes_exactly(n) {
                // SAFETY: receiver and arguments stand in a row; see `call_window`.
                let args = unsafe { std::slice::from_raw_parts_mut(self.reg(at + 1), n) };
                let value = (b.run)(self, args).map_err(|e| e.shift(1))?;
                self.clear_window(at, n);
                self.put(dst, value);
                return Ok(());
            }
            let mut args = self.gather(&site.args, at + 2, 2)?;
            args.positional.insert(0, self.read(at + 1));
            let (mut slots, map) = super::bind::builtin(b, args).map_err(|e| e.shift(1))?;
            let value = (b.run)(self, &mut slots).map_err(|e| e.map(&map).shift(1))?;
            self.clear_window(at, 0);
            self.put(dst, value);
            return Ok(());
        }
        if let (Kind::Tensor | Kind::Param, Some(op)) = (kind, site.op) {
            let x = self.read(at + 1);
            let mut args = self.gather(&site.args, at + 2, 2)?;
            self.note_site();
            if let Value::Tensor(t) = &x
                && args.positional.is_empty()
                && args.named.is_empty()
                && let Some(value) = self.call_alone(op, t).map_err(|e| e.shift(1))?
            {
                drop(x);
                self.clear_window(at, 0);
                self.put(dst, value);
                return Ok(());
            }
            args.positional.insert(0, x);
            let value = self.call_op_with(op, args).map_err(|e| e.shift(1))?;
            self.clear_window(at, 0);
            self.put(dst, value);
            return Ok(());
        }
        // A method of a module, or a field that holds something callable.
        if let Value::Obj(o) = self.peek(at + 1) {
            let receiver = o.clone();
            if let Obj::Instance(instance) = &*receiver {
                if let Some(k) = instance.class.methods.iter().position(|(n, _)| **n == *site.name) {
                    let method = instance.class.methods[k].1.clone();
                    return self.call_own(dst, at, site, method);
                }
                if let Some(field) = instance.field(&site.name) {
                    return self.call_field(dst, at, site, field);
                }
            }
            let field = match &*receiver {
                Obj::Record(r) => r.get(&site.name),
                Obj::Namespace(n) => n.get(&site.name),
                Obj::Tuple(t) => t.field(&site.name).cloned(),
                _ => None,
            };
            if let Some(field) = field {
                return self.call_field(dst, at, site, field);
            }
            if let Obj::Native(n) = &*receiver {
                let args = self.gather(&site.args, at + 2, 2)?;
                if let Some(result) = n.method(self, &site.name, &args) {
                    let value = result.map_err(|e| e.shift(2))?;
                    self.clear_window(at, 1);
                    self.put(dst, value);
                    return Ok(());
                }
                if let Some(field) = n.field(self, &site.name) {
                    let field = field?;
                    self.clear_window(at, 1);
                    return self.finish_method(dst, at, &field, args, 2);
                }
                return self.call_in_scope(dst, at, site, Some(args));
            }
        }
        self.call_in_scope(dst, at, site, None)
    }

    /// A record's or a module's own entry of the name comes before a method that all of its kind have.
    fn has_own(&self, reg: Reg, site: &MethodSite) -> bool {
        match self.peek(reg) {
            Value::Obj(o) => match &**o {
                Obj::Record(r) => r.contains(&site.name),
                Obj::Instance(i) => i.class.method(&site.name).is_some() || i.class.field_index(&site.name).is_some(),
                _ => false,
            },
            _ => false,
        }
    }

    /// A method of a module: the receiver is its `self`.
    fn call_own(&mut self, dst: Reg, at: Reg, site: &MethodSite, method: Value) -> Result<(), Error> {
        if site.plain
            && let Value::Obj(o) = &method
            && let Obj::Fn(f) = &**o
        {
            let code: *const super::code::Code = &*f.code;
            let window = self.reg(at);
            self.put(at, method);
            // SAFETY: the window keeps the closure and its code.
            let code = unsafe { &*code };
            return self.enter_positional(window, code, 1 + site.args.len(), dst).map_err(|e| e.shift(2));
        }
        let receiver = self.read(at + 1);
        let args = self.gather(&site.args, at + 2, 2)?;
        let window = self.reg(at);
        match self.call_args(window, &method, Some(receiver), args, dst).map_err(|e| e.shift(2))? {
            Flow::Entered => {}
            Flow::Done(value) => self.put(dst, value),
        }
        Ok(())
    }

    /// A field that is called: the receiver is no argument.
    fn call_field(&mut self, dst: Reg, at: Reg, site: &MethodSite, field: Value) -> Result<(), Error> {
        let args = self.gather(&site.args, at + 2, 2)?;
        self.clear_window(at, 1);
        self.finish_method(dst, at, &field, args, 2)
    }

    fn finish_method(&mut self, dst: Reg, at: Reg, callee: &Value, args: Args, shift: usize) -> Result<(), Error> {
        let window = self.reg(at);
        match self.call_args(window, callee, None, args, dst).map_err(|e| e.shift(shift))? {
            Flow::Entered => {}
            Flow::Done(value) => self.put(dst, value),
        }
        Ok(())
    }

    /// `f(x, a)` for the function `f` in scope.
    fn call_in_scope(&mut self, dst: Reg, at: Reg, site: &MethodSite, gathered: Option<Args>) -> Result<(), Error> {
        let function = match (site.in_scope, &site.known) {
            (true, _) => self.read(at),
            (false, Some(known)) => known.clone(),
            (false, None) => return Err(no_method(self.peek(at + 1), &site.name)),
        };
        let receiver = self.read(at + 1);
        let mut args = match gathered {
            Some(args) => args,
            None => self.gather(&site.args, at + 2, 2)?,
        };
        args.positional.insert(0, receiver);
        self.finish_method(dst, at, &function, args, 1)
    }
}

fn no_method(x: &Value, name: &str) -> Error {
    let kind = x.kind();
    let what = match x.as_instance() {
        Some(i) => format!("the module `{}`", i.class.name),
        None => with_article(x.kind_name()),
    };
    let mut names: Vec<String> =
        builtins::METHODS.iter().filter(|(k, _)| *k == kind).map(|(_, b)| b.name.to_string()).collect();
    if matches!(kind, Kind::Tensor | Kind::Param) {
        names.extend(ops::all().iter().map(|op| op.name).filter(|n| !n.contains('.')).map(str::to_string));
    }
    if let Some(i) = x.as_instance() {
        names.extend(i.class.methods.iter().map(|(n, _)| n.to_string()));
        names.extend(i.class.fields.iter().map(|n| n.to_string()));
    }
    if let Some(r) = x.as_record() {
        names.extend(r.entries().into_iter().map(|(k, _)| k.to_string()));
    }
    if let Some(n) = x.as_native() {
        names.extend(n.field_names().iter().map(|n| n.to_string()));
    }
    names.sort();
    let e = Error::new("KIND-11", format!("{what} has no method `{name}`, and no function of that name is in scope"))
        .at(0, "unknown")
        .at(1, describe(x));
    if let Some(plain) = name.strip_suffix('_')
        && ops::find(plain).is_some()
    {
        return e.help(format!("operations do not change tensors in place: write `x = x.{plain}(…)`"));
    }
    if let (Kind::Tensor | Kind::Param, Some(full)) = (kind, builtins::with_prefix(name)) {
        return e.help(format!("write `{full}(…)`, or `x |> {full}`"));
    }
    match did_you_mean(name, names.iter().map(|n| &**n)) {
        Some(near) => e.help(format!("did you mean `{near}`?")),
        None if x.is_none() => e.help("the value is `none`: does the function end in an expression?"),
        None => e,
    }
}
