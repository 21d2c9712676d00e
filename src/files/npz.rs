//! NumPy's `.npz`: a zip archive with one `.npy` for each name.

use std::collections::HashSet;
use std::fs::File;
use std::io::{self, BufReader, BufWriter, Read, Seek, SeekFrom, Write};

use zip::result::ZipError;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipArchive, ZipWriter};

use super::{FileError, Result, npy};
use crate::tensor::Tensor;

/// Deflate makes at most 1,032 bytes out of one. An entry that promises more is a lie.
const MOST_INFLATED: u64 = 1032;

impl From<ZipError> for FileError {
    fn from(e: ZipError) -> FileError {
        match e {
            ZipError::Io(e) => e.into(),
            ZipError::UnsupportedArchive(why) => FileError::unfit(format!("this kind of archive is not read: {why}")),
            e => FileError::damaged(format!("no usable zip archive: {e}"))
                .help("`.npz` files are written by `save` and by NumPy's `numpy.savez`"),
        }
    }
}

/// All arrays of the archive, in its order.
pub fn read(file: BufReader<File>, len: u64) -> Result<Vec<(String, Tensor)>> {
    read_from(file, len)
}

pub(super) fn read_from<R: Read + Seek>(file: R, len: u64) -> Result<Vec<(String, Tensor)>> {
    let mut archive = ZipArchive::new(file)?;
    let mut tensors = Vec::with_capacity(archive.len().min(1024));
    let mut names = HashSet::new();
    // Entries that share their bytes are how small archives unfold to petabytes.
    let mut unread = len;
    for i in 0..archive.len() {
        let mut entry = archive.by_index(i)?;
        if entry.is_dir() {
            continue;
        }
        let full = entry.name().to_string();
        let Some(name) = full.strip_suffix(".npy").map(str::to_string) else {
            return Err(FileError::unfit(format!("`{full}` in the archive is no array"))
                .help("an `.npz` holds nothing but `.npy` files"));
        };
        let (packed, size) = (entry.compressed_size(), entry.size());
        unread = match unread.checked_sub(packed) {
            Some(left) if size <= packed.saturating_mul(MOST_INFLATED).saturating_add(64) => left,
            _ => return Err(FileError::damaged("the sizes in the archive cannot be true").within(&full)),
        };
        if !names.insert(name.clone()) {
            return Err(FileError::damaged(format!("the archive has two entries named `{full}`")));
        }
        let t = npy::read(&mut entry, size).map_err(|e| e.within(&full))?;
        // The checksum is looked at where the entry ends. More than was promised is not looked for.
        io::copy(&mut entry.by_ref().take(size), &mut io::sink()).map_err(|e| FileError::from(e).within(&full))?;
        tensors.push((name, t));
    }
    Ok(tensors)
}

/// The longest name that a zip archive holds, its ending included.
const MOST_NAME: usize = u16::MAX as usize;

/// Writes an archive, compressed or not.
pub fn write(out: &mut BufWriter<File>, tensors: &[(String, Tensor)], compress: bool) -> Result<()> {
    write_to(out, tensors, compress)
}

pub(super) fn write_to<W: Write + Seek>(out: W, tensors: &[(String, Tensor)], compress: bool) -> Result<()> {
    let mut archive = ZipWriter::new(Once { out, at: 0, failed: false });
    let method = if compress { CompressionMethod::Deflated } else { CompressionMethod::Stored };
    for (name, t) in tensors {
        let entry = format!("{name}.npy");
        if entry.len() > MOST_NAME {
            return Err(FileError::unsuited(format!("a name of {} bytes; an `.npz` holds shorter ones", name.len())));
        }
        // Entries near 4 GiB need longer size fields, which must be known beforehand.
        let large = t.bytes() > 3 << 30;
        let options = SimpleFileOptions::default().compression_method(method).large_file(large);
        archive.start_file(entry, options)?;
        npy::write(&mut archive, t)?;
    }
    archive.finish()?;
    Ok(())
}

/// Fails once: an archive that is dropped after a failure tries to write its end, and would print that it cannot.
struct Once<W> {
    out: W,
    at: u64,
    failed: bool,
}

impl<W: Write> Write for Once<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = if self.failed { Ok(bytes.len()) } else { self.out.write(bytes) };
        // What was interrupted is tried again.
        self.failed |= written.as_ref().is_err_and(|e| e.kind() != io::ErrorKind::Interrupted);
        self.at += *written.as_ref().unwrap_or(&0) as u64;
        written
    }

    fn flush(&mut self) -> io::Result<()> {
        let flushed = if self.failed { Ok(()) } else { self.out.flush() };
        self.failed |= flushed.is_err();
        flushed
    }
}

impl<W: Seek> Seek for Once<W> {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let at = match to {
            _ if !self.failed => self.out.seek(to),
            SeekFrom::Start(at) => Ok(at),
            SeekFrom::Current(by) => Ok(self.at.saturating_add_signed(by)),
            SeekFrom::End(by) => Ok(self.at.saturating_add_signed(by)),
        };
        self.failed |= at.is_err();
        self.at = *at.as_ref().unwrap_or(&self.at);
        at
    }
}
