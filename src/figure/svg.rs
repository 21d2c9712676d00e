//! A scene as SVG.

use std::fmt::Write;

use super::scene::{Anchor, Item, Rgb, Scene, Size, TEXT};

pub fn write(scene: &Scene) -> String {
    let (w, h) = (scene.width, scene.height);
    let mut out = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{w}\" height=\"{h}\" viewBox=\"0 0 {w} {h}\" \
         font-family=\"sans-serif\" fill=\"{}\">\n<rect width=\"{w}\" height=\"{h}\" fill=\"#ffffff\"/>\n",
        hex(TEXT)
    );
    for item in &scene.items {
        // Writing to a string does not fail.
        let _ = write_item(&mut out, item);
    }
    out.push_str("</svg>\n");
    out
}

fn hex([r, g, b]: Rgb) -> String {
    format!("#{r:02x}{g:02x}{b:02x}")
}

fn write_item(out: &mut String, item: &Item) -> std::fmt::Result {
    match item {
        Item::Lines { runs, color, width } => {
            out.push_str("<path d=\"");
            for run in runs {
                for (k, (x, y)) in run.iter().enumerate() {
                    write!(out, "{}{x:.1} {y:.1}", if k == 0 { 'M' } else { 'L' })?;
                }
                if run.len() == 1 {
                    // A line of no length with round ends.
                    out.push_str("h0");
                }
            }
            let color = hex(*color);
            writeln!(
                out,
                "\" fill=\"none\" stroke=\"{color}\" stroke-width=\"{width}\" stroke-linejoin=\"round\" \
                 stroke-linecap=\"round\"/>"
            )
        }
        Item::Dots { points, color, radius } => {
            writeln!(out, "<g fill=\"{}\">", hex(*color))?;
            for (x, y) in points {
                writeln!(out, "<circle cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"{radius}\"/>")?;
            }
            writeln!(out, "</g>")
        }
        Item::Text { x, y, text, size, anchor, upwards } => {
            let anchor = match anchor {
                Anchor::Start => "start",
                Anchor::Middle => "middle",
                Anchor::End => "end",
            };
            let size = if *size == Size::Title { 18 } else { 14 };
            let turn = if *upwards { format!(" transform=\"rotate(-90 {x:.1} {y:.1})\"") } else { String::new() };
            let text = escaped(text);
            writeln!(
                out,
                "<text x=\"{x:.1}\" y=\"{y:.1}\" font-size=\"{size}\" text-anchor=\"{anchor}\" dy=\"0.35em\"{turn}>\
                 {text}</text>"
            )
        }
    }
}

/// Two characters that XML has no way to write stand for nothing.
fn escaped(text: &str) -> String {
    let mut out = String::new();
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '\u{fffe}' | '\u{ffff}' => {}
            c => out.push(c),
        }
    }
    out
}
