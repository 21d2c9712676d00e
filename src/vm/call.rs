//! Calls: entering functions of the program without native recursion, binding of arguments, builtins, modules.

use std::rc::Rc;

use super::code::{ArgKind, Code, NO_REG, Reg};
use super::error::Error;
use super::function::{Args, Builtin, BuiltinParam, Instance, ParamDefault};
use super::print::{describe, with_article};
use super::run::Next;
use super::value::{Obj, Value};
use super::watch::Watched;
use super::{Frame, MAX_FRAMES, MAX_NATIVE_CALLS, Vm, bind};
use crate::diagnostic::did_you_mean;

pub const CODES: &[(&str, &str)] = &[
    ("KIND-01", "something is called that is no function"),
    ("LIMIT-05", "calls are nested too deeply"),
    ("MODULE-01", "a module is called that has no `forward`"),
    ("CALL-07", "an argument is spread that is no sequence"),
];

/// What has become of a call.
pub(super) enum Flow {
    /// A frame was entered; its result goes where the frame says.
    Entered,
    Done(Value),
}

impl Vm {
    /// Calls any callable value from Rust. Nested calls of this kind are bounded; beyond, it is an error.
    pub fn call(&mut self, callee: &Value, args: Args) -> Result<Value, Error> {
        let window = match self.frames.last() {
            None => self.stack.start(),
            // SAFETY: a frame's registers lie in one chunk; one past them is at most its end.
            Some(frame) => unsafe { frame.base.add((*frame.code).registers as usize) },
        };
        self.nested(|vm| vm.call_args(window, callee, None, args, 0))
    }

    /// Runs what `begin` enters to its end.
    fn nested(&mut self, begin: impl FnOnce(&mut Vm) -> Result<Flow, Error>) -> Result<Value, Error> {
        if self.native_calls >= MAX_NATIVE_CALLS {
            return Err(too_deep(self.native_calls as usize));
        }
        self.native_calls += 1;
        let (state, floor, handlers) = (self.mode_state(), self.frames.len(), self.handlers.len());
        let result = match begin(self) {
            Ok(Flow::Done(value)) => Ok(value),
            Ok(Flow::Entered) => {
                let result = self.run(floor);
                self.handlers.truncate(handlers);
                result
            }
            Err(e) => Err(e),
        };
        self.native_calls -= 1;
        if result.is_err() {
            self.restore_state(state);
        }
        result
    }

    /// `Instr::Call` when it is not the plain case.
    pub(super) fn call_window(&mut self, dst: Reg, at: Reg, count: u16) -> Result<(), Error> {
        let window = self.reg(at);
        let n = count as usize;
        // SAFETY: the window's registers hold valid values; the callee stays in place while it is looked at.
        let callee = unsafe { &*window };
        if let Value::Obj(o) = callee {
            match &**o {
                Obj::Fn(f) if f.code.this == 0 => {
                    let code: *const Code = &*f.code;
                    // SAFETY: the window keeps the closure and its code.
                    return self.enter_positional(window, unsafe { &*code }, n, dst).map_err(|e| e.shift(1));
                }
                Obj::Builtin(b) if b.takes_exactly(n) => {
                    let builtin: &'static Builtin = b;
                    // SAFETY: `n` arguments follow the callee. Nothing else touches them while the builtin runs:
                    // calls it makes use registers above this frame's.
                    let args = unsafe { std::slice::from_raw_parts_mut(window.add(1), n) };
                    let value = (builtin.run)(self, args).map_err(|e| e.shift(1))?;
                    self.clear_window(at, n);
                    self.put(dst, value);
                    return Ok(());
                }
                _ => {}
            }
        }
        if let Value::Obj(o) = callee
            && let Obj::Builtin(b) = &**o
            && let Some(value) = self.call_with_defaults(b, window, n)?
        {
            self.clear_window(at, n);
            self.put(dst, value);
            return Ok(());
        }
        let (callee, args) = self.take_window(at, n);
        self.finish(dst, at, callee, args)
    }

