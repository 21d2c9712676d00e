//! A tensor of two dimensions, or of colours, as a picture.

use crate::terminal::{Colors, Screen};

use super::{Format, encode};

/// What numbers from 0 to 1 become.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Map {
    Gray,
    /// Dark blue over green to yellow, equally bright steps.
    Viridis,
}

/// Numbers from 0 to 1 in rows, one or three for each pixel. NaN is a hole.
pub struct Image {
    pub width: usize,
    pub height: usize,
    pub channels: usize,
    pub values: Vec<f64>,
    pub map: Map,
}

/// A smaller picture in a terminal is enlarged to about this many pixels.
const SMALL: usize = 32;
/// The same in a file.
const SMALL_FILE: usize = 256;

/// From dark to bright, where there are no colours.
const RAMP: &[u8; 10] = b" .:-=+*#%@";

impl Image {
    /// Lines of text no wider than the screen, or than `columns`; two pixels above each other are one character.
    pub fn text(&self, screen: Screen, columns: Option<usize>) -> String {
        let most = columns.unwrap_or(screen.columns);
        // Where a width is asked for, the height follows.
        let lines = if columns.is_some() { usize::MAX / 4 } else { screen.rows.saturating_sub(2).max(4) };
        let shown = self.fitted(most, lines * 2, columns.is_some());
        let mut out = String::new();
        for row in (0..shown.height).step_by(2) {
            match screen.colors {
                Colors::None | Colors::Eight => shown.ramp_row(&mut out, row),
                colors => shown.block_row(&mut out, row, colors),
            }
            out.push('\n');
        }
        out
    }

    /// Width and height in a file: what is asked for, or one pixel for each element, or several if it is small.
    fn size_in_file(&self, width: Option<usize>) -> (usize, usize) {
        match width {
            Some(w) => (w, (self.height as f64 * w as f64 / self.width as f64).round().max(1.0) as usize),
            None => {
                let times = (SMALL_FILE / self.width.max(self.height)).max(1);
                (self.width * times, self.height * times)
            }
        }
    }

    pub fn pixels_in_file(&self, width: Option<usize>) -> usize {
        let (w, h) = self.size_in_file(width);
        w.saturating_mul(h)
    }

    /// The bytes of a file with `width` pixels across, or as many as suit the picture.
    pub fn file(&self, format: Format, width: Option<usize>) -> Vec<u8> {
        let (w, h) = self.size_in_file(width);
        let bytes = |image: &Image| encode::png(image.width, image.height, &image.pixels());
        match format {
            Format::Png => bytes(&self.resized(w, h)),
            // Each element once: whoever shows it enlarges it.
            Format::Svg => svg_around(&bytes(self), w, h).into_bytes(),
        }
    }

    /// Shrunk to fit, or enlarged by a whole number; with `exactly`, as wide as `columns`.
    fn fitted(&self, columns: usize, rows: usize, exactly: bool) -> Image {
        let times = (SMALL / self.width.max(self.height)).max(1);
        let (w, h) = (self.width * times, self.height * times);
        let mut scale = (columns as f64 / w as f64).min(rows as f64 / h as f64);
        if !exactly {
            scale = scale.min(1.0);
        }
        let scaled = |n: usize| ((n as f64 * scale).round() as usize).max(1);
        self.resized(scaled(w), scaled(h))
    }

    /// Each new pixel is the mean of the old ones that it covers, holes apart.
    fn resized(&self, width: usize, height: usize) -> Image {
        if (width, height) == (self.width, self.height) {
            let (channels, values) = (self.channels, self.values.clone());
            return Image { width, height, channels, values, map: self.map };
        }
        let across = spans(self.width, width);
        let down = spans(self.height, height);
        let mut values = Vec::with_capacity(width * height * self.channels);
        for rows in &down {
            for columns in &across {
                for channel in 0..self.channels {
                    values.push(self.mean(rows, columns, channel));
                }
            }
        }
        Image { width, height, channels: self.channels, values, map: self.map }
    }

    fn mean(&self, rows: &[(usize, f64)], columns: &[(usize, f64)], channel: usize) -> f64 {
        let (mut sum, mut weight) = (0.0, 0.0);
        for (row, share) in rows {
            for (column, part) in columns {
                let v = self.values[(row * self.width + column) * self.channels + channel];
                if !v.is_nan() {
                    sum += v * share * part;
                    weight += share * part;
                }
            }
        }
        sum / weight
    }

