//! Signals of the process. Only the binary installs these; the library leaves signals to whoever embeds it.

use std::io;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use signal_hook::consts::SIGINT;
use signal_hook::flag;

/// What a shell reports for a program ended by Ctrl-C.
pub const INTERRUPTED: u8 = 130;

/// The first Ctrl-C raises `interrupt`, on which the session stops; one that comes while it is still raised ends
/// the process. A closed pipe behind standard output ends the process without a word, as it does `cat`.
pub fn install(interrupt: &Arc<AtomicBool>) -> io::Result<()> {
    flag::register_conditional_shutdown(SIGINT, INTERRUPTED.into(), Arc::clone(interrupt))?;
    flag::register(SIGINT, Arc::clone(interrupt))?;
    #[cfg(unix)]
    flag::register_conditional_default(signal_hook::consts::SIGPIPE, Arc::new(AtomicBool::new(true)))?;
    Ok(())
}
