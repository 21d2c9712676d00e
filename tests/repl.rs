//! The prompt, through a pseudo-terminal.
#![cfg(unix)]

use std::io::{Read, Write};
use std::process::{Child, ExitStatus};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::{Duration, Instant};

use pty_process::blocking::{Command, Pty, open};

/// So long is no answer waited for; only a failing test takes this time.
const PATIENCE: Duration = Duration::from_secs(60);

/// Columns of the terminal.
pub const WIDTH: u16 = 120;

/// `reel` at a terminal of its own.
pub struct Terminal {
    pty: Pty,
    child: Child,
    output: Receiver<Vec<u8>>,
    /// What was shown and not yet matched, without the terminal's control sequences.
    shown: String,
    raw: Vec<u8>,
    /// All that came.
    all: Vec<u8>,
    /// Its state folder.
    home: Option<tempfile::TempDir>,
}

impl Terminal {
    fn start() -> Terminal {
        Terminal::start_at(tempfile::tempdir().unwrap())
    }

    /// With the history that an earlier prompt left in `home`.
    fn start_at(home: tempfile::TempDir) -> Terminal {
        let mut terminal = Terminal::run_at(home, &[]);
        terminal.expect("> ");
        terminal
    }

    /// `reel` with arguments.
    pub fn run(args: &[&str]) -> Terminal {
        Terminal::run_at(tempfile::tempdir().unwrap(), args)
    }

    fn run_at(home: tempfile::TempDir, args: &[&str]) -> Terminal {
        let (pty, pts) = open().unwrap();
        pty.resize(pty_process::Size::new(50, WIDTH)).unwrap();
        let child = Command::new(env!("CARGO_BIN_EXE_reel"))
            .args(args)
            .env("HOME", home.path())
            .env("XDG_STATE_HOME", home.path())
            .env("TERM", "xterm")
            .env("NO_COLOR", "1")
            .spawn(pts)
            .unwrap();
        let mut reader: std::fs::File = {
            use std::os::fd::AsFd;
            pty.as_fd().try_clone_to_owned().unwrap().into()
        };
        let (send, output) = channel();
        std::thread::spawn(move || {
            let mut buffer = [0; 4096];
            // The end of the child ends the terminal with an error.
            while let Ok(n @ 1..) = reader.read(&mut buffer) {
                if send.send(buffer[..n].to_vec()).is_err() {
                    break;
                }
            }
        });
        let (shown, raw, all) = (String::new(), Vec::new(), Vec::new());
        Terminal { pty, child, output, shown, raw, all, home: Some(home) }
    }

    pub fn send(&mut self, keys: &str) {
        self.pty.write_all(keys.as_bytes()).unwrap();
    }

    /// Waits until `text` is shown, and forgets everything up to its end.
    pub fn expect(&mut self, text: &str) {
        let deadline = Instant::now() + PATIENCE;
        loop {
            if let Some(at) = self.shown.find(text) {
                self.shown.drain(..at + text.len());
                return;
            }
            match self.output.recv_timeout(deadline.saturating_duration_since(Instant::now())) {
                Ok(bytes) => {
                    self.all.extend(&bytes);
                    self.raw.extend(bytes);
                    self.shown += &take_text(&mut self.raw);
                }
                Err(RecvTimeoutError::Timeout) => panic!("{text:?} did not appear after:\n{}", self.shown),
                Err(RecvTimeoutError::Disconnected) => panic!("reel ended before {text:?}:\n{}", self.shown),
            }
        }
    }

    /// Enters a line, and waits for what it shows.
    fn enter(&mut self, line: &str, answer: &str) {
        self.send(line);
        self.send("\r");
        self.expect(answer);
    }

    /// Ctrl-D at a prompt: while a value is shown the terminal takes it for the end of a line.
    fn leave(mut self) -> (ExitStatus, tempfile::TempDir) {
        self.expect("> ");
        self.send("\x04");
        self.wait()
    }

    fn wait(mut self) -> (ExitStatus, tempfile::TempDir) {
        let status = self.end();
        (status, self.home.take().expect("taken here alone"))
    }

    /// Waits for the end, and gives all that came as well.
    pub fn finish(mut self) -> (ExitStatus, String) {
        let status = self.end();
        (status, String::from_utf8(std::mem::take(&mut self.all)).unwrap())
    }

    fn end(&mut self) -> ExitStatus {
        // The terminal is read on until the child has closed it.
        while let Ok(bytes) = self.output.recv_timeout(PATIENCE) {
            self.all.extend(bytes);
        }
        let deadline = Instant::now() + PATIENCE;
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                return status;
            }
            assert!(Instant::now() < deadline, "reel did not leave after:\n{}", self.shown);
            std::thread::sleep(Duration::from_millis(5));
        }
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        // A test that ends in the middle leaves nobody behind.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Takes the complete characters out of `raw`, without escape sequences and carriage returns.
fn take_text(raw: &mut Vec<u8>) -> String {
    let mut text = Vec::new();
    let mut i = 0;
    while i < raw.len() {
        match raw[i] {
            0x1b => {
                // `ESC [ … letter`, or ESC and one character.
                let end = if raw.get(i + 1) == Some(&b'[') {
                    raw[i + 2..].iter().position(|b| (0x40..0x7f).contains(b)).map(|n| i + 3 + n)
                } else {
                    (i + 1 < raw.len()).then_some(i + 2)
                };
                match end {
                    Some(end) => i = end,
                    None => break,
                }
            }
            b'\r' => i += 1,
            byte => {
                text.push(byte);
                i += 1;
            }
        }
    }
    raw.drain(..i);
    match String::from_utf8(text) {
        Ok(text) => text,
        Err(error) => {
            // A character cut in two by the read.
            let valid = error.utf8_error().valid_up_to();
            let mut bytes = error.into_bytes();
            let rest = bytes.split_off(valid);
            raw.splice(0..0, rest);
            String::from_utf8(bytes).unwrap()
        }
    }
}

