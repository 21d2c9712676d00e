//! Which tree a text becomes.

use super::{program, tree};
use reel::syntax::ast::*;

/// Each line: source, and its tree after `=>`.
fn check(lines: &str) {
    for line in lines.lines().map(str::trim).filter(|l| !l.is_empty()) {
        let (source, expected) = line.split_once(" => ").expect("source => tree");
        assert_eq!(tree(source.trim()), expected.trim(), "{source}");
    }
}

#[test]
fn precedence() {
    check(
        "
        1 + 2 * 3           => (+ 1 (* 2 3))
        1 - 2 - 3           => (- (- 1 2) 3)
        a * b @ c / d       => (/ (@ (* a b) c) d)
        a // b % c          => (% (// a b) c)
        -2 ** 2             => (- (** 2 2))
        2 ** -1             => (** 2 (- 1))
        2 ** 3 ** 2         => (** 2 (** 3 2))
        2 ** -3 ** 2        => (** 2 (- (** 3 2)))
        -a * b              => (* (- a) b)
        a - -b              => (- a (- b))
        --a                 => (- (- a))
        -x.y                => (- (.y x))
        -f(x)[0] ** 2       => (- (** (at (call f x) 0) 2))
        (1 + 2) * 3         => (* (+ 1 2) 3)
        a + 1 == b - 1      => (== (+ a 1) (- b 1))
        not a == b          => (not (== a b))
        not not a           => (not (not a))
        not a and not b     => (and (not a) (not b))
        a or b and c        => (or a (and b c))
        a or b or c         => (or (or a b) c)
        a in b and c not in d => (and (in a b) (not in c d))
        a < b and b < c     => (and (< a b) (< b c))
        0..n + 1            => (.. 0 (+ n 1))
        0..=10              => (..= 0 10)
        10..0 by -2         => (.. 10 0 by (- 2))
        a - 1..b * 2 by c + 1 => (.. (- a 1) (* b 2) by (+ c 1))
        x in 0..3           => (in x (.. 0 3))
        (0..3) == (0..3)    => (== (.. 0 3) (.. 0 3))
        x |> f              => (|> x f)
        x |> f(a) |> g      => (|> (|> x (call f a)) g)
        a or b |> f         => (|> (or a b) f)
        x |> m.layers[0].f(1) => (|> x (.f() (at (.layers m) 0) 1))
        x |> |v| v + 1      => (|> x (fn(v) {(+ v 1)}))
        x |> fn(v) { v }    => (|> x (fn(v) {v}))
        x |> (|v| v)        => (|> x (fn(v) {v}))
        ",
    );
}

#[test]
fn numbers() {
    check(
        "
        1_000               => 1000
        1_000.5             => 1000.5
        1e-6                => 1e-6
        1E3                 => 1000.0
        2.5e+2              => 250.0
        1.                  => 1.0
        1. + 2              => (+ 1.0 2)
        (1.)                => 1.0
        [1., 2.]            => [1.0 2.0]
        1..3                => (.. 1 3)
        1.0..3              => (.. 1.0 3)
        2.sqrt()            => (.sqrt() 2 )
        2.5.sqrt()          => (.sqrt() 2.5 )
        007                 => 7
        9223372036854775807 => 9223372036854775807
        -9223372036854775808 => -9223372036854775808
        -9_223_372_036_854_775_808 => -9223372036854775808
        a - 1               => (- a 1)
        a -1                => (- a 1)
        1e400               => inf
        ",
    );
}

