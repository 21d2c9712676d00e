//! What people bring along from Python and elsewhere, and what they are told.

use super::errors;
use insta::assert_snapshot;

#[test]
fn branches() {
    assert_snapshot!(errors("if a { 1 } elif b { 2 }"), @r"
    SYNTAX-23 another branch is written `else if`
      1: `elif` not a word of Reel
      help: write `else if b { … }`
    ");
    assert_snapshot!(errors("if a { 1 } else 2"), @r"
    SYNTAX-17 `else` needs a block
      1: `2` a `{` is needed here
      help: write `else { 2 }`
    ");
    assert_snapshot!(errors("else { 3 }"), @r"
    SYNTAX-23 `else` follows the block of an `if`
      1: `else` no such block ends before it
      help: write `if a { … } else { … }`
    ");
    assert_snapshot!(errors("if x then 3"), @r"
    SYNTAX-17 a block stands in braces
      1: `then` not a word of Reel
      help: write `{ … }` around it
    ");
    assert_snapshot!(errors("try { f() } except e { 3 }"), @r"
    SYNTAX-23 an error is caught with `catch`
      1: `except` not a word of Reel
      help: write `try { … } catch e { … }`; `e.message` and `e.code` say what happened
    ");
    assert_snapshot!(errors("try { f() }\nlet x = 3"), @r"
    SYNTAX-23 this `try` has no `catch`
      1: `}` a `catch` is needed after this
      help: write `try { … } catch e { … }`; `catch { … }` if the error does not matter
    ");
}

#[test]
fn functions() {
    assert_snapshot!(errors("def f(x, y):\n    return x"), @r"
    SYNTAX-24 a function is declared with `fn`
      1: `def` not a word of Reel
      help: write `fn f(x, y) { … }`
    ");
    assert_snapshot!(errors("let f = lambda x: x * 2"), @r"
    SYNTAX-24 a lambda is written with bars
      1: `lambda` not a word of Reel
      help: write `|x| x * 2`
    ");
    assert_snapshot!(errors("map(lambda x: x + 1, xs)"), @r"
    SYNTAX-24 a lambda is written with bars
      1: `lambda` not a word of Reel
      help: write `|x| x + 1`
    ");
    assert_snapshot!(errors("f(lambda: 0)"), @r"
    SYNTAX-24 a lambda is written with bars
      1: `lambda` not a word of Reel
      help: write `|| 0`
    ");
    assert_snapshot!(errors("let f = (x, y) => x + y"), @r"
    SYNTAX-24 a lambda is written with bars
      1: `=>` not an operator of Reel
      help: write `|x, y| x + y`
    ");
    assert_snapshot!(errors("let f = x -> x + 1"), @r"
    SYNTAX-24 a lambda is written with bars
      1: `->` not an operator of Reel
      help: write `|x| x + 1`
    ");
    assert_snapshot!(errors("fn f(x) = x * 2"), @r"
    SYNTAX-17 the body of a function stands in braces
      1: `=` not after `=`
      help: write `fn f(x) { … }`
    ");
    assert_snapshot!(errors("let f = fn x { x }"), @r"
    SYNTAX-24 the parameters of a function stand in parentheses
      1: `x` a `(` is needed before this
      help: write `fn(x) { … }` or `|x| …`
    ");
    assert_snapshot!(errors("function f(x) { x }"), @r"
    SYNTAX-24 a function is declared with `fn`
      1: `function` not a word of Reel
      help: write `fn f(x) { … }`
    ");
    assert_snapshot!(errors("module M() { fn forward(self, x) { x } }"), @r"
    SYNTAX-35 a method sees `self` by itself
      1: `self` not a parameter
      help: take it out of the parameters; fields and methods are there by their names
    ");
    assert_snapshot!(errors("class Net(Module):\n    3"), @r"
    SYNTAX-30 what holds parameters is a `module`, plain data a record
      1: `class` not a word of Reel
      help: write `module Net(…) { … }`, or a record `{a: 1, b: 2}`
    ");
}

#[test]
fn constants() {
    assert_snapshot!(errors("let a = True; let b = False; f(None)"), @r"
    SYNTAX-25 `True` is written `true`
      1: `True` a capital letter
      help: write `true`
    SYNTAX-25 `False` is written `false`
      1: `False` a capital letter
      help: write `false`
    SYNTAX-25 `None` is written `none`
      1: `None` a capital letter
      help: write `none`
    ");
}

#[test]
fn slices() {
    assert_snapshot!(errors("x[:, 0]"), @r"
    SYNTAX-26 a slice is written with `..`
      1: `:` not with a colon
      help: write `x[.., 0]`
    ");
    assert_snapshot!(errors("x[1:3, ::2, a:b:c, None]"), @r"
    SYNTAX-26 a slice is written with `..`
      1: `:` not with a colon
      help: write `x[1..3, .. by 2, a..b by c, none]`
    ");
    assert_snapshot!(errors("x[i][:-1]"), @r"
    SYNTAX-26 a slice is written with `..`
      1: `:` not with a colon
      help: write `x[..-1]`
    ");
}

#[test]
fn named_arguments() {
    assert_snapshot!(errors("f(x, dim=1)"), @r"
    SYNTAX-27 a named argument is written with `:`
      1: `=` not with `=`
      help: write `dim: 1`
    ");
    assert_snapshot!(errors("f(x, keepdim=True, reduction='sum')"), @r"
    SYNTAX-27 a named argument is written with `:`
      1: `=` not with `=`
      help: write `keepdim: true`
    ");
    assert_snapshot!(errors("tensor([1.0], requires_grad=True)"), @r"
    SYNTAX-27 a named argument is written with `:`
      1: `=` not with `=`
      help: gradients reach parameters: write `param(t)` around the tensor
    ");
}

#[test]
fn conditions_behind() {
    assert_snapshot!(errors("let z = a if c else b"), @r"
    SYNTAX-28 the condition stands first
      1: `if` an `if` behind its value
      help: write `if c { a } else { b }`
    ");
    assert_snapshot!(errors("f(x, a if c else b, 3)"), @r"
    SYNTAX-28 the condition stands first
      1: `if` an `if` behind its value
      help: write `if c { a } else { b }`
    ");
    assert_snapshot!(errors("return x if y"), @r"
    SYNTAX-28 the condition stands first
      1: `if` an `if` behind its value
      help: write `if y { x }`
    ");
    assert_snapshot!(errors("[a if c else b for a in xs]"), @r"
    SYNTAX-28 the condition stands first
      1: `if` an `if` behind its value
      help: write `if c { a } else { b }`
    ");
    assert_snapshot!(errors("[f(x) for x in xs if x else y]"), @r"
    SYNTAX-28 an `if` behind `for` leaves values out and has no `else`
      1: `else` cannot stand here
      help: to choose between two values write `[if c { a } else { b } for x in xs]`
    ");
    assert_snapshot!(errors("let y = c ? a : b"), @r"
    SYNTAX-28 a choice is written with `if`
      1: `?` not an operator of Reel
      help: write `if c { a } else { b }`
    ");
}

#[test]
fn loops() {
    assert_snapshot!(errors("for i, x in enumerate(xs) {\n  print(i)\n}"), @r"
    SYNTAX-20 several loop variables are a tuple
      1: `,` a tuple stands in parentheses
      help: write `for (i, x) in …`
    ");
    assert_snapshot!(errors("for x xs { x }"), @r"
    SYNTAX-01 a `for` needs an `in`
      1: `xs` `in` is needed here
      help: write `for x in xs { … }`
    ");
    assert_snapshot!(errors("for (i = 0; i < 3; i++) { i }"), @r"
    SYNTAX-01 a loop runs over values
      1: `=` not over a counter of its own
      help: write `for i in 0..n { … }`; a step is `0..n by 2`
    ");
    assert_snapshot!(errors("loop { x }"), @r"
    SYNTAX-30 a loop without an end is `while true`
      1: `loop` not a word of Reel
      help: write `while true { … }` and `break` inside it
    ");
    assert_snapshot!(errors("let x = for i in xs { i }"), @r"
    SYNTAX-01 `for` cannot stand here
      1: `for` a value is expected
      help: a loop is a statement without a value; `list(f(k) for k in xs)` collects
    ");
}

#[test]
fn blocks_after_a_colon() {
    assert_snapshot!(errors("while x:\n    y()"), @r"
    SYNTAX-29 a block stands in braces
      1: `:` not after a colon
      help: write `while x { … }`
    ");
    assert_snapshot!(errors("if x == 3 and f(y[1]):\n    y()\nelse:\n    z()"), @r"
    SYNTAX-29 a block stands in braces
      1: `:` not after a colon
      help: write `if x == 3 and f(y[1]) { … }`
    ");
    assert_snapshot!(errors("for i in xs:\n  i"), @r"
    SYNTAX-29 a block stands in braces
      1: `:` not after a colon
      help: write `for i in xs { … }`
    ");
    assert_snapshot!(errors("if x { 1 } else: 2"), @r"
    SYNTAX-29 a block stands in braces
      1: `:` not after a colon
      help: write `else { … }`
    ");
}

#[test]
fn with_and_pass() {
    assert_snapshot!(errors("with no_grad():\n    x"), @r"
    SYNTAX-30 there is no `with`
      1: `with` not a word of Reel
      help: write `no_grad { … }`
    ");
    assert_snapshot!(errors("with torch.no_grad():\n    x"), @r"
    SYNTAX-30 there is no `with`
      1: `with` not a word of Reel
      help: write `no_grad { … }`
    ");
    assert_snapshot!(errors("if x { pass }"), @r"
    SYNTAX-30 an empty block needs nothing in it
      1: `pass` not a word of Reel
      help: write `{ }`
    ");
}

#[test]
fn strings() {
    assert_snapshot!(errors(r#"print(f"a {x}")"#), @r#"
    SYNTAX-31 a string has no letter before its quotes
      1: `f` not needed
      help: every string has holes: write `"{x:.2f}"` without the `f`
    "#);
    assert_snapshot!(errors("print('a', b)"), @r#"
    SYNTAX-31 strings stand in double quotes
      1: `'a'` single quotes
      help: write `"a"`
    "#);
    assert_snapshot!(errors("print(f'a')"), @r#"
    SYNTAX-31 strings stand in double quotes
      1: `'a'` single quotes
      help: write `"a"`
    "#);
    assert_snapshot!(errors(r#"let s = r"a""#), @r"
    SYNTAX-31 a string has no letter before its quotes
      1: `r` not needed
      help: write the string without the letter, and a backslash as `\\`
    ");
    assert_snapshot!(errors("let s = “a”"), @r#"
    SYNTAX-31 strings stand in double quotes
      1: `“` another kind of quote
      help: write `"…"`
    "#);
    assert_snapshot!(errors("print('it's')"), @r#"
    SYNTAX-31 strings stand in double quotes
      1: `'it'` single quotes
      help: write `"it"`
    "#);
    assert_snapshot!(errors("f('(')"), @r#"
    SYNTAX-31 strings stand in double quotes
      1: `'('` single quotes
      help: write `"("`
    "#);
    assert_snapshot!(errors(r#""a" "b""#), @r#"
    SYNTAX-16 the statement before this has not ended
      1: `"` something new begins here
      help: strings are joined with `+`
    "#);
    assert_snapshot!(errors(r#"let s = "say "hi" now""#), @r#"
    SYNTAX-16 the string has ended before this
      1: `hi` outside the quotes
      help: a quote inside a string is written `\"`
    "#);
}

#[test]
fn operators() {
    assert_snapshot!(errors("if a && b { 1 }"), @r"
    SYNTAX-32 `and` is a word
      1: `&&` not an operator of Reel
      help: write `a and b`; element by element `logical_and(a, b)`
    ");
    assert_snapshot!(errors("let c = a || b"), @r"
    SYNTAX-32 `or` is a word
      1: `||` not an operator of Reel
      help: write `a or b`; element by element `logical_or(a, b)`
    ");
    assert_snapshot!(errors("if !a { 1 }"), @r"
    SYNTAX-32 `not` is a word
      1: `!` not an operator of Reel
      help: write `not a`; element by element `logical_not(x)`
    ");
    assert_snapshot!(errors("let c = ~m"), @r"
    SYNTAX-32 there is no `~`
      1: `~` not an operator of Reel
      help: of a truth value write `not m`, of a bool tensor `logical_not(m)`
    ");
    assert_snapshot!(errors("let c = a & b"), @r"
    SYNTAX-32 there is no `&`
      1: `&` not an operator of Reel
      help: of truth values write `a and b`, of bool tensors `logical_and(a, b)`
    ");
    assert_snapshot!(errors("let c = a | b"), @r"
    SYNTAX-32 there is no `|` between values
      1: `|` not an operator of Reel
      help: of truth values write `a or b`, of bool tensors `logical_or(a, b)`; a call behind its argument is `|>`
    ");
    assert_snapshot!(errors("let c = a ^ 2"), @r"
    SYNTAX-32 a power is written `**`
      1: `^` not an operator of Reel
      help: write `a ** b`; of bool tensors `logical_xor(a, b)`
    ");
    assert_snapshot!(errors("let c = a << 2"), @r"
    SYNTAX-32 there are no bit shifts
      1: `<<` not an operator of Reel
      help: write `a * 2 ** n` or `a // 2 ** n`
    ");
    assert_snapshot!(errors("x++"), @r"
    SYNTAX-32 a step is written out
      1: `++` not an operator of Reel
      help: write `x += 1`
    ");
    assert_snapshot!(errors("let c = +a"), @r"
    SYNTAX-32 there is no `+` before a value
      1: `+` not needed
      help: leave it out
    ");
    assert_snapshot!(errors("a <> b"), @r"
    SYNTAX-32 inequality is `!=`
      1: `<>` not an operator of Reel
      help: write `a != b`
    ");
    assert_snapshot!(errors("a === b"), @r"
    SYNTAX-32 equality is `==`
      1: `===` not an operator of Reel
      help: write `a == b`; `same(a, b)` tells whether they are one object
    ");
    assert_snapshot!(errors("f(x := 3)"), @r"
    SYNTAX-11 an assignment is a statement of its own
      1: `:=` not inside an expression
      help: write `let x = …` on a line before
    ");
    assert_snapshot!(errors("let y = a + \\\n  b"), @r"
    SYNTAX-05 a line needs no `\` to go on
      1: `\` not needed
      help: a line goes on after an operator or a comma, inside brackets, and before `.name` and `|>`
    ");
}

#[test]
fn is() {
    assert_snapshot!(errors("if x is None { 3 }"), @r"
    SYNTAX-33 there is no `is`
      1: `is` not a word of Reel
      help: write `x == none`
    ");
    assert_snapshot!(errors("let y = a and b is not None"), @r"
    SYNTAX-33 there is no `is`
      1: `is` not a word of Reel
      help: write `b != none`
    ");
}

#[test]
fn stars() {
    assert_snapshot!(errors("f(*args, **options)"), @r"
    SYNTAX-34 several arguments are collected and spread with `...`
      1: `*` not with stars
      help: write `...args`
    ");
    assert_snapshot!(errors("fn f(*args) { 3 }"), @r"
    SYNTAX-34 several arguments are collected and spread with `...`
      1: `*` not with stars
      help: write `...args`
    ");
    assert_snapshot!(errors("[...a, ...b]"), @r"
    SYNTAX-34 `...` spreads the arguments of a call
      1: `...` not a value of its own
      help: join lists and tuples with `+`, tensors with `cat`; `x[..., 0]` is an index
    ");
}

#[test]
fn tuples() {
    assert_snapshot!(errors("let a, b = 1, 2"), @r"
    SYNTAX-20 several names are a tuple
      1: `,` a tuple stands in parentheses
      help: write `let (a, b) = (1, 2)`
    ");
    assert_snapshot!(errors("a, b = b, a"), @r"
    SYNTAX-20 several places are a tuple
      1: `,` a tuple stands in parentheses
      help: write `(a, b) = (b, a)`
    ");
    assert_snapshot!(errors("return a, b"), @r"
    SYNTAX-20 several results are a tuple
      1: `,` a tuple stands in parentheses
      help: write `return (a, b)`
    ");
    assert_snapshot!(errors("let t = 1, 2"), @r"
    SYNTAX-20 several values are a tuple
      1: `,` a tuple stands in parentheses
      help: write `= (1, 2)`
    ");
    assert_snapshot!(errors("let s = {1, 2}"), @r"
    SYNTAX-20 there are no sets
      1: `,` values in braces
      help: write `list(1, 2)`
    ");
    assert_snapshot!(errors("let a = f(x),\nlet b = 2"), @r"
    SYNTAX-20 nothing is listed here
      1: `,` this comma goes on with the next line
      help: take the comma out; several values are a tuple, in parentheses
    ");
}

#[test]
fn other_words() {
    assert_snapshot!(errors("del x"), @r"
    SYNTAX-30 `del` is not needed
      1: `del` not a word of Reel
      help: leave the line out: what nothing holds any more is freed by itself
    ");
    assert_snapshot!(errors("global x"), @r"
    SYNTAX-30 `global` is not needed
      1: `global` not a word of Reel
      help: leave the line out: a function may assign the variables around it
    ");
    assert_snapshot!(errors(r#"raise ValueError("a")"#), @r#"
    SYNTAX-30 an error is raised with `error`
      1: `raise` not a word of Reel
      help: write `error("what is wrong")`
    "#);
    assert_snapshot!(errors(r#"print "a", 3"#), @r#"
    SYNTAX-01 `print` is a function
      1: `"` its arguments stand in parentheses
      help: write `print("a", 3)`
    "#);
    assert_snapshot!(errors("var x = 3"), @r"
    SYNTAX-21 a name is declared with `let`
      1: `var` not a word of Reel
      help: write `let x = 3`
    ");
    assert_snapshot!(errors("let mut x = 3"), @r"
    SYNTAX-21 every name can be assigned anew
      1: `mut` not a word of Reel
      help: write `let x = 3`
    ");
    assert_snapshot!(errors("yield x"), @r"
    SYNTAX-30 functions return once
      1: `yield` not a word of Reel
      help: fill a list: `xs.push(v)`, or write `list(f(k) for k in 0..n)`
    ");
    assert_snapshot!(errors("new Net(3)"), @r"
    SYNTAX-30 a call alone makes an object
      1: `new` not a word of Reel
      help: write `Net(3)`
    ");
    assert_snapshot!(errors("switch x { 3 }"), @r"
    SYNTAX-30 choices are written with `if`
      1: `switch` not a word of Reel
      help: write `if a == 1 { … } else if a == 2 { … } else { … }`
    ");
    assert_snapshot!(errors("@no_grad\nfn f() { 3 }"), @r"
    SYNTAX-30 functions have no decorators
      1: `@` `@` is the matrix product
      help: call the function: `let f = graph(f)`; `no_grad { … }` is a block
    ");
    assert_snapshot!(errors("// a comment"), @r"
    SYNTAX-05 a comment begins with `#`
      1: `//` `//` divides
      help: write `# …`
    ");
    assert_snapshot!(errors("async fn f() { 3 }"), @r"
    SYNTAX-30 nothing runs at the same time
      1: `async` not a word of Reel
      help: leave the word out: a call returns when it is done
    ");
}

#[test]
fn tests() {
    assert_snapshot!(errors("test(\"halves\") { 1 }"), @r#"
    SYNTAX-36 the name of a test has no parentheses around it
      1: `(` not needed
      help: write `test "halves" { … }`
    "#);
    assert_snapshot!(errors("test halves { 1 }"), @r#"
    SYNTAX-36 the name of a test stands in quotes
      1: `halves` no quotes around it
      help: write `test "halves" { … }`
    "#);
    assert_snapshot!(errors("test halves() { 1 }"), @r#"
    SYNTAX-36 the name of a test stands in quotes
      1: `halves` no quotes around it
      help: write `test "halves" { … }`
    "#);
    assert_snapshot!(errors("test { 1 }"), @r#"
    SYNTAX-36 a test needs a name
      1: `{` a name in quotes is needed before this
      help: write `test "…" { … }`
    "#);
    assert_snapshot!(errors("test 'halves' { 1 }"), @r#"
    SYNTAX-31 strings stand in double quotes
      1: `'halves'` single quotes
      help: write `"halves"`
    "#);
    for text in
        ["test \"a\": { 1 }", "test \"a\", fn() { 1 }", "test \"a\" || { 1 }", "test \"a\" fn() { 1 }", "test \"a\" 1"]
    {
        let said = errors(text);
        assert!(
            said.starts_with("SYNTAX-36 a test needs a block") && said.contains("write `test \"a\" { … }`"),
            "{said}"
        );
    }
    assert_snapshot!(errors("let a = 1\ntest \"halves\"\nlet b = 2"), @r#"
    SYNTAX-36 a test needs a block
      2: `"` a `{` is needed after this
      help: write `test "halves" { … }`
    "#);
    assert_snapshot!(errors("test \"halves\"\n{ 1 }"), @r#"
    SYNTAX-36 a test needs a block
      1: `"` a `{` is needed after this
      help: the `{` stands on the line of its test
    "#);
    assert_snapshot!(errors("test \" \" { 1 }"), @r#"
    SYNTAX-36 this test has no name
      1: `" "` empty
      help: say what holds: `test "relu is 0 below 0" { … }`
    "#);
    assert_snapshot!(errors("test \"a {x}\" { 1 }"), @r#"
    SYNTAX-36 the name of a test has no holes
      1: `"a {x}"` not known before the program runs
      help: write the name out, a brace as `\{`; a loop stands inside the test
    "#);
    for text in [
        "fn f() { test \"a\" { } }",
        "module M() { test \"a\" { } }",
        "if x { test \"a\" { } }",
        "test \"b\" { test \"a\" { } }",
        "let f = || { test \"a\" { } }",
    ] {
        let said = errors(text);
        assert!(
            said.starts_with("SYNTAX-36 a test stands at the top of a file\n  1: `test \"a\"` inside a block"),
            "{said}"
        );
    }
}

#[test]
fn imports() {
    assert_snapshot!(errors("import torch"), @r"
    SYNTAX-22 an import names a file
      1: `torch` a path in quotes is needed
      help: its functions are built in: leave the line out
    ");
    assert_snapshot!(errors("from torch import nn"), @r#"
    SYNTAX-22 an import begins with `import`
      1: `from` not a word of Reel
      help: write `import "layers.reel": Residual, Block`
    "#);
    assert_snapshot!(errors(r#"import "a.reel""#), @r#"
    SYNTAX-22 this import does not say what to import
      1: `"` `as` or `:` is needed after this
      help: write `import "a.reel" as name`, or `import "a.reel": Name, Other`
    "#);
    assert_snapshot!(errors("import layers"), @r#"
    SYNTAX-22 an import names a file
      1: `layers` a path in quotes is needed
      help: write `import "layers.reel" as layers` or `import "layers.reel": Residual`
    "#);
    assert_snapshot!(errors(r#"import "{x}.reel" as y"#), @r"
    SYNTAX-22 the path of an import has no holes
      1: `{` not known before the program runs
      help: write the path out, a brace as `\{`
    ");
}

#[test]
fn a_python_script() {
    assert_snapshot!(errors("import torch\n\nclass Net(torch.nn.Module):\n    def __init__(self):\n        super().__init__()\n        self.a = Parameter(randn(()))\n\n    def forward(self, x):\n        return f'{self.a}' if x else None\n\nopt = SGD(net, lr=1e-6)\nfor t in range(2000):\n    if t % 100 == 99:\n        print(t, loss.item())\n    elif t:\n        opt.step()"), @r#"
    SYNTAX-22 an import names a file
      1: `torch` a path in quotes is needed
      help: its functions are built in: leave the line out
    SYNTAX-30 what holds parameters is a `module`, plain data a record
      3: `class` not a word of Reel
      help: write `module Net(…) { … }`, or a record `{a: 1, b: 2}`
    SYNTAX-24 a function is declared with `fn`
      4: `def` not a word of Reel
      help: the body of a `module` is its constructor: write its lines there
    SYNTAX-24 a function is declared with `fn`
      8: `def` not a word of Reel
      help: write `fn forward(x) { … }`
    SYNTAX-31 strings stand in double quotes
      9: `'{self.a}'` single quotes
      help: write `"{self.a}"`
    SYNTAX-27 a named argument is written with `:`
      11: `=` not with `=`
      help: write `lr: 1e-6`
    SYNTAX-29 a block stands in braces
      12: `:` not after a colon
      help: write `for t in range(2000) { … }`
    SYNTAX-29 a block stands in braces
      13: `:` not after a colon
      help: write `if t % 100 == 99 { … }`
    SYNTAX-23 another branch is written `else if`
      15: `elif` not a word of Reel
      help: write `else if t { … }`
    "#);
}
