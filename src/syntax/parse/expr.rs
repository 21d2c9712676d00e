//! Operands: literals, brackets, calls, indexes, fields, and the expressions with blocks.

use super::stmt::{inner, parts, take};
use super::*;

impl<'t> Builder<'t> {
    /// A primary with its calls, indexes and fields, or a lambda.
    pub(super) fn operand(&mut self, pair: Pair<'t>) -> Expr {
        let span = self.span(&pair);
        let mut pairs = pair.into_inner();
        let first = take(&mut pairs);
        self.deeper(pairs.len(), span, none_at, |b| {
            let base = b.primary(first);
            b.chain(base, pairs)
        })
    }

    fn chain(&mut self, base: Expr, links: Pairs<'t>) -> Expr {
        let mut left = base;
        let mut links = links.peekable();
        while let Some(link) = links.next() {
            let end = self.span(&link);
            let (kind, end) = match link.as_rule() {
                Rule::call => (ExprKind::Call(Box::new(left), self.args(link)), end),
                Rule::index => (ExprKind::Index(Box::new(left), self.index(link)), end),
                _ => {
                    let name = self.name(&inner(link));
                    match links.next_if(|next| next.as_rule() == Rule::call) {
                        Some(call) => {
                            let end = self.span(&call);
                            (ExprKind::Method(Box::new(left), name, self.args(call)), end)
                        }
                        None => {
                            self.check_field(&left, &name);
                            (ExprKind::Field(Box::new(left), name), end)
                        }
                    }
                }
            };
            left = Expr { span: base_span(&kind).to(end), kind };
        }
        left
    }

    fn primary(&mut self, pair: Pair<'t>) -> Expr {
        match pair.as_rule() {
            Rule::number => self.number(pair),
            Rule::string => self.string(pair),
            Rule::name => {
                let span = self.span(&pair);
                self.check_name(pair.as_str(), span);
                Expr { span, kind: ExprKind::Name(pair.as_str().into()) }
            }
            Rule::constant => self.constant(&pair),
            Rule::paren => self.paren(pair),
            Rule::tensor => self.tensor(pair),
            Rule::lambda => self.lambda(pair),
            _ => self.braced(pair),
        }
    }

    fn braced(&mut self, pair: Pair<'t>) -> Expr {
        let span = self.span(&pair);
        let kind = match pair.as_rule() {
            Rule::record => {
                let entries: Vec<(Name, Expr)> = pair.into_inner().map(|e| self.entry(e)).collect();
                self.check_keys(&entries);
                ExprKind::Record(entries)
            }
            Rule::block => ExprKind::Block(self.block(pair)),
            Rule::fn_expr => ExprKind::Lambda(Box::new(self.function(pair))),
            Rule::if_expr => return self.if_expr(pair),
            Rule::try_expr => self.try_expr(pair),
            Rule::no_grad => ExprKind::NoGrad(self.block(inner(pair))),
            _ => {
                let mut parts = parts(pair);
                let device = self.expr(take(&mut parts));
                ExprKind::On(Box::new(device), self.block(take(&mut parts)))
            }
        };
        Expr { kind, span }
    }

    fn paren(&mut self, pair: Pair<'t>) -> Expr {
        let span = self.span(&pair);
        let mut is_tuple = false;
        let mut items = Vec::new();
        for p in pair.into_inner() {
            match p.as_rule() {
                Rule::trailing => is_tuple = true,
                _ => items.push(self.expr(p)),
            }
        }
        match items.pop() {
            Some(only) if items.is_empty() && !is_tuple => Expr { span, ..only },
            last => {
                items.extend(last);
                Expr { kind: ExprKind::Tuple(items), span }
            }
        }
    }

    fn tensor(&mut self, pair: Pair<'t>) -> Expr {
        let span = self.span(&pair);
        let mut items = Vec::new();
        let mut clauses = Vec::new();
        for p in pair.into_inner() {
            match p.as_rule() {
                Rule::expr => items.push(self.expr(p)),
                _ => clauses.push(self.clause(p)),
            }
        }
        let kind = match items.pop() {
            Some(body) if !clauses.is_empty() => ExprKind::TensorComp(Box::new(Comprehension { body, clauses })),
            last => {
                items.extend(last);
                ExprKind::Tensor(items)
            }
        };
        Expr { kind, span }
    }

    fn clause(&mut self, pair: Pair<'t>) -> Clause {
        let is_for = pair.as_rule() == Rule::for_clause;
        let mut parts = parts(pair);
        if is_for {
            let pattern = self.bound(take(&mut parts));
            Clause::For(pattern, self.expr(take(&mut parts)))
        } else {
            Clause::If(self.expr(take(&mut parts)))
        }
    }

