//! Reading files within limits.

use std::io::{self, Read};
use std::path::Path;

use crossfold_system::input;

use crate::error::SourceError;

/// The maximum number of bytes that are read from one file, decompressed. The limit protects the machine from files
/// that claim wrong sizes, and keeps row numbers within 32 bits.
pub(crate) const MAX_FILE_BYTES: u64 = 4 << 30;

/// Opens a regular file, and returns its length in bytes. `-` is standard input, of length 0; paths in a spec are never that,
/// because they start with the spec's folder.
pub(crate) fn open(path: &Path) -> Result<(Box<dyn Read>, u64), SourceError> {
    input::open(path).map_err(|error| unreadable(path, error))
}

/// Reads a whole file of which twice the length fits into `memory` bytes: the length of standard input shows only then.
fn read(path: &Path, memory: Option<u64>) -> Result<Vec<u8>, SourceError> {
    let (file, length) = open(path)?;
    let limit = memory.map_or(MAX_FILE_BYTES, |available| MAX_FILE_BYTES.min(available / 2));
    let at_least = length.max(limit + 1);
    let too_large = || match memory.filter(|&available| at_least.saturating_mul(2) > available) {
        Some(available) => SourceError::TooLargeForMemory { path: path.to_owned(), length: at_least, available },
        None => SourceError::TooLarge { path: path.to_owned(), limit: MAX_FILE_BYTES },
    };
    let capacity = usize::try_from(length).ok().filter(|&length| length as u64 <= limit).ok_or_else(too_large)?;
    let mut bytes = Vec::new();
    bytes.try_reserve_exact(capacity).map_err(|_| too_large())?;
    file.take(limit + 1).read_to_end(&mut bytes).map_err(|error| unreadable(path, error))?;
    if bytes.len() as u64 > limit { Err(too_large()) } else { Ok(bytes) }
}

/// Reads a file of rows. If `rows` is given and the file isn't compressed, reads only the header and that many rows.
///
/// # Errors
/// If the file can't be read, or if the whole file doesn't fit into `memory` bytes: text and table together take at
/// least twice its size.
pub(crate) fn read_rows(path: &Path, rows: Option<u64>, memory: Option<u64>) -> Result<Vec<u8>, SourceError> {
    let Some(rows) = rows else { return read(path, memory) };
    const AT_ONCE: usize = 1 << 20;
    let (mut file, _) = open(path)?;
    let mut bytes = Vec::new();
    let (mut ends, mut quoted, mut seen) = (0, false, 0);
    // Comments and lines without a value aren't rows.
    let (mut start, mut comment, mut value) = (true, false, false);
    loop {
        let before = bytes.len();
        file.by_ref().take(AT_ONCE as u64).read_to_end(&mut bytes).map_err(|error| unreadable(path, error))?;
        if bytes.len() == before || bytes.len() as u64 > MAX_FILE_BYTES {
            return Ok(bytes);
        }
        // Rows can't be counted in compressed or UTF-16 bytes.
        let packed = bytes.starts_with(&[0x1F, 0x8B]) || bytes.starts_with(&[0x28, 0xB5, 0x2F, 0xFD]);
        if packed
            || bytes.starts_with(&[0xFF, 0xFE])
            || bytes.starts_with(&[0xFE, 0xFF])
            || bytes[before..].contains(&0)
        {
            continue;
        }
        for (at, &byte) in bytes.iter().enumerate().skip(seen) {
            match byte {
                b'\n' if !quoted => {
                    ends += u64::from(value && !comment);
                    (start, comment, value) = (true, false, false);
                    // There may also be a header and a line that names the delimiter.
                    if ends > rows.saturating_add(2) {
                        bytes.truncate(at + 1);
                        return Ok(bytes);
                    }
                    continue;
                }
                b'"' => quoted = !quoted,
                b'#' if start => comment = true,
                b'\r' | b' ' | b',' | b';' | b'\t' | b'|' => {}
                _ => value = true,
            }
            start = false;
        }
        seen = bytes.len();
    }
}

pub(crate) fn unreadable(path: &Path, error: io::Error) -> SourceError {
    let path = path.to_owned();
    if error.kind() == io::ErrorKind::NotFound {
        SourceError::NoFile { path }
    } else if input::is_not_regular(&error) {
        SourceError::NotAFile { path }
    } else {
        SourceError::Unreadable { path, error }
    }
}
