//! Statements, blocks, and what must be undone when control leaves them early.

use std::rc::Rc;

use super::emit::{Builder, Open, after};
use crate::check::{self, Binding, Place};
use crate::source::Span;
use crate::syntax::ast::*;
use crate::vm::code::{ImportSite, Instr, Reg};

impl Builder<'_, '_> {
    /// Top-level functions and modules exist before the first statement runs.
    pub fn hoist(&mut self, stmts: &[Stmt]) {
        for stmt in check::hoisted(stmts) {
            self.definition(stmt);
            let name = match &stmt.kind {
                StmtKind::Fn(f) => f.name.as_ref(),
                StmtKind::Module(m) => Some(&m.name),
                _ => None,
            };
            if let Some(Binding::Local(Place::Var(id))) = name.and_then(|n| self.binding(n.span)) {
                self.hoisted.push(id);
            }
        }
    }

    fn definition(&mut self, stmt: &Stmt) {
        let mark = self.mark();
        let dst = self.temp();
        match &stmt.kind {
            StmtKind::Fn(f) => {
                let Some(name) = &f.name else { return };
                self.define(name, dst, |b| b.closure(f, dst));
            }
            StmtKind::Module(m) => self.define(&m.name, dst, |b| b.class(m, dst)),
            _ => {}
        }
        self.release(mark);
    }

    /// The box comes before the closure, which may capture it.
    fn define(&mut self, name: &Name, dst: Reg, make: impl FnOnce(&mut Self)) {
        let Some(binding) = self.binding(name.span) else { return };
        self.fresh_box(binding, name.span);
        make(self);
        self.store(binding, dst, name.span);
    }

    /// Statements one after the other; the last one's value goes to `dst`.
    pub fn body(&mut self, stmts: &[Stmt], dst: Option<Reg>, span: Span) {
        let Some((last, before)) = stmts.split_last() else {
            if let Some(dst) = dst {
                self.emit(Instr::None { dst }, span);
            }
            return;
        };
        for stmt in before {
            self.stmt(stmt);
        }
        match (&last.kind, dst) {
            (StmtKind::Expr(e), Some(dst)) => self.expr_to(e, dst),
            (_, dst) => {
                self.stmt(last);
                if let Some(dst) = dst {
                    self.emit(Instr::None { dst }, last.span);
                }
            }
        }
    }

    pub fn block(&mut self, block: &Block, dst: Option<Reg>) {
        self.body(&block.stmts, dst, block.span);
    }

    /// A body whose value the function returns.
    pub fn tail(&mut self, stmts: &[Stmt], span: Span) {
        match stmts.split_last() {
            Some((Stmt { kind: StmtKind::Expr(e), .. }, before)) => {
                for stmt in before {
                    self.stmt(stmt);
                }
                self.tail_expr(e);
            }
            _ => {
                for stmt in stmts {
                    self.stmt(stmt);
                }
                self.emit(Instr::ReturnNone, span);
            }
        }
    }

    fn tail_expr(&mut self, e: &Expr) {
        match &e.kind {
            ExprKind::If { cond, then, otherwise } => self.with_distance(e.span, |b| {
                let unless = b.cond(cond, false);
                b.tail(&then.stmts, then.span);
                b.patch_all(unless);
                match otherwise {
                    Some(otherwise) => b.tail_expr(otherwise),
                    None => b.emit(Instr::ReturnNone, e.span),
                }
            }),
            ExprKind::Block(b) => self.tail(&b.stmts, b.span),
            _ => {
                let mark = self.mark();
                let src = self.expr(e);
                self.emit(Instr::Return { src }, e.span);
                self.release(mark);
            }
        }
    }