    /// A builtin with positional arguments, the first of its parameters; the others have their defaults. None where
    /// they have to be bound one by one.
    fn call_with_defaults(
        &mut self,
        b: &'static Builtin,
        window: *mut Value,
        n: usize,
    ) -> Result<Option<Value>, Error> {
        const MOST: usize = 6;
        let params = b.params;
        let required = |p: &BuiltinParam| matches!(p.default, ParamDefault::Required | ParamDefault::Rest);
        if params.len() > MOST || n > params.len() || params[n..].iter().any(required) {
            return Ok(None);
        }
        if params[..n].iter().any(|p| p.default == ParamDefault::Rest) {
            return Ok(None);
        }
        let mut slots = [const { Value::None }; MOST];
        for (k, p) in params.iter().enumerate() {
            // SAFETY: `n` arguments follow the callee.
            slots[k] = if k < n { unsafe { window.add(1 + k).replace(Value::None) } } else { default_value(p.default) };
        }
        (b.run)(self, &mut slots[..params.len()]).map(Some).map_err(|e| e.shift(1))
    }

    fn finish(&mut self, dst: Reg, at: Reg, callee: Value, args: Args) -> Result<(), Error> {
        let window = self.reg(at);
        match self.call_args(window, &callee, None, args, dst).map_err(|e| e.shift(1))? {
            Flow::Entered => {}
            Flow::Done(value) => self.put(dst, value),
        }
        Ok(())
    }

    pub(super) fn clear_window(&mut self, at: Reg, n: usize) {
        for k in 0..=n as Reg {
            self.put(at + k, Value::None);
        }
    }

    fn take_window(&mut self, at: Reg, n: usize) -> (Value, Args) {
        // SAFETY: registers of the frame.
        let mut take = |k: Reg| unsafe { self.reg(at + k).replace(Value::None) };
        let callee = take(0);
        let positional = (1..=n as Reg).map(&mut take).collect();
        (callee, Args { positional, named: Vec::new() })
    }

    /// `Instr::CallSite`: names and spreads.
    pub(super) fn call_site(&mut self, dst: Reg, at: Reg, site: u16) -> Result<(), Error> {
        let kinds = &self.code().calls[site as usize].args;
        let callee = self.read(at);
        let args = self.gather(kinds, at + 1, 1)?;
        self.finish(dst, at, callee, args)
    }

    /// Arguments out of their registers. `operand` is the operand that the first one is.
    pub(super) fn gather(&mut self, kinds: &[ArgKind], at: Reg, operand: usize) -> Result<Args, Error> {
        let mut args = Args::default();
        for (k, kind) in kinds.iter().enumerate() {
            let value = self.read(at + k as Reg);
            match kind {
                ArgKind::Positional => args.positional.push(value),
                ArgKind::Named(name) => args.named.push((name.clone(), value)),
                ArgKind::Spread => match self.items_of(&value)? {
                    Some(items) => args.positional.extend(items),
                    None => {
                        let what = with_article(value.kind_name());
                        return Err(Error::new(
                            "CALL-07",
                            format!("`...` spreads a tuple, a list or a range, not {what}"),
                        )
                        .at(operand + k, describe(&value)));
                    }
                },
            }
        }
        Ok(args)
    }

