//! Conditions: `if`, `while`, `and`, `or`, and comparisons that jump at once.

use super::emit::{Builder, Patch};
use super::expr::{comparison, float_constant, small_int};
use crate::source::Span;
use crate::syntax::ast::*;
use crate::vm::code::{Cmp, Instr, Reg};

/// A stretch of source longer than this may compile to more than a short jump can cross.
const FAR: u32 = 6_000;

impl Builder<'_, '_> {
    /// Runs `build` with long jumps if the construct at `span` may need them.
    pub fn with_distance<R>(&mut self, span: Span, build: impl FnOnce(&mut Self) -> R) -> R {
        let before = self.far;
        self.far |= span.end - span.start > FAR;
        let result = build(self);
        self.far = before;
        result
    }

    /// Evaluates a condition and jumps where its truth is `when`; otherwise goes on.
    pub fn cond(&mut self, e: &Expr, when: bool) -> Vec<Patch> {
        let mark = self.mark();
        let patches = match &e.kind {
            ExprKind::Unary(UnaryOp::Not, a) => self.cond(a, !when),
            ExprKind::And(a, b) if !when => {
                let mut patches = self.cond(a, false);
                patches.extend(self.cond(b, false));
                patches
            }
            ExprKind::And(a, b) => {
                let skip = self.cond(a, false);
                let patches = self.cond(b, true);
                self.patch_all(skip);
                patches
            }
            ExprKind::Or(a, b) if when => {
                let mut patches = self.cond(a, true);
                patches.extend(self.cond(b, true));
                patches
            }
            ExprKind::Or(a, b) => {
                let skip = self.cond(a, true);
                let patches = self.cond(b, false);
                self.patch_all(skip);
                patches
            }
            ExprKind::Binary(op, _, a, b) if is_comparison(*op) && !self.far => {
                let unless = self.compare_jump(*op, a, b, e.span);
                if when {
                    let yes = self.jump(Instr::Jump { offset: 0 }, e.span, &[]);
                    self.patch(unless);
                    vec![yes]
                } else {
                    vec![unless]
                }
            }
            ExprKind::Bool(value) => {
                if *value == when {
                    vec![self.jump(Instr::Jump { offset: 0 }, e.span, &[])]
                } else {
                    Vec::new()
                }
            }
            _ => {
                let a = self.expr(e);
                let instr = match when {
                    true => Instr::JumpIf { a, offset: 0 },
                    false => Instr::JumpUnless { a, offset: 0 },
                };
                vec![self.jump(instr, e.span, &[e.span])]
            }
        };
        self.release(mark);
        patches
    }

    /// Jumps unless the comparison holds.
    fn compare_jump(&mut self, op: BinaryOp, left: &Expr, right: &Expr, span: Span) -> Patch {
        let a = self.operand_before(left, &[right]);
        let spans = [left.span, right.span];
        if let Some(imm) = small_int(right) {
            let offset = 0;
            let instr = match comparison(op) {
                Cmp::Lt => Instr::UnlessLtI { a, imm, offset },
                Cmp::Le => Instr::UnlessLeI { a, imm, offset },
                Cmp::Gt => Instr::UnlessGtI { a, imm, offset },
                Cmp::Ge => Instr::UnlessGeI { a, imm, offset },
                Cmp::Eq => Instr::UnlessEqI { a, imm, offset },
                Cmp::Ne => Instr::UnlessNeI { a, imm, offset },
            };
            return self.jump(instr, span, &spans);
        }
        if let Some(value) = float_constant(right)
            && let Ok(index) = u16::try_from(self.float(value))
        {
            let offset = 0;
            let instr = match comparison(op) {
                Cmp::Lt => Some(Instr::UnlessLtF { a, index, offset }),
                Cmp::Le => Some(Instr::UnlessLeF { a, index, offset }),
                Cmp::Gt => Some(Instr::UnlessGtF { a, index, offset }),
                Cmp::Ge => Some(Instr::UnlessGeF { a, index, offset }),
                Cmp::Eq | Cmp::Ne => None,
            };
            if let Some(instr) = instr {
                return self.jump(instr, span, &spans);
            }
        }
        let b = self.expr(right);
        let instr = unless(comparison(op), a, b);
        self.jump(instr, span, &spans)
    }

    pub fn if_expr(&mut self, cond: &Expr, then: &Block, otherwise: Option<&Expr>, dst: Option<Reg>, span: Span) {
        self.with_distance(span, |b| {
            let unless = b.cond(cond, false);
            b.block(then, dst);
            let needs_else = otherwise.is_some() || dst.is_some();
            if !needs_else {
                return b.patch_all(unless);
            }
            let end = b.jump(Instr::Jump { offset: 0 }, then.span, &[]);
            b.patch_all(unless);
            match (otherwise, dst) {
                (Some(e), Some(dst)) => b.expr_to(e, dst),
                (Some(e), None) => b.discard(e),
                (None, Some(dst)) => b.emit(Instr::None { dst }, span),
                (None, None) => {}
            }
            b.patch(end);
        });
    }
}

fn is_comparison(op: BinaryOp) -> bool {
    use BinaryOp::*;
    matches!(op, Eq | Ne | Lt | Le | Gt | Ge)
}

fn unless(op: Cmp, a: Reg, b: Reg) -> Instr {
    let offset = 0;
    match op {
        Cmp::Lt => Instr::UnlessLt { a, b, offset },
        Cmp::Le => Instr::UnlessLe { a, b, offset },
        Cmp::Gt => Instr::UnlessGt { a, b, offset },
        Cmp::Ge => Instr::UnlessGe { a, b, offset },
        Cmp::Eq => Instr::UnlessEq { a, b, offset },
        Cmp::Ne => Instr::UnlessNe { a, b, offset },
    }
}