    pub fn stmt(&mut self, stmt: &Stmt) {
        let mark = self.mark();
        let span = stmt.span;
        match &stmt.kind {
            StmtKind::Expr(e) => self.discard(e),
            StmtKind::Let(pattern, value) => self.let_stmt(pattern, value),
            StmtKind::Assign(place, value) => self.assign(place, value),
            StmtKind::Compound(op, _, place, value) => self.compound(*op, place, value, span),
            StmtKind::Fn(f) => {
                if f.name.as_ref().is_some_and(|n| !self.stands_hoisted(n)) {
                    self.definition(stmt);
                }
            }
            StmtKind::Module(m) => {
                if !self.stands_hoisted(&m.name) {
                    self.definition(stmt);
                }
            }
            StmtKind::Import(import) => self.import(import, span),
            StmtKind::For { pattern, iter, body } => self.for_stmt(pattern, iter, body, span),
            StmtKind::While { cond, body } => self.while_stmt(cond, body, span),
            StmtKind::Break => self.leave_loop(true, span),
            StmtKind::Continue => self.leave_loop(false, span),
            StmtKind::Return(value) => self.return_stmt(value.as_ref(), span),
            StmtKind::Test(test) => self.test(test),
            StmtKind::Assert(cond, message) => self.assert(cond, message.as_ref(), span),
        }
        self.release(mark);
    }

    /// Whether a top-level definition was made before the first statement and nothing else has its name.
    fn stands_hoisted(&self, name: &Name) -> bool {
        match self.binding(name.span) {
            Some(Binding::Local(Place::Var(id))) => {
                self.hoisted.contains(&id) && !self.shared.resolved.var(id).assigned
            }
            _ => false,
        }
    }

    fn let_stmt(&mut self, pattern: &Pattern, value: &Expr) {
        if let Pattern::Name(name) = pattern
            && let Some(binding) = self.binding(name.span)
            && let Some(slot) = self.plain_register(binding)
        {
            return self.expr_to(value, slot);
        }
        let src = self.expr(value);
        self.bind_pattern(pattern, src, value.span);
    }

    /// Gives the names of a pattern their values. A temporary `src` is used up.
    pub fn bind_pattern(&mut self, pattern: &Pattern, src: Reg, from: Span) {
        match pattern {
            Pattern::Name(name) => self.declare(name, src),
            Pattern::Tuple(parts, span) => {
                let mark = self.mark();
                let base = self.temps(parts.len());
                let instr = Instr::Unpack { base, src, count: parts.len() as u16 };
                self.emit_at(instr, *span, &[from]);
                for (k, part) in parts.iter().enumerate() {
                    self.bind_pattern(part, after(base, k), *span);
                }
                self.release(mark);
            }
        }
    }

    fn import(&mut self, import: &Import, span: Span) {
        let index = self.code.imports.len() as u32;
        self.code.imports.push(ImportSite { path: import.path.clone() });
        let dst = self.temp();
        self.emit_at(Instr::Import { dst, index }, span, &[import.path_span]);
        match &import.what {
            ImportWhat::As(name) => self.declare(name, dst),
            ImportWhat::Names(names) => {
                for name in names {
                    let part = self.temp();
                    let index = self.name(&name.text);
                    self.emit_at(Instr::ImportName { dst: part, src: dst, name: index }, name.span, &[name.span]);
                    self.declare(name, part);
                }
                self.emit(Instr::Clear { from: dst, count: 1 }, span);
            }
        }
    }

    fn assert(&mut self, cond: &Expr, message: Option<&Expr>, span: Span) {
        let base = self.temps(3);
        let operands = match &cond.kind {
            ExprKind::Binary(op, _, a, b) => Some((*op, a, b)),
            _ => None,
        };
        let ok = match operands {
            Some((op, a, b)) => {
                // Kept aside, so that a failure can show them.
                self.expr_to(a, base + 1);
                self.expr_to(b, base + 2);
                let test = self.temps(2);
                self.emit(Instr::Copy2 { dst: test, src: base + 1 }, cond.span);
                self.binary_regs(op, test, test, test + 1, cond.span, [a.span, b.span], false);
                vec![self.jump(Instr::JumpIf { a: test, offset: 0 }, cond.span, &[cond.span])]
            }
            None => self.cond(cond, true),
        };
        if let Some(message) = message {
            self.expr_to(message, base);
        }
        let mut spans = vec![cond.span];
        if let Some((_, a, b)) = operands {
            spans = vec![a.span, b.span];
        }
        let instr = Instr::AssertFailed { message: message.is_some(), operands: operands.is_some(), base };
        self.emit_at(instr, if operands.is_some() { cond.span } else { span }, &spans);
        self.patch_all(ok);
        if operands.is_some() {
            self.emit(Instr::Clear { from: base, count: 3 }, span);
        }
    }

