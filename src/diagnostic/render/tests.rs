use proptest::prelude::*;

use super::*;
use crate::diagnostic::{Call, Diagnostic};
use crate::source::{FileId, SourceMap, Span};

fn one(text: &str) -> SourceMap {
    let mut sources = SourceMap::default();
    sources.add("demo.reel", text);
    sources
}

/// The place of `part` in the first file.
fn at(sources: &SourceMap, part: &str) -> Span {
    let start = sources.file(FileId(0)).text.find(part).expect("the part is in the text");
    Span::new(FileId(0), start, start + part.len())
}

fn plain(diagnostic: &Diagnostic, sources: &SourceMap) -> String {
    render(diagnostic, sources, Style::PLAIN)
}

fn called(function: &str, at: Span, times: usize) -> Call {
    Call { function: function.into(), at, times }
}

#[test]
fn a_label_on_each_operand() {
    let s = one("let x = randn(64, 10)\nlet y = x @ transpose(w, 0)\nprint(y)\n");
    let d = Diagnostic::error("SHAPE-03", "`@` needs the inner sizes to agree: 10 and 5")
        .label(at(&s, "x @ transpose(w, 0)"), "here")
        .label(Span::new(FileId(0), 30, 31), "f32[64, 10], from line 1")
        .label(at(&s, "transpose(w, 0)"), "f32[5, 3]")
        .help("transpose the right side: `x @ w.T`");
    insta::assert_snapshot!(plain(&d, &s), @r"
    SHAPE-03

      × `@` needs the inner sizes to agree: 10 and 5
       ╭─[demo.reel:2:11]
     1 │ let x = randn(64, 10)
     2 │ let y = x @ transpose(w, 0)
       ·         ┬ ┬ ───────┬───────
       ·         │ │        ╰── f32[5, 3]
       ·         │ ╰── here
       ·         ╰── f32[64, 10], from line 1
     3 │ print(y)
       ╰────
      help: transpose the right side: `x @ w.T`
    ");
}

#[test]
fn a_call_keeps_its_name_when_its_arguments_are_labelled() {
    let s = one("f(a, b)");
    let d = Diagnostic::warning("T-1", "calls").label(at(&s, "f(a, b)"), "the call").label(at(&s, "b"), "an argument");
    insta::assert_snapshot!(plain(&d, &s), @r"
    T-1

      ⚠ calls
       ╭─[demo.reel:1:1]
     1 │ f(a, b)
       · ─┬─  ┬
       ·  │   ╰── an argument
       ·  ╰── the call
       ╰────
    ");
}

#[test]
fn tabs_line_ends_and_control_characters() {
    let s = one("if x {\r\n\tlet 数 = \x1b[31m\t+ 1\r\n}");
    let d = Diagnostic::error("T-1", "tabs").label(at(&s, "+"), "plus").label(at(&s, "数"), "name");
    insta::assert_snapshot!(plain(&d, &s), @r"
    T-1

      × tabs
       ╭─[demo.reel:2:16]
     1 │ if x {
     2 │     let 数 = ␛[31m   + 1
       ·         ─┬           ┬
       ·          │           ╰── plus
       ·          ╰── name
     3 │ }
       ╰────
    ");
}

#[test]
fn the_end_of_a_file_and_an_empty_file() {
    let s = one("f(\n");
    let d = Diagnostic::error("T-1", "end").label(Span::new(FileId(0), 3, 3), "expected `)`");
    insta::assert_snapshot!(plain(&d, &s), @r"
    T-1

      × end
       ╭─[demo.reel:2:1]
     1 │ f(
     2 │ 
       · ▲
       · ╰── expected `)`
       ╰────
    ");
    let d = Diagnostic::error("T-1", "line end").label(Span::new(FileId(0), 2, 3), "here");
    insta::assert_snapshot!(plain(&d, &s), @r"
    T-1

      × line end
       ╭─[demo.reel:1:3]
     1 │ f(
       ·   ▲
       ·   ╰── here
       ╰────
    ");
    let s = one("");
    let d = Diagnostic::error("T-1", "empty").label(Span::new(FileId(0), 0, 0), "nothing here");
    insta::assert_snapshot!(plain(&d, &s), @r"
    T-1

      × empty
       ╭─[demo.reel:1:1]
     1 │ 
       · ▲
       · ╰── nothing here
       ╰────
    ");
}

#[test]
fn a_label_over_a_few_lines_and_over_many() {
    let s = one("for t in 0..5 {\n    f(t)\n}\n");
    let d = Diagnostic::error("T-1", "few").label(Span::new(FileId(0), 0, 26), "this loop");
    insta::assert_snapshot!(plain(&d, &s), @r"
    T-1

      × few
       ╭─[demo.reel:1:1]
     1 │ ╭─▶ for t in 0..5 {
     2 │ │       f(t)
     3 │ ├─▶ }
       · ╰──── this loop
       ╰────
    ");
    let s = one(&format!("for t in 0..5 {{\n{}}}\n", "    f(t)\n".repeat(20)));
    let d = Diagnostic::error("T-1", "many").label(Span::new(FileId(0), 0, 195), "this loop");
    insta::assert_snapshot!(plain(&d, &s), @r"
    T-1

      × many
       ╭─[demo.reel:1:1]
     1 │ for t in 0..5 {
       · ───────┬───────
       ·        ╰── this loop
     2 │     f(t)
       ╰────
    ");
}

#[test]
fn labels_in_two_files_and_the_calls_between() {
    let mut s = one("import \"b.reel\" as b\nb.f(3)\n");
    let b = s.add("b.reel", "fn g(x) { x / 0 }\nfn f(x) {\n    g(x)\n}\n");
    let call = Span::new(FileId(0), 21, 27);
    let mut d = Diagnostic::error("T-1", "division by zero")
        .label(Span::new(b, 12, 13), "here")
        .label(call, "called from here")
        .help("check it");
    d.trace = vec![called("g", Span::new(b, 32, 36), 1), called("f", call, 1)];
    insta::assert_snapshot!(plain(&d, &s), @r#"
    T-1

      × division by zero
       ╭─[b.reel:1:13]
     1 │ fn g(x) { x / 0 }
       ·             ┬
       ·             ╰── here
     2 │ fn f(x) {
       ╰────
       ╭─[demo.reel:2:1]
     1 │ import "b.reel" as b
     2 │ b.f(3)
       · ───┬──
       ·    ╰── called from here
       ╰────
      help: check it
      in `g`, called at b.reel:3:5
      in `f`, called at demo.reel:2:1
    "#);
}

#[test]
fn a_deep_trace_shows_its_ends() {
    let s = one("fn f(n) { f(n) }\nf(3)\n");
    let mut d = Diagnostic::error("T-1", "deep");
    d.trace = vec![called("f", Span::new(FileId(0), 10, 14), 900)];
    d.trace.push(called("f", Span::new(FileId(0), 17, 21), 1));
    insta::assert_snapshot!(plain(&d, &s), @r"
    T-1

      × deep
      in `f`, called at demo.reel:1:11, 900 times
      in `f`, called at demo.reel:2:1
    ");
    d.trace = (0..20).map(|i| called(&format!("f{i}"), Span::new(FileId(0), i, i), 1)).collect();
    insta::assert_snapshot!(plain(&d, &s), @r"
    T-1

      × deep
      in `f0`, called at demo.reel:1:1
      in `f1`, called at demo.reel:1:2
      in `f2`, called at demo.reel:1:3
      in `f3`, called at demo.reel:1:4
      … 12 more
      in `f16`, called at demo.reel:1:17
      in `f17`, called at demo.reel:2:1
      in `f18`, called at demo.reel:2:2
      in `f19`, called at demo.reel:2:3
    ");
}

#[test]
fn color_only_when_asked() {
    let s = one("let x = 1");
    let d = Diagnostic::error("T-1", "m").label(at(&s, "x"), "l");
    assert!(!plain(&d, &s).contains('\x1b'));
    assert!(render(&d, &s, Style { color: true, width: 80 }).contains('\x1b'));
}

#[test]
fn labels_that_begin_within_a_line_end() {
    for text in ["a\r\n}", "let a = \r\n\r\nb\r\n", "\r\n", "a\r"] {
        let sources = one(text);
        for (start, end) in (0..=text.len()).flat_map(|a| (a..=text.len()).map(move |b| (a, b))) {
            let span = Span::new(FileId(0), start, end);
            let d = Diagnostic::error("T-1", "m").label(Span::new(FileId(0), 0, 0), "first").label(span, "here");
            let drawn = plain(&d, &sources);
            assert!(!drawn.contains("Failed to read") && drawn.contains("here"), "{text:?} {start} {end}\n{drawn}");
        }
    }
}

proptest! {
    /// Any labels on any text, also outside it and within characters: a drawing without control characters.
    #[test]
    fn draws_anything(
        text in r"([a-z (){},@+\t\r\n\x00-\x1f]|[é数😀\u{202e}\u{300}]|\n){0,120}",
        other in r"[a-z\n]{0,30}",
        labels in proptest::collection::vec((0u32..3, 0u32..200, 0u32..200, "[a-zé\n\t]{0,8}"), 0..6),
        width in 1usize..120,
    ) {
        let mut sources = one(&text);
        sources.add("other", other);
        let mut d = Diagnostic::error("T-1", "message");
        for (file, a, b, label) in labels {
            d = d.label(Span { file: FileId(file), start: a.min(b), end: a.max(b) }, label);
        }
        let drawn = render(&d, &sources, Style { color: false, width });
        prop_assert!(drawn.chars().all(|c| c == '\n' || !c.is_control()), "{drawn:?}");
        prop_assert!(!drawn.contains("Failed to read"), "{drawn}");
    }
}
