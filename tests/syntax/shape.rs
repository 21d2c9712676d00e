//! A tree in a line, with every difference that matters visible: `1 + 2 * 3` is `(+ 1 (* 2 3))`.

use reel::syntax::ast::*;

pub fn program(p: &Program) -> String {
    p.stmts.iter().map(stmt).collect::<Vec<_>>().join("; ")
}

fn join<T>(items: &[T], show: impl Fn(&T) -> String) -> String {
    items.iter().map(show).collect::<Vec<_>>().join(" ")
}

fn block(b: &Block) -> String {
    format!("{{{}}}", b.stmts.iter().map(stmt).collect::<Vec<_>>().join("; "))
}

fn stmt(s: &Stmt) -> String {
    match &s.kind {
        StmtKind::Expr(e) => expr(e),
        StmtKind::Let(p, e) => format!("(let {} {})", pattern(p), expr(e)),
        StmtKind::Assign(place, e) => format!("(= {} {})", expr(place), expr(e)),
        StmtKind::Compound(op, _, place, e) => format!("({}= {} {})", op.symbol(), expr(place), expr(e)),
        StmtKind::Fn(f) => function(f),
        StmtKind::Module(m) => {
            format!("(module {}{}({}) {})", m.name.text, doc(&m.doc), join(&m.params, param), block(&m.body))
        }
        StmtKind::Import(i) => match &i.what {
            ImportWhat::As(name) => format!("(import {:?} as {})", i.path, name.text),
            ImportWhat::Names(names) => format!("(import {:?} {})", i.path, join(names, |n| n.text.to_string())),
        },
        StmtKind::For { pattern: p, iter, body } => format!("(for {} {} {})", pattern(p), expr(iter), block(body)),
        StmtKind::While { cond, body } => format!("(while {} {})", expr(cond), block(body)),
        StmtKind::Break => "break".into(),
        StmtKind::Continue => "continue".into(),
        StmtKind::Return(e) => format!("(return{})", optional(e.as_ref())),
        StmtKind::Test(t) => format!("(test {:?} {})", t.name.text, block(&t.function.body)),
        StmtKind::Assert(c, m) => format!("(assert {}{})", expr(c), optional(m.as_ref())),
    }
}

fn optional(e: Option<&Expr>) -> String {
    e.map_or(String::new(), |e| format!(" {}", expr(e)))
}

fn doc(d: &Option<String>) -> String {
    d.as_ref().map_or(String::new(), |d| format!(" {d:?} "))
}

fn function(f: &Function) -> String {
    let mut s = String::from(if f.is_graph { "(graph-fn" } else { "(fn" });
    if let Some(name) = &f.name {
        s += &format!(" {}", name.text);
    }
    s += &format!("{}({})", doc(&f.doc), join(&f.params, param));
    if let Some(ret) = &f.ret {
        s += &format!(" -> {}", annotation(ret));
    }
    s += &format!(" {}", block(&f.body));
    if let Some((params, body)) = &f.backward {
        s += &format!(" backward({}) {}", join(params, param), block(body));
    }
    s + ")"
}

fn param(p: &Param) -> String {
    let rest = if p.is_rest { "..." } else { "" };
    let annotation = p.annotation.as_ref().map_or(String::new(), |a| format!(":{}", annotation(a)));
    let default = p.default.as_ref().map_or(String::new(), |d| format!("={}", expr(d)));
    format!("{rest}{}{annotation}{default}", pattern(&p.pattern))
}

fn annotation(a: &Annotation) -> String {
    let dims = a.dims.as_ref().map_or(String::new(), |dims| format!("[{}]", join(dims, dim)));
    format!("{}{dims}", a.name.as_ref().map_or("", |n| &n.text))
}

fn dim(d: &Dim) -> String {
    match d {
        Dim::Name(n) => n.text.to_string(),
        Dim::Size(n, _) => n.to_string(),
        Dim::Any(_) => "_".into(),
        Dim::Rest(_) => "...".into(),
    }
}

fn pattern(p: &Pattern) -> String {
    match p {
        Pattern::Name(n) => n.text.to_string(),
        Pattern::Tuple(ps, _) => format!("(tuple {})", join(ps, pattern)),
    }
}

