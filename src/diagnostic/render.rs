//! Draws diagnostics for people. The only file that calls miette.
//!
//! miette is given not the source itself but pieces cut from it: the lines that carry labels and one line around them,
//! with tabs, control characters and overlong lines made fit for a terminal. So a label may stand in any file, and
//! the cost depends on what is shown, not on the size of the file. Uses `diagnostic` and `source`.

mod piece;
#[cfg(test)]
mod tests;

use std::fmt::{self, Write};

use miette::{
    GraphicalReportHandler, GraphicalTheme, LabeledSpan, MietteError, MietteSpanContents, SourceCode, SourceSpan,
    SpanContents,
};

use super::{Call, Diagnostic, Severity};
use crate::source::{SourceMap, Span};
use piece::Piece;

/// How to draw.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Style {
    pub color: bool,
    /// Columns of the terminal.
    pub width: usize,
}

impl Style {
    /// The same everywhere: for files, pipes and tests.
    pub const PLAIN: Style = Style { color: false, width: 100 };

    /// As the terminal behind standard error wants it; plain when there is none or `NO_COLOR` is set.
    pub fn for_stderr() -> Style {
        use std::io::IsTerminal;
        let stderr = std::io::stderr();
        if !stderr.is_terminal() {
            return Style::PLAIN;
        }
        let color = std::env::var_os("NO_COLOR").is_none_or(|v| v.is_empty())
            && std::env::var_os("TERM").is_none_or(|t| t != "dumb");
        let width = terminal_size::terminal_size_of(stderr).map_or(Style::PLAIN.width, |(w, _)| usize::from(w.0));
        Style { color, width: width.clamp(40, 160) }
    }
}

/// Frames shown at either end of a long call trace.
const TRACE_ENDS: usize = 4;

/// Draws one diagnostic, with its source, its help and the user's calls that led to it. Ends with a newline.
pub fn render(diagnostic: &Diagnostic, sources: &SourceMap, style: Style) -> String {
    let report = Report::new(diagnostic, sources, style.width);
    let theme = if style.color { GraphicalTheme::unicode() } else { GraphicalTheme::unicode_nocolor() };
    let handler = GraphicalReportHandler::new_themed(theme)
        .with_width(style.width)
        .with_links(false)
        .without_cause_chain()
        .without_syntax_highlighting();
    let mut out = String::new();
    if handler.render_report(&mut out, &report).is_err() {
        // Every read of a piece succeeds, so only a formatting error of the text itself leads here.
        out = format!("{}: {}\n", diagnostic.code, report.message);
    }
    write_trace(&mut out, &diagnostic.trace, sources);
    out
}

/// The calls that led to the error, innermost first: of a long trace its ends.
fn write_trace(out: &mut String, trace: &[Call], sources: &SourceMap) {
    let hidden = trace.len().saturating_sub(2 * TRACE_ENDS + 1);
    let hidden = if hidden == 0 { 0 } else { hidden + 1 };
    for (i, call) in trace.iter().enumerate() {
        if hidden > 0 && i == TRACE_ENDS {
            let _ = writeln!(out, "  … {hidden} more");
        }
        if hidden > 0 && (TRACE_ENDS..TRACE_ENDS + hidden).contains(&i) {
            continue;
        }
        let _ = write!(out, "  in `{}`, called at {}", piece::visible(&call.function), place(call.at, sources));
        let _ = if call.times > 1 { writeln!(out, ", {} times", call.times) } else { writeln!(out) };
    }
}

/// `file:line:column`, counted from 1, the column in characters.
pub fn place(span: Span, sources: &SourceMap) -> String {
    let Some(file) = sources.get(span.file) else { return String::from("?") };
    let (line, column) = piece::line_and_column(file, span.start as usize);
    format!("{}:{line}:{column}", piece::visible(&file.name))
}

/// A diagnostic in the form miette wants.
struct Report {
    severity: miette::Severity,
    code: &'static str,
    message: String,
    help: Option<String>,
    labels: Vec<LabeledSpan>,
    source: Pieces,
}

impl Report {
    fn new(diagnostic: &Diagnostic, sources: &SourceMap, width: usize) -> Report {
        let (pieces, labels) = piece::cut(diagnostic, sources, width);
        let labels = labels
            .into_iter()
            .map(|l| {
                let text = Some(l.text).filter(|t| !t.is_empty());
                if l.primary {
                    LabeledSpan::new_primary_with_span(text, l.range)
                } else {
                    LabeledSpan::new_with_span(text, l.range)
                }
            })
            .collect();
        Report {
            severity: match diagnostic.severity {
                Severity::Error => miette::Severity::Error,
                Severity::Warning => miette::Severity::Warning,
            },
            code: diagnostic.code,
            message: piece::visible(&diagnostic.message),
            help: diagnostic.help.as_deref().map(piece::visible),
            labels,
            source: Pieces(pieces),
        }
    }
}

impl fmt::Debug for Report {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Report {}

impl miette::Diagnostic for Report {
    fn code<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        Some(Box::new(self.code))
    }

    fn severity(&self) -> Option<miette::Severity> {
        Some(self.severity)
    }

    fn help<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        self.help.as_ref().map(|h| Box::new(h) as Box<dyn fmt::Display>)
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        (!self.labels.is_empty()).then_some(&self.source)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        (!self.labels.is_empty())
            .then(|| Box::new(self.labels.iter().cloned()) as Box<dyn Iterator<Item = LabeledSpan>>)
    }
}

/// Pieces of several files behind one range of offsets. A range across two pieces cannot be read, by which miette
/// knows that they are drawn apart.
struct Pieces(Vec<Piece>);

impl SourceCode for Pieces {
    fn read_span<'a>(
        &'a self,
        span: &SourceSpan,
        lines_before: usize,
        _lines_after: usize,
    ) -> Result<Box<dyn SpanContents<'a> + 'a>, MietteError> {
        let (start, end) = (span.offset(), span.offset() + span.len());
        let piece = self.0.iter().find(|p| p.start <= start && end <= p.start + p.text.len());
        let piece = piece.ok_or(MietteError::OutOfBounds)?;
        // miette asks without context for the place that it writes above the snippet, with context for the snippet.
        let (line, column) = match lines_before {
            0 => piece.place_of(start),
            _ => (piece.first_line, 1),
        };
        Ok(Box::new(MietteSpanContents::new_named(
            piece.name.clone(),
            piece.text.as_bytes(),
            (piece.start, piece.text.len()).into(),
            line - 1,
            column - 1,
            piece.text.lines().count(),
        )))
    }
}
