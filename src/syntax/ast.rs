//! The syntax tree. Built by `parse`, read by `check`, `compile` and the formatter.
//!
//! Depth is bounded by the parser (`parse::MAX_DEPTH`), so walking and dropping a tree may recurse.

use crate::source::Span;
use std::rc::Rc;

/// An identifier where it stands.
#[derive(Clone, Debug, PartialEq)]
pub struct Name {
    pub text: Rc<str>,
    pub span: Span,
}

#[derive(Clone, Debug)]
pub struct Expr {
    pub kind: ExprKind,
    pub span: Span,
}

#[derive(Clone, Debug)]
pub enum ExprKind {
    None,
    Bool(bool),
    Int(i64),
    Float(f64),
    /// A string; one without holes is a single `Text` part, an empty one has no part.
    Str(Vec<StrPart>),
    Name(Rc<str>),
    /// `[a, b, c]`; always makes a tensor.
    Tensor(Vec<Expr>),
    /// `[body for p in xs if c]`.
    TensorComp(Box<Comprehension>),
    Tuple(Vec<Expr>),
    Record(Vec<(Name, Expr)>),
    Range {
        start: Option<Box<Expr>>,
        end: Option<Box<Expr>>,
        closed: bool,
        step: Option<Box<Expr>>,
    },
    Unary(UnaryOp, Box<Expr>),
    /// The span is the operator's.
    Binary(BinaryOp, Span, Box<Expr>, Box<Expr>),
    And(Box<Expr>, Box<Expr>),
    Or(Box<Expr>, Box<Expr>),
    /// `value |> target`; `target` is a chain or a lambda. If it is a call, `value` becomes its first argument.
    Pipe(Box<Expr>, Box<Expr>),
    Call(Box<Expr>, Vec<Arg>),
    /// `recv.name(args)`.
    Method(Box<Expr>, Name, Vec<Arg>),
    Field(Box<Expr>, Name),
    Index(Box<Expr>, Vec<IndexItem>),
    Lambda(Box<Function>),
    Block(Block),
    If {
        cond: Box<Expr>,
        then: Block,
        otherwise: Option<Box<Expr>>,
    },
    Try {
        body: Block,
        name: Option<Name>,
        handler: Block,
    },
    NoGrad(Block),
    On(Box<Expr>, Block),
}

