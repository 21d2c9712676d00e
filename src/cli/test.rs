//! `reel test`: runs the `test` blocks of files and folders.

use std::cell::RefCell;
use std::collections::HashSet;
use std::ffi::OsString;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use clap::{Arg, ArgAction, ArgMatches, Command, value_parser};

use super::options::{self, RunOptions};
use super::run::open_session;
use super::{Exit, signals};
use crate::diagnostic::Diagnostic;
use crate::diagnostic::render::{Style, render};
use crate::output::Output;
use crate::session::Session;
use crate::session::suite::{Ran, duration, interrupted, shown};
use crate::syntax::token::{Token, tokens};
use crate::terminal::Bars;

/// Of what a test prints, so much is kept to be shown.
const KEPT: usize = 16 * 1024;

/// From this time on it is said what running the top level before each test has cost.
const MUCH: Duration = Duration::from_secs(2);

pub fn command() -> Command {
    let paths = Arg::new("paths").value_name("PATHS").num_args(0..).value_parser(value_parser!(OsString));
    Command::new("test")
        .about("Run the test blocks of files, and of the files in folders")
        .args(options::args())
        .arg(
            Arg::new("filter")
                .long("filter")
                .value_name("TEXT")
                .action(ArgAction::Append)
                .help("Run only tests with TEXT in their name; may be given several times"),
        )
        .arg(
            Arg::new("show-output")
                .long("show-output")
                .action(ArgAction::SetTrue)
                .help("Show what tests print, also of those that pass"),
        )
        .arg(paths.help("Files, and folders to search for .reel files with tests [default: .]"))
        .after_help(
            "Each test runs as if it was alone: its file's top level runs anew before it, and random numbers start \
             from 0, or from --seed, both there and in the test.\n\n\
             Exit status: 0 all passed, 1 one failed, 2 wrong usage or no test to run, 130 interrupted by Ctrl-C.",
        )
}

pub fn run(matches: &ArgMatches) -> io::Result<Exit> {
    let options = RunOptions::new(matches);
    if let Err(reason) = options.device.available() {
        eprintln!("reel: {reason}");
        return Ok(Exit::Failed);
    }
    let paths: Vec<PathBuf> = match matches.get_many::<OsString>("paths") {
        Some(paths) => paths.map(PathBuf::from).collect(),
        None => vec![PathBuf::from(".")],
    };
    let files = match files(&paths) {
        Ok(files) => files,
        Err(wrong) => {
            eprintln!("reel: {wrong}");
            return Ok(Exit::Usage);
        }
    };
    let mut runner = Runner {
        options,
        filters: matches.get_many("filter").into_iter().flatten().cloned().collect(),
        show_output: matches.get_flag("show-output"),
        out: Output::new(Box::new(io::stdout())),
        style: Style::for_stderr(),
        interrupt: Arc::new(AtomicBool::new(false)),
        tally: Tally::default(),
    };
    signals::install(&runner.interrupt)?;
    let start = Instant::now();
    for file in &files {
        runner.file(file)?;
        if runner.tally.stopped {
            break;
        }
    }
    runner.finish(&paths, start.elapsed())
}

// ---- which files

/// The files to be tested, each once, in the order of the arguments and of their paths.
fn files(paths: &[PathBuf]) -> Result<Vec<PathBuf>, String> {
    let mut found = Vec::new();
    for path in paths {
        if path.is_dir() {
            let mut inside = Vec::new();
            search(path, &mut inside)?;
            inside.sort();
            found.append(&mut inside);
        } else if let Err(error) = std::fs::File::open(path) {
            let path = path.display();
            return Err(format!("{path} cannot be opened: {error}\ntests are chosen by name with --filter {path}"));
        } else {
            found.push(path.clone());
        }
    }
    let mut seen = HashSet::new();
    found.retain(|path| seen.insert(path.canonicalize().unwrap_or_else(|_| path.clone())));
    Ok(found)
}

/// The .reel files with tests below a folder; what is hidden and links to folders are left out.
fn search(folder: &Path, found: &mut Vec<PathBuf>) -> Result<(), String> {
    let unreadable = |e: io::Error| format!("{} cannot be searched: {e}", folder.display());
    for entry in std::fs::read_dir(folder).map_err(unreadable)? {
        let entry = entry.map_err(unreadable)?;
        if entry.file_name().to_string_lossy().starts_with('.') {
            continue;
        }
        let path = entry.path();
        let path = path.strip_prefix(".").map(Path::to_path_buf).unwrap_or(path);
        if entry.file_type().map_err(unreadable)?.is_dir() {
            search(&path, found)?;
        } else if path.extension().is_some_and(|e| e == "reel") && path.is_file() && may_have_tests(&path) {
            found.push(path);
        }
    }
    Ok(())
}

/// Whether the word `test` stands before a string. A file that cannot be read may: it is an error when it is run.
fn may_have_tests(path: &Path) -> bool {
    let Ok(bytes) = std::fs::read(path) else { return true };
    let text = String::from_utf8_lossy(&bytes);
    let mut after_word = false;
    tokens(&text).any(|(token, range)| {
        let found = after_word && token == Token::Quote;
        after_word = token == Token::Word && &text[range] == "test";
        found
    })
}

// ---- running them

struct Runner {
    options: RunOptions,
    filters: Vec<String>,
    show_output: bool,
    out: Output,
    style: Style,
    interrupt: Arc<AtomicBool>,
    tally: Tally,
}

#[derive(Default)]
struct Tally {
    passed: usize,
    filtered: usize,
    /// Files that failed before their tests, and failed tests.
    failed: Vec<String>,
    stopped: bool,
}

