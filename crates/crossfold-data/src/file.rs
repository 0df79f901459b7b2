//! Opening files, within bounds.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use crate::DataError;

/// The most bytes taken from one file, unpacked. It keeps a lying or runaway file from eating the
/// machine, and row numbers within 32 bits.
pub(crate) const LARGEST: u64 = 4 << 30;

/// Opens a regular file and tells its length in bytes.
pub(crate) fn open(path: &Path) -> Result<(File, u64), DataError> {
    let unreadable = |error| unreadable(path, error);
    // Asked of the path and not of the open file: opening a named pipe would wait for a writer.
    if !path.metadata().map_err(unreadable)?.is_file() {
        return Err(DataError::NotAFile { path: path.to_owned() });
    }
    let file = File::open(path).map_err(unreadable)?;
    let length = file.metadata().map_err(unreadable)?.len();
    Ok((file, length))
}

/// Reads a whole file.
pub(crate) fn read(path: &Path) -> Result<Vec<u8>, DataError> {
    let (file, length) = open(path)?;
    let too_large = || DataError::TooLarge { path: path.to_owned() };
    let mut bytes = Vec::new();
    let capacity = usize::try_from(length.min(LARGEST)).map_err(|_| too_large())?;
    bytes.try_reserve_exact(capacity).map_err(|_| too_large())?;
    file.take(LARGEST + 1).read_to_end(&mut bytes).map_err(|error| unreadable(path, error))?;
    if bytes.len() as u64 > LARGEST { Err(too_large()) } else { Ok(bytes) }
}

pub(crate) fn unreadable(path: &Path, error: io::Error) -> DataError {
    let path = path.to_owned();
    if error.kind() == io::ErrorKind::NotFound {
        DataError::NoFile { path }
    } else {
        DataError::Unreadable { path, error }
    }
}
