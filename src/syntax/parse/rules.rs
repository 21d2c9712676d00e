//! What the grammar lets through but the language does not: names, orders and doubles.

use super::*;

impl<'t> Builder<'t> {
    /// `True`, `False`, `None` are no names.
    pub(super) fn check_name(&mut self, word: &str, span: Span) {
        let reel = match word {
            "True" => "true",
            "False" => "false",
            "None" => "none",
            _ => return,
        };
        self.report(
            Diagnostic::error(codes::CONSTANT, format!("`{word}` is written `{reel}`"))
                .label(span, "a capital letter")
                .help(format!("write `{reel}`")),
        );
    }

    /// `pass` is a name like any other, but alone on a line it is a habit.
    pub(super) fn check_statement(&mut self, value: &Expr) {
        if matches!(&value.kind, ExprKind::Name(word) if &**word == "pass") {
            self.report(
                Diagnostic::error(codes::WORD, "an empty block needs nothing in it")
                    .label(value.span, "not a word of Reel")
                    .help("write `{ }`"),
            );
        }
    }

    /// `assert (a > 0, "a is negative")` would assert a tuple.
    pub(super) fn check_assert(&mut self, condition: &Expr) {
        if let ExprKind::Tuple(parts) = &condition.kind
            && let [condition_part, message] = parts.as_slice()
        {
            let help = format!("write `assert {}, {}`", self.source(condition_part.span), self.source(message.span));
            self.report(
                Diagnostic::error(codes::ARGUMENTS, "`assert` is not a function")
                    .label(condition.span, "a tuple, not a condition")
                    .help(help),
            );
        }
    }

    /// A test stands at the top of a file and has a name that is known before the program runs, which this gives.
    pub(super) fn check_test(&mut self, head: Span, name: &Expr) -> String {
        if self.depth > 0 {
            self.report(
                Diagnostic::error(codes::TEST, "a test stands at the top of a file")
                    .label(head, "inside a block")
                    .help("move it out of the block; a test can call functions and run loops of its own"),
            );
        }
        let ExprKind::Str(parts) = &name.kind else { return String::new() };
        match parts.as_slice() {
            [StrPart::Text(text)] if !text.trim().is_empty() => return text.clone(),
            [] | [StrPart::Text(_)] => self.report(
                Diagnostic::error(codes::TEST, "this test has no name")
                    .label(name.span, "empty")
                    .help("say what holds: `test \"relu is 0 below 0\" { … }`"),
            ),
            _ => self.report(
                Diagnostic::error(codes::TEST, "the name of a test has no holes")
                    .label(name.span, "not known before the program runs")
                    .help("write the name out, a brace as `\\{`; a loop stands inside the test"),
            ),
        }
        String::new()
    }

    /// `1.e5` reads as the field `e5` of `1`.
    pub(super) fn check_field(&mut self, base: &Expr, name: &Name) {
        if let ExprKind::Int(value) = base.kind
            && let Some(digits) = name.text.strip_prefix(['e', 'E'])
            && digits.bytes().all(|b| b.is_ascii_digit())
            && base.span.end + 1 == name.span.start
        {
            self.report(
                Diagnostic::error(codes::NUMBER, "this is no number")
                    .label(base.span.to(name.span), "a point needs a digit after it before an exponent")
                    .help(format!("write `{value}.0{}` or `{value}{}`", name.text, name.text)),
            );
        }
    }

    /// Parameters: those with a default last, one `...rest` at the end, no name twice, no `self`.
    pub(super) fn check_params(&mut self, params: &[Param], is_method: bool) {
        let mut names = Vec::new();
        params.iter().for_each(|p| collect_names(&p.pattern, &mut names));
        self.check_doubles(&names, codes::PARAMETERS, "two parameters have the same name");
        for (i, param) in params.iter().enumerate() {
            let earlier = &params[..i];
            let after = earlier.iter().find(|e| e.is_rest || (e.default.is_some() && !param.is_rest));
            if let Some(before) = after
                && (before.is_rest || param.default.is_none())
            {
                let (message, said, help) = if before.is_rest {
                    ("nothing follows `...`", "this collects all that is left", "put the parameter with `...` last")
                } else {
                    (
                        "a parameter without a default follows one with a default",
                        "has a default",
                        "put those with a default last, or give this one a default too",
                    )
                };
                self.report(
                    Diagnostic::error(codes::PARAMETERS, message)
                        .label(param.span, "stands after it")
                        .label(before.span, said)
                        .help(help),
                );
                return;
            }
            if param.is_rest && param.default.is_some() {
                self.report(
                    Diagnostic::error(codes::PARAMETERS, "`...` collects what is left and has no default")
                        .label(param.span, "a default")
                        .help("it is empty if no arguments are left"),
                );
            }
        }
        if let Some(first) = params.first()
            && let Pattern::Name(name) = &first.pattern
            && is_method
            && &*name.text == "self"
        {
            self.report(
                Diagnostic::error(codes::SELF, "a method sees `self` by itself")
                    .label(name.span, "not a parameter")
                    .help("take it out of the parameters; fields and methods are there by their names"),
            );
        }
    }

    pub(super) fn check_pattern(&mut self, pattern: &Pattern) {
        let mut names = Vec::new();
        collect_names(pattern, &mut names);
        self.check_doubles(&names, codes::PARAMETERS, "one name is bound twice");
    }

    /// Arguments: by position first, then by name, none twice.
    pub(super) fn check_args(&mut self, args: &[Arg]) {
        let mut names: Vec<&Name> = Vec::new();
        for arg in args {
            match &arg.kind {
                ArgKind::Named(name) if &*name.text == "lambda" => {
                    let help = format!("write `|| {}`", self.source(arg.value.span));
                    self.report(
                        Diagnostic::error(codes::FUNCTION, "a lambda is written with bars")
                            .label(name.span, "not a word of Reel")
                            .help(help),
                    );
                }
                ArgKind::Named(name) => names.push(name),
                _ if !names.is_empty() => {
                    self.report(
                        Diagnostic::error(codes::ARGUMENTS, "an argument without a name follows one with a name")
                            .label(arg.span, "which parameter this is for is not clear")
                            .label(names[0].span, "named")
                            .help("put the named arguments last"),
                    );
                    return;
                }
                _ => {}
            }
        }
        self.check_doubles(&names, codes::ARGUMENTS, "one argument is given twice");
    }

    pub(super) fn check_keys(&mut self, entries: &[(Name, Expr)]) {
        let names: Vec<&Name> = entries.iter().map(|(name, _)| name).collect();
        self.check_doubles(&names, codes::ARGUMENTS, "one key stands twice in a record");
    }

    /// Reports the first name that an earlier one has already; `_` may stand as often as it likes.
    fn check_doubles(&mut self, names: &[&Name], code: &'static str, message: &str) {
        let mut seen = std::collections::HashMap::new();
        for name in names.iter().filter(|n| &*n.text != "_") {
            if let Some(first) = seen.insert(&*name.text, name.span) {
                self.report(
                    Diagnostic::error(code, message)
                        .label(name.span, format!("`{}` again", name.text))
                        .label(first, "first here")
                        .help("give one of them another name, or take it out"),
                );
                return;
            }
        }
    }

    /// The source of a span, for a help line.
    pub(super) fn source(&self, span: Span) -> String {
        wrong::brief(&self.text[span.range()])
    }
}

fn collect_names<'p>(pattern: &'p Pattern, names: &mut Vec<&'p Name>) {
    match pattern {
        Pattern::Name(name) => names.push(name),
        Pattern::Tuple(parts, _) => parts.iter().for_each(|p| collect_names(p, names)),
    }
}
