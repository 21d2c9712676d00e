//! Progress bars on standard error. The only file that calls indicatif.
//!
//! The program only counts; a thread draws the bars that are open, so that a turn of a loop costs next to nothing and
//! the clock goes on during a long one. What the program prints goes through [`Around`], which takes the bars away
//! while it writes.

use std::io::{self, IsTerminal, Write};
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering::Relaxed};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use indicatif::{MultiProgress, ProgressBar, ProgressDrawTarget, ProgressState, ProgressStyle};

/// Drawn so often in a second.
const RATE: u8 = 15;
const INTERVAL: Duration = Duration::from_millis(1000 / RATE as u64);

/// More of a text than this many characters would leave no room for the bar.
const LONGEST: usize = 60;

/// The bars of a session. Clones share them.
#[derive(Clone)]
pub struct Bars(Arc<Shared>);

struct Shared {
    /// Whether there is anyone to see them.
    visible: bool,
    /// How many are open, to be read without a lock.
    open: AtomicUsize,
    /// Whether what was printed last on the same terminal has ended its line.
    at_line_start: AtomicBool,
    state: Mutex<State>,
    /// Wakes the thread when bars close.
    closed: Condvar,
    /// Writes what the program's output holds back; asked without the lock, as it may take bars away.
    flush: Mutex<Option<Flush>>,
}

type Flush = Box<dyn Fn() + Send>;

#[derive(Default)]
struct State {
    /// Where the bars stand; there as long as one is open.
    multi: Option<MultiProgress>,
    lines: Vec<Arc<Line>>,
    has_thread: bool,
}

/// One bar, as the thread sees it.
struct Line {
    bar: ProgressBar,
    /// Turns that are done.
    done: AtomicU64,
    /// What stands behind the numbers.
    text: Arc<Mutex<String>>,
    /// Whether a new text would be seen.
    due: AtomicBool,
    /// A bar inside another one goes when it ends.
    inner: bool,
    /// How often the thread has come by.
    visits: AtomicUsize,
}

impl Line {
    fn draw(&self) {
        self.bar.update(|state| state.set_pos(self.done.load(Relaxed)));
    }

    /// The thread comes by. A bar inside another is drawn from the second time on: what ends before would flicker.
    fn visit(&self) {
        if self.visits.fetch_add(1, Relaxed) > 0 || !self.inner {
            self.draw();
            self.due.store(true, Relaxed);
        }
    }
}

impl Default for Bars {
    fn default() -> Bars {
        Bars::on_stderr()
    }
}

impl Bars {
    /// Seen when standard error is a terminal.
    pub fn on_stderr() -> Bars {
        let dumb = std::env::var_os("TERM").is_some_and(|t| t == "dumb");
        Bars::new(!dumb && io::stderr().is_terminal())
    }

    /// Never seen.
    pub fn silent() -> Bars {
        Bars::new(false)
    }

    fn new(visible: bool) -> Bars {
        Bars(Arc::new(Shared {
            visible,
            open: AtomicUsize::new(0),
            at_line_start: AtomicBool::new(true),
            state: Mutex::default(),
            closed: Condvar::new(),
            flush: Mutex::default(),
        }))
    }

    /// What was printed before a bar opens or closes has to be written before, so that it stands above it: `flush`
    /// does that where output is held back on its way to [`Bars::stdout`].
    pub fn flush_with(&self, flush: impl Fn() + Send + 'static) {
        *self.0.flush.lock().unwrap_or_else(PoisonError::into_inner) = Some(Box::new(flush));
    }

    fn flush(&self) {
        if let Some(flush) = &*self.0.flush.lock().unwrap_or_else(PoisonError::into_inner) {
            flush();
        }
    }

    pub fn visible(&self) -> bool {
        self.0.visible
    }

    /// How many are open.
    pub fn count(&self) -> usize {
        self.0.open.load(Relaxed)
    }

