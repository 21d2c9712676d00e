//! Words of other languages, and Reel's own where they cannot stand.

use super::{Place, brief};
use crate::diagnostic::Diagnostic;
use crate::syntax::codes;
use crate::syntax::token::Token;
use crate::syntax::words::is_reserved;

pub(super) fn diagnose(p: &Place) -> Option<Diagnostic> {
    quotes(p)
        .or_else(|| test(p))
        .or_else(|| conditional(p))
        .or_else(|| is(p))
        .or_else(|| foreign_word(p, Some(p.at)))
        .or_else(|| foreign_word(p, p.before))
        .or_else(|| import(p))
        .or_else(|| reserved_name(p))
}

/// `'…'`, `f"…"`, `“…”`, a backtick.
fn quotes(p: &Place) -> Option<Diagnostic> {
    let text = p.text();
    let prefix = p.before.filter(|&b| p.scene.touch(b, p.at) && is_prefix(p.text_before()));
    if p.token() == Some(Token::SingleQuoted) {
        let inside = text.trim_matches('\'');
        let written = format!("\"{}\"", inside.replace('"', "\\\""));
        return Some(
            p.error(codes::QUOTES, "strings stand in double quotes", "single quotes")
                .help(format!("write `{}`", brief(&written))),
        );
    }
    if p.token() == Some(Token::Quote)
        && let Some(letter) = prefix
    {
        let help = match p.text_before() {
            "f" | "F" => "every string has holes: write `\"{x:.2f}\"` without the `f`",
            "r" | "R" => "write the string without the letter, and a backslash as `\\\\`",
            _ => "write the string without the letter",
        };
        return Some(
            p.error_at(letter, codes::QUOTES, "a string has no letter before its quotes", "not needed").help(help),
        );
    }
    match text {
        "'" | "“" | "”" | "‘" | "’" | "`" => Some(
            p.error(codes::QUOTES, "strings stand in double quotes", "another kind of quote").help("write `\"…\"`"),
        ),
        _ => None,
    }
}

/// `test("name") { … }`, `test name { … }`, `test { … }`, `test "name"` without a block. Elsewhere `test` is a name.
fn test(p: &Place) -> Option<Diagnostic> {
    let scene = p.scene;
    let next = p.head + 1;
    if p.text_of_head() != "test" || p.at < next || p.scene.parent(p.at) != scene.parent(p.head) && !p.is_end() {
        return None;
    }
    let name = |from: usize, to: usize| p.source(from, to).trim_matches('"').to_string();
    let form = |name: &str| format!("write `test \"{}\" {{ … }}`", brief(name));
    if scene.token(Some(next)) == Some(Token::Quote) {
        let end = scene.closer(next) + 1;
        if p.at < end {
            return None;
        }
        let help = match p.is_end() && p.text_after() == "{" {
            true => "the `{` stands on the line of its test".to_string(),
            false => form(&name(next, end)),
        };
        return Some(p.needed(codes::TEST, "a test needs a block", "a `{`").help(help));
    }
    let block = scene.find(p.at, |t| t == "{");
    if scene.word(Some(block)) != "{" {
        return None;
    }
    match p.token() {
        Some(Token::Open) if p.at == next => {
            Some(p.error(codes::TEST, "a test needs a name", "a name in quotes is needed before this").help(form("…")))
        }
        Some(Token::Word) if p.at == next => Some(
            p.error(codes::TEST, "the name of a test stands in quotes", "no quotes around it")
                .help(form(p.source(next, block).trim_end_matches("()"))),
        ),
        Some(Token::Open) if scene.word(Some(next)) == "(" && scene.closer(next) + 1 == p.at => Some(
            p.error_at(next, codes::TEST, "the name of a test has no parentheses around it", "not needed")
                .help(form(&name(next + 1, scene.closer(next)))),
        ),
        _ => None,
    }
}

fn is_prefix(word: &str) -> bool {
    matches!(word.to_ascii_lowercase().as_str(), "f" | "r" | "b" | "u" | "fr" | "rf" | "br" | "rb")
}

/// `a if c else b`
fn conditional(p: &Place) -> Option<Diagnostic> {
    if p.text() != "if" || !p.follows_value() {
        return None;
    }
    let scene = p.scene;
    let start = value_start(p);
    let condition = p.at + 1;
    let otherwise = scene.find(condition, |t| matches!(t, "else" | "," | ")" | "]"));
    let value = p.source(start, p.at);
    let written = if scene.word(Some(otherwise)) == "else" {
        let end = scene.find(otherwise + 1, |t| matches!(t, "," | ":" | "for"));
        let (c, b) = (p.source(condition, otherwise), p.source(otherwise + 1, end));
        format!("if {c} {{ {value} }} else {{ {b} }}")
    } else {
        format!("if {} {{ {value} }}", p.source(condition, otherwise))
    };
    Some(
        p.error(codes::CONDITIONAL, "the condition stands first", "an `if` behind its value")
            .help(format!("write `{}`", brief(&written))),
    )
}

