//! What can go wrong, as data: a stable code, a message, labels on the source, a help line.
//! Every stage makes these; `render` is the only place that draws them. Uses `source`.

pub mod explain;
pub mod render;

use crate::source::Span;

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Severity {
    Error,
    Warning,
}

/// One underlined piece of source and what is said under it.
#[derive(Clone, Debug)]
pub struct Label {
    pub span: Span,
    pub text: String,
}

/// A function that was called at a place, so often in a row.
#[derive(Clone, PartialEq, Debug)]
pub struct Call {
    pub function: String,
    pub at: Span,
    pub times: usize,
}

/// An error or a warning with its place.
#[derive(Clone, Debug)]
pub struct Diagnostic {
    pub severity: Severity,
    /// Stable, like `SHAPE-03`; `reel explain CODE` has a page for each.
    pub code: &'static str,
    pub message: String,
    /// The first label is the place of the error.
    pub labels: Vec<Label>,
    pub help: Option<String>,
    /// The user's frames, innermost first: function name and call site.
    pub trace: Vec<Call>,
}

impl Diagnostic {
    pub fn error(code: &'static str, message: impl Into<String>) -> Diagnostic {
        Diagnostic {
            severity: Severity::Error,
            code,
            message: message.into(),
            labels: Vec::new(),
            help: None,
            trace: Vec::new(),
        }
    }

    pub fn warning(code: &'static str, message: impl Into<String>) -> Diagnostic {
        Diagnostic { severity: Severity::Warning, ..Diagnostic::error(code, message) }
    }

    pub fn label(mut self, span: Span, text: impl Into<String>) -> Diagnostic {
        self.labels.push(Label { span, text: text.into() });
        self
    }

    pub fn help(mut self, text: impl Into<String>) -> Diagnostic {
        self.help = Some(text.into());
        self
    }
}

/// The candidate nearest to `name`, if one is near enough to be a slip of the finger.
pub fn did_you_mean<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let limit = match name.chars().count() {
        0 | 1 => 0,
        2..=4 => 1,
        5..=8 => 2,
        _ => 3,
    };
    candidates
        .into_iter()
        .map(|c| (strsim::damerau_levenshtein(name, c), c))
        .filter(|(d, c)| *d <= limit && *c != name)
        .min_by_key(|(d, _)| *d)
        .map(|(_, c)| c)
}
