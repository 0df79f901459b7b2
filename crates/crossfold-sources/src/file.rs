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

/// Whether the first lines of a file suffice.
pub(crate) type IsEnough<'a> = &'a dyn Fn(&[u8]) -> bool;

/// Reads a file of rows, of which twice the length must fit into `memory` bytes: text and table together take at least
/// that. If `is_enough` is given and the file isn't compressed, reads only as many lines as it asks for.
///
/// # Errors
/// If the file can't be read, or is too large.
pub(crate) fn read_rows(
    path: &Path,
    memory: Option<u64>,
    is_enough: Option<IsEnough<'_>>,
) -> Result<Vec<u8>, SourceError> {
    const AT_ONCE: u64 = 1 << 20;
    let (mut file, length) = open(path)?;
    let limit = memory.map_or(MAX_FILE_BYTES, |available| MAX_FILE_BYTES.min(available / 2));
    // The length of standard input shows only at its end.
    let at_least = length.max(limit + 1);
    let too_large = || match memory.filter(|&available| at_least.saturating_mul(2) > available) {
        Some(available) => SourceError::TooLargeForMemory { path: path.to_owned(), length: at_least, available },
        None => SourceError::TooLarge { path: path.to_owned(), limit: MAX_FILE_BYTES },
    };
    let mut bytes = Vec::new();
    let mut read = |bytes: &mut Vec<u8>, most: u64| {
        file.by_ref().take(most).read_to_end(bytes).map_err(|error| unreadable(path, error))
    };
    if let Some(is_enough) = is_enough {
        let mut most = AT_ONCE.min(limit);
        while read(&mut bytes, most)? as u64 == most && has_lines(&bytes) && 2 * bytes.len() as u64 <= limit {
            let end = bytes.iter().rposition(|byte| matches!(byte, b'\n' | b'\r')).map_or(0, |end| end + 1);
            if is_enough(&bytes[..end]) {
                bytes.truncate(end);
                return Ok(bytes);
            }
            most = bytes.len() as u64;
        }
    }
    let left = length.saturating_sub(bytes.len() as u64);
    let capacity = usize::try_from(left).ok().filter(|_| length <= limit).ok_or_else(too_large)?;
    bytes.try_reserve_exact(capacity).map_err(|_| too_large())?;
    let most = (limit + 1).saturating_sub(bytes.len() as u64);
    read(&mut bytes, most)?;
    if bytes.len() as u64 > limit { Err(too_large()) } else { Ok(bytes) }
}

/// Whether lines can be found in bytes, which are neither compressed nor UTF-16.
fn has_lines(bytes: &[u8]) -> bool {
    const OTHERS: [&[u8]; 4] = [&[0x1F, 0x8B], &[0x28, 0xB5, 0x2F, 0xFD], &[0xFF, 0xFE], &[0xFE, 0xFF]];
    !OTHERS.iter().any(|mark| bytes.starts_with(mark)) && !bytes.contains(&0)
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
