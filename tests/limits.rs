//! What is too large, too deep or endless: an error in words or a result, never a panic, an abort or a hang.

use std::time::Duration;

use reel::session::{Options, Session};

use crate::cli::run;
use crate::scripts::Sink;

/// What a program printed, and the code and message of the error that ended it.
fn ended(program: &str) -> (String, Option<String>) {
    ended_within(64 << 20, program)
}

fn ended_within(memory: usize, program: &str) -> (String, Option<String>) {
    let sink = Sink::default();
    let mut session = Session::new(Options { out: Box::new(sink.clone()), memory: Some(memory), ..Options::default() });
    let result = session.run_script("program.reel", program, &[]);
    (sink.text(), result.err().map(|e| format!("{} {}", e[0].code, e[0].message)))
}

#[track_caller]
fn prints(program: &str, text: &str) {
    assert_eq!(ended(program), (text.to_string(), None));
}

#[track_caller]
fn refused(program: &str, code: &str) {
    let (_, error) = ended(program);
    assert!(error.as_ref().is_some_and(|e| e.starts_with(code)), "{code} is wanted, {error:?} came");
}

#[test]
fn too_large_for_the_machine() {
    let many = |n: usize, part: &dyn Fn(usize) -> String| (0..n).map(part).collect::<Vec<_>>();
    refused(&format!("fn f({}) {{ 1 }}", many(300, &|i| format!("a{i}")).join(", ")), "LIMIT-02");
    refused(&format!("fn f() {{\n{}\n}}\nf()", many(70_000, &|i| format!("let a{i} = {i}")).join("\n")), "LIMIT-02");
    refused(&format!("let x = list({})", many(70_000, &|i| format!("f{i}()")).join(", ")), "NAME-01");
    let values = many(70_000, &|_| "len(\"a\")".to_string()).join(", ");
    for open in ["list(", "(", "[", "print("] {
        let close = if open == "[" { "]" } else { ")" };
        refused(&format!("let x = {open}{values}{close}"), "LIMIT-03");
    }
    // Far jumps are no limit.
    let body = many(60_000, &|_| "x = x + n".to_string()).join("\n");
    prints(&format!("let (n, x) = (len(\"a\"), 0)\nif n == 1 {{\n{body}\n}}\nprint(x)"), "60000\n");
}

#[test]
fn recursion() {
    let deep = "fn depth(n) { if n == 0 { 0 } else { 1 + depth(n - 1) } }\n";
    prints(&format!("{deep}print(depth(10000))"), "10000\n");
    refused(&format!("{deep}print(depth(1000000))"), "LIMIT-05");
    // Through a builtin that calls back, and through a method.
    refused("fn f(x) { map(f, list(x)) }\nf(1)", "LIMIT-05");
    refused("module M() { fn forward(x) { self(x) } }\nM()(1)", "LIMIT-05");
    refused("fn f(x) { grad(f)(x) }\nf(1.0)", "LIMIT-05");
}

#[test]
fn deep_values() {
    let roomy = |program: &str, text: &str| {
        assert_eq!(ended_within(1 << 30, program), (text.to_string(), None), "{program}");
    };
    // Dropped, printed, compared, copied, searched.
    let chain = "let xs = list()\nfor _ in 0..1000000 { xs = list(xs) }\n";
    roomy(&format!("{chain}xs = none\nprint(1)"), "1\n");
    for use_of in ["print(xs)", "xs == copy(xs)", "xs in list(xs)", "let ys = copy(xs)", "str(xs)"] {
        let (_, error) = ended_within(1 << 30, &format!("{chain}{use_of}\nxs = none"));
        assert!(error.as_ref().is_none_or(|e| e.starts_with("LIMIT-")), "{use_of}: {error:?}");
    }
    roomy("let f = || 0\nfor _ in 0..300000 { let g = f; f = || g }\nf = none\nprint(1)", "1\n");
    roomy("let t = ()\nfor _ in 0..300000 { t = (t,) }\nt = none\nprint(1)", "1\n");
    roomy("let r = {}\nfor _ in 0..300000 { r = {inside: r} }\nr = none\nprint(1)", "1\n");
    roomy("let xs = list()\nxs.push(xs)\nprint(len(xs), xs in xs)\nprint(kind(str(xs)))", "1 true\nstr\n");
}

#[test]
fn endless_growth_names_the_bytes() {
    for program in [
        "let xs = list()\nwhile true { xs.push(1) }",
        "let xs = list()\nfor x in 0..1000000000 { xs.append(\"{x}\") }",
        "let s = \"a\"\nwhile true { s = s + s }",
        "let t = ()\nwhile true { t = (t, 1) }",
        "let r = {}\nlet i = 0\nwhile true { r[\"{i}\"] = i; i += 1 }",
        "let w = param([1.0])\nlet y = w * 1\nwhile true { y = y * 1.0 }",
        "let f = || 0\nlet xs = list()\nwhile true { xs.push(list(f, none)) }",
        "zeros(1000000, 1000000)",
        "arange(1000000000000)",
        "let x = ones(1000)\nwhile true { x = cat((x, x)) }",
    ] {
        let (_, error) = ended(program);
        let said = error.as_ref().is_some_and(|e| e.starts_with("LIMIT-01 out of memory") && e.contains("iB"));
        assert!(said, "{program}: {error:?}");
    }
    // The memory comes back, and the session goes on.
    prints("let xs = list()\ntry { while true { xs.push(1) } } catch e { xs.clear() }\nprint(len(xs))", "0\n");
    let (status, _, told) = run(&["--memory", "1M", "-e", "zeros(1000, 1000)"], "");
    assert!(status == Some(1) && told.contains("1:1") && told.contains("3.8 MiB"), "{told}");
}

