//! What is written for readers holds: the pages of `reel explain`, the check that CI runs.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use reel::diagnostic::explain::{page, pages};

use crate::cli::run_in;

fn text(path: &str) -> String {
    std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).unwrap()
}

/// `"NAME-01"` and the like in the sources, outside of tests.
pub fn codes_in_use() -> BTreeMap<String, String> {
    fn walk(folder: &Path, codes: &mut BTreeMap<String, String>) {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                walk(&path, codes);
            } else if path.extension().is_some_and(|e| e == "rs") && path.file_name().is_some_and(|n| n != "tests.rs") {
                let code = std::fs::read_to_string(&path).unwrap();
                let code = code.split("#[cfg(test)]\nmod tests {").next().unwrap();
                for quoted in code.split('"') {
                    let Some((family, number)) = quoted.split_once('-') else { continue };
                    if family.len() >= 2
                        && family.bytes().all(|b| b.is_ascii_uppercase())
                        && number.len() == 2
                        && number.bytes().all(|b| b.is_ascii_digit())
                    {
                        codes.insert(quoted.into(), path.display().to_string());
                    }
                }
            }
        }
    }
    let mut codes = BTreeMap::new();
    walk(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut codes);
    codes
}

/// How many codes have no page yet.
const WITHOUT_PAGE: usize = 110;

#[test]
fn every_code_has_a_page_and_every_page_a_code() {
    let used = codes_in_use();
    let missing = used.keys().filter(|code| page(code).is_none()).count();
    // Codes of the machine still wait for their pages; `reel explain` then gives the one line of their table. The
    // number only falls.
    assert!(missing <= WITHOUT_PAGE, "{missing} codes have no page in docs/errors");
    let mut seen = BTreeSet::new();
    for page in pages() {
        assert!(used.contains_key(page.code), "nothing gives {}", page.code);
        assert!(seen.insert(page.code), "two pages for {}", page.code);
    }
}

#[test]
fn every_file_of_pages_is_built_in() {
    for entry in std::fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/errors")).unwrap() {
        let path = entry.unwrap().path();
        let family = path.file_stem().unwrap().to_str().unwrap().to_string();
        assert!(pages().any(|p| p.code.starts_with(&family)), "{family} is not in diagnostic/explain.rs");
    }
}

/// The wrong program gives the code of its page, as an error or as a warning, and the right one gives neither.
#[test]
fn the_programs_of_the_pages_do_as_they_say() {
    let mut wrong = Vec::new();
    let folder = tempfile::tempdir().unwrap();
    for page in pages() {
        for example in page.examples() {
            let args: Vec<&str> = example.option.into_iter().chain(["-"]).collect();
            let (code, _, stderr) = run_in(folder.path(), &args, example.text);
            let expected =
                if example.fails { stderr.starts_with(page.code) } else { code == Some(0) && stderr.is_empty() };
            if !expected {
                wrong.push(format!("{}: {code:?}\n{}\n{stderr}", page.code, example.text));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn ci_runs_what_the_readme_says() {
    let (readme, ci) = (text("README.md"), text(".ci/run"));
    for command in ["cargo test --release", "cargo run --release -- examples/03_autograd.reel"] {
        assert!(readme.contains(&format!("```sh\n{command}\n```")), "{command} is not in the README");
        assert!(ci.lines().any(|l| l == format!("step {command}")), "{command} is not in .ci/run");
    }
}
