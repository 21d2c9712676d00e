//! The walk over expressions, functions and modules.

use std::collections::{HashMap, HashSet};
use std::rc::Rc;

use super::scope::{Body, ClassScope, FnScope};
use super::unread::Uses;
use super::{Binding, FnInfo, GlobalNames, Known, Origin, Outer, Place, Resolved, TopLevel, VarId};
use crate::diagnostic::Diagnostic;
use crate::source::Span;
use crate::syntax::ast::*;

pub(super) struct Checker<'a> {
    pub names: &'a GlobalNames,
    pub outer: &'a mut dyn Outer,
    pub top: TopLevel,
    pub next_global: u32,
    pub resolved: Resolved,
    pub functions: Vec<FnScope>,
    pub classes: Vec<ClassScope>,
    /// Top-level names whose declaration the walk has passed.
    pub declared_top: HashSet<Rc<str>>,
    /// Top-level functions and modules, which may be used before their line.
    pub hoisted: HashSet<Rc<str>>,
    /// Top-level functions that are declared once and never assigned: calls of them can be checked.
    pub fixed: HashMap<Rc<str>, Rc<Function>>,
    /// Counts names as they are walked, for the order of reads and writes.
    pub tick: u32,
    pub uses: Vec<Uses>,
    errors: Vec<Diagnostic>,
}

/// More errors than this are noise.
const MAX_ERRORS: usize = 20;

