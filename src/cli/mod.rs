//! The `reel` command: one file for each subcommand. Uses `session` and `repl`, of `device` its settings of the process; the only place that calls clap.

mod explain;
mod options;
mod run;
mod signals;
mod test;

use std::io::{self, Write};
use std::process::ExitCode;

use clap::{ArgMatches, Command};

/// How the process ends.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Exit {
    Fine,
    /// The program failed.
    Failed,
    /// The command was not understood.
    Usage,
    /// Ended by Ctrl-C.
    Interrupted,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> ExitCode {
        ExitCode::from(match exit {
            Exit::Fine => 0,
            Exit::Failed => 1,
            Exit::Usage => 2,
            Exit::Interrupted => signals::INTERRUPTED,
        })
    }
}

/// Runs the command that the process was started with.
pub fn main() -> ExitCode {
    crate::device::pages::keep_what_is_freed();
    let matches = command().get_matches();
    match dispatch(&matches) {
        Ok(exit) => exit.into(),
        Err(error) => {
            // Without standard output there is no one to tell but standard error, and if that fails nobody.
            let _ = writeln!(io::stderr(), "reel: {error}");
            Exit::Failed.into()
        }
    }
}

fn dispatch(matches: &ArgMatches) -> io::Result<Exit> {
    match matches.subcommand() {
        Some(("run", matches)) => run::file(matches),
        Some(("test", matches)) => test::run(matches),
        Some(("explain", matches)) => explain::run(matches, &mut io::stdout().lock()),
        _ => run::top(matches),
    }
}

fn command() -> Command {
    run::arguments(Command::new("reel"))
        .version(env!("CARGO_PKG_VERSION"))
        .about("A small scripting language in which every evaluation records an autograd tape")
        .override_usage(
            "reel [OPTIONS]                      a prompt, or the program on standard input\n       \
             reel [OPTIONS] FILE [-- ARGS]       a script; `-` is standard input\n       \
             reel [OPTIONS] -e CODE [-- ARGS]    a piece of code; a last value that is not none is printed\n       \
             reel run [OPTIONS] FILE [-- ARGS]\n       \
             reel test [OPTIONS] [PATHS]\n       \
             reel explain [CODE]",
        )
        .after_help("Exit status: 0 fine, 1 the script or a test failed, 2 wrong usage, 130 interrupted by Ctrl-C.")
        .args_conflicts_with_subcommands(true)
        .disable_help_subcommand(true)
        .subcommand(run::command())
        .subcommand(test::command())
        .subcommand(explain::command())
}