#[derive(Clone, Debug)]
pub enum StrPart {
    Text(String),
    /// `{expr:spec}`; the spec is verbatim, with the span it stands at.
    Hole {
        expr: Expr,
        spec: Option<(String, Span)>,
    },
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum UnaryOp {
    Neg,
    Not,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum BinaryOp {
    Add,
    Sub,
    Mul,
    Div,
    FloorDiv,
    Rem,
    Pow,
    MatMul,
    Eq,
    Ne,
    Lt,
    Le,
    Gt,
    Ge,
    In,
    NotIn,
}

impl BinaryOp {
    pub fn symbol(self) -> &'static str {
        use BinaryOp::*;
        match self {
            Add => "+",
            Sub => "-",
            Mul => "*",
            Div => "/",
            FloorDiv => "//",
            Rem => "%",
            Pow => "**",
            MatMul => "@",
            Eq => "==",
            Ne => "!=",
            Lt => "<",
            Le => "<=",
            Gt => ">",
            Ge => ">=",
            In => "in",
            NotIn => "not in",
        }
    }
}

#[derive(Clone, Debug)]
pub struct Arg {
    pub kind: ArgKind,
    pub value: Expr,
    /// Name and value together.
    pub span: Span,
}

#[derive(Clone, Debug)]
pub enum ArgKind {
    Positional,
    Named(Name),
    /// `...xs`
    Spread,
    /// `f(body for p in xs)`: `value` is the body; the argument is the list of what it yields.
    Comprehension(Vec<Clause>),
}

#[derive(Clone, Debug)]
pub struct Comprehension {
    pub body: Expr,
    pub clauses: Vec<Clause>,
}

#[derive(Clone, Debug)]
pub enum Clause {
    For(Pattern, Expr),
    If(Expr),
}

#[derive(Clone, Debug)]
pub struct IndexItem {
    pub kind: IndexKind,
    pub span: Span,
}

#[derive(Clone, Debug)]
pub enum IndexKind {
    /// An int, a tensor of indices, a mask, `none`, a string key.
    At(Expr),
    /// `a..b by s`, each part optional; `..` alone is the whole axis.
    Slice { start: Option<Box<Expr>>, end: Option<Box<Expr>>, closed: bool, step: Option<Box<Expr>> },
    /// `...`
    Ellipsis,
}

/// What `let`, `for` and lambda parameters bind: a name or a tuple of patterns.
#[derive(Clone, Debug)]
pub enum Pattern {
    Name(Name),
    Tuple(Vec<Pattern>, Span),
}

#[derive(Clone, Debug)]
pub struct Block {
    pub stmts: Vec<Stmt>,
    /// With its braces.
    pub span: Span,
}

#[derive(Clone, Debug)]
pub struct Stmt {
    pub kind: StmtKind,
    pub span: Span,
}

#[derive(Clone, Debug)]
pub enum StmtKind {
    /// The last one of a block is the block's value.
    Expr(Expr),
    Let(Pattern, Expr),
    /// `place = value`; each target is a place expression (name, field, index) or a tuple of them.
    Assign(Expr, Expr),
    /// `place op= value`; the span is the operator's.
    Compound(BinaryOp, Span, Expr, Expr),
    Fn(Rc<Function>),
    Module(Rc<Module>),
    Import(Import),
    For {
        pattern: Pattern,
        iter: Expr,
        body: Block,
    },
    While {
        cond: Expr,
        body: Block,
    },
    Break,
    Continue,
    Return(Option<Expr>),
    Assert(Expr, Option<Expr>),
    Test(Rc<Test>),
}

/// A named function, a method or a lambda.
#[derive(Clone, Debug)]
pub struct Function {
    /// None for a lambda.
    pub name: Option<Name>,
    pub params: Vec<Param>,
    pub ret: Option<Annotation>,
    pub body: Block,
    /// `} backward(g) { … }`: the parameters' names and the clause's body.
    pub backward: Option<(Vec<Param>, Block)>,
    /// `graph fn`
    pub is_graph: bool,
    /// The `##` lines above, without their marks.
    pub doc: Option<String>,
    pub span: Span,
}

#[derive(Clone, Debug)]
pub struct Param {
    /// A plain name, except in lambdas and `fn(…)`, which may destructure.
    pub pattern: Pattern,
    pub annotation: Option<Annotation>,
    pub default: Option<Expr>,
    /// `...rest`
    pub is_rest: bool,
    pub span: Span,
}

/// `test "name" { … }`, at the top of a file only.
#[derive(Clone, Debug)]
pub struct Test {
    /// The span has the quotes.
    pub name: Name,
    /// Without parameters; its span is the whole statement's.
    pub function: Function,
}

/// `f32[b, t, d]`, `[b, t]`, `int`, `Linear`.
#[derive(Clone, Debug)]
pub struct Annotation {
    /// None when only a shape is given.
    pub name: Option<Name>,
    pub dims: Option<Vec<Dim>>,
    pub span: Span,
}

#[derive(Clone, Debug)]
pub enum Dim {
    Name(Name),
    Size(u64, Span),
    /// `_`
    Any(Span),
    /// A leading `...`
    Rest(Span),
}

#[derive(Clone, Debug)]
pub struct Module {
    pub name: Name,
    pub params: Vec<Param>,
    pub body: Block,
    pub doc: Option<String>,
    pub span: Span,
}

#[derive(Clone, Debug)]
pub struct Import {
    pub path: String,
    pub path_span: Span,
    pub what: ImportWhat,
}

#[derive(Clone, Debug)]
pub enum ImportWhat {
    /// `import "f.reel" as layers`
    As(Name),
    /// `import "f.reel": A, B`
    Names(Vec<Name>),
}

/// A whole file, or one entry at the prompt.
#[derive(Clone, Debug)]
pub struct Program {
    pub stmts: Vec<Stmt>,
    /// The `##` lines at the top.
    pub doc: Option<String>,
}
