//! Files to read: only those that end.

use std::fs::{File, Metadata};
use std::io::{self, Read};
use std::path::Path;

/// The path that means standard input.
pub const STANDARD: &str = "-";

/// The reason why a file is refused.
#[derive(Clone, Copy, Debug, thiserror::Error)]
#[error("it is not a regular file; `-` reads standard input")]
struct NotRegular;

/// Whether an error says that a path leads to something else than a regular file.
pub fn is_not_regular(error: &io::Error) -> bool {
    error.get_ref().is_some_and(|reason| reason.is::<NotRegular>())
}

/// Whether a path means standard input.
pub fn is_standard(path: &Path) -> bool {
    path.as_os_str() == STANDARD
}

/// Opens a file to read, and returns its length in bytes, which is 0 for standard input.
///
/// # Errors
/// If the path leads to a folder, a device, a pipe or a socket, or to a file that the kernel makes up: reading those may
/// wait or go on for ever.
pub fn open(path: &Path) -> io::Result<(Box<dyn Read>, u64)> {
    if is_standard(path) {
        return Ok((Box::new(io::stdin()), 0));
    }
    let (file, length) = open_regular(path)?;
    Ok((Box::new(file), length))
}

/// As [`open`], but a path is never standard input.
///
/// # Errors
/// As [`open`].
pub fn open_regular(path: &Path) -> io::Result<(File, u64)> {
    // The path is checked before it is opened, because opening a named pipe waits for a writer.
    check(path, &path.metadata()?)?;
    let file = File::open(path)?;
    let found = file.metadata()?;
    check(path, &found)?;
    Ok((file, found.len()))
}

/// Reads a whole file, or standard input.
///
/// # Errors
/// As [`open`], or if there are more than `limit` bytes; a file that is longer is not read at all.
pub fn read(path: &Path, limit: u64) -> io::Result<Vec<u8>> {
    let (file, length) = open(path)?;
    let mut bytes = Vec::new();
    if length <= limit {
        bytes.reserve_exact(length as usize);
        file.take(limit.saturating_add(1)).read_to_end(&mut bytes)?;
    }
    if length.max(bytes.len() as u64) > limit {
        let error = format!("it has more than {limit} bytes");
        return Err(io::Error::new(io::ErrorKind::FileTooLarge, error));
    }
    Ok(bytes)
}

fn check(path: &Path, found: &Metadata) -> io::Result<()> {
    if found.is_file() && !is_made_by_the_kernel(path) { Ok(()) } else { Err(io::Error::other(NotRegular)) }
}

/// Whether a file is one of Linux' `/proc` or `/sys`: they claim to be regular, but some never end.
pub(crate) fn is_made_by_the_kernel(path: &Path) -> bool {
    let Ok(path) = path.canonicalize() else { return false };
    cfg!(target_os = "linux") && ["/proc", "/sys"].iter().any(|kernel| path.starts_with(kernel))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_regular_files_are_read() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("rows.csv");
        std::fs::write(&file, "a\n1\n").unwrap();
        assert_eq!(read(&file, 4).unwrap(), b"a\n1\n");
        assert_eq!(read(&file, 3).unwrap_err().kind(), io::ErrorKind::FileTooLarge);
        assert_eq!(read(&folder.path().join("none"), 3).unwrap_err().kind(), io::ErrorKind::NotFound);
        assert!(open(folder.path()).is_err());
        if cfg!(target_os = "linux") {
            // No memory is taken for a file that is refused.
            File::options().write(true).open(&file).unwrap().set_len(1 << 43).unwrap();
            assert_eq!(read(&file, 3).unwrap_err().kind(), io::ErrorKind::FileTooLarge);
            for path in ["/dev/zero", "/dev/null", "/proc/kmsg", "/proc/self/status", "/sys/devices/system/cpu/online"]
            {
                assert!(is_not_regular(&open(Path::new(path)).err().unwrap()), "{path}");
            }
        }
    }
}
