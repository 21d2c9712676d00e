//! Reads and writes of variables, wherever they live.

use std::cell::RefCell;
use std::rc::Rc;

use super::emit::Builder;
use crate::check::{Binding, Known, Place, VarId};
use crate::source::Span;
use crate::syntax::ast::Name;
use crate::vm::builtins;
use crate::vm::code::{Instr, Reg, Root};
use crate::vm::function::Namespace;
use crate::vm::value::{Obj, Value};

impl Builder<'_, '_> {
    /// What the checker found for the name that starts at `span`.
    pub fn binding(&self, span: Span) -> Option<Binding> {
        self.shared.resolved.names.get(&span.start).copied()
    }

    pub fn slot(&self, id: VarId) -> Reg {
        self.shared.resolved.var(id).slot
    }

    /// The register that is the variable, if it lives in one by itself.
    pub fn plain_register(&self, binding: Binding) -> Option<Reg> {
        match binding {
            Binding::Local(Place::Var(id)) => {
                let var = self.shared.resolved.var(id);
                (var.global.is_none() && !var.boxed()).then_some(var.slot)
            }
            _ => None,
        }
    }

    /// Where the module's `self` is, for its fields.
    pub fn this(&mut self, place: Place, span: Span) -> Reg {
        match place {
            Place::Var(id) => self.slot(id),
            Place::Capture(index, _) => {
                let dst = self.temp();
                self.emit(Instr::GetCapture { dst, index }, span);
                dst
            }
        }
    }

    pub fn load(&mut self, binding: Binding, dst: Reg, span: Span) {
        let instr = match binding {
            Binding::Local(Place::Var(id)) => {
                let var = self.shared.resolved.var(id);
                match (var.global, var.boxed()) {
                    (Some(slot), _) => Instr::GetGlobal { dst, slot },
                    (None, true) => Instr::GetBox { dst, src: var.slot },
                    (None, false) if var.slot == dst => return,
                    (None, false) => Instr::Copy { dst, src: var.slot },
                }
            }
            Binding::Local(Place::Capture(index, id)) => match self.shared.resolved.var(id).boxed() {
                true => Instr::GetCaptureBox { dst, index },
                false => Instr::GetCapture { dst, index },
            },
            Binding::Global(slot) => Instr::GetGlobal { dst, slot },
            Binding::Field(place, index) => {
                let mark = self.mark();
                let this = self.this(place, span);
                self.emit(Instr::GetField { dst, this, index }, span);
                return self.release(mark);
            }
            Binding::Method(place, index) => {
                let mark = self.mark();
                let this = self.this(place, span);
                self.emit(Instr::BindMethod { dst, this, index }, span);
                return self.release(mark);
            }
            Binding::Known(known) => {
                let index = match known {
                    Known::Constant(value) => self.float(value),
                    _ => self.constant(known_value(known)),
                };
                Instr::Const { dst, index }
            }
        };
        self.emit(instr, span);
    }

    /// Puts the value of `src` into the variable. A temporary is used up.
    pub fn store(&mut self, binding: Binding, src: Reg, span: Span) {
        let instr = match binding {
            Binding::Local(Place::Var(id)) => {
                let var = self.shared.resolved.var(id);
                match (var.global, var.boxed()) {
                    (Some(slot), _) => Instr::SetGlobal { src, slot },
                    (None, true) => Instr::SetBox { dst: var.slot, src },
                    (None, false) if var.slot == src => return,
                    (None, false) => Instr::Copy { dst: var.slot, src },
                }
            }
            Binding::Local(Place::Capture(index, _)) => Instr::SetCaptureBox { index, src },
            Binding::Global(slot) => Instr::SetGlobal { src, slot },
            Binding::Field(place, index) => {
                let mark = self.mark();
                let this = self.this(place, span);
                self.emit(Instr::SetField { this, index, src }, span);
                return self.release(mark);
            }
            // The checker refuses assignments to these.
            Binding::Method(..) | Binding::Known(_) => return,
        };
        self.emit(instr, span);
    }

    /// A declaration gives its variable a value: in a box it is a fresh one, each turn of a loop.
    pub fn declare(&mut self, name: &Name, src: Reg) {
        let Some(binding) = self.binding(name.span) else { return };
        self.fresh_box(binding, name.span);
        self.store(binding, src, name.span);
    }

    pub fn fresh_box(&mut self, binding: Binding, span: Span) {
        if let Binding::Local(Place::Var(id)) = binding
            && self.shared.resolved.var(id).boxed()
        {
            self.emit(Instr::NewBox { dst: self.slot(id) }, span);
        }
    }

    /// The variable as the root of a place. `mark` may keep a register for `self`.
    pub fn root(&mut self, binding: Binding, span: Span) -> Root {
        match binding {
            Binding::Local(Place::Var(id)) => {
                let var = self.shared.resolved.var(id);
                match (var.global, var.boxed()) {
                    (Some(slot), _) => Root::Global(slot),
                    (None, true) => Root::Box(var.slot),
                    (None, false) => Root::Reg(var.slot),
                }
            }
            Binding::Local(Place::Capture(index, id)) => match self.shared.resolved.var(id).boxed() {
                true => Root::CaptureBox(index),
                false => {
                    // Never assigned, so no tensor can be put back: only what it refers to changes.
                    let dst = self.temp();
                    self.emit(Instr::GetCapture { dst, index }, span);
                    Root::Reg(dst)
                }
            },
            Binding::Global(slot) => Root::Global(slot),
            Binding::Field(place, index) => Root::Field(self.this(place, span), index),
            Binding::Method(..) | Binding::Known(_) => {
                let dst = self.temp();
                self.load(binding, dst, span);
                Root::Reg(dst)
            }
        }
    }
}

/// A builtin, an operation or a namespace as a value.
pub(super) fn known_value(known: Known) -> Value {
    match known {
        Known::Builtin(b) => Value::builtin(b),
        Known::Op(op) => Value::obj(Obj::Op(op)),
        Known::Constant(value) => Value::Float(value),
        Known::Namespace(name) => {
            let members = builtins::members(name).map(|(member, value)| (Rc::from(member), value)).collect();
            Value::obj(Obj::Namespace(Namespace { name: Rc::from(name), members: RefCell::new(members) }))
        }
    }
}
