//! Calls that are certain to fail: too many or too few arguments, names that the function does not have.

use std::collections::HashMap;
use std::iter;
use std::rc::Rc;

use super::walk::{Checker, pattern_names};
use super::{Binding, Known};
use crate::diagnostic::{Diagnostic, did_you_mean};
use crate::ops;
use crate::source::Span;
use crate::syntax::ast::*;
use crate::vm::builtins;
use crate::vm::call::{arguments, is_given};
use crate::vm::function::{Builtin, ParamDefault};

/// The parameters of a function whose call is checked.
struct Signature {
    what: String,
    params: Vec<Parameter>,
    declared: Option<Span>,
}

struct Parameter {
    name: Rc<str>,
    required: bool,
    /// Takes all positional arguments that are left.
    collects: bool,
    /// After a collecting one: only by name.
    by_name_only: bool,
}

impl Checker<'_> {
    /// Top-level functions that are declared once and never assigned or declared otherwise.
    pub(super) fn collect_fixed(&mut self, stmts: &[Stmt]) {
        let mut declarations: HashMap<Rc<str>, usize> = HashMap::new();
        let mut count = |n: &Name| *declarations.entry(n.text.clone()).or_default() += 1;
        for stmt in stmts {
            match &stmt.kind {
                StmtKind::Fn(f) => f.name.iter().for_each(&mut count),
                StmtKind::Module(m) => count(&m.name),
                StmtKind::Let(pattern, _) => pattern_names(pattern, &mut count),
                StmtKind::Import(Import { what: ImportWhat::As(n), .. }) => count(n),
                StmtKind::Import(Import { what: ImportWhat::Names(names), .. }) => names.iter().for_each(&mut count),
                _ => {}
            }
        }
        for stmt in stmts {
            if let StmtKind::Fn(f) = &stmt.kind
                && let Some(name) = &f.name
                && declarations.get(&name.text) == Some(&1)
            {
                self.fixed.insert(name.text.clone(), f.clone());
            }
        }
    }

    /// Whether a name, as it was resolved, is a function at the top that is declared once.
    fn fixed_function(&self, name: &Rc<str>, binding: &Binding) -> Option<Rc<Function>> {
        let id = self.functions[0].scopes[0].names.get(name)?;
        let var = self.resolved.var(*id);
        let same = match binding {
            Binding::Global(slot) => var.global == Some(*slot),
            Binding::Local(super::Place::Var(v)) => v == id && self.in_main(),
            _ => false,
        };
        if same && !var.assigned { self.fixed.get(name).cloned() } else { None }
    }

    /// `piped`: a value comes before the arguments, as in `x |> f(a)`.
    pub(super) fn check_call(&mut self, callee: &Expr, args: &[Arg], piped: bool, span: Span) {
        let signatures = self.signatures(callee);
        let mut faults = signatures.iter().map_while(|s| s.fault(args, piped, span));
        // Where one of the signatures takes the call, no fault is certain.
        if let Some(first) = faults.next()
            && faults.count() + 1 == signatures.len()
        {
            self.error(first);
        }
    }

    /// What is called takes the arguments of one of these; none if that is not known before the run.
    fn signatures(&mut self, callee: &Expr) -> Vec<Signature> {
        self.known_signatures(callee).unwrap_or_default()
    }

    fn known_signatures(&mut self, callee: &Expr) -> Option<Vec<Signature>> {
        let (name, binding) = match &callee.kind {
            ExprKind::Name(name) => (name.clone(), *self.resolved.names.get(&callee.span.start)?),
            ExprKind::Field(_, name) => (name.text.clone(), *self.resolved.names.get(&name.span.start)?),
            _ => return None,
        };
        match binding {
            // Without a tensor among the arguments the builtin of that name takes the call, with parameters of its own.
            Binding::Known(Known::Op(op)) => {
                let builtin = builtins::global(op.name).map(Signature::of_builtin);
                Some(iter::once(Signature::of_op(op)).chain(builtin).collect())
            }
            Binding::Known(Known::Builtin(b)) => Some(vec![Signature::of_builtin(b)]),
            _ => {
                let f = self.fixed_function(&name, &binding)?;
                let rest = f.params.iter().position(|p| p.is_rest).unwrap_or(usize::MAX);
                let params = f.params.iter().enumerate().map(|(k, p)| Parameter {
                    name: match &p.pattern {
                        Pattern::Name(n) => n.text.clone(),
                        Pattern::Tuple(..) => "".into(),
                    },
                    required: p.default.is_none() && !p.is_rest,
                    collects: p.is_rest,
                    by_name_only: k > rest,
                });
                let declared = f.name.as_ref().map(|n| n.span);
                Some(vec![Signature { what: format!("`{name}`"), params: params.collect(), declared }])
            }
        }
    }
}

