//! Tables in `.csv`: a row of names or none, then rows of fields with a separator between them, in quotes where a
//! field holds a separator, a quote or a line end (RFC 4180). Each column has one type, found by looking at all of it.

use std::collections::HashSet;
use std::io::Write;

use half::{bf16, f16};

use super::{FileError, Result, TableOptions, reserve};
use crate::device::DType;
use crate::tensor::{Dims, Num, Tensor};

/// One column.
pub enum Column {
    Numbers(Tensor),
    Words(Vec<String>),
}

impl Column {
    pub fn rows(&self) -> usize {
        match self {
            Column::Numbers(t) => t.numel(),
            Column::Words(words) => words.len(),
        }
    }
}

/// How programs write that there is no value.
const MISSING: &[&str] = &["", "NA", "N/A", "n/a", "nan", "NaN", "null", "NULL", "None"];

/// Bytes that a word takes in a program, and a column beside its fields, about.
const WORD: usize = 96;
const COLUMN: usize = 512;

/// What one field looks like.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Look {
    Missing,
    Bool,
    Int,
    Float,
    Word,
}

fn look(field: &str) -> Look {
    let field = field.trim();
    if MISSING.contains(&field) {
        return Look::Missing;
    }
    if bool_of(field).is_some() {
        return Look::Bool;
    }
    if field.parse::<i64>().is_ok() {
        return Look::Int;
    }
    // More digits than an i64 has are the name of something, which a float would spoil.
    let digits = field.strip_prefix(['-', '+']).unwrap_or(field);
    if digits.bytes().all(|b| b.is_ascii_digit()) || field.parse::<f64>().is_err() { Look::Word } else { Look::Float }
}

fn bool_of(field: &str) -> Option<bool> {
    ["true", "True", "TRUE"].contains(&field).then_some(true).or_else(|| {
        let no = ["false", "False", "FALSE"].contains(&field);
        no.then_some(false)
    })
}

/// What all fields of a column look like.
#[derive(Clone, Default, Debug)]
struct Seen {
    missing: bool,
    bools: bool,
    ints: bool,
    floats: bool,
    words: bool,
    bytes: usize,
}

impl Seen {
    fn add(&mut self, field: &str) {
        self.bytes += field.len();
        if self.words {
            return;
        }
        *match look(field) {
            Look::Missing => &mut self.missing,
            Look::Bool => &mut self.bools,
            Look::Int => &mut self.ints,
            Look::Float => &mut self.floats,
            Look::Word => &mut self.words,
        } = true;
    }

    /// None for words. What is missing is nan, which only floats have.
    fn dtype(&self, floats: DType) -> Option<DType> {
        let numbers = self.ints || self.floats;
        match self {
            s if s.words || (s.bools && numbers) => None,
            s if s.missing || s.floats => Some(floats),
            s if s.bools => Some(DType::Bool),
            s if s.ints => Some(DType::I64),
            _ => Some(floats),
        }
    }
}

/// The rows of a text, one after the other.
struct Rows<'t> {
    reader: csv::Reader<&'t [u8]>,
    row: csv::StringRecord,
}

