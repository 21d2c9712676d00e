//! Which room of the house may use which. ARCHITECTURE.md has the reasons.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// A room, and the rooms it may use. Those that nothing below lists stand on top.
const MAY_USE: &[(&str, &[&str])] = &[
    ("source", &[]),
    ("device", &[]),
    ("diagnostic", &["source"]),
    ("syntax", &["source", "diagnostic"]),
    // One core in three rooms.
    ("tensor", &["tape", "ops", "device"]),
    ("tape", &["tensor", "ops", "device"]),
    ("ops", &["tensor", "tape", "device"]),
    ("terminal", &[]),
    ("figure", &["terminal"]),
    ("files", &["tensor", "device", "ops"]),
    ("check", &["source", "diagnostic", "syntax", "ops", "device", "vm"]),
    ("compile", &["source", "diagnostic", "syntax", "check", "ops", "tensor", "device", "vm"]),
    ("vm", &["source", "diagnostic", "syntax", "files", "figure", "terminal", "tensor", "tape", "ops", "device"]),
    (
        "session",
        &["source", "diagnostic", "syntax", "check", "compile", "vm", "tensor", "tape", "ops", "device", "terminal"],
    ),
    ("repl", &["source", "diagnostic", "syntax", "session", "vm", "output"]),
    ("cli", &["source", "diagnostic", "syntax", "session", "repl", "vm", "output", "device", "terminal"]),
    ("output", &[]),
    ("main", &["cli"]),
];

/// A crate, and the only place that calls it.
const ONLY_IN: &[(&str, &[&str])] = &[
    ("miette", &["diagnostic/render.rs"]),
    ("pest", &["syntax/"]),
    ("pest_derive", &["syntax/"]),
    ("logos", &["syntax/token.rs"]),
    ("rustyline", &["repl/"]),
    ("clap", &["cli/"]),
    ("signal_hook", &["cli/signals.rs"]),
    ("cudarc", &["device/cuda/"]),
    ("faer", &["device/cpu/linalg/"]),
    ("zip", &["files/npz.rs"]),
    ("csv", &["files/table.rs"]),
    ("png", &["files/image.rs", "files/tests.rs", "figure/encode.rs", "figure/tests.rs"]),
    ("zune_jpeg", &["files/image.rs"]),
    ("jpeg_encoder", &["files/image.rs"]),
    ("indicatif", &["terminal/bars.rs"]),
    ("noto_sans_mono_bitmap", &["figure/paint.rs"]),
    ("unicode_width", &["figure/text.rs"]),
];

const UNSAFE_IN: &[&str] = &["device", "tensor", "tape", "ops", "vm"];

fn sources(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, files);
        } else if path.extension().is_some_and(|e| e == "rs") {
            files.push(path);
        }
    }
}

/// Each source file's path below `src` and its code without comments.
fn code() -> Vec<(String, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    sources(&root, &mut files);
    files.sort();
    files
        .into_iter()
        .map(|path| {
            let text = std::fs::read_to_string(&path).unwrap();
            let code: Vec<&str> = text.lines().map(|l| l.split("//").next().unwrap()).collect();
            (path.strip_prefix(&root).unwrap().to_str().unwrap().replace('\\', "/"), code.join("\n"))
        })
        .collect()
}

/// The identifiers that follow `prefix` wherever it stands as a word of its own.
fn after<'a>(code: &'a str, prefix: &'a str) -> impl Iterator<Item = &'a str> {
    let is_word = |c: char| c.is_alphanumeric() || c == '_';
    code.match_indices(prefix).filter(move |(i, _)| !code[..*i].ends_with(is_word)).map(move |(i, _)| {
        let rest = &code[i + prefix.len()..];
        &rest[..rest.find(|c| !is_word(c)).unwrap_or(rest.len())]
    })
}

#[test]
fn rooms_use_only_what_is_below_them() {
    let may_use: BTreeMap<&str, &[&str]> = MAY_USE.iter().copied().collect();
    let mut wrong = BTreeSet::new();
    for (path, code) in code() {
        let room = path.split('/').next().unwrap().trim_end_matches(".rs");
        if room == "lib" {
            continue;
        }
        let Some(allowed) = may_use.get(room) else {
            panic!("src/{path} is in a room that the test does not know");
        };
        let crate_prefix = if room == "main" { "reel::" } else { "crate::" };
        for used in after(&code, crate_prefix) {
            // What is no room is a macro at the root; an empty name is `use crate::{…}`, which would hide what is used.
            let is_room = used.is_empty() || may_use.contains_key(used);
            if is_room && used != room && !allowed.contains(&used) {
                wrong.insert(format!("src/{path} uses {crate_prefix}{used}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn each_dependency_is_called_from_its_place() {
    let mut wrong = BTreeSet::new();
    for (path, code) in code() {
        for (name, places) in ONLY_IN {
            let called = after(&code, name).any(|next| next.is_empty()) && code.contains(&format!("{name}::"));
            if called && !places.iter().any(|p| path.starts_with(p)) {
                wrong.insert(format!("src/{path} calls {name}"));
            }
        }
        let room = path.split('/').next().unwrap();
        if !UNSAFE_IN.contains(&room) && after(&code, "unsafe").any(|next| next.is_empty()) {
            wrong.insert(format!("src/{path} has unsafe code"));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn files_stay_readable() {
    let long: Vec<String> = code()
        .into_iter()
        .map(|(path, code)| (path, code.lines().count()))
        .filter(|(_, lines)| *lines > 700)
        .map(|(path, lines)| format!("src/{path}: {lines} lines"))
        .collect();
    assert!(long.is_empty(), "divide by family: {long:#?}");
}