impl Signature {
    /// What is wrong with a call, if that is certain.
    fn fault(&self, args: &[Arg], piped: bool, span: Span) -> Option<Diagnostic> {
        let spread = args.iter().any(|a| matches!(a.kind, ArgKind::Spread));
        let positional: Vec<&Arg> = args.iter().filter(|a| !matches!(a.kind, ArgKind::Named(_))).collect();
        let given = positional.len() + piped as usize;
        let named: Vec<&Name> = args
            .iter()
            .filter_map(|a| match &a.kind {
                ArgKind::Named(n) => Some(n),
                _ => None,
            })
            .collect();

        for name in &named {
            let position = self.params.iter().position(|p| p.name == name.text && !p.collects);
            let Some(k) = position else {
                let names = self.params.iter().filter(|p| !p.collects).map(|p| &*p.name);
                let message = format!("{} has no parameter `{}`", self.what, name.text);
                let d = self.note(Diagnostic::error("CALL-03", message).label(name.span, "unknown"));
                let d = match did_you_mean(&name.text, names) {
                    Some(near) => d.help(format!("did you mean `{near}:`?")),
                    None => d.help(self.usage()),
                };
                return Some(d);
            };
            let before = self.params[..k].iter().any(|p| p.collects);
            if !spread && !before && k < given && !self.params[k].by_name_only {
                let message = format!("{} gets `{}` twice", self.what, name.text);
                let mut d = Diagnostic::error("CALL-04", message).label(name.span, "here by name");
                if let Some(arg) = k.checked_sub(piped as usize).and_then(|k| positional.get(k)) {
                    d = d.label(arg.span, "here by position");
                }
                return Some(self.note(d));
            }
        }
        if spread {
            return None;
        }
        let collects = self.params.iter().any(|p| p.collects);
        let room = self.params.iter().filter(|p| !p.by_name_only).count();
        if given > room && !collects {
            let message = format!("{} takes {}, but {}", self.what, arguments(room), is_given(given));
            let place = positional.get(room - piped.min(room > 0) as usize).map_or(span, |a| a.span);
            let d = self.note(Diagnostic::error("CALL-02", message).label(place, "one too many"));
            return Some(d.help(self.usage()));
        }
        let missing: Vec<&Parameter> = self
            .params
            .iter()
            .enumerate()
            .filter(|(k, p)| {
                let by_position = *k < given && !p.by_name_only;
                p.required && !by_position && !named.iter().any(|n| n.text == p.name)
            })
            .map(|(_, p)| p)
            .collect();
        let first = missing.first()?;
        let message = match missing.len() {
            1 => format!("{} is missing the argument `{}`", self.what, first.name),
            _ => {
                let names: Vec<String> = missing.iter().map(|p| format!("`{}`", p.name)).collect();
                format!("{} is missing the arguments {}", self.what, names.join(", "))
            }
        };
        let d = self.note(Diagnostic::error("CALL-01", message).label(span, "in this call"));
        Some(d.help(self.usage()))
    }

    fn of_op(op: &ops::Op) -> Signature {
        let params = op.params.iter().map(|p| Parameter {
            name: p.name.into(),
            required: p.default == ops::Default::Required,
            collects: matches!(p.kind, ops::ParamKind::Shape | ops::ParamKind::Tensors),
            by_name_only: false,
        });
        let mut params: Vec<Parameter> = params.collect();
        if let Some(k) = params.iter().position(|p| p.collects) {
            // A shape or a list of tensors may also be one argument, with others after it by position or name.
            params[k].required = false;
        }
        Signature { what: format!("`{}`", op.name), params, declared: None }
    }

    fn of_builtin(b: &Builtin) -> Signature {
        let rest = b.rest_index().unwrap_or(usize::MAX);
        let params = b.params.iter().enumerate().map(|(k, p)| Parameter {
            name: p.name.into(),
            required: p.default == ParamDefault::Required,
            collects: p.default == ParamDefault::Rest,
            by_name_only: k > rest,
        });
        Signature { what: format!("`{}`", b.name), params: params.collect(), declared: None }
    }

    fn note(&self, d: Diagnostic) -> Diagnostic {
        match self.declared {
            Some(span) => d.label(span, "declared here"),
            None => d,
        }
    }

    fn usage(&self) -> String {
        let params: Vec<String> = self
            .params
            .iter()
            .map(|p| match (p.collects, p.required) {
                (true, _) => format!("...{}", p.name),
                (_, true) => p.name.to_string(),
                (_, false) => format!("{} = …", p.name),
            })
            .collect();
        format!("it is {}({})", self.what.trim_matches('`'), params.join(", "))
    }
}
