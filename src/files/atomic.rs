//! Writing a whole file or none of it.

use std::fs::{self, File};
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use super::Result;

/// Writes a new file beside `path`, makes sure it is on the disk, and puts it in the place of the old one. When
/// `contents` or anything else fails, the old file is as it was.
pub fn write(path: &Path, contents: impl FnOnce(&mut BufWriter<File>) -> Result<()>) -> Result<()> {
    // What a link points at is replaced, not the link.
    let target = fs::canonicalize(path).unwrap_or_else(|_| path.to_path_buf());
    let folder = match target.parent() {
        Some(p) if !p.as_os_str().is_empty() => p.to_path_buf(),
        _ => PathBuf::from("."),
    };
    let mut options = tempfile::Builder::new();
    options.prefix(".reel-");
    #[cfg(unix)]
    {
        // As a program makes files usually; what the user's mask forbids goes.
        use std::os::unix::fs::PermissionsExt;
        options.permissions(fs::Permissions::from_mode(0o666));
    }
    if let Ok(old) = fs::metadata(&target) {
        // To replace a device by a file would be the end of it.
        super::regular(&old)?;
    }
    if !folder.is_dir() {
        let missing = format!("there is no folder `{}`", folder.display());
        return Err(std::io::Error::new(std::io::ErrorKind::NotFound, missing).into());
    }
    // Its error names the file aside, which is nobody's concern: the kind says what is wrong with the folder.
    let aside = options.tempfile_in(&folder).map_err(|e| std::io::Error::from(e.kind()))?;
    let (file, aside) = aside.into_parts();
    let mut out = BufWriter::with_capacity(1 << 16, file);
    contents(&mut out)?;
    out.flush()?;
    let file = out.into_inner().map_err(|e| e.into_error())?;
    if let Ok(old) = fs::metadata(&target) {
        file.set_permissions(old.permissions())?;
    }
    file.sync_all()?;
    drop(file);
    aside.persist(&target).map_err(|e| e.error)?;
    // The new name too should outlast a power failure; where folders cannot be synced there is nothing to do.
    if let Ok(folder) = File::open(&folder) {
        let _ = folder.sync_all();
    }
    Ok(())
}
