//! `test` blocks and `reel test`, through the binary.

use std::io::{Read, Write};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use crate::cli;

/// A folder with these files.
fn folder(files: &[(&str, &str)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in files {
        let path = folder.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
    folder
}

fn command(folder: &Path, args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_reel"));
    command.arg("test").args(args).current_dir(folder);
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

/// Exit status, standard output without times, standard error.
fn tested(folder: &Path, args: &[&str]) -> (Option<i32>, String, String) {
    let output = command(folder, args).output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (output.status.code(), without_times(&text(output.stdout)), text(output.stderr))
}

/// `(0.2 ms)` at the end of a line, and `, in 3 s`.
fn without_times(text: &str) -> String {
    let line = |line: &str| {
        let timed = line.ends_with(" ms)") || line.ends_with(" s)");
        let cut = if timed { line.rfind(" (") } else { line.rfind(", in ") };
        line[..cut.unwrap_or(line.len())].to_string() + "\n"
    };
    text.lines().map(line).collect()
}

/// One file's tests: exit status, output, errors.
fn one(text: &str, args: &[&str]) -> (Option<i32>, String, String) {
    let folder = folder(&[("a.reel", text)]);
    tested(folder.path(), &[&["a.reel"], args].concat())
}

#[track_caller]
fn pass(text: &str) {
    let (code, stdout, stderr) = one(text, &[]);
    assert_eq!((code, &*stderr), (Some(0), ""), "{stdout}");
}

#[test]
fn an_ordinary_run_checks_tests_and_leaves_them_out() {
    let program = "print(1)\ntest \"fails\" { error(\"no\") }\n3";
    assert_eq!(cli::run(&["-"], program), (Some(0), "1\n".into(), String::new()));
    assert_eq!(cli::run(&["-e", program], ""), (Some(0), "1\n3\n".into(), String::new()));
    let (code, _, stderr) = cli::run(&["-"], "print(1)\ntest \"wrong\" { unknown }");
    assert_eq!(code, Some(1));
    assert!(stderr.contains("NAME-01"), "{stderr}");
    let imports = folder(&[("a.reel", program), ("b.reel", "import \"a.reel\" as a\nprint(2)")]);
    let path = imports.path().join("b.reel");
    assert_eq!(cli::run(&[path.to_str().unwrap()], ""), (Some(0), "1\n2\n".into(), String::new()));
}

#[test]
fn each_test_is_told_and_one_that_fails_stops_nothing() {
    let text = "
let x = [1.0, 2.0]
test \"halves\" { assert all(x / 2 == [0.5, 1.0]) }
test \"is wrong\" { assert sum(x) == 4 }
test \"raises\" { error(\"mine\") }
test \"leaves early\" { if true { return }; error(\"not reached\") }
";
    let (code, stdout, stderr) = one(text, &[]);
    let expected = "a.reel\n  ok      halves\n  FAILED  is wrong\n  FAILED  raises\n  ok      leaves early\n\nfailed:\n  \
                    a.reel: is wrong\n  a.reel: raises\n2 passed, 2 failed\n";
    assert_eq!((code, &*stdout), (Some(1), expected));
    for part in ["ASSERT-01", "a.reel:4:26", "3.0", "int 4", "mine", "a.reel:5:17"] {
        assert!(stderr.contains(part), "{part}: {stderr}");
    }
    let (_, _, stderr) = one("test \"told once\" { for i in 0..3 { randn(64, 1) - randn(64) } }", &[]);
    assert_eq!(stderr.matches("WARN-").count(), 1, "{stderr}");
}

#[test]
fn tests_are_chosen_by_their_names() {
    let text = "test \"relu\" { }\ntest \"relu of a param\" { }\ntest \"tanh\" { error(\"no\") }";
    let (code, stdout, _) = one(text, &["--filter", "relu"]);
    assert_eq!(
        (code, &*stdout),
        (Some(0), "a.reel\n  ok      relu\n  ok      relu of a param\n\n2 passed, 0 failed, 1 left out by --filter\n")
    );
    assert!(
        one(text, &["--filter", "param", "--filter", "tanh"])
            .1
            .ends_with("1 passed, 1 failed, 1 left out by --filter\n")
    );
    let (code, stdout, stderr) = one(text, &["--filter", "gelu"]);
    assert_eq!((code, &*stdout), (Some(2), ""));
    assert!(stderr.contains("none of 3 tests"), "{stderr}");
}

#[test]
fn folders_are_searched_for_files_with_tests() {
    let passes = "test \"a\" { }";
    let files = folder(&[
        ("b.reel", passes),
        ("a/c.reel", passes),
        ("a/program.reel", "error(\"not run\")"),
        ("a/words.reel", "let test = \"test\" # test \"x\" { }"),
        ("a/notes.txt", passes),
        (".hidden/d.reel", passes),
        (".e.reel", passes),
    ]);
    let all =
        (Some(0), "a/c.reel\n  ok      a\nb.reel\n  ok      a\n\n2 passed, 0 failed\n".to_string(), String::new());
    assert_eq!(tested(files.path(), &[]), all);
    assert_eq!(tested(files.path(), &["."]), all);
    // Each file once, however it is reached.
    assert_eq!(tested(files.path(), &["a", "b.reel", "./b.reel", "a/c.reel"]), all);
    #[cfg(unix)]
    {
        std::os::unix::fs::symlink(files.path(), files.path().join("a/round")).unwrap();
        assert_eq!(tested(files.path(), &[]), all);
    }
    assert_eq!(tested(files.path(), &[".hidden"]).0, Some(0));
    for (args, said) in [
        (&["a/program.reel"][..], "no tests in a/program.reel"),
        (&["a/words.reel", "a/program.reel"], "no tests in a/words.reel, a/program.reel"),
        (&["relu"], "--filter relu"),
        (&["--no-such-option"], "--no-such-option"),
    ] {
        let (code, stdout, stderr) = tested(files.path(), args);
        assert!(code == Some(2) && stdout.is_empty() && stderr.contains(said), "{args:?}: {stdout}{stderr}");
    }
}

#[test]
fn a_file_that_fails_before_its_tests_is_told_and_the_others_go_on() {
    let files = folder(&[
        ("a.reel", "let a = (1\ntest \"x\" { }"),
        ("b.reel", "print(\"before\")\nerror(\"top\")\ntest \"x\" { }\ntest \"y\" { }"),
        ("c.reel", "test \"same\" { }\ntest \"same\" { }"),
        ("d.reel", "import \"a.reel\" as a\ntest \"x\" { }"),
        ("e.reel", "test \"x\" { }"),
    ]);
    std::fs::write(files.path().join("f.reel"), b"test \"x\" { } # \xff").unwrap();
    let (code, stdout, stderr) = tested(files.path(), &[]);
    assert_eq!(code, Some(1));
    for name in ["a", "b", "c", "d", "f"] {
        let expected = format!("{name}.reel\n  FAILED  before its tests\n");
        assert!(
            stdout.contains(&expected) && stdout.contains(&format!("  {name}.reel failed before its tests\n")),
            "{stdout}"
        );
    }
    assert!(stdout.contains("| before\n") && stdout.ends_with("1 passed, 5 failed\n"), "{stdout}");
    for part in ["SYNTAX-02", "USER-01", "NAME-09", "IMPORT-03"] {
        assert!(stderr.contains(part), "{part}: {stderr}");
    }
}

#[test]
fn each_test_runs_as_if_it_was_alone() {
    let files = folder(&[
        ("shared.reel", "let calls = list()\nlet w = param([1.0])\nfn call() { calls.push(1); len(calls) }"),
        (
            "a.reel",
            "
import \"shared.reel\": call, w
let (v, drawn, seen) = (param([1.0, 2.0]), randn(2), list())
let count = 0
fn bump() { count += 1; count }
test \"one\" {
    backward(sum(v * v * w))
    assert all(v.grad == [2.0, 4.0]) and all(w.grad == [5.0])
    seen.push(1)
    v -= 1.0
    assert bump() == 1 and call() == 1 and len(seen) == 1
    assert all(drawn == randn(2)), \"both start from one seed\"
    no_grad { on \"cpu\" { error(\"inside\") } }
}
test \"two\" {
    assert (v * 1).requires_grad
    backward(sum(v * v * w))
    assert all(v.grad == [2.0, 4.0]) and all(w.grad == [5.0])
    assert bump() == 1 and call() == 1 and seen == list()
    assert all(drawn == randn(2))
}
test \"what is declared below\" { assert later() == 7 and last == 8 }
fn later() { 7 }
let last = 8
",
        ),
    ]);
    let (code, stdout, stderr) = tested(files.path(), &[]);
    assert_eq!(code, Some(1), "{stdout}{stderr}");
    assert!(stdout.ends_with("a.reel: one\n2 passed, 1 failed\n"), "{stdout}{stderr}");
    assert!(stderr.contains("inside") && stderr.matches("USER-01").count() == 1, "{stderr}");
    // Alone they give the same.
    let alone = tested(files.path(), &["--filter", "two"]);
    assert!(alone.0 == Some(0), "{alone:?}");
}

#[test]
fn random_numbers_start_from_0_or_the_seed() {
    let text = "test \"draws\" { print(randn(2)) }";
    let printed = |args: &[&str]| one(text, &[&["--show-output"], args].concat()).1;
    assert_eq!(printed(&[]), printed(&["--seed", "0"]));
    assert_ne!(printed(&[]), printed(&["--seed", "1"]));
    let numbers = cli::run(&["-"], "seed(0)\nprint(randn(2))").1;
    assert!(printed(&[]).contains(&numbers));
    let both = format!("test \"seeds\" {{ seed(5); print(randn(1)) }}\n{text}");
    assert!(one(&both, &["--show-output"]).1.contains(&numbers));
}

#[test]
fn output_is_shown_of_tests_that_fail() {
    let text = "print(\"top\")\ntest \"a\" { print(\"quiet\") }\ntest \"b\" { print(\"loud\\nline\", end: \"\"); error(\"x\") }";
    let (_, stdout, _) = one(text, &[]);
    assert!(!stdout.contains("quiet"), "{stdout}");
    let shown = "  FAILED  b\n          | top\n          | loud\n          | line\n";
    assert!(stdout.contains(shown), "{stdout}");
    let (_, stdout, _) = one(text, &["--show-output"]);
    assert!(stdout.starts_with("a.reel\ntop\nquiet\n  ok      a\ntop\nloud\nline\n  FAILED  b\n"), "{stdout}");
    // Of much only the end.
    let (_, stdout, _) = one("test \"a\" { for i in 0..100_000 { print(i) }; error(\"x\") }", &[]);
    assert!(stdout.contains("bytes before\n") && stdout.contains("| 99999\n") && stdout.len() < 100_000);
}

#[test]
fn names_of_all_kinds() {
    let text = r#"
test "quotes \" and \\ and é" { }
test "two\nlines \u{202e}" { }
test """three " quotes""" { }
test "brace \{x}" { }
"#;
    let (code, stdout, stderr) = one(text, &[]);
    assert_eq!((code, &*stderr), (Some(0), ""));
    let names = ["quotes \" and \\ and é", "\"two\\nlines \\u{202e}\"", "three \" quotes", "brace {x}"];
    let lines: String = names.iter().map(|n| format!("  ok      {n}\n")).collect();
    assert_eq!(stdout, format!("a.reel\n{lines}\n4 passed, 0 failed\n"));
    pass("let test = 1\ntest += 1\ntest \"is a name too\" { assert test == 2 and [test].sum() == 2 }");
    pass("fn test(x) { x }\ntest(1)\ntest \"calls test\" { assert test(1) == 1 }");
}

#[test]
fn modules_closures_and_gradients_inside() {
    pass(
        "
module Scale(k) { let w = param(full(2, k)); fn forward(x) { x * w } }
let net = Scale(3.0)
test \"a module\" {
    let own = Scale(2.0)
    backward(sum(own([1.0, 2.0])) + sum(net([1.0, 1.0])))
    assert_close(params(own)[0].grad, [1.0, 2.0])
    assert_close(list(p.grad for p in params(net)), list([1.0, 1.0]))
}
test \"a closure\" {
    let k = 0
    let bump = || { k += 1; k }
    bump()
    assert bump() == 2 and grad(|x| x ** 3)(2.0).item() == 12
    fn local(n) { if n == 0 { 0 } else { 1 + local(n - 1) } }
    assert local(10) == 10
    module Inside() { fn forward(x) { x + 1 } }
    assert Inside()(1) == 2
}
test \"that catches\" { assert (try { error(\"x\") } catch e { e.message }) == \"x\" }
",
    );
}

