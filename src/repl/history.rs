//! Where the entries of earlier sessions are kept.

use std::env;
use std::fs;
use std::io;
use std::path::PathBuf;

/// The history file in the platform's folder for state, made with its folder if it is not there. Only its owner may
/// read it: entries can hold what others should not see. `None` where the platform names no folder.
pub fn file() -> Option<io::Result<PathBuf>> {
    let folder = state_folder()?.join("reel");
    let path = folder.join("history");
    Some(make(&folder, &path).map(|()| path))
}

fn make(folder: &std::path::Path, path: &std::path::Path) -> io::Result<()> {
    fs::create_dir_all(folder)?;
    let mut open = fs::OpenOptions::new();
    open.append(true).create(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut open, 0o600);
    open.open(path)?;
    Ok(())
}

fn state_folder() -> Option<PathBuf> {
    let folder = |name: &str| env::var_os(name).map(PathBuf::from).filter(|p| p.is_absolute());
    if cfg!(windows) {
        folder("LOCALAPPDATA")
    } else if cfg!(target_os = "macos") {
        folder("HOME").map(|home| home.join("Library/Application Support"))
    } else {
        folder("XDG_STATE_HOME").or_else(|| folder("HOME").map(|home| home.join(".local/state")))
    }
}
