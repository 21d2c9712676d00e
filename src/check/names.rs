//! What to say about a name that means nothing here.

use std::rc::Rc;

use super::walk::Checker;
use super::{Binding, Known, Place};
use crate::diagnostic::{Diagnostic, did_you_mean};
use crate::source::Span;
use crate::syntax::ast::{Expr, ExprKind, Name};
use crate::vm::builtins;

impl Checker<'_> {
    /// A name whose value is wanted.
    pub(super) fn unknown_name(&mut self, name: &Rc<str>, span: Span) {
        let d = match self.declared_elsewhere(name, span) {
            Some(d) => d,
            None => {
                let d = Diagnostic::error("NAME-01", format!("unknown name `{name}`")).label(span, "not declared");
                self.suggest(d, name)
            }
        };
        self.error(d);
    }

    /// A name that is assigned to.
    pub(super) fn unknown_target(&mut self, name: &Rc<str>, span: Span) {
        if let Some(d) = self.declared_elsewhere(name, span) {
            return self.error(d);
        }
        let d = if self.known(name).is_some() {
            Diagnostic::error("NAME-02", format!("`{name}` is built in and cannot be assigned to"))
                .label(span, "not a variable of the program")
                .help(format!("declare a variable of that name first: `let {name} = …`"))
        } else {
            let d = Diagnostic::error("NAME-02", format!("`{name}` is not declared")).label(span, "assigned here");
            match self.similar(name, false) {
                Some(near) => {
                    d.help(format!("did you mean `{near}`? A new variable is declared with `let {name} = …`"))
                }
                None => d.help(format!("declare it: `let {name} = …`")),
            }
        };
        self.error(d);
    }

    /// The name exists, but not here.
    fn declared_elsewhere(&mut self, name: &Rc<str>, span: Span) -> Option<Diagnostic> {
        let closed = self.functions.iter().rev().find_map(|f| f.closed.iter().rev().find(|(n, _)| n == name));
        if let Some((_, at)) = closed {
            return Some(
                Diagnostic::error(
                    "NAME-03",
                    format!("`{name}` is not known here: the block that declared it is closed"),
                )
                .label(span, "used here")
                .label(*at, "declared here, inside a block")
                .help(format!("declare `{name}` before the block and assign to it inside")),
            );
        }
        let later = self.functions[0].scopes[0].names.get(name)?;
        let at = self.resolved.var(*later).span;
        Some(
            Diagnostic::error("NAME-04", format!("`{name}` is used before it is declared"))
                .label(span, "used here")
                .label(at, "declared here")
                .help("move the declaration up; only `fn` and `module` at the top may be used before their line"),
        )
    }

    fn suggest(&mut self, d: Diagnostic, name: &str) -> Diagnostic {
        if let Some(help) = habit(name) {
            return d.help(help);
        }
        if let Some(full) = builtins::with_prefix(name) {
            return d.help(format!("did you mean `{full}`?"));
        }
        match self.similar(name, true) {
            Some(near) => d.help(format!("did you mean `{near}`?")),
            None => d,
        }
    }

    /// The nearest name that is visible here.
    fn similar(&self, name: &str, with_known: bool) -> Option<String> {
        let mut candidates: Vec<Rc<str>> = Vec::new();
        for f in self.functions.iter().rev() {
            for scope in f.scopes.iter().rev() {
                candidates.extend(scope.names.keys().cloned());
            }
            if let Some(class) = f.class {
                candidates.extend(self.classes[class].info.fields.iter().cloned());
                candidates.extend(self.classes[class].info.methods.iter().cloned());
            }
        }
        candidates.extend(self.names.keys().cloned());
        // The program's own names win over built-in ones; order makes the choice the same every time.
        candidates.sort();
        if let Some(near) = did_you_mean(name, candidates.iter().map(|c| &**c)) {
            return Some(near.to_string());
        }
        if !with_known {
            return None;
        }
        let mut known: Vec<Rc<str>> = self.outer.library_names();
        known.extend(builtins::GLOBALS.iter().map(|b| Rc::from(b.name)));
        known.extend(crate::ops::all().iter().map(|op| Rc::from(op.name)));
        known.extend(["inf", "nan", "pi"].map(Rc::from));
        known.sort();
        did_you_mean(name, known.iter().map(|c| &**c)).map(str::to_string)
    }

    /// `linalg.inv`: binds the member, or says what the group has.
    pub(super) fn namespace_member(&mut self, space: &'static str, recv: &Expr, name: &Name) {
        self.bind(recv.span, Binding::Known(Known::Namespace(space)));
        let full = format!("{space}.{}", name.text);
        if let Some(binding) = self.known(&full) {
            return self.bind(name.span, binding);
        }
        let prefix = format!("{space}.");
        let mut members: Vec<Rc<str>> = self.outer.library_names();
        members.extend(builtins::GLOBALS.iter().map(|b| Rc::from(b.name)));
        members.extend(crate::ops::all().iter().map(|op| Rc::from(op.name)));
        let members: Vec<&str> = members.iter().filter_map(|m| m.strip_prefix(&prefix)).collect();
        let d = Diagnostic::error("NAME-01", format!("`{space}` has no `{}`", name.text)).label(name.span, "unknown");
        let d = match did_you_mean(&name.text, members) {
            Some(near) => d.help(format!("did you mean `{space}.{near}`?")),
            None => d,
        };
        self.error(d);
    }

    /// `self.x` where the module is known to have no `x`.
    pub(super) fn check_self_field(&mut self, recv: &Expr, name: &Name) {
        let ExprKind::Name(recv_name) = &recv.kind else { return };
        if &**recv_name != "self" {
            return;
        }
        let Some(f) = self.functions.iter().rev().find(|f| f.class.is_some()) else { return };
        let (Some(class), Some(this)) = (f.class, f.this) else { return };
        let is_this = match self.find("self") {
            Some(Binding::Local(Place::Var(id) | Place::Capture(_, id))) => id == this,
            _ => false,
        };
        let class = &self.classes[class];
        let known = class.field(&name.text).is_some() || class.method(&name.text).is_some();
        if !is_this || known || &*name.text == "training" {
            return;
        }
        let names: Vec<&str> = class.info.fields.iter().chain(&class.info.methods).map(|n| &**n).collect();
        let d = Diagnostic::error("NAME-07", format!("the module `{}` has no field `{}`", class.name, name.text))
            .label(name.span, "not declared in the module's body");
        let d = match did_you_mean(&name.text, names) {
            Some(near) => d.help(format!("did you mean `{near}`?")),
            None => d.help(format!("declare it in the module's body: `let {} = …`", name.text)),
        };
        self.error(d);
    }
}

