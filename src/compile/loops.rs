//! `for`, `while`, comprehensions.

use super::emit::{Builder, Open, Patch};
use super::expr::range_spans;
use crate::check::{Binding, Known};
use crate::source::Span;
use crate::syntax::ast::*;
use crate::vm::code::{Instr, Reg};

/// The foot of a loop: how its next turn begins.
enum Head {
    Range { base: Reg, dst: Reg },
    Items { base: Reg, dst: Reg },
}

impl Builder<'_, '_> {
    pub fn for_stmt(&mut self, pattern: &Pattern, iter: &Expr, body: &Block, span: Span) {
        let slots = self.shared.resolved.loop_slots.get(&span.start).copied();
        self.for_loop(pattern, iter, span, |b| {
            b.with_distance(span, |b| b.block(body, None));
            let continues = b.take_continues();
            b.patch_all(continues);
            // What the turn has declared goes now, not when the next turn overwrites it.
            if let Some((_, first, end)) = slots.filter(|(_, first, end)| first < end) {
                b.emit(Instr::Clear { from: first, count: end - first }, span);
            }
        });
        if let Some((first, _, end)) = slots.filter(|(first, _, end)| first < end) {
            self.emit(Instr::Clear { from: first, count: end - first }, span);
        }
    }

    /// A loop over `iter` that binds `pattern` each turn and runs `turn`.
    fn for_loop(&mut self, pattern: &Pattern, iter: &Expr, span: Span, turn: impl FnOnce(&mut Self)) {
        let mark = self.mark();
        if let ExprKind::Range { start, end, closed, step } = &iter.kind {
            let base = self.temps(3);
            self.range_parts(start.as_deref(), end.as_deref(), step.as_deref(), base, iter.span);
            let spans = range_spans(start.as_deref(), end.as_deref(), step.as_deref(), iter.span);
            let (dst, bound) = self.loop_variable(pattern);
            self.emit_at(Instr::RangeInit { closed: *closed, base, dst }, iter.span, &spans);
            let empty = self.jump(Instr::Jump { offset: 0 }, iter.span, &[]);
            self.turns(Head::Range { base, dst }, vec![empty], span, iter.span, |b| {
                if !bound {
                    b.bind_pattern(pattern, dst, iter.span);
                }
                turn(b);
            });
        } else if let (Some(items), Pattern::Tuple(parts, _)) = (self.enumerated(iter), pattern)
            && let [position, item] = &parts[..]
        {
            // `enumerate` without its pairs.
            let base = self.temps(2);
            self.expr_to(items, base);
            self.emit_at(Instr::IterInit { base }, iter.span, &[items.span]);
            let (dst, bound) = self.loop_variable(item);
            let start = self.jump(Instr::Jump { offset: 0 }, iter.span, &[]);
            self.turns(Head::Items { base, dst }, vec![start], span, items.span, |b| {
                let (index, index_bound) = b.loop_variable(position);
                if index_bound {
                    // Over a value that has to be let go of, subtraction would use up its operand: the loop's own count.
                    b.emit(Instr::Clear { from: index, count: 1 }, iter.span);
                }
                b.emit(Instr::SubI { assign: false, dst: index, a: base + 1, imm: 1 }, iter.span);
                if !index_bound {
                    b.bind_pattern(position, index, iter.span);
                }
                if !bound {
                    b.bind_pattern(item, dst, iter.span);
                }
                turn(b);
            });
        } else {
            let base = self.temps(2);
            self.expr_to(iter, base);
            self.emit_at(Instr::IterInit { base }, iter.span, &[iter.span]);
            let (dst, bound) = self.loop_variable(pattern);
            let start = self.jump(Instr::Jump { offset: 0 }, iter.span, &[]);
            self.turns(Head::Items { base, dst }, vec![start], span, iter.span, |b| {
                if !bound {
                    b.bind_pattern(pattern, dst, iter.span);
                }
                turn(b);
            });
        }
        self.release(mark);
    }

    /// The register that a turn's value goes to, and whether that is the variable itself.
    fn loop_variable(&mut self, pattern: &Pattern) -> (Reg, bool) {
        if let Pattern::Name(name) = pattern
            && let Some(binding) = self.binding(name.span)
            && let Some(slot) = self.plain_register(binding)
        {
            return (slot, true);
        }
        (self.temp(), false)
    }

