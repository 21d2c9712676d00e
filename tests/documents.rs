//! README.md and the pages of docs/tutorial: their programs run, and print what stands below them.
//!
//! A program is a block that begins with ` ```reel `, ` ```reel fails ` or ` ```reel warns `, or with ` ```reel test ` if
//! its tests are run. A ` ```text ` block that follows it, before any other program, is what it prints, errors and
//! warnings included. Each page of the tutorial begins with the script of its name in `examples/`.

use std::collections::HashMap;
use std::ops::Range;
use std::path::{Path, PathBuf};

use crate::cli::run_in;

const LANGUAGES: [&str; 2] = ["en", "zh"];

pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The names of the files in a folder that end so, without that end, in order.
pub fn stems(folder: &str, end: &str) -> Vec<String> {
    let entries = std::fs::read_dir(root().join(folder)).unwrap_or_else(|e| panic!("{folder}: {e}"));
    let names = entries.map(|e| e.unwrap().file_name().into_string().unwrap());
    let mut stems: Vec<String> = names.filter_map(|n| n.strip_suffix(end).map(str::to_string)).collect();
    stems.sort();
    stems
}

/// `01_arrays_by_hand`, …: the scripts whose names begin with a number.
fn chapters() -> Vec<String> {
    let mut names = stems("examples", ".reel");
    names.retain(|n| n.starts_with(|c: char| c.is_ascii_digit()));
    names
}

/// A page, its path from the root.
struct Page {
    path: PathBuf,
    text: String,
}

/// What stands between two fences, and where in the page.
struct Block<'t> {
    head: &'t str,
    text: &'t str,
    place: Range<usize>,
}

impl Page {
    fn read(path: impl Into<PathBuf>) -> Page {
        let path = path.into();
        let text = std::fs::read_to_string(root().join(&path)).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
        Page { path, text: text.replace("\r\n", "\n") }
    }

    fn chapter(language: &str, name: &str) -> Page {
        Page::read(format!("docs/tutorial/{language}/{name}.md"))
    }

    fn blocks(&self) -> Vec<Block<'_>> {
        let (mut blocks, mut open, mut at) = (Vec::new(), None, 0);
        for line in self.text.split_inclusive('\n') {
            match (line.strip_prefix("```"), open) {
                (Some(head), None) => open = Some((head.trim_end(), at + line.len())),
                (Some(_), Some((head, start))) => {
                    blocks.push(Block { head, text: &self.text[start..at], place: start..at });
                    open = None;
                }
                (None, _) => {}
            }
            at += line.len();
        }
        assert!(open.is_none(), "{}: the last block has no end", self.path.display());
        blocks
    }

    /// Where its links lead to, those in blocks of code left out.
    fn links(&self) -> Vec<String> {
        let mut prose = self.text.clone();
        for block in self.blocks().iter().rev() {
            prose.replace_range(block.place.clone(), "");
        }
        prose.split("](").skip(1).filter_map(|rest| Some(rest.split_once(')')?.0.to_string())).collect()
    }

    /// Each program and what is written of its output.
    fn programs(&self) -> Vec<(Block<'_>, Option<Block<'_>>)> {
        let mut programs: Vec<(Block, Option<Block>)> = Vec::new();
        for block in self.blocks() {
            if block.head.split(' ').next() == Some("reel") {
                programs.push((block, None));
            } else if let (Some((_, output @ None)), "text") = (programs.last_mut(), block.head) {
                *output = Some(block);
            }
        }
        programs
    }
}

/// Runs programs, the same one only once.
#[derive(Default)]
struct Runs(HashMap<(String, String), Result<String, String>>);

impl Runs {
    /// What it prints in a file of this name, or how it did not do as its head says.
    fn run(&mut self, program: &Block, name: &str) -> Result<String, String> {
        let run = || {
            let folder = tempfile::tempdir().unwrap();
            std::fs::write(folder.path().join(name), program.text).unwrap();
            let args: &[&str] = if program.head == "reel test" { &["test", name] } else { &[name] };
            let (code, stdout, stderr) = run_in(folder.path(), args, "");
            let as_said = match program.head {
                "reel" | "reel test" => code == Some(0) && stderr.is_empty(),
                "reel warns" => code == Some(0) && !stderr.is_empty(),
                "reel fails" => code == Some(1),
                head => return Err(format!("`{head}` is not known")),
            };
            let printed = stdout + &stderr;
            if as_said { Ok(printed) } else { Err(format!("`{}`: {code:?}\n{printed}", program.head)) }
        };
        self.0.entry((format!("{}:{name}", program.head), program.text.into())).or_insert_with(run).clone()
    }

