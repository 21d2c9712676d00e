//! Standard output of a program. A line is seen at once if the program prints slowly, and lines that come fast are
//! written together: a loop that prints a million lines to a file does not pay for a million system calls, and the
//! last line before a long computation does not wait for its end.

use std::io::{self, Write};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// Held back at most.
const BUFFER: usize = 64 * 1024;
/// A line that comes sooner after the last write than this waits for more.
const BURST: Duration = Duration::from_millis(1);
/// How long held-back lines wait at most.
const WAIT: Duration = Duration::from_millis(50);

/// Clones write to the same buffer.
#[derive(Clone)]
pub struct Output(Arc<Shared>);

struct Shared {
    state: Mutex<State>,
    /// Wakes the thread that writes held-back lines.
    held: Condvar,
}

struct State {
    buffer: Vec<u8>,
    written: Option<Instant>,
    /// An error that the thread met, for the next write.
    error: Option<io::Error>,
    has_thread: bool,
    at_line_start: bool,
    sink: Box<dyn Write + Send>,
}

impl Output {
    /// On top of what writes each line at once.
    pub fn new(sink: Box<dyn Write + Send>) -> Output {
        let state =
            State { buffer: Vec::new(), written: None, error: None, has_thread: false, at_line_start: true, sink };
        Output(Arc::new(Shared { state: Mutex::new(state), held: Condvar::new() }))
    }

    /// Ends a line that the program has left open, and writes everything.
    pub fn finish_line(&mut self) -> io::Result<()> {
        if !self.0.lock().at_line_start {
            self.write_all(b"\n")?;
        }
        self.flush()
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Writes what is held back, each time `WAIT` after a first line was.
    fn write_held(&self) {
        let mut state = self.lock();
        loop {
            while state.buffer.is_empty() {
                state = self.held.wait(state).unwrap_or_else(PoisonError::into_inner);
            }
            drop(state);
            std::thread::sleep(WAIT);
            state = self.lock();
            if let Err(error) = state.write_buffer() {
                state.error = Some(error);
            }
        }
    }
}

impl State {
    fn write_buffer(&mut self) -> io::Result<()> {
        let result = self.sink.write_all(&self.buffer).and_then(|()| self.sink.flush());
        self.buffer.clear();
        self.written = Some(Instant::now());
        result
    }
}

impl Write for Output {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let mut state = self.0.lock();
        if let Some(error) = state.error.take() {
            return Err(error);
        }
        if let Some(last) = bytes.last() {
            state.at_line_start = *last == b'\n';
        }
        let was_empty = state.buffer.is_empty();
        state.buffer.extend_from_slice(bytes);
        let full = state.buffer.len() >= BUFFER;
        let slow = was_empty && state.written.is_none_or(|at| at.elapsed() > BURST);
        if full || slow && bytes.ends_with(b"\n") {
            state.write_buffer()?;
        } else if was_empty {
            if !state.has_thread {
                let shared = Arc::clone(&self.0);
                let thread = std::thread::Builder::new().name("reel-output".into());
                state.has_thread = thread.spawn(move || shared.write_held()).is_ok();
            }
            if state.has_thread {
                self.0.held.notify_one();
            } else {
                state.write_buffer()?;
            }
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        let mut state = self.0.lock();
        if let Some(error) = state.error.take() {
            return Err(error);
        }
        state.write_buffer()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Clone, Default)]
    struct Sink(Arc<Mutex<(Vec<u8>, usize)>>);

    impl Write for Sink {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            let mut inner = self.0.lock().unwrap();
            inner.0.extend_from_slice(bytes);
            inner.1 += 1;
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn the_first_line_is_written_at_once_and_a_burst_together() {
        let sink = Sink::default();
        let mut out = Output::new(Box::new(sink.clone()));
        out.write_all(b"first\n").unwrap();
        assert_eq!(sink.0.lock().unwrap().0, b"first\n");
        for i in 0..100_000 {
            writeln!(out, "{i}").unwrap();
        }
        out.flush().unwrap();
        let inner = sink.0.lock().unwrap();
        assert_eq!(inner.0.iter().filter(|b| **b == b'\n').count(), 100_001);
        assert!(inner.1 < 2_000, "{} writes", inner.1);
    }

    #[test]
    fn a_held_back_line_appears_without_another_write() {
        let sink = Sink::default();
        let mut out = Output::new(Box::new(sink.clone()));
        out.write_all(b"a\n").unwrap();
        out.write_all(b"b").unwrap();
        while sink.0.lock().unwrap().0 != b"a\nb" {
            std::thread::yield_now();
        }
    }
}