    fn args(&mut self, pair: Pair<'t>) -> Vec<Arg> {
        let args: Vec<Arg> = pair.into_inner().map(|p| self.arg(p)).collect();
        self.check_args(&args);
        args
    }

    fn arg(&mut self, pair: Pair<'t>) -> Arg {
        if pair.as_rule() != Rule::positional {
            return self.spread_or_named(pair);
        }
        let span = self.span(&pair);
        let mut pairs = pair.into_inner();
        let value = self.expr(take(&mut pairs));
        let clauses: Vec<Clause> = pairs.map(|p| self.clause(p)).collect();
        if clauses.is_empty() {
            return Arg { kind: ArgKind::Positional, span: value.span, value };
        }
        Arg { kind: ArgKind::Comprehension(clauses), value, span }
    }

    fn index(&mut self, pair: Pair<'t>) -> Vec<IndexItem> {
        pair.into_inner().filter(|p| p.as_rule() != Rule::trailing).map(|p| self.item(p)).collect()
    }

    fn item(&mut self, pair: Pair<'t>) -> IndexItem {
        let span = self.span(&pair);
        let kind = match pair.as_rule() {
            Rule::ellipsis => IndexKind::Ellipsis,
            Rule::open_start => self.open_start(pair),
            _ => self.index_expr(pair),
        };
        IndexItem { kind, span }
    }

    fn open_start(&mut self, pair: Pair<'t>) -> IndexKind {
        let mut closed = false;
        let (mut end, mut step) = (None, None);
        let mut after_by = false;
        for p in pair.into_inner() {
            match p.as_rule() {
                Rule::range_op => closed = p.as_str() == "..=",
                Rule::kw_by => after_by = true,
                _ if after_by => step = Some(self.expr(p)),
                _ => {
                    let (e, s) = self.end_and_step(p);
                    (end, step) = (Some(e), s);
                }
            }
        }
        IndexKind::Slice { start: None, end: end.map(Box::new), closed, step: step.map(Box::new) }
    }

    fn index_expr(&mut self, pair: Pair<'t>) -> IndexKind {
        let mut pairs = pair.into_inner();
        let first = self.expr(take(&mut pairs));
        if let Some(open_end) = pairs.next() {
            let step = open_end.into_inner().find(|p| p.as_rule() == Rule::expr).map(|p| self.expr(p));
            return IndexKind::Slice {
                start: Some(Box::new(first)),
                end: None,
                closed: false,
                step: step.map(Box::new),
            };
        }
        match first.kind {
            ExprKind::Range { start, end, closed, step } => IndexKind::Slice { start, end, closed, step },
            _ => IndexKind::At(first),
        }
    }

    /// `if … else if … else …`: the links of the chain nest in each other's `otherwise`.
    fn if_expr(&mut self, pair: Pair<'t>) -> Expr {
        let whole = self.span(&pair);
        let mut links: Vec<(Expr, Block, Span)> = Vec::new();
        let mut otherwise = None;
        let pairs = pair.into_inner();
        self.deeper(pairs.len(), whole, none_at, |b| {
            for link in pairs {
                if link.as_rule() == Rule::else_block {
                    let block = b.block(inner(link));
                    otherwise = Some(Box::new(Expr { span: block.span, kind: ExprKind::Block(block) }));
                    continue;
                }
                let mut parts = link.into_inner().skip_while(|p| p.as_rule() == Rule::kw_else);
                let span = b.span(&take(&mut parts));
                let cond = b.expr(take(&mut parts));
                let then = b.block(take(&mut parts));
                links.push((cond, then, span));
            }
            for (cond, then, span) in links.into_iter().rev() {
                let kind = ExprKind::If { cond: Box::new(cond), then, otherwise };
                otherwise = Some(Box::new(Expr { kind, span: Span { end: whole.end, ..span } }));
            }
            otherwise.map_or(none_at(whole), |e| *e)
        })
    }

    fn try_expr(&mut self, pair: Pair<'t>) -> ExprKind {
        let mut parts = parts(pair);
        let body = self.block(take(&mut parts));
        let mut name = None;
        let mut next = take(&mut parts);
        if next.as_rule() == Rule::name {
            name = Some(self.name(&next));
            next = take(&mut parts);
        }
        ExprKind::Try { body, name, handler: self.block(next) }
    }
}

fn base_span(kind: &ExprKind) -> Span {
    match kind {
        ExprKind::Call(base, _)
        | ExprKind::Index(base, _)
        | ExprKind::Method(base, _, _)
        | ExprKind::Field(base, _) => base.span,
        _ => Span::default(),
    }
}
