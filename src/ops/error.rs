//! What an operation says when it cannot run. It knows its operands by position; the machine turns positions
//! into places in the source.

use std::fmt;

/// An operation's refusal.
#[derive(Clone, Debug)]
pub struct OpError {
    /// Stable, like `SHAPE-01`.
    pub code: &'static str,
    pub message: String,
    /// What to say under which argument, by position in the operation's signature.
    pub at: Vec<(usize, String)>,
    /// What to say at other places that ran earlier (a `site` of the context).
    pub places: Vec<(u32, String)>,
    pub help: Option<String>,
}

/// Boxed, so that a result with a tensor stays two words.
pub type Result<T> = std::result::Result<T, Box<OpError>>;

impl OpError {
    pub fn new(code: &'static str, message: impl Into<String>) -> Box<OpError> {
        Box::new(OpError { code, message: message.into(), at: Vec::new(), places: Vec::new(), help: None })
    }

    pub fn at(mut self: Box<Self>, arg: usize, label: impl Into<String>) -> Box<OpError> {
        self.at.push((arg, label.into()));
        self
    }

    pub fn place(mut self: Box<Self>, site: u32, label: impl Into<String>) -> Box<OpError> {
        self.places.push((site, label.into()));
        self
    }

    pub fn help(mut self: Box<Self>, text: impl Into<String>) -> Box<OpError> {
        self.help = Some(text.into());
        self
    }

    pub fn out_of_memory(e: crate::device::cpu::alloc::OutOfMemory) -> Box<OpError> {
        OpError::new(
            "LIMIT-01",
            format!(
                "out of memory: {} more would be needed, {} of {} are in use",
                bytes(e.requested),
                bytes(e.in_use),
                bytes(e.limit)
            ),
        )
        .help("use fewer elements or a smaller dtype, or raise the limit with --memory")
    }

    pub fn interrupted() -> Box<OpError> {
        OpError::new("LIMIT-00", "interrupted")
    }
}

impl fmt::Display for OpError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.code, self.message)
    }
}

impl std::error::Error for OpError {}

/// `1.5 GiB`, `640 bytes`
pub fn bytes(n: usize) -> String {
    const UNITS: [&str; 5] = ["KiB", "MiB", "GiB", "TiB", "PiB"];
    if n < 1024 {
        return format!("{n} bytes");
    }
    let mut x = n as f64 / 1024.0;
    let mut unit = 0;
    while x >= 1024.0 && unit + 1 < UNITS.len() {
        x /= 1024.0;
        unit += 1;
    }
    format!("{x:.1} {}", UNITS[unit])
}
