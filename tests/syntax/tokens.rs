//! Tokens of finished and unfinished text, and when the prompt asks for another line.

use reel::syntax::Completeness::{self, Complete, Incomplete, Invalid};
use reel::syntax::token::{Class, Token, tokens};
use reel::syntax::words::{CONTEXTUAL, RESERVED};
use reel::syntax::{is_complete, parse};

fn shown(text: &str) -> String {
    tokens(text).map(|(token, range)| format!("{token:?}:{}", &text[range])).collect::<Vec<_>>().join(" ")
}

#[test]
fn strings_and_holes() {
    assert_eq!(
        shown(r#""a\n{f("}", {b: 1}):>{"#),
        r#"Quote:" Text:a Escape:\n HoleOpen:{ Word:f Open:( Quote:" Text:} Quote:" Symbol:, Open:{ Word:b Symbol:: Number:1 Close:} Close:) Symbol:: Spec:> Open:{"#
    );
    assert_eq!(shown("\"{x:.4f}\" y"), "Quote:\" HoleOpen:{ Word:x Symbol:: Spec:.4f HoleClose:} Quote:\" Word:y");
    assert_eq!(shown("\"\"\"a\"\n\"\"\""), "Quote:\"\"\" Text:a Text:\"\n Quote:\"\"\"");
    assert_eq!(shown("\"\" \"a\nb"), "Quote:\" Quote:\" Quote:\" Text:a Newline:\n Word:b");
    assert_eq!(shown("\"\\"), "Quote:\" Escape:\\");
}

#[test]
fn numbers_words_and_marks() {
    assert_eq!(
        shown("1..3 1. 1.5e-3x 2.f 1_000 0x1f"),
        "Number:1 Symbol:.. Number:3 Number:1. Number:1.5e-3x Number:2 Symbol:. Word:f Number:1_000 Number:0x1f"
    );
    assert_eq!(shown("größe ## doc\n# c"), "Word:größe Doc:## doc Newline:\n Comment:# c");
    assert_eq!(
        shown("a**=b|>c->d...e..=f"),
        "Word:a Symbol:**= Word:b Symbol:|> Word:c Symbol:-> Word:d Symbol:... Word:e Symbol:..= Word:f"
    );
    assert_eq!(shown("'it' && ! $ “"), "SingleQuoted:'it' Foreign:&& Foreign:! Foreign:$ Unknown:“");
}

#[test]
fn colours() {
    let classes = |text: &str| tokens(text).map(|(t, r)| t.class(&text[r])).collect::<Vec<_>>();
    use Class::*;
    assert_eq!(classes("let x = none + 1 # c"), [Keyword, Name, Operator, Constant, Operator, Number, Comment]);
    assert_eq!(classes("\"a{b}\""), [Text, Text, InText, Name, InText, Text]);
    assert_eq!(classes("(&## d"), [Bracket, Wrong, Doc]);
}

/// Every byte is in one token or a blank, in order.
#[test]
fn tokens_cover_the_text() {
    let text = include_str!("page.rs");
    let mut end = 0;
    for (_, range) in tokens(text) {
        assert!(text[end..range.start].trim_matches([' ', '\t', '\r']).is_empty(), "{:?}", &text[end..range.start]);
        assert!(range.start >= end && range.end > range.start);
        end = range.end;
    }
}

#[test]
fn reserved_words_are_listed_once() {
    let grammar = include_str!("../../grammar/reel.pest");
    let rule = grammar.split("reserved  = @{").nth(1).and_then(|r| r.split('~').next()).expect("the rule `reserved`");
    let mut in_grammar: Vec<&str> = rule.split('"').skip(1).step_by(2).collect();
    let mut listed = RESERVED.to_vec();
    in_grammar.sort_unstable();
    listed.sort_unstable();
    assert_eq!(in_grammar, listed);
    for word in RESERVED {
        let text = format!("let {word} = 1");
        assert!(parse(reel::source::FileId(0), &text).is_err(), "{text}");
        let text = format!("x.{word}; f({word}: 1); {{{word}: 1}}");
        assert!(parse(reel::source::FileId(0), &text).is_ok(), "{text}");
        let class = Token::Word.class(word);
        assert!(matches!(class, Class::Keyword | Class::Constant), "{word}");
    }
    for word in CONTEXTUAL {
        let text = format!("let {word} = 1; {word}({word})");
        assert!(parse(reel::source::FileId(0), &text).is_ok(), "{text}");
    }
}

#[test]
fn completeness() {
    let cases: &[(Completeness, &[&str])] = &[
        (
            Complete,
            &[
                "",
                "# c",
                "x",
                "x = 1\n",
                "if a { b }",
                "if a {\n b\n}",
                "\"a\"",
                "\"\"\"a\nb\"\"\"",
                "\"{x}\"",
                "x;",
                "x.",
                "return",
                "f(x)",
                "let let",
                "x # +",
                "x[1..]",
                "import \"a\" as b",
                "|x|",
            ],
        ),
        (
            Incomplete,
            &[
                "f(",
                "f(a,\n",
                "[1,",
                "if a {",
                "if a {\n b\n",
                "\"\"\"a",
                "\"\"\"a\n",
                "\"{f(",
                "\"{",
                "\"\"\"{x",
                "a +",
                "a + # c",
                "a +\n\n",
                "let a =",
                "a -=",
                "a and",
                "not in",
                "0..",
                "0..3 by",
                "x |>",
                "fn f() ->",
                "assert a,",
                "import \"a\":",
                "import \"a\": b,",
                "## doc",
                "{a: 1,",
                "x -",
            ],
        ),
        (Invalid, &["f(]", ")", "\"a", "\"a\n", "'a'", "a && b", "if x:", "else:", "a ? b", "“", "f(\"a\n", "x = \\"]),
    ];
    for (expected, texts) in cases {
        for text in *texts {
            assert_eq!(is_complete(text), *expected, "{text:?}");
        }
    }
}

/// What parses is complete; what is incomplete does not parse.
#[test]
fn completeness_agrees_with_the_parser() {
    let page = include_str!("page.rs");
    for example in page.split("r##\"").skip(1).filter_map(|e| e.split("\"##").next()) {
        assert_eq!(is_complete(example), Complete, "{example}");
        for (i, _) in example.match_indices('\n') {
            if is_complete(&example[..i]) == Incomplete {
                assert!(parse(reel::source::FileId(0), &example[..i]).is_err(), "{}", &example[..i]);
            }
        }
    }
}