    /// What is wrong with the programs of a page; the first one is in a file called `first`. With `REEL_WRITE_DOCS`
    /// outputs are written anew where they are not as printed.
    fn check(&mut self, page: &Page, first: &str) -> Vec<String> {
        let (mut wrong, mut changes) = (Vec::new(), Vec::new());
        for (k, (program, output)) in page.programs().into_iter().enumerate() {
            let printed = match self.run(&program, if k == 0 { first } else { "try.reel" }) {
                Ok(printed) => printed,
                Err(what) => {
                    wrong.push(format!("{}: {what}\n{}", page.path.display(), program.text));
                    continue;
                }
            };
            let Some(output) = output else { continue };
            if let Some(line) = difference(output.text, &printed) {
                wrong.push(format!("{}: {line}\n{}", page.path.display(), program.text));
                changes.push((output.place, printed));
            }
        }
        if rewrite(page, changes) { Vec::new() } else { wrong }
    }
}

/// With `REEL_WRITE_DOCS`, puts these texts into the page.
fn rewrite(page: &Page, changes: Vec<(Range<usize>, String)>) -> bool {
    if std::env::var_os("REEL_WRITE_DOCS").is_none() || changes.is_empty() {
        return false;
    }
    let mut text = page.text.clone();
    for (place, new) in changes.into_iter().rev() {
        text.replace_range(place, &new);
    }
    std::fs::write(root().join(&page.path), text).expect("docs can be written");
    true
}

/// The first line in which two outputs differ. Numbers that have a fraction may be a hundredth and two units of their
/// last digit apart: they are sums of many parts, which other instruction sets add in another order.
fn difference(written: &str, printed: &str) -> Option<String> {
    let (mut w, mut p) = (written.lines(), printed.lines());
    loop {
        match (w.next(), p.next()) {
            (None, None) => return None,
            (Some(w), Some(p)) if alike(w, p) => {}
            (w, p) => return Some(format!("{:?} is written, {:?} is printed", w.unwrap_or(""), p.unwrap_or(""))),
        }
    }
}

fn alike(a: &str, b: &str) -> bool {
    let (a, b) = (parts(a), parts(b));
    a.len() == b.len() && a.iter().zip(&b).all(|(a, b)| a == b || close(a, b).unwrap_or(false))
}

/// A line in numbers and what stands between them.
fn parts(line: &str) -> Vec<&str> {
    let (mut parts, mut rest) = (Vec::new(), line);
    while !rest.is_empty() {
        let digit = |c: char| c.is_ascii_digit();
        let start = rest.find(digit).unwrap_or(rest.len());
        let (between, from) = rest.split_at(start);
        let number = from.find(|c: char| !digit(c) && c != '.').unwrap_or(from.len());
        // `1e-6`, and not the `e` of a word behind a number.
        let exponent = from[number..].strip_prefix('e').map_or(0, |e| {
            let sign = usize::from(e.starts_with(['-', '+']));
            let digits = e[sign..].find(|c| !digit(c)).unwrap_or(e.len() - sign);
            if digits > 0 { 1 + sign + digits } else { 0 }
        });
        parts.push(between);
        parts.push(&from[..number + exponent]);
        rest = &from[number + exponent..];
    }
    parts
}

/// Whether two numbers with a fraction are close, if both are such.
fn close(a: &str, b: &str) -> Option<bool> {
    fn read(s: &str) -> Option<(f64, f64)> {
        let (mantissa, exponent) = s.split_once('e').unwrap_or((s, "0"));
        let (_, fraction) = mantissa.split_once('.').filter(|(_, fraction)| !fraction.is_empty())?;
        let unit = 10f64.powi(exponent.parse::<i32>().ok()? - fraction.len() as i32);
        Some((s.parse().ok()?, unit))
    }
    let ((a, unit_a), (b, unit_b)) = (read(a)?, read(b)?);
    Some((a - b).abs() <= 0.01 * a.abs().max(b.abs()) + 2.01 * unit_a.max(unit_b))
}

