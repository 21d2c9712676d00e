//! Functions, parameters, patterns, annotations, modules and imports.

use super::stmt::{inner, parts, take};
use super::*;
use std::rc::Rc;

impl<'t> Builder<'t> {
    /// `fn f(x) { … }` and `fn(x) { … }`.
    pub(super) fn function(&mut self, pair: Pair<'t>) -> Function {
        let whole = self.span(&pair);
        let is_method = std::mem::take(&mut self.in_module) && pair.as_rule() == Rule::fn_stmt;
        let mut f = Function {
            name: None,
            params: Vec::new(),
            ret: None,
            body: Block { stmts: Vec::new(), span: whole },
            backward: None,
            is_graph: false,
            doc: None,
            span: whole,
        };
        let mut outer = parts(pair);
        for p in parts(take(&mut outer)) {
            match p.as_rule() {
                Rule::kw_graph => f.is_graph = true,
                Rule::name => f.name = Some(self.name(&p)),
                Rule::params => f.params = self.params(p),
                _ => f.ret = Some(self.annotation(inner(p))),
            }
        }
        self.check_params(&f.params, is_method);
        f.body = self.block(take(&mut outer));
        if let Some(clause) = outer.next() {
            let mut clause = parts(clause);
            let params = self.params(take(&mut clause));
            f.backward = Some((params, self.block(take(&mut clause))));
        }
        if f.name.is_some() {
            f.doc = self.doc_above(whole.start);
        }
        self.in_module = is_method;
        f
    }

    /// `|x, (a, b)| x + a`; the body becomes a block.
    pub(super) fn lambda(&mut self, pair: Pair<'t>) -> Expr {
        let start = self.span(&pair);
        let mut parts = parts(pair);
        let params: Vec<Param> = take(&mut parts).into_inner().map(|p| self.param(p)).collect();
        self.check_params(&params, false);
        let value = self.expr(take(&mut parts));
        let span = Span { end: value.span.end, ..start };
        let body = match value.kind {
            ExprKind::Block(block) => block,
            _ => Block { span: value.span, stmts: vec![Stmt { span: value.span, kind: StmtKind::Expr(value) }] },
        };
        let f = Function { name: None, params, ret: None, body, backward: None, is_graph: false, doc: None, span };
        Expr { kind: ExprKind::Lambda(Box::new(f)), span }
    }

    pub(super) fn params(&mut self, pair: Pair<'t>) -> Vec<Param> {
        pair.into_inner().map(|p| self.param(p)).collect()
    }

    fn param(&mut self, pair: Pair<'t>) -> Param {
        let span = self.span(&pair);
        let mut param =
            Param { pattern: Pattern::Tuple(Vec::new(), span), annotation: None, default: None, is_rest: false, span };
        for p in parts(pair) {
            match p.as_rule() {
                Rule::rest => param.is_rest = true,
                Rule::annotation => param.annotation = Some(self.annotation(p)),
                Rule::expr => param.default = Some(self.expr(p)),
                _ => param.pattern = self.pattern(p),
            }
        }
        param
    }

    /// What a `let` or `for` binds.
    pub(super) fn bound(&mut self, pair: Pair<'t>) -> Pattern {
        let pattern = self.pattern(pair);
        self.check_pattern(&pattern);
        pattern
    }

    fn pattern(&mut self, pair: Pair<'t>) -> Pattern {
        if pair.as_rule() == Rule::name {
            return Pattern::Name(self.name(&pair));
        }
        let span = self.span(&pair);
        let mut patterns = Vec::new();
        let mut is_tuple = false;
        for p in pair.into_inner() {
            match p.as_rule() {
                Rule::trailing => is_tuple = true,
                _ => patterns.push(self.pattern(p)),
            }
        }
        match patterns.pop() {
            Some(only) if patterns.is_empty() && !is_tuple => only,
            last => {
                patterns.extend(last);
                Pattern::Tuple(patterns, span)
            }
        }
    }

