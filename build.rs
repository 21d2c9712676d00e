//! Lists the files of `src/ops/*/`, so that adding an operation edits nothing but its own file: each
//! `family/tanh.rs` becomes `pub mod tanh` and its `TANH` an entry of the registry.

use std::fmt::Write;
use std::path::Path;

fn main() {
    println!("cargo::rerun-if-changed=src/ops");
    println!("cargo::rerun-if-changed=grammar");
    let root = std::env::var("CARGO_MANIFEST_DIR").expect("set by cargo");
    let mut files: Vec<(String, String)> = Vec::new();
    for family in entries(&Path::new(&root).join("src/ops")) {
        if family.is_dir() {
            println!("cargo::rerun-if-changed={}", family.display());
            for file in entries(&family) {
                let stem = file.file_stem().and_then(|s| s.to_str()).expect("a UTF-8 name").to_string();
                files.push((stem, file.display().to_string()));
            }
        }
    }
    files.sort();
    let mut modules = String::new();
    let mut list = String::from("pub static ALL: &[&Op] = &[\n");
    for (stem, path) in &files {
        writeln!(modules, "#[path = {path:?}]\npub mod {stem};").expect("writing to a string");
        let name = stem.trim_end_matches('_').to_uppercase();
        writeln!(list, "    &{stem}::{name},").expect("writing to a string");
    }
    let out = Path::new(&std::env::var("OUT_DIR").expect("set by cargo")).join("registry.rs");
    std::fs::write(out, modules + &list + "];\n").expect("OUT_DIR can be written to");
}

fn entries(folder: &Path) -> Vec<std::path::PathBuf> {
    let read = std::fs::read_dir(folder).expect("src/ops can be read");
    read.map(|e| e.expect("src/ops can be read").path()).collect()
}