/// Where the value before the failing token begins: after the last `=`, `,`, `return` … of its bracket or statement.
pub(super) fn value_start(p: &Place) -> usize {
    let scene = p.scene;
    let parent = scene.parent(p.at);
    let first = parent.map_or(p.head, |open| (open + 1).max(p.head));
    let mut start = first;
    for i in first..p.at {
        if scene.parent(i) == parent
            && matches!(scene.word(Some(i)), "=" | "," | ":" | "return" | "+=" | "-=" | "*=" | "/=" | "let" | ";")
        {
            start = i + 1;
        }
    }
    start
}

/// `x is none`, `x is not none`
fn is(p: &Place) -> Option<Diagnostic> {
    if p.text() != "is" || !p.follows_value() {
        return None;
    }
    let (operator, right) = match p.after {
        Some(not) if p.text_after() == "not" => ("!=", not + 1),
        after => ("==", after?),
    };
    let joins = |i: usize| matches!(p.scene.word(Some(i)), "if" | "while" | "assert" | "and" | "or" | "not");
    let start = value_start(p);
    let start =
        (start..p.at).rev().find(|&i| p.scene.parent(i) == p.scene.parent(p.at) && joins(i)).map_or(start, |i| i + 1);
    let left = p.source(start, p.at);
    let right = match p.scene.word(Some(right)) {
        "None" => "none",
        "True" => "true",
        "False" => "false",
        other => other,
    };
    let help = match right {
        "none" => format!("write `{left} {operator} none`"),
        _ => format!("write `{left} {operator} {right}`; `same(a, b)` tells whether two names hold the same object"),
    };
    Some(p.error(codes::IS, "there is no `is`", "not a word of Reel").help(help))
}

/// A word that begins a statement or expression in another language; `i` is the failing token or the one before.
fn foreign_word(p: &Place, i: Option<usize>) -> Option<Diagnostic> {
    let i = i?;
    let scene = p.scene;
    if scene.token(Some(i)) != Some(Token::Word) || scene.word(scene.before(i)) == "." {
        return None;
    }
    let starts = i == p.head || scene.word(scene.before(i)) == "}";
    let rest_of_line = |from: usize| {
        let end = scene.find(from, |t| matches!(t, ":" | "{"));
        p.source(from, end)
    };
    let say = |code, message: &str, help: String| Some(p.error_at(i, code, message, "not a word of Reel").help(help));
    let word = scene.word(Some(i));
    match word {
        "elif" | "elseif" | "elsif" if starts => {
            let condition = rest_of_line(i + 1);
            say(codes::ELSE, "another branch is written `else if`", format!("write `else if {condition} {{ … }}`"))
        }
        "else" if p.text() == ":" && scene.word(scene.before(i)) != "}" => Some(
            p.error_at(i, codes::ELSE, "`else` follows the `}` of its `if`", "no `}` before it")
                .help("write `if a { … } else { … }`"),
        ),
        "except" | "finally" if starts => {
            let help = match word {
                "except" => "write `try { … } catch e { … }`; `e.message` and `e.code` say what happened",
                _ => "write the last lines after `try { … } catch e { … }`",
            };
            say(codes::ELSE, "an error is caught with `catch`", help.to_string())
        }
        "def" | "func" | "function" | "fun" | "defn" | "proc" if starts || i != p.at => {
            let head = rest_of_line(i + 1).replacen("(self, ", "(", 1).replacen("(self)", "()", 1);
            let help = match head.starts_with("__init__") {
                true => "the body of a `module` is its constructor: write its lines there".to_string(),
                false => format!("write `fn {head} {{ … }}`"),
            };
            say(codes::FUNCTION, "a function is declared with `fn`", help)
        }
        "async" | "await" if starts => say(
            codes::WORD,
            "nothing runs at the same time",
            "leave the word out: a call returns when it is done".to_string(),
        ),
        "lambda" => {
            let colon = scene.find(i + 1, |t| t == ":");
            let end = scene.find(colon + 1, |t| t == ",");
            let (params, body) = (p.source(i + 1, colon), p.source(colon + 1, end));
            let body = if body.is_empty() { "…".to_string() } else { body };
            say(codes::FUNCTION, "a lambda is written with bars", format!("write `|{params}| {body}`"))
        }
        "class" | "struct" if starts => {
            let name = scene.word(Some(i + 1));
            say(
                codes::WORD,
                "what holds parameters is a `module`, plain data a record",
                format!("write `module {name}(…) {{ … }}`, or a record `{{a: 1, b: 2}}`"),
            )
        }
        "with" if starts => {
            let help = match scene.word(Some(i + 1)) {
                "no_grad" | "torch" => "write `no_grad { … }`",
                _ => "`no_grad { … }` and `on \"cuda\" { … }` are blocks of their own",
            };
            say(codes::WORD, "there is no `with`", help.to_string())
        }
        "pass" => say(codes::WORD, "an empty block needs nothing in it", "write `{ }`".to_string()),
        "raise" | "throw" if starts => {
            say(codes::WORD, "an error is raised with `error`", "write `error(\"what is wrong\")`".to_string())
        }
        "del" | "global" | "nonlocal" if starts => {
            let help = match word {
                "del" => "leave the line out: what nothing holds any more is freed by itself",
                _ => "leave the line out: a function may assign the variables around it",
            };
            say(codes::WORD, &format!("`{word}` is not needed"), help.to_string())
        }
        "yield" if starts => say(
            codes::WORD,
            "functions return once",
            "fill a list: `xs.push(v)`, or write `list(f(k) for k in 0..n)`".to_string(),
        ),
        "var" | "const" | "val" | "auto" | "local" if starts && i != p.at => {
            let rest = rest_of_line(i + 1);
            say(codes::LET, "a name is declared with `let`", format!("write `let {rest}`"))
        }
        "mut" if scene.word(scene.before(i)) == "let" => {
            say(codes::LET, "every name can be assigned anew", format!("write `let {}`", rest_of_line(i + 1)))
        }
        "switch" | "match" | "case" if starts && i != p.at => say(
            codes::WORD,
            "choices are written with `if`",
            "write `if a == 1 { … } else if a == 2 { … } else { … }`".to_string(),
        ),
        "then" | "do" | "begin" if i == p.at => {
            say(codes::BLOCK, "a block stands in braces", "write `{ … }` around it".to_string())
        }
        "end" if i == p.head && i == p.at => say(codes::BLOCK, "a block ends with `}`", "write `}`".to_string()),
        "from" if starts && i != p.at => say(
            codes::IMPORT,
            "an import begins with `import`",
            "write `import \"layers.reel\": Residual, Block`".to_string(),
        ),
        "print" if i != p.at && p.begins_value() => {
            let value = rest_of_line(i + 1);
            Some(
                p.error(codes::UNEXPECTED, "`print` is a function", "its arguments stand in parentheses")
                    .help(format!("write `print({value})`")),
            )
        }
        "new" if i != p.at && p.token() == Some(Token::Word) => {
            let value = rest_of_line(i + 1);
            say(codes::WORD, "a call alone makes an object", format!("write `{value}`"))
        }
        "loop" | "repeat" | "forever" if i != p.at && p.text() == "{" => say(
            codes::WORD,
            "a loop without an end is `while true`",
            "write `while true { … }` and `break` inside it".to_string(),
        ),
        _ => None,
    }
}

