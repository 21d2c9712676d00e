//! What programs keep in files: tensors in NumPy's `.npy` and `.npz` and in `.safetensors`, tables in `.csv`, images in
//! `.png` and `.jpg`, values in `.json`, and text. Nothing here knows the language.
//!
//! Files are taken for hostile: a header may lie about sizes, and nothing is allocated that the file's own length
//! cannot account for, or that the program's limit on memory has no room for. Files are written aside and renamed, so
//! that a reader never sees half of one.

mod atomic;
mod image;
pub mod json;
mod npy;
mod npz;
mod safetensors;
pub mod table;

use std::fs::File;
use std::io::{self, BufReader, Read, Write};
use std::path::Path;

use crate::device::DType;
use crate::device::cpu::alloc::{self, Charge};
use crate::ops::OpError;
use crate::tensor::Tensor;

pub const CODES: &[(&str, &str)] = &[
    ("FILE-01", "a file cannot be opened, read or written"),
    ("FILE-02", "a file is damaged, or is not of the format that its name says"),
    ("FILE-03", "a file holds something that Reel has no value for"),
    ("FILE-04", "a file's name does not end in a format that is known"),
];

/// Why a file cannot be read or written; not yet with its name.
#[derive(Debug)]
pub struct FileError {
    pub code: &'static str,
    pub message: String,
    pub help: Option<String>,
}

pub type Result<T> = std::result::Result<T, FileError>;

impl FileError {
    fn damaged(message: impl Into<String>) -> FileError {
        FileError { code: "FILE-02", message: message.into(), help: None }
    }

    fn unfit(message: impl Into<String>) -> FileError {
        FileError { code: "FILE-03", message: message.into(), help: None }
    }

    fn help(mut self, text: impl Into<String>) -> FileError {
        self.help = Some(text.into());
        self
    }

    fn unreadable(message: impl Into<String>) -> FileError {
        FileError { code: "FILE-01", message: message.into(), help: None }
    }

    /// A value that this format does not hold.
    fn unsuited(message: impl Into<String>) -> FileError {
        FileError { code: "FILE-06", message: message.into(), help: None }
    }

    /// Says first which part of the file it is about.
    fn within(mut self, part: &str) -> FileError {
        self.message = format!("in `{part}`: {}", self.message);
        self
    }
}

impl From<io::Error> for FileError {
    fn from(e: io::Error) -> FileError {
        match e.kind() {
            io::ErrorKind::UnexpectedEof => FileError::damaged("the file ends too early"),
            // What the decompressor and the checksum say.
            io::ErrorKind::InvalidData | io::ErrorKind::InvalidInput => FileError::damaged(format!("damaged: {e}")),
            _ => FileError { code: "FILE-01", message: e.to_string(), help: None },
        }
    }
}

impl From<Box<OpError>> for FileError {
    fn from(e: Box<OpError>) -> FileError {
        FileError { code: e.code, message: e.message, help: e.help }
    }
}

/// How a file is laid out.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Format {
    /// One tensor.
    Npy,
    /// Tensors by name.
    Npz,
    /// Tensors by name.
    Safetensors,
    /// Columns by name.
    Csv,
    /// Columns by name, a tab between them.
    Tsv,
    /// One image.
    Png,
    /// One image.
    Jpeg,
    /// Any value that is made of records, lists, texts and numbers.
    Json,
    Text,
}

/// Endings of files, in lower case; the first of a format is what the format is called.
const ENDINGS: &[(&str, Format)] = &[
    ("npy", Format::Npy),
    ("npz", Format::Npz),
    ("safetensors", Format::Safetensors),
    ("csv", Format::Csv),
    ("tsv", Format::Tsv),
    ("png", Format::Png),
    ("jpg", Format::Jpeg),
    ("jpeg", Format::Jpeg),
    ("json", Format::Json),
    ("txt", Format::Text),
    ("text", Format::Text),
    ("md", Format::Text),
    ("log", Format::Text),
];

impl Format {
    /// What a file's name says about it.
    pub fn of(path: &Path) -> Result<Format> {
        let ending = path.extension().and_then(|e| e.to_str()).unwrap_or("").to_ascii_lowercase();
        Format::named(&ending).ok_or_else(|| {
            let e = FileError {
                code: "FILE-04",
                message: "the file's name does not say its format".into(),
                help: Some(format!("the endings {} are known; `as: \"text\"` says it for another", Format::known())),
            };
            match &*ending {
                "pt" | "pth" | "pkl" | "bin" | "ckpt" => {
                    e.help("reading such a file runs code from it; in Python save it as `.safetensors` or `.npz` first")
                }
                _ => e,
            }
        })
    }

    /// By its ending.
    pub fn named(ending: &str) -> Option<Format> {
        ENDINGS.iter().find(|(e, _)| *e == ending).map(|(_, f)| *f)
    }

    /// All endings, for messages.
    pub fn known() -> String {
        let quoted: Vec<String> = ENDINGS.iter().map(|(e, _)| format!("`.{e}`")).collect();
        quoted.join(" ")
    }

    /// Between the columns of a table.
    pub fn separator(self) -> u8 {
        if self == Format::Tsv { b'\t' } else { b',' }
    }
}

/// What a file holds.
pub enum Contents {
    One(Tensor),
    Named(Vec<(String, Tensor)>),
    Table(Vec<(String, table::Column)>),
    Json(json::Json),
    Text(String),
}

