//! A plot as lines of text: dots of braille, eight to a character. Several series without colours take a letter each
//! instead, as dots of two series in one character could not be told apart.

use unicode_width::UnicodeWidthStr;

use super::axis::Tick;
use super::track::Point;
use super::{Plot, Style, clean};
use crate::terminal::{Colors, Screen};

/// Rows of the area between the axes.
const ROWS: usize = 16;

/// For series without colours.
const LETTERS: [char; 8] = ['*', 'o', '+', 'x', '#', '@', '%', '&'];

/// Of the eight colours of every terminal, those that show on dark and on light ground.
const INKS: [u8; 6] = [36, 33, 35, 32, 31, 34];

/// What can be drawn into.
struct Canvas {
    columns: usize,
    rows: usize,
    /// Dots of a character, across and down.
    dots: (usize, usize),
    /// The dots of each character, and one more than the number of the series that was there last.
    cells: Vec<(u8, u8)>,
}

impl Canvas {
    fn new(columns: usize, rows: usize, dots: (usize, usize)) -> Canvas {
        Canvas { columns, rows, dots, cells: vec![(0, 0); columns * rows] }
    }

    /// The last dot, across and down.
    fn ends(&self) -> (f64, f64) {
        ((self.columns * self.dots.0 - 1) as f64, (self.rows * self.dots.1 - 1) as f64)
    }

    /// Counted from the left and from below.
    fn dot(&mut self, x: i64, y: i64, series: usize) {
        let (across, down) = (self.dots.0 as i64, self.dots.1 as i64);
        let y = self.rows as i64 * down - 1 - y;
        let cell = &mut self.cells[((y / down) * self.columns as i64 + x / across) as usize];
        cell.0 |= 1 << ((y % down) * 2 + x % across);
        cell.1 = (series % 250) as u8 + 1;
    }

    fn line(&mut self, from: Point, to: Point, series: usize) {
        let round = |p: Point| (p.0.round() as i64, p.1.round() as i64);
        let ((x0, y0), (x1, y1)) = (round(from), round(to));
        let steps = (x1 - x0).abs().max((y1 - y0).abs());
        for k in 0..=steps {
            let part = |a: i64, b: i64| a + (2 * k * (b - a) + (b - a).signum() * steps) / (2 * steps.max(1));
            self.dot(part(x0, x1), part(y0, y1), series);
        }
    }
}

/// `bits` counts dots row by row; braille counts the upper three of each column first.
fn braille(bits: u8) -> char {
    const PLACES: [u32; 8] = [0, 3, 1, 4, 2, 5, 6, 7];
    let dots = PLACES.iter().enumerate().filter(|(k, _)| bits >> k & 1 == 1).map(|(_, place)| 1 << place);
    char::from_u32(0x2800 + dots.sum::<u32>()).unwrap_or(' ')
}

pub fn draw(plot: &Plot, screen: Screen) -> Option<String> {
    let axes = plot.axes(0.0)?;
    let rows = plot.height.unwrap_or(ROWS.min(screen.rows.saturating_sub(6).max(4)));
    let y_ticks = on_rows(axes.1.ticks((rows / 3).max(3)), rows);
    let gutter = y_ticks.iter().map(|(_, t)| t.label.len()).max().unwrap_or(0);
    let columns = plot.width.unwrap_or(screen.columns).saturating_sub(gutter + 2).max(10);
    let colored = screen.colors != Colors::None;
    let letters = !colored && plot.series.len() > 1;
    let mut canvas = Canvas::new(columns, rows, if letters { (1, 1) } else { (2, 4) });
    fill(&mut canvas, plot, &axes);

    let mut out = Lines { text: String::new() };
    let middle = |text: &str| " ".repeat(gutter + 2 + columns.saturating_sub(text.width()) / 2) + text;
    if !plot.title.is_empty() {
        out.line(&middle(&clean(&plot.title)));
    }
    if plot.has_legend() {
        out.line(&(" ".repeat(gutter + 2) + &legend(plot, colored)));
    }
    if !plot.ylabel.is_empty() {
        out.line(&clean(&plot.ylabel));
    }
    for row in 0..rows {
        let tick = y_ticks.iter().find(|(at, _)| *at == row);
        let (label, edge) = tick.map_or(("", '│'), |(_, t)| (&t.label, '┤'));
        let inside = canvas_row(&canvas, row, colored, letters);
        out.line(&format!("{label:>gutter$} {edge}{inside}"));
    }
    // The first label may begin left of the edge.
    let lead = gutter + 2;
    let (edge, labels) = beneath(axes.0.ticks((columns / 12).max(3)), columns, lead);
    out.line(&format!("{:gutter$} └{edge}", ""));
    out.line(&labels);
    if !plot.xlabel.is_empty() {
        out.line(&middle(&clean(&plot.xlabel)));
    }
    Some(out.text)
}

