//! Scopes, functions and modules that are open while the checker walks, and the look-up of a name in them.

use std::collections::HashMap;
use std::rc::Rc;

use super::unread::Uses;
use super::walk::Checker;
use super::{Binding, ClassInfo, GlobalName, Known, Origin, Place, TopLevel, Var, VarId};
use crate::diagnostic::Diagnostic;
use crate::source::Span;
use crate::syntax::ast::Name;
use crate::vm::builtins;

/// Registers of one function; the rest of 16 bits is left to temporaries.
pub(super) const MAX_SLOTS: usize = 32_000;

/// A block: the variables it has declared so far.
#[derive(Default)]
pub(super) struct Scope {
    pub names: HashMap<Rc<str>, VarId>,
    first_slot: u16,
}

/// What kind of body is being walked.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Body {
    Main,
    Function,
    /// Sees the fields and methods of the innermost class through `self`.
    Method,
    Constructor,
    /// A function's `backward` clause.
    Backward,
}

/// A function whose body is being walked.
pub(super) struct FnScope {
    pub body: Body,
    pub scopes: Vec<Scope>,
    pub captures: Vec<Place>,
    pub this: Option<VarId>,
    /// For methods and constructors: position in `Checker::classes`.
    pub class: Option<usize>,
    /// While its `backward` clause is walked: `result`, and the parameters as they were passed.
    pub passed: HashMap<Rc<str>, VarId>,
    /// The loops that are open, by the tick at which they began.
    pub loops: Vec<u32>,
    pub next_slot: u16,
    pub max_slot: u16,
    /// Names of closed blocks, to say so when one is used.
    pub closed: Vec<(Rc<str>, Span)>,
}

impl FnScope {
    pub fn new(body: Body) -> FnScope {
        FnScope {
            body,
            scopes: vec![Scope::default()],
            captures: Vec::new(),
            this: None,
            class: None,
            passed: HashMap::new(),
            loops: Vec::new(),
            next_slot: 0,
            max_slot: 0,
            closed: Vec::new(),
        }
    }
}

/// A module whose body is being walked.
pub(super) struct ClassScope {
    pub name: Rc<str>,
    pub info: ClassInfo,
    /// Fields that the constructor has reached; methods see all of them.
    pub declared: Vec<bool>,
}

impl ClassScope {
    pub fn field(&self, name: &str) -> Option<usize> {
        self.info.fields.iter().position(|f| **f == *name)
    }

    pub fn method(&self, name: &str) -> Option<usize> {
        self.info.methods.iter().position(|m| **m == *name)
    }
}

