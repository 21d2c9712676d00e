//! Cuts from the sources what a diagnostic needs to show, and moves its labels onto the cuttings.

use std::collections::BTreeMap;
use std::ops::Range;

use crate::diagnostic::{Diagnostic, Label};
use crate::source::{FileId, SourceFile, SourceMap};

/// Lines shown above and below a label.
const CONTEXT_LINES: usize = 1;
/// A label over more lines than this is drawn under its first line.
const MAX_LABEL_LINES: usize = 6;
/// Columns to the next tab stop.
const TAB: usize = 4;
/// Columns that miette takes for line numbers and bars.
const GUTTER: usize = 10;

/// Some neighbouring lines of one file, as they are shown. Each line ends with `\n`.
pub struct Piece {
    pub name: String,
    /// Offset of `text` in the offsets that all pieces share.
    pub start: usize,
    /// Counted from 1.
    pub first_line: usize,
    pub text: String,
    /// Shared offset of each label's start, with its line and column in the file.
    places: Vec<(usize, (usize, usize))>,
}

impl Piece {
    /// Line and column in the file of the label that starts at `offset`.
    pub fn place_of(&self, offset: usize) -> (usize, usize) {
        self.places.iter().find(|(o, _)| *o == offset).map_or((self.first_line, 1), |(_, place)| *place)
    }
}

/// A label moved onto the pieces.
pub struct Mark {
    pub range: Range<usize>,
    pub text: String,
    pub primary: bool,
}

/// Cuts the pieces, the one with the first label's file first, and moves the labels onto them.
pub fn cut(diagnostic: &Diagnostic, sources: &SourceMap, width: usize) -> (Vec<Piece>, Vec<Mark>) {
    let mut files: Vec<FileId> = Vec::new();
    for label in &diagnostic.labels {
        if sources.get(label.span.file).is_some() && !files.contains(&label.span.file) {
            files.push(label.span.file);
        }
    }
    let (mut pieces, mut marks) = (Vec::new(), Vec::new());
    let mut start = 0;
    for (i, id) in files.into_iter().enumerate() {
        let file = sources.file(id);
        let spans = labels_in(file, diagnostic.labels.iter().filter(|l| l.span.file == id), i == 0);
        for lines in groups(file, &spans) {
            let piece = draw(file, lines, &spans, start, width.saturating_sub(GUTTER).max(30), &mut marks);
            // One offset between pieces, so that an empty label at an end belongs to one of them.
            start += piece.text.len() + 1;
            pieces.push(piece);
        }
    }
    (pieces, marks)
}

/// A label within its file, made fit for drawing.
struct Placed {
    range: Range<usize>,
    text: String,
    primary: bool,
}

/// Clamps the labels of one file to its text, and makes them disjoint where one lies in the other.
fn labels_in<'a>(file: &SourceFile, labels: impl Iterator<Item = &'a Label>, primary_file: bool) -> Vec<Placed> {
    let mut placed: Vec<Placed> = Vec::new();
    for (i, label) in labels.enumerate() {
        let range = clamp(file, label.span.range());
        let text = visible(&label.text);
        match placed.iter_mut().find(|p| p.range == range) {
            Some(same) if same.text.is_empty() => same.text = text,
            Some(same) if text.is_empty() || same.text == text => {}
            Some(same) => same.text = format!("{}; {text}", same.text),
            None => placed.push(Placed { range, text, primary: primary_file && i == 0 }),
        }
    }
    // A label around others keeps what they leave free: of `a @ b` with `a` and `b` labelled, the operator.
    for i in 0..placed.len() {
        let outer = placed[i].range.clone();
        let mut inner: Vec<Range<usize>> = placed
            .iter()
            .enumerate()
            .filter(|(j, p)| *j != i && outer.start <= p.range.start && p.range.end <= outer.end)
            .map(|(_, p)| p.range.clone())
            .collect();
        if inner.is_empty() {
            continue;
        }
        inner.sort_by_key(|r| r.start);
        let mut free = Vec::new();
        let mut at = outer.start;
        for r in &inner {
            free.push(at..r.start.max(at));
            at = at.max(r.end);
        }
        free.push(at..outer.end);
        let best = free.into_iter().map(|r| trim(&file.text, r)).filter(|r| !r.is_empty()).min_by_key(|r| {
            let punctuation = file.text[r.clone()].chars().all(|c| "()[]{},;".contains(c));
            (punctuation, r.start)
        });
        // Of `f(` the name.
        let best = best.map(|r| {
            let name = file.text[r.clone()].trim_end_matches(['(', '[', '{', ',', ' ']).len();
            if name > 0 { r.start..r.start + name } else { r }
        });
        placed[i].range = best.unwrap_or(outer.start..outer.start);
    }
    placed
}

/// Within the text, on character boundaries, without a trailing line end, and not over too many lines.
fn clamp(file: &SourceFile, range: Range<usize>) -> Range<usize> {
    let text = &file.text;
    let mut start = text.floor_char_boundary(range.start.min(text.len()));
    // Within a line end there is no place to draw; a carriage return at the end of the text is one too.
    if text[..start].ends_with('\r') && matches!(text.as_bytes().get(start), None | Some(b'\n')) {
        start -= 1;
    }
    let mut end = text.ceil_char_boundary(range.end.clamp(start, text.len()));
    while end > start && matches!(text.as_bytes()[end - 1], b'\n' | b'\r') {
        end -= 1;
    }
    if text[start..end].bytes().filter(|b| *b == b'\n').count() >= MAX_LABEL_LINES {
        let line_end = text[start..end].find('\n').map_or(end, |i| start + i);
        return trim(text, start..line_end);
    }
    start..end
}

