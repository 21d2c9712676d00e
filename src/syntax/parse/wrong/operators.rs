//! Symbols of other languages, and Reel's own where they cannot stand; numbers and holes that are badly written.

use super::words::value_start;
use super::{Place, brief};
use crate::diagnostic::Diagnostic;
use crate::syntax::codes;
use crate::syntax::token::Token;
use crate::syntax::words::is_reserved;

pub(super) fn diagnose(p: &Place) -> Option<Diagnostic> {
    number(p).or_else(|| hole(p)).or_else(|| foreign(p)).or_else(|| symbol(p)).or_else(|| character(p))
}

/// `.5`, `0x1f`, `2x`, `1__0`
fn number(p: &Place) -> Option<Diagnostic> {
    if p.token() == Some(Token::Number) && p.text_before() == "." {
        return Some(match p.before.and_then(|b| p.scene.before(b)).map(|b| p.scene.lexemes[b].token) {
            Some(Token::Number) => {
                p.error(codes::NUMBER, "a number has one point", "after a second one").help("a range is written `..`")
            }
            _ => p
                .error(codes::NUMBER, "a part of a tuple is read with an index", "a field is a word")
                .help(format!("write `[{}]`", p.text().replace('.', "]["))),
        });
    }
    if p.text() == "." && p.scene.token(p.after) == Some(Token::Number) && p.scene.touch(p.at, p.at + 1) {
        return Some(
            p.error(codes::NUMBER, "a number begins with a digit", "a point alone")
                .help(format!("write `0.{}`", p.text_after())),
        );
    }
    if p.token() != Some(Token::Number) {
        return None;
    }
    let text = p.text();
    let digits = text.find(|c: char| !c.is_ascii_digit() && c != '_' && c != '.').unwrap_or(text.len());
    let (value, letters) = text.split_at(digits);
    let plain = text.replace('_', "");
    let help = match letters.to_ascii_lowercase() {
        l if value == "0" && l.starts_with('x') => match i64::from_str_radix(&plain[2..], 16) {
            Ok(n) => format!("numbers are decimal: write `{n}`"),
            Err(_) => "numbers are decimal".to_string(),
        },
        l if value == "0" && l.starts_with('b') => match i64::from_str_radix(&plain[2..], 2) {
            Ok(n) => format!("numbers are decimal: write `{n}`"),
            Err(_) => "numbers are decimal".to_string(),
        },
        l if l.is_empty() && value.ends_with('_') || value.contains("__") => {
            "a single `_` may stand between two digits: `1_000`".to_string()
        }
        l if l == "e" || l == "e_" => format!("an exponent has digits: `{value}e3`"),
        l if l.is_empty() => return None,
        l if l.starts_with('e') => return None,
        _ => format!("for a product write `{value} * {letters}`"),
    };
    Some(p.error(codes::NUMBER, "this is no number", "digits and letters run together").help(help))
}

/// `{}`, `{{x}}`, `{x!r}`, `{x=}`
fn hole(p: &Place) -> Option<Diagnostic> {
    let open = match p.token() {
        Some(Token::HoleOpen) => p.at,
        _ => p.scene.parent(p.at).filter(|&i| p.scene.token(Some(i)) == Some(Token::HoleOpen)).or_else(|| {
            let closes = p.token() == Some(Token::HoleClose);
            p.before.filter(|&b| closes && p.scene.token(Some(b)) == Some(Token::HoleOpen))
        })?,
    };
    let scene = p.scene;
    let first = open + 1;
    let (message, label, help) = match (scene.token(Some(first)), scene.word(Some(first))) {
        (Some(Token::HoleClose), _) => {
            ("this hole is empty", "an expression is needed", "for the braces themselves write `\\{}`")
        }
        (Some(Token::Open), "{") => (
            "a hole cannot begin with `{`",
            "a second brace",
            "for a brace itself write `\\{`; put a record or a block in parentheses",
        ),
        (_, ":") => {
            ("this hole is empty", "an expression is needed before the `:`", "for the brace itself write `\\{`")
        }
        _ if p.text() == "!" => {
            ("holes have no `!r`", "not needed", "a string in quotes is what `[x]` or `(x,)` prints")
        }
        _ if p.text() == "=" && p.text_after() == "}" => {
            ("a hole holds an expression only", "not needed", "write the name before the hole: `x = {x}`")
        }
        _ if p.text() == ":" => {
            ("a format spec is written out", "no hole in it", "choose with `if`, or build the text from parts")
        }
        _ if p.follows_value() && p.begins_value() => (
            "a hole holds one expression",
            "a second one begins",
            "write the operator that joins the two, or a second hole",
        ),
        _ if open == p.at || p.token() == Some(Token::HoleClose) && !p.follows_value() => {
            ("this hole holds no expression", "here", "for the brace itself write `\\{`")
        }
        _ => return None,
    };
    let at = if matches!(p.text(), "!" | "=" | ":") || p.follows_value() { p.at } else { open };
    Some(p.error_at(at, codes::HOLE, message, label).help(help))
}

