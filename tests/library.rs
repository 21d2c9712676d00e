//! The standard library that is written in Reel: the programs of `tests/library`, which end with an error where it
//! is wrong. Those whose name begins with `_` are imported by others. Tests in them run as `reel test` runs them.

use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use reel::diagnostic::Diagnostic;
use reel::diagnostic::render::{Style, render};
use reel::session::{Options, Session};

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
