//! Precedence: the flat row of prefixes, operands and operators of one expression becomes a tree.

use super::stmt::take;
use super::*;
use std::iter::Peekable;
use std::vec::IntoIter;

/// How tightly an operator binds, loosest first.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Level {
    Pipe,
    Or,
    And,
    Not,
    Compare,
    Range,
    Add,
    Mul,
    Pow,
}

#[derive(Clone, Copy)]
enum Op {
    Pipe,
    Or,
    And,
    Range { closed: bool },
    By,
    Binary(BinaryOp),
}

impl Op {
    fn of(symbol: &str) -> Op {
        use BinaryOp::*;
        Op::Binary(match symbol {
            "|>" => return Op::Pipe,
            "or" => return Op::Or,
            "and" => return Op::And,
            ".." => return Op::Range { closed: false },
            "..=" => return Op::Range { closed: true },
            "by" => return Op::By,
            "+" => Add,
            "-" => Sub,
            "*" => Mul,
            "/" => Div,
            "//" => FloorDiv,
            "%" => Rem,
            "**" => Pow,
            "@" => MatMul,
            "==" => Eq,
            "!=" => Ne,
            "<" => Lt,
            "<=" => Le,
            ">" => Gt,
            ">=" => Ge,
            "in" => In,
            _ => NotIn,
        })
    }

    fn level(self) -> Level {
        use BinaryOp::*;
        match self {
            Op::Pipe => Level::Pipe,
            Op::Or => Level::Or,
            Op::And => Level::And,
            Op::Range { .. } | Op::By => Level::Range,
            Op::Binary(op) => match op {
                Add | Sub => Level::Add,
                Mul | Div | FloorDiv | Rem | MatMul => Level::Mul,
                Pow => Level::Pow,
                Eq | Ne | Lt | Le | Gt | Ge | In | NotIn => Level::Compare,
            },
        }
    }
}

enum Item {
    Minus(Span),
    Not(Span),
    Operand(Expr),
    Op(Op, Span),
}

/// The row, read from the left.
pub(super) struct Row<'t> {
    text: &'t str,
    items: Peekable<IntoIter<Item>>,
    whole: Span,
    diagnostics: Vec<Diagnostic>,
}

impl<'t> Builder<'t> {
    /// An expression.
    pub(super) fn expr(&mut self, pair: Pair<'t>) -> Expr {
        self.with_row(pair, none_at, |row| row.binary(Level::Pipe))
    }

    /// `3 by 2` after an opening `..`: an end and a step.
    pub(super) fn end_and_step(&mut self, pair: Pair<'t>) -> (Expr, Option<Expr>) {
        self.with_row(
            pair,
            |span| (none_at(span), None),
            |row| {
                let end = row.binary(Level::Add);
                (end, row.step())
            },
        )
    }

    fn with_row<T>(&mut self, pair: Pair<'t>, stand_in: fn(Span) -> T, read: fn(&mut Row<'_>) -> T) -> T {
        let span = self.span(&pair);
        let mut pairs = pair.into_inner();
        if pairs.len() == 1 {
            // the usual case, a lone operand: nothing to climb, and one level
            return self.deeper(1, span, stand_in, |b| {
                let operand = b.operand(take(&mut pairs));
                let mut row = Row::new(b.text, vec![Item::Operand(operand)], span);
                read(&mut row)
            });
        }
        let operators = pairs.clone().filter(|p| p.as_rule() != Rule::operand).count();
        self.deeper(operators + 1, span, stand_in, |b| {
            let mut row = Row::new(b.text, b.items(pairs), span);
            let built = read(&mut row);
            if let Some(Item::Op(_, at)) = row.items.next() {
                row.diagnostics.push(
                    Diagnostic::error(codes::PRECEDENCE, "this operator binds more loosely than `..`")
                        .label(at, "cannot stand here without parentheses")
                        .help("put parentheses around the part that belongs together"),
                );
            }
            b.diagnostics.append(&mut row.diagnostics);
            built
        })
    }

    fn items(&mut self, pairs: Pairs<'t>) -> Vec<Item> {
        let mut items = Vec::with_capacity(pairs.len());
        for p in pairs {
            let span = self.span(&p);
            match p.as_rule() {
                Rule::prefix if p.as_str() == "-" => items.push(Item::Minus(span)),
                Rule::prefix => items.push(Item::Not(span)),
                Rule::operand if is_least_int(&items, p.as_str()) => {
                    // 2^63 is no int, but -2^63 is one
                    items.pop();
                    items.push(Item::Operand(Expr { kind: ExprKind::Int(i64::MIN), span }));
                }
                Rule::operand => {
                    let operand = self.operand(p);
                    items.push(Item::Operand(operand));
                }
                _ => items.push(Item::Op(Op::of(p.as_str()), span)),
            }
        }
        items
    }
}

fn is_least_int(items: &[Item], text: &str) -> bool {
    matches!(items.last(), Some(Item::Minus(_)))
        && text.starts_with('9')
        && text.replace('_', "") == i64::MIN.unsigned_abs().to_string()
}