    /// A bar below those that are open. It closes when it is dropped.
    pub fn open(&self, name: &str, total: Option<u64>) -> Bar {
        self.flush();
        let mut state = self.0.lock();
        if state.lines.is_empty() && !self.0.at_line_start.load(Relaxed) {
            // What stands on the line would be overwritten. A failure shows in what is drawn next.
            let _ = io::stderr().write_all(b"\n");
            self.0.at_line_start.store(true, Relaxed);
        }
        let target = || ProgressDrawTarget::stderr_with_hz(RATE);
        let multi = state.multi.get_or_insert_with(|| MultiProgress::with_draw_target(target()));
        let bar = multi.add(total.map_or_else(ProgressBar::no_length, ProgressBar::new));
        let text = Arc::new(Mutex::new(String::new()));
        bar.set_style(style(total.is_some(), Arc::clone(&text)));
        bar.set_prefix(if name.is_empty() { String::new() } else { format!("{}: ", fitting(name)) });
        let inner = !state.lines.is_empty();
        let (done, due, visits) = (AtomicU64::new(0), AtomicBool::new(true), AtomicUsize::new(0));
        let line = Arc::new(Line { bar, done, text, due, inner, visits });
        state.lines.push(Arc::clone(&line));
        self.0.open.store(state.lines.len(), Relaxed);
        if !state.has_thread {
            let shared = Arc::clone(&self.0);
            let thread = std::thread::Builder::new().name("reel-progress".into());
            state.has_thread = thread.spawn(move || shared.draw()).is_ok();
        }
        drop(state);
        Bar { bars: self.clone(), line }
    }

    /// Closes bars until `count` are left: an error has left their loops.
    pub fn close_to(&self, count: usize) {
        while self.count() > count {
            let last = self.0.lock().lines.last().cloned();
            match last {
                Some(line) => self.close(&line),
                None => return,
            }
        }
    }

    fn close(&self, line: &Arc<Line>) {
        self.flush();
        let mut state = self.0.lock();
        let Some(at) = state.lines.iter().position(|l| Arc::ptr_eq(l, line)) else { return };
        state.lines.remove(at);
        self.0.open.store(state.lines.len(), Relaxed);
        if line.inner {
            // What was never drawn leaves nothing to be cleared.
            if line.visits.load(Relaxed) > 1 {
                line.bar.finish_and_clear();
            }
            if let Some(multi) = &state.multi {
                multi.remove(&line.bar);
            }
        } else {
            line.bar.set_position(line.done.load(Relaxed));
            line.bar.abandon();
        }
        if state.lines.is_empty() {
            state.multi = None;
            // The last bar stays, and what follows begins below it. Nobody is left to tell of a failure.
            let _ = io::stderr().write_all(b"\n");
            self.0.closed.notify_all();
        }
    }

    /// Does something to the terminal while no bar is there.
    pub fn suspend<R>(&self, f: impl FnOnce() -> R) -> R {
        if self.count() == 0 {
            return f();
        }
        let multi = self.0.lock().multi.clone();
        match multi {
            Some(multi) => multi.suspend(f),
            None => f(),
        }
    }

    /// Standard output, for programs that print while bars are open.
    pub fn stdout(&self) -> Around<io::Stdout> {
        let stdout = io::stdout();
        // Elsewhere the bars are in nobody's way.
        let terminal = self.visible() && stdout.is_terminal();
        Around { bars: terminal.then(|| self.clone()), inner: stdout, held: Vec::new() }
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The thread: draws while bars are open.
    fn draw(&self) {
        let mut state = self.lock();
        while !state.lines.is_empty() {
            state.lines.iter().for_each(|line| line.visit());
            state = self.closed.wait_timeout(state, INTERVAL).unwrap_or_else(PoisonError::into_inner).0;
        }
        state.has_thread = false;
    }
}

/// An open bar, in the hands of the loop.
pub struct Bar {
    bars: Bars,
    line: Arc<Line>,
}

impl Bar {
    /// One more turn is done.
    pub fn advance(&self) {
        // Only the loop writes.
        self.line.done.store(self.line.done.load(Relaxed) + 1, Relaxed);
    }

    /// Whether a text that is set now will be seen: once for each time that the bar is drawn.
    pub fn wants_text(&self) -> bool {
        self.line.due.load(Relaxed)
    }

