//! The command through its binary.

use std::io::{Read, Write};
use std::process::{Command, Output, Stdio};

fn reel(args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_reel"));
    command.args(args).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

/// Runs with `input` on standard input: exit status, standard output, standard error.
pub fn run(args: &[&str], input: &str) -> (Option<i32>, String, String) {
    run_in(std::path::Path::new("."), args, input)
}

/// The same in a folder, for programs that write files.
pub fn run_in(folder: &std::path::Path, args: &[&str], input: &str) -> (Option<i32>, String, String) {
    let mut child = reel(args).stdin(Stdio::piped()).current_dir(folder).spawn().unwrap();
    // A program that is not read to its end, as with wrong usage, closes the pipe.
    let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
    let Output { status, stdout, stderr } = child.wait_with_output().unwrap();
    (status.code(), String::from_utf8(stdout).unwrap(), String::from_utf8(stderr).unwrap())
}

#[track_caller]
fn fine(args: &[&str], input: &str, output: &str) {
    assert_eq!(run(args, input), (Some(0), output.into(), String::new()));
}

/// Fails with this status, says `message` on standard error and nothing on standard output.
#[track_caller]
fn fails(args: &[&str], input: &str, status: i32, message: &str) {
    let (code, stdout, stderr) = run(args, input);
    assert!(stderr.contains(message), "{stderr}");
    assert_eq!((code, stdout.as_str()), (Some(status), ""), "{stderr}");
}

fn script(text: &str) -> tempfile::NamedTempFile {
    let mut file = tempfile::Builder::new().suffix(".reel").tempfile().unwrap();
    file.write_all(text.as_bytes()).unwrap();
    file
}

#[test]
fn code_from_the_command_line() {
    fine(&["-e", "1 + 1"], "", "2\n");
    fine(&["-e", "let a = 2\nprint(a)\na * a"], "", "2\n4\n");
    fine(&["-e", "none"], "", "");
    fine(&["-e", "let a = 1"], "", "");
    fine(&["-e", "-3"], "", "-3\n");
    fine(&["-e", "\"text\""], "", "\"text\"\n");
    fine(&["-e", "[1.0, 2]"], "", "f32[2] [1.0, 2.0]\n");
}

#[test]
fn a_program_on_standard_input() {
    fine(&[], "print(1)\n2\n", "1\n");
    fine(&["-"], "print(args)", "[]\n");
    fine(&["run", "-", "--", "-x"], "print(args)", "[\"-x\"]\n");
    fine(&[], "", "");
}

#[test]
fn a_script_and_its_arguments() {
    let file = script("print(args)\n3");
    let path = file.path().to_str().unwrap();
    fine(&[path], "", "[]\n");
    fine(&["run", path], "", "[]\n");
    fine(&["run", path, "--", "a", "--seed"], "", "[\"a\", \"--seed\"]\n");
    fine(&["run", "--threads", "1", path, "a", "b"], "", "[\"a\", \"b\"]\n");
    fine(&[path, "--", "-1"], "", "[\"-1\"]\n");
    fine(&["-e", "print(args)", "--", "a"], "", "[\"a\"]\n");
}

#[test]
fn wrong_usage_is_2() {
    fails(&["--no-such-option"], "", 2, "--no-such-option");
    fails(&["run"], "", 2, "<FILE>");
    fails(&["--threads", "0", "-e", "1"], "", 2, "threads");
    fails(&["--memory", "lots", "-e", "1"], "", 2, "8G");
    fails(&["--device", "tpu", "-e", "1"], "", 2, "tpu");
    fails(&["no-such-file.reel"], "", 2, "no-such-file.reel");
    fails(&["explain", "SHAPE-99"], "", 2, "SHAPE-99");
}

#[test]
fn a_failed_script_is_1_and_shows_its_line() {
    fails(&["-e", "1 +"], "", 1, "SYNTAX");
    fails(&["-e", "let a = 1\na + unknown"], "", 1, "a + unknown");
    fails(&["-e", "error(\"mine\")"], "", 1, "mine");
    let file = script("let x = 3\nassert x > 5, \"x was {x}\"\n");
    let path = file.path().to_str().unwrap();
    fails(&[path], "", 1, "x was 3");
    fails(&[path], "", 1, &format!("{path}:2:"));
    let (_, _, stderr) = run(&["-e", "1 +"], "");
    assert!(!stderr.contains('\x1b'), "colour outside of a terminal");
}

#[test]
fn output_before_an_error_is_kept() {
    let (code, stdout, stderr) = run(&["-e", "print(1)\nprint(2, end: \"\")\nerror(\"stop\")"], "");
    assert_eq!((code, stdout.as_str()), (Some(1), "1\n2"), "{stderr}");
}

#[test]
fn warnings_do_not_fail() {
    let (code, stdout, stderr) = run(&[], "let x = ones(2, 2)\nfor row in x { row[0] = 0 }\nprint(1)");
    assert_eq!((code, stdout.as_str()), (Some(0), "1\n"), "{stderr}");
    assert!(stderr.contains("WARN-04"), "{stderr}");
}

#[test]
fn a_file_that_is_no_text() {
    let mut file = script("print(1)\n");
    file.write_all(b"\xff\xfe").unwrap();
    let (code, stdout, stderr) = run(&[file.path().to_str().unwrap()], "");
    assert_eq!((code, stdout.as_str()), (Some(1), ""), "{stderr}");
    assert!(stderr.contains("UTF-8"), "{stderr}");
}

#[test]
fn options_reach_the_program() {
    let draw = "print(randn(3))";
    assert_eq!(run(&["--seed", "7"], draw), run(&["--seed", "7", "--threads", "2"], draw));
    assert_eq!(run(&["--seed", "7"], draw), run(&[], &format!("seed(7)\n{draw}")));
    assert_ne!(run(&["--seed", "7"], draw), run(&["--seed", "-7"], draw));
    fails(&["--memory", "1M", "-e", "len(zeros(1000, 1000))"], "", 1, "out of memory");
    fine(&["--memory", "64M", "-e", "len(zeros(1000, 1000))"], "", "1000\n");
}

#[test]
fn the_first_number_that_is_not_finite() {
    let program =
        "let w = param([0.0, 4.0])\nlet y = w * 1\nfor k in 0..3 { if k == 2 { y = sqrt(y) } }\nbackward(sum(y))\n";
    let file = script(program);
    fine(&[file.path().to_str().unwrap()], "", "");
    let (code, _, stderr) = run(&["run", "--check-nan", file.path().to_str().unwrap()], "");
    assert_eq!(code, Some(1));
    for part in ["NAN-01", "`sqrt` has 1 infinity", "backward", "turn 2", ":3:33", "f32[2], 1.0", "f32[2], 0.0 … 2.0"]
    {
        assert!(stderr.contains(part), "{part}: {stderr}");
    }
    // Large enough to be put off, and it is no later operation.
    let late = "let x = ones(10000) * 90\nlet y = exp(x)\nprint(sum(y + 1))";
    fine(&["-e", late], "", "inf\n");
    fails(&["--check-nan", "-e", late], "", 1, "`exp` made 10000 infinities of finite numbers (forward)");
    let nested = "for i in 0..3 { for j in 0..3 { [1.0] / (2 - i * j) } }";
    fails(&["--check-nan", "-e", nested], "", 1, "in turns 1, 2 of the loops around it (forward)");
    fails(&["--check-nan", "-e", "let w = param([1e38]); w *= 1e10"], "", 1, "f32[1], 1e38");
    fails(&["--check-nan", "-e", "log(0.0)"], "", 1, "NAN-01");
    let sum = "let w = param([1e30]); backward(sum(w * 2e38 + w * 2e38))";
    fails(&["--check-nan", "-e", &sum.replace("1e30", "0.0")], "", 1, "the sum of the gradients for");
    fails(&["--check-nan", "-e", "fn f(x) { x } backward(g) { g / 0 }\nbackward(f(param(1.0)))"], "", 1, "`/` made");
    // What is not finite from the start is nobody's fault.
    let own = "print(masked_fill([1.0, 2.0], [true, false], -inf) * 2, full(1, inf), [inf] - inf)";
    fine(&["--check-nan", "-e", own], "", "f32[2] [-inf, 4.0] f32[1] [inf] f32[1] [nan]\n");
}

#[test]
fn cuda_without_a_gpu_is_a_plain_error() {
    let (code, stdout, stderr) = run(&["--device", "cuda", "-e", "cuda_available()"], "");
    if code == Some(0) {
        assert_eq!(stdout, "true\n");
    } else {
        assert_eq!((code, stdout.as_str()), (Some(1), ""));
        assert!(stderr.to_lowercase().contains("cuda"), "{stderr}");
        assert!(!stderr.contains("panicked"), "{stderr}");
    }
}

#[test]
fn help_and_version() {
    fine(&["--version"], "", concat!("reel ", env!("CARGO_PKG_VERSION"), "\n"));
    let (code, stdout, stderr) = run(&["--help"], "");
    assert_eq!((code, stderr.as_str()), (Some(0), ""));
    for word in ["-e CODE", "reel test", "--device", "--threads", "--seed", "--memory", "explain", "none"] {
        assert!(stdout.contains(word), "{word}: {stdout}");
    }
}

#[cfg(unix)]
#[test]
fn a_closed_pipe_ends_the_program_quietly() {
    let mut child = reel(&["-e", "for i in 0..100_000_000 { print(i) }"]).spawn().unwrap();
    let mut byte = [0];
    child.stdout.take().unwrap().read_exact(&mut byte).unwrap();
    let output = child.wait_with_output().unwrap();
    assert_eq!(String::from_utf8(output.stderr).unwrap(), "");
    assert!(!output.status.success());
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_an_error() {
    let full = std::fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
    let output = reel(&["-e", "print(1)"]).stdout(full).output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8(output.stderr).unwrap().contains("output"));
}

#[cfg(unix)]
#[test]
fn ctrl_c_is_130() {
    // Says that it runs before it is interrupted; a plain loop and one that runs kernels.
    for body in ["while true { }", "let x = ones(1000, 1000)\nwhile true { x = x * 1.0 }"] {
        let mut child = reel(&["-e", &format!("print(\"runs\")\n{body}")]).spawn().unwrap();
        let mut line = [0; 5];
        child.stdout.as_mut().unwrap().read_exact(&mut line).unwrap();
        // `kill` is part of every shell, and on some machines of nothing else.
        let kill = Command::new("sh").args(["-c", &format!("kill -INT {}", child.id())]).status().unwrap();
        assert!(kill.success());
        let output = child.wait_with_output().unwrap();
        assert_eq!(output.status.code(), Some(130), "{body}");
        assert!(!String::from_utf8(output.stderr).unwrap().contains("panicked"));
    }
}

#[test]
fn explain_shows_a_page_and_the_list() {
    let (code, stdout, _) = run(&["explain", "name-01"], "");
    assert_eq!(code, Some(0));
    assert!(stdout.starts_with("NAME-01: ") && !stdout.contains("```"), "{stdout}");
    let (code, stdout, _) = run(&["explain"], "");
    assert_eq!(code, Some(0));
    assert!(stdout.lines().count() > 10 && stdout.contains("CALL-01"));
    fails(&["explain", "NAME-1"], "", 2, "did you mean NAME-01?");
}