fn clauses(clauses: &[Clause]) -> String {
    join(clauses, |c| match c {
        Clause::For(p, e) => format!("for {} {}", pattern(p), expr(e)),
        Clause::If(e) => format!("if {}", expr(e)),
    })
}

fn arg(a: &Arg) -> String {
    match &a.kind {
        ArgKind::Positional => expr(&a.value),
        ArgKind::Named(n) => format!("{}:{}", n.text, expr(&a.value)),
        ArgKind::Spread => format!("...{}", expr(&a.value)),
        ArgKind::Comprehension(c) => format!("({} {})", expr(&a.value), clauses(c)),
    }
}

fn range(start: Option<&Expr>, end: Option<&Expr>, closed: bool, step: Option<&Expr>) -> String {
    let part = |e: Option<&Expr>| e.map_or("-".to_string(), expr);
    let by = step.map_or(String::new(), |s| format!(" by {}", expr(s)));
    format!("({} {} {}{by})", if closed { "..=" } else { ".." }, part(start), part(end))
}

fn item(i: &IndexItem) -> String {
    match &i.kind {
        IndexKind::At(e) => expr(e),
        IndexKind::Slice { start, end, closed, step } => {
            range(start.as_deref(), end.as_deref(), *closed, step.as_deref())
        }
        IndexKind::Ellipsis => "...".into(),
    }
}

fn string(parts: &[StrPart]) -> String {
    match parts {
        [] => "\"\"".into(),
        [StrPart::Text(t)] => format!("{t:?}"),
        parts => format!(
            "(str {})",
            join(parts, |p| match p {
                StrPart::Text(t) => format!("{t:?}"),
                StrPart::Hole { expr: e, spec: None } => expr(e),
                StrPart::Hole { expr: e, spec: Some((spec, _)) } => format!("{}:{spec:?}", expr(e)),
            })
        ),
    }
}

fn expr(e: &Expr) -> String {
    use ExprKind::*;
    match &e.kind {
        None => "none".into(),
        Bool(b) => b.to_string(),
        Int(n) => n.to_string(),
        Float(x) => format!("{x:?}"),
        Str(parts) => string(parts),
        Name(n) => n.to_string(),
        Tensor(items) => format!("[{}]", join(items, expr)),
        TensorComp(c) => format!("[{} {}]", expr(&c.body), clauses(&c.clauses)),
        Tuple(items) => format!("(tuple {})", join(items, expr)),
        Record(entries) => format!("(record {})", join(entries, |(k, v)| format!("{}:{}", k.text, expr(v)))),
        Range { start, end, closed, step } => range(start.as_deref(), end.as_deref(), *closed, step.as_deref()),
        Unary(UnaryOp::Neg, e) => format!("(- {})", expr(e)),
        Unary(UnaryOp::Not, e) => format!("(not {})", expr(e)),
        Binary(op, _, l, r) => format!("({} {} {})", op.symbol(), expr(l), expr(r)),
        And(l, r) => format!("(and {} {})", expr(l), expr(r)),
        Or(l, r) => format!("(or {} {})", expr(l), expr(r)),
        Pipe(l, r) => format!("(|> {} {})", expr(l), expr(r)),
        Call(f, args) => format!("(call {} {})", expr(f), join(args, arg)),
        Method(r, name, args) => format!("(.{}() {} {})", name.text, expr(r), join(args, arg)),
        Field(r, name) => format!("(.{} {})", name.text, expr(r)),
        Index(r, items) => format!("(at {} {})", expr(r), join(items, item)),
        Lambda(f) => function(f),
        Block(b) => block(b),
        If { cond, then, otherwise } => {
            let otherwise = otherwise.as_ref().map_or(String::new(), |e| format!(" {}", expr(e)));
            format!("(if {} {}{otherwise})", expr(cond), block(then))
        }
        Try { body, name, handler } => {
            let name = name.as_ref().map_or("_", |n| &n.text);
            format!("(try {} {name} {})", block(body), block(handler))
        }
        NoGrad(b) => format!("(no_grad {})", block(b)),
        On(device, b) => format!("(on {} {})", expr(device), block(b)),
    }
}
