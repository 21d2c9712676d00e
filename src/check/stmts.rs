//! The walk over statements, patterns and places.

use super::scope::Body;
use super::walk::{Checker, pattern_names, twice};
use super::{Binding, Origin, Place};
use crate::diagnostic::Diagnostic;
use crate::source::Span;
use crate::syntax::ast::*;

impl Checker<'_> {
    pub(super) fn stmts(&mut self, stmts: &[Stmt]) {
        for stmt in stmts {
            self.stmt(stmt);
        }
    }

    pub(super) fn stmt(&mut self, stmt: &Stmt) {
        match &stmt.kind {
            StmtKind::Expr(e) => self.expr(e),
            StmtKind::Let(pattern, value) => {
                self.expr(value);
                let origin = if makes_param(value) { Origin::LetParam } else { Origin::Let };
                self.pattern(pattern, origin);
            }
            StmtKind::Assign(place, value) => {
                self.expr(value);
                self.assign(place);
            }
            StmtKind::Compound(_, _, place, value) => self.compound(place, value),
            StmtKind::Fn(f) => self.fn_stmt(f),
            StmtKind::Module(m) => {
                let id = self.declare(&m.name, Origin::Module);
                self.module(m);
                self.captures_itself(id);
            }
            StmtKind::Import(import) => match &import.what {
                ImportWhat::As(name) => {
                    self.declare(name, Origin::Import);
                }
                ImportWhat::Names(names) => {
                    for name in names {
                        self.declare(name, Origin::Import);
                    }
                }
            },
            StmtKind::For { pattern, iter, body } => {
                self.expr(iter);
                self.begin_loop();
                self.open();
                let first = self.current().next_slot;
                self.pattern(pattern, Origin::For);
                self.loop_body(body, first, stmt.span);
                self.close();
                self.current().loops.pop();
            }
            StmtKind::While { cond, body } => {
                self.begin_loop();
                self.expr(cond);
                let first = self.current().next_slot;
                self.loop_body(body, first, stmt.span);
                self.current().loops.pop();
            }
            StmtKind::Break => self.jump("break", stmt.span),
            StmtKind::Continue => self.jump("continue", stmt.span),
            StmtKind::Return(value) => {
                if let Some(value) = value {
                    self.expr(value);
                }
                self.check_return(stmt.span);
            }
            StmtKind::Test(test) => self.function(&test.function, Body::Function, None),
            StmtKind::Assert(cond, message) => {
                self.expr(cond);
                if let Some(message) = message {
                    self.expr(message);
                }
            }
        }
    }

    /// Walks a loop's body and notes which registers it declares.
    fn loop_body(&mut self, body: &Block, first: u16, span: Span) {
        let f = self.current();
        let (most, inner) = (f.max_slot, f.next_slot);
        f.max_slot = inner;
        self.block(body);
        let f = self.current();
        let end = f.max_slot;
        f.max_slot = most.max(end);
        self.resolved.loop_slots.insert(span.start, (first, inner, end));
    }

    fn fn_stmt(&mut self, f: &Function) {
        let Some(name) = &f.name else { return };
        let id = self.declare(name, Origin::Fn);
        self.function(f, Body::Function, None);
        self.captures_itself(id);
    }

    /// A function in a block that mentions itself needs a box, which exists before the closure does.
    fn captures_itself(&mut self, id: super::VarId) {
        let var = &mut self.resolved.vars[id.0 as usize];
        if var.captured {
            var.assigned = true;
        }
    }

    fn jump(&mut self, word: &str, span: Span) {
        let f = self.current();
        if !f.loops.is_empty() {
            return;
        }
        let inside = self.functions.iter().rev().skip(1).any(|f| !f.loops.is_empty());
        let d = Diagnostic::error("FLOW-01", format!("`{word}` outside of a loop")).label(span, "no loop around this");
        let d =
            if inside { d.help("the loop is outside of this function; use `return` to leave the function") } else { d };
        self.error(d);
    }

    fn check_return(&mut self, span: Span) {
        let message = match self.current().body {
            Body::Main => "`return` outside of a function",
            Body::Constructor => "`return` in the body of a module, whose result is always the new instance",
            Body::Function | Body::Method | Body::Backward => return,
        };
        self.error(Diagnostic::error("FLOW-02", message).label(span, "there is no function to leave here"));
    }

    /// Declares the names of a pattern. Directly in a module's body a `let` makes fields.
    pub(super) fn pattern(&mut self, pattern: &Pattern, origin: Origin) {
        let mut names: Vec<&Name> = Vec::new();
        pattern_names(pattern, &mut |n| names.push(n));
        for (i, name) in names.iter().enumerate() {
            if let Some(first) = names[..i].iter().find(|n| n.text == name.text && &*n.text != "_") {
                self.error(twice(name, first));
            }
        }
        for name in names {
            if matches!(origin, Origin::Let | Origin::LetParam)
                && let Some(class) = self.field_scope()
                && let Some(this) = self.current().this
            {
                let class = &mut self.classes[class];
                if let Some(i) = class.field(&name.text) {
                    class.declared[i] = true;
                    self.bind(name.span, Binding::Field(Place::Var(this), i as u16));
                }
            } else {
                self.declare(name, origin);
            }
        }
    }

    /// `place = …`, after the right side has been walked.
    fn assign(&mut self, place: &Expr) {
        match &place.kind {
            ExprKind::Name(name) => match self.find(name) {
                Some(Binding::Known(_)) | None => self.unknown_target(name, place.span),
                Some(binding) => {
                    self.note_assign(&binding);
                    self.bind(place.span, binding);
                }
            },
            ExprKind::Tuple(parts) => parts.iter().for_each(|p| self.assign(p)),
            ExprKind::Field(..) | ExprKind::Index(..) => {
                let root = self.place(place);
                if let Some(root) = root
                    && let Some(binding) = self.root(root, place)
                {
                    self.note_change(&binding, place.span);
                }
            }
            _ => self.not_a_place(place),
        }
    }

    fn compound(&mut self, place: &Expr, value: &Expr) {
        match &place.kind {
            ExprKind::Name(name) => {
                self.expr(value);
                match self.find(name) {
                    Some(Binding::Known(_)) | None => self.unknown_target(name, place.span),
                    Some(binding) => {
                        self.note_assign(&binding);
                        self.note_change(&binding, place.span);
                        self.bind(place.span, binding);
                    }
                }
            }
            ExprKind::Field(..) | ExprKind::Index(..) => {
                let root = self.place(place);
                self.expr(value);
                if let Some(root) = root
                    && let Some(binding) = self.root(root, place)
                {
                    self.note_change(&binding, place.span);
                }
            }
            ExprKind::Tuple(_) => {
                let d = Diagnostic::error("NAME-06", "several places can be assigned with `=` only")
                    .label(place.span, "a tuple of places");
                self.error(d);
            }
            _ => self.not_a_place(place),
        }
    }

    /// Walks what a place reads on its way: indexes, and a root that is no name. Gives the root's name.
    fn place<'e>(&mut self, place: &'e Expr) -> Option<&'e Expr> {
        let mut at = place;
        let mut steps = Vec::new();
        loop {
            match &at.kind {
                ExprKind::Field(recv, name) => {
                    steps.push((Some((recv, name)), None));
                    at = recv;
                }
                ExprKind::Index(recv, items) => {
                    steps.push((None, Some(items)));
                    at = recv;
                }
                _ => break,
            }
        }
        let root = match &at.kind {
            ExprKind::Name(_) => Some(at),
            _ => {
                self.expr(at);
                None
            }
        };
        for (field, items) in steps.into_iter().rev() {
            if let Some((recv, name)) = field {
                self.check_self_field(recv, name);
            }
            if let Some(items) = items {
                self.index_items(items);
            }
        }
        root
    }

    /// The variable at the root of a chain, which may get a new tensor.
    fn root(&mut self, root: &Expr, place: &Expr) -> Option<Binding> {
        let ExprKind::Name(name) = &root.kind else { return None };
        let Some(binding) = self.find(name) else {
            self.unknown_name(name, root.span);
            return None;
        };
        if let Binding::Known(_) = binding {
            self.unknown_target(name, root.span);
            return None;
        }
        // `self.x = …` and `r.x = …` change what the variable refers to; only a tensor makes it an assignment,
        // and a tensor has no fields that can be assigned.
        if matches!(first_step(place), ExprKind::Index(..)) {
            self.note_assign(&binding);
        } else {
            self.note_read(&binding);
        }
        self.bind(root.span, binding);
        Some(binding)
    }

    fn not_a_place(&mut self, place: &Expr) {
        let what = match &place.kind {
            ExprKind::Call(..) | ExprKind::Method(..) => "the result of a call",
            ExprKind::Tensor(_) => "a tensor literal; write `(a, b) = …` for several places",
            ExprKind::Int(_) | ExprKind::Float(_) | ExprKind::Str(_) | ExprKind::Bool(_) | ExprKind::None => {
                "a constant"
            }
            _ => "an expression",
        };
        let d = Diagnostic::error("NAME-06", "this cannot be assigned to").label(place.span, what);
        self.error(d.help("assign to a name, a field (`r.x`) or an index (`xs[0]`)"));
    }
}

/// The step of a chain that is next to its root.
fn first_step(place: &Expr) -> &ExprKind {
    let mut at = place;
    loop {
        match &at.kind {
            ExprKind::Field(recv, _) | ExprKind::Index(recv, _) => match &recv.kind {
                ExprKind::Field(..) | ExprKind::Index(..) => at = recv,
                _ => return &at.kind,
            },
            kind => return kind,
        }
    }
}

/// `param(…)`, also at the end of a chain of methods: `randn(2, 3).param()`.
fn makes_param(value: &Expr) -> bool {
    match &value.kind {
        ExprKind::Call(callee, _) => matches!(&callee.kind, ExprKind::Name(n) if &**n == "param"),
        ExprKind::Method(_, name, _) => &*name.text == "param",
        ExprKind::Pipe(_, target) => match &target.kind {
            ExprKind::Name(n) => &**n == "param",
            _ => makes_param(target),
        },
        _ => false,
    }
}
