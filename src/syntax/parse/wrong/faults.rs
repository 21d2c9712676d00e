//! Brackets and strings that are not closed, or nest too deeply: found on the tokens, before anything is parsed.

use super::Scene;
use super::diagnose;
use crate::diagnostic::Diagnostic;
use crate::source::{FileId, Span};
use crate::syntax::codes;
use crate::syntax::token::{Fault, Token, tokens};
use std::ops::Range;

/// What is wrong with the brackets and strings of a text, in its order. After a bracket that has no partner nothing
/// is certain, so that is the last one told.
pub(in crate::syntax::parse) fn faults(file: FileId, text: &str, max_depth: usize) -> Vec<Diagnostic> {
    let found = tokens(text).with_max_depth(max_depth).into_faults();
    let certain = |fault: &Fault| matches!(fault, Fault::OpenString { in_hole: false, .. });
    let told = match found.iter().position(|fault| !certain(fault)) {
        Some(first_uncertain) => &found[..=first_uncertain],
        None => &found[..],
    };
    let Some(last) = told.last() else { return Vec::new() };
    let quotes = quotes_before(file, text, reach(last, text));
    if !quotes.is_empty() {
        return quotes;
    }
    told.iter().map(|fault| tell(file, text, fault, max_depth)).collect()
}

/// Other quotes than double ones hide brackets or show brackets of a text, so where there are any, only they are told.
fn quotes_before(file: FileId, text: &str, end: usize) -> Vec<Diagnostic> {
    let is_quote = |token: Token, range: &Range<usize>| {
        token == Token::SingleQuoted || matches!(&text[range.clone()], "'" | "`" | "“" | "”" | "‘" | "’")
    };
    if !tokens(text).take_while(|(_, r)| r.start < end).any(|(token, range)| is_quote(token, &range)) {
        return Vec::new();
    }
    let scene = Scene::new(file, text);
    let wrong = scene.lexemes.iter().take_while(|l| l.range.start < end).enumerate();
    wrong.filter(|(_, l)| is_quote(l.token, &l.range)).map(|(i, _)| diagnose(&scene, i)).take(3).collect()
}

/// How far into the text the cause of a fault may lie.
fn reach(fault: &Fault, text: &str) -> usize {
    match fault {
        Fault::Unclosed(_) => text.len(),
        Fault::Stray(place) | Fault::TooDeep(place) | Fault::Mismatch { close: place, .. } => place.end,
        Fault::OpenString { quote, .. } => quote.end,
    }
}

fn tell(file: FileId, text: &str, fault: &Fault, max_depth: usize) -> Diagnostic {
    let span = |r: &Range<usize>| Span::new(file, r.start, r.end);
    match fault {
        Fault::Unclosed(open) => {
            let bracket = &text[open.clone()];
            Diagnostic::error(codes::BRACKET, format!("this `{bracket}` is not closed"))
                .label(span(open), format!("the `{}` that belongs to it is missing", partner(bracket)))
                .help(if in_string(text, open) {
                    "in a string `{` begins a hole; for the brace itself write `\\{`".to_string()
                } else {
                    format!("add the `{}`", partner(bracket))
                })
        }
        Fault::Mismatch { open, close } => {
            let (opened, closed) = (&text[open.clone()], &text[close.clone()]);
            Diagnostic::error(codes::BRACKET, format!("`{closed}` does not close `{opened}`"))
                .label(span(close), format!("`{}` is needed before this", partner(opened)))
                .label(span(open), "opened here")
                .help(format!("close the `{opened}` with `{}` first, or take one of the two out", partner(opened)))
        }
        Fault::Stray(close) => {
            let closed = &text[close.clone()];
            Diagnostic::error(codes::BRACKET, format!("this `{closed}` closes nothing"))
                .label(span(close), "no bracket is open here")
                .help("take it out, or open its partner before")
        }
        Fault::OpenString { quote, end, in_hole } => {
            let triple = quote.len() == 3;
            let until = if triple { quote.end } else { (*end).max(quote.end) };
            let help = if *in_hole {
                "in a string `{` begins a hole, and this quote a string in it; for the brace itself write `\\{`"
            } else if triple {
                "end it with `\"\"\"`"
            } else {
                "end it with `\"` on its line; `\"\"\"…\"\"\"` spans lines, and `\\n` is a new line"
            };
            Diagnostic::error(codes::OPEN_STRING, "this string is not closed")
                .label(Span::new(file, quote.start, until), "begins here")
                .help(help)
        }
        Fault::TooDeep(open) => Diagnostic::error(codes::TOO_DEEP, "brackets nest too deeply")
            .label(span(open), format!("more than {max_depth} brackets are open here"))
            .help("give inner parts a name with `let`"),
    }
}

fn in_string(text: &str, open: &Range<usize>) -> bool {
    tokens(text).any(|(token, range)| token == Token::HoleOpen && range == *open)
}

fn partner(bracket: &str) -> &'static str {
    match bracket {
        "(" => ")",
        "[" => "]",
        _ => "}",
    }
}
