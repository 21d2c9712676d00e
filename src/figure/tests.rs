//! Plots as a whole.

use super::*;
use crate::terminal::Colors;

fn plot(series: Vec<Series>) -> Plot {
    Plot {
        series,
        title: String::new(),
        xlabel: String::new(),
        ylabel: String::new(),
        style: Style::Line,
        log_x: false,
        log_y: false,
        width: None,
        height: None,
    }
}

fn series(name: Option<&str>, ys: &[f64]) -> Series {
    let xs = (0..ys.len()).map(|k| k as f64).collect();
    Series { name: name.map(str::to_string), xs, ys: ys.to_vec() }
}

#[test]
fn a_line_in_a_terminal() {
    let mut p = plot(vec![series(None, &[0.0, 1.0, 2.0, 3.0])]);
    (p.title, p.xlabel, p.ylabel) = ("steps".into(), "t".into(), "y".into());
    (p.width, p.height) = (Some(23), Some(4));
    let text = p.text(Screen::PLAIN).expect("finite");
    assert_eq!(text.lines().take(2).collect::<Vec<_>>(), ["          steps", "y"]);
    let rows: Vec<&str> = text.lines().skip(2).take(4).collect();
    assert!(rows[0].starts_with("3 ┤   ") && rows[3].starts_with("0 ┤⣀"), "{text}");
    assert_eq!(rows.iter().map(|r| r.chars().count()).max(), Some(23), "{text}");
    assert_eq!(text.lines().nth(6), Some("  └┬─────┬──────┬─────┬"), "{text}");
    assert_eq!(text.lines().nth(7), Some("   0     1      2     3"), "{text}");
    assert_eq!(text.lines().nth(8), Some("            t"), "{text}");
}

#[test]
fn several_series_have_letters_or_colours() {
    let p = plot(vec![series(Some("train"), &[1.0, 0.5, 0.2]), series(Some("test"), &[1.2, 0.9, 0.7])]);
    let plain = p.text(Screen::PLAIN).expect("finite");
    assert!(plain.contains("* train   o test") && !plain.contains('\x1b'), "{plain}");
    assert!(plain.lines().all(|l| l.chars().count() <= 80), "{plain}");
    let colored = p.text(Screen { colors: Colors::Eight, ..Screen::PLAIN }).expect("finite");
    assert!(colored.contains("\x1b[36m⠒⠒\x1b[0m train") && colored.contains("\x1b[33m"), "{colored}");
}

#[test]
fn what_is_not_finite_is_a_gap_and_nothing_is_none() {
    let p = plot(vec![series(None, &[1.0, f64::NAN, 3.0, f64::INFINITY, 2.0])]);
    assert!(p.text(Screen::PLAIN).is_some());
    let svg = String::from_utf8(p.file(Format::Svg).expect("finite")).expect("text");
    let path = svg.lines().rfind(|l| l.contains("#1f77b4")).expect("the series");
    assert_eq!(path.matches('M').count(), 3, "{path}");
    assert_eq!(path.matches("h0").count(), 3, "{path}");
    for ys in [&[f64::NAN][..], &[]] {
        assert!(plot(vec![series(None, ys)]).text(Screen::PLAIN).is_none());
    }
    let negative = Plot { log_y: true, ..plot(vec![series(None, &[-1.0, 0.0])]) };
    assert!(negative.text(Screen::PLAIN).is_none() && negative.file(Format::Png).is_none());
}

#[test]
fn one_point_constants_and_extremes_are_drawn() {
    for ys in [&[3.0][..], &[7.0; 50], &[f64::MAX, f64::MIN, 0.0], &[5e-324, 0.0], &[1e16, 1e16 + 2.0]] {
        for style in [Style::Line, Style::Scatter] {
            for (width, height) in [(None, None), (Some(1), Some(1)), (Some(300), Some(90))] {
                let p = Plot { style, width, height, ..plot(vec![series(None, ys)]) };
                let text = p.text(Screen::PLAIN).expect("finite");
                assert!(text.chars().any(|c| ('\u{2801}'..='\u{28ff}').contains(&c)), "{ys:?}: {text}");
                assert!(p.file(Format::Svg).is_some() && p.file(Format::Png).is_some());
            }
        }
    }
}

#[test]
fn a_million_points_make_a_small_file() {
    let ys: Vec<f64> = (0..1_000_000).map(|k| (f64::from(k) * 0.37).sin() + f64::from(k % 1009)).collect();
    let p = plot(vec![series(None, &ys)]);
    let svg = p.file(Format::Svg).expect("finite");
    assert!(svg.len() < 200_000, "{}", svg.len());
    let p = Plot { style: Style::Scatter, ..p };
    assert!(p.text(Screen::PLAIN).is_some());
}

#[test]
fn texts_speak_neither_to_the_terminal_nor_to_xml() {
    let mut p = plot(vec![series(Some("a<b & \"c\""), &[1.0, 2.0])]);
    p.title = "\x1b[31mred\nnext".into();
    let text = p.text(Screen::PLAIN).expect("finite");
    assert!(!text.contains('\x1b') && text.lines().next().is_some_and(|l| l.ends_with("red next")), "{text}");
    let svg = String::from_utf8(p.file(Format::Svg).expect("finite")).expect("text");
    assert!(svg.contains("a&lt;b &amp; \"c\"") && !svg.contains('\x1b'), "{svg}");
}

#[test]
fn a_png_has_its_size_ink_and_letters() {
    let p = Plot { width: Some(300), height: Some(200), ..plot(vec![series(Some("loss"), &[1.0, 0.2, 0.5])]) };
    let bytes = p.file(Format::Png).expect("finite");
    let mut reader = png_reader(&bytes);
    let mut pixels = vec![0; reader.output_buffer_size().expect("known")];
    let info = reader.next_frame(&mut pixels).expect("whole");
    assert_eq!((info.width, info.height), (300, 200));
    let count = |color: [u8; 3]| pixels.chunks(3).filter(|p| **p == color).count();
    assert!(count([31, 119, 180]) > 100, "a line");
    // Edges are brighter than the middle of a letter.
    let dark = pixels.chunks(3).filter(|p| p.iter().all(|v| *v < 85)).count();
    assert!(dark > 50, "letters: {dark}");
    assert!(count([255, 255, 255]) > 30_000, "ground");
}

fn png_reader(bytes: &[u8]) -> png::Reader<std::io::Cursor<&[u8]>> {
    png::Decoder::new(std::io::Cursor::new(bytes)).read_info().expect("a PNG")
}
