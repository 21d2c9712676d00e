//! Functions, closures, modules, annotations.

use std::collections::HashMap;
use std::rc::Rc;

use super::emit::{Builder, entry};
use crate::check::{Binding, FnInfo, Place, VarId};
use crate::device::DType;
use crate::source::Span;
use crate::syntax::ast::{self, Annotation, Dim, ExprKind, Function, Module, Pattern, StmtKind};
use crate::vm::code::{
    CaptureFrom, Check, ClassProto, Code, Custom, DimCheck, DimFrom, Expects, Instr, Param, Proto, Reg, Test,
};
use crate::vm::value::Kind;

impl Builder<'_, '_> {
    /// The closure of a function that stands here.
    pub fn closure(&mut self, f: &Function, dst: Reg) {
        let Some(info) = self.shared.resolved.functions.get(&f.span.start) else { return };
        let code = self.function(f, info);
        let captures = self.captures(&info.captures);
        let index = self.code.closures.len() as u32;
        self.code.closures.push(Proto { code, captures });
        let span = f.name.as_ref().map_or(f.span, |n| n.span);
        self.emit(Instr::Closure { dst, index }, span);
    }

    fn captures(&self, places: &[Place]) -> Vec<CaptureFrom> {
        places
            .iter()
            .map(|place| match place {
                Place::Var(id) => CaptureFrom::Reg(self.slot(*id)),
                Place::Capture(index, _) => CaptureFrom::Capture(*index),
            })
            .collect()
    }

    /// Keeps the code of a test aside: the text itself does not run it. What it uses of the top is global.
    pub fn test(&mut self, test: &ast::Test) {
        let Some(info) = self.shared.resolved.functions.get(&test.function.span.start) else { return };
        let code = self.function(&test.function, info);
        self.shared.tests.push(Test { name: test.name.text.clone(), span: test.name.span, code });
    }

    /// The code of a function, method or lambda.
    fn function(&mut self, f: &Function, info: &FnInfo) -> Rc<Code> {
        let name = self.text_name(&f.name);
        let mut b = Builder::new(self.shared, name, info.slots, f.span);
        b.code.doc = f.doc.clone();
        b.set_params(params(&f.params), info);
        let mut bound = HashMap::new();
        b.prologue(&f.params, info, &mut bound);
        match (&f.backward, &f.ret) {
            (Some((clause_params, clause)), ret) => {
                b.custom_body(f, info, clause_params, clause);
                b.checked_return(ret.as_ref(), &mut bound, f.span);
            }
            (None, None) => b.tail(&f.body.stmts, f.body.span),
            (None, Some(ret)) => {
                let result = b.temp();
                b.result = Some(result);
                b.block(&f.body, Some(result));
                let returns = std::mem::take(&mut b.returns);
                b.patch_all(returns);
                b.checked_return(Some(ret), &mut bound, f.span);
            }
        }
        b.finish()
    }

    fn checked_return(&mut self, ret: Option<&Annotation>, bound: &mut HashMap<VarId, String>, span: Span) {
        let Some(src) = self.result else { return };
        if let Some(ret) = ret {
            self.check(ret, src, "the result".into(), bound, ret.span);
        }
        self.emit(Instr::Return { src }, span);
    }

    /// Defaults, checks and patterns of the parameters, in their order.
    fn prologue(&mut self, params: &[ast::Param], info: &FnInfo, bound: &mut HashMap<VarId, String>) {
        let mut deferred = Vec::new();
        for (k, p) in params.iter().enumerate() {
            let reg = self.slot(info.params[k]);
            if let Some(default) = &p.default {
                let given = Instr::IfGiven { mask: self.code.mask, index: k as u16, offset: 0 };
                let given = self.jump(given, p.span, &[]);
                self.expr_to(default, reg);
                self.patch(given);
            }
            if let Some(annotation) = &p.annotation {
                // A dimension may be an int parameter that only now gets its default.
                let waits = self.mentions(annotation, &info.params[k + 1..]);
                if waits {
                    deferred.push((k, annotation));
                } else {
                    self.check(annotation, reg, argument(p), bound, p.span);
                }
            }
            if self.shared.resolved.var(info.params[k]).boxed() {
                self.emit(Instr::BoxUp { reg }, p.span);
            }
            if let Pattern::Tuple(..) = &p.pattern {
                self.bind_pattern(&p.pattern, reg, p.span);
            }
        }
        for (k, annotation) in deferred {
            let reg = self.slot(info.params[k]);
            self.check(annotation, reg, argument(&params[k]), bound, params[k].span);
        }
    }

