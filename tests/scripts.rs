//! Scripts that carry what they print: each `#> text` is one line of output, in order; `#? CODE` a warning;
//! `#! CODE` the error that ends the script, whose message the text after the code is a part of.

use std::cell::RefCell;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use reel::session::{Options, Session};

/// What a script printed, for `Options::out`.
#[derive(Clone, Default)]
pub struct Sink(Rc<RefCell<Vec<u8>>>);

impl Write for Sink {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.borrow_mut().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl Sink {
    pub fn text(&self) -> String {
        String::from_utf8(self.0.borrow().clone()).expect("programs print text")
    }
}

#[derive(Default, PartialEq, Debug)]
struct Outcome {
    lines: Vec<String>,
    warnings: Vec<String>,
    error: Option<String>,
}

/// What follows `mark` on each line that has it.
pub fn marked<'t>(text: &'t str, mark: &'t str) -> impl Iterator<Item = &'t str> {
    text.lines().filter_map(move |line| line.split_once(mark).map(|(_, rest)| rest))
}

fn expected(text: &str) -> Outcome {
    Outcome {
        lines: marked(text, "#>").map(|l| l.strip_prefix(' ').unwrap_or(l).to_string()).collect(),
        warnings: marked(text, "#? ").map(str::to_string).collect(),
        error: marked(text, "#! ").next().map(str::to_string),
    }
}

fn run(path: &Path) -> Outcome {
    let (sink, warnings) = (Sink::default(), Rc::new(RefCell::new(Vec::new())));
    let seen = warnings.clone();
    let mut session = Session::new(Options {
        out: Box::new(sink.clone()),
        warnings: Box::new(move |w, _| seen.borrow_mut().push(w.code.to_string())),
        seed: Some(0),
        ..Options::default()
    });
    let error = session.run_file(path, &[]).err().map(|errors| format!("{} {}", errors[0].code, errors[0].message));
    let lines = sink.text().lines().map(str::to_string).collect();
    Outcome { lines, warnings: warnings.take(), error }
}

fn scripts(folder: &Path) -> Vec<PathBuf> {
    let mut paths: Vec<PathBuf> = std::fs::read_dir(folder).unwrap().map(|e| e.unwrap().path()).collect();
    paths.retain(|p| p.extension().is_some_and(|e| e == "reel"));
    paths.sort();
    paths
}

#[test]
fn scripts_do_what_they_say() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/scripts");
    let mut failed = Vec::new();
    for path in scripts(&folder) {
        let want = expected(&std::fs::read_to_string(&path).unwrap());
        let got = run(&path);
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let first = (0..want.lines.len().max(got.lines.len())).find(|k| want.lines.get(*k) != got.lines.get(*k));
        if let Some(k) = first {
            failed.push(format!(
                "{name}, output line {}: {:?} is wanted, {:?} came",
                k + 1,
                want.lines.get(k),
                got.lines.get(k)
            ));
        }
        if want.warnings != got.warnings {
            failed.push(format!("{name}: warnings {:?} are wanted, {:?} came", want.warnings, got.warnings));
        }
        let error_fits = match (&want.error, &got.error) {
            (Some(want), Some(got)) => {
                let (code, part) = want.split_once(' ').unwrap_or((want, ""));
                got.starts_with(code) && got.contains(part)
            }
            (want, got) => want.is_none() && got.is_none(),
        };
        if !error_fits {
            failed.push(format!("{name}: error {:?} is wanted, {:?} came", want.error, got.error));
        }
    }
    assert!(failed.is_empty(), "{}", failed.join("\n"));
}