/// `import torch`, `import "a.reel"` with nothing after it.
fn import(p: &Place) -> Option<Diagnostic> {
    if p.text_of_head() != "import" || p.at == p.head {
        return None;
    }
    if p.before == Some(p.head) {
        let help = match p.text() {
            "torch" | "numpy" | "math" | "random" => "its functions are built in: leave the line out",
            _ => "write `import \"layers.reel\" as layers` or `import \"layers.reel\": Residual`",
        };
        return Some(p.error(codes::IMPORT, "an import names a file", "a path in quotes is needed").help(help));
    }
    if p.scene.around(p.at) == "\"" || p.token() == Some(Token::HoleOpen) {
        return Some(
            p.error(codes::IMPORT, "the path of an import has no holes", "not known before the program runs")
                .help("write the path out, a brace as `\\{`"),
        );
    }
    if p.token_before() == Some(Token::Quote) {
        let path = p.source(p.head + 1, p.at);
        return Some(
            p.needed(codes::IMPORT, "this import does not say what to import", "`as` or `:`")
                .help(format!("write `import {path} as name`, or `import {path}: Name, Other`")),
        );
    }
    None
}

/// `let in = 3`
fn reserved_name(p: &Place) -> Option<Diagnostic> {
    let word = p.text();
    if p.token() != Some(Token::Word) || !is_reserved(word) {
        return None;
    }
    let names = matches!(p.text_before(), "let" | "fn" | "module" | "for" | "as" | "catch")
        || (matches!(p.text_before(), "," | "(" | "|") && binds(p));
    let is_value =
        matches!(word, "by" | "catch" | "else" | "in" | "on") && matches!(p.text_after(), "=" | "," | ")" | "]");
    if !names && (!is_value || p.follows_value()) {
        return None;
    }
    Some(
        p.error(codes::RESERVED, format!("`{word}` is a reserved word"), "cannot be a name")
            .help(format!("choose another, such as `{word}_`; after `.` and before `:` any word can stand")),
    )
}

/// Whether the failing token stands where names are bound: in the parentheses of a `let`, a `for`, a `fn`.
pub(super) fn binds(p: &Place) -> bool {
    let Some(open) = p.scene.parent(p.at) else {
        let bound = (p.head..p.at).any(|i| matches!(p.scene.word(Some(i)), "=" | "in"));
        return matches!(p.text_of_head(), "let" | "for") && !bound;
    };
    let before = p.scene.before(open);
    matches!(p.scene.word(before), "let" | "for" | "fn" | "backward")
        || matches!(p.scene.word(before.and_then(|b| p.scene.before(b))), "fn" | "module")
}
