//! Tensor literals. Rows of constants become a constant; anything else is gathered when it runs.

use super::emit::{Builder, after};
use super::function::is_tensor_literal;
use crate::diagnostic::Diagnostic;
use crate::source::Span;
use crate::syntax::ast::*;
use crate::vm::code::{Instr, Reg};
use crate::vm::literal::Literal;

impl Builder<'_, '_> {
    /// `[a, b, c]`. `wide`: host floats are f64.
    pub fn tensor(&mut self, items: &[Expr], dst: Reg, span: Span, wide: bool) {
        self.check_rows(items);
        if let Some(literal) = constants(items) {
            match literal.to_value(wide) {
                Ok(value) => {
                    let index = self.constant(value);
                    return self.emit(Instr::TensorConst { dst, index }, span);
                }
                Err(message) => {
                    return self.error(Diagnostic::error("LIMIT-03", message).label(span, "too large"));
                }
            }
        }
        let base = self.temps(items.len());
        for (k, item) in items.iter().enumerate() {
            let mark = self.mark();
            match &item.kind {
                ExprKind::Tensor(row) => self.tensor(row, after(base, k), item.span, wide),
                _ => self.expr_to(item, after(base, k)),
            }
            self.release(mark);
        }
        let spans: Vec<Span> = items.iter().map(|i| i.span).collect();
        self.emit_at(Instr::Tensor { wide, dst, base, count: items.len() as u16 }, span, &spans);
    }

    /// Rows that are written out must be equally long.
    fn check_rows(&mut self, items: &[Expr]) {
        let rows: Vec<(&Expr, usize)> = items
            .iter()
            .filter_map(|i| match &i.kind {
                ExprKind::Tensor(row) => Some((i, row.len())),
                _ => None,
            })
            .collect();
        let Some((first, length)) = rows.first().copied() else { return };
        if let Some((other, other_length)) = rows.iter().find(|(_, n)| *n != length) {
            let d = Diagnostic::error("TENSOR-01", "the rows of a tensor must be equally long")
                .label(other.span, format!("{other_length} here"))
                .label(first.span, format!("{length} here"))
                .help("`list(…)` holds rows of any length");
            self.error(d);
        }
    }

    /// `tensor([…], dtype: d)`, whose literal keeps all digits until it is converted.
    pub fn wide_literal(&mut self, callee: &Expr, args: &[Arg], dst: Reg, span: Span) -> bool {
        let Some((Arg { kind: ArgKind::Positional, value, .. }, rest)) = args.split_first() else { return false };
        let has_dtype = rest.iter().any(|a| matches!(&a.kind, ArgKind::Named(n) if &*n.text == "dtype"));
        let ExprKind::Tensor(items) = &value.kind else { return false };
        if !is_tensor_literal(value) || !has_dtype {
            return false;
        }
        let base = self.temps(1 + args.len());
        self.expr_to(callee, base);
        let mark = self.mark();
        self.tensor(items, base + 1, value.span, true);
        self.release(mark);
        self.call_with_first(base, value.span, rest, dst, span, callee.span);
        true
    }
}

/// The numbers of a literal that consists of nothing else.
fn constants(items: &[Expr]) -> Option<Literal> {
    let mut literal = Literal::of_rows(items.len());
    gather(items, 1, &mut literal).then_some(literal)
}

fn gather(items: &[Expr], depth: usize, out: &mut Literal) -> bool {
    items.iter().all(|item| match &item.kind {
        ExprKind::Tensor(row) => {
            match out.dims.get(depth) {
                None if out.is_empty() => out.dims.push(row.len()),
                Some(n) if *n == row.len() => {}
                _ => return false,
            }
            gather(row, depth + 1, out)
        }
        _ if depth < out.dims.len() => false,
        ExprKind::Int(v) => out.int(*v),
        ExprKind::Float(v) => out.float(*v),
        ExprKind::Bool(v) => out.bool(*v),
        ExprKind::Unary(UnaryOp::Neg, a) => match &a.kind {
            ExprKind::Int(v) => out.int(-*v),
            ExprKind::Float(v) => out.float(-*v),
            _ => false,
        },
        _ => false,
    })
}
