//! `reel FILE`, `reel run FILE`, `reel -e CODE`, a program on standard input, and the way to the prompt.

use std::ffi::OsString;
use std::io::{self, IsTerminal, Read, Write};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use clap::{Arg, ArgMatches, Command, value_parser};

use super::options::{self, RunOptions};
use super::{Exit, signals};
use crate::diagnostic::Diagnostic;
use crate::diagnostic::render::{Style, render};
use crate::output::Output;
use crate::repl;
use crate::session::suite::interrupted;
use crate::session::{Options, Session};
use crate::terminal::{Bars, Screen};
use crate::vm::value::Value;

/// What to run.
enum Program<'a> {
    File(&'a Path),
    Code(&'a str),
    StandardInput,
}

pub fn command() -> Command {
    let script = Arg::new("file").value_name("FILE").required(true).value_parser(value_parser!(OsString));
    Command::new("run")
        .about("Run a script")
        .args(options::args())
        .arg(script.help("The script; `-` is standard input"))
        .arg(script_args().help("The script's arguments: `args` in the program"))
}

/// The arguments of the command without a subcommand.
pub fn arguments(command: Command) -> Command {
    let code = Arg::new("code").short('e').value_name("CODE").allow_hyphen_values(true);
    command
        .args(options::args())
        .arg(code.help("Run CODE, and print its last value unless that is none"))
        .arg(script_args().help("A script (`-` is standard input) and its arguments: `args` in the program"))
}

fn script_args() -> Arg {
    Arg::new("args").value_name("ARGS").num_args(0..).value_parser(value_parser!(OsString))
}

/// `reel run FILE`
pub fn file(matches: &ArgMatches) -> io::Result<Exit> {
    let file = matches.get_one::<OsString>("file").expect("clap requires it");
    run(program(file), &strings(args_of(matches)), matches)
}

/// `reel` without a subcommand.
pub fn top(matches: &ArgMatches) -> io::Result<Exit> {
    let mut args = args_of(matches);
    if let Some(code) = matches.get_one::<String>("code") {
        return run(Program::Code(code), &strings(args), matches);
    }
    match args.next() {
        Some(file) => run(program(file), &strings(args), matches),
        None if io::stdin().is_terminal() => prompt(matches),
        None => run(Program::StandardInput, &[], matches),
    }
}

fn program(file: &OsString) -> Program<'_> {
    if file == "-" { Program::StandardInput } else { Program::File(Path::new(file)) }
}

fn args_of(matches: &ArgMatches) -> impl Iterator<Item = &OsString> {
    matches.get_many("args").into_iter().flatten()
}

fn strings<'a>(args: impl Iterator<Item = &'a OsString>) -> Vec<String> {
    args.map(|a| a.to_string_lossy().into_owned()).collect()
}

/// A session with the process's streams; warnings go to standard error, after what `out` holds back.
pub fn open_session(
    options: &RunOptions,
    to: Box<dyn Write>,
    out: &Output,
    bars: &Bars,
    interrupt: &Arc<AtomicBool>,
) -> Session {
    let (mut before_warnings, around_warnings, style) = (out.clone(), bars.clone(), Style::for_stderr());
    Session::new(Options {
        out: to,
        screen: Screen::of_stdout,
        bars: bars.clone(),
        warnings: Box::new(move |warning, sources| {
            // What was printed before the warning is seen before it. A failure shows at the next print.
            let _ = before_warnings.flush();
            around_warnings.suspend(|| eprint!("{}", render(warning, sources, style)));
        }),
        interrupt: Arc::clone(interrupt),
        seed: options.seed,
        device: options.device,
        threads: options.threads,
        memory: options.memory,
        check_nan: options.check_nan,
    })
}

/// A session with the process's streams and signals.
struct Sitting {
    session: Session,
    out: Output,
    style: Style,
    interrupt: Arc<AtomicBool>,
}

impl Sitting {
    fn new(options: &RunOptions) -> io::Result<Sitting> {
        let (bars, style, interrupt) = (Bars::on_stderr(), Style::for_stderr(), Arc::new(AtomicBool::new(false)));
        let out = Output::new(Box::new(bars.stdout()));
        let held = out.clone();
        bars.flush_with(move || {
            // A failure shows at the next print.
            let _ = held.clone().flush();
        });
        signals::install(&interrupt)?;
        let session = open_session(options, Box::new(out.clone()), &out, &bars, &interrupt);
        Ok(Sitting { session, out, style, interrupt })
    }

    /// What is left to do when a program has ended: its output, and what it has to say.
    fn finish(mut self, result: Result<Option<Value>, Vec<Diagnostic>>) -> io::Result<Exit> {
        let shown = result.and_then(|value| match value {
            Some(Value::None) | None => Ok(String::new()),
            Some(value) => self.session.show(&value).map(|text| text + "\n"),
        });
        let exit = match shown {
            Ok(text) => {
                self.out.write_all(text.as_bytes())?;
                self.out.flush()?;
                Exit::Fine
            }
            Err(diagnostics) => {
                // The errors are said even if the output cannot be written.
                let flushed = self.out.flush();
                for diagnostic in &diagnostics {
                    eprint!("{}", render(diagnostic, &self.session.sources(), self.style));
                }
                flushed?;
                if interrupted(&diagnostics) { Exit::Interrupted } else { Exit::Failed }
            }
        };
        // The process ends: its memory goes back at once, not tensor by tensor.
        std::mem::forget(self.session);
        Ok(exit)
    }
}

fn run(program: Program, args: &[String], matches: &ArgMatches) -> io::Result<Exit> {
    let options = RunOptions::new(matches);
    if let Err(reason) = options.device.available() {
        eprintln!("reel: {reason}");
        return Ok(Exit::Failed);
    }
    if let Program::File(path) = program
        && let Err(error) = std::fs::File::open(path)
    {
        eprintln!("reel: {} cannot be opened: {error}", path.display());
        return Ok(Exit::Usage);
    }
    let mut sitting = Sitting::new(&options)?;
    let session = &mut sitting.session;
    let result = match program {
        Program::Code(code) => session.run_script("-e", code, args).map(Some),
        Program::File(path) => session.run_file(path, args).map(|_| None),
        Program::StandardInput => {
            let mut text = Vec::new();
            io::stdin().read_to_end(&mut text)?;
            match String::from_utf8(text) {
                Ok(text) => session.run_script("standard input", &text, args).map(|_| None),
                Err(_) => {
                    eprintln!("reel: standard input is not UTF-8");
                    return Ok(Exit::Failed);
                }
            }
        }
    };
    sitting.finish(result)
}

fn prompt(matches: &ArgMatches) -> io::Result<Exit> {
    let options = RunOptions::new(matches);
    if let Err(reason) = options.device.available() {
        eprintln!("reel: {reason}");
        return Ok(Exit::Failed);
    }
    let mut sitting = Sitting::new(&options)?;
    repl::run(&mut sitting.session, &sitting.interrupt, &mut sitting.out, sitting.style)?;
    std::mem::forget(sitting.session);
    Ok(Exit::Fine)
}