/// `&&`, `||`, `!`, `&`, `|`, `~`, `^`, `<<`, `++`, `=>`, `?` …
fn foreign(p: &Place) -> Option<Diagnostic> {
    let is_bar = matches!(p.text(), "|" | "||") && p.follows_value();
    if p.token() != Some(Token::Foreign) && !is_bar {
        return None;
    }
    let text = p.text();
    let next = p.after.map_or(String::new(), |a| {
        let end = p.scene.find(a, |t| matches!(t, "," | "{" | "&&" | "||" | "and" | "or" | "==" | "&" | "|"));
        p.source(a, end)
    });
    let sentence =
        |message: &str, help: String| Some(p.error(codes::OPERATOR, message, "not an operator of Reel").help(help));
    match text {
        "&&" => sentence("`and` is a word", "write `a and b`; element by element `logical_and(a, b)`".to_string()),
        "||" => sentence("`or` is a word", "write `a or b`; element by element `logical_or(a, b)`".to_string()),
        "!" => sentence("`not` is a word", format!("write `not {next}`; element by element `logical_not(x)`")),
        "&" => sentence(
            "there is no `&`",
            "of truth values write `a and b`, of bool tensors `logical_and(a, b)`".to_string(),
        ),
        "|" => sentence(
            "there is no `|` between values",
            "of truth values write `a or b`, of bool tensors `logical_or(a, b)`; a call behind its argument is `|>`"
                .to_string(),
        ),
        "~" => sentence(
            "there is no `~`",
            format!("of a truth value write `not {next}`, of a bool tensor `logical_not({next})`"),
        ),
        "^" => sentence("a power is written `**`", "write `a ** b`; of bool tensors `logical_xor(a, b)`".to_string()),
        "<<" | ">>" => sentence("there are no bit shifts", "write `a * 2 ** n` or `a // 2 ** n`".to_string()),
        "++" => sentence("a step is written out", "write `x += 1`".to_string()),
        "===" => {
            sentence("equality is `==`", "write `a == b`; `same(a, b)` tells whether they are one object".to_string())
        }
        "!==" | "<>" => sentence("inequality is `!=`", "write `a != b`".to_string()),
        ":=" => Some(
            p.error(codes::ASSIGNMENT, "an assignment is a statement of its own", "not inside an expression")
                .help("write `let x = …` on a line before"),
        ),
        "=>" => Some(arrow(p)),
        "?" => Some(
            p.error(codes::CONDITIONAL, "a choice is written with `if`", "not an operator of Reel")
                .help("write `if c { a } else { b }`"),
        ),
        "\\" => Some(
            p.error(codes::CHARACTER, "a line needs no `\\` to go on", "not needed")
                .help("a line goes on after an operator or a comma, inside brackets, and before `.name` and `|>`"),
        ),
        _ => None,
    }
}

/// `x => x + 1`, `(x, y) -> x + y`
fn arrow(p: &Place) -> Diagnostic {
    let scene = p.scene;
    if p.text_of_head() == "fn" && scene.parent(p.at) == scene.parent(p.head) {
        return body_in_braces(p);
    }
    let params = match p.before {
        Some(close) if p.text_before() == ")" => {
            let open =
                (p.head..close).rev().find(|&i| scene.token(Some(i)) == Some(Token::Open) && scene.closer(i) == close);
            open.map_or(String::new(), |open| p.source(open + 1, close))
        }
        _ => p.text_before().to_string(),
    };
    let body = p.source(p.at + 1, scene.find(p.at + 1, |t| t == ","));
    p.error(codes::FUNCTION, "a lambda is written with bars", "not an operator of Reel")
        .help(format!("write `|{params}| {}`", if body.is_empty() { "…" } else { &body }))
}