    /// A pixel's colour; None for a hole.
    fn color(&self, row: usize, column: usize) -> Option<[u8; 3]> {
        let at = (row * self.width + column) * self.channels;
        let values = self.values.get(at..at + self.channels)?;
        let byte = |v: f64| (v.clamp(0.0, 1.0) * 255.0).round() as u8;
        match *values {
            [v] if v.is_nan() => None,
            [v] if self.map == Map::Viridis => Some(viridis(v.clamp(0.0, 1.0)).map(byte)),
            [v] => Some([byte(v); 3]),
            [r, g, b] if !(r + g + b).is_nan() => Some([byte(r), byte(g), byte(b)]),
            _ => None,
        }
    }

    /// Rows of red, green, blue; holes are white.
    fn pixels(&self) -> Vec<u8> {
        let places = (0..self.height).flat_map(|row| (0..self.width).map(move |column| (row, column)));
        places.flat_map(|(row, column)| self.color(row, column).unwrap_or([255; 3])).collect()
    }

    /// Two rows of pixels as half blocks.
    fn block_row(&self, out: &mut String, row: usize, colors: Colors) {
        let ink = |ground: u8, c: [u8; 3]| match colors {
            Colors::True => format!("\x1b[{ground};2;{};{};{}m", c[0], c[1], c[2]),
            _ => format!("\x1b[{ground};5;{}m", nearest(c)),
        };
        let mut now = None;
        for column in 0..self.width {
            let lower = if row + 1 < self.height { self.color(row + 1, column) } else { None };
            let pair = (self.color(row, column), lower);
            if now != Some(pair) {
                out.push_str("\x1b[0m");
                match pair {
                    (Some(upper), Some(lower)) => *out += &(ink(38, upper) + &ink(48, lower)),
                    (Some(one), None) | (None, Some(one)) => *out += &ink(38, one),
                    (None, None) => {}
                }
                now = Some(pair);
            }
            out.push(match pair {
                (Some(_), _) => '▀',
                (None, Some(_)) => '▄',
                (None, None) => ' ',
            });
        }
        out.push_str("\x1b[0m");
    }

    /// Two rows of pixels as letters by their brightness.
    fn ramp_row(&self, out: &mut String, row: usize) {
        let start = out.len();
        for column in 0..self.width {
            let (mut sum, mut count) = (0.0, 0);
            for row in row..(row + 2).min(self.height) {
                if let Some([r, g, b]) = self.color(row, column) {
                    // As bright as the eye sees the colours (Rec. 709).
                    sum += 0.2126 * f64::from(r) + 0.7152 * f64::from(g) + 0.0722 * f64::from(b);
                    count += 1;
                }
            }
            let bright = if count == 0 { 0.0 } else { sum / f64::from(count) / 255.0 };
            out.push(char::from(RAMP[(bright * (RAMP.len() - 1) as f64).round() as usize]));
        }
        out.truncate(start + out[start..].trim_end().len());
    }
}

/// For each of `new` equal parts of a row of `old` pixels: the pixels in it, and how much of each.
fn spans(old: usize, new: usize) -> Vec<Vec<(usize, f64)>> {
    let span = |k: usize| {
        if new >= old {
            return vec![(((k * 2 + 1) * old / (new * 2)).min(old - 1), 1.0)];
        }
        let (from, to) = (k as f64 * old as f64 / new as f64, (k + 1) as f64 * old as f64 / new as f64);
        let pixels = from as usize..(to.ceil() as usize).min(old);
        pixels.map(|p| (p, to.min(p as f64 + 1.0) - from.max(p as f64))).filter(|(_, part)| *part > 1e-9).collect()
    };
    (0..new).map(span).collect()
}

/// The colour of xterm's 256 that is nearest: of the cube of 216, or of the 24 greys.
fn nearest(color: [u8; 3]) -> u8 {
    const LEVELS: [i32; 6] = [0, 95, 135, 175, 215, 255];
    let away = |other: [i32; 3]| (0..3).map(|k| (other[k] - i32::from(color[k])).pow(2)).sum::<i32>();
    let level = |v: u8| (0..6).min_by_key(|k| (LEVELS[*k] - i32::from(v)).abs()).unwrap_or(0);
    let cube = color.map(level);
    let mean = color.iter().map(|v| i32::from(*v)).sum::<i32>() / 3;
    let grey = ((mean - 3) / 10).clamp(0, 23);
    if away([8 + 10 * grey; 3]) < away(cube.map(|k| LEVELS[k])) {
        232 + grey as u8
    } else {
        (16 + 36 * cube[0] + 6 * cube[1] + cube[2]) as u8
    }
}