/// How a table is to be read.
#[derive(Clone, Copy, Debug)]
pub struct TableOptions {
    /// Whether the first row holds names; `None` finds out.
    pub header: Option<bool>,
    pub separator: u8,
    /// Of columns with a fraction.
    pub dtype: DType,
}

/// Reads a file.
pub fn load(path: &Path, format: Format, table: &TableOptions) -> Result<Contents> {
    let (mut file, len) = open(path)?;
    match format {
        Format::Npy => npy::read(&mut file, len).map(Contents::One),
        Format::Npz => npz::read(file, len).map(Contents::Named),
        Format::Safetensors => safetensors::read(&mut file, len).map(Contents::Named),
        Format::Png => image::read_png(&mut file, len).map(Contents::One),
        Format::Jpeg => image::read_jpeg(&whole(&mut file, len)?.bytes).map(Contents::One),
        Format::Csv | Format::Tsv => table::read(&whole(&mut file, len)?.bytes, table).map(Contents::Table),
        Format::Json => {
            let file = whole(&mut file, len)?;
            let _charge = reserve(file.bytes.len().saturating_mul(json::MOST_PER_BYTE))?;
            json::parse(text(&file.bytes)?).map(Contents::Json)
        }
        Format::Text => {
            let file = whole(&mut file, len)?;
            text(&file.bytes).map(|t| Contents::Text(t.to_string()))
        }
    }
}

/// A regular file with its length; anything else could wait for ever, or end never.
fn open(path: &Path) -> Result<(BufReader<File>, u64)> {
    regular(&std::fs::metadata(path)?)?;
    let file = File::open(path)?;
    let meta = file.metadata()?;
    regular(&meta)?;
    Ok((BufReader::with_capacity(1 << 16, file), meta.len()))
}

fn regular(meta: &std::fs::Metadata) -> Result<()> {
    match meta {
        m if m.is_file() => Ok(()),
        m if m.is_dir() => Err(FileError::unreadable("this is a folder")),
        _ => Err(FileError::unreadable("this is a device or a pipe, not a file")),
    }
}

/// Memory that is asked for before it is taken, and counted as long as the result lives.
fn reserve(bytes: usize) -> Result<Charge> {
    alloc::check(bytes).map_err(OpError::out_of_memory)?;
    Ok(Charge::new(bytes))
}

/// All bytes of a file, counted.
struct Whole {
    bytes: Vec<u8>,
    #[expect(dead_code, reason = "counts as long as it lives")]
    charge: Charge,
}

fn whole(file: &mut BufReader<File>, len: u64) -> Result<Whole> {
    let charge = reserve(usize::try_from(len).unwrap_or(usize::MAX))?;
    let mut bytes = Vec::new();
    bytes.try_reserve_exact(len as usize).map_err(|_| FileError::unreadable("there is no memory for it"))?;
    // A file that grows while it is read is not followed.
    file.take(len).read_to_end(&mut bytes)?;
    Ok(Whole { bytes, charge })
}

/// UTF-8 without the mark that some programs put before it.
fn text(bytes: &[u8]) -> Result<&str> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    std::str::from_utf8(bytes).map_err(|e| {
        let line = 1 + bytes[..e.valid_up_to()].iter().filter(|b| **b == b'\n').count();
        FileError::damaged(format!("line {line} is no UTF-8 text"))
            .help("save it as UTF-8 first, as with `iconv -f LATIN1 -t UTF-8`")
    })
}

/// A file that is part of the program itself.
pub fn built_in(bytes: &'static [u8], format: Format, table: &TableOptions) -> Result<Contents> {
    match format {
        Format::Npz => npz::read_from(io::Cursor::new(bytes), bytes.len() as u64).map(Contents::Named),
        _ => table::read(bytes, table).map(Contents::Table),
    }
}

/// Writes a file whose bytes are made already.
pub fn save_bytes(path: &Path, bytes: &[u8]) -> Result<()> {
    atomic::write(path, |out| Ok(io::Write::write_all(out, bytes)?))
}

/// Writes one tensor as `.npy`.
pub fn save_one(path: &Path, t: &Tensor) -> Result<()> {
    atomic::write(path, |out| npy::write(out, t))
}

/// Writes tensors by name as `.safetensors`.
pub fn save_safetensors(path: &Path, tensors: &[(String, Tensor)]) -> Result<()> {
    atomic::write(path, |out| safetensors::write(out, tensors))
}

/// Writes tensors by name as `.npz`.
pub fn save_npz(path: &Path, tensors: &[(String, Tensor)], compress: bool) -> Result<()> {
    atomic::write(path, |out| npz::write(out, tensors, compress))
}

/// Writes columns of one length, with a row of names or without.
pub fn save_table(path: &Path, columns: &[table::Column], names: Option<&[String]>, separator: u8) -> Result<()> {
    atomic::write(path, |out| table::write(out, columns, names, separator))
}

pub fn save_png(path: &Path, t: &Tensor) -> Result<()> {
    let image = image::Image::of(t, 4)?;
    atomic::write(path, |out| image::write_png(out, &image))
}

/// With a quality of 1 to 100.
pub fn save_jpeg(path: &Path, t: &Tensor, quality: u8) -> Result<()> {
    let image = image::Image::of(t, 3)?;
    atomic::write(path, |out| image::write_jpeg(out, &image, quality))
}

pub fn save_text(path: &Path, text: &str) -> Result<()> {
    atomic::write(path, |out| Ok(out.write_all(text.as_bytes())?))
}

#[cfg(test)]
mod tests;