    /// Calls a value with arguments that were gathered. Frames begin at `window`, above everything in use.
    pub(super) fn call_args(
        &mut self,
        window: *mut Value,
        callee: &Value,
        this: Option<Value>,
        mut args: Args,
        dst: Reg,
    ) -> Result<Flow, Error> {
        let Value::Obj(ptr) = callee else { return Err(not_callable(callee)) };
        match &**ptr {
            Obj::Fn(_) => self.enter(window, callee.clone(), this, args, dst, false),
            Obj::Builtin(b) => {
                let builtin: &'static Builtin = b;
                args.positional.splice(0..0, this);
                let (mut slots, map) = bind::builtin(builtin, args)?;
                let value = (builtin.run)(self, &mut slots).map_err(|e| e.map(&map))?;
                Ok(Flow::Done(value))
            }
            Obj::Op(op) => {
                args.positional.splice(0..0, this);
                self.note_site_outside();
                self.call_op_with(op, args).map(Flow::Done)
            }
            Obj::Class(class) => {
                let instance = Value::obj(Obj::Instance(Instance::new(class.clone())));
                self.enter(window, class.constructor.clone(), Some(instance), args, dst, true)
            }
            Obj::Instance(instance) if self.watch.is_none() => self.call_instance(window, callee, instance, args, dst),
            Obj::Instance(instance) => {
                let value = self.nested(|vm| vm.call_instance(window, callee, instance, args, dst))?;
                if let Some(watch) = &mut self.watch {
                    watch.push(Watched::new(callee, &value));
                }
                Ok(Flow::Done(value))
            }
            Obj::BoundMethod(b) => {
                let (method, receiver) = (b.method.clone(), b.receiver.clone());
                self.call_args(window, &method, Some(receiver), args, dst)
            }
            Obj::Native(n) => {
                args.positional.splice(0..0, this);
                match n.call(self, &args) {
                    Some(result) => result.map(Flow::Done),
                    None => Err(not_callable(callee)),
                }
            }
            _ => Err(not_callable(callee)),
        }
    }

    fn call_instance(
        &mut self,
        window: *mut Value,
        callee: &Value,
        instance: &Instance,
        args: Args,
        dst: Reg,
    ) -> Result<Flow, Error> {
        match instance.class.method("forward") {
            Some(forward) => self.enter(window, forward.clone(), Some(callee.clone()), args, dst, false),
            None => match instance.field("forward") {
                Some(forward) => self.call_args(window, &forward, None, args, dst),
                None => Err(no_forward(instance)),
            },
        }
    }

    /// Notes the place that runs, if one does: a function may also be called from outside of any program.
    pub(super) fn note_site_outside(&self) {
        if !self.frames.is_empty() {
            self.note_site();
        }
    }

    /// Enters a function whose positional arguments stand in the window already, `self` first if it has one.
    pub(super) fn enter_positional(
        &mut self,
        window: *mut Value,
        code: &Code,
        count: usize,
        dst: Reg,
    ) -> Result<(), Error> {
        let this = code.this as usize;
        let given = count - this;
        let room = code.params.len();
        if given < code.required as usize {
            return Err(missing(code, |k| k < given));
        }
        if given > room && code.rest.is_none() {
            return Err(too_many(code, given).at(room, "one too many"));
        }
        let (window, new_chunk) = self.make_room(window, count, code)?;
        // SAFETY: the chunk has room for the code's registers, and for the arguments, beyond the window.
        unsafe {
            let base = window.add(1);
            if let Some(rest) = code.rest {
                let first = this + rest as usize;
                let items: Vec<Value> = (first..count).map(|k| base.add(k).replace(Value::None)).collect();
                *base.add(first) = Value::tuple(items);
            }
            if code.mask != NO_REG {
                *base.add(code.mask as usize) = Value::Int((1i64 << given.min(room)) - 1);
            }
            self.push_frame(window, dst, false, new_chunk);
        }
        Ok(())
    }

    /// Finds room for a frame at `window`, or moves the window's contents to another chunk.
    fn make_room(&mut self, window: *mut Value, count: usize, code: &Code) -> Result<(*mut Value, bool), Error> {
        if self.frames.len() >= MAX_FRAMES {
            return Err(too_deep(self.frames.len()));
        }
        let need = 1 + (code.registers as usize).max(count);
        if self.stack.fits(window, need) {
            return Ok((window, false));
        }
        let fresh = self.stack.grow(need);
        // SAFETY: both hold valid values; the old window keeps `none`.
        unsafe {
            for k in 0..=count {
                *fresh.add(k) = window.add(k).replace(Value::None);
            }
        }
        Ok((fresh, true))
    }