impl<'a> Checker<'a> {
    pub fn new(names: &'a GlobalNames, next_global: u32, top: TopLevel, outer: &'a mut dyn Outer) -> Checker<'a> {
        Checker {
            names,
            outer,
            top,
            next_global,
            resolved: Resolved::default(),
            functions: vec![FnScope::new(Body::Main)],
            classes: Vec::new(),
            declared_top: HashSet::new(),
            hoisted: HashSet::new(),
            fixed: Default::default(),
            tick: 0,
            uses: Vec::new(),
            errors: Vec::new(),
        }
    }

    pub fn program(&mut self, program: &Program) {
        self.collect_fixed(&program.stmts);
        for stmt in super::hoisted(&program.stmts) {
            match &stmt.kind {
                StmtKind::Fn(f) => {
                    if let Some(name) = &f.name {
                        self.announce(name, Origin::Fn);
                        self.hoisted.insert(name.text.clone());
                    }
                }
                StmtKind::Module(m) => {
                    self.announce(&m.name, Origin::Module);
                    self.hoisted.insert(m.name.text.clone());
                }
                _ => {}
            }
        }
        for stmt in &program.stmts {
            match &stmt.kind {
                StmtKind::Let(pattern, _) => pattern_names(pattern, &mut |n| {
                    self.announce(n, Origin::Let);
                }),
                StmtKind::Import(i) => match &i.what {
                    ImportWhat::As(n) => {
                        self.announce(n, Origin::Import);
                    }
                    ImportWhat::Names(names) => names.iter().for_each(|n| {
                        self.announce(n, Origin::Import);
                    }),
                },
                _ => {}
            }
        }
        self.check_tests(&program.stmts);
        self.stmts(&program.stmts);
    }

    /// The name tells which test has failed.
    fn check_tests(&mut self, stmts: &[Stmt]) {
        let mut seen: HashMap<&str, Span> = HashMap::new();
        for stmt in stmts {
            let StmtKind::Test(test) = &stmt.kind else { continue };
            let name = &test.name;
            if let Some(first) = seen.insert(&name.text, name.span) {
                let d = Diagnostic::error("NAME-09", "two tests have the same name")
                    .label(name.span, "again")
                    .label(first, "first here")
                    .help("say in the name what this one tests that the other does not");
                self.error(d);
            }
        }
    }

    pub fn finish(mut self) -> Result<Resolved, Vec<Diagnostic>> {
        if !self.errors.is_empty() {
            self.errors.truncate(MAX_ERRORS);
            return Err(self.errors);
        }
        let main = self.functions.pop().expect("the main body is always open");
        self.resolved.slots = main.max_slot;
        Ok(self.resolved)
    }

    pub(super) fn error(&mut self, diagnostic: Diagnostic) {
        self.errors.push(diagnostic);
    }

    // -----------------------------------------------------------------------------------------------------------------

    pub(super) fn expr(&mut self, e: &Expr) {
        match &e.kind {
            ExprKind::None | ExprKind::Bool(_) | ExprKind::Int(_) | ExprKind::Float(_) => {}
            ExprKind::Str(parts) => {
                for part in parts {
                    if let StrPart::Hole { expr, .. } = part {
                        self.expr(expr);
                    }
                }
            }
            ExprKind::Name(name) => self.read(name, e.span),
            ExprKind::Tensor(items) | ExprKind::Tuple(items) => items.iter().for_each(|i| self.expr(i)),
            ExprKind::TensorComp(c) => self.comprehension(&c.body, &c.clauses),
            ExprKind::Record(entries) => entries.iter().for_each(|(_, v)| self.expr(v)),
            ExprKind::Range { start, end, step, .. } => {
                [start, end, step].into_iter().flatten().for_each(|p| self.expr(p));
            }
            ExprKind::Unary(_, a) => self.expr(a),
            ExprKind::Binary(_, _, a, b) | ExprKind::And(a, b) | ExprKind::Or(a, b) => {
                self.expr(a);
                self.expr(b);
            }
            ExprKind::Pipe(value, target) => self.pipe(value, target),
            ExprKind::Call(callee, args) => self.call(callee, args, None, e.span),
            ExprKind::Method(recv, name, args) => self.method(recv, name, args, None),
            ExprKind::Field(recv, name) => self.field(recv, name),
            ExprKind::Index(recv, items) => {
                self.expr(recv);
                self.index_items(items);
            }
            ExprKind::Lambda(f) => self.function(f, Body::Function, None),
            ExprKind::Block(b) | ExprKind::NoGrad(b) => self.block(b),
            ExprKind::If { cond, then, otherwise } => {
                self.expr(cond);
                self.block(then);
                if let Some(o) = otherwise {
                    self.expr(o);
                }
            }
            ExprKind::Try { body, name, handler } => {
                self.block(body);
                self.open();
                if let Some(name) = name {
                    self.declare(name, Origin::Catch);
                }
                self.block(handler);
                self.close();
            }
            ExprKind::On(device, b) => {
                self.expr(device);
                self.block(b);
            }
        }
    }

    fn pipe(&mut self, value: &Expr, target: &Expr) {
        match &target.kind {
            ExprKind::Call(callee, args) => self.call(callee, args, Some(value), target.span),
            ExprKind::Method(recv, name, args) => self.method(recv, name, args, Some(value)),
            _ => {
                self.expr(value);
                self.expr(target);
                self.check_call(target, &[], true, target.span);
            }
        }
    }

    fn call(&mut self, callee: &Expr, args: &[Arg], first: Option<&Expr>, span: Span) {
        self.expr(callee);
        if let Some(first) = first {
            self.expr(first);
        }
        self.args(args);
        self.check_call(callee, args, first.is_some(), span);
    }

    fn args(&mut self, args: &[Arg]) {
        let mut named: Vec<&Name> = Vec::new();
        for arg in args {
            match &arg.kind {
                ArgKind::Comprehension(clauses) => self.comprehension(&arg.value, clauses),
                ArgKind::Named(name) => {
                    if let Some(first) = named.iter().find(|n| n.text == name.text) {
                        let message = format!("the argument `{}` is given twice", name.text);
                        let d = Diagnostic::error("CALL-04", message)
                            .label(name.span, "again here")
                            .label(first.span, "first here");
                        self.error(d);
                    }
                    named.push(name);
                    self.expr(&arg.value);
                }
                ArgKind::Positional | ArgKind::Spread => {
                    self.expr(&arg.value);
                }
            }
        }
    }

    fn method(&mut self, recv: &Expr, name: &Name, args: &[Arg], first: Option<&Expr>) {
        match self.namespace_of(recv) {
            Some(space) => self.namespace_member(space, recv, name),
            None => {
                self.expr(recv);
                // Otherwise the function in scope, if there is one; only the value decides.
                if let Some(binding) = self.find(&name.text) {
                    self.note_read(&binding);
                    self.bind(name.span, binding);
                }
            }
        }
        if let Some(first) = first {
            self.expr(first);
        }
        self.args(args);
    }

    fn field(&mut self, recv: &Expr, name: &Name) {
        match self.namespace_of(recv) {
            Some(space) => self.namespace_member(space, recv, name),
            None => {
                self.expr(recv);
                self.check_self_field(recv, name);
            }
        }
    }

    /// `linalg` in `linalg.inv`, when no variable has that name.
    fn namespace_of(&mut self, recv: &Expr) -> Option<&'static str> {
        let ExprKind::Name(name) = &recv.kind else { return None };
        match self.find(name) {
            Some(Binding::Known(Known::Namespace(space))) => Some(space),
            _ => None,
        }
    }

    pub(super) fn index_items(&mut self, items: &[IndexItem]) {
        for item in items {
            match &item.kind {
                IndexKind::At(e) => self.expr(e),
                IndexKind::Slice { start, end, step, .. } => {
                    [start, end, step].into_iter().flatten().for_each(|p| self.expr(p));
                }
                IndexKind::Ellipsis => {}
            }
        }
    }

    fn comprehension(&mut self, body: &Expr, clauses: &[Clause]) {
        self.open();
        let mut opened = 0;
        for clause in clauses {
            match clause {
                Clause::For(pattern, iter) => {
                    self.expr(iter);
                    self.begin_loop();
                    opened += 1;
                    self.pattern(pattern, Origin::For);
                }
                Clause::If(cond) => self.expr(cond),
            }
        }
        self.expr(body);
        for _ in 0..opened {
            self.current().loops.pop();
        }
        self.close();
    }

    pub(super) fn begin_loop(&mut self) {
        let tick = self.tick;
        self.tick += 1;
        self.current().loops.push(tick);
    }

    pub(super) fn block(&mut self, block: &Block) {
        self.open();
        self.stmts(&block.stmts);
        self.close();
    }

    /// A name whose value is wanted.
    pub(super) fn read(&mut self, name: &Rc<str>, span: Span) {
        match self.find(name) {
            Some(binding) => {
                self.note_read(&binding);
                self.bind(span, binding);
            }
            None => self.unknown_name(name, span),
        }
    }

    // -----------------------------------------------------------------------------------------------------------------

    /// Walks a function, method or lambda; its captures belong to the function around it.
    pub(super) fn function(&mut self, f: &Function, body: Body, class: Option<usize>) {
        let mut scope = FnScope::new(body);
        scope.class = class;
        self.functions.push(scope);
        let mut info = FnInfo::default();
        if class.is_some() {
            let this = self.hidden("self", f.span);
            self.current().this = Some(this);
            info.this = Some(this);
        }
        self.params(&f.params, &mut info);
        if let Some(ret) = &f.ret {
            self.annotation(ret, &f.params, &info);
        }
        if f.backward.is_some() {
            info.passed = f.params.iter().map(|p| self.hidden("", p.span)).collect();
            info.result = Some(self.hidden("result", f.span));
        }
        self.open();
        self.stmts(&f.body.stmts);
        if let Some((params, clause)) = &f.backward {
            self.backward_clause(f, params, clause, &info);
        }
        self.close();
        self.close();
        let scope = self.functions.pop().expect("pushed above");
        info.slots = scope.max_slot;
        info.captures = scope.captures;
        self.resolved.functions.insert(f.span.start, info);
    }

    fn backward_clause(&mut self, f: &Function, params: &[Param], clause: &Block, info: &FnInfo) {
        for (param, id) in f.params.iter().zip(&info.passed) {
            if let Pattern::Name(name) = &param.pattern {
                self.current().passed.insert(name.text.clone(), *id);
            }
        }
        if let Some(result) = info.result {
            self.current().passed.insert("result".into(), result);
        }
        self.functions.push(FnScope::new(Body::Backward));
        let mut clause_info = FnInfo::default();
        self.params(params, &mut clause_info);
        self.open();
        self.stmts(&clause.stmts);
        self.close();
        self.close();
        let scope = self.functions.pop().expect("pushed above");
        clause_info.slots = scope.max_slot;
        clause_info.captures = scope.captures;
        self.resolved.functions.insert(clause.span.start, clause_info);
        self.current().passed.clear();
    }

    /// Declares parameters, in the order in which a call fills them.
    pub(super) fn params(&mut self, params: &[Param], info: &mut FnInfo) {
        let mut seen: Vec<&Name> = Vec::new();
        for p in params {
            pattern_names(&p.pattern, &mut |n| {
                if let Some(first) = seen.iter().find(|s| s.text == n.text && &*n.text != "_") {
                    self.error(twice(n, first));
                }
                seen.push(n);
            });
        }
        if params.len() > MAX_PARAMS {
            let d = Diagnostic::error("LIMIT-02", format!("a function can have at most {MAX_PARAMS} parameters"))
                .label(params[MAX_PARAMS].span, "one too many")
                .help("collect them in a record or with `...rest`");
            self.error(d);
        }
        // All arguments have their registers before any default is evaluated; a default sees the names before it.
        info.params = params.iter().map(|p| self.param_slot(p)).collect();
        if params.iter().any(|p| p.default.is_some()) {
            info.mask = Some(self.hidden("", params[0].span));
        }
        for (k, p) in params.iter().enumerate() {
            if let Some(default) = &p.default {
                self.expr(default);
            }
            match &p.pattern {
                Pattern::Name(name) => self.name_param(name, info.params[k]),
                pattern => self.pattern(pattern, Origin::Param),
            }
            if let Some(annotation) = &p.annotation {
                self.annotation(annotation, params, info);
            }
        }
    }

    fn param_slot(&mut self, p: &Param) -> VarId {
        match &p.pattern {
            Pattern::Name(name) => {
                let id = self.hidden(&name.text, name.span);
                self.resolved.vars[id.0 as usize].origin = Origin::Param;
                id
            }
            Pattern::Tuple(_, span) => self.hidden("", *span),
        }
    }

    fn name_param(&mut self, name: &Name, id: VarId) {
        if let Some(scope) = self.current().scopes.last_mut() {
            scope.names.insert(name.text.clone(), id);
        }
        self.bind(name.span, Binding::Local(Place::Var(id)));
    }

    /// The names of dimensions are variables of the function; the first mention declares. An int parameter of
    /// the function or the module of that name is compared instead.
    fn annotation(&mut self, a: &Annotation, params: &[Param], info: &FnInfo) {
        if let Some(name) = &a.name
            && !is_kind(&name.text)
        {
            self.read(&name.text, name.span);
        }
        for dim in a.dims.iter().flatten() {
            let Dim::Name(name) = dim else { continue };
            let param = params.iter().position(|p| matches!(&p.pattern, Pattern::Name(n) if n.text == name.text));
            let own = match param {
                Some(k) => Some(info.params[k]),
                None => self.current().scopes.iter().rev().find_map(|s| s.names.get(&name.text)).copied(),
            };
            if let Some(id) = own {
                self.bind(name.span, Binding::Local(Place::Var(id)));
                continue;
            }
            let field = self.functions.last().and_then(|f| {
                let (class, this) = (f.class?, f.this?);
                let index = self.classes[class].field(&name.text)?;
                (index < self.classes[class].info.param_count).then_some((index, this))
            });
            match field {
                Some((index, this)) => self.bind(name.span, Binding::Field(Place::Var(this), index as u16)),
                None => {
                    let id = self.declare(name, Origin::Dim);
                    self.note_read(&Binding::Local(Place::Var(id)));
                }
            }
        }
    }

    pub(super) fn module(&mut self, m: &Module) {
        let mut class = ClassScope { name: m.name.text.clone(), info: Default::default(), declared: Vec::new() };
        let mut first: Vec<&Name> = Vec::new();
        for p in &m.params {
            pattern_names(&p.pattern, &mut |n| first.push(n));
        }
        class.info.param_count = first.len();
        class.info.fields = first.iter().map(|n| n.text.clone()).collect();
        for stmt in &m.body.stmts {
            match &stmt.kind {
                StmtKind::Let(pattern, _) => pattern_names(pattern, &mut |n| {
                    if class.field(&n.text).is_none() {
                        class.info.fields.push(n.text.clone());
                    }
                }),
                StmtKind::Fn(f) => {
                    if let Some(n) = &f.name
                        && class.method(&n.text).is_none()
                    {
                        class.info.methods.push(n.text.clone());
                    }
                }
                _ => {}
            }
        }
        class.declared = class.info.fields.iter().enumerate().map(|(i, _)| i < class.info.param_count).collect();
        self.classes.push(class);
        let index = self.classes.len() - 1;

        let mut scope = FnScope::new(Body::Constructor);
        scope.class = Some(index);
        self.functions.push(scope);
        let mut info = FnInfo::default();
        let this = self.hidden("self", m.span);
        self.current().this = Some(this);
        info.this = Some(this);
        self.params(&m.params, &mut info);
        // From here on their names mean the fields.
        for name in &first {
            self.current().scopes[0].names.remove(&name.text);
        }
        for stmt in &m.body.stmts {
            if !matches!(stmt.kind, StmtKind::Fn(_)) {
                self.stmt(stmt);
            }
        }
        self.close();
        let scope = self.functions.pop().expect("pushed above");
        info.slots = scope.max_slot;
        self.resolved.functions.insert(m.span.start, info);

        for stmt in &m.body.stmts {
            if let StmtKind::Fn(f) = &stmt.kind {
                self.function(f, Body::Method, Some(index));
            }
        }
        let class = self.classes.pop().expect("pushed above");
        self.resolved.classes.insert(m.name.span.start, class.info);
    }
}

/// As many arguments as the mask of given ones has bits.
pub(super) const MAX_PARAMS: usize = 62;

/// Words that an annotation may use besides the names of modules.
pub(super) fn is_kind(name: &str) -> bool {
    matches!(name, "int" | "float" | "bool" | "str" | "list" | "tuple" | "record" | "fn" | "tensor" | "param" | "range")
        || crate::device::DType::parse(name).is_some()
}

pub(super) fn twice(again: &Name, first: &Name) -> Diagnostic {
    Diagnostic::error("NAME-05", format!("the name `{}` is declared twice here", again.text))
        .label(again.span, "again")
        .label(first.span, "first")
}

/// Calls `f` for each name in a pattern.
pub(super) fn pattern_names<'p>(pattern: &'p Pattern, f: &mut dyn FnMut(&'p Name)) {
    match pattern {
        Pattern::Name(name) => f(name),
        Pattern::Tuple(parts, _) => parts.iter().for_each(|p| pattern_names(p, f)),
    }
}
