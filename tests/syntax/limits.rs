//! Texts that are made to exhaust the stack, the time or the patience. Tests run on threads of 2 MB.

use super::{errors, tree};
use reel::source::FileId;
use reel::syntax::{MAX_DEPTH, parse};

/// Ways to nest, each with what opens a level, the middle, what closes it.
const NESTS: &[(&str, &str, &str)] = &[
    ("(", "1", ")"),
    ("[", "1", "]"),
    ("f(", "1", ")"),
    ("f(a: ", "1", ")"),
    ("f(...", "1", ")"),
    ("x[", "1", "]"),
    ("x[..", "1", "]"),
    ("x[1..", "1", "]"),
    ("{;", "1", "}"),
    ("{a: ", "1", "}"),
    ("if a {", "1", "}"),
    ("if ", "a", "{}"),
    ("if a {1} else {", "1", "}"),
    ("for i in x {", "1", "}"),
    ("while a {", "1", "}"),
    ("fn f(a) {", "1", "}"),
    ("fn(a = ", "1", ") {}"),
    ("fn() {} backward(g) {", "1", "}"),
    ("module M() {", "1", "}"),
    ("try {", "1", "} catch {}"),
    ("try {} catch e {", "1", "}"),
    ("no_grad {", "1", "}"),
    ("on \"cuda\" {", "1", "}"),
    ("on ", "a", "{}"),
    ("|x| ", "x", ""),
    ("f(|x| ", "x", ")"),
    ("|x = ", "1", "| x"),
    ("\"{", "1", "}\""),
    ("\"\"\"{", "1", "}\"\"\""),
    ("-", "1", ""),
    ("not ", "a", ""),
    ("[a for x in ", "b", "]"),
    ("let (", "a", ") = b"),
    ("1 + (", "2", ") * 3"),
    ("if a {1} else ", "{2}", ""),
];

fn nested((open, middle, close): (&str, &str, &str), depth: usize) -> String {
    if open.starts_with("let") {
        return format!("let {}a{} = b", "(".repeat(depth), ")".repeat(depth));
    }
    open.repeat(depth) + middle + &close.repeat(depth)
}

#[test]
fn moderate_nesting_is_fine() {
    for &nest in NESTS {
        tree(&nested(nest, 50));
    }
}

#[test]
fn deep_nesting_is_an_error() {
    for &nest in NESTS {
        for depth in [MAX_DEPTH as usize + 1, 10_000] {
            let text = nested(nest, depth);
            let found = parse(FileId(0), &text).expect_err(nest.0);
            assert!(found.iter().any(|d| d.code == "SYNTAX-04"), "{} {depth}: {found:?}", nest.0);
        }
    }
}

#[test]
fn unfinished_nesting_is_an_error() {
    for &(open, ..) in NESTS {
        for depth in [20, MAX_DEPTH as usize - 1, 10_000] {
            assert!(parse(FileId(0), &open.repeat(depth)).is_err(), "{open}");
        }
    }
    for mixed in ["f([{a: \"{", "f(|x| [", "[a for x in f(a, ", "if f(", "x[a.., b..=", "{a: (b, ", "|x = f(a: "] {
        assert!(parse(FileId(0), &mixed.repeat(60)).is_err(), "{mixed}");
    }
}

/// A chain leans to the left, or to the right, one level for each link.
#[test]
fn long_chains() {
    for (first, link) in [
        ("1", "+1"),
        ("1", " and 1"),
        ("a", "**a"),
        ("a", ".f()"),
        ("a", ".f"),
        ("a", "(b)"),
        ("a", "[0]"),
        ("a", " |> f"),
        ("if a {1}", " else if b {2}"),
        ("a", "\n|> f"),
        ("a", "\n.f"),
    ] {
        tree(&(first.to_string() + &link.repeat(100)));
        let text = first.to_string() + &link.repeat(100_000);
        let found = parse(FileId(0), &text).expect_err(link);
        assert_eq!(found[0].code, "SYNTAX-04", "{link}");
    }
}

#[test]
fn long_rows_are_fine() {
    tree(&format!("list({})", "1, ".repeat(50_000)));
    tree(&format!("[{}]", "[1, 2.5], ".repeat(20_000)));
    tree(&format!("{{{}}}", (0..20_000).map(|i| format!("k{i}: {i}, ")).collect::<String>()));
    tree(&format!("\"{}\"", "{x} and ".repeat(20_000)));
    tree(&"let a = f(1)\n".repeat(50_000));
    tree(&format!("{}x", "\n".repeat(500_000)));
    tree(&format!("{}x", "# comment\n".repeat(100_000)));
    tree(&format!("fn f() {{\n{}}}", "    a = b + c * d\n".repeat(20_000)));
}

#[test]
fn a_long_script_with_errors_is_refused_in_time() {
    let text = "let a = f(1)\n".repeat(100_000) + "let b = = 2\nlet c = = 3\n";
    let found = parse(FileId(0), &text).unwrap_err();
    assert_eq!(found[0].labels[0].span.start as usize, text.len() - "= 2\nlet c = = 3\n".len());
    let many = parse(FileId(0), &"let b = = 2\n".repeat(1_000)).unwrap_err();
    assert_eq!(many.len(), 20);
}

#[test]
fn what_is_said() {
    insta::assert_snapshot!(errors(&"(".repeat(301)), @r"
    SYNTAX-04 brackets nest too deeply
      1: `(` more than 300 brackets are open here
      help: give inner parts a name with `let`
    ");
    insta::assert_snapshot!(errors(&format!("let x = a{}", ".f".repeat(301))).replace(".f", ""), @r"
    SYNTAX-04 this nests too deeply
      1: `a` more than 300 levels, counting the links of a chain
      help: give a part of it a name with `let`, or use a loop
    ");
}
