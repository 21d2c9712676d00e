//! The standard library that is written in Reel: the programs of `tests/library`, which end with an error where it
//! is wrong. Those whose name begins with `_` are imported by others. Tests in them run as `reel test` runs them.
//! And the list of what the library has, made from its texts.

use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use reel::diagnostic::Diagnostic;
use reel::diagnostic::render::{Style, render};
use reel::ops;
use reel::session::{Options, Session};
use reel::source::FileId;
use reel::syntax::ast::{Block, ExprKind, Stmt, StmtKind};
use reel::syntax::parse;
use reel::vm::builtins;

use crate::proofs::manual;

/// Relative, as cargo runs tests in the root: programs load what they are held against from there.
const FOLDER: &str = "tests/library";

fn programs() -> Vec<PathBuf> {
    let entries = std::fs::read_dir(FOLDER).expect("the folder is there").map(|e| e.expect("can be read").path());
    let is_program = |path: &PathBuf| {
        let name = path.file_name().expect("an entry has a name").to_string_lossy();
        name.ends_with(".reel") && !name.starts_with('_')
    };
    let mut paths: Vec<PathBuf> = entries.filter(is_program).collect();
    paths.sort();
    paths
}

/// Runs a program, or each of its tests; how many tests there were, and what went wrong as it is drawn.
fn run(path: &Path) -> (usize, String) {
    let mut session = Session::new(Options { out: Box::new(std::io::sink()), threads: Some(1), ..Options::default() });
    let mut wrong = String::new();
    let mut tell = |session: &Session, errors: &[Diagnostic]| {
        errors.iter().for_each(|e| wrong += &render(e, &session.sources(), Style::PLAIN));
    };
    let suite = match session.load_suite(path) {
        Ok(suite) => suite,
        Err(errors) => {
            tell(&session, &errors);
            return (0, wrong);
        }
    };
    for test in &suite.tests {
        match session.run_test(&suite, test) {
            Ok(ran) => tell(&session, &ran.errors),
            Err(errors) => {
                tell(&session, &errors);
                break;
            }
        }
    }
    if suite.tests.is_empty()
        && let Err(errors) = session.run_file(path, &[])
    {
        tell(&session, &errors);
    }
    (suite.tests.len(), wrong)
}

#[test]
fn the_library_does_what_its_programs_say() {
    // Programs that write files do so there; a build may have gone elsewhere.
    std::fs::create_dir_all("target").expect("the folder can be made");
    let paths = programs();
    let next = AtomicUsize::new(0);
    let results: Mutex<Vec<(&Path, Duration, usize, String)>> = Mutex::default();
    std::thread::scope(|scope| {
        let threads = std::thread::available_parallelism().map_or(1, usize::from).min(paths.len());
        for _ in 0..threads {
            scope.spawn(|| {
                while let Some(path) = paths.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let start = Instant::now();
                    let (tests, wrong) = run(path);
                    results.lock().expect("no thread panics").push((path, start.elapsed(), tests, wrong));
                }
            });
        }
    });
    let mut results = results.into_inner().expect("no thread panics");
    results.sort();
    for (path, time, tests, wrong) in &results {
        let word = if wrong.is_empty() { "ok" } else { "FAILED" };
        println!("{word:<6} {} ({tests} tests, {:.1} s)", path.display(), time.as_secs_f64());
    }
    let wrong: Vec<&str> = results.iter().map(|r| &*r.3).filter(|w| !w.is_empty()).collect();
    assert!(results.len() == paths.len() && wrong.is_empty(), "{} failed:\n{}", wrong.len(), wrong.join("\n"));
}

// ---- the list

const SOURCES: &str = "src/std";
const LIST: &str = "docs/library.md";

/// One public name of the library.
struct Entry {
    name: String,
    /// As it is declared: `module Linear(in_features, out_features, bias = true)`.
    head: String,
    doc: Option<String>,
    /// The operation that an instance does nothing but call.
    wraps: Option<&'static ops::Op>,
    /// Documented methods: how they are called, and what they do.
    methods: Vec<(String, String)>,
}

/// A declaration without its body, on one line.
fn head(text: &str, stmt: &Stmt, body: &Block) -> String {
    let head = &text[stmt.span.start as usize..body.span.start as usize];
    head.split_whitespace().collect::<Vec<_>>().join(" ").replace("( ", "(").replace(" )", ")")
}