    /// What stands behind the numbers.
    pub fn set_text(&self, text: &str) {
        self.line.due.store(false, Relaxed);
        let shown = if text.is_empty() { String::new() } else { format!(", {}", fitting(text)) };
        *self.line.text.lock().unwrap_or_else(PoisonError::into_inner) = shown;
    }
}

impl Drop for Bar {
    fn drop(&mut self) {
        self.bars.close(&self.line);
    }
}

/// One line of at most so many characters.
fn fitting(text: &str) -> String {
    let mut out: String = text.chars().take(LONGEST).map(|c| if c.is_control() { ' ' } else { c }).collect();
    if text.chars().nth(LONGEST).is_some() {
        out.pop();
        out.push('…');
    }
    out
}

/// `train:  42%|████▎     | 210/500 [0:03<0:04, 70.1/s, loss=0.213]`
fn style(has_total: bool, text: Arc<Mutex<String>>) -> ProgressStyle {
    let template = if has_total {
        "{prefix}{percent:>3}%|{wide_bar}| {pos}/{len} [{past}{left}, {rate}{text}]"
    } else {
        "{prefix}{pos} [{past}, {rate}{text}]"
    };
    // A template that cannot be read would be a mistake in the line above, which every test with a bar would meet.
    let style = ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar());
    style
        .progress_chars("█▉▊▋▌▍▎▏ ")
        .with_key("past", |s: &ProgressState, w: &mut dyn std::fmt::Write| {
            let _ = w.write_str(&clock(s.elapsed()));
        })
        .with_key("left", |s: &ProgressState, w: &mut dyn std::fmt::Write| {
            if s.pos() > 0 && s.len().is_some_and(|len| s.pos() < len) {
                let _ = write!(w, "<{}", clock(s.eta()));
            }
        })
        .with_key("text", move |_: &ProgressState, w: &mut dyn std::fmt::Write| {
            let _ = w.write_str(&text.lock().unwrap_or_else(PoisonError::into_inner));
        })
        .with_key("rate", |s: &ProgressState, w: &mut dyn std::fmt::Write| {
            let _ = w.write_str(&rate(s.pos() as f64 / s.elapsed().as_secs_f64()));
        })
}

/// `0:03`, `1:02:07`
fn clock(time: Duration) -> String {
    let seconds = time.as_secs();
    let (hours, minutes, seconds) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    if hours > 0 { format!("{hours}:{minutes:02}:{seconds:02}") } else { format!("{minutes}:{seconds:02}") }
}

/// Turns in a second, or seconds for each.
fn rate(per_second: f64) -> String {
    if !per_second.is_finite() || per_second <= 0.0 {
        "?/s".into()
    } else if per_second < 1.0 {
        format!("{:.2} s each", 1.0 / per_second)
    } else if per_second < 1000.0 {
        format!("{per_second:.1}/s")
    } else {
        format!("{per_second:.0}/s")
    }
}

/// A terminal that bars share with what a program prints. While bars are open whole lines are written above them, and
/// what has no end yet waits for it.
pub struct Around<W> {
    /// None where bars do not matter.
    bars: Option<Bars>,
    inner: W,
    held: Vec<u8>,
}

impl<W: Write> Around<W> {
    fn write_lines(&mut self) -> io::Result<()> {
        let Some(bars) = &self.bars else { return Ok(()) };
        let line_end = || self.held.iter().rposition(|b| *b == b'\n').map_or(0, |at| at + 1);
        let end = if bars.count() > 0 { line_end() } else { self.held.len() };
        if end == 0 {
            return Ok(());
        }
        let (inner, text) = (&mut self.inner, &self.held[..end]);
        let written = bars.suspend(|| inner.write_all(text).and_then(|()| inner.flush()));
        bars.0.at_line_start.store(text.ends_with(b"\n"), Relaxed);
        self.held.drain(..end);
        written
    }
}

impl<W: Write> Write for Around<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.bars.is_none() {
            return self.inner.write(bytes);
        }
        self.held.extend_from_slice(bytes);
        self.write_lines()?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.write_lines()?;
        self.inner.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_and_rates() {
        let clock = |s| clock(Duration::from_secs(s));
        assert_eq!([clock(3), clock(75), clock(3727)], ["0:03", "1:15", "1:02:07"]);
        let rates = [rate(0.0), rate(0.25), rate(12.34), rate(12_345.6), rate(f64::INFINITY)];
        assert_eq!(rates, ["?/s", "4.00 s each", "12.3/s", "12346/s", "?/s"]);
    }

    #[test]
    fn texts_stay_on_their_line() {
        assert_eq!(fitting("a\nb"), "a b");
        assert_eq!(fitting(&"x".repeat(80)).chars().count(), LONGEST);
    }

    #[test]
    fn lines_wait_for_their_end_while_a_bar_is_open() {
        let bars = Bars::silent();
        let mut out = Around { bars: Some(bars.clone()), inner: Vec::new(), held: Vec::new() };
        out.write_all(b"one ").unwrap();
        assert_eq!(out.inner, b"one ");
        bars.0.open.store(1, Relaxed);
        out.write_all(b"two\nthr").unwrap();
        out.flush().unwrap();
        assert_eq!(out.inner, b"one two\n");
        bars.0.open.store(0, Relaxed);
        out.flush().unwrap();
        assert_eq!(out.inner, b"one two\nthr");
    }
}