impl<'t> Row<'t> {
    fn new(text: &'t str, items: Vec<Item>, whole: Span) -> Row<'t> {
        Row { text, items: items.into_iter().peekable(), whole, diagnostics: Vec::new() }
    }

    fn next_op(&mut self, min: Level) -> Option<(Op, Span)> {
        match self.items.peek() {
            Some(&Item::Op(op, span)) if op.level() >= min => {
                self.items.next();
                Some((op, span))
            }
            _ => None,
        }
    }

    /// Operators of level `min` and tighter.
    fn binary(&mut self, min: Level) -> Expr {
        let mut left = self.unary(min);
        // operator, left and right side of the comparison just read
        let mut compared: Option<(BinaryOp, Span, Span)> = None;
        while let Some((op, at)) = self.next_op(min) {
            left = match op {
                Op::Pipe => {
                    let right = self.binary(Level::Or);
                    self.check_target(&right);
                    join(left, right, ExprKind::Pipe)
                }
                Op::Or => join(left, self.binary(Level::And), ExprKind::Or),
                Op::And => join(left, self.binary(Level::Not), ExprKind::And),
                Op::Range { closed } => self.range(left, closed),
                Op::By => self.stray_step(left, at),
                Op::Binary(op) => {
                    let right = self.binary(right_of(op));
                    if level_of(op) == Level::Compare {
                        if let Some(first) = compared {
                            self.report_chain(first, op, at, right.span);
                        }
                        compared = Some((op, compared.map_or(left.span, |(_, _, right)| right), right.span));
                    }
                    join(left, right, |l, r| ExprKind::Binary(op, at, l, r))
                }
            };
        }
        left
    }

    /// `-` and `not`.
    fn unary(&mut self, min: Level) -> Expr {
        match self.items.next() {
            Some(Item::Operand(operand)) => operand,
            Some(Item::Minus(at)) => {
                let operand = self.binary(Level::Pow);
                Expr { span: at.to(operand.span), kind: ExprKind::Unary(UnaryOp::Neg, Box::new(operand)) }
            }
            Some(Item::Not(at)) => {
                if min > Level::Not {
                    self.diagnostics.push(
                        Diagnostic::error(codes::PRECEDENCE, "`not` binds more loosely than the operator before it")
                            .label(at, "cannot stand here without parentheses")
                            .help("write `(not …)`"),
                    );
                }
                let operand = self.binary(Level::Not);
                Expr { span: at.to(operand.span), kind: ExprKind::Unary(UnaryOp::Not, Box::new(operand)) }
            }
            Some(Item::Op(..)) | None => none_at(self.whole),
        }
    }

    fn step(&mut self) -> Option<Expr> {
        match self.items.peek() {
            Some(Item::Op(Op::By, _)) => {
                self.items.next();
                Some(self.binary(Level::Add))
            }
            _ => None,
        }
    }

    /// `3 by 2`
    fn stray_step(&mut self, left: Expr, by: Span) -> Expr {
        self.binary(Level::Add);
        self.diagnostics.push(
            Diagnostic::error(codes::PRECEDENCE, "`by` gives a range its step")
                .label(by, "no range stands before it")
                .help("as in `0..10 by 2`"),
        );
        left
    }

    fn range(&mut self, start: Expr, closed: bool) -> Expr {
        let end = self.binary(Level::Add);
        let step = self.step();
        let span = start.span.to(step.as_ref().unwrap_or(&end).span);
        if let Some(Item::Op(Op::Range { .. }, at)) = self.items.peek() {
            self.diagnostics.push(
                Diagnostic::error(codes::PRECEDENCE, "a range has two ends")
                    .label(*at, "a third part")
                    .help("a step is written with `by`: `0..10 by 2`"),
            );
        }
        let kind = ExprKind::Range {
            start: Some(Box::new(start)),
            end: Some(Box::new(end)),
            closed,
            step: step.map(Box::new),
        };
        Expr { kind, span }
    }

    /// `a < b < c` means different things in different languages, so it means nothing here.
    fn report_chain(&mut self, first: (BinaryOp, Span, Span), next: BinaryOp, at: Span, last: Span) {
        let source = |span: Span| wrong::brief(&self.text[span.range()]);
        let (op, left, middle, last) = (first.0, source(first.1), source(first.2), source(last));
        self.diagnostics.push(
            Diagnostic::error(codes::COMPARISON, "comparisons do not chain")
                .label(at, "a second comparison")
                .help(format!("write `{left} {} {middle} and {middle} {} {last}`", op.symbol(), next.symbol())),
        );
    }

    /// What may stand after `|>`.
    fn check_target(&mut self, target: &Expr) {
        let mut base = target;
        let is_chain = loop {
            match &base.kind {
                ExprKind::Call(f, _) | ExprKind::Method(f, _, _) | ExprKind::Field(f, _) | ExprKind::Index(f, _) => {
                    base = f
                }
                ExprKind::Name(_) => break base.span.start == target.span.start,
                ExprKind::Lambda(_) => break std::ptr::eq(base, target),
                _ => break false,
            }
        };
        if !is_chain {
            self.diagnostics.push(
                Diagnostic::error(codes::PIPE, "`|>` needs a function on its right")
                    .label(target.span, "not a name, a chain of fields and calls, or a lambda")
                    .help("write `x |> f`, `x |> f(a)`, `x |> model.forward` or `x |> |v| v + 1`"),
            );
        }
    }
}

fn level_of(op: BinaryOp) -> Level {
    Op::Binary(op).level()
}

/// The level of what stands to the right: the next tighter one, since all but `**` lean to the left.
fn right_of(op: BinaryOp) -> Level {
    match level_of(op) {
        Level::Compare => Level::Range,
        Level::Add => Level::Mul,
        _ => Level::Pow,
    }
}

fn join(left: Expr, right: Expr, kind: impl FnOnce(Box<Expr>, Box<Expr>) -> ExprKind) -> Expr {
    Expr { span: left.span.to(right.span), kind: kind(Box::new(left), Box::new(right)) }
}