/// The operation that a function does nothing but call.
fn wrapped(body: &Block) -> Option<&'static ops::Op> {
    let [Stmt { kind: StmtKind::Expr(e), .. }] = body.stmts.as_slice() else { return None };
    let ExprKind::Call(callee, _) = &e.kind else { return None };
    let ExprKind::Name(name) = &callee.kind else { return None };
    ops::find(name)
}

fn entry(text: &str, space: &str, stmt: &Stmt) -> Option<Entry> {
    let (name, doc, body) = match &stmt.kind {
        StmtKind::Fn(f) => (f.name.as_ref()?, &f.doc, &f.body),
        StmtKind::Module(m) => (&m.name, &m.doc, &m.body),
        _ => return None,
    };
    if name.text.starts_with('_') {
        return None;
    }
    let is_module = matches!(stmt.kind, StmtKind::Module(_));
    let (mut methods, mut wraps) = (Vec::new(), None);
    for method in body.stmts.iter().filter(|_| is_module) {
        let StmtKind::Fn(f) = &method.kind else { continue };
        match (&f.name, &f.doc) {
            (Some(name), _) if &*name.text == "forward" => wraps = wrapped(&f.body),
            (Some(name), Some(doc)) if !name.text.starts_with('_') => {
                methods.push((head(text, method, &f.body).replacen("fn ", ".", 1), doc.clone()));
            }
            _ => {}
        }
    }
    let full = format!("{space}{}", name.text);
    let head = head(text, stmt, body).replacen(&*name.text, &full, 1);
    Some(Entry { name: full, head, doc: doc.clone(), wraps, methods })
}

/// The files of the library: name, what stands at their top, and their public names.
fn files() -> Vec<(String, String, Vec<Entry>)> {
    let mut paths: Vec<PathBuf> = std::fs::read_dir(SOURCES).unwrap().map(|e| e.unwrap().path()).collect();
    paths.sort();
    let read = |path: PathBuf| {
        let text = std::fs::read_to_string(&path).unwrap();
        let stem = path.file_stem().unwrap().to_string_lossy().into_owned();
        let program = parse(FileId(0), &text).unwrap_or_else(|e| panic!("{}: {e:?}", path.display()));
        let space = builtins::namespace(&stem).map_or(String::new(), |space| format!("{space}."));
        let entries = program.stmts.iter().filter_map(|stmt| entry(&text, &space, stmt)).collect();
        (stem, program.doc.unwrap_or_default(), entries)
    };
    paths.into_iter().map(read).collect()
}

fn page() -> String {
    let mut text = String::from(
        "# The library\n\nMade from the texts in `src/std` by `REEL_WRITE_DOCS=1 cargo test the_library_is_listed`. \
         A `module` is constructed with the arguments shown and then called; names, defaults and results are those of \
         `torch.nn` and `torch.optim`. What is an operation stands in [operations.md](operations.md).\n",
    );
    for (stem, doc, entries) in files().into_iter().filter(|(_, _, entries)| !entries.is_empty()) {
        text += &format!("\n## {stem}\n");
        if !doc.is_empty() {
            text += &format!("\n{doc}\n");
        }
        for entry in entries {
            text += &format!("\n### {}\n\n`{}`\n", entry.name, entry.head);
            match (&entry.doc, entry.wraps) {
                (Some(doc), _) => text += &format!("\n{doc}\n"),
                (None, Some(op)) => text += &format!("\nAs `{}`: {}\n", op.name, op.doc),
                (None, None) => {}
            }
            if !entry.methods.is_empty() {
                text.push('\n');
            }
            for (head, doc) in &entry.methods {
                text += &format!("- `{head}`: {}\n", doc.replace('\n', "\n  "));
            }
        }
    }
    text
}

#[test]
fn the_library_is_listed() {
    manual::keep(LIST, &page(), "the_library_is_listed");
}

#[test]
fn what_the_library_offers_says_what_it_does() {
    let files = files();
    let all = || files.iter().flat_map(|(stem, _, entries)| entries.iter().map(move |e| (stem, e)));
    assert!(all().count() > 0);
    // What does nothing but call an operation has that one's.
    let silent = all().filter(|(_, e)| e.doc.is_none() && e.wraps.is_none());
    let missing: Vec<String> = silent.map(|(stem, e)| format!("{stem}.reel: {}", e.name)).collect();
    assert!(missing.is_empty(), "{} names have no `##` above:\n{}", missing.len(), missing.join("\n"));
}
