//! Files through the binary: a tour of the formats, what is refused and how soon, and what is left when a save is cut
//! short.

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use crate::cli::run_in;
use crate::scripts::marked;

fn folder() -> tempfile::TempDir {
    tempfile::tempdir().unwrap()
}

#[track_caller]
fn fine(folder: &Path, args: &[&str], program: &str) -> String {
    let (code, stdout, stderr) = run_in(folder, args, program);
    assert_eq!((code, stderr.as_str()), (Some(0), ""), "{program}");
    stdout
}

/// Fails with the code, within two seconds.
#[track_caller]
fn refused(folder: &Path, args: &[&str], program: &str, code: &str, message: &str) {
    let start = Instant::now();
    let (status, _, stderr) = run_in(folder, args, program);
    assert!(stderr.starts_with(code) && stderr.contains(message), "{program}\n{stderr}");
    assert_eq!(status, Some(1), "{program}");
    assert!(start.elapsed() < Duration::from_secs(2), "{program} took {:?}", start.elapsed());
}

/// Files in a folder, those included that a save makes aside.
fn names(folder: &Path) -> Vec<String> {
    let mut all: Vec<String> =
        std::fs::read_dir(folder).unwrap().map(|e| e.unwrap().file_name().to_string_lossy().into_owned()).collect();
    all.sort();
    all
}

#[test]
fn the_tour_prints_what_it_says() {
    let (folder, root) = (folder(), Path::new(env!("CARGO_MANIFEST_DIR")));
    let text = std::fs::read_to_string(root.join("tests/files/tour.reel")).unwrap();
    let printed = fine(folder.path(), &["-"], &text);
    let want: Vec<&str> = marked(&text, "#> ").collect();
    for (k, (got, want)) in printed.lines().zip(&want).enumerate() {
        assert_eq!(got, *want, "line {} of what it prints", k + 1);
    }
    assert_eq!(printed.lines().count(), want.len());
    assert!(names(folder.path()).iter().all(|n| !n.starts_with('.')));
}

#[test]
fn small_files_do_not_unfold_beyond_the_memory() {
    let folder = folder();
    let path = folder.path();
    fine(
        path,
        &["-"],
        r#"fn repeated(text, n, between = "") { join(between, list(text for _ in 0..n)) }
        save("z.npz", {z: zeros(30_000_000)}, compress: true)
        save("z.png", zeros(6000, 6000))
        save("z.jpg", zeros(6000, 6000))
        save("columns.csv", repeated(",", 2_000_000), as: "txt")
        save("words.csv", repeated("a\n", 2_000_000), as: "txt")
        save("deep.json", repeated("[", 100_000), as: "txt")
        save("wide.json", "[" + repeated("[]", 2_000_000, ",") + "]", as: "txt")"#,
    );
    for name in ["z.npz", "z.png", "z.jpg", "columns.csv", "words.csv", "wide.json"] {
        assert!(std::fs::metadata(path.join(name)).unwrap().len() < 7 << 20, "{name}");
        let program = format!("print(len(load(\"{name}\")))");
        refused(path, &["--memory", "64M", "-"], &program, "LIMIT-01", "out of memory");
    }
    refused(path, &["-"], "load(\"deep.json\")", "FILE-02", "no JSON at line 1, column 130");
}

#[cfg(unix)]
#[test]
fn what_is_no_file_is_neither_read_nor_replaced() {
    use std::os::unix::fs::{FileTypeExt, symlink};
    let folder = folder();
    let path = folder.path();
    std::fs::create_dir(path.join("folder.csv")).unwrap();
    let made = Command::new("mkfifo").arg(path.join("pipe.txt")).status().unwrap();
    assert!(made.success());
    symlink("/dev/zero", path.join("zero.npy")).unwrap();
    symlink("nowhere.npy", path.join("loop.npy")).unwrap();
    refused(path, &["-"], "load(\"folder.csv\")", "FILE-01", "this is a folder");
    refused(path, &["-"], "load(\"pipe.txt\")", "FILE-01", "a device or a pipe");
    refused(path, &["-"], "load(\"zero.npy\")", "FILE-01", "a device or a pipe");
    refused(path, &["-"], "load(\"loop.npy\")", "FILE-01", "No such file");
    refused(path, &["-"], "save(\"folder.csv\", {a: [1]})", "FILE-01", "this is a folder");
    refused(path, &["-"], "save(\"pipe.txt\", \"a\")", "FILE-01", "a device or a pipe");
    refused(path, &["-"], "save(\"zero.npy\", [1])", "FILE-01", "a device or a pipe");
    assert!(std::fs::metadata("/dev/zero").unwrap().file_type().is_char_device());
    assert!(std::fs::metadata(path.join("pipe.txt")).unwrap().file_type().is_fifo());
    assert_eq!(names(path).len(), 4);
}

