//! The way of a series across a grid. Of the points that follow each other in one column no more are kept than show:
//! the first, the lowest, the highest and the last.

use super::axis::Axis;
use super::{Plot, Series};

/// A place on the grid; y grows upwards.
pub type Point = (f64, f64);

/// A grid with its axes.
pub struct Grid<'a> {
    pub x: &'a Axis,
    pub y: &'a Axis,
    pub width: f64,
    pub height: f64,
}

impl Grid<'_> {
    fn point(&self, x: f64, y: f64) -> Option<Point> {
        Some((self.x.place(x)? * self.width, self.y.place(y)? * self.height))
    }

    /// The points of a series in runs that a line connects; a gap begins a new run.
    pub fn runs(&self, series: &Series) -> Vec<Vec<Point>> {
        let mut runs = Vec::new();
        let mut run = Run::default();
        for (x, y) in series.xs.iter().zip(&series.ys) {
            match self.point(*x, *y) {
                Some(point) => run.push(point),
                None => runs.extend(run.take()),
            }
        }
        runs.extend(run.take());
        runs
    }

    /// The points of a series, one for each square of `size`.
    pub fn dots(&self, series: &Series, size: f64) -> Vec<Point> {
        let mut seen = std::collections::HashSet::new();
        let points = series.xs.iter().zip(&series.ys).filter_map(|(x, y)| self.point(*x, *y));
        points.filter(|(x, y)| seen.insert(((x / size) as u32, (y / size) as u32))).collect()
    }
}

impl Plot {
    pub(super) fn grid<'a>(&self, axes: &'a (Axis, Axis), width: f64, height: f64) -> Grid<'a> {
        Grid { x: &axes.0, y: &axes.1, width, height }
    }
}

/// A run, its last column still open.
#[derive(Default)]
struct Run {
    points: Vec<Point>,
    column: Option<Column>,
}

/// Points in the order in which they came: the extremes with their numbers.
struct Column {
    at: u32,
    count: usize,
    first: Point,
    low: (usize, Point),
    high: (usize, Point),
    last: Point,
}

impl Run {
    fn push(&mut self, p: Point) {
        let at = p.0 as u32;
        if let Some(c) = self.column.as_mut().filter(|c| c.at == at) {
            if p.1 < c.low.1.1 {
                c.low = (c.count, p);
            }
            if p.1 > c.high.1.1 {
                c.high = (c.count, p);
            }
            c.last = p;
            c.count += 1;
            return;
        }
        self.close_column();
        self.column = Some(Column { at, count: 1, first: p, low: (0, p), high: (0, p), last: p });
    }

    fn close_column(&mut self) {
        let Some(c) = self.column.take() else { return };
        let mut extremes = [c.low, c.high];
        extremes.sort_by_key(|(k, _)| *k);
        self.points.push(c.first);
        for (k, p) in extremes {
            if k > 0 && k < c.count - 1 && self.points.last() != Some(&p) {
                self.points.push(p);
            }
        }
        if c.count > 1 {
            self.points.push(c.last);
        }
    }

    fn take(&mut self) -> Option<Vec<Point>> {
        self.close_column();
        let points = std::mem::take(&mut self.points);
        (!points.is_empty()).then_some(points)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_column_keeps_what_shows() {
        let n = 1_000_000;
        let xs: Vec<f64> = (0..n).map(f64::from).collect();
        let mut ys = vec![0.0; n as usize];
        (ys[123_456], ys[123_460], ys[700_000]) = (5.0, -3.0, f64::NAN);
        let series = Series { name: None, xs: xs.clone(), ys };
        let axis = |values: &[f64]| Axis::around(values.iter().copied(), false, 0.0).expect("finite");
        let (x, y) = (axis(&xs), axis(&series.ys));
        let runs = Grid { x: &x, y: &y, width: 100.0, height: 8.0 }.runs(&series);
        assert_eq!(runs.len(), 2);
        let points: Vec<Point> = runs.concat();
        assert!(points.len() < 220, "{}", points.len());
        assert!(points.iter().any(|p| p.1 == 8.0) && points.iter().any(|p| p.1 == 0.0));
        assert!(points.windows(2).all(|w| w[0].0 <= w[1].0), "in order");
    }
}
