//! Where a newline ends a statement and where it does not.

use super::{errors, tree};

#[test]
fn a_statement_goes_on() {
    for (text, expected) in [
        ("a +\n\n # c\n b", "(+ a b)"),
        ("let a =\n 3", "(let a 3)"),
        ("a +=\n 3", "(+= a 3)"),
        ("a and\nb or\nc", "(or (and a b) c)"),
        ("a not in\nb", "(not in a b)"),
        ("0..\n3 by\n2", "(.. 0 3 by 2)"),
        ("x |>\nf", "(|> x f)"),
        ("x\n  .f()\n  # why\n\n  .g", "(.g (.f() x ))"),
        ("x\n|> f\n|> g(1)", "(|> (|> x f) (call g 1))"),
        ("if a { b }\nelse if c { d }\n# no\nelse { e }", "(if a {b} (if c {d} {e}))"),
        ("try { a }\ncatch e { b }", "(try {a} e {b})"),
        ("f(\n a\n ,\n b: 1,\n)", "(call f a b:1)"),
        ("[\n1,\n# two\n2\n]", "[1 2]"),
        ("x[\n1\n..\n2\n]", "(at x (.. 1 2))"),
        ("(\na\n+ b\n)", "(+ a b)"),
        ("{\n a:\n 1,\n b: 2\n}", "(record a:1 b:2)"),
        ("{\n\n}", "(record )"),
        ("fn f(\n a,\n b = 1\n) ->\n f32 { a }", "(fn f(a b=1) -> f32 {a})"),
        ("assert a,\n \"b\"", "(assert a \"b\")"),
        ("import \"a\":\n A,\n B", "(import \"a\" A B)"),
        ("|a,\n b| a", "(fn(a b) {a})"),
        ("let (a,\n b) = t", "(let (tuple a b) t)"),
        ("f(a: |x|\n x)", "(call f a:(fn(x) {x}))"),
    ] {
        assert_eq!(tree(text), expected, "{text}");
    }
}

#[test]
fn a_statement_ends() {
    for (text, expected) in [
        ("a\n-b", "a; (- b)"),
        ("a\n(b)", "a; b"),
        ("a\n[b]", "a; [b]"),
        ("f(fn() {\n a\n -b\n (c)\n})", "(call f (fn() {a; (- b); c}))"),
        ("[if a {\n b\n -c\n}]", "[(if a {b; (- c)})]"),
        ("{ a: {\n b\n c\n} }", "(record a:{b; c})"),
        ("\"{if a {\n b\n -c\n}}\"", "(str (if a {b; (- c)}))"),
        ("(a\n- b)", "(- a b)"),
        ("return\na", "(return); a"),
        ("a\n\n\nb", "a; b"),
        ("a  \n  ", "a"),
        ("a  # c", "a"),
        ("  ", ""),
        ("", ""),
        ("# c", ""),
        ("\u{feff}a", "a"),
        ("a\r\nb\r\n", "a; b"),
        ("fn f() { a }\nbackward(b)", "(fn f() {a}); (call backward b)"),
    ] {
        assert_eq!(tree(text), expected, "{text}");
    }
}

#[test]
fn what_stands_on_one_line() {
    for text in [
        "(f\n(x))",
        "[x\n[0]]",
        "f(g\n(x))",
        "fn f() { a }\nbackward(g) { g }",
        "[fn() { a }\nbackward(g) { g }]",
        "fn f()\n{ a }",
        "if a\n{ b }",
        "let\na = 3",
        "not\na",
        "-\na",
        "for i\nin x { i }",
        "let a\n= 3",
        "a\n* b",
        "a\n..3",
        "a\n== b",
    ] {
        errors(text);
    }
}
