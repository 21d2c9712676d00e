//! Tensors in files: NumPy's `.npy` and `.npz`, and `.safetensors`. Nothing here knows the language.
//!
//! Files are taken for hostile: a header may lie about sizes, and nothing is allocated that the file's own length
//! cannot account for. Files are written aside and renamed, so that a reader never sees half of one.

mod atomic;
mod json;
mod npy;
mod npz;
mod safetensors;

use std::io;
use std::path::Path;

use crate::ops::OpError;
use crate::tensor::Tensor;

pub const CODES: &[(&str, &str)] = &[
    ("FILE-01", "a file cannot be opened, read or written"),
    ("FILE-02", "a file is damaged, or is not of the format that its name says"),
    ("FILE-03", "a file holds something that is no tensor of numbers"),
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

/// What a file's name says about it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Format {
    /// One tensor.
    Npy,
    /// Tensors by name.
    Npz,
    /// Tensors by name.
    Safetensors,
}

impl Format {
    pub fn of(path: &Path) -> Result<Format> {
        let ending = path.extension().and_then(|e| e.to_str()).unwrap_or("").to_ascii_lowercase();
        match &*ending {
            "npy" => Ok(Format::Npy),
            "npz" => Ok(Format::Npz),
            "safetensors" => Ok(Format::Safetensors),
            _ => {
                let e = FileError {
                    code: "FILE-04",
                    message: "the file's name does not say its format".into(),
                    help: Some("the endings `.npy`, `.npz` and `.safetensors` are known".into()),
                };
                Err(match &*ending {
                    "pt" | "pth" | "pkl" | "bin" | "ckpt" => e.help(
                        "reading such a file runs code from it; in Python save it as `.safetensors` or `.npz` first",
                    ),
                    _ => e,
                })
            }
        }
    }
}

/// What a file holds.
pub enum Contents {
    One(Tensor),
    Named(Vec<(String, Tensor)>),
}

/// Reads a file in the format that its name says.
pub fn load(path: &Path) -> Result<Contents> {
    let format = Format::of(path)?;
    let file = std::fs::File::open(path)?;
    let meta = file.metadata()?;
    if !meta.is_file() {
        return Err(FileError { code: "FILE-01", message: "this is no file".into(), help: None });
    }
    let mut file = io::BufReader::with_capacity(1 << 16, file);
    match format {
        Format::Npy => npy::read(&mut file, meta.len()).map(Contents::One),
        Format::Npz => npz::read(file, meta.len()).map(Contents::Named),
        Format::Safetensors => safetensors::read(&mut file, meta.len()).map(Contents::Named),
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

/// Writes tensors by name as `.npz` or `.safetensors`.
pub fn save_named(path: &Path, tensors: &[(String, Tensor)]) -> Result<()> {
    match Format::of(path)? {
        Format::Safetensors => atomic::write(path, |out| safetensors::write(out, tensors)),
        Format::Npy | Format::Npz => atomic::write(path, |out| npz::write(out, tensors)),
    }
}

#[cfg(test)]
mod tests;