/// Without blanks at either end.
fn trim(text: &str, range: Range<usize>) -> Range<usize> {
    let part = &text[range.clone()];
    let start = range.start + (part.len() - part.trim_start().len());
    start..(start + part.trim().len())
}

/// The runs of lines (indexes from 0) to show: those of the labels with their context, joined where they touch.
fn groups(file: &SourceFile, labels: &[Placed]) -> Vec<Range<usize>> {
    let mut runs: Vec<Range<usize>> = labels
        .iter()
        .map(|l| {
            let (first, last) = (line_index(file, l.range.start), line_index(file, l.range.end));
            let shows = |line: &usize| !file.text[file.line_range(*line)].trim().is_empty();
            let above = (first.saturating_sub(CONTEXT_LINES)..first).find(shows).unwrap_or(first);
            let below = (last + 1..(last + 1 + CONTEXT_LINES).min(file.line_count())).rev().find(shows);
            above..below.unwrap_or(last) + 1
        })
        .collect();
    runs.sort_by_key(|r| r.start);
    let mut joined: Vec<Range<usize>> = Vec::new();
    for run in runs {
        match joined.last_mut() {
            Some(last) if run.start <= last.end => last.end = last.end.max(run.end),
            _ => joined.push(run),
        }
    }
    joined
}

/// Copies the lines as they are to be shown, and notes where the labels' ends come to lie.
fn draw(
    file: &SourceFile,
    lines: Range<usize>,
    labels: &[Placed],
    start: usize,
    columns: usize,
    marks: &mut Vec<Mark>,
) -> Piece {
    let lines_range = file.line_range(lines.start).start..file.line_range(lines.end - 1).end;
    let here: Vec<&Placed> =
        labels.iter().filter(|l| lines_range.start <= l.range.start && l.range.end <= lines_range.end).collect();
    // Both ends of each label, by source offset; the shared offset is filled in as the text grows.
    let mut ends: BTreeMap<usize, usize> = here.iter().flat_map(|l| [(l.range.start, 0), (l.range.end, 0)]).collect();
    let mut text = String::new();
    for line in lines.clone() {
        draw_line(file, file.line_range(line), &mut ends, start, columns, &mut text);
    }
    let mut places = Vec::new();
    for label in here {
        let range = ends[&label.range.start]..ends[&label.range.end];
        places.push((range.start, line_and_column(file, label.range.start)));
        marks.push(Mark { range, text: label.text.clone(), primary: label.primary });
    }
    Piece { name: visible(&file.name), start, first_line: lines.start + 1, text, places }
}

/// Appends one line to `text`. Of a line with more characters than `columns` only the surroundings of the labels'
/// ends are kept, or its beginning when it has none.
fn draw_line(
    file: &SourceFile,
    line: Range<usize>,
    ends: &mut BTreeMap<usize, usize>,
    start: usize,
    columns: usize,
    text: &mut String,
) {
    let content = &file.text[line.clone()];
    let on_line: Vec<usize> = ends.range(line.start..=line.end).map(|(at, _)| *at).collect();
    let around = columns / (2 * on_line.len().max(1));
    let head = content.char_indices().nth(columns).map_or(line.end, |(i, _)| line.start + i);
    let kept = |offset: usize| match on_line.is_empty() {
        true => offset < head,
        false => on_line.iter().any(|at| at.abs_diff(offset) < around),
    };
    let (mut column, mut next_end, mut elided) = (0, 0, false);
    for (offset, c) in content.char_indices().map(|(i, c)| (line.start + i, c)) {
        while next_end < on_line.len() && on_line[next_end] <= offset {
            ends.insert(on_line[next_end], start + text.len());
            next_end += 1;
        }
        if head < line.end && !kept(offset) {
            if !elided {
                text.push('…');
                column += 1;
            }
            elided = true;
            continue;
        }
        elided = false;
        if c == '\t' {
            let blanks = TAB - column % TAB;
            text.extend(std::iter::repeat_n(' ', blanks));
            column += blanks;
        } else {
            text.push(picture(c));
            column += 1;
        }
    }
    for at in &on_line[next_end..] {
        ends.insert(*at, start + text.len());
    }
    text.push('\n');
}

/// What stands on a terminal for a character that would move the cursor, colour or reorder the text, or not show.
fn picture(c: char) -> char {
    match c {
        '\0'..='\x1f' => char::from_u32(0x2400 + c as u32).unwrap_or('\u{fffd}'),
        '\x7f' => '␡',
        '\u{80}'..='\u{9f}'
        | '\u{200b}'..='\u{200f}'
        | '\u{2028}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}'
        | '\u{feff}' => '\u{fffd}',
        c => c,
    }
}

/// The text with such characters replaced; line ends stay.
pub fn visible(text: &str) -> String {
    text.chars().map(|c| if c == '\n' { c } else { picture(c) }).collect()
}

fn line_index(file: &SourceFile, offset: usize) -> usize {
    file.line(offset as u32) as usize - 1
}

/// Counted from 1, the column in characters.
pub fn line_and_column(file: &SourceFile, offset: usize) -> (usize, usize) {
    let offset = file.text.floor_char_boundary(offset.min(file.text.len()));
    let line = line_index(file, offset);
    let line_start = file.line_range(line).start;
    (line + 1, file.text[line_start..offset.max(line_start)].chars().count() + 1)
}