#[test]
fn brackets() {
    check(
        "
        ()                  => (tuple )
        (a)                 => a
        (a,)                => (tuple a)
        (a, b,)             => (tuple a b)
        []                  => []
        [1, [2, 3],]        => [1 [2 3]]
        {}                  => (record )
        {lr: 0.1, \"steps\": 500, if: 1,} => (record lr:0.1 steps:500 if:1)
        { a }               => {a}
        { a; b }            => {a; b}
        {\"a\"}             => {\"a\"}
        { a = 1 }           => {(= a 1)}
        let r = {a: {b: 1}} => (let r (record a:(record b:1)))
        if a {}             => (if a {})
        f({})               => (call f (record ))
        |x| {}              => (fn(x) {(record )})
        |x| {a: x}          => (fn(x) {(record a:x)})
        |x| { x }           => (fn(x) {x})
        fn() {}             => (fn() {})
        ",
    );
}

#[test]
fn calls_and_fields() {
    check(
        "
        f()                 => (call f )
        f(x, dim: 1, in: 2) => (call f x dim:1 in:2)
        f(...xs, y)         => (call f ...xs y)
        f(x)(y)[0](z)       => (call (at (call (call f x) y) 0) z)
        f (x)               => (call f x)
        x [0]               => (at x 0)
        x.f(a).g            => (.g (.f() x a))
        (x.f)(a)            => (call (.f x) a)
        x.in.let            => (.let (.in x))
        \"a\".upper()       => (.upper() \"a\" )
        [1].sum()           => (.sum() [1] )
        if a { f } else { g }(x) => (call (if a {f} {g}) x)
        list(k * k for k in 0..3) => (call list ((* k k) for k (.. 0 3)))
        sum(x for (x, y) in p for z in y if z > 1 if x) => (call sum (x for (tuple x y) p for z y if (> z 1) if x))
        f(x for x in xs, dim: 1) => (call f (x for x xs) dim:1)
        [f(i) for i in 0..n if p(i)] => [(call f i) for i (.. 0 n) if (call p i)]
        ",
    );
}

#[test]
fn indexes() {
    check(
        "
        x[0]                => (at x 0)
        x[-1]               => (at x (- 1))
        x[1..3]             => (at x (.. 1 3))
        x[.., 0]            => (at x (.. - -) 0)
        x[1.., ..2]         => (at x (.. 1 -) (.. - 2))
        x[..=2]             => (at x (..= - 2))
        x[1..=2]            => (at x (..= 1 2))
        x[0..8 by 2]        => (at x (.. 0 8 by 2))
        x[.. by -1]         => (at x (.. - - by (- 1)))
        x[1.. by 2]         => (at x (.. 1 - by 2))
        x[..8 by 2]         => (at x (.. - 8 by 2))
        x[a + 1..b - 1]     => (at x (.. (+ a 1) (- b 1)))
        x[a+1..]            => (at x (.. (+ a 1) -))
        x[..-1]             => (at x (.. - (- 1)))
        x[none, ..]         => (at x none (.. - -))
        x[..., 0]           => (at x ... 0)
        x[[0, 2], mask]     => (at x [0 2] mask)
        r[\"lr\"]           => (at r \"lr\")
        x[i, j,]            => (at x i j)
        ",
    );
}

#[test]
fn statements() {
    check(
        "
        let a = 3           => (let a 3)
        let (u, (v, w),) = t => (let (tuple u (tuple v w)) t)
        let (u,) = t        => (let (tuple u) t)
        let (u) = t         => (let u t)
        a = a + 1           => (= a (+ a 1))
        xs[0][1] = 5; r.w[2] = 0 => (= (at (at xs 0) 1) 5); (= (at (.w r) 2) 0)
        (a, b) = (b, a)     => (= (tuple a b) (tuple b a))
        params(m)[0] -= 1   => (-= (at (call params m) 0) 1)
        w -= 1e-6 * w.grad  => (-= w (* 1e-6 (.grad w)))
        a += 1; b *= 2; c /= 3; d //= 4; e %= 5; f **= 6; g @= h => (+= a 1); (*= b 2); (/= c 3); (//= d 4); (%= e 5); (**= f 6); (@= g h)
        for (i, row) in enumerate(x) { print(i, row) } => (for (tuple i row) (call enumerate x) {(call print i row)})
        for _ in 0..3 { break; continue } => (for _ (.. 0 3) {break; continue})
        while err > 1e-3 { err = step() } => (while (> err 0.001) {(= err (call step ))})
        assert a > 0, \"a was {a}\" => (assert (> a 0) (str \"a was \" a))
        assert a            => (assert a)
        test \"a b\" { x; y } => (test \"a b\" {x; y})
        test \"\\{\\u{3b1}\" { } => (test \"{α\" {})
        test                => test
        test(\"a\")           => (call test \"a\")
        test = test + 1     => (= test (+ test 1))
        test.test(test)     => (.test() test test)
        {test: 1}           => (record test:1)
        import \"layers.reel\" as layers => (import \"layers.reel\" as layers)
        import \"layers.reel\": Residual, Block => (import \"layers.reel\" Residual Block)
        let s = if a > 0 { 1 } else if a < 0 { -1 } else { 0 } => (let s (if (> a 0) {1} (if (< a 0) {(- 1)} {0})))
        if a { 1 } + 2      => (+ (if a {1}) 2)
        try { risky() } catch e { e.message } => (try {(call risky )} e {(.message e)})
        try { a } catch { b } => (try {a} _ {b})
        no_grad { w.data }  => (no_grad {(.data w)})
        let z = on \"cuda\" { randn(3) } => (let z (on \"cuda\" {(call randn 3)}))
        ;; a ;; b ;;        => a; b
        ",
    );
}

#[test]
fn functions() {
    check(
        "
        fn scale(x, factor = 2.0) { x * factor } => (fn scale(x factor=2.0) {(* x factor)})
        fn all_of(first, ...rest) { len(rest) } => (fn all_of(first ...rest) {(call len rest)})
        fn f() { return } => (fn f() {(return)})
        fn f() { return a + 1 } => (fn f() {(return (+ a 1))})
        fn a(q: f32[b, t, 4], m: [_, n], i: int, ...r: f32[..., d]) -> f32[] { q } => (fn a(q:f32[b t 4] m:[_ n] i:int ...r:f32[... d]) -> f32[] {q})
        fn f(g: fn, m: Linear) -> list { m } => (fn f(g:fn m:Linear) -> list {m})
        fn my_relu(x) { maximum(x, 0) } backward(g) { g * (x >= 0) } => (fn my_relu(x) {(call maximum x 0)} backward(g) {(* g (>= x 0))})
        graph fn step(x, y) { x } => (graph-fn step(x y) {x})
        let f = graph fn(x) { x } => (let f (graph-fn(x) {x}))
        graph(f)            => (call graph f)
        let graph = 1       => (let graph 1)
        backward(loss)      => (call backward loss)
        fn(x) { x }(3)      => (call (fn(x) {x}) 3)
        || 3                => (fn() {3})
        |x| x * x           => (fn(x) {(* x x)})
        |(a, b), c = 1| a + b => (fn((tuple a b) c=1) {(+ a b)})
        |x: f32[n], ...r| x => (fn(x:f32[n] ...r) {x})
        |x| |y| x + y       => (fn(x) {(fn(y) {(+ x y)})})
        |x| x |> f          => (fn(x) {(|> x f)})
        map(|x| x + 1, xs)  => (call map (fn(x) {(+ x 1)}) xs)
        module Net(d_in, h = 3) { let a = Linear(d_in, h); fn forward(x) { a(x) } } => (module Net(d_in h=3) {(let a (call Linear d_in h)); (fn forward(x) {(call a x)})})
        ",
    );
}

#[test]
fn strings() {
    check(
        r##"
        ""                  => ""
        "a\n\t\"\\\{\}\0\r" => "a\n\t\"\\{}\0\r"
        "\u{3b1}\u{1F600}"  => "α😀"
        "a } b"             => "a } b"
        "{t}: {loss:.4f}"   => (str t ": " loss:".4f")
        "{x: >5}"           => (str x:" >5")
        "{ x }"             => (str x)
        "{x :>5}"           => (str x:">5")
        "{f("a", {b: "}"})}" => (str (call f "a" (record b:"}")))
        "{"{"{1}"}"}"       => (str (str (str 1)))
        "{r["k"]}{xs[1..]}" => (str (at r "k") (at xs (.. 1 -)))
        "{if a { "x" } else { "y" }}" => (str (if a {"x"} {"y"}))
        "{({a: 1})}"        => (str (record a:1))
        "#{x}"              => (str "#" x)
        """say "hi" {x} """ => (str "say \"hi\" " x " ")
        """"""              => ""
        "##,
    );
    assert_eq!(tree("\"\"\"a\n  b\"\"\".len()"), "(.len() \"a\\n  b\" )");
    assert_eq!(tree("\"\"\"a\r\nb\"\"\""), "\"a\\nb\"");
    assert_eq!(tree("\"{\nx\n}\""), "(str x)");
}

#[test]
fn documentation() {
    assert_eq!(tree("## Adds.\n##  Twice.\nfn f() {}"), "(fn f \"Adds.\\n Twice.\" () {})");
    assert_eq!(
        tree("x\n\n  ## A net.\n  module M() {\n ## Runs.\n graph fn forward(x) { x } }"),
        "x; (module M \"A net.\" () {(graph-fn forward \"Runs.\" (x) {x})})"
    );
    assert_eq!(tree("## Far.\n\nfn f() {}"), "(fn f() {})");
    assert_eq!(tree("# plain\nfn f() {}"), "(fn f() {})");
    assert_eq!(program("## The file.\n## More.\n\nfn f() {}").doc.as_deref(), Some("The file.\nMore."));
    assert_eq!(program("\n## The file.\nlet x = 1").doc.as_deref(), Some("The file."));
    assert_eq!(program("## The function.\nfn f() {}").doc, None);
}

/// Spans are what diagnostics underline, so they end where the source of a node does.
#[test]
fn spans() {
    let text = "let y = f(a + b)[0]   # c\n\nif a { b }  \nreturn x  # c\nw -= g.h  \n-x\n";
    let program = program(text);
    let source = |s: reel::source::Span| &text[s.range()];
    let of_statements: Vec<&str> = program.stmts.iter().map(|s| source(s.span)).collect();
    assert_eq!(of_statements, ["let y = f(a + b)[0]", "if a { b }", "return x", "w -= g.h", "-x"]);
    let StmtKind::Let(_, value) = &program.stmts[0].kind else { panic!() };
    assert_eq!(source(value.span), "f(a + b)[0]");
    let ExprKind::Index(call, items) = &value.kind else { panic!() };
    assert_eq!((source(call.span), source(items[0].span)), ("f(a + b)", "0"));
    let ExprKind::Call(_, args) = &call.kind else { panic!() };
    assert_eq!(source(args[0].span), "a + b");
    let ExprKind::Binary(_, op, ..) = &args[0].value.kind else { panic!() };
    assert_eq!(source(*op), "+");
}