#[test]
fn empty_tensors() {
    prints(
        "let e = zeros(0, 3)\nprint(e, sum(e), e.T, e @ zeros(3, 2), cat((e, e)), e[0..0])",
        "f32[0, 3] [] 0.0 f32[3, 0] [[], [], []] f32[0, 2] [] f32[0, 3] [] f32[0, 3] []\n",
    );
    prints("for row in zeros(0, 3) { print(row) }\nprint([], len([]), [x for x in []])", "f32[0] [] 0 f32[0] []\n");
    prints("let w = param(zeros(0, 2))\nbackward(sum(relu(w @ ones(2, 2))))\nprint(w.grad)", "f32[0, 2] []\n");
    refused("max([])", "VALUE-13");
    refused("[][0]", "INDEX-01");
}

#[test]
fn a_script_of_two_megabytes() {
    let lines = 2_000_000 / 20;
    let text = (0..lines).map(|i| format!("let a = {i:>7} + 1\n")).collect::<String>() + "print(a)";
    assert!(text.len() > 1_900_000);
    prints(&text, &format!("{lines}\n"));
}

/// A reader that goes away ends the program quietly.
#[cfg(unix)]
#[test]
fn head() {
    let mut child = std::process::Command::new(env!("CARGO_BIN_EXE_reel"))
        .args(["-e", "for i in 0..100000000 { print(i) }"])
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    let mut first = [0; 4];
    std::io::Read::read_exact(child.stdout.as_mut().unwrap(), &mut first).unwrap();
    drop(child.stdout.take());
    for _ in 0..600 {
        if child.try_wait().unwrap().is_some() {
            break;
        }
        std::thread::sleep(Duration::from_millis(100));
    }
    let ended = child.wait_with_output().unwrap();
    assert!(ended.stderr.is_empty(), "{}", String::from_utf8_lossy(&ended.stderr));
}

/// An interrupt in the middle of a backward changes no gradient, and leaves tape and mode as they were.
#[test]
fn an_interrupted_backward() {
    let sink = Sink::default();
    let interrupt = std::sync::Arc::new(std::sync::atomic::AtomicBool::new(false));
    let options = Options { out: Box::new(sink.clone()), interrupt: interrupt.clone(), ..Options::default() };
    let mut session = Session::new(options);
    let program = "let (a, b) = (param([1.0]), param([2.0]))\nlet waits = true\n\
        fn slow(x) {\n x * 1\n} backward(g) {\n while waits { print(\".\", end: \"\") }\n g\n}\n\
        let loss = sum(a * 2) + sum(slow(b) * 3) + sum(a * a)\na.grad = [7.0]";
    assert!(session.eval("1", program).is_ok());
    let done = std::sync::Arc::new(std::sync::atomic::AtomicBool::new(false));
    let watch = std::thread::spawn({
        let done = done.clone();
        move || {
            // The session takes the flag down as it begins: it is put up until the program has ended.
            while !done.load(std::sync::atomic::Ordering::Relaxed) {
                std::thread::sleep(Duration::from_millis(20));
                interrupt.store(true, std::sync::atomic::Ordering::Relaxed);
            }
        }
    });
    let error = session.eval("2", "backward(loss)").expect_err("interrupted");
    done.store(true, std::sync::atomic::Ordering::Relaxed);
    watch.join().unwrap();
    assert_eq!(error[0].code, reel::session::INTERRUPTED);
    let rest =
        "print()\nprint(a.grad, b.grad, (a * 2).requires_grad)\nwaits = false\nbackward(loss)\nprint(a.grad, b.grad)";
    assert!(session.eval("3", rest).is_ok());
    let text = sink.text();
    let lines: Vec<&str> = text.lines().skip(1).collect();
    assert_eq!(lines, ["f32[1] [7.0] none true", "f32[1] [11.0] f32[1] [3.0]"]);
}

/// A rule whose operations are interrupted one by one goes on with stand-ins, whatever dims it expects: no panic.
#[test]
fn interrupted_rules_of_matrices() {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
    let interrupt = Arc::new(AtomicBool::new(false));
    let mut session = Session::new(Options {
        out: Box::new(Sink::default()),
        interrupt: interrupt.clone(),
        threads: Some(1),
        ..Options::default()
    });
    let program = r#"
        let a = tensor([[1.5, 2.25, -0.5, 0.75], [-0.75, 4.5, 1.0, -2.0]], dtype: "f64")
        fn value(x) {
            let (u, s, v) = linalg.svd(x, full_matrices: false)
            let (q, r) = linalg.qr(x.T)
            let (l, w) = linalg.eigh(x @ x.T)
            sum(sin(u)) + sum(s * s) + sum(cos(v)) + sum(sin(r)) + sum(l * sin(abs(w)))
        }
        fn slopes() { while true { grad(|x| sum(sin(grad(value)(x))))(a) } }"#;
    assert!(session.eval("1", program).is_ok());
    for turn in 0..300 {
        let done = Arc::new(AtomicBool::new(false));
        let watch = std::thread::spawn({
            let (done, interrupt) = (done.clone(), interrupt.clone());
            move || {
                // The session takes the flag down as it begins: it is put up until the program has ended.
                while !done.load(Relaxed) {
                    std::thread::sleep(Duration::from_micros(500 + 20 * (turn % 50)));
                    interrupt.store(true, Relaxed);
                }
            }
        });
        let error = session.eval("2", "slopes()").expect_err("interrupted");
        done.store(true, Relaxed);
        watch.join().unwrap();
        assert_eq!(error[0].code, reel::session::INTERRUPTED);
    }
}
