//! Where files are, and files that users name.

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use crossfold_study::{StoreError, VisibleText};
use crossfold_system::{Destination, input, is_same_file};

use crate::error::Error;

/// Writes a file that a user names. On a terminal, text that a terminal would obey is made visible.
///
/// # Errors
/// [`Error::Unwritable`], or the [`StoreError`] that `fill` failed with.
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
    written.map_err(|source| match source.downcast::<StoreError>() {
        Ok(error) => error.into(),
        Err(source) => unwritable(destination, source),
    })
}

/// As [`write()`], of a file that is no text, for which a terminal is no place. Returns what `fill` does.
///
/// # Errors
/// As [`write()`].
pub fn write_binary<T>(
    destination: &Destination,
    fill: impl FnOnce(&mut dyn Write) -> io::Result<T>,
) -> Result<T, Error> {
    if destination.is_terminal() {
        return Err(unwritable(destination, io::Error::other("it is a terminal, and the file is not text")));
    }
    let mut filled = None;
    write(destination, |out| {
        filled = Some(fill(out)?);
        Ok(())
    })?;
    Ok(filled.expect("a file that is written was filled"))
}

/// Refuses to write to a file that is read, by whatever name, and to write one file twice.
///
/// # Errors
/// [`Error::OverInput`], [`Error::Twice`].
pub(crate) fn refuse_clashes(read: &[PathBuf], written: &[&Destination]) -> Result<(), Error> {
    let is_read = |path: &Path| read.iter().any(|file| is_same_file(where_standard_input_is(file), path));
    let is_same = |one: &Destination, other: &Destination| match (one.file(), other.file()) {
        (Some(one), Some(other)) => is_same_file(one, other),
        (one, other) => one.is_none() && other.is_none(),
    };
    for (number, destination) in written.iter().enumerate() {
        let path = destination.name().to_owned();
        if destination.file().is_some_and(is_read) {
            return Err(Error::OverInput { path });
        }
        if written[..number].iter().any(|earlier| is_same(earlier, destination)) {
            return Err(Error::Twice { path });
        }
    }
    Ok(())
}

fn where_standard_input_is(path: &Path) -> &Path {
    if input::is_standard(path) { Path::new("/dev/stdin") } else { path }
}

pub(crate) fn unwritable(destination: &Destination, source: io::Error) -> Error {
    Error::Unwritable { path: destination.name().to_owned(), source }
}

/// The absolute form of a path; without links and `..` if it exists.
pub(crate) fn absolute(path: &Path) -> PathBuf {
    path.canonicalize().or_else(|_| std::path::absolute(path)).unwrap_or_else(|_| path.to_owned())
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
