//! Where something is missing: a block, a comma, a value, the end of a statement. The last resort, so it always
//! answers.

use super::words::binds;
use super::{Place, brief};
use crate::diagnostic::Diagnostic;
use crate::syntax::codes;
use crate::syntax::token::Token;
use crate::syntax::words::is_reserved;

pub(super) fn diagnose(p: &Place) -> Diagnostic {
    let_without(p)
        .or_else(|| backward(p))
        .or_else(|| branch(p))
        .or_else(|| head_of_block(p))
        .or_else(|| block(p))
        .or_else(|| next_line(p))
        .or_else(|| comma(p))
        .or_else(|| separator(p))
        .or_else(|| end(p))
        .unwrap_or_else(|| other(p))
}

/// `let x`, `let`
fn let_without(p: &Place) -> Option<Diagnostic> {
    if p.text_of_head() != "let" || p.scene.parent(p.at) != p.scene.parent(p.head) && !p.is_end() {
        return None;
    }
    if p.before == Some(p.head) {
        return Some(p.needed(codes::LET, "a `let` needs a name", "a name").help("write `let x = …`"));
    }
    if p.is_end() && p.before == Some(p.head + 1) {
        let name = p.text_before();
        return Some(
            Diagnostic::error(codes::LET, "a `let` needs a value")
                .label(p.scene.span(p.head + 1), "has none")
                .help(format!("write `let {name} = …`; `let {name} = none` if there is none yet")),
        );
    }
    if p.text() == "==" && p.before == Some(p.head + 1) {
        return Some(
            p.error(codes::LET, "a `let` gives a value with `=`", "`==` compares")
                .help(format!("write `let {} = …`", p.text_before())),
        );
    }
    if matches!(p.text(), "[" | ".") && p.before == Some(p.head + 1) {
        let end = p.scene.find(p.at, |t| t == "=");
        return Some(
            p.error(codes::LET, "a `let` declares names", "this is a part of something that exists")
                .help(format!("write `{} = …` without `let`", p.source(p.head + 1, end))),
        );
    }
    None
}

/// `} backward { … }`
fn backward(p: &Place) -> Option<Diagnostic> {
    let scene = p.scene;
    let clause =
        (p.head..=p.at).find(|&i| scene.word(Some(i)) == "backward" && i > 0 && scene.word(Some(i - 1)) == "}")?;
    let (what, help) = match scene.word(Some(clause + 1)) {
        "(" => ("a `{`", "write `backward(g) { … }`; a call of the function `backward` stands on a line of its own"),
        _ => ("a `(`", "write `backward(g) { … }`: `g` is the gradient of the result"),
    };
    Some(p.needed(codes::FUNCTION, "this `backward` clause is not finished", what).help(help))
}

/// `else` or `catch` alone, `try` without `catch`.
fn branch(p: &Place) -> Option<Diagnostic> {
    let word = p.text();
    if word == "else" && matches!(p.scene.around(p.at), "[" | "(") {
        return Some(
            p.error(
                codes::CONDITIONAL,
                "an `if` behind `for` leaves values out and has no `else`",
                "cannot stand here",
            )
            .help("to choose between two values write `[if c { a } else { b } for x in xs]`"),
        );
    }
    if matches!(word, "else" | "catch") {
        let (of, form) = if word == "else" {
            ("an `if`", "if a { … } else { … }")
        } else {
            ("a `try`", "try { … } catch e { … }")
        };
        return Some(
            p.error(codes::ELSE, format!("`{word}` follows the block of {of}"), "no such block ends before it")
                .help(format!("write `{form}`")),
        );
    }
    if p.text_before() == "}" && p.text_of_head() == "try" {
        return Some(
            p.needed(codes::ELSE, "this `try` has no `catch`", "a `catch`")
                .help("write `try { … } catch e { … }`; `catch { … }` if the error does not matter"),
        );
    }
    None
}

