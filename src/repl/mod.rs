//! The prompt: entries of one or more lines, their values, a history. The only place that calls rustyline.
//! Uses `session`, and `syntax` to know when an entry is complete.

mod history;

use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};

use rustyline::error::ReadlineError;
use rustyline::history::DefaultHistory;
use rustyline::validate::{ValidationContext, ValidationResult, Validator};
use rustyline::{Completer, Config, Editor, Helper, Highlighter, Hinter};

use crate::diagnostic::Diagnostic;
use crate::diagnostic::render::{Style, render};
use crate::output::Output;
use crate::session::Session;
use crate::syntax::{Completeness, is_complete};
use crate::vm::value::Value;

const PROMPT: &str = "> ";

const HELP: &str = "\
An entry is a statement or an expression; a value that is not none is printed, and `_` is the last one.
An entry goes on with the next line while a bracket or an operator is open. A `test` block runs at once.

  Ctrl-C  stops what runs, or clears the line        Ctrl-D, :quit  leaves
  Ctrl-R  searches the history                       :help          this page

`reel explain CODE` shows the page of an error's code.
";

/// Tells the editor when an entry needs another line.
#[derive(Completer, Helper, Highlighter, Hinter)]
struct Entry;

impl Validator for Entry {
    fn validate(&self, entry: &mut ValidationContext) -> rustyline::Result<ValidationResult> {
        let incomplete = !is_command(entry.input()) && is_complete(entry.input()) == Completeness::Incomplete;
        Ok(if incomplete { ValidationResult::Incomplete } else { ValidationResult::Valid(None) })
    }
}

/// `:help` and the like are no entries of the language.
fn is_command(entry: &str) -> bool {
    entry.trim_start().starts_with(':')
}

/// Reads entries and evaluates them until the user leaves. `interrupt` is the flag that Ctrl-C raises and the
/// session obeys; `out` is where the session's programs print.
pub fn run(session: &mut Session, interrupt: &AtomicBool, out: &mut Output, style: Style) -> io::Result<()> {
    let config = Config::builder().auto_add_history(false).max_history_size(10_000).map_err(from_editor)?.build();
    let mut editor = Editor::<Entry, DefaultHistory>::with_config(config).map_err(from_editor)?;
    editor.set_helper(Some(Entry));
    let history = open_history(&mut editor);
    writeln!(out, "Reel {}; :help for help", env!("CARGO_PKG_VERSION"))?;
    session.define("args", Value::list(Vec::new()));
    for number in 1.. {
        out.finish_line()?;
        let entry = match editor.readline(PROMPT) {
            Ok(entry) => entry,
            Err(ReadlineError::Interrupted | ReadlineError::Signal(_)) => continue,
            Err(ReadlineError::Eof) => break,
            Err(error) => return Err(from_editor(error)),
        };
        if entry.trim().is_empty() {
            continue;
        }
        remember(&mut editor, history.as_deref(), &entry);
        if is_command(&entry) {
            match entry.trim() {
                ":quit" | ":q" => break,
                ":help" | ":h" => out.write_all(HELP.as_bytes())?,
                other => writeln!(out, "there is no command {other}; :help shows what there is")?,
            }
            continue;
        }
        let mut tests = Vec::new();
        let shown = session.eval_entry(&format!("entry {number}"), &entry).and_then(|(value, found)| {
            tests = found;
            match value {
                Value::None => Ok(None),
                value => {
                    let text = session.show(&value)?;
                    session.define("_", value);
                    Ok(Some(text))
                }
            }
        });
        // A Ctrl-C that came too late is not meant for the next entry.
        interrupt.store(false, Ordering::Relaxed);
        out.finish_line()?;
        match shown {
            Ok(None) => {}
            Ok(Some(text)) => writeln!(out, "{text}")?,
            Err(diagnostics) => tell(session, &diagnostics, style),
        }
        for test in &tests {
            let ran = session.run_here(test);
            out.finish_line()?;
            writeln!(out, "{}", ran.line())?;
            out.flush()?;
            tell(session, &ran.errors, style);
            // As above; the tests after an interrupted one are not run.
            interrupt.store(false, Ordering::Relaxed);
            if ran.interrupted() {
                break;
            }
        }
    }
    Ok(())
}

fn tell(session: &Session, errors: &[Diagnostic], style: Style) {
    for error in errors {
        eprint!("{}", render(error, &session.sources(), style));
    }
}

/// Loads the entries of earlier sessions. A history that cannot be kept is no reason not to work.
fn open_history(editor: &mut Editor<Entry, DefaultHistory>) -> Option<PathBuf> {
    let path = history::file()?.ok()?;
    editor.load_history(&path).ok()?;
    Some(path)
}

fn remember(editor: &mut Editor<Entry, DefaultHistory>, history: Option<&Path>, entry: &str) {
    let added = editor.add_history_entry(entry).unwrap_or(false);
    if let (true, Some(path)) = (added, history) {
        // As above.
        let _ = editor.append_history(path);
    }
}

fn from_editor(error: ReadlineError) -> io::Error {
    match error {
        ReadlineError::Io(error) => error,
        other => io::Error::other(other.to_string()),
    }
}