/// `fn f(x) = x * 2`, `fn f(x) => x * 2`
fn body_in_braces(p: &Place) -> Diagnostic {
    p.error(codes::BLOCK, "the body of a function stands in braces", format!("not after `{}`", p.text()))
        .help(format!("write `{} {{ … }}`", p.source(p.head, p.at)))
}

fn symbol(p: &Place) -> Option<Diagnostic> {
    match p.text() {
        ":" => colon(p),
        "->" if p.text_of_head() != "fn" && p.follows_value() => Some(arrow(p)),
        "=" | "+=" | "-=" | "*=" | "/=" | "//=" | "%=" | "**=" | "@=" => equals(p),
        "," => comma(p),
        "+" if !p.follows_value() => {
            Some(
                p.error(codes::OPERATOR, "there is no `+` before a value", "not needed")
                    .help(if p.text_before() == "+" { "write `x += 1` to add one" } else { "leave it out" }),
            )
        }
        "*" | "**" if matches!(p.text_before(), "(" | ",") => {
            let name = p.text_after();
            let help = match p.text() {
                "*" => format!("write `...{name}`"),
                _ => "take a record as an argument, and read its keys".to_string(),
            };
            Some(
                p.error(codes::SPREAD, "several arguments are collected and spread with `...`", "not with stars")
                    .help(help),
            )
        }
        "..." => Some(
            p.error(codes::SPREAD, "`...` spreads the arguments of a call", "not a value of its own")
                .help("join lists and tuples with `+`, tensors with `cat`; `x[..., 0]` is an index"),
        ),
        "@" if p.at == p.head => Some(
            p.error(codes::WORD, "functions have no decorators", "`@` is the matrix product")
                .help("call the function: `let f = graph(f)`; `no_grad { … }` is a block"),
        ),
        "//" if !p.follows_value() => {
            Some(p.error(codes::CHARACTER, "a comment begins with `#`", "`//` divides").help("write `# …`"))
        }
        "/" if p.scene.word(Some(p.at + 1)).starts_with('*') => {
            Some(p.error(codes::CHARACTER, "a comment begins with `#`", "`/` divides").help("write `#` on each line"))
        }
        ";" if !p.scene.ends_statement(p.at) => Some(
            p.error(codes::UNEXPECTED, "`;` ends a statement", format!("not inside `{}`", p.scene.around(p.at)))
                .help("put a comma between values"),
        ),
        _ => None,
    }
}

fn colon(p: &Place) -> Option<Diagnostic> {
    let scene = p.scene;
    if scene.around(p.at) == "[" {
        return slice(p);
    }
    let open = scene.parent(p.at).filter(|_| scene.around(p.at) == "{");
    if open.is_some_and(|open| !scene.is_record(open))
        && p.before == Some(p.head)
        && p.token_before() == Some(Token::Word)
    {
        return Some(
            p.error(codes::UNEXPECTED, "these braces hold a block, not a record", "no key can stand here")
                .help(format!("put a record in parentheses: `({{{}: …}})`", p.text_before())),
        );
    }
    if open.is_some_and(|open| open + 1 == p.head) {
        return Some(
            p.error(codes::UNEXPECTED, "a key is a word or a string without holes", "the part before this is none")
                .help("as in `{lr: 0.1, \"steps\": 500}`; anything else goes in a `list` of pairs"),
        );
    }
    let head = p.text_of_head();
    let block = matches!(
        head,
        "if" | "while"
            | "for"
            | "fn"
            | "def"
            | "module"
            | "class"
            | "try"
            | "else"
            | "elif"
            | "with"
            | "no_grad"
            | "on"
    ) || matches!(p.text_before(), "else" | "try" | "no_grad" | "catch");
    if block && scene.parent(p.at) == scene.parent(p.head) {
        let written = p.source(p.head, p.at);
        let last = written.rsplit('}').next().unwrap_or(&written).trim();
        return Some(
            p.error(codes::COLON, "a block stands in braces", "not after a colon")
                .help(format!("write `{last} {{ … }}`")),
        );
    }
    if head == "let" && p.before == Some(p.head + 1) {
        return Some(
            p.error(codes::LET, "a `let` takes no annotation", "parameters of functions do")
                .help(format!("write `let {} = …`", p.text_before())),
        );
    }
    None
}