    fn turns(&mut self, head: Head, before: Vec<Patch>, span: Span, iter: Span, turn: impl FnOnce(&mut Self)) {
        self.open.push(Open::Loop { breaks: Vec::new(), continues: Vec::new() });
        let body = self.here();
        turn(self);
        let mut exits = Vec::new();
        let items = match head {
            Head::Range { base, dst } => {
                self.loop_back(body, span, &[], |back| Instr::RangeNext { base, dst, back });
                exits = before;
                None
            }
            Head::Items { base, dst } => {
                self.patch_all(before);
                self.loop_back(body, iter, &[iter], |back| Instr::IterNext { base, dst, back });
                Some(base)
            }
        };
        if let Some(Open::Loop { breaks, .. }) = self.open.pop() {
            exits.extend(breaks);
        }
        self.patch_all(exits);
        if let Some(base) = items {
            // However the loop was left, what it walked goes now.
            self.emit(Instr::Clear { from: base, count: 2 }, span);
        }
        self.emit(Instr::LeaveLoops { count: 1 }, span);
    }

    fn take_continues(&mut self) -> Vec<Patch> {
        match self.open.last_mut() {
            Some(Open::Loop { continues, .. }) => std::mem::take(continues),
            _ => Vec::new(),
        }
    }

    /// The argument of the built-in `enumerate(x)`.
    fn enumerated<'e>(&self, iter: &'e Expr) -> Option<&'e Expr> {
        let ExprKind::Call(callee, args) = &iter.kind else { return None };
        let ExprKind::Name(_) = &callee.kind else { return None };
        match (self.binding(callee.span), &args[..]) {
            (Some(Binding::Known(Known::Builtin(b))), [Arg { kind: ArgKind::Positional, value, .. }])
                if b.name == "enumerate" =>
            {
                Some(value)
            }
            _ => None,
        }
    }

    pub fn while_stmt(&mut self, cond: &Expr, body: &Block, span: Span) {
        let slots = self.shared.resolved.loop_slots.get(&span.start).copied();
        self.emit(Instr::EnterLoop, span);
        self.open.push(Open::Loop { breaks: Vec::new(), continues: Vec::new() });
        let top = self.here();
        let mut exits = self.with_distance(span, |b| {
            let exits = b.cond(cond, false);
            b.block(body, None);
            exits
        });
        let continues = self.take_continues();
        self.patch_all(continues);
        let (mut from, mut count) = (0, 0);
        if let Some((first, _, end)) = slots.filter(|(first, _, end)| first < end) {
            match u8::try_from(end - first) {
                Ok(few) => (from, count) = (first, few),
                Err(_) => self.emit(Instr::Clear { from: first, count: end - first }, span),
            }
        }
        let back = self.jump(Instr::Loop { count, from, offset: 0 }, span, &[]);
        self.patch_to(back, top);
        if let Some(Open::Loop { breaks, .. }) = self.open.pop() {
            exits.extend(breaks);
        }
        self.patch_all(exits);
        self.emit(Instr::LeaveLoops { count: 1 }, span);
    }

    /// Collects what `body` gives for each turn into a fresh list in `list`.
    pub fn comprehension(&mut self, body: &Expr, clauses: &[Clause], list: Reg, span: Span) {
        self.emit(Instr::EmptyList { dst: list }, span);
        self.clauses(body, clauses, list, span);
    }

    fn clauses(&mut self, body: &Expr, clauses: &[Clause], list: Reg, span: Span) {
        match clauses.split_first() {
            None => {
                let mark = self.mark();
                let src = self.expr(body);
                self.emit(Instr::Push { list, src }, body.span);
                self.release(mark);
            }
            Some((Clause::If(cond), rest)) => self.with_distance(span, |b| {
                let skip = b.cond(cond, false);
                b.clauses(body, rest, list, span);
                b.patch_all(skip);
            }),
            Some((Clause::For(pattern, iter), rest)) => {
                self.for_loop(pattern, iter, span, |b| b.clauses(body, rest, list, span));
            }
        }
    }
}
