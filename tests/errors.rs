//! What a failing program is told, as it is drawn: every program of `tests/errors/*.txt` (parted by `---`) is run, and
//! what came of it stands in `tests/snapshots`. Together with the syntax tests and the pages of `reel explain` they
//! meet every code there is.

use std::cell::RefCell;
use std::path::Path;
use std::rc::Rc;

use reel::diagnostic::render::{Style, render};
use reel::session::{Options, Session};

use crate::scripts::Sink;

/// Runs a program; its warnings and errors as they are drawn.
fn told(program: &str) -> String {
    let style = Style::PLAIN;
    let warnings = Rc::new(RefCell::new(String::new()));
    let seen = warnings.clone();
    let mut session = Session::new(Options {
        out: Box::new(Sink::default()),
        warnings: Box::new(move |w, sources| *seen.borrow_mut() += &render(w, sources, style)),
        seed: Some(0),
        memory: Some(64 << 20),
        ..Options::default()
    });
    let ended = session.run_script("program.reel", program, &[]);
    let mut out = warnings.take();
    match ended {
        Ok(_) if out.is_empty() => out += "runs\n",
        Ok(_) => {}
        Err(errors) => errors.iter().for_each(|e| out += &render(e, &session.sources(), style)),
    }
    out.lines().map(|l| without_use(l.trim_end()) + "\n").collect()
}

/// Without the megabytes that are in use: they change by a slab with what the thread has done before.
fn without_use(line: &str) -> String {
    const END: &str = " MiB of 64.0 MiB are in use";
    match line.split_once(END) {
        Some((start, rest)) => {
            format!("{}…{END}{rest}", start.trim_end_matches(|c: char| c.is_ascii_digit() || c == '.'))
        }
        None => line.to_string(),
    }
}

/// The same through the binary, in a folder with the files that the programs name.
fn told_in(folder: &Path, program: &str) -> String {
    std::fs::write(folder.join("program.reel"), program).unwrap();
    let ended = std::process::Command::new(env!("CARGO_BIN_EXE_reel"))
        .args(["run", "program.reel"])
        .current_dir(folder)
        .output()
        .unwrap();
    let out = String::from_utf8(ended.stderr).unwrap();
    if out.is_empty() { "runs\n".into() } else { out.lines().map(|l| l.trim_end().to_string() + "\n").collect() }
}

fn corpus(name: &str, told: impl Fn(&str) -> String) -> String {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/errors");
    let text = std::fs::read_to_string(root.join(name).with_extension("txt")).unwrap();
    let mut out = String::new();
    for program in text.split("---\n") {
        let program = program.trim_end();
        out += &format!("{program}\n{}\n", told(program));
    }
    out
}

#[test]
fn asserts() {
    insta::assert_snapshot!("asserts", corpus("asserts", told));
}

#[test]
fn calls() {
    insta::assert_snapshot!("calls", corpus("calls", told));
}

#[test]
fn tensors() {
    insta::assert_snapshot!("tensors", corpus("tensors", told));
}

#[test]
fn tape() {
    insta::assert_snapshot!("tape", corpus("tape", told));
}

#[test]
fn seeing() {
    insta::assert_snapshot!("seeing", corpus("seeing", told));
}

#[test]
fn library() {
    insta::assert_snapshot!("library", corpus("library", told));
}

#[test]
fn files() {
    let folder = tempfile::tempdir().unwrap();
    let put = |name: &str, bytes: &[u8]| std::fs::write(folder.path().join(name), bytes).unwrap();
    put("words.txt", b"one two\n");
    put("damaged.npy", b"\x93NUMPY\x01\x00v\x00{'descr': '<f4', 'fortran_order': False, 'shape': (9");
    put("damaged.npz", b"PK\x03\x04 and no more");
    put("words.npy", b"one two\n");
    put("words.npz", b"PK\x03\x04 and no more");
    put("ragged.csv", b"a,b\n1,2\n\n\"x\ny\",2\n3,4,5\n");
    put("table.csv", b"a,b\n1,2\n");
    put("twice.csv", b"a,b,a\n1,2,3\n");
    put("zero.csv", b"a,b\n1,2\n1,\x002\n");
    put("latin1.csv", b"a,b\n1,caf\xe9\n");
    put("empty.csv", b"\n\n");
    put("quote.csv", b"a,b\n1,2\n3,\"4\n5,6\n");
    put("large.csv", b"a,b\n1,2.5\n3,1e40\n");
    // The sizes of an image whose rest is what a small one has; its checksum is right.
    let png =
        |size: [u8; 8], sum: [u8; 4]| [b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", &size[..], b"\x08\x02\0\0\0", &sum].concat();
    put(
        "bomb.png",
        &[png([0, 1, 0x86, 0xa0, 0, 1, 0x86, 0xa0], [0x27, 0x30, 0x9c, 0x9f]), b"\0\0\0\x01IDAT\0\0\0\0\0".to_vec()]
            .concat(),
    );
    put("cut.png", b"\x89PNG\r\n\x1a\n\0\0\0\rIHD");
    put("photo.png", b"\xff\xd8\xff\xe0 and no more");
    put("cut.jpg", b"\xff\xd8\xff\xe0 and no more");
    put("broken.json", b"{\n  \"a\": [1, 2\n}\n");
    put("gap.safetensors", b"\x38\0\0\0\0\0\0\0{\"a\":{\"dtype\":\"U8\",\"shape\":[1],\"data_offsets\":[1,2]}}   ab");
    put("header.safetensors", b"\0\0\0\x80\0\0\0\0{}");
    put("cycle.reel", b"import \"cycle.reel\" as again\n");
    put("broken.reel", b"let a = (1\n");
    put("library.reel", b"fn fails(x) { x @ ones(3) }\n");
    insta::assert_snapshot!("files", corpus("files", |program| told_in(folder.path(), program)));
}

/// Codes that no program of one file meets, and what does.
const ELSEWHERE: &[(&str, &str)] = &[
    ("LIMIT-00", "tests/cli.rs interrupts a program"),
    ("IMPORT-01", "a machine without a session, which imports nothing"),
    ("LIMIT-02", "tests/limits.rs has programs that are too large"),
    ("LIMIT-03", "tests/limits.rs has programs that are too large"),
    ("LIMIT-04", "far jumps go in two steps, and LIMIT-03 comes before the second is too short"),
    ("NAME-05", "the parser says it first, as SYNTAX-13"),
    ("NAME-06", "the parser says it first, as SYNTAX-10"),
    ("SHAPE-09", "a question of checks and hints, not of running programs"),
    ("TYPE-11", "the machine refuses none as an operand first"),
    ("TAPE-04", "operands without a gradient are ints or bools, which are never tracked"),
    ("TAPE-00", "the marks of leaves and arguments are never called"),
];

#[test]
fn every_code_is_met() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut texts = String::new();
    for folder in ["tests/snapshots", "tests/syntax", "tests/scripts", "docs/errors"] {
        for entry in std::fs::read_dir(root.join(folder)).unwrap() {
            texts += &std::fs::read_to_string(entry.unwrap().path()).unwrap();
        }
    }
    let used = crate::pages::codes_in_use();
    let unmet: Vec<&String> =
        used.keys().filter(|c| !texts.contains(*c) && !ELSEWHERE.iter().any(|(e, _)| e == c)).collect();
    assert!(unmet.is_empty(), "no program of the tests meets {unmet:?}");
}
