//! Random text never panics and never hangs; blanks that mean nothing change nothing.

use super::{errors, shape};
use proptest::prelude::*;
use reel::source::FileId;
use reel::syntax::token::tokens;
use reel::syntax::{is_complete, parse};

const PIECES: &[&str] = &[
    "let",
    "fn",
    "module",
    "import",
    "if",
    "else",
    "for",
    "in",
    "by",
    "while",
    "break",
    "continue",
    "return",
    "try",
    "catch",
    "assert",
    "and",
    "or",
    "not",
    "true",
    "none",
    "no_grad",
    "on",
    "graph",
    "backward",
    "as",
    "test",
    "test \"a\"",
    "x",
    "f",
    "_",
    "elif",
    "def",
    "lambda",
    "class",
    "with",
    "pass",
    "is",
    "None",
    "True",
    "print",
    "1",
    "2.5",
    "1.",
    ".5",
    "0x1",
    "1_000",
    "1e",
    "(",
    ")",
    "[",
    "]",
    "{",
    "}",
    "{",
    "}",
    "(",
    ")",
    ",",
    ",",
    ":",
    ";",
    ".",
    "..",
    "..=",
    "...",
    "|",
    "||",
    "|>",
    "->",
    "=>",
    "=",
    "=",
    "==",
    "!=",
    "<",
    "<=",
    "+",
    "-",
    "*",
    "**",
    "/",
    "//",
    "%",
    "@",
    "+=",
    "**=",
    "&",
    "&&",
    "!",
    "~",
    "^",
    "?",
    "\\",
    "$",
    "'",
    "'a'",
    "\"",
    "\"",
    "\"a\"",
    "\"{",
    "}\"",
    "\"\"\"",
    "\\n",
    "# c\n",
    "## d\n",
    "\n",
    "\n",
    "\n",
    " ",
    "\t",
    "\r\n",
    "é",
    "×",
    "“",
    "\u{a0}",
    "\u{feff}",
    "\0",
    "f\"",
];

fn check(text: &str) {
    is_complete(text);
    tokens(text).count();
    match parse(FileId(0), text) {
        Ok(program) => {
            shape::program(&program);
        }
        Err(found) => {
            assert!(!found.is_empty());
            // renders each label, so a span off a character's edge or off the text would panic
            errors(text);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn pieces_without_blanks(pieces in prop::collection::vec(prop::sample::select(PIECES), 0..40)) {
        check(&pieces.concat());
    }

    #[test]
    fn pieces_with_blanks(pieces in prop::collection::vec(prop::sample::select(PIECES), 0..40)) {
        check(&pieces.join(" "));
    }

    #[test]
    fn any_text(text in any::<String>()) {
        check(&text);
    }

    /// A program with a piece taken out, doubled or replaced.
    #[test]
    fn a_program_with_a_slip(at in 0..10_000usize, piece in prop::sample::select(PIECES), what in 0..3) {
        let text = include_str!("page.rs").split("r##\"").nth(2).unwrap().split("\"##").next().unwrap();
        let all: Vec<_> = tokens(text).map(|(_, range)| range).collect();
        let range = all[at % all.len()].clone();
        let changed = match what {
            0 => [&text[..range.start], &text[range.end..]].concat(),
            1 => [&text[..range.end], " ", &text[range.start..]].concat(),
            _ => [&text[..range.start], piece, &text[range.end..]].concat(),
        };
        check(&changed);
    }

    /// Expressions: more blanks, and newlines and comments inside brackets, leave the tree as it is.
    #[test]
    fn blanks_mean_nothing(e in expression(), seed in any::<u64>()) {
        let plain = e.join(" ");
        let mut state = seed;
        let mut open: Vec<&str> = Vec::new();
        let mut spaced = String::new();
        for token in &e {
            match *token {
                "(" | "[" | "f(" | "x[" | "{" => open.push(token),
                ")" | "]" | "}" => drop(open.pop()),
                _ => {}
            }
            let newlines_are_blank = open.last().is_some_and(|bracket| *bracket != "{");
            spaced += token;
            state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
            spaced += match state >> 61 {
                0 if newlines_are_blank => "\n",
                1 if newlines_are_blank => " # c\n\n",
                2 => "\t ",
                3 => "  ",
                _ => " ",
            };
        }
        let tree = |text: &str| match parse(FileId(0), text) {
            Ok(p) => shape::program(&p),
            Err(_) => panic!("{text}\n{}", errors(text)),
        };
        prop_assert_eq!(tree(&plain), tree(&spaced));
        prop_assert_eq!(tree(&plain), tree(&format!("\n {spaced}\n  # c\n ")));
    }
}

/// The tokens of a random expression.
fn expression() -> impl Strategy<Value = Vec<&'static str>> {
    let leaf = prop::sample::select(&["x", "1", "2.5", "\"a{x:>3}b\"", "none", "x.y", "[1, 2]", "-1"][..]);
    leaf.prop_map(|l| vec![l]).prop_recursive(5, 40, 3, |inner| {
        let op = prop::sample::select(&["+", "-", "*", "**", "//", "@", "and", "or", "|>f|>"][..]);
        prop_oneof![
            (inner.clone(), op, inner.clone()).prop_map(|(a, op, b)| match op {
                "|>f|>" => [vec!["(", "("], a, vec![")", "|>", "f", "|>", "f", ")"]].concat(),
                op => [a, vec![op], b].concat(),
            }),
            inner.clone().prop_map(|a| [vec!["("], a, vec![")"]].concat()),
            inner.clone().prop_map(|a| [vec!["("], a, vec![",", ")"]].concat()),
            (inner.clone(), inner.clone()).prop_map(|(a, b)| [vec!["["], a, vec![","], b, vec!["]"]].concat()),
            (inner.clone(), inner.clone())
                .prop_map(|(a, b)| [vec!["f("], a, vec![",", "k", ":"], b, vec![")"]].concat()),
            (inner.clone(), inner.clone())
                .prop_map(|(a, b)| [vec!["x["], a, vec![","], b, vec![")"]].concat())
                .prop_map(|mut v| {
                    v.pop();
                    v.push("]");
                    v
                }),
            (inner.clone(), inner.clone(), inner).prop_map(|(c, a, b)| {
                [vec!["(", "if"], c, vec!["{"], a, vec!["}", "else", "{"], b, vec!["}", ")"]].concat()
            }),
        ]
    })
}