#[cfg(unix)]
#[test]
fn what_is_not_allowed_is_said() {
    use std::os::unix::fs::PermissionsExt;
    let folder = folder();
    let path = folder.path();
    std::fs::write(path.join("a.txt"), "a").unwrap();
    let mode = |of: &Path, mode| std::fs::set_permissions(of, std::fs::Permissions::from_mode(mode)).unwrap();
    mode(&path.join("a.txt"), 0o000);
    if std::fs::read(path.join("a.txt")).is_ok() {
        // Nothing is forbidden to the one who runs this.
        return;
    }
    refused(path, &["-"], "load(\"a.txt\")", "FILE-01", "Permission denied");
    mode(path, 0o500);
    refused(path, &["-"], "save(\"b.txt\", \"b\")", "FILE-01", "permission denied");
    mode(path, 0o700);
}

/// As on a full disk: files may not grow beyond 16 blocks.
#[cfg(unix)]
#[test]
fn a_save_without_room_leaves_the_old_file() {
    let folder = folder();
    let path = folder.path();
    for (name, value) in [
        ("a.npy", "full(N, 1)"),
        ("a.npz", "{x: full(N, 1)}"),
        ("a.safetensors", "{x: full(N, 1)}"),
        ("a.csv", "{x: full(N, 1)}"),
        ("a.json", "full(N, 1)"),
        ("a.png", "rand(1, N)"),
        ("a.jpg", "rand(N // 100, 100)"),
        ("a.txt", "str(full(N, 1).tolist())"),
    ] {
        let program = |n: usize| format!("save(\"{name}\", {})", value.replace('N', &n.to_string()));
        fine(path, &["-"], &program(100));
        let old = std::fs::read(path.join(name)).unwrap();
        let shell = format!("trap '' XFSZ; ulimit -f 16; exec '{}' -", env!("CARGO_BIN_EXE_reel"));
        let mut child = Command::new("sh");
        child.args(["-c", &shell]).current_dir(path).stdin(Stdio::piped()).stderr(Stdio::piped());
        let mut child = child.spawn().unwrap();
        std::io::Write::write_all(&mut child.stdin.take().unwrap(), program(1_000_000).as_bytes()).unwrap();
        let ended = child.wait_with_output().unwrap();
        let told = String::from_utf8(ended.stderr).unwrap();
        assert!(told.starts_with("FILE-01") && told.contains("File too large"), "{name}: {told}");
        assert_eq!(std::fs::read(path.join(name)).unwrap(), old, "{name}");
    }
    assert_eq!(names(path).len(), 8);
}

/// `scripts/kill_save` does the same 200 times for each format.
#[test]
fn a_save_that_is_killed_leaves_a_whole_file() {
    let folder = folder();
    let path = folder.path();
    let program = path.join("saves.reel");
    let saves = "let k = 1000 * int(args[0])
while true {
    k += 1
    save(\"a.safetensors\", {x: full(100_000, k), k: k})
}
";
    std::fs::write(&program, saves).unwrap();
    let stamp = || std::fs::metadata(path.join("a.safetensors")).and_then(|m| m.modified()).ok();
    for turn in 0..20 {
        let before = stamp();
        let mut child = Command::new(env!("CARGO_BIN_EXE_reel"));
        child.arg("run").arg(&program).args(["--", &turn.to_string()]).current_dir(path);
        let (mut child, start) = (child.spawn().unwrap(), Instant::now());
        while stamp() == before {
            assert!(start.elapsed() < Duration::from_secs(60), "no file comes");
            std::thread::sleep(Duration::from_millis(1));
        }
        std::thread::sleep(Duration::from_micros(731 * turn));
        child.kill().unwrap();
        child.wait().unwrap();
        let whole = fine(path, &["-"], "let f = load(\"a.safetensors\")\nprint(f.x.shape, all(f.x == f.k))");
        assert_eq!(whole, "(100000,) true\n");
    }
}