impl<'t> Rows<'t> {
    fn of(text: &'t str, separator: u8) -> Rows<'t> {
        let mut options = csv::ReaderBuilder::new();
        // That rows are of one length is seen to below, with a better word for it.
        let reader = options.has_headers(false).flexible(true).delimiter(separator).from_reader(text.as_bytes());
        Rows { reader, row: csv::StringRecord::new() }
    }

    fn next(&mut self) -> Result<Option<&csv::StringRecord>> {
        Ok(if self.reader.read_record(&mut self.row)? { Some(&self.row) } else { None })
    }
}

impl From<csv::Error> for FileError {
    fn from(e: csv::Error) -> FileError {
        match e.into_kind() {
            csv::ErrorKind::Io(e) => e.into(),
            other => FileError::damaged(format!("no usable table: {other:?}")),
        }
    }
}

fn line_of(text: &str, row: &csv::StringRecord) -> usize {
    line_at(text, row.position().map_or(0, |p| p.byte() as usize))
}

/// The line, from 1, of the row that is read from this byte on; blank lines before it are skipped.
fn line_at(text: &str, start: usize) -> usize {
    let blank = text.as_bytes()[start..].iter().take_while(|b| matches!(b, b'\r' | b'\n')).count();
    1 + text.as_bytes()[..start + blank].iter().filter(|b| **b == b'\n').count()
}

/// Columns by name, in their order.
pub fn read(bytes: &[u8], options: &TableOptions) -> Result<Vec<(String, Column)>> {
    let text = super::text(bytes)?;
    if let Some(at) = text.find('\0') {
        let line = 1 + text[..at].matches('\n').count();
        return Err(FileError::damaged(format!("line {line} holds a zero byte, which no table has")));
    }
    let mut rows = Rows::of(text, options.separator);
    let Some(first) = rows.next()? else { return Err(FileError::damaged("the table is empty")) };
    let width = first.len();
    let _columns = reserve(width.saturating_mul(COLUMN))?;
    let header = options.header.unwrap_or_else(|| !first.iter().any(is_number));
    let names = if header { names(first)? } else { (0..width).map(position_name).collect() };
    let (seen, height) = survey(text, options.separator, width, header)?;
    let words = seen.iter().filter(|s| s.dtype(options.dtype).is_none());
    let need = words.map(|s| s.bytes.saturating_add(height.saturating_mul(WORD))).fold(0, usize::saturating_add);
    let _words = reserve(need)?;
    let columns = fill(text, options, header, &seen, height)?;
    Ok(names.into_iter().zip(columns).collect())
}

/// A first row with a number or a bool in it holds no names.
fn is_number(field: &str) -> bool {
    !matches!(look(field), Look::Missing | Look::Word)
}

fn position_name(column: usize) -> String {
    format!("c{column}")
}

fn names(first: &csv::StringRecord) -> Result<Vec<String>> {
    let mut taken = HashSet::new();
    let names = first.iter().enumerate().map(|(k, field)| match field.trim() {
        "" => position_name(k),
        name => name.to_string(),
    });
    names
        .map(|name| match taken.insert(name.clone()) {
            true => Ok(name),
            false => Err(FileError::damaged(format!("two columns are named `{name}`"))
                .help("`header: false` reads the first row like the others, and names columns `c0`, `c1`, …")),
        })
        .collect()
}

/// What the columns look like, and how many rows there are.
fn survey(text: &str, separator: u8, width: usize, header: bool) -> Result<(Vec<Seen>, usize)> {
    let mut rows = Rows::of(text, separator);
    let mut seen = vec![Seen::default(); width];
    let (mut count, mut last) = (0, 0);
    while let Some(row) = rows.next()? {
        if row.len() != width {
            let (line, n) = (line_of(text, row), row.len());
            let fields = if n == 1 { "field" } else { "fields" };
            return Err(FileError::damaged(format!("line {line} has {n} {fields}, and the first row has {width}"))
                .help("a separator inside a field needs quotes around it; `sep: \";\"` reads other separators"));
        }
        if count > 0 || !header {
            seen.iter_mut().zip(row).for_each(|(s, field)| s.add(field));
        }
        count += 1;
        last = row.position().map_or(0, |p| p.byte() as usize);
    }
    if open_quote(&text[last..], separator) {
        let line = line_at(text, last);
        return Err(FileError::damaged(format!("a quote in the row that begins in line {line} is never closed")));
    }
    Ok((seen, count - usize::from(header)))
}

/// Whether the text of the last row opens a quote that it does not close.
fn open_quote(row: &str, separator: u8) -> bool {
    let row = row.trim_start_matches(['\r', '\n']);
    let opened = row.starts_with('"') || row.contains(&*format!("{}\"", separator as char));
    opened && row.matches('"').count() % 2 == 1
}

/// Fills the columns; the rows are those that have been surveyed.
fn fill(text: &str, options: &TableOptions, header: bool, seen: &[Seen], height: usize) -> Result<Vec<Column>> {
    let mut columns = Vec::with_capacity(seen.len());
    for s in seen {
        columns.push(match s.dtype(options.dtype) {
            Some(dtype) => Column::Numbers(Tensor::full(dtype, Dims::of(&[height]), Num::Int(0))?),
            None => Column::Words(Vec::with_capacity(height)),
        });
    }
    let mut rows = Rows::of(text, options.separator);
    if header {
        rows.next()?;
    }
    let mut places: Vec<Place> = columns.iter_mut().map(Place::of).collect();
    let mut at = 0;
    while let Some(row) = rows.next()? {
        for (k, (place, field)) in places.iter_mut().zip(row).enumerate() {
            if !place.put(at, field) {
                let line = line_of(text, row);
                return Err(FileError::damaged(format!(
                    "`{}` in line {line}, column {} is beyond {}",
                    field.trim(),
                    k + 1,
                    options.dtype
                ))
                .help("`dtype: \"f64\"` holds numbers up to 1.8e308"));
            }
        }
        at += 1;
    }
    Ok(columns)
}

/// Where the fields of a column go.
enum Place<'c> {
    Bools(&'c mut [bool]),
    Ints(&'c mut [i64]),
    F32(&'c mut [f32]),
    F64(&'c mut [f64]),
    Words(&'c mut Vec<String>),
}

impl<'c> Place<'c> {
    fn of(column: &'c mut Column) -> Place<'c> {
        match column {
            Column::Words(words) => Place::Words(words),
            Column::Numbers(t) => match t.dtype() {
                DType::Bool => Place::Bools(t.elements_mut()),
                DType::I64 => Place::Ints(t.elements_mut()),
                DType::F64 => Place::F64(t.elements_mut()),
                _ => Place::F32(t.elements_mut()),
            },
        }
    }

    /// False for a number that is too large. Texts that are no such numbers were found by the survey.
    fn put(&mut self, at: usize, field: &str) -> bool {
        let trimmed = field.trim();
        macro_rules! float {
            ($T:ty) => {
                match bool_of(trimmed) {
                    Some(b) => f32::from(u8::from(b)).into(),
                    None => trimmed.parse::<$T>().unwrap_or(<$T>::NAN),
                }
            };
        }
        let is_written = |infinite: bool| !infinite || trimmed.contains(['i', 'I']);
        match self {
            Place::Words(words) => words.push(field.to_string()),
            Place::Bools(all) => all[at] = bool_of(trimmed) == Some(true),
            Place::Ints(all) => all[at] = trimmed.parse().unwrap_or(0),
            Place::F32(all) => {
                all[at] = float!(f32);
                return is_written(all[at].is_infinite());
            }
            Place::F64(all) => {
                all[at] = float!(f64);
                return is_written(all[at].is_infinite());
            }
        }
        true
    }
}

// ---------------------------------------------------------------------------------------------------------------------

/// The fields of a column as they are written: floats with as many digits as tell them apart.
enum Fields<'c> {
    Bools(&'c [bool]),
    Ints(&'c [i64]),
    F16(&'c [f16]),
    BF16(&'c [bf16]),
    F32(&'c [f32]),
    F64(&'c [f64]),
    Words(&'c [String]),
}

impl<'c> Fields<'c> {
    /// With the numbers in a row.
    fn of(column: &'c Column, plain: Option<&'c Tensor>) -> Fields<'c> {
        let t = match (column, plain) {
            (Column::Words(words), _) => return Fields::Words(words),
            (Column::Numbers(t), None) => t,
            (_, Some(t)) => t,
        };
        match t.dtype() {
            DType::Bool => Fields::Bools(t.slice()),
            DType::I64 => Fields::Ints(t.slice()),
            DType::F16 => Fields::F16(t.slice()),
            DType::BF16 => Fields::BF16(t.slice()),
            DType::F32 => Fields::F32(t.slice()),
            DType::F64 => Fields::F64(t.slice()),
        }
    }

    fn write(&self, at: usize, out: &mut String) {
        use std::fmt::Write;
        out.clear();
        macro_rules! number {
            ($x:expr) => {
                if $x.is_nan() { out.write_str("nan") } else { write!(out, "{:?}", $x) }
            };
        }
        let written = match self {
            Fields::Bools(all) => write!(out, "{}", all[at]),
            Fields::Ints(all) => write!(out, "{}", all[at]),
            Fields::F16(all) => number!(all[at].to_f32()),
            Fields::BF16(all) => number!(all[at].to_f32()),
            Fields::F32(all) => number!(all[at]),
            Fields::F64(all) => number!(all[at]),
            Fields::Words(all) => out.write_str(&all[at]),
        };
        written.expect("writing to a string");
    }
}

/// Writes a row of names, if there are any, and the rows.
pub fn write(out: &mut dyn Write, columns: &[Column], names: Option<&[String]>, separator: u8) -> Result<()> {
    let plain: Vec<Option<Tensor>> = columns
        .iter()
        .map(|c| match c {
            Column::Numbers(t) => t.plain().map(Some),
            Column::Words(_) => Ok(None),
        })
        .collect::<std::result::Result<_, _>>()?;
    let fields: Vec<Fields> = columns.iter().zip(&plain).map(|(c, t)| Fields::of(c, t.as_ref())).collect();
    let mut rows = csv::WriterBuilder::new().delimiter(separator).from_writer(out);
    if let Some(names) = names {
        rows.write_record(names)?;
    }
    let mut field = String::new();
    for at in 0..columns.first().map_or(0, Column::rows) {
        for column in &fields {
            column.write(at, &mut field);
            rows.write_field(&field)?;
        }
        rows.write_record(None::<&[u8]>)?;
    }
    Ok(rows.flush()?)
}