    // ---- leaving early

    /// Undoes what is open from the innermost construct down to `depth`.
    pub fn undo(&mut self, depth: usize, span: Span) {
        let steps: Vec<Instr> = self.open[depth..]
            .iter()
            .rev()
            .map(|open| match open {
                Open::Loop { .. } => Instr::LeaveLoops { count: 1 },
                Open::Try => Instr::EndTries { count: 1 },
                Open::Mode(save) => Instr::RestoreMode { save: *save },
            })
            .collect();
        for step in steps {
            self.emit(step, span);
        }
    }

    fn leave_loop(&mut self, is_break: bool, span: Span) {
        let Some(depth) = self.open.iter().rposition(|o| matches!(o, Open::Loop { .. })) else { return };
        self.undo(depth + 1, span);
        let patch = self.jump(Instr::Jump { offset: 0 }, span, &[]);
        if let Open::Loop { breaks, continues } = &mut self.open[depth] {
            if is_break { breaks.push(patch) } else { continues.push(patch) }
        }
    }

    fn return_stmt(&mut self, value: Option<&Expr>, span: Span) {
        let src = match value {
            Some(e) => self.expr(e),
            None => {
                let dst = self.temp();
                self.emit(Instr::None { dst }, span);
                dst
            }
        };
        match self.result {
            Some(result) => {
                self.emit(Instr::Copy { dst: result, src }, span);
                self.undo(0, span);
                let patch = self.jump(Instr::Jump { offset: 0 }, span, &[]);
                self.returns.push(patch);
            }
            None => {
                self.undo(0, span);
                self.emit(Instr::Return { src }, span);
            }
        }
    }

    pub fn try_expr(&mut self, body: &Block, name: Option<&Name>, handler: &Block, dst: Option<Reg>, span: Span) {
        let mark = self.mark();
        let error = self.temp();
        let start = self.jump(Instr::Try { dst: error, offset: 0 }, span, &[]);
        self.open.push(Open::Try);
        self.block(body, dst);
        self.open.pop();
        self.emit(Instr::EndTries { count: 1 }, span);
        let end = self.jump(Instr::Jump { offset: 0 }, span, &[]);
        self.patch(start);
        match name {
            Some(name) => self.declare(name, error),
            None => self.emit(Instr::Clear { from: error, count: 1 }, span),
        }
        self.block(handler, dst);
        self.patch(end);
        self.release(mark);
    }

    pub fn no_grad(&mut self, body: &Block, dst: Option<Reg>, span: Span) {
        let save = self.temp();
        self.emit(Instr::NoGrad { save }, span);
        self.mode_block(save, body, dst, span);
    }

    pub fn on(&mut self, device: &Expr, body: &Block, dst: Option<Reg>, span: Span) {
        let save = self.temp();
        let name = self.temp();
        self.expr_to(device, name);
        self.emit_at(Instr::OnDevice { save, device: name }, span, &[device.span]);
        self.mode_block(save, body, dst, span);
    }

    fn mode_block(&mut self, save: Reg, body: &Block, dst: Option<Reg>, span: Span) {
        self.open.push(Open::Mode(save));
        self.block(body, dst);
        self.open.pop();
        self.emit(Instr::RestoreMode { save }, span);
    }

    pub fn text_name(&mut self, name: &Option<Name>) -> Rc<str> {
        match name {
            Some(name) => self.shared.intern(&name.text),
            None => "fn".into(),
        }
    }
}