    /// # Safety
    /// `window` holds a closure, with room for its registers after it.
    unsafe fn push_frame(&mut self, window: *mut Value, dst: Reg, constructs: bool, new_chunk: bool) {
        // SAFETY: the caller's promise.
        let closure = unsafe {
            match &*window {
                Value::Obj(o) => match &**o {
                    Obj::Fn(f) => f,
                    _ => unreachable!("the window holds a closure"),
                },
                _ => unreachable!("the window holds a closure"),
            }
        };
        if closure.code.is_library
            && let Some(frame) = self.frames.last()
        {
            self.note_library_call(frame.pc);
        }
        self.frames.push(Frame {
            closure,
            code: &*closure.code,
            // SAFETY: room for at least the callee.
            base: unsafe { window.add(1) },
            pc: closure.code.instrs.as_ptr(),
            dst,
            constructs,
            new_chunk,
        });
    }

    /// Binds gathered arguments to a function's parameters and enters it.
    fn enter(
        &mut self,
        window: *mut Value,
        function: Value,
        this: Option<Value>,
        args: Args,
        dst: Reg,
        constructs: bool,
    ) -> Result<Flow, Error> {
        let Value::Obj(ptr) = &function else { return Err(not_callable(&function)) };
        let Obj::Fn(closure) = &**ptr else {
            // A field that holds something else callable.
            return self.call_args(window, &function, this, args, dst);
        };
        let code = closure.code.clone();
        let mut args = args;
        let this = match (code.this, this) {
            (1, Some(this)) => Some(this),
            (_, Some(this)) => {
                args.positional.insert(0, this);
                None
            }
            (_, None) => None,
        };
        let (slots, mask) = bind_params(&code, args)?;
        let count = this.is_some() as usize + slots.len();
        // Nothing stands in the window yet.
        let (window, new_chunk) = self.make_room(window, 0, &code)?;
        // SAFETY: the chunk has room for the code's registers, of which the arguments are the first.
        unsafe {
            *window = function;
            let mut at = window.add(1);
            for value in this.into_iter().chain(slots) {
                *at = value;
                at = at.add(1);
            }
            debug_assert!(count <= code.registers as usize);
            if code.mask != NO_REG {
                *window.add(1 + code.mask as usize) = Value::Int(mask);
            }
            self.push_frame(window, dst, constructs, new_chunk);
        }
        Ok(Flow::Entered)
    }

    /// Leaves the running frame: the value goes to the caller's register, or comes back if that was the frame at
    /// `floor`.
    pub(super) fn leave(&mut self, value: Value, floor: usize) -> Next {
        let (value, dst) = self.drop_frame(value);
        if self.frames.len() == floor {
            return Next::Finished(value);
        }
        self.put(dst, value);
        Next::Go
    }

    /// Empties the running frame's registers and drops it; the value of a module's body is its instance.
    pub(super) fn drop_frame(&mut self, mut value: Value) -> (Value, Reg) {
        let Some(frame) = self.frames.pop() else { return (value, 0) };
        // SAFETY: the frame's registers and the one before them hold valid values; the closure is read before it
        // may go.
        unsafe {
            if frame.constructs {
                value = (*frame.base).clone();
            }
            let registers = (*frame.code).registers as usize;
            for k in 0..registers {
                let slot = frame.base.add(k);
                if (*slot).is_heap() {
                    drop(slot.replace(Value::None));
                }
            }
            drop(frame.base.sub(1).replace(Value::None));
        }
        if frame.new_chunk {
            self.stack.shrink();
        }
        (value, frame.dst)
    }
}

/// Arguments in the order of the parameters, and the mask of those given.
fn bind_params(code: &Code, args: Args) -> Result<(Vec<Value>, i64), Error> {
    let room = code.params.len();
    let given = args.positional.len();
    let fixed = code.rest.map_or(room, |r| r as usize);
    let mut slots = vec![Value::None; room];
    let mut mask = 0i64;
    let mut rest = Vec::new();
    for (k, value) in args.positional.into_iter().enumerate() {
        if k < fixed {
            slots[k] = value;
            mask |= 1 << k;
        } else if code.rest.is_some() {
            rest.push(value);
        } else {
            return Err(too_many(code, given));
        }
    }
    if let Some(r) = code.rest {
        slots[r as usize] = Value::tuple(rest);
        mask |= 1 << r;
    }
    for (name, value) in args.named {
        let position = code.params.iter().position(|p| *p.name == *name && !p.is_rest);
        let Some(k) = position else {
            let names = code.params.iter().filter(|p| !p.is_rest).map(|p| &*p.name);
            let e = Error::new("CALL-03", format!("`{}` has no parameter `{name}`", code.name));
            return Err(match did_you_mean(&name, names) {
                Some(near) => e.help(format!("did you mean `{near}:`?")),
                None => e.help(usage(code)),
            });
        };
        if mask >> k & 1 == 1 {
            return Err(Error::new("CALL-04", format!("`{}` gets `{name}` twice", code.name)).help(usage(code)));
        }
        slots[k] = value;
        mask |= 1 << k;
    }
    let complete = code.params.iter().enumerate().all(|(k, p)| mask >> k & 1 == 1 || p.has_default);
    if !complete {
        return Err(missing(code, |k| mask >> k & 1 == 1));
    }
    Ok((slots, mask))
}

