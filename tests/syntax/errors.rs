//! What is said about a text that is not Reel: code, message, labels, help.

use super::errors;
use insta::assert_snapshot;

#[test]
fn brackets() {
    assert_snapshot!(errors("f(x"), @r"
    SYNTAX-02 this `(` is not closed
      1: `(` the `)` that belongs to it is missing
      help: add the `)`
    ");
    assert_snapshot!(errors("f(x]"), @r"
    SYNTAX-02 `]` does not close `(`
      1: `]` `)` is needed before this
      1: `(` opened here
      help: close the `(` with `)` first, or take one of the two out
    ");
    assert_snapshot!(errors("f(x))"), @r"
    SYNTAX-02 this `)` closes nothing
      1: `)` no bracket is open here
      help: take it out, or open its partner before
    ");
    assert_snapshot!(errors("if a { [1, 2 }"), @r"
    SYNTAX-02 `}` does not close `[`
      1: `}` `]` is needed before this
      1: `[` opened here
      help: close the `[` with `]` first, or take one of the two out
    ");
    assert_snapshot!(errors("let x = {\n  a: 1\n"), @r"
    SYNTAX-02 this `{` is not closed
      1: `{` the `}` that belongs to it is missing
      help: add the `}`
    ");
    assert_snapshot!(errors(r#"print("a {b")"#), @r#"
    SYNTAX-03 this string is not closed
      1: `")` begins here
      help: in a string `{` begins a hole, and this quote a string in it; for the brace itself write `\{`
    "#);
}

#[test]
fn open_strings() {
    assert_snapshot!(errors("let a = \"abc\nlet b = 'x'"), @r#"
    SYNTAX-03 this string is not closed
      1: `"abc` begins here
      help: end it with `"` on its line; `"""…"""` spans lines, and `\n` is a new line
    "#);
    assert_snapshot!(errors(r#"let a = "abc"#), @r#"
    SYNTAX-03 this string is not closed
      1: `"abc` begins here
      help: end it with `"` on its line; `"""…"""` spans lines, and `\n` is a new line
    "#);
    assert_snapshot!(errors("\"\"\"abc\n"), @r#"
    SYNTAX-03 this string is not closed
      1: `"""` begins here
      help: end it with `"""`
    "#);
    assert_snapshot!(errors(r#"print("{")"#), @r#"
    SYNTAX-03 this string is not closed
      1: `")` begins here
      help: in a string `{` begins a hole, and this quote a string in it; for the brace itself write `\{`
    "#);
}

#[test]
fn characters() {
    assert_snapshot!(errors("let x = 2 × 3"), @r"
    SYNTAX-05 this character has no meaning here
      1: `×` not an operator of Reel
      help: write `*`
    ");
    assert_snapshot!(errors("let x = a − b"), @r"
    SYNTAX-05 this character has no meaning here
      1: `−` not the minus sign of the keyboard
      help: write `-`
    ");
    assert_snapshot!(errors("let x = a\u{a0}+ b"), @r"
    SYNTAX-05 this character has no meaning here
      1: ` ` U+00A0, a blank of another kind
      help: replace it by an ordinary blank
    ");
    assert_snapshot!(errors("let x = $a"), @r"
    SYNTAX-05 this character has no meaning here
      1: `$` U+0024
      help: it can stand in strings and comments only
    ");
    assert_snapshot!(errors("let x = a…b"), @r"
    SYNTAX-05 this character has no meaning here
      1: `…` one character
      help: write three dots `...`
    ");
}

#[test]
fn numbers() {
    assert_snapshot!(errors("let x = .5"), @r"
    SYNTAX-06 a number begins with a digit
      1: `.` a point alone
      help: write `0.5`
    ");
    assert_snapshot!(errors("let x = 0x1F"), @r"
    SYNTAX-06 this is no number
      1: `0x1F` digits and letters run together
      help: numbers are decimal: write `31`
    ");
    assert_snapshot!(errors("let x = 0b101"), @r"
    SYNTAX-06 this is no number
      1: `0b101` digits and letters run together
      help: numbers are decimal: write `5`
    ");
    assert_snapshot!(errors("let x = 2x"), @r"
    SYNTAX-06 this is no number
      1: `2x` digits and letters run together
      help: for a product write `2 * x`
    ");
    assert_snapshot!(errors("let x = 1__000"), @r"
    SYNTAX-06 this is no number
      1: `1__000` digits and letters run together
      help: a single `_` may stand between two digits: `1_000`
    ");
    assert_snapshot!(errors("let x = 1_"), @r"
    SYNTAX-06 this is no number
      1: `1_` digits and letters run together
      help: a single `_` may stand between two digits: `1_000`
    ");
    assert_snapshot!(errors("let x = 1e"), @r"
    SYNTAX-06 this is no number
      1: `1e` digits and letters run together
      help: an exponent has digits: `1e3`
    ");
    assert_snapshot!(errors("let x = 1.5.3"), @r"
    SYNTAX-06 a number has one point
      1: `3` after a second one
      help: a range is written `..`
    ");
    assert_snapshot!(errors("let x = t.0"), @r"
    SYNTAX-06 a part of a tuple is read with an index
      1: `0` a field is a word
      help: write `[0]`
    ");
    assert_snapshot!(errors("let x = 1.e5"), @r"
    SYNTAX-06 this is no number
      1: `1.e5` a point needs a digit after it before an exponent
      help: write `1.0e5` or `1e5`
    ");
    assert_snapshot!(errors("let x = 9223372036854775808"), @r"
    SYNTAX-06 this whole number does not fit in an int
      1: `9223372036854775808` larger than 9223372036854775807
      help: for a float write `9223372036854775808.0`
    ");
    assert_snapshot!(errors("fn f(x: f32[1.5]) { x }"), @r"
    SYNTAX-06 a dimension is a whole number
      1: `1.5` not one
      help: a dimension is a name, a whole number, `_` or a leading `...`
    ");
}

#[test]
fn escapes() {
    assert_snapshot!(errors(r#""\q \u{110000} \u{zz} \u""#), @r#"
    SYNTAX-07 this escape is not known
      1: `\q` here
      help: the escapes are `\n \t \r \0 \\ \" \{ \} \u{…}`; a backslash itself is `\\`
    SYNTAX-07 this is no character
      1: `\u{110000}` here
      help: `\u{…}` takes the hexadecimal number of a Unicode character, as in `\u{3b1}`
    SYNTAX-07 this is no character
      1: `\u{` here
      help: `\u{…}` takes the hexadecimal number of a Unicode character, as in `\u{3b1}`
    SYNTAX-07 this is no character
      1: `\u` here
      help: `\u{…}` takes the hexadecimal number of a Unicode character, as in `\u{3b1}`
    "#);
}

#[test]
fn holes() {
    assert_snapshot!(errors(r#""{}""#), @r"
    SYNTAX-08 this hole is empty
      1: `{` an expression is needed
      help: for the braces themselves write `\{}`
    ");
    assert_snapshot!(errors(r#""{ }""#), @r"
    SYNTAX-08 this hole is empty
      1: `{` an expression is needed
      help: for the braces themselves write `\{}`
    ");
    assert_snapshot!(errors(r#""{{x}}""#), @r"
    SYNTAX-08 a hole cannot begin with `{`
      1: `{` a second brace
      help: for a brace itself write `\{`; put a record or a block in parentheses
    ");
    assert_snapshot!(errors(r#""{:.3f}""#), @r"
    SYNTAX-08 this hole is empty
      1: `:` an expression is needed before the `:`
      help: for the brace itself write `\{`
    ");
    assert_snapshot!(errors(r#""{x!r}""#), @r"
    SYNTAX-08 holes have no `!r`
      1: `!` not needed
      help: a string in quotes is what `[x]` or `(x,)` prints
    ");
    assert_snapshot!(errors(r#""{x=}""#), @r"
    SYNTAX-08 a hole holds an expression only
      1: `=` not needed
      help: write the name before the hole: `x = {x}`
    ");
    assert_snapshot!(errors(r#""{x:{w}}""#), @r"
    SYNTAX-08 a format spec is written out
      1: `:` no hole in it
      help: choose with `if`, or build the text from parts
    ");
    assert_snapshot!(errors(r#""{let x = 3}""#), @r"
    SYNTAX-01 `let` cannot stand here
      1: `let` a value is expected
      help: it begins a statement: put it on a line of its own, or in a block
    ");
    assert_snapshot!(errors(r#""{x y}""#), @r"
    SYNTAX-08 a hole holds one expression
      1: `y` a second one begins
      help: write the operator that joins the two, or a second hole
    ");
}

#[test]
fn comparisons() {
    assert_snapshot!(errors("a < b < c + 1"), @r"
    SYNTAX-09 comparisons do not chain
      1: `<` a second comparison
      help: write `a < b and b < c + 1`
    ");
    assert_snapshot!(errors("a == b in c"), @r"
    SYNTAX-09 comparisons do not chain
      1: `in` a second comparison
      help: write `a == b and b in c`
    ");
    assert_snapshot!(errors("a < b < c < d"), @r"
    SYNTAX-09 comparisons do not chain
      1: `<` a second comparison
      help: write `a < b and b < c`
    SYNTAX-09 comparisons do not chain
      1: `<` a second comparison
      help: write `b < c and c < d`
    ");
}

#[test]
fn places() {
    assert_snapshot!(errors("f() = 3"), @r"
    SYNTAX-10 cannot assign to the result of a call
      1: `f()` no place that holds a value
      help: give it a name with `let` first, then change a part of it
    ");
    assert_snapshot!(errors("x.f() += 1"), @r"
    SYNTAX-10 cannot assign to the result of a call
      1: `x.f()` no place that holds a value
      help: give it a name with `let` first, then change a part of it
    ");
    assert_snapshot!(errors("(a, b) += 1"), @r"
    SYNTAX-10 cannot assign to a tuple
      1: `(a, b)` no place that holds a value
      help: update its parts one by one
    ");
    assert_snapshot!(errors("1 = x"), @r"
    SYNTAX-10 cannot assign to this
      1: `1` no place that holds a value
      help: a name, a field `r.x`, an index `xs[i]` or a tuple of these can be assigned
    ");
    assert_snapshot!(errors("(a, f()) = (1, 2)"), @r"
    SYNTAX-10 cannot assign to the result of a call
      1: `f()` no place that holds a value
      help: give it a name with `let` first, then change a part of it
    ");
    assert_snapshot!(errors("() = 3"), @r"
    SYNTAX-10 cannot assign to this
      1: `()` no place that holds a value
      help: a name, a field `r.x`, an index `xs[i]` or a tuple of these can be assigned
    ");
}

#[test]
fn assignments_inside() {
    assert_snapshot!(errors("if x = 3 { 1 }"), @r"
    SYNTAX-11 `=` assigns, `==` compares
      1: `=` an assignment is no condition
      help: write `==`
    ");
    assert_snapshot!(errors("a = b = 3"), @r"
    SYNTAX-11 an assignment is a statement of its own
      1: `=` not a part of an expression
      help: assign on a line before; `==` compares
    ");
    assert_snapshot!(errors("while (x = next()) { }"), @r"
    SYNTAX-11 `=` assigns, `==` compares
      1: `=` an assignment is no condition
      help: write `==`
    ");
    assert_snapshot!(errors("f((x += 1))"), @r"
    SYNTAX-11 an assignment is a statement of its own
      1: `+=` not a part of an expression
      help: assign on a line before; `==` compares
    ");
}

#[test]
fn pipes() {
    assert_snapshot!(errors("x |> 3"), @r"
    SYNTAX-12 `|>` needs a function on its right
      1: `3` not a name, a chain of fields and calls, or a lambda
      help: write `x |> f`, `x |> f(a)`, `x |> model.forward` or `x |> |v| v + 1`
    ");
    assert_snapshot!(errors("x |> (a + b)"), @r"
    SYNTAX-12 `|>` needs a function on its right
      1: `(a + b)` not a name, a chain of fields and calls, or a lambda
      help: write `x |> f`, `x |> f(a)`, `x |> model.forward` or `x |> |v| v + 1`
    ");
    assert_snapshot!(errors("x |> f + 1"), @r"
    SYNTAX-12 `|>` needs a function on its right
      1: `f + 1` not a name, a chain of fields and calls, or a lambda
      help: write `x |> f`, `x |> f(a)`, `x |> model.forward` or `x |> |v| v + 1`
    ");
    assert_snapshot!(errors("x |> if a { f } else { g }"), @r"
    SYNTAX-12 `|>` needs a function on its right
      1: `if a { f } else { g }` not a name, a chain of fields and calls, or a lambda
      help: write `x |> f`, `x |> f(a)`, `x |> model.forward` or `x |> |v| v + 1`
    ");
}

#[test]
fn parameters() {
    assert_snapshot!(errors("fn f(a = 1, b) { }"), @r"
    SYNTAX-13 a parameter without a default follows one with a default
      1: `b` stands after it
      1: `a = 1` has a default
      help: put those with a default last, or give this one a default too
    ");
    assert_snapshot!(errors("fn f(...r, b) { }"), @r"
    SYNTAX-13 nothing follows `...`
      1: `b` stands after it
      1: `...r` this collects all that is left
      help: put the parameter with `...` last
    ");
    assert_snapshot!(errors("fn f(a, (b, a)) { }"), @r"
    SYNTAX-13 two parameters have the same name
      1: `a` `a` again
      1: `a` first here
      help: give one of them another name, or take it out
    ");
    assert_snapshot!(errors("fn f(...r = 1) { }"), @r"
    SYNTAX-13 `...` collects what is left and has no default
      1: `...r = 1` a default
      help: it is empty if no arguments are left
    ");
    assert_snapshot!(errors("|a, a| a"), @r"
    SYNTAX-13 two parameters have the same name
      1: `a` `a` again
      1: `a` first here
      help: give one of them another name, or take it out
    ");
    assert_snapshot!(errors("let (a, a) = (1, 2)"), @r"
    SYNTAX-13 one name is bound twice
      1: `a` `a` again
      1: `a` first here
      help: give one of them another name, or take it out
    ");
    assert_snapshot!(errors("fn f(x: f32[a, ...]) { }"), @r"
    SYNTAX-13 `...` can only be the first dimension
      1: `...` not the first
      help: as in `f32[..., t, d]`
    ");
    assert_snapshot!(errors("fn f(1) { }"), @r"
    SYNTAX-01 `1` cannot stand here
      1: `1` a name is expected
    ");
    assert_snapshot!(errors("fn f(x:) { }"), @r"
    SYNTAX-01 `)` cannot stand here
      1: `)` a type is expected, such as `f32[n]` or `int`
    ");
    assert_snapshot!(errors("fn f(x) -> { x }"), @r"
    SYNTAX-01 `{` cannot stand here
      1: `{` a type is expected, such as `f32[n]` or `int`
    ");
}

#[test]
fn arguments() {
    assert_snapshot!(errors("f(a: 1, 2)"), @r"
    SYNTAX-14 an argument without a name follows one with a name
      1: `2` which parameter this is for is not clear
      1: `a` named
      help: put the named arguments last
    ");
    assert_snapshot!(errors("f(a: 1, ...b)"), @r"
    SYNTAX-14 an argument without a name follows one with a name
      1: `...b` which parameter this is for is not clear
      1: `a` named
      help: put the named arguments last
    ");
    assert_snapshot!(errors("f(a: 1, a: 2)"), @r"
    SYNTAX-14 one argument is given twice
      1: `a` `a` again
      1: `a` first here
      help: give one of them another name, or take it out
    ");
    assert_snapshot!(errors(r#"{a: 1, "a": 2}"#), @r#"
    SYNTAX-14 one key stands twice in a record
      1: `"a"` `a` again
      1: `a` first here
      help: give one of them another name, or take it out
    "#);
    assert_snapshot!(errors(r#"assert (a > 0, "a is {a}")"#), @r#"
    SYNTAX-14 `assert` is not a function
      1: `(a > 0, "a is {a}")` a tuple, not a condition
      help: write `assert a > 0, "a is {a}"`
    "#);
}

#[test]
fn reserved() {
    assert_snapshot!(errors("let in = 3"), @r"
    SYNTAX-15 `in` is a reserved word
      1: `in` cannot be a name
      help: choose another, such as `in_`; after `.` and before `:` any word can stand
    ");
    assert_snapshot!(errors("fn by(x) { x }"), @r"
    SYNTAX-15 `by` is a reserved word
      1: `by` cannot be a name
      help: choose another, such as `by_`; after `.` and before `:` any word can stand
    ");
    assert_snapshot!(errors("for on in xs { 1 }"), @r"
    SYNTAX-15 `on` is a reserved word
      1: `on` cannot be a name
      help: choose another, such as `on_`; after `.` and before `:` any word can stand
    ");
    assert_snapshot!(errors("fn f(catch) { 1 }"), @r"
    SYNTAX-15 `catch` is a reserved word
      1: `catch` cannot be a name
      help: choose another, such as `catch_`; after `.` and before `:` any word can stand
    ");
    assert_snapshot!(errors("let (try, b) = c"), @r"
    SYNTAX-15 `try` is a reserved word
      1: `try` cannot be a name
      help: choose another, such as `try_`; after `.` and before `:` any word can stand
    ");
}

#[test]
fn separators() {
    assert_snapshot!(errors("let x = 3 let y = 4"), @r"
    SYNTAX-16 the statement before this has not ended
      1: `let` something new begins here
      help: begin a new line, put `;` between two statements, or write the operator that joins two values
    ");
    assert_snapshot!(errors("f x"), @r"
    SYNTAX-16 the statement before this has not ended
      1: `x` something new begins here
      help: for a call write `f(x)`; statements on one line have `;` between them
    ");
    assert_snapshot!(errors("a b"), @r"
    SYNTAX-16 the statement before this has not ended
      1: `b` something new begins here
      help: for a call write `a(b)`; statements on one line have `;` between them
    ");
    assert_snapshot!(errors("x 3"), @r"
    SYNTAX-16 the statement before this has not ended
      1: `3` something new begins here
      help: for a call write `x(3)`; statements on one line have `;` between them
    ");
    assert_snapshot!(errors("return return"), @r"
    SYNTAX-16 the statement before this has not ended
      1: `return` something new begins here
      help: begin a new line, put `;` between two statements, or write the operator that joins two values
    ");
    assert_snapshot!(errors("x }"), @r"
    SYNTAX-02 this `}` closes nothing
      1: `}` no bracket is open here
      help: take it out, or open its partner before
    ");
}

#[test]
fn blocks() {
    assert_snapshot!(errors("fn f(x)\n{\n  x\n}"), @r"
    SYNTAX-17 this `fn` needs a block
      1: `)` a `{` is needed after this
      help: the `{` stands on the line of its head
    ");
    assert_snapshot!(errors("if x\n  print(x)"), @r"
    SYNTAX-17 this `if` needs a block
      1: `x` a `{` is needed after this
      help: write `if x { … }`
    ");
    assert_snapshot!(errors("while x"), @r"
    SYNTAX-17 this `while` needs a block
      1: `x` a `{` is needed after this
      help: write `while x { … }`
    ");
    assert_snapshot!(errors("no_grad"), @r"
    SYNTAX-17 `no_grad` needs a block
      1: `no_grad` a `{` is needed after this
      help: the `{` stands on the line of its `no_grad`
    ");
    assert_snapshot!(errors("try"), @r"
    SYNTAX-17 `try` needs a block
      1: `try` a `{` is needed after this
      help: the `{` stands on the line of its `try`
    ");
    assert_snapshot!(errors(r#"on "cuda""#), @r#"
    SYNTAX-17 this `on` needs a block
      1: `"` a `{` is needed after this
      help: write `on "cuda" { … }`
    "#);
    assert_snapshot!(errors("fn f { 3 }"), @r"
    SYNTAX-24 `fn` needs its parameters
      1: `{` a `(` is needed here
      help: write `fn f(x) { … }`; `f()` if there are none
    ");
    assert_snapshot!(errors("module M"), @r"
    SYNTAX-24 `module` needs its parameters
      1: `M` a `(` is needed after this
      help: write `module M(x) { … }`; `M()` if there are none
    ");
    assert_snapshot!(errors("fn f() {} backward {}"), @r"
    SYNTAX-24 this `backward` clause is not finished
      1: `{` a `(` is needed here
      help: write `backward(g) { … }`: `g` is the gradient of the result
    ");
    assert_snapshot!(errors("fn f() {} backward(g)"), @r"
    SYNTAX-24 this `backward` clause is not finished
      1: `)` a `{` is needed after this
      help: write `backward(g) { … }`; a call of the function `backward` stands on a line of its own
    ");
}

#[test]
fn commas() {
    assert_snapshot!(errors("f(a b)"), @r"
    SYNTAX-18 a comma is missing
      1: `a` a comma is needed after this
      1: `b` begins a value of its own
      help: put a comma between them, or the operator that joins them
    ");
    assert_snapshot!(errors("[1 2]"), @r"
    SYNTAX-18 a comma is missing
      1: `1` a comma is needed after this
      1: `2` begins a value of its own
      help: put a comma between them, or the operator that joins them
    ");
    assert_snapshot!(errors("{\n  a: 1\n  b: 2\n}"), @r"
    SYNTAX-18 a comma is missing
      2: `1` a comma is needed after this
      3: `b` begins a value of its own
      help: put a comma between them, or the operator that joins them
    ");
    assert_snapshot!(errors("(f\n  (x))"), @r"
    SYNTAX-18 the `(` of a call stands on the line of what it belongs to
      2: `(` begins a value of its own
      1: `f` so a comma is needed after this
      help: join the two lines, or put a comma between the values
    ");
    assert_snapshot!(errors("[x\n  [0]]"), @r"
    SYNTAX-18 the `[` of an index stands on the line of what it belongs to
      2: `[` begins a value of its own
      1: `x` so a comma is needed after this
      help: join the two lines, or put a comma between the values
    ");
    assert_snapshot!(errors("f(x; y)"), @r"
    SYNTAX-01 `;` ends a statement
      1: `;` not inside `(`
      help: put a comma between values
    ");
    assert_snapshot!(errors("{a: 1, b}"), @r"
    SYNTAX-01 each key of a record has a value
      1: `b` a `:` and a value are needed
      help: write `b: …`
    ");
    assert_snapshot!(errors("{1: 2}"), @r#"
    SYNTAX-01 a key is a word or a string without holes
      1: `:` the part before this is none
      help: as in `{lr: 0.1, "steps": 500}`; anything else goes in a `list` of pairs
    "#);
    assert_snapshot!(errors("{k: v for k in xs}"), @r"
    SYNTAX-01 records are not built by a `for` inside
      1: `for` cannot stand here
      help: begin with `let r = {}`, then `for k in xs { r[k] = v }`
    ");
}

#[test]
fn precedence() {
    assert_snapshot!(errors("a == not b"), @r"
    SYNTAX-19 `not` binds more loosely than the operator before it
      1: `not` cannot stand here without parentheses
      help: write `(not …)`
    ");
    assert_snapshot!(errors("-not b"), @r"
    SYNTAX-19 `not` binds more loosely than the operator before it
      1: `not` cannot stand here without parentheses
      help: write `(not …)`
    ");
    assert_snapshot!(errors("1..2..3"), @r"
    SYNTAX-19 a range has two ends
      1: `..` a third part
      help: a step is written with `by`: `0..10 by 2`
    ");
    assert_snapshot!(errors("3 by 2"), @r"
    SYNTAX-19 `by` gives a range its step
      1: `by` no range stands before it
      help: as in `0..10 by 2`
    ");
    assert_snapshot!(errors("x[..a == b]"), @r"
    SYNTAX-19 this operator binds more loosely than `..`
      1: `==` cannot stand here without parentheses
      help: put parentheses around the part that belongs together
    ");
}

#[test]
fn lets() {
    assert_snapshot!(errors("let x"), @r"
    SYNTAX-21 a `let` needs a value
      1: `x` has none
      help: write `let x = …`; `let x = none` if there is none yet
    ");
    assert_snapshot!(errors("let"), @r"
    SYNTAX-21 a `let` needs a name
      1: `let` a name is needed after this
      help: write `let x = …`
    ");
    assert_snapshot!(errors("let = 3"), @r"
    SYNTAX-21 a `let` needs a name
      1: `=` before this
      help: write `let x = …`
    ");
    assert_snapshot!(errors("let x: int = 3"), @r"
    SYNTAX-21 a `let` takes no annotation
      1: `:` parameters of functions do
      help: write `let x = …`
    ");
    assert_snapshot!(errors("let x[0] = 3"), @r"
    SYNTAX-21 a `let` declares names
      1: `[` this is a part of something that exists
      help: write `x[0] = …` without `let`
    ");
    assert_snapshot!(errors("let x.y = 3"), @r"
    SYNTAX-21 a `let` declares names
      1: `.` this is a part of something that exists
      help: write `x.y = …` without `let`
    ");
    assert_snapshot!(errors("let x == 3"), @r"
    SYNTAX-21 a `let` gives a value with `=`
      1: `==` `==` compares
      help: write `let x = …`
    ");
    assert_snapshot!(errors("let a = 1 +\nlet b = 2"), @r"
    SYNTAX-01 `let` cannot stand here
      2: `let` a value is expected
      1: `+` the line goes on after this
      help: it begins a statement: put it on a line of its own, or in a block
    ");
}

#[test]
fn ends() {
    assert_snapshot!(errors("let x = a +"), @r"
    SYNTAX-01 the text ends too early
      1: `+` `+` needs something after it
    ");
    assert_snapshot!(errors("x."), @r"
    SYNTAX-01 the text ends too early
      1: `.` `.` needs something after it
    ");
    assert_snapshot!(errors("for x in"), @r"
    SYNTAX-01 the text ends too early
      1: `in` `in` needs something after it
    ");
    assert_snapshot!(errors("not"), @r"
    SYNTAX-01 the text ends too early
      1: `not` `not` needs something after it
    ");
    assert_snapshot!(errors("f(a, +)"), @r"
    SYNTAX-32 there is no `+` before a value
      1: `+` not needed
      help: leave it out
    ");
    assert_snapshot!(errors("f(,)"), @r"
    SYNTAX-01 `,` cannot stand here
      1: `,` a value is expected
    ");
    assert_snapshot!(errors("x[]"), @r"
    SYNTAX-01 `]` cannot stand here
      1: `]` a value is expected
    ");
    assert_snapshot!(errors("|x|"), @r"
    SYNTAX-01 the text ends too early
      1: `|` `|` needs something after it
    ");
}

#[test]
fn several_at_once() {
    assert_snapshot!(errors("fn train(model, data) {\n    let opt = SGD(model, lr=0.1)\n    for i, x in enumerate(data) {\n        if i < 3 && x > 1 { break }\n        opt.zero_grad() backward(loss)\n        let z\n        x[:, 0] = True\n    }\n    return opt, 3\n}\nlet k = a < b < c\nlet s = \"\\q\""), @r#"
    SYNTAX-27 a named argument is written with `:`
      2: `=` not with `=`
      help: write `lr: 0.1`
    SYNTAX-20 several loop variables are a tuple
      3: `,` a tuple stands in parentheses
      help: write `for (i, x) in …`
    SYNTAX-32 `and` is a word
      4: `&&` not an operator of Reel
      help: write `a and b`; element by element `logical_and(a, b)`
    SYNTAX-16 the statement before this has not ended
      5: `backward` something new begins here
      help: begin a new line, put `;` between two statements, or write the operator that joins two values
    SYNTAX-21 a `let` needs a value
      6: `z` has none
      help: write `let z = …`; `let z = none` if there is none yet
    SYNTAX-26 a slice is written with `..`
      7: `:` not with a colon
      help: write `x[.., 0]`
    SYNTAX-20 several results are a tuple
      9: `,` a tuple stands in parentheses
      help: write `return (opt, 3)`
    SYNTAX-09 comparisons do not chain
      11: `<` a second comparison
      help: write `a < b and b < c`
    SYNTAX-07 this escape is not known
      12: `\q` here
      help: the escapes are `\n \t \r \0 \\ \" \{ \} \u{…}`; a backslash itself is `\\`
    "#);
}
