//! A scene as pixels, with smooth edges. The only file that calls noto-sans-mono-bitmap, whose glyphs are built in.

use noto_sans_mono_bitmap::{FontWeight, RasterHeight, RasterizedChar, get_raster, get_raster_width};

use super::scene::{Anchor, Item, Rgb, Scene, Size, TEXT};

/// Rows of red, green, blue.
pub struct Canvas {
    pub width: usize,
    pub height: usize,
    pub pixels: Vec<u8>,
}

pub fn paint(scene: &Scene) -> Canvas {
    let (width, height) = (scene.width, scene.height);
    let mut canvas = Canvas { width, height, pixels: vec![255; width * height * 3] };
    let mut mask = Mask { width, height, covered: Vec::new() };
    for item in &scene.items {
        match item {
            Item::Lines { runs, color, width } => {
                mask.clear();
                for run in runs {
                    for k in 1..run.len().max(2) {
                        mask.line(run[k - 1], run[k.min(run.len() - 1)], width / 2.0);
                    }
                }
                canvas.ink(&mask, *color);
            }
            Item::Dots { points, color, radius } => {
                mask.clear();
                for p in points {
                    mask.line(*p, *p, *radius);
                }
                canvas.ink(&mask, *color);
            }
            Item::Text { x, y, text, size, anchor, upwards } => {
                let shift = match anchor {
                    Anchor::Start => 0.0,
                    Anchor::Middle => 0.5,
                    Anchor::End => 1.0,
                };
                canvas.text((*x, *y), text, *size, shift, *upwards);
            }
        }
    }
    canvas
}

/// How much of each pixel is covered. Parts of one thing do not add up where they cross.
struct Mask {
    width: usize,
    height: usize,
    covered: Vec<u8>,
}

impl Mask {
    fn clear(&mut self) {
        self.covered.clear();
        self.covered.resize(self.width * self.height, 0);
    }

    /// A line with round ends. Walks along the direction in which it is longer, and looks at the pixels beside it.
    fn line(&mut self, a: (f64, f64), b: (f64, f64), radius: f64) {
        let (dx, dy) = (b.0 - a.0, b.1 - a.1);
        let steep = dy.abs() > dx.abs();
        let turn = |p: (f64, f64)| if steep { (p.1, p.0) } else { p };
        let (from, to) = (turn(a), turn(b));
        let (from, to) = if from.0 <= to.0 { (from, to) } else { (to, from) };
        let slope = if to.0 > from.0 { (to.1 - from.1) / (to.0 - from.0) } else { 0.0 };
        // At most the square root of two wider than the line itself, and the edge.
        let reach = radius * 1.5 + 1.0;
        let first = (from.0 - radius - 1.0).floor() as i64;
        let last = (to.0 + radius + 1.0).ceil() as i64;
        let square = dx * dx + dy * dy;
        for major in first..=last {
            let along = (major as f64 + 0.5).clamp(from.0, to.0);
            let middle = from.1 + (along - from.0) * slope;
            for minor in (middle - reach).floor() as i64..=(middle + reach).ceil() as i64 {
                let (px, py) = if steep { (minor, major) } else { (major, minor) };
                if !(0..self.width as i64).contains(&px) || !(0..self.height as i64).contains(&py) {
                    continue;
                }
                let pixel = &mut self.covered[py as usize * self.width + px as usize];
                // Where a million lines cross, most of them find nothing left to cover.
                if *pixel == 255 {
                    continue;
                }
                let (x, y) = (px as f64 + 0.5 - a.0, py as f64 + 0.5 - a.1);
                let t = if square > 0.0 { ((x * dx + y * dy) / square).clamp(0.0, 1.0) } else { 0.0 };
                let (x, y) = (x - t * dx, y - t * dy);
                let cover = (radius + 0.5 - (x * x + y * y).sqrt()).clamp(0.0, 1.0);
                *pixel = (*pixel).max((cover * 255.0) as u8);
            }
        }
    }
}

impl Canvas {
    fn blend(&mut self, pixel: usize, color: Rgb, cover: u8) {
        for (channel, ink) in self.pixels[pixel * 3..][..3].iter_mut().zip(color) {
            let (old, new, cover) = (u32::from(*channel), u32::from(ink), u32::from(cover));
            *channel = ((old * (255 - cover) + new * cover + 127) / 255) as u8;
        }
    }

    fn ink(&mut self, mask: &Mask, color: Rgb) {
        for (pixel, cover) in mask.covered.iter().enumerate() {
            if *cover > 0 {
                self.blend(pixel, color, *cover);
            }
        }
    }

    /// `shift` is the part of the text that lies before its place.
    fn text(&mut self, at: (f64, f64), text: &str, size: Size, shift: f64, upwards: bool) {
        let height = if size == Size::Title { RasterHeight::Size20 } else { RasterHeight::Size16 };
        let advance = get_raster_width(FontWeight::Regular, height);
        let length = (text.chars().count() * advance) as f64;
        let (begin, above) = (-(length * shift).round() as i64, -(height.val() as i64 / 2));
        let (x, y) = (at.0.round() as i64, at.1.round() as i64);
        for (k, c) in text.chars().enumerate() {
            for (row, line) in glyph(c, height).raster().iter().enumerate() {
                for (column, cover) in line.iter().enumerate() {
                    let (along, down) = (begin + (k * advance + column) as i64, above + row as i64);
                    let (px, py) = if upwards { (x + down, y - along) } else { (x + along, y + down) };
                    if (0..self.width as i64).contains(&px) && (0..self.height as i64).contains(&py) {
                        self.blend(py as usize * self.width + px as usize, TEXT, *cover);
                    }
                }
            }
        }
    }
}

/// What has no glyph is a question mark.
fn glyph(c: char, height: RasterHeight) -> RasterizedChar {
    let get = |c| get_raster(c, FontWeight::Regular, height);
    get(c).or_else(|| get('?')).expect("the built-in glyphs have ASCII")
}
