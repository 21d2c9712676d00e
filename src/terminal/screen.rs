//! What is known of the place that pictures are drawn at.

use std::io::IsTerminal;

/// The colours that are shown.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Colors {
    None,
    /// The eight that every terminal has.
    Eight,
    /// The 256 of xterm.
    Palette,
    /// 24 bits.
    True,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Screen {
    pub columns: usize,
    pub rows: usize,
    pub colors: Colors,
}

/// Wider pictures are hard to read.
const WIDEST: usize = 120;

impl Screen {
    /// For files, pipes and tests.
    pub const PLAIN: Screen = Screen { columns: 80, rows: 40, colors: Colors::None };

    /// Always the same.
    pub fn plain() -> Screen {
        Screen::PLAIN
    }

    /// The terminal behind standard output as it is now; plain when there is none.
    pub fn of_stdout() -> Screen {
        let stdout = std::io::stdout();
        if !stdout.is_terminal() {
            return Screen::PLAIN;
        }
        let size = terminal_size::terminal_size_of(stdout);
        let (columns, rows) = size.map_or((80, 40), |(w, h)| (usize::from(w.0), usize::from(h.0)));
        let variable = |name| std::env::var(name).unwrap_or_default();
        let colors = colors(&variable("NO_COLOR"), &variable("TERM"), &variable("COLORTERM"));
        // A terminal that does not know its size says 0.
        let or = |n: usize, unknown| if n == 0 { unknown } else { n };
        Screen { columns: or(columns, 80).clamp(20, WIDEST), rows: or(rows, 40).max(8), colors }
    }
}

/// What a terminal's variables say of its colours.
fn colors(no_color: &str, term: &str, colorterm: &str) -> Colors {
    if !no_color.is_empty() || term == "dumb" {
        Colors::None
    } else if matches!(colorterm, "truecolor" | "24bit") {
        Colors::True
    } else if term.contains("256") {
        Colors::Palette
    } else {
        Colors::Eight
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colours_by_the_variables() {
        assert_eq!(colors("", "xterm-256color", "truecolor"), Colors::True);
        assert_eq!(colors("", "xterm-256color", ""), Colors::Palette);
        assert_eq!(colors("", "xterm", ""), Colors::Eight);
        assert_eq!(colors("", "dumb", "truecolor"), Colors::None);
        assert_eq!(colors("1", "xterm-256color", "truecolor"), Colors::None);
    }
}