#[test]
fn a_test_that_needs_too_much_leaves_the_next_one_unharmed() {
    let text = "
test \"recurs\" { fn f(n) { f(n + 1) + 1 }; f(0) }
test \"grows\" { let l = list(); while true { l.push(list(1, 2, 3)) } }
test \"asks\" { zeros(1000, 1000, 1000) }
test \"tapes\" { let w = param(ones(100)); let y = w; while true { y = y * w } }
test \"fits\" { let x = zeros(1000, 1000) + 1; for _ in 0..10 { x = x * 1 }; assert sum(x) == 1e6 }
";
    let (code, stdout, stderr) = one(text, &["--memory", "64M"]);
    assert_eq!(code, Some(1), "{stderr}");
    assert!(stdout.contains("  ok      fits\n") && stdout.ends_with("1 passed, 4 failed\n"), "{stdout}{stderr}");
    assert_eq!((stderr.matches("LIMIT-01").count(), stderr.matches("LIMIT-05").count()), (3, 1), "{stderr}");
}

#[test]
fn a_thousand_tests() {
    let many: String = (0..1000).map(|i| format!("test \"number {i}\" {{ assert f({i}) == {i} }}\n")).collect();
    let (code, stdout, stderr) = one(&format!("fn f(x) {{ x }}\n{many}"), &[]);
    assert_eq!((code, &*stderr), (Some(0), ""));
    assert!(stdout.ends_with("\n1000 passed, 0 failed\n") && stdout.lines().count() == 1003, "{stdout}");
}

