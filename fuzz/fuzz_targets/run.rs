//! Parses and runs whatever comes: no input may panic, abort or hang.
//!
//! `cargo fuzz run run fuzz/seeds -- -max_total_time=600 -timeout=20 -rss_limit_mb=4096`, with the scripts of
//! `examples/` and `tests/scripts/` copied to `fuzz/seeds` to begin with.

#![no_main]

use libfuzzer_sys::fuzz_target;
use reel::device::cpu::alloc;
use reel::session::{Options, Session};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

/// How long one input may run before it is interrupted, as Ctrl-C would.
const PATIENCE: Duration = Duration::from_millis(200);

fuzz_target!(|text: &str| {
    // Files would let an input reach outside.
    if ["import", "save", "load", "file"].iter().any(|word| text.contains(word)) {
        return;
    }
    alloc::set_limit(256 << 20);
    let interrupt = Arc::new(AtomicBool::new(false));
    let done = Arc::new(AtomicBool::new(false));
    let watch = std::thread::spawn({
        let (interrupt, done) = (interrupt.clone(), done.clone());
        move || {
            let mut waited = Duration::ZERO;
            while !done.load(Ordering::Relaxed) {
                std::thread::park_timeout(Duration::from_millis(20));
                waited += Duration::from_millis(20);
                if waited >= PATIENCE {
                    interrupt.store(true, Ordering::Relaxed);
                }
            }
        }
    });
    let options = Options { out: Box::new(std::io::sink()), interrupt, seed: Some(0), ..Options::default() };
    let mut session = Session::new(options);
    let _ = session.eval("fuzz", text);
    drop(session);
    done.store(true, Ordering::Relaxed);
    watch.thread().unpark();
    watch.join().expect("the watch does nothing that panics");
});
