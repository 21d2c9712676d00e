//! Lists the files of `src/ops/*/`, so that adding an operation edits nothing but its own file: each
//! `family/tanh.rs` becomes `pub mod tanh` and its `TANH` an entry of the registry. The families in `NAMESPACES` are
//! modules of their own, as names in them may be taken outside: `linalg/norm.rs` becomes `linalg::norm`.
//! Also lists the files of `src/std`, the standard library that is written in Reel.

use std::fmt::Write;
use std::path::Path;

/// Groups of operations that the language reaches by a prefix: `linalg.inv(a)` is the operation `linalg.inv`.
const NAMESPACES: [&str; 4] = ["linalg", "fft", "special", "init"];

fn main() {
    println!("cargo::rerun-if-changed=src/ops");
    println!("cargo::rerun-if-changed=src/std");
    println!("cargo::rerun-if-changed=grammar");
    let root = std::env::var("CARGO_MANIFEST_DIR").expect("set by cargo");
    let mut files: Vec<(String, String, String, String)> = Vec::new();
    for family in entries(&Path::new(&root).join("src/ops")) {
        if family.is_dir() {
            println!("cargo::rerun-if-changed={}", family.display());
            let name = stem(&family);
            let space = if NAMESPACES.contains(&&*name) { name.clone() } else { String::new() };
            for file in entries(&family) {
                files.push((space.clone(), stem(&file), file.display().to_string(), name.clone()));
            }
        }
    }
    files.sort();
    let mut modules = String::new();
    let mut list = String::from("pub static ALL: &[&Op] = &[\n");
    let mut families = String::from("static FAMILIES: &[&str] = &[\n");
    for family in files.chunk_by(|a, b| a.0 == b.0) {
        let space = &family[0].0;
        let (prefix, open, close) = match &**space {
            "" => (String::new(), String::new(), ""),
            _ => (format!("{space}::"), format!("pub mod {space} {{\n"), "}\n"),
        };
        modules += &open;
        for (_, stem, path, name) in family {
            writeln!(families, "    {name:?},").expect("writing to a string");
            writeln!(modules, "#[path = {path:?}]\npub mod {stem};").expect("writing to a string");
            let name = stem.trim_end_matches('_').to_uppercase();
            writeln!(list, "    &{prefix}{stem}::{name},").expect("writing to a string");
        }
        modules += close;
    }
    writeln!(modules, "pub const NAMESPACES: &[&str] = &{NAMESPACES:?};").expect("writing to a string");
    let mut library = String::from("static FILES: &[File] = &[\n");
    let mut texts = entries(&Path::new(&root).join("src/std"));
    texts.sort();
    for file in texts {
        println!("cargo::rerun-if-changed={}", file.display());
        let (stem, path) = (stem(&file), file.display());
        let prefix = if NAMESPACES.contains(&&*stem) { format!("{stem}.") } else { String::new() };
        let text = std::fs::read_to_string(&file).expect("a file of the source can be read");
        let names: Vec<String> = declared(&text).map(|name| prefix.clone() + name).collect();
        let line =
            format!("File {{ stem: {stem:?}, prefix: {prefix:?}, names: &{names:?}, text: include_str!({path:?}) }}");
        writeln!(library, "    {line},").expect("writing to a string");
    }
    let out = std::env::var("OUT_DIR").expect("set by cargo");
    let write = |name, text| std::fs::write(Path::new(&out).join(name), text).expect("OUT_DIR can be written to");
    write("registry.rs", modules + &list + "];\n" + &families + "];\n");
    write("library.rs", library + "];\n");
}

/// Names declared at the start of a line by `fn` and `module`; those that begin with `_` are the file's own.
fn declared(text: &str) -> impl Iterator<Item = &str> {
    text.lines().filter_map(|line| {
        let rest = ["fn ", "module ", "graph fn "].iter().find_map(|word| line.strip_prefix(word))?;
        let name = rest.split('(').next()?.trim();
        (!name.is_empty() && !name.starts_with('_')).then_some(name)
    })
}

fn stem(path: &Path) -> String {
    path.file_stem().and_then(|s| s.to_str()).expect("a UTF-8 name").to_string()
}

fn entries(folder: &Path) -> Vec<std::path::PathBuf> {
    let read = std::fs::read_dir(folder).expect("a folder of the source can be read");
    read.map(|e| e.expect("a folder of the source can be read").path()).collect()
}