fn missing(code: &Code, given: impl Fn(usize) -> bool) -> Error {
    let names: Vec<String> = code
        .params
        .iter()
        .enumerate()
        .filter(|(k, p)| !given(*k) && !p.has_default && !p.is_rest)
        .map(|(_, p)| format!("`{}`", p.name))
        .collect();
    let what = if names.len() == 1 { "the argument" } else { "the arguments" };
    declared(Error::new("CALL-01", format!("`{}` is missing {what} {}", code.name, names.join(", "))), code)
}

fn too_many(code: &Code, given: usize) -> Error {
    let (room, given) = (arguments(code.params.len()), is_given(given));
    declared(Error::new("CALL-02", format!("`{}` takes {room}, but {given}", code.name)), code)
}

/// What is called, where it is declared unless that is in the library, and what it takes.
fn declared(e: Error, code: &Code) -> Error {
    let e = e.at_callee("called here").help(usage(code));
    if code.is_library { e } else { e.label(code.span, "declared here") }
}

fn usage(code: &Code) -> String {
    let params: Vec<String> = code
        .params
        .iter()
        .map(|p| match (p.is_rest, p.has_default) {
            (true, _) => format!("...{}", p.name),
            (_, true) => format!("{} = …", p.name),
            _ => p.name.to_string(),
        })
        .collect();
    format!("it is {}({})", code.name, params.join(", "))
}

fn not_callable(callee: &Value) -> Error {
    let e = Error::new("KIND-01", format!("{} cannot be called", with_article(callee.kind_name())));
    let e = match callee.is_none() {
        true => e.help("a function whose last statement is no expression gives `none`"),
        false => e,
    };
    e.at_callee(describe(callee))
}

fn no_forward(instance: &Instance) -> Error {
    Error::new("MODULE-01", format!("the module `{}` has no `forward`, so it cannot be called", instance.class.name))
        .at_callee("called here")
        .help("declare it in the module's body: `fn forward(x) { … }`")
}

pub(super) fn too_deep(depth: usize) -> Error {
    Error::new("LIMIT-05", format!("calls are nested {depth} deep"))
        .help("a function that calls itself needs a case in which it does not; a loop needs no depth")
}

/// The parameter's default, as a value.
pub(super) fn default_value(default: ParamDefault) -> Value {
    match default {
        ParamDefault::Required | ParamDefault::None | ParamDefault::Rest => Value::None,
        ParamDefault::Bool(v) => Value::Bool(v),
        ParamDefault::Int(v) => Value::Int(v),
        ParamDefault::Float(v) => Value::Float(v),
        ParamDefault::Str(v) => Value::str(v),
    }
}

/// A class behind its value.
pub(super) fn class_of(value: &Value) -> Option<Rc<super::function::Class>> {
    match value {
        Value::Obj(o) => match &**o {
            Obj::Class(c) => Some(c.clone()),
            _ => None,
        },
        _ => None,
    }
}

/// `one argument`
pub fn arguments(n: usize) -> String {
    match n {
        0 => "no arguments".into(),
        1 => "one argument".into(),
        n => format!("{n} arguments"),
    }
}

/// `2 are given`
pub fn is_given(n: usize) -> String {
    format!("{n} {} given", if n == 1 { "is" } else { "are" })
}