/// `x[1:3]`, `x[:, 0]`, `x[::2]`, rewritten.
fn slice(p: &Place) -> Option<Diagnostic> {
    let scene = p.scene;
    let open = scene.parent(p.at)?;
    let close = scene.closer(open);
    let mut items = Vec::new();
    let mut parts: Vec<String> = Vec::new();
    let mut from = open + 1;
    for i in open + 1..=close {
        let ends_item = i == close || (scene.parent(i) == Some(open) && scene.word(Some(i)) == ",");
        if ends_item || (scene.parent(i) == Some(open) && scene.word(Some(i)) == ":") {
            parts.push(p.source(from, i));
            from = i + 1;
        }
        if ends_item {
            items.push(rewrite(&std::mem::take(&mut parts)));
        }
    }
    let base =
        scene.before(open).filter(|&b| scene.token(Some(b)) == Some(Token::Word)).map_or("x", |b| scene.word(Some(b)));
    Some(
        p.error(codes::SLICE, "a slice is written with `..`", "not with a colon")
            .help(format!("write `{base}[{}]`", brief(&items.join(", ")))),
    )
}

fn rewrite(parts: &[String]) -> String {
    let value = |s: &String| if s == "None" { "none".to_string() } else { s.clone() };
    match parts {
        [start, end] => format!("{}..{}", value(start), value(end)),
        [start, end, step] if step.is_empty() => format!("{}..{}", value(start), value(end)),
        [start, end, step] => format!("{}..{} by {step}", value(start), value(end)),
        other => other.iter().map(value).collect::<Vec<_>>().join(", "),
    }
}

/// Whether the failing token stands in the parentheses of a call.
fn is_call(p: &Place) -> bool {
    let scene = p.scene;
    let Some(open) = scene.parent(p.at).filter(|&i| i > 0 && scene.word(Some(i)) == "(") else { return false };
    let callee = open - 1;
    match scene.token(Some(callee)) {
        Some(Token::Word) => !is_reserved(scene.word(Some(callee))) || scene.word(scene.before(callee)) == ".",
        token => token == Some(Token::Close),
    }
}

/// `f(dim=1)`, `if a = 3 {`, `a = b = c`
fn equals(p: &Place) -> Option<Diagnostic> {
    let scene = p.scene;
    let compound = p.text() != "=";
    let named = p.token_before() == Some(Token::Word)
        && p.before.and_then(|b| scene.before(b)).is_some_and(|b| matches!(scene.word(Some(b)), "(" | ","));
    if is_call(p) && named && !compound {
        let end = scene.find(p.at + 1, |t| t == ",");
        let (name, value) = (p.text_before(), p.source(p.at + 1, end));
        let value = match value.as_str() {
            "True" => "true".to_string(),
            "False" => "false".to_string(),
            "None" => "none".to_string(),
            _ => value.replace('\'', "\""),
        };
        let help = match name {
            "requires_grad" => "gradients reach parameters: write `param(t)` around the tensor".to_string(),
            _ => format!("write `{name}: {value}`"),
        };
        return Some(p.error(codes::NAMED, "a named argument is written with `:`", "not with `=`").help(help));
    }
    if p.text_of_head() == "fn" && scene.parent(p.at) == scene.parent(p.head) {
        return Some(body_in_braces(p));
    }
    if matches!(p.text_of_head(), "if" | "while" | "assert") && !compound {
        return Some(
            p.error(codes::ASSIGNMENT, "`=` assigns, `==` compares", "an assignment is no condition")
                .help("write `==`"),
        );
    }
    if p.text_of_head() == "for" && scene.around(p.at) == "(" {
        return Some(
            p.error(codes::UNEXPECTED, "a loop runs over values", "not over a counter of its own")
                .help(format!("write `for {} in 0..n {{ … }}`; a step is `0..n by 2`", p.text_before())),
        );
    }
    if p.text_of_head() == "let" && p.at == p.head + 1 {
        return Some(p.error(codes::LET, "a `let` needs a name", "before this").help("write `let x = …`"));
    }
    if p.text_of_head() == "let" && matches!(scene.word(Some(p.head + 2)), "[" | ".") {
        return Some(
            p.error(codes::LET, "a `let` declares names", "this is a part of something that exists")
                .help(format!("write `{}` without `let`", p.source(p.head + 1, p.at))),
        );
    }
    if !p.follows_value() {
        return None;
    }
    Some(
        p.error(codes::ASSIGNMENT, "an assignment is a statement of its own", "not a part of an expression")
            .help("assign on a line before; `==` compares"),
    )
}

