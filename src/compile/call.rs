//! Calls, methods, pipes.

use super::emit::{Builder, after, entry};
use super::names::known_value;
use crate::check::{Binding, Known};
use crate::ops::{self, Op};
use crate::source::Span;
use crate::syntax::ast::{self, Arg, Expr, ExprKind, Name};
use crate::vm::builtins;
use crate::vm::code::{ArgKind, CallSite, Instr, MethodSite, OpSite, Reg};
use crate::vm::value::Kind;

impl Builder<'_, '_> {
    /// `recv` is a namespace whose members the checker has bound.
    pub fn is_namespace(&self, recv: &Expr) -> bool {
        matches!(recv.kind, ExprKind::Name(_))
            && matches!(self.binding(recv.span), Some(Binding::Known(Known::Namespace(_))))
    }

    pub fn pipe(&mut self, value: &Expr, target: &Expr, dst: Reg, span: Span) {
        match &target.kind {
            ExprKind::Call(callee, args) => self.call(callee, Some(value), args, dst, span),
            ExprKind::Method(recv, name, args) => self.method(recv, name, Some(value), args, dst, span),
            _ => self.call(target, Some(value), &[], dst, span),
        }
    }

    /// `callee(first, args…)`
    pub fn call(&mut self, callee: &Expr, first: Option<&Expr>, args: &[Arg], dst: Reg, span: Span) {
        let known = match &callee.kind {
            ExprKind::Name(_) => self.binding(callee.span),
            ExprKind::Field(recv, name) if self.is_namespace(recv) => self.binding(name.span),
            _ => None,
        };
        if let Some(Binding::Known(known)) = known {
            if let Known::Op(op) = known {
                return self.op_call(op, first, args, dst, span);
            }
            // `list(v)` holds `v`, but `list(f(k) for k in xs)` is what the turns give.
            if let (Known::Builtin(b), None, [Arg { kind: ast::ArgKind::Comprehension(clauses), value, span }]) =
                (known, first, args)
                && b.name == "list"
            {
                let list = self.temp();
                self.comprehension(value, clauses, list, *span);
                return self.emit(Instr::Copy { dst, src: list }, *span);
            }
            // `tensor([0.3], dtype: "f64")` is read in that dtype, not rounded first.
            if let Known::Builtin(b) = known
                && b.name == "tensor"
                && first.is_none()
                && self.wide_literal(callee, args, dst, span)
            {
                return;
            }
        }
        let base = self.temps(1 + first.is_some() as usize + args.len());
        self.expr_to(callee, base);
        self.call_from(base, first, args, dst, span, callee.span);
    }

    /// The callee is in `base`.
    fn call_from(&mut self, base: Reg, first: Option<&Expr>, args: &[Arg], dst: Reg, span: Span, callee: Span) {
        let mut spans = vec![callee];
        let kinds = self.args(base + 1, first, args, &mut spans);
        self.finish_call(base, kinds, dst, span, &spans);
    }

    /// The callee is in `base`, its first argument in the next register.
    pub fn call_with_first(&mut self, base: Reg, first: Span, rest: &[Arg], dst: Reg, span: Span, callee: Span) {
        let mut spans = vec![callee, first];
        let mut kinds = vec![ArgKind::Positional];
        kinds.extend(self.args(base + 2, None, rest, &mut spans));
        self.finish_call(base, kinds, dst, span, &spans);
    }

    fn finish_call(&mut self, base: Reg, kinds: Vec<ArgKind>, dst: Reg, span: Span, spans: &[Span]) {
        if kinds.iter().all(|k| *k == ArgKind::Positional) {
            self.emit_at(Instr::Call { dst, base, args: kinds.len() as u16 }, span, spans);
        } else {
            let site = entry!(self, calls, CallSite { args: kinds });
            self.emit_at(Instr::CallSite { dst, base, site }, span, spans);
        }
    }

