//! Where files are, and files that users name.

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use crossfold_study::VisibleText;
use crossfold_system::Destination;

use crate::error::Error;

/// Writes a file that a user names. On a terminal, text that a terminal would obey is made visible.
///
/// # Errors
/// [`Error::Unwritable`].
pub fn write(destination: &Destination, fill: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> Result<(), Error> {
    let written = if destination.is_terminal() {
        destination.write(|out| {
            let mut out = VisibleText::new(out);
            fill(&mut out)?;
            out.flush()
        })
    } else {
        destination.write(fill)
    };
    written.map_err(|source| unwritable(destination, source))
}

/// Removes an earlier file that a user names, and makes sure of its folder.
///
/// # Errors
/// [`Error::Unwritable`].
pub fn clear(destination: &Destination) -> Result<(), Error> {
    let cleared = destination.remove().and_then(|()| destination.create_folder());
    cleared.map(|_| ()).map_err(|source| unwritable(destination, source))
}

pub(crate) fn unwritable(destination: &Destination, source: io::Error) -> Error {
    Error::Unwritable { path: destination.name().to_owned(), source }
}

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

/// The beginning of a text that has a path's bytes in hexadecimal. No absolute path begins so.
const BYTES: &str = "bytes:";

/// An absolute path as text from which [`text_to_path`] makes the same path, also where it is not UTF-8.
pub(crate) fn path_to_text(path: &Path) -> String {
    #[cfg(unix)]
    if path.to_str().is_none() {
        use std::os::unix::ffi::OsStrExt;
        let bytes = path.as_os_str().as_bytes();
        return BYTES.to_owned() + &bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>();
    }
    path.to_string_lossy().into_owned()
}

/// The path of a text by [`path_to_text`].
pub(crate) fn text_to_path(text: &str) -> PathBuf {
    #[cfg(unix)]
    if let Some(digits) = text.strip_prefix(BYTES) {
        use std::os::unix::ffi::OsStringExt;
        let byte = |pair: &[u8]| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok();
        let bytes: Option<Vec<u8>> = digits.as_bytes().chunks(2).map(byte).collect();
        return PathBuf::from(std::ffi::OsString::from_vec(bytes.unwrap_or_default()));
    }
    PathBuf::from(text)
}

#[cfg(unix)]
#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::ffi::OsStringExt;

    #[test]
    fn a_path_that_is_no_text_is_stored_as_text() {
        let latin_1 = PathBuf::from(std::ffi::OsString::from_vec(b"/home/ren\xe9/lab".to_vec()));
        assert_eq!(path_to_text(&latin_1), "bytes:2f686f6d652f72656ee92f6c6162");
        for path in [latin_1, PathBuf::from("/home/rené/lab")] {
            assert_eq!(text_to_path(&path_to_text(&path)), path);
        }
        assert_eq!(path_to_text(Path::new("/home/rené")), "/home/rené");
    }
}