/// What people type who come from Python, and its form here.
fn habit(name: &str) -> Option<String> {
    Some(match name {
        "True" | "False" => format!("write `{}`", name.to_lowercase()),
        "None" | "null" | "nil" | "undefined" | "NULL" => "write `none`".into(),
        "range" => "write `0..n` for the ints from 0 to below n, `a..b by s` with a step".into(),
        "torch" | "np" | "numpy" | "jnp" | "F" | "math" | "tf" | "nn" | "optim" | "jax" => {
            format!("operations and layers need no prefix: `{name}.f(x)` is `f(x)` or `x.f()`")
        }
        "dict" => "write a record: `{lr: 0.1, steps: 500}`".into(),
        "set" => "write a record with the elements as keys, or a list".into(),
        "type" | "typeof" | "isinstance" => "`kind(v)` gives the name of a value's kind".into(),
        "println" | "printf" | "echo" | "puts" => "write `print(…)`".into(),
        "raise" | "throw" | "panic" | "Exception" | "ValueError" => "write `error(\"what is wrong\")`".into(),
        "def" | "func" | "function" | "lambda" => "functions are written `fn f(x) { … }`, small ones `|x| …`".into(),
        "var" | "const" | "local" | "mut" | "auto" => "variables are declared with `let`".into(),
        "elif" | "elseif" | "elsif" => "write `else if`".into(),
        "pass" => "leave the block empty: `{ }`".into(),
        "test" | "it" | "describe" => "a test is written `test \"name\" { … }`".into(),
        "assert_allclose" | "assert_almost_equal" => "write `assert_close(actual, expected)`".into(),
        "assert_equal" | "assert_eq" | "assertEqual" => {
            "write `assert a == b`, of tensors `assert equal(a, b)` or `assert_close(a, b)`".into()
        }
        "this" => "write `self`".into(),
        "self" => "`self` is known in the methods of a module".into(),
        "class" | "struct" => "write `module Name(…) { … }`".into(),
        "with" => "write `no_grad { … }` or `on \"cuda\" { … }`".into(),
        "del" => "there is no `del`: values go when nothing refers to them".into(),
        "is" => {
            "write `==`; `same(a, b)` tells whether two names mean the same list, record, module or parameter".into()
        }
        "time" => "`clock()` gives seconds".into(),
        "import" | "from" => "write `import \"file.reel\" as name`".into(),
        "float32" | "float64" | "float16" | "bfloat16" | "int64" => {
            let dtype = match name {
                "float32" => "f32",
                "float64" => "f64",
                "float16" => "f16",
                "bfloat16" => "bf16",
                _ => "i64",
            };
            format!("dtypes are strings: `\"{dtype}\"`")
        }
        _ => return None,
    })
}