    fn mentions(&self, annotation: &Annotation, vars: &[VarId]) -> bool {
        annotation.dims.iter().flatten().any(|d| match d {
            Dim::Name(name) => {
                matches!(self.binding(name.span), Some(Binding::Local(Place::Var(id))) if vars.contains(&id))
            }
            _ => false,
        })
    }

    fn check(&mut self, a: &Annotation, reg: Reg, what: String, bound: &mut HashMap<VarId, String>, span: Span) {
        let mark = self.mark();
        let expects = match a.name.as_ref().map(|n| &*n.text) {
            None | Some("tensor") => Expects::Tensor(None),
            Some("int") => Expects::Kind(Kind::Int),
            Some("float") => Expects::Number,
            Some("bool") => Expects::Kind(Kind::Bool),
            Some("str") => Expects::Kind(Kind::Str),
            Some("list") => Expects::Kind(Kind::List),
            Some("tuple") => Expects::Kind(Kind::Tuple),
            Some("record") => Expects::Kind(Kind::Record),
            Some("range") => Expects::Kind(Kind::Range),
            Some("fn") => Expects::Kind(Kind::Fn),
            Some("param") => Expects::Kind(Kind::Param),
            Some(name) => match (DType::parse(name), a.name.as_ref().and_then(|n| self.binding(n.span))) {
                (Some(dtype), _) => Expects::Tensor(Some(dtype)),
                (None, Some(binding)) => {
                    let class = self.temp();
                    self.load(binding, class, a.span);
                    Expects::Instance(class)
                }
                (None, None) => return,
            },
        };
        let mut dims = a.dims.as_ref().map(|_| Vec::new());
        for (k, dim) in a.dims.iter().flatten().enumerate() {
            let check = match dim {
                Dim::Any(_) => DimCheck::Any,
                Dim::Rest(_) => DimCheck::Rest,
                Dim::Size(size, _) => DimCheck::Size(*size),
                Dim::Name(name) => match self.binding(name.span) {
                    Some(Binding::Local(Place::Var(id))) => {
                        let var = self.shared.resolved.var(id);
                        let name = name.text.clone();
                        match bound.get(&id) {
                            None if var.origin == crate::check::Origin::Dim => {
                                bound.insert(id, format!("dimension {k} of {what}"));
                                DimCheck::Bind { name, reg: var.slot, boxed: var.boxed() }
                            }
                            None => {
                                DimCheck::Equal { name, from: DimFrom::Reg(var.slot), bound: "the argument".into() }
                            }
                            Some(by) => DimCheck::Equal { name, from: DimFrom::Reg(var.slot), bound: by.clone() },
                        }
                    }
                    Some(Binding::Field(Place::Var(this), index)) => DimCheck::Equal {
                        name: name.text.clone(),
                        from: DimFrom::Field(self.slot(this), index),
                        bound: "the module's parameter".into(),
                    },
                    _ => DimCheck::Any,
                },
            };
            if let Some(dims) = &mut dims {
                dims.push(check);
            }
        }
        let index = entry!(self, checks, Check { what, expects, dims, text: text(a) });
        self.emit_at(Instr::CheckArg { reg, index }, span, &[a.span]);
        self.release(mark);
    }

    /// A body with a `backward` clause: the body runs on plain values, then its result becomes one node.
    fn custom_body(&mut self, f: &Function, info: &FnInfo, clause_params: &[ast::Param], clause: &ast::Block) {
        let Some(result) = info.result else { return };
        let result = self.slot(result);
        let args = info.params.first().map_or(0, |id| self.slot(*id));
        let passed = info.passed.first().map_or(0, |id| self.slot(*id));
        let name = self.text_name(&f.name);
        let site = entry!(self, customs, Custom { name, args: f.params.len() as u16, passed });
        let spans: Vec<Span> = f.params.iter().map(|p| p.span).collect();
        let at = f.name.as_ref().map_or(f.span, |n| n.span);
        self.emit_at(Instr::BeginCustom { args, site }, at, &spans);
        self.result = Some(result);
        self.block(&f.body, Some(result));
        let returns = std::mem::take(&mut self.returns);
        self.patch_all(returns);

        let Some(clause_info) = self.shared.resolved.functions.get(&clause.span.start) else { return };
        let mut b = Builder::new(self.shared, "backward".into(), clause_info.slots, clause.span);
        b.set_params(params(clause_params), clause_info);
        b.prologue(clause_params, clause_info, &mut HashMap::new());
        b.tail(&clause.stmts, clause.span);
        let code = b.finish();
        let captures = self.captures(&clause_info.captures);
        let index = self.code.closures.len() as u32;
        self.code.closures.push(Proto { code, captures });
        let mark = self.mark();
        let closure = self.temp();
        self.emit(Instr::Closure { dst: closure, index }, clause.span);
        self.emit_at(Instr::EndCustom { src: result, clause: closure, site }, at, &spans);
        self.release(mark);
    }