/// `for i, x in xs`, `let a, b = …`, `a, b = b, a`, `return a, b`
fn comma(p: &Place) -> Option<Diagnostic> {
    let scene = p.scene;
    let parent = scene.parent(p.at);
    if parent != scene.parent(p.head) && scene.around(p.at) != "{" {
        return None;
    }
    if scene.token(Some(p.at + 1)) == Some(Token::Newline) {
        return Some(
            p.error(codes::TUPLE, "nothing is listed here", "this comma goes on with the next line")
                .help("take the comma out; several values are a tuple, in parentheses"),
        );
    }
    let is_item = |from: usize, end: usize| format!("({})", p.source(from, end));
    let tuple =
        |message: &str, help: String| Some(p.error(codes::TUPLE, message, "a tuple stands in parentheses").help(help));
    let inside_for = |i: usize| scene.word(Some(i)) == "for";
    if let Some(head) = (p.head..p.at).rev().find(|&i| scene.parent(i) == parent && inside_for(i)) {
        let end = scene.find(head + 1, |t| t == "in");
        return tuple("several loop variables are a tuple", format!("write `for {} in …`", is_item(head + 1, end)));
    }
    match p.text_of_head() {
        "let" => {
            let equals = scene.find(p.head, |t| t == "=");
            if equals < p.at {
                let end = scene.find(p.at, |_| false);
                return tuple("several values are a tuple", format!("write `= {}`", is_item(equals + 1, end)));
            }
            let end = scene.find(equals, |_| false);
            let values = if equals + 1 < end { p.source(equals + 1, end) } else { "…".to_string() };
            let values = if values.contains(',') && !values.starts_with('(') { format!("({values})") } else { values };
            tuple("several names are a tuple", format!("write `let {} = {values}`", is_item(p.head + 1, equals)))
        }
        "return" => {
            let end = scene.find(p.at, |_| false);
            tuple("several results are a tuple", format!("write `return {}`", is_item(p.head + 1, end)))
        }
        _ => {
            let start = value_start(p).min(p.at);
            let equals = scene.find(p.head, |t| t == "=");
            let end = scene.find(p.at, |_| false);
            if equals > p.at && equals < end {
                let values = p.source(equals + 1, end);
                let values = if values.contains(',') { format!("({values})") } else { values };
                return tuple("several places are a tuple", format!("write `{} = {values}`", is_item(p.head, equals)));
            }
            let open = scene.parent(p.at).filter(|_| scene.around(p.at) == "{");
            if open.is_some_and(|open| !scene.is_record(open))
                && p.before == Some(p.head)
                && p.token_before() == Some(Token::Word)
            {
                return Some(
                    p.error(codes::UNEXPECTED, "these braces hold a block, not a record", "no key can stand here")
                        .help(format!("put a record in parentheses: `({{{}: …}})`", p.text_before())),
                );
            }
            if open.is_some_and(|open| open + 1 == p.head) {
                return Some(
                    p.error(codes::TUPLE, "there are no sets", "values in braces")
                        .help(format!("write `list({})`", p.source(p.head, end))),
                );
            }
            tuple("several values are a tuple", format!("write `{}`", is_item(start, end)))
        }
    }
}

fn character(p: &Place) -> Option<Diagnostic> {
    if p.token() != Some(Token::Unknown) && !matches!(p.text(), "$" | "`") {
        return None;
    }
    let c = p.text().chars().next()?;
    let (label, help) = match c {
        '\u{a0}' | '\u{2002}'..='\u{200b}' | '\u{202f}' | '\u{3000}' => {
            (format!("U+{:04X}, a blank of another kind", c as u32), "replace it by an ordinary blank")
        }
        '×' | '·' | '∙' => ("not an operator of Reel".to_string(), "write `*`"),
        '÷' => ("not an operator of Reel".to_string(), "write `/`"),
        '−' | '–' | '—' => ("not the minus sign of the keyboard".to_string(), "write `-`"),
        '≤' => ("not an operator of Reel".to_string(), "write `<=`"),
        '≥' => ("not an operator of Reel".to_string(), "write `>=`"),
        '≠' => ("not an operator of Reel".to_string(), "write `!=`"),
        '→' => ("not an operator of Reel".to_string(), "write `->`"),
        '…' => ("one character".to_string(), "write three dots `...`"),
        _ => (format!("U+{:04X}", c as u32), "it can stand in strings and comments only"),
    };
    Some(p.error(codes::CHARACTER, "this character has no meaning here", label).help(help))
}
