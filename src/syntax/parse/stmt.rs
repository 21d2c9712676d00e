//! Statements and blocks.

use super::*;
use std::rc::Rc;

impl<'t> Builder<'t> {
    pub(super) fn block(&mut self, pair: Pair<'t>) -> Block {
        let span = self.span(&pair);
        let empty = |span| Block { stmts: Vec::new(), span };
        self.deeper(1, span, empty, |b| Block { stmts: b.body(inner(pair)), span })
    }

    pub(super) fn body(&mut self, pair: Pair<'t>) -> Vec<Stmt> {
        pair.into_inner().filter(|p| p.as_rule() != Rule::end).map(|p| self.stmt(p)).collect()
    }

    fn stmt(&mut self, pair: Pair<'t>) -> Stmt {
        let whole = self.span(&pair);
        let (kind, end) = match pair.as_rule() {
            Rule::let_stmt => self.let_stmt(pair),
            Rule::fn_stmt => {
                let f = self.function(pair);
                let span = f.span;
                (StmtKind::Fn(Rc::new(f)), span)
            }
            Rule::module_stmt => self.module(pair),
            Rule::import_stmt => self.import(pair),
            Rule::for_stmt => self.for_stmt(pair),
            Rule::while_stmt => self.while_stmt(pair),
            Rule::break_stmt => (StmtKind::Break, whole),
            Rule::continue_stmt => (StmtKind::Continue, whole),
            Rule::return_stmt => self.return_stmt(pair),
            Rule::assert_stmt => self.assert_stmt(pair),
            Rule::test_stmt => self.test(pair),
            _ => self.simple(pair),
        };
        Stmt { kind, span: Span { end: end.end, ..whole } }
    }

    fn let_stmt(&mut self, pair: Pair<'t>) -> (StmtKind, Span) {
        let mut parts = parts(pair);
        let pattern = self.bound(take(&mut parts));
        let value = self.expr(take(&mut parts));
        let end = value.span;
        (StmtKind::Let(pattern, value), end)
    }

    fn for_stmt(&mut self, pair: Pair<'t>) -> (StmtKind, Span) {
        let mut parts = parts(pair);
        let pattern = self.bound(take(&mut parts));
        let iter = self.expr(take(&mut parts));
        let body = self.block(take(&mut parts));
        let end = body.span;
        (StmtKind::For { pattern, iter, body }, end)
    }

    fn while_stmt(&mut self, pair: Pair<'t>) -> (StmtKind, Span) {
        let mut parts = parts(pair);
        let cond = self.expr(take(&mut parts));
        let body = self.block(take(&mut parts));
        let end = body.span;
        (StmtKind::While { cond, body }, end)
    }

    fn return_stmt(&mut self, pair: Pair<'t>) -> (StmtKind, Span) {
        let span = self.span(&pair);
        let value = parts(pair).next().map(|p| self.expr(p));
        let end = value.as_ref().map_or(Span { end: span.start + "return".len() as u32, ..span }, |v| v.span);
        (StmtKind::Return(value), end)
    }

    fn assert_stmt(&mut self, pair: Pair<'t>) -> (StmtKind, Span) {
        let mut parts = parts(pair);
        let cond = self.expr(take(&mut parts));
        self.check_assert(&cond);
        let message = parts.next().map(|p| self.expr(p));
        let end = message.as_ref().map_or(cond.span, |m| m.span);
        (StmtKind::Assert(cond, message), end)
    }

    fn simple(&mut self, pair: Pair<'t>) -> (StmtKind, Span) {
        let mut parts = parts(pair);
        let left = self.expr(take(&mut parts));
        let Some(op) = parts.next() else {
            let end = left.span;
            self.check_statement(&left);
            return (StmtKind::Expr(left), end);
        };
        let op_span = self.span(&op);
        let value = self.expr(take(&mut parts));
        let end = value.span;
        let kind = match op.as_str() {
            "=" => {
                self.check_place(&left, true);
                StmtKind::Assign(left, value)
            }
            symbol => {
                self.check_place(&left, false);
                StmtKind::Compound(compound(symbol), op_span, left, value)
            }
        };
        (kind, end)
    }

    /// What may stand before `=`: a name, a field, an index, and before a plain `=` a tuple of these.
    fn check_place(&mut self, place: &Expr, tuples: bool) {
        match &place.kind {
            ExprKind::Name(_) | ExprKind::Field(..) | ExprKind::Index(..) => {}
            ExprKind::Tuple(places) if tuples && !places.is_empty() => {
                places.iter().for_each(|p| self.check_place(p, true));
            }
            kind => {
                let (what, help) = match kind {
                    ExprKind::Call(..) | ExprKind::Method(..) => {
                        ("the result of a call", "give it a name with `let` first, then change a part of it")
                    }
                    ExprKind::Tuple(places) if !places.is_empty() => ("a tuple", "update its parts one by one"),
                    _ => ("this", "a name, a field `r.x`, an index `xs[i]` or a tuple of these can be assigned"),
                };
                self.report(
                    Diagnostic::error(codes::PLACE, format!("cannot assign to {what}"))
                        .label(place.span, "no place that holds a value")
                        .help(help),
                );
            }
        }
    }
}

fn compound(symbol: &str) -> BinaryOp {
    match symbol {
        "+=" => BinaryOp::Add,
        "-=" => BinaryOp::Sub,
        "*=" => BinaryOp::Mul,
        "/=" => BinaryOp::Div,
        "//=" => BinaryOp::FloorDiv,
        "%=" => BinaryOp::Rem,
        "**=" => BinaryOp::Pow,
        _ => BinaryOp::MatMul,
    }
}

/// The children that carry meaning: all but keywords and marks.
pub(super) fn parts(pair: Pair<'_>) -> impl Iterator<Item = Pair<'_>> {
    pair.into_inner().filter(|p| {
        !matches!(
            p.as_rule(),
            Rule::kw_let
                | Rule::kw_fn
                | Rule::kw_module
                | Rule::kw_import
                | Rule::kw_as
                | Rule::kw_if
                | Rule::kw_else
                | Rule::kw_for
                | Rule::kw_in
                | Rule::kw_by
                | Rule::kw_while
                | Rule::kw_break
                | Rule::kw_continue
                | Rule::kw_return
                | Rule::kw_try
                | Rule::kw_catch
                | Rule::kw_assert
                | Rule::kw_test
                | Rule::kw_no_grad
                | Rule::kw_on
                | Rule::kw_backward
                | Rule::equals
        )
    })
}

/// The next child, which the grammar promises.
pub(super) fn take<'t>(parts: &mut impl Iterator<Item = Pair<'t>>) -> Pair<'t> {
    parts.next().expect("reel.pest gives this rule the child")
}

/// The only child.
pub(super) fn inner(pair: Pair<'_>) -> Pair<'_> {
    take(&mut parts(pair))
}