#[test]
fn values_are_shown_and_names_stay() {
    let mut t = Terminal::start();
    t.enter("let base = 40", "> ");
    t.enter("base + 2", "\n42\n");
    t.enter("_ * 2", "\n84\n");
    t.enter("\"a\\tb\"", "\n\"a\\tb\"\n");
    t.enter("[1.0, base]", "\nf32[2] [1.0, 40.0]\n");
    t.enter("print(\"no line end\", end: \"\")", "\nno line end\n> ");
    t.enter("none", "\n> ");
    t.enter("_", "\nf32[2] [1.0, 40.0]\n");
}

#[test]
fn an_entry_goes_on_while_something_is_open() {
    let mut t = Terminal::start();
    t.send("fn twice(x) {\r    x + \r    x\r}\r");
    t.expect("}\n> ");
    t.enter("twice(21)", "\n42\n");
    t.send("if twice(1) == 2 {\r\"yes\"\r} else {\r\"no\"\r}\r");
    t.expect("\n\"yes\"\n");
}

#[test]
fn an_error_shows_the_entry_and_leaves_the_session() {
    let mut t = Terminal::start();
    t.enter("let x = 5", "> ");
    t.enter("x + unknown", "NAME-01");
    t.expect("[entry 2:1:5]");
    t.expect("1 │ x + unknown");
    t.expect("> ");
    t.enter("error(\"mine\")", "mine");
    t.enter("1 +* 2", "SYNTAX-");
    t.enter("x + 1", "\n6\n");
}

#[test]
fn ctrl_c_stops_what_runs_and_keeps_the_session() {
    let mut t = Terminal::start();
    t.enter("let kept = 7", "> ");
    for body in ["while true { }", "let x = ones(1000, 1000); while true { x = x * 1.0 }"] {
        t.send(&format!("print(\"be\" + \"gin\"); {body}\r"));
        t.expect("\nbegin\n");
        // The terminal is given back to the program before it prints, so this is a signal.
        t.send("\x03");
        t.expect("interrupted");
        t.expect("> ");
        t.enter("kept + 1", "\n8\n");
    }
}

#[test]
fn a_test_runs_at_once_among_what_is_there() {
    let mut t = Terminal::start();
    t.enter("let kept = 7; seed(3)", "> ");
    t.enter("test \"sees it\" { randn(4); kept += 1; assert kept == 8 }", "\nok      sees it (");
    t.expect("> ");
    t.enter("kept", "\n8\n");
    t.enter("let drawn = randn(2); seed(3); print(all(drawn == randn(2)))", "\ntrue\n");
    // The same name again is another try; a value comes before, and one that fails ends nothing.
    t.enter("1 + 1; test \"sees it\" { kept.nothing }; test \"more\" { }", "\nFAILED  sees it (");
    t.expect("nothing");
    t.expect("\nok      more (");
    t.expect("> ");
    t.enter("kept + 1; 5; test \"x\" { print(\"in\", end: \"\") }", "\nin\nok      x (");
    t.expect("> ");
    t.send("test \"forever\" { print(\"be\" + \"gin\"); while true { } }; test \"not run\" { }\r");
    t.expect("\nbegin\n");
    t.send("\x03");
    t.expect("stopped forever (");
    t.expect("interrupted");
    t.expect("> ");
    t.enter("kept + 1", "\n9\n");
    t.send("test \"two\r");
    t.expect("not closed");
}

#[test]
fn ctrl_c_clears_the_line_and_ctrl_d_leaves() {
    let mut t = Terminal::start();
    t.send("this is no entry");
    t.expect("entry");
    t.send("\x03");
    t.expect("> ");
    t.send("(1 +\r");
    // What is typed before the interrupt is answered goes with the entry.
    t.expect("(1 +\n");
    t.send("\x03");
    t.expect("\n> ");
    t.enter("1 + 1", "\n2\n");
    assert!(t.leave().0.success());
}

#[test]
fn commands() {
    let mut t = Terminal::start();
    t.enter(":help", "Ctrl-D");
    t.enter(":nothing", "there is no command :nothing");
    t.send(":quit\r");
    assert!(t.wait().0.success());
}

#[test]
fn the_history_is_kept_for_its_owner_alone() {
    let mut t = Terminal::start();
    t.enter("let remembered = 11 * 11", "\n");
    let (status, home) = t.leave();
    assert!(status.success());
    let file = home.path().join("reel").join("history");
    use std::os::unix::fs::PermissionsExt;
    assert_eq!(std::fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
    let mut t = Terminal::start_at(home);
    // The key up, and Enter.
    t.send("\x1b[A");
    t.expect("remembered = 11 * 11");
    t.send("\r");
    t.expect("> ");
    t.enter("remembered", "\n121\n");
}

#[test]
fn a_pasted_program_is_one_entry() {
    let mut t = Terminal::start();
    t.send("\x1b[200~let a = 1\nlet b = 2\na + b + 39\x1b[201~\r");
    t.expect("\n42\n");
}
