//! Pictures of numbers: plots and images, as text for a terminal, as SVG and as PNG. Knows nothing of the language.
//!
//! A plot for a file is laid out once, as a scene of lines, dots and texts, which is then written as SVG or painted.
//! Texts in a PNG come from glyphs that are built in, as a machine may have no fonts.

mod axis;
mod encode;
mod image;
mod paint;

mod scene;
mod svg;
mod text;
mod track;

pub use image::{Image, Map};

use crate::terminal::Screen;
use axis::Axis;
pub use axis::part;

/// Numbers that belong together.
pub struct Series {
    /// For the legend.
    pub name: Option<String>,
    pub xs: Vec<f64>,
    pub ys: Vec<f64>,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Style {
    Line,
    Scatter,
}

/// Series with what is written around them. Points that are not finite, or have no place on a logarithmic axis, are
/// gaps.
pub struct Plot {
    pub series: Vec<Series>,
    pub title: String,
    pub xlabel: String,
    pub ylabel: String,
    pub style: Style,
    pub log_x: bool,
    pub log_y: bool,
    /// Columns or pixels; what is left out follows from the screen, or is usual.
    pub width: Option<usize>,
    pub height: Option<usize>,
}

/// What a picture is written as.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Format {
    Svg,
    Png,
}

impl Format {
    /// By the ending of a file's name.
    pub fn of(path: &std::path::Path) -> Option<Format> {
        match &*path.extension()?.to_str()?.to_ascii_lowercase() {
            "svg" => Some(Format::Svg),
            "png" => Some(Format::Png),
            _ => None,
        }
    }
}

impl Plot {
    /// Lines of text; None if no point has a place.
    pub fn text(&self, screen: Screen) -> Option<String> {
        text::draw(self, screen)
    }

    /// The bytes of a file; None if no point has a place.
    pub fn file(&self, format: Format) -> Option<Vec<u8>> {
        let scene = scene::lay_out(self)?;
        Some(match format {
            Format::Svg => svg::write(&scene).into_bytes(),
            Format::Png => {
                let canvas = paint::paint(&scene);
                encode::png(canvas.width, canvas.height, &canvas.pixels)
            }
        })
    }

    /// The two axes around all points, with `margin` of their span at each end.
    fn axes(&self, margin: f64) -> Option<(Axis, Axis)> {
        let points = || self.series.iter().flat_map(|s| s.xs.iter().copied().zip(s.ys.iter().copied()));
        // A point stands on both axes or on none.
        let seen = |v: f64, log: bool| v.is_finite() && (!log || v > 0.0);
        let seen = move |(x, y): &(f64, f64)| seen(*x, self.log_x) && seen(*y, self.log_y);
        let x = Axis::around(points().filter(seen).map(|p| p.0), self.log_x, margin)?;
        let y = Axis::around(points().filter(seen).map(|p| p.1), self.log_y, margin)?;
        Some((x, y))
    }

    fn has_legend(&self) -> bool {
        self.series.iter().any(|s| s.name.is_some())
    }
}

/// What may be written into a picture: no control characters, which would end a line or speak to the terminal.
fn clean(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}

#[cfg(test)]
mod tests;