/// Lines without blanks at their ends.
struct Lines {
    text: String,
}

impl Lines {
    fn line(&mut self, line: &str) {
        self.text.push_str(line.trim_end());
        self.text.push('\n');
    }
}

fn fill(canvas: &mut Canvas, plot: &Plot, axes: &(super::Axis, super::Axis)) {
    let (width, height) = canvas.ends();
    let grid = plot.grid(axes, width, height);
    for (k, series) in plot.series.iter().enumerate() {
        match plot.style {
            Style::Scatter => {
                for (x, y) in grid.dots(series, 0.5) {
                    canvas.dot(x.round() as i64, y.round() as i64, k);
                }
            }
            Style::Line => {
                for run in grid.runs(series) {
                    let last = run[run.len() - 1];
                    canvas.line(last, last, k);
                    for pair in run.windows(2) {
                        canvas.line(pair[0], pair[1], k);
                    }
                }
            }
        }
    }
}

/// The row of each mark, from above; of two on one row the first stays.
fn on_rows(ticks: Vec<Tick>, rows: usize) -> Vec<(usize, Tick)> {
    let mut placed: Vec<(usize, Tick)> = Vec::new();
    for tick in ticks {
        let row = ((1.0 - tick.place) * (rows * 4 - 1) as f64).round() as usize / 4;
        if placed.iter().all(|(r, _)| *r != row) {
            placed.push((row, tick));
        }
    }
    placed
}

fn ink(series: usize) -> u8 {
    INKS[series % INKS.len()]
}

fn legend(plot: &Plot, colored: bool) -> String {
    let entries = plot.series.iter().enumerate().map(|(k, s)| {
        let name = clean(s.name.as_deref().unwrap_or(""));
        match (colored, plot.series.len()) {
            (true, _) => format!("\x1b[{}m⠒⠒\x1b[0m {name}", ink(k)),
            (false, 1) => format!("⠒⠒ {name}"),
            (false, _) => format!("{} {name}", LETTERS[k % LETTERS.len()]),
        }
    });
    entries.collect::<Vec<_>>().join("   ")
}

fn canvas_row(canvas: &Canvas, row: usize, colored: bool, letters: bool) -> String {
    let cells = &canvas.cells[row * canvas.columns..][..canvas.columns];
    let used = cells.iter().rposition(|c| c.1 > 0).map_or(0, |last| last + 1);
    let mut out = String::new();
    let mut now = 0;
    for (bits, owner) in &cells[..used] {
        if *owner == 0 {
            out.push(' ');
            continue;
        }
        let series = usize::from(*owner) - 1;
        if colored && now != *owner {
            out += &format!("\x1b[{}m", ink(series));
            now = *owner;
        }
        out.push(if letters { LETTERS[series % LETTERS.len()] } else { braille(*bits) });
    }
    if now > 0 {
        out += "\x1b[0m";
    }
    out
}

/// The lower edge with its marks, and the line of their labels beneath, which begins `lead` characters further left.
fn beneath(ticks: Vec<Tick>, columns: usize, lead: usize) -> (String, String) {
    let mut edge = vec!['─'; columns];
    let mut labels = String::new();
    for tick in ticks {
        let at = ((tick.place * (columns * 2 - 1) as f64).round() as usize / 2).min(columns - 1);
        let width = tick.label.len();
        let begin = (lead + at).saturating_sub(width / 2).min((lead + columns).saturating_sub(width));
        let taken = labels.len();
        if taken > 0 && begin < taken + 2 {
            continue;
        }
        edge[at] = '┬';
        labels += &" ".repeat(begin - taken);
        labels += &tick.label;
    }
    (edge.into_iter().collect(), labels)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn braille_of_every_dot() {
        assert_eq!(braille(0), '⠀');
        assert_eq!(braille(0b1), '⠁');
        assert_eq!(braille(0b10), '⠈');
        assert_eq!(braille(0b0100_0000), '⡀');
        assert_eq!(braille(0xff), '⣿');
    }
}