    pub(super) fn annotation(&mut self, pair: Pair<'t>) -> Annotation {
        let mut a = Annotation { name: None, dims: None, span: self.span(&pair) };
        for p in pair.into_inner() {
            match p.as_rule() {
                Rule::word => a.name = Some(self.name(&p)),
                _ => a.dims = Some(self.dims(p)),
            }
        }
        a
    }

    fn dims(&mut self, pair: Pair<'t>) -> Vec<Dim> {
        let dims: Vec<Dim> =
            pair.into_inner().filter(|p| p.as_rule() == Rule::dim).map(|p| self.dim(inner(p))).collect();
        for dim in dims.iter().skip(1) {
            if let Dim::Rest(span) = *dim {
                self.report(
                    Diagnostic::error(codes::PARAMETERS, "`...` can only be the first dimension")
                        .label(span, "not the first")
                        .help("as in `f32[..., t, d]`"),
                );
            }
        }
        dims
    }

    fn dim(&mut self, pair: Pair<'t>) -> Dim {
        let span = self.span(&pair);
        match pair.as_rule() {
            Rule::rest => Dim::Rest(span),
            Rule::number => match pair.as_str().replace('_', "").parse() {
                Ok(size) => Dim::Size(size, span),
                Err(_) => {
                    self.report(
                        Diagnostic::error(codes::NUMBER, "a dimension is a whole number")
                            .label(span, "not one")
                            .help("a dimension is a name, a whole number, `_` or a leading `...`"),
                    );
                    Dim::Any(span)
                }
            },
            _ if pair.as_str() == "_" => Dim::Any(span),
            _ => Dim::Name(self.name(&pair)),
        }
    }

    pub(super) fn module(&mut self, pair: Pair<'t>) -> (StmtKind, Span) {
        let start = self.span(&pair);
        let mut parts = parts(pair);
        let name = self.name(&take(&mut parts));
        let mut next = take(&mut parts);
        let mut params = Vec::new();
        if next.as_rule() == Rule::params {
            params = self.params(next);
            next = take(&mut parts);
        }
        self.check_params(&params, false);
        let outer = std::mem::replace(&mut self.in_module, true);
        let body = self.block(next);
        self.in_module = outer;
        let span = start.to(body.span);
        (StmtKind::Module(Rc::new(Module { name, params, body, doc: self.doc_above(start.start), span })), span)
    }

    /// `test "name" { … }`; the body is a function's.
    pub(super) fn test(&mut self, pair: Pair<'t>) -> (StmtKind, Span) {
        let start = self.span(&pair);
        let mut parts = parts(pair);
        let name = self.string(take(&mut parts));
        let name = Name { text: self.check_test(Span { end: name.span.end, ..start }, &name).into(), span: name.span };
        let in_module = std::mem::take(&mut self.in_module);
        let body = self.block(take(&mut parts));
        self.in_module = in_module;
        let span = start.to(body.span);
        let (params, doc) = (Vec::new(), self.doc_above(start.start));
        let function = Function { name: None, params, ret: None, body, backward: None, is_graph: false, doc, span };
        (StmtKind::Test(Rc::new(Test { name, function })), span)
    }

    pub(super) fn import(&mut self, pair: Pair<'t>) -> (StmtKind, Span) {
        let start = self.span(&pair);
        let mut parts = parts(pair);
        let path = take(&mut parts);
        let path_span = self.span(&path);
        let path = self.plain_string(path);
        let what = take(&mut parts);
        let (what, end) = match what.as_rule() {
            Rule::import_as => {
                let name = self.name(&inner(what));
                let end = name.span;
                (ImportWhat::As(name), end)
            }
            _ => {
                let names: Vec<Name> = what.into_inner().map(|n| self.name(&n)).collect();
                let end = names.last().map_or(start, |n| n.span);
                (ImportWhat::Names(names), end)
            }
        };
        (StmtKind::Import(Import { path, path_span, what }), end)
    }
}
