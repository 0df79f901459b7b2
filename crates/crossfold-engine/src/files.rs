//! Files: where they are, and how one is written whole or not at all.

use std::fs;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

/// The beginning of a file's name while it is written.
pub(crate) const UNFINISHED: &str = ".unfinished-";

/// The absolute form of a path; without links and `..` if it exists.
pub(crate) fn absolute(path: &Path) -> PathBuf {
    path.canonicalize().or_else(|_| std::path::absolute(path)).unwrap_or_else(|_| path.to_owned())
}

/// The folder of a file; `.` of a bare name.
pub(crate) fn parent_folder(file: &Path) -> &Path {
    match file.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        Some(_) | None => Path::new("."),
    }
}

/// The relative path from a folder to a file, both absolute. It is shortest between paths without links and `..`.
pub(crate) fn path_between(folder: &Path, file: &Path) -> PathBuf {
    pathdiff::diff_paths(file, folder).unwrap_or_else(|| file.to_owned())
}

/// Writes a file by `fill`, and puts it in place once it is whole. `folder` is on the same file system.
pub(crate) fn write_whole(
    folder: &Path,
    path: &Path,
    fill: impl FnOnce(&mut dyn Write) -> io::Result<()>,
) -> io::Result<()> {
    let mut file = temporary(folder)?;
    let mut out = BufWriter::new(&mut file);
    fill(&mut out)?;
    out.flush()?;
    drop(out);
    file.as_file().sync_all()?;
    file.persist(path).map_err(|error| error.error)?;
    Ok(())
}

/// Removes a file, if it is there.
pub(crate) fn remove_file(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        done => done,
    }
}

/// A file with a unique name in `folder`, removed unless it is persisted.
pub(crate) fn temporary(folder: &Path) -> io::Result<NamedTempFile> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(UNFINISHED);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        // Temporary files are private by default; results are as readable as the umask says.
        builder.permissions(fs::Permissions::from_mode(0o666));
    }
    builder.tempfile_in(folder)
}