impl Runner {
    fn file(&mut self, path: &Path) -> io::Result<()> {
        if self.interrupt.load(Ordering::Relaxed) {
            self.tally.stopped = true;
            return Ok(());
        }
        let kept = Kept::default();
        let to: Box<dyn Write> = if self.show_output { Box::new(self.out.clone()) } else { Box::new(kept.clone()) };
        let mut session = open_session(&self.options, to, &self.out, &Bars::silent(), &self.interrupt);
        let suite = match session.load_suite(path) {
            Ok(suite) => suite,
            Err(errors) => {
                writeln!(self.out, "{}", path.display())?;
                return self.broken(path, &session, &errors, &kept);
            }
        };
        let chosen = |name: &str| self.filters.is_empty() || self.filters.iter().any(|f| name.contains(&**f));
        let tests: Vec<_> = suite.tests.iter().filter(|test| chosen(&test.name)).collect();
        self.tally.filtered += suite.tests.len() - tests.len();
        if tests.is_empty() {
            return Ok(());
        }
        writeln!(self.out, "{}", path.display())?;
        let (start, mut in_tests) = (Instant::now(), Duration::ZERO);
        for test in &tests {
            let ran = match session.run_test(&suite, test) {
                Ok(ran) => ran,
                Err(errors) => return self.broken(path, &session, &errors, &kept),
            };
            in_tests += ran.time;
            self.tell(path, &session, &ran, &kept)?;
            if self.tally.stopped {
                return Ok(());
            }
        }
        let before = start.elapsed().saturating_sub(in_tests);
        if tests.len() > 1 && before > MUCH && before > in_tests {
            let (n, time) = (tests.len(), duration(before));
            writeln!(self.out, "  the top level ran before each of {n} tests, {time} in all")?;
        }
        Ok(())
    }

    /// What has come of a test.
    fn tell(&mut self, path: &Path, session: &Session, ran: &Ran, kept: &Kept) -> io::Result<()> {
        self.out.finish_line()?;
        writeln!(self.out, "  {}", ran.line())?;
        let printed = kept.take();
        if ran.passed() {
            self.tally.passed += 1;
            return Ok(());
        }
        if ran.interrupted() {
            self.tally.stopped = true;
        } else {
            self.tally.failed.push(format!("{}: {}", path.display(), shown(&ran.name)));
        }
        self.explain(session, &ran.errors, &printed)
    }

    /// A file whose text is wrong or whose top level fails.
    fn broken(&mut self, path: &Path, session: &Session, errors: &[Diagnostic], kept: &Kept) -> io::Result<()> {
        self.out.finish_line()?;
        if interrupted(errors) {
            self.tally.stopped = true;
            writeln!(self.out, "  stopped before a test")?;
        } else {
            self.tally.failed.push(format!("{} failed before its tests", path.display()));
            writeln!(self.out, "  FAILED  before its tests")?;
        }
        self.explain(session, errors, &kept.take())
    }

    /// What was printed on the way, and the errors.
    fn explain(&mut self, session: &Session, errors: &[Diagnostic], printed: &str) -> io::Result<()> {
        for line in printed.lines() {
            writeln!(self.out, "          | {line}")?;
        }
        self.out.flush()?;
        for error in errors {
            eprint!("{}", render(error, &session.sources(), self.style));
        }
        Ok(())
    }

    /// The summary.
    fn finish(mut self, paths: &[PathBuf], time: Duration) -> io::Result<Exit> {
        let Tally { passed, filtered, failed, stopped } = &self.tally;
        if *passed == 0 && failed.is_empty() && !stopped {
            match filtered {
                0 => {
                    let places: Vec<String> = paths.iter().map(|p| p.display().to_string()).collect();
                    eprintln!("reel: no tests in {}", places.join(", "));
                }
                n => eprintln!("reel: none of {n} tests has the text of --filter in its name"),
            }
            return Ok(Exit::Usage);
        }
        writeln!(self.out)?;
        if !failed.is_empty() {
            writeln!(self.out, "failed:")?;
            for what in failed {
                writeln!(self.out, "  {what}")?;
            }
        }
        let mut summary = format!("{passed} passed, {} failed", failed.len());
        if *filtered > 0 {
            summary += &format!(", {filtered} left out by --filter");
        }
        if *stopped {
            summary += ", stopped";
        }
        writeln!(self.out, "{summary}, in {}", duration(time))?;
        self.out.flush()?;
        Ok(match (stopped, failed.is_empty()) {
            (true, _) => Exit::Interrupted,
            (false, true) => Exit::Fine,
            (false, false) => Exit::Failed,
        })
    }
}

/// What a test has printed: the last of it, if it is much.
#[derive(Clone, Default)]
struct Kept(Rc<RefCell<(Vec<u8>, usize)>>);

impl Kept {
    fn take(&self) -> String {
        let (bytes, lost) = self.0.take();
        // A character or line may have been cut.
        let from = if lost == 0 { 0 } else { bytes.iter().position(|b| *b == b'\n').map_or(0, |k| k + 1) };
        let text = String::from_utf8_lossy(&bytes[from..]);
        if lost == 0 { text.into_owned() } else { format!("… {} bytes before\n{text}", lost + from) }
    }
}

impl Write for Kept {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let (kept, lost) = &mut *self.0.borrow_mut();
        kept.extend_from_slice(bytes);
        if kept.len() > 2 * KEPT {
            *lost += kept.len() - KEPT;
            kept.drain(..kept.len() - KEPT);
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