#[cfg(unix)]
#[test]
fn ctrl_c_ends_it_with_130() {
    let files = folder(&[
        ("a.reel", "test \"fine\" { }\ntest \"forever\" { print(\"runs\"); while true { } }\ntest \"after\" { }"),
        ("b.reel", "test \"later\" { }"),
        ("c.reel", "print(\"runs\")\nwhile true { }\ntest \"x\" { }"),
    ]);
    for (args, told) in [
        (&["--show-output"][..], "  ok      fine\nruns\n  stopped forever\n\n1 passed, 0 failed, stopped\n"),
        (&["c.reel", "--show-output"], "runs\n  stopped before a test\n\n0 passed, 0 failed, stopped\n"),
    ] {
        let mut child = command(files.path(), args).spawn().unwrap();
        let (mut seen, mut byte, start) = (Vec::new(), [0], Instant::now());
        while !seen.ends_with(b"runs\n") && start.elapsed() < Duration::from_secs(60) {
            child.stdout.as_mut().unwrap().read_exact(&mut byte).unwrap();
            seen.push(byte[0]);
        }
        let kill = Command::new("sh").args(["-c", &format!("kill -INT {}", child.id())]).status().unwrap();
        assert!(kill.success());
        let output = child.wait_with_output().unwrap();
        seen.extend(output.stdout);
        let stdout = without_times(&String::from_utf8(seen).unwrap());
        assert_eq!(output.status.code(), Some(130), "{stdout}");
        assert!(stdout.ends_with(told), "{stdout}");
        assert!(String::from_utf8(output.stderr).unwrap().contains("interrupted"));
    }
}

#[test]
fn a_test_on_standard_input_is_no_test() {
    // There is no file to test.
    let mut child = command(Path::new("."), &["-"]).stdin(Stdio::piped()).spawn().unwrap();
    let _ = child.stdin.take().unwrap().write_all(b"test \"x\" { }");
    assert_eq!(child.wait().unwrap().code(), Some(2));
}