/// `for x xs { … }`, `for (x in xs) { … }`, `catch (e) { … }`
fn head_of_block(p: &Place) -> Option<Diagnostic> {
    let scene = p.scene;
    let parent = scene.parent(p.at);
    if p.text() == "in" && p.text_of_head() == "for" && scene.parent(p.at) == Some(p.head + 1) {
        return Some(
            p.error(codes::UNEXPECTED, "a `for` has no parentheses around it", "inside `(`")
                .help(format!("write `for {} in … {{ … }}`", p.text_before())),
        );
    }
    if p.text() == "(" && p.text_before() == "catch" {
        return Some(
            p.error(codes::UNEXPECTED, "the name after `catch` has no parentheses", "not needed")
                .help("write `try { … } catch e { … }`"),
        );
    }
    let owner =
        (p.head..p.at).rev().find(|&i| scene.parent(i) == parent && matches!(scene.word(Some(i)), "for" | "in"))?;
    if scene.word(Some(owner)) == "in" || !p.follows_value() || (owner..p.at).any(|i| scene.word(Some(i)) == "{") {
        return None;
    }
    let end = scene.find(p.at, |t| t == "{");
    let values = if p.is_end() || p.text() == "{" { "…".to_string() } else { p.source(p.at, end) };
    Some(
        p.needed(codes::UNEXPECTED, "a `for` needs an `in`", "`in`")
            .help(format!("write `{} in {values} {{ … }}`", p.source(owner, p.at))),
    )
}

/// A head whose block does not follow.
fn block(p: &Place) -> Option<Diagnostic> {
    let scene = p.scene;
    if matches!(p.text_before(), "else" | "try" | "no_grad") && p.token_before() == Some(Token::Word) {
        let word = p.text_before();
        let help = match word {
            "else" if !p.is_end() && p.begins_value() => {
                let end = scene.find(p.at, |t| t == ",");
                format!("write `else {{ {} }}`", p.source(p.at, end))
            }
            _ if p.text() == "{" || p.is_end() => format!("the `{{` stands on the line of its `{word}`"),
            _ => format!("write `{word} {{ … }}`"),
        };
        return Some(p.needed(codes::BLOCK, format!("`{word}` needs a block"), "a `{`").help(help));
    }
    if p.text_before() == "fn" && p.token() == Some(Token::Word) && p.before != Some(p.head) {
        let end = scene.find(p.at, |t| t == "{");
        return Some(
            p.error(
                codes::FUNCTION,
                "the parameters of a function stand in parentheses",
                "a `(` is needed before this",
            )
            .help(format!("write `fn({0}) {{ … }}` or `|{0}| …`", p.source(p.at, end))),
        );
    }
    // the word that a block should follow: the statement's own, or an `if` within it
    let parent = scene.parent(p.at).filter(|_| !p.is_end());
    let owner = (p.head..p.at).rev().find(|&i| {
        (scene.parent(i) == parent || p.is_end())
            && scene.token(Some(i)) == Some(Token::Word)
            && matches!(scene.word(Some(i)), "if" | "while" | "for" | "fn" | "module" | "on")
    })?;
    let has_block = (owner..p.at).any(|i| scene.parent(i) == scene.parent(owner) && scene.word(Some(i)) == "{");
    let is_clause = matches!(scene.around(owner), "(" | "[") && matches!(scene.word(Some(owner)), "for" | "if");
    if has_block || is_clause || !p.follows_value() {
        return None;
    }
    let word = scene.word(Some(owner));
    if matches!(word, "fn" | "module") && p.text_before() != ")" && p.text_before() != "]" {
        let name = p.text_before();
        let name = if name == word { "f" } else { name };
        return Some(
            p.needed(codes::FUNCTION, format!("`{word}` needs its parameters"), "a `(`")
                .help(format!("write `{word} {name}(x) {{ … }}`; `{name}()` if there are none")),
        );
    }
    let starts_below = p.is_end() && p.text_after() == "{";
    let help = if starts_below {
        "the `{` stands on the line of its head".to_string()
    } else {
        format!("write `{} {{ … }}`", p.source(owner, p.at))
    };
    Some(p.needed(codes::BLOCK, format!("this `{word}` needs a block"), "a `{`").help(help))
}

/// The `(` or `[` of a call or index on a line of its own, inside brackets.
fn next_line(p: &Place) -> Option<Diagnostic> {
    let before = p.before?;
    if !matches!(p.text(), "(" | "[") || !p.follows_value() || before + 1 == p.at {
        return None;
    }
    let what = if p.text() == "(" { "a call" } else { "an index" };
    Some(
        p.error(
            codes::COMMA,
            format!("the `{}` of {what} stands on the line of what it belongs to", p.text()),
            "begins a value of its own",
        )
        .label(p.scene.span(before), "so a comma is needed after this")
        .help("join the two lines, or put a comma between the values"),
    )
}