    /// The class that a `module` declares.
    pub fn class(&mut self, m: &Module, dst: Reg) {
        let resolved = self.shared.resolved;
        let Some(info) = resolved.classes.get(&m.name.span.start) else { return };
        let Some(constructor) = resolved.functions.get(&m.span.start) else { return };
        let fields: Vec<Rc<str>> = info.fields.iter().map(|n| self.shared.intern(n)).collect();
        let constructor = self.constructor(m, constructor);
        let mut methods: Vec<(Rc<str>, Rc<Code>)> = Vec::new();
        // In the order of `info.methods`; of two with one name the later one counts.
        for name in &info.methods {
            let method = m.body.stmts.iter().rev().find_map(|s| match &s.kind {
                StmtKind::Fn(f) if f.name.as_ref().is_some_and(|n| n.text == *name) => Some(f.clone()),
                _ => None,
            });
            let Some(f) = method else { continue };
            let Some(method_info) = resolved.functions.get(&f.span.start) else { continue };
            let code = self.function(&f, method_info);
            methods.push((self.shared.intern(name), code));
        }
        let captures = self.captures(&info.captures);
        let index = self.code.classes.len() as u32;
        self.code.classes.push(ClassProto {
            name: self.shared.intern(&m.name.text),
            doc: m.doc.clone(),
            fields,
            param_count: info.param_count,
            constructor,
            methods,
            captures,
        });
        self.emit(Instr::Class { dst, index }, m.name.span);
    }

    /// Stores the parameters as fields and runs the body.
    fn constructor(&mut self, m: &Module, info: &FnInfo) -> Rc<Code> {
        let mut b = Builder::new(self.shared, m.name.text.clone(), info.slots, m.span);
        b.code.doc = m.doc.clone();
        b.set_params(params(&m.params), info);
        b.prologue(&m.params, info, &mut HashMap::new());
        let this = info.this.map_or(0, |id| b.slot(id));
        let mut index = 0;
        for (p, id) in m.params.iter().zip(&info.params) {
            match &p.pattern {
                Pattern::Name(name) => {
                    let src = b.temp();
                    b.load(Binding::Local(Place::Var(*id)), src, name.span);
                    b.emit(Instr::SetField { this, index, src }, name.span);
                    index += 1;
                }
                pattern => {
                    for name in pattern_names(pattern) {
                        let Some(binding) = b.binding(name.span) else { continue };
                        let src = b.temp();
                        b.load(binding, src, name.span);
                        b.emit(Instr::SetField { this, index, src }, name.span);
                        index += 1;
                    }
                }
            }
            let floor = b.code.slots as usize;
            b.release(floor);
        }
        for stmt in &m.body.stmts {
            if !matches!(stmt.kind, StmtKind::Fn(_)) {
                b.stmt(stmt);
            }
        }
        b.emit(Instr::ReturnNone, m.span);
        b.finish()
    }
}

fn pattern_names(pattern: &Pattern) -> Vec<&ast::Name> {
    match pattern {
        Pattern::Name(name) => vec![name],
        Pattern::Tuple(parts, _) => parts.iter().flat_map(pattern_names).collect(),
    }
}

fn params(params: &[ast::Param]) -> Vec<Param> {
    params
        .iter()
        .map(|p| Param {
            name: match &p.pattern {
                Pattern::Name(name) => name.text.clone(),
                pattern => pattern_text(pattern).into(),
            },
            has_default: p.default.is_some(),
            is_rest: p.is_rest,
        })
        .collect()
}

fn pattern_text(pattern: &Pattern) -> String {
    match pattern {
        Pattern::Name(name) => name.text.to_string(),
        Pattern::Tuple(parts, _) => format!("({})", parts.iter().map(pattern_text).collect::<Vec<_>>().join(", ")),
    }
}

fn argument(p: &ast::Param) -> String {
    format!("the argument `{}`", pattern_text(&p.pattern))
}

/// An annotation as it is written.
fn text(a: &Annotation) -> String {
    let name = a.name.as_ref().map_or("", |n| &n.text);
    let Some(dims) = &a.dims else { return name.to_string() };
    let dims: Vec<String> = dims
        .iter()
        .map(|d| match d {
            Dim::Name(n) => n.text.to_string(),
            Dim::Size(size, _) => size.to_string(),
            Dim::Any(_) => "_".into(),
            Dim::Rest(_) => "...".into(),
        })
        .collect();
    format!("{name}[{}]", dims.join(", "))
}

/// Whether an argument is a literal `[…]`.
pub(super) fn is_tensor_literal(e: &ast::Expr) -> bool {
    matches!(e.kind, ExprKind::Tensor(_))
}