/// matplotlib's viridis as a polynomial, to about a hundredth (M. Zucker, public domain).
fn viridis(t: f64) -> [f64; 3] {
    const TERMS: [[f64; 3]; 7] = [
        [0.277_727_327_2, 0.005_407_344_5, 0.334_099_805_3],
        [0.105_093_043_1, 1.404_613_529_8, 1.384_590_162_5],
        [-0.330_861_828_7, 0.214_847_559_4, 0.095_095_163_0],
        [-4.634_230_498_9, -5.799_100_973_3, -19.332_440_956_2],
        [6.228_269_936_3, 14.179_933_366_8, 56.690_552_600_6],
        [4.776_384_997_6, -13.745_145_377_7, -65.353_032_633_3],
        [-5.435_455_855_9, 4.645_852_612_1, 26.312_435_249_5],
    ];
    std::array::from_fn(|k| TERMS.iter().rev().fold(0.0, |sum, term| sum * t + term[k]))
}

/// A PNG inside an SVG, enlarged without smoothing.
fn svg_around(png: &[u8], width: usize, height: usize) -> String {
    let data = base64(png);
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\">\n<image width=\"{width}\" \
         height=\"{height}\" preserveAspectRatio=\"none\" style=\"image-rendering: pixelated\" \
         href=\"data:image/png;base64,{data}\"/>\n</svg>\n"
    )
}

fn base64(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for three in bytes.chunks(3) {
        let bits = (0..3).fold(0u32, |bits, k| bits << 8 | u32::from(three.get(k).copied().unwrap_or(0)));
        for k in 0..4 {
            let letter = LETTERS[(bits >> (18 - 6 * k) & 63) as usize];
            out.push(if k <= three.len() { char::from(letter) } else { '=' });
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn gray(width: usize, values: &[f64]) -> Image {
        let height = values.len() / width;
        Image { width, height, channels: 1, values: values.to_vec(), map: Map::Gray }
    }

    #[test]
    fn shrinking_averages_and_enlarging_repeats() {
        let image = gray(4, &[0.0, 1.0, 0.5, 0.5, 1.0, 0.0, f64::NAN, 0.25]);
        assert_eq!(image.resized(2, 1).values, [0.5, (0.5 + 0.5 + 0.25) / 3.0]);
        assert_eq!(gray(2, &[0.0, 1.0]).resized(5, 1).values, [0.0, 0.0, 1.0, 1.0, 1.0]);
        let thirds = gray(3, &[0.0, 0.6, 0.9]).resized(2, 1).values;
        assert!((thirds[0] - 0.2).abs() < 1e-12 && (thirds[1] - 0.8).abs() < 1e-12, "{thirds:?}");
        assert!(gray(1, &[f64::NAN]).resized(1, 1).values[0].is_nan());
    }

    #[test]
    fn letters_by_brightness() {
        let screen = Screen::PLAIN;
        let text = gray(2, &[0.0, 1.0, 0.0, 1.0]).text(screen, None);
        assert_eq!(text.lines().count(), 16);
        assert!(text.lines().all(|l| l == " ".repeat(16) + &"@".repeat(16)), "{text}");
        let wide = gray(200, &[0.5; 400]).text(screen, None);
        assert_eq!(wide.lines().next().map(str::len), Some(80));
    }

    #[test]
    fn blocks_in_colour() {
        let screen = Screen { colors: Colors::True, ..Screen::PLAIN };
        let text = gray(1, &[0.0, 1.0]).text(screen, Some(1));
        assert_eq!(text, "\x1b[0m\x1b[38;2;0;0;0m\x1b[48;2;255;255;255m▀\x1b[0m\n");
        let hole = gray(1, &[f64::NAN, 1.0]).text(screen, Some(1));
        assert_eq!(hole, "\x1b[0m\x1b[38;2;255;255;255m▄\x1b[0m\n");
        let palette = Screen { colors: Colors::Palette, ..Screen::PLAIN };
        assert!(gray(1, &[0.0]).text(palette, Some(1)).contains("\x1b[38;5;16m▀"));
    }

    #[test]
    fn colours_of_the_palette() {
        assert_eq!(nearest([0, 0, 0]), 16);
        assert_eq!(nearest([255, 255, 255]), 231);
        assert_eq!(nearest([255, 0, 0]), 196);
        assert_eq!(nearest([128, 128, 128]), 244);
    }

    #[test]
    fn base64_as_in_rfc_4648() {
        let of = |text: &str| base64(text.as_bytes());
        assert_eq!([of(""), of("f"), of("fo"), of("foo"), of("foobar")], ["", "Zg==", "Zm8=", "Zm9v", "Zm9vYmFy"]);
    }

    /// The ends and the middle of matplotlib's table.
    #[test]
    fn viridis_as_in_matplotlib() {
        for (t, wanted) in [
            (0.0, [0.267004, 0.004874, 0.329415]),
            (128.0 / 255.0, [0.127568, 0.566949, 0.550556]),
            (1.0, [0.993248, 0.906157, 0.143936]),
        ] {
            let got = viridis(t);
            assert!((0..3).all(|k| (got[k] - wanted[k]).abs() < 0.02), "{t}: {got:?}");
        }
    }
}