impl Checker<'_> {
    pub(super) fn current(&mut self) -> &mut FnScope {
        self.functions.last_mut().expect("the main body is always open")
    }

    pub(super) fn in_main(&self) -> bool {
        self.functions.len() == 1
    }

    /// Whether a declaration now is one of the text's top-level names.
    pub(super) fn at_top(&self) -> bool {
        self.in_main() && self.functions[0].scopes.len() == 1
    }

    pub(super) fn open(&mut self) {
        let f = self.current();
        let first_slot = f.next_slot;
        f.scopes.push(Scope { first_slot, ..Scope::default() });
    }

    pub(super) fn close(&mut self) {
        let f = self.current();
        if let Some(scope) = f.scopes.pop() {
            f.next_slot = scope.first_slot;
            let mut vars: Vec<VarId> = scope.names.values().copied().collect();
            vars.sort_by_key(|v| v.0);
            for id in vars {
                self.leave(id);
            }
        }
    }

    /// A variable goes out of scope.
    pub(super) fn leave(&mut self, id: VarId) {
        self.find_unread(id);
        let var = &self.resolved.vars[id.0 as usize];
        let entry = (var.name.clone(), var.span);
        self.current().closed.push(entry);
    }

    /// A register that no name stands for.
    pub(super) fn hidden(&mut self, name: &str, span: Span) -> VarId {
        self.new_var(name.into(), span, Origin::Hidden)
    }

    fn new_var(&mut self, name: Rc<str>, span: Span, origin: Origin) -> VarId {
        let f = self.current();
        let slot = f.next_slot;
        if slot as usize >= MAX_SLOTS {
            self.error(
                Diagnostic::error("LIMIT-02", format!("a function can hold at most {MAX_SLOTS} variables"))
                    .label(span, "one too many"),
            );
        } else {
            f.next_slot += 1;
            f.max_slot = f.max_slot.max(f.next_slot);
        }
        let id = VarId(self.resolved.vars.len() as u32);
        self.resolved.vars.push(Var { name, span, origin, slot, global: None, captured: false, assigned: false });
        self.uses.push(Uses::declared_at(self.tick));
        id
    }

    /// Declares a name in the innermost scope; at the top a second declaration is the same variable again.
    pub(super) fn declare(&mut self, name: &Name, origin: Origin) -> VarId {
        if self.at_top() {
            return self.declare_top(name, origin);
        }
        let id = self.new_var(name.text.clone(), name.span, origin);
        let f = self.current();
        let old = f.scopes.last_mut().and_then(|s| s.names.insert(name.text.clone(), id));
        if let Some(old) = old {
            self.find_unread(old);
        }
        self.bind(name.span, Binding::Local(Place::Var(id)));
        id
    }

    fn declare_top(&mut self, name: &Name, origin: Origin) -> VarId {
        let id = self.announce(name, origin);
        let var = &mut self.resolved.vars[id.0 as usize];
        if self.declared_top.insert(name.text.clone()) {
            var.span = name.span;
            var.origin = origin;
        } else {
            var.assigned = true;
            if origin == Origin::LetParam {
                var.origin = origin;
            }
        }
        self.bind(name.span, Binding::Local(Place::Var(id)));
        id
    }

    /// Makes a name at the top known before the walk, so that functions may use what comes later.
    pub(super) fn announce(&mut self, name: &Name, origin: Origin) -> VarId {
        if let Some(id) = self.functions[0].scopes[0].names.get(&name.text) {
            return *id;
        }
        let id = self.new_var(name.text.clone(), name.span, origin);
        self.functions[0].scopes[0].names.insert(name.text.clone(), id);
        if self.top == TopLevel::Globals {
            self.make_global(id);
        }
        id
    }

    pub(super) fn make_global(&mut self, id: VarId) -> u32 {
        let var = &mut self.resolved.vars[id.0 as usize];
        if let Some(slot) = var.global {
            return slot;
        }
        let slot = match self.names.get(&var.name) {
            Some(known) if self.top == TopLevel::Globals => known.slot,
            _ => {
                let slot = self.next_global;
                self.next_global += 1;
                slot
            }
        };
        var.global = Some(slot);
        let global = GlobalName { slot, span: var.span, origin: var.origin };
        self.resolved.new_globals.push((var.name.clone(), global));
        slot
    }

    /// The class whose field a `let` here declares: directly in a constructor's body.
    pub(super) fn field_scope(&self) -> Option<usize> {
        let f = self.functions.last()?;
        if f.body == Body::Constructor && f.scopes.len() == 1 { f.class } else { None }
    }

    pub(super) fn bind(&mut self, span: Span, binding: Binding) {
        self.resolved.names.insert(span.start, binding);
    }

    /// What a name means here; notes captures on the way. None if nothing declares it.
    pub(super) fn find(&mut self, name: &str) -> Option<Binding> {
        let here = self.functions.len() - 1;
        for level in (0..=here).rev() {
            let f = &self.functions[level];
            if let Some(id) = f.passed.get(name).copied() {
                return Some(self.reach(id, level, false));
            }
            let found = f.scopes.iter().enumerate().rev().find_map(|(depth, s)| Some((depth, *s.names.get(name)?)));
            if let Some((depth, id)) = found {
                let top = level == 0 && depth == 0;
                if top && !self.top_is_visible(name, here) {
                    continue;
                }
                return Some(self.reach(id, level, top));
            }
            if let (Some(class), Some(this)) = (f.class, f.this) {
                let constructing = f.body == Body::Constructor && level == here;
                let class = &self.classes[class];
                if name == "self" {
                    return Some(self.reach(this, level, false));
                }
                if let Some(i) = class.field(name).filter(|i| !constructing || class.declared[*i]) {
                    let this = self.reach_place(this, level);
                    return Some(Binding::Field(this, i as u16));
                }
                if let Some(i) = class.method(name) {
                    let this = self.reach_place(this, level);
                    return Some(Binding::Method(this, i as u16));
                }
            }
        }
        if let Some(global) = self.names.get(name) {
            return Some(Binding::Global(global.slot));
        }
        self.known(name)
    }

    /// A top-level name is seen by functions at once, by the text itself from its line on.
    fn top_is_visible(&self, name: &str, here: usize) -> bool {
        here > 0 || self.declared_top.contains(name) || self.hoisted.contains(name)
    }

    pub(super) fn known(&mut self, name: &str) -> Option<Binding> {
        if let Some(slot) = self.outer.library(name) {
            return Some(Binding::Global(slot));
        }
        if let Some(c) = names_of_constants(name) {
            return Some(Binding::Known(Known::Constant(c)));
        }
        // An operation hands calls without tensors on to the builtin of its name.
        if let Some(op) = crate::ops::find(name) {
            return Some(Binding::Known(Known::Op(op)));
        }
        if let Some(b) = builtins::global(name) {
            return Some(Binding::Known(Known::Builtin(b)));
        }
        builtins::namespace(name).map(|n| Binding::Known(Known::Namespace(n)))
    }

    fn reach(&mut self, id: VarId, level: usize, top: bool) -> Binding {
        if top && self.functions.len() > 1 {
            return Binding::Global(self.make_global(id));
        }
        Binding::Local(self.reach_place(id, level))
    }

    /// The way from the current function to a variable of the one at `level`.
    fn reach_place(&mut self, id: VarId, level: usize) -> Place {
        let mut place = Place::Var(id);
        for k in level + 1..self.functions.len() {
            self.resolved.vars[id.0 as usize].captured = true;
            // Methods and constructor of a class share one environment.
            let f = &mut self.functions[k];
            let captures = match (f.body, f.class) {
                (Body::Method | Body::Constructor, Some(class)) => &mut self.classes[class].info.captures,
                _ => &mut f.captures,
            };
            let index = captures.iter().position(|c| *c == place).unwrap_or_else(|| {
                captures.push(place);
                captures.len() - 1
            });
            place = Place::Capture(index as u16, id);
        }
        place
    }
}

fn names_of_constants(name: &str) -> Option<f64> {
    match name {
        "inf" => Some(f64::INFINITY),
        "nan" => Some(f64::NAN),
        "pi" => Some(std::f64::consts::PI),
        _ => None,
    }
}
