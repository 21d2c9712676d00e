//! A plot for a file: what is where, in pixels from the upper left.

use super::axis::Tick;
use super::{Plot, Style, clean};

pub type Rgb = [u8; 3];

pub struct Scene {
    pub width: usize,
    pub height: usize,
    pub items: Vec<Item>,
}

pub enum Item {
    /// Lines through the points of each run; a run of one point is a dot.
    Lines {
        runs: Vec<Vec<(f64, f64)>>,
        color: Rgb,
        width: f64,
    },
    Dots {
        points: Vec<(f64, f64)>,
        color: Rgb,
        radius: f64,
    },
    /// With the middle of its height at `y`.
    Text {
        x: f64,
        y: f64,
        text: String,
        size: Size,
        anchor: Anchor,
        upwards: bool,
    },
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Size {
    Normal,
    Title,
}

/// Which part of a text is at its place.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Anchor {
    Start,
    Middle,
    End,
}

/// The colours of matplotlib, in its order (`tab10`).
const INKS: [Rgb; 10] = [
    [31, 119, 180],
    [255, 127, 14],
    [44, 160, 44],
    [214, 39, 40],
    [148, 103, 189],
    [140, 86, 75],
    [227, 119, 194],
    [127, 127, 127],
    [188, 189, 34],
    [23, 190, 207],
];
pub const TEXT: Rgb = [40, 40, 40];
const EDGE: Rgb = [90, 90, 90];
const GUIDE: Rgb = [225, 225, 225];

/// The width of a letter and the height of a line of the normal size.
pub const LETTER: f64 = 8.0;
const LINE: f64 = 22.0;

/// Pixels where nothing is said.
const WIDTH: usize = 800;
const HEIGHT: usize = 500;

/// The share of an axis that stays free at either end.
const MARGIN: f64 = 0.03;

/// The area between the axes.
struct Area {
    left: f64,
    top: f64,
    right: f64,
    bottom: f64,
}

impl Area {
    fn x(&self, place: f64) -> f64 {
        self.left + place * (self.right - self.left)
    }

    fn y(&self, place: f64) -> f64 {
        self.bottom - place * (self.bottom - self.top)
    }
}

/// The middle of a pixel, where a line of one pixel is sharp.
fn crisp(v: f64) -> f64 {
    v.floor() + 0.5
}

fn text_width(text: &str) -> f64 {
    text.chars().count() as f64 * LETTER
}

/// None if no point has a place.
pub fn lay_out(plot: &Plot) -> Option<Scene> {
    let (width, height) = (plot.width.unwrap_or(WIDTH), plot.height.unwrap_or(HEIGHT));
    let axes = plot.axes(MARGIN)?;
    let y_ticks = axes.1.ticks((height / 60).clamp(2, 12));
    let x_ticks = axes.0.ticks((width / 100).clamp(2, 12));
    let gutter = y_ticks.iter().map(|t| text_width(&t.label)).fold(0.0, f64::max);
    let given = |text: &str| if text.is_empty() { 0.0 } else { LINE };
    let legend = if plot.has_legend() { LINE } else { 0.0 };
    let above = 14.0 + given(&plot.title) * 1.3 + legend;
    let left = 18.0 + gutter + given(&plot.ylabel);
    let area = Area {
        left: crisp(left),
        top: crisp(above),
        right: crisp((width as f64 - 24.0).max(left + 2.0)),
        bottom: crisp((height as f64 - 16.0 - LINE - given(&plot.xlabel)).max(above + 2.0)),
    };
    let mut scene = Scene { width, height, items: Vec::new() };
    scene.axes(&area, &x_ticks, &y_ticks);
    scene.series(plot, &axes, &area);
    scene.captions(plot, &area);
    Some(scene)
}

impl Scene {
    fn axes(&mut self, area: &Area, x_ticks: &[Tick], y_ticks: &[Tick]) {
        let mut guides = Vec::new();
        let mut edges = vec![vec![(area.left, area.top), (area.left, area.bottom), (area.right, area.bottom)]];
        for tick in x_ticks {
            let x = crisp(area.x(tick.place));
            guides.push(vec![(x, area.top), (x, area.bottom)]);
            edges.push(vec![(x, area.bottom), (x, area.bottom + 5.0)]);
            self.text(x, area.bottom + 16.0, &tick.label, Anchor::Middle);
        }
        for tick in y_ticks {
            let y = crisp(area.y(tick.place));
            guides.push(vec![(area.left, y), (area.right, y)]);
            edges.push(vec![(area.left - 5.0, y), (area.left, y)]);
            self.text(area.left - 9.0, y, &tick.label, Anchor::End);
        }
        self.items.insert(0, Item::Lines { runs: guides, color: GUIDE, width: 1.0 });
        self.items.push(Item::Lines { runs: edges, color: EDGE, width: 1.0 });
    }

    fn series(&mut self, plot: &Plot, axes: &(super::Axis, super::Axis), area: &Area) {
        let grid = plot.grid(axes, area.right - area.left, area.bottom - area.top);
        let place = |(x, y): (f64, f64)| (area.left + x, area.bottom - y);
        for (k, series) in plot.series.iter().enumerate() {
            let color = INKS[k % INKS.len()];
            self.items.push(match plot.style {
                Style::Line => {
                    let runs = grid.runs(series).into_iter().map(|run| run.into_iter().map(place).collect());
                    Item::Lines { runs: runs.collect(), color, width: 1.8 }
                }
                Style::Scatter => {
                    Item::Dots { points: grid.dots(series, 1.0).into_iter().map(place).collect(), color, radius: 2.5 }
                }
            });
        }
    }

    fn captions(&mut self, plot: &Plot, area: &Area) {
        let (across, down) = ((area.left + area.right) / 2.0, (area.top + area.bottom) / 2.0);
        let mut caption = |text: &str, x, y, size, upwards| {
            if !text.is_empty() {
                self.items.push(Item::Text { x, y, text: clean(text), size, anchor: Anchor::Middle, upwards });
            }
        };
        caption(&plot.title, across, 10.0 + LINE * 0.65, Size::Title, false);
        caption(&plot.xlabel, across, area.bottom + 16.0 + LINE, Size::Normal, false);
        caption(&plot.ylabel, 8.0 + LINE / 2.0, down, Size::Normal, true);
        if plot.has_legend() {
            self.legend(plot, area);
        }
    }

    /// Above the area, from its left on.
    fn legend(&mut self, plot: &Plot, area: &Area) {
        let y = area.top - LINE / 2.0 - 2.0;
        let mut x = area.left;
        for (k, series) in plot.series.iter().enumerate() {
            let color = INKS[k % INKS.len()];
            self.items.push(match plot.style {
                Style::Line => Item::Lines { runs: vec![vec![(x, y), (x + 20.0, y)]], color, width: 3.0 },
                Style::Scatter => Item::Dots { points: vec![(x + 10.0, y)], color, radius: 4.0 },
            });
            let name = clean(series.name.as_deref().unwrap_or(""));
            self.text(x + 26.0, y, &name, Anchor::Start);
            x += 26.0 + text_width(&name) + 24.0;
        }
    }

    fn text(&mut self, x: f64, y: f64, text: &str, anchor: Anchor) {
        self.items.push(Item::Text { x, y, text: text.into(), size: Size::Normal, anchor, upwards: false });
    }
}