/// Two values side by side in brackets.
fn comma(p: &Place) -> Option<Diagnostic> {
    if is_in_record(p) && p.text() == "for" {
        return Some(
            p.error(codes::UNEXPECTED, "records are not built by a `for` inside", "cannot stand here")
                .help("begin with `let r = {}`, then `for k in xs { r[k] = v }`"),
        );
    }
    if !matches!(p.scene.around(p.at), "(" | "[") && !is_in_record(p) {
        return None;
    }
    if is_in_record(p) && p.token() == Some(Token::Word) && matches!(p.text_after(), "," | "}") {
        return Some(
            p.error(codes::UNEXPECTED, "each key of a record has a value", "a `:` and a value are needed")
                .help(format!("write `{}: …`", p.text())),
        );
    }
    let before = p.before?;
    if !p.follows_value() || !p.begins_value() {
        return None;
    }
    Some(
        Diagnostic::error(codes::COMMA, "a comma is missing")
            .label(p.scene.span(before), "a comma is needed after this")
            .label(p.scene.span(p.at), "begins a value of its own")
            .help("put a comma between them, or the operator that joins them"),
    )
}

fn is_in_record(p: &Place) -> bool {
    p.scene.parent(p.at).is_some_and(|open| p.scene.word(Some(open)) == "{" && p.scene.is_record(open))
}

/// Two statements on a line.
fn separator(p: &Place) -> Option<Diagnostic> {
    if !p.follows_value() || p.is_end() {
        return None;
    }
    let begins = p.begins_value() || (p.token() == Some(Token::Word) && is_reserved(p.text()));
    if !begins {
        return None;
    }
    let touches = p.before.is_some_and(|b| p.scene.touch(b, p.at));
    if touches && [p.token(), p.token_before()].contains(&Some(Token::Quote)) && p.token() != p.token_before() {
        return Some(
            p.error(codes::SEPARATOR, "the string has ended before this", "outside the quotes")
                .help("a quote inside a string is written `\\\"`"),
        );
    }
    let before = p.text_before();
    let is_call = p.token_before() == Some(Token::Word)
        && !is_reserved(p.text())
        && p.before == Some(p.head)
        && matches!(p.token(), Some(Token::Word | Token::Number | Token::Quote));
    let help = if is_call && !is_reserved(before) {
        let end = p.scene.find(p.at, |_| false);
        format!("for a call write `{before}({})`; statements on one line have `;` between them", p.source(p.at, end))
    } else if p.token() == Some(Token::Quote) && p.token_before() == Some(Token::Quote) {
        "strings are joined with `+`".to_string()
    } else {
        "begin a new line, put `;` between two statements, or write the operator that joins two values".to_string()
    };
    Some(p.error(codes::SEPARATOR, "the statement before this has not ended", "something new begins here").help(help))
}

/// The text, line or block ends too early.
fn end(p: &Place) -> Option<Diagnostic> {
    let before = p.before.filter(|_| p.is_end())?;
    let what = match p.token() {
        None => "text",
        Some(Token::Close) if p.scene.parent(before).is_some_and(|open| p.scene.is_record(open)) => "record",
        Some(Token::Close) => "block",
        _ => "line",
    };
    let label = match p.follows_value() {
        true => "something is missing after this".to_string(),
        false => format!("`{}` needs something after it", p.text_before()),
    };
    Some(p.error_at(before, codes::UNEXPECTED, format!("the {what} ends too early"), label))
}

fn other(p: &Place) -> Diagnostic {
    let expected = if matches!(p.text_before(), "->" | ":") && p.text_of_head() == "fn" {
        "a type is expected, such as `f32[n]` or `int`"
    } else if p.follows_value() && matches!(p.scene.around(p.at), "(" | "[") {
        "an operator, a comma or the closing bracket is expected"
    } else if p.follows_value() {
        "an operator or the end of the statement is expected"
    } else if binds(p) || matches!(p.text_before(), "fn" | "module" | "for" | "as" | "catch") {
        "a name is expected"
    } else {
        "a value is expected"
    };
    let mut d = p.error(codes::UNEXPECTED, format!("`{}` cannot stand here", brief(p.text())), expected);
    let below = p.at.checked_sub(1).is_some_and(|i| p.scene.token(Some(i)) == Some(Token::Newline));
    if let Some(before) = p.before.filter(|_| below && p.token_before() == Some(Token::Symbol)) {
        d = d.label(p.scene.span(before), "the line goes on after this");
    }
    if p.token() == Some(Token::Word) && is_reserved(p.text()) {
        return d.help(match p.text() {
            "for" | "while" => "a loop is a statement without a value; `list(f(k) for k in xs)` collects",
            "let" | "return" | "break" | "continue" | "import" | "assert" | "module" => {
                "it begins a statement: put it on a line of its own, or in a block"
            }
            _ => "it is a reserved word, and no value begins with it",
        });
    }
    d
}