    /// Evaluates arguments into the registers from `at` on, and notes how each is passed.
    fn args(&mut self, at: Reg, first: Option<&Expr>, args: &[Arg], spans: &mut Vec<Span>) -> Vec<ArgKind> {
        let mut kinds = Vec::with_capacity(args.len() + 1);
        if let Some(first) = first {
            self.expr_to(first, at);
            spans.push(first.span);
            kinds.push(ArgKind::Positional);
        }
        for arg in args {
            let reg = after(at, kinds.len());
            match &arg.kind {
                ast::ArgKind::Comprehension(clauses) => {
                    let mark = self.mark();
                    self.comprehension(&arg.value, clauses, reg, arg.span);
                    self.release(mark);
                    kinds.push(ArgKind::Positional);
                }
                kind => {
                    self.expr_to(&arg.value, reg);
                    kinds.push(match kind {
                        ast::ArgKind::Named(name) => ArgKind::Named(self.shared.intern(&name.text)),
                        ast::ArgKind::Spread => ArgKind::Spread,
                        _ => ArgKind::Positional,
                    });
                }
            }
            spans.push(match &arg.kind {
                ast::ArgKind::Named(_) => arg.value.span,
                _ => arg.span,
            });
        }
        kinds
    }

    /// An operation of the registry, called by its name.
    fn op_call(&mut self, op: &'static Op, first: Option<&Expr>, args: &[Arg], dst: Reg, span: Span) {
        let only = match (first, args) {
            (Some(e), []) => Some(e),
            (None, [Arg { kind: ast::ArgKind::Positional, value, .. }]) => Some(value),
            _ => None,
        };
        if let Some(e) = only
            && takes_one_tensor(op)
        {
            let a = self.expr(e);
            let op = self.op(op);
            return self.emit_at(Instr::Unary { dst, a, op }, span, &[e.span]);
        }
        let base = self.temps(first.is_some() as usize + args.len());
        let mut spans = Vec::new();
        let kinds = self.args(base, first, args, &mut spans);
        let site = entry!(self, op_calls, OpSite { op, args: kinds });
        self.emit_at(Instr::CallOp { dst, base, site }, span, &spans);
    }

    /// `recv.name(first, args…)`
    pub fn method(&mut self, recv: &Expr, name: &Name, first: Option<&Expr>, args: &[Arg], dst: Reg, span: Span) {
        let binding = self.binding(name.span);
        if self.is_namespace(recv) {
            match binding {
                Some(Binding::Known(Known::Op(op))) => return self.op_call(op, first, args, dst, span),
                Some(binding) => {
                    let base = self.temps(1 + first.is_some() as usize + args.len());
                    self.load(binding, base, name.span);
                    return self.call_from(base, first, args, dst, span, recv.span.to(name.span));
                }
                None => return,
            }
        }
        let base = self.temps(2 + first.is_some() as usize + args.len());
        let in_scope = matches!(binding, Some(b) if !matches!(b, Binding::Known(_)));
        if let (true, Some(binding)) = (in_scope, binding) {
            self.load(binding, base, name.span);
        }
        self.expr_to(recv, base + 1);
        let mut spans = vec![name.span, recv.span];
        let kinds = self.args(base + 2, first, args, &mut spans);
        let name = self.shared.intern(&name.text);
        let plain = kinds.iter().all(|k| *k == ArgKind::Positional);
        let mut methods = [None; Kind::COUNT];
        for (kind, slot) in Kind::ALL.into_iter().zip(&mut methods) {
            *slot = builtins::method(kind, &name);
        }
        let known = match binding {
            Some(Binding::Known(known @ (Known::Builtin(_) | Known::Op(_)))) => Some(known_value(known)),
            _ => None,
        };
        let site = MethodSite { op: ops::find(&name), name, args: kinds, plain, builtins: methods, in_scope, known };
        let site = entry!(self, methods, site);
        self.emit_at(Instr::CallMethod { dst, base, site }, span, &spans);
    }
}

/// Whether `op(x)` needs nothing but a tensor.
fn takes_one_tensor(op: &Op) -> bool {
    match op.params {
        [first, rest @ ..] => {
            first.kind == ops::ParamKind::Tensor && rest.iter().all(|p| p.default != ops::Default::Required)
        }
        [] => false,
    }
}