#[test]
fn outputs_are_compared() {
    for (a, b) in [
        ("99: 535.7840", "99: 535.7842"),
        ("0.0001", "0.0003"),
        ("loss 1.07e-05!", "loss 1.08e-05!"),
        ("[0.0, -1.25]", "[0.0001, -1.2501]"),
        ("3 4", "3 4"),
        ("", ""),
        ("ende 3e", "ende 3e"),
    ] {
        assert!(alike(a, b), "{a} {b}");
    }
    for (a, b) in [
        ("99: 535.7840", "98: 535.7840"),
        ("99: 535.7840", "99: 545.7840"),
        ("0.0001", "0.0004"),
        ("0.5", "-0.5"),
        ("0.5", "nan"),
        ("0.5 0.5", "0.5"),
        ("3", "3.0"),
        ("3.", "4."),
        ("loss 0.5", "los 0.5"),
        ("1.07e-05", "1.07e-06"),
        ("1.0 f32", "1.0 f64"),
    ] {
        assert!(!alike(a, b), "{a} {b}");
    }
    assert_eq!(difference("a\nb\n", "a\nb\n"), None);
    assert!(difference("a\nb\n", "a\n").is_some());
    assert!(difference("a\n", "a\nb\n").is_some());
}

#[test]
fn the_readme_runs() {
    let readme = Page::read("README.md");
    assert!(readme.programs().len() > 5);
    let wrong = Runs::default().check(&readme, "try.reel");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// The pages are those of the scripts, begin with them, are linked, and differ in their language alone.
#[test]
fn the_tutorial_has_every_chapter() {
    let names = chapters();
    assert!(names.len() >= 9, "{names:?}");
    for language in LANGUAGES {
        let folder = format!("docs/tutorial/{language}");
        let mut pages = stems(&folder, ".md");
        pages.retain(|p| p != "README");
        assert_eq!(pages, names, "{folder}");
        let index = Page::read(format!("{folder}/README.md"));
        for name in &names {
            assert!(index.text.contains(&format!("({name}.md)")), "{} does not link {name}.md", index.path.display());
            let page = Page::chapter(language, name);
            let script = std::fs::read_to_string(root().join("examples").join(name).with_extension("reel")).unwrap();
            let script = script.replace("\r\n", "\n");
            let programs = page.programs();
            let (first, _) = programs.first().unwrap_or_else(|| panic!("{} has no program", page.path.display()));
            let same = first.head == "reel" && first.text == script;
            let mended = !same && rewrite(&page, vec![(first.place.clone(), script)]);
            assert!(same || mended, "{} does not begin with examples/{name}.reel", page.path.display());
            assert!(programs.iter().all(|(_, output)| output.is_some()), "{}: an output lacks", page.path.display());
        }
    }
    for name in &names {
        let [en, zh] = LANGUAGES.map(|language| Page::chapter(language, name));
        let blocks = |page: &Page| -> Vec<(String, String)> {
            page.blocks().iter().map(|b| (b.head.to_string(), b.text.to_string())).collect()
        };
        assert!(blocks(&en) == blocks(&zh), "{name}: the blocks differ between languages");
    }
}

#[test]
fn the_readme_lists_every_example() {
    let readme = Page::read("README.md");
    for name in stems("examples", ".reel") {
        assert!(
            readme.text.contains(&format!("(examples/{name}.reel)")),
            "README.md does not link examples/{name}.reel"
        );
    }
}

/// Links to other files lead to files.
#[test]
fn links_lead_somewhere() {
    let mut pages = vec![Page::read("README.md")];
    for name in chapters().into_iter().chain(["README".into()]) {
        pages.extend(LANGUAGES.map(|language| Page::chapter(language, &name)));
    }
    for page in pages {
        let folder = root().join(&page.path).parent().unwrap().to_path_buf();
        let links = page.links();
        assert!(!links.is_empty(), "{}", page.path.display());
        for link in links.iter().filter(|l| !l.starts_with("http")) {
            let target = link.split('#').next().unwrap();
            assert!(folder.join(target).exists(), "{}: {link} leads nowhere", page.path.display());
        }
    }
}

#[test]
#[cfg_attr(debug_assertions, ignore = "trains nine networks, which takes minutes in a build without optimisation")]
fn the_tutorial_prints_what_it_says() {
    let (mut runs, mut wrong) = (Runs::default(), Vec::new());
    for name in chapters().into_iter().chain(["README".into()]) {
        for language in LANGUAGES {
            wrong.extend(runs.check(&Page::chapter(language, &name), &format!("{name}.reel")));
        }
    }
    assert!(wrong.is_empty(), "REEL_WRITE_DOCS=1 cargo test --release the_tutorial\n{}", wrong.join("\n"));
}
