//! IDX files of unsigned bytes, gzipped or plain.
//!
//! The format is LeCun's, described where MNIST was first published: two bytes of 0, a type code,
//! the number of dimensions, each dimension as a big-endian 32-bit count, and the values, the last
//! dimension changing fastest.

use std::io::{self, BufRead, BufReader, Read};
use std::path::{Path, PathBuf};

use flate2::bufread::MultiGzDecoder;

use super::fault::IdxFault;
use crate::error::SourceError;
use crate::file::{self, MAX_FILE_BYTES};

/// The type code of unsigned bytes.
const BYTES: u8 = 0x08;
/// The maximum compression factor of Deflate (zlib technical details, "Maximum compression factor").
const DEFLATE_LIMIT: u64 = 1032;

/// An IDX file with `N` dimensions, whose header has been read and checked.
pub(crate) struct IdxFile<const N: usize> {
    input: Input,
    dimensions: [usize; N],
}

impl<const N: usize> IdxFile<N> {
    pub(crate) fn open(path: &Path) -> Result<IdxFile<N>, SourceError> {
        let mut input = Input::open(path)?;
        let [zero, also_zero, code, count] = input.header_word(4 + 4 * N)?;
        if [zero, also_zero] != [0, 0] {
            return Err(input.fault(IdxFault::NotIdx { found: [zero, also_zero, code, count] }));
        } else if code != BYTES {
            return Err(input.fault(IdxFault::NotBytes { code }));
        } else if usize::from(count) != N {
            return Err(input.fault(IdxFault::Dimensions { found: count, expected: N }));
        }
        let mut dimensions = [0; N];
        for dimension in &mut dimensions {
            *dimension = u32::from_be_bytes(input.header_word(4 + 4 * N)?);
        }
        if dimensions.contains(&0) {
            return Err(input.fault(IdxFault::NothingInside { dimensions: dimensions.to_vec() }));
        }
        let values = dimensions.iter().try_fold(1, |product: u64, &n| product.checked_mul(n.into()));
        let Some(values) = values.filter(|&values| values <= MAX_FILE_BYTES) else {
            return Err(input.fault(IdxFault::TooLarge { dimensions: dimensions.to_vec(), limit: MAX_FILE_BYTES }));
        };
        input.check_claim(input.taken + values)?;
        Ok(IdxFile { input, dimensions: dimensions.map(|n| n as usize) })
    }

    /// The number of rows, then the dimensions of a row.
    pub(crate) fn dimensions(&self) -> [usize; N] {
        self.dimensions
    }

    /// Reads the values of all rows, or of the row numbers `keep`, which must ascend. Other rows are skipped without
    /// being kept in memory.
    pub(crate) fn values(mut self, keep: Option<&[u32]>) -> Result<Vec<u8>, SourceError> {
        let rows = self.dimensions[0];
        let row_bytes: usize = self.dimensions[1..].iter().product();
        let header = self.input.taken;
        let expected = header + (rows * row_bytes) as u64;
        let mut values = Vec::new();
        let kept = keep.map_or(rows, <[u32]>::len) * row_bytes;
        // The memory is only reserved: the system provides pages when they are filled.
        values
            .try_reserve_exact(kept)
            .map_err(|_| SourceError::TooLarge { path: self.input.path.clone(), limit: MAX_FILE_BYTES })?;
        for &row in keep.unwrap_or_default() {
            self.input.skip_to(header + (row as usize * row_bytes) as u64, expected)?;
            self.input.append(row_bytes as u64, &mut values, expected)?;
        }
        match keep {
            Some(_) => self.input.skip_to(expected, expected)?,
            None => self.input.append(kept as u64, &mut values, expected)?,
        }
        self.input.check_end(expected)?;
        Ok(values)
    }

    pub(crate) fn path(&self) -> &Path {
        &self.input.path
    }
}

/// A file's decompressed content, and the number of bytes that have been read.
struct Input {
    path: PathBuf,
    content: Box<dyn Read>,
    gzip: bool,
    /// The length of the file itself, in bytes.
    length: u64,
    taken: u64,
}

impl Input {
    /// Opens a file. Gzip is recognised by its first two bytes, not by the file's name.
    fn open(path: &Path) -> Result<Input, SourceError> {
        let (file, length) = file::open(path)?;
        let mut file = BufReader::with_capacity(1 << 16, file);
        let gzip = file.fill_buf().map_err(|error| file::unreadable(path, error))?.starts_with(&[0x1f, 0x8b]);
        let content: Box<dyn Read> = if gzip { Box::new(MultiGzDecoder::new(file)) } else { Box::new(file) };
        Ok(Input { path: path.to_owned(), content, gzip, length, taken: 0 })
    }

    /// Reads the next four bytes of a header of `length` bytes.
    fn header_word(&mut self, length: usize) -> Result<[u8; 4], SourceError> {
        let mut word = Vec::with_capacity(4);
        self.append(4, &mut word, length as u64)?;
        Ok(word.try_into().expect("four bytes were appended"))
    }

    /// Checks that a file of this length can have `expected` bytes of content.
    fn check_claim(&self, expected: u64) -> Result<(), SourceError> {
        let fault = if self.gzip {
            let possible = expected <= self.length.saturating_mul(DEFLATE_LIMIT);
            (!possible).then_some(IdxFault::Impossible { claimed: expected, compressed: self.length })
        } else if self.length < expected {
            Some(IdxFault::Truncated { found: self.length, expected })
        } else {
            (self.length > expected).then_some(IdxFault::Trailing { expected })
        };
        fault.map_or(Ok(()), |fault| Err(self.fault(fault)))
    }

    /// Appends the next `count` bytes of a content of `expected` bytes.
    fn append(&mut self, count: u64, out: &mut Vec<u8>, expected: u64) -> Result<(), SourceError> {
        let got = self.content.by_ref().take(count).read_to_end(out);
        self.check_read(got.map(|got| got as u64), count, expected)
    }

    /// Skips bytes up to `position` of a content of `expected` bytes.
    fn skip_to(&mut self, position: u64, expected: u64) -> Result<(), SourceError> {
        let count = position - self.taken;
        let got = io::copy(&mut self.content.by_ref().take(count), &mut io::sink());
        self.check_read(got, count, expected)
    }

    fn check_read(&mut self, got: io::Result<u64>, wanted: u64, expected: u64) -> Result<(), SourceError> {
        let got = got.map_err(|error| self.read_error(error))?;
        self.taken += got;
        if got == wanted {
            return Ok(());
        }
        let fault = if self.taken == 0 { IdxFault::Empty } else { IdxFault::Truncated { found: self.taken, expected } };
        Err(self.fault(fault))
    }

    /// Checks that nothing follows. For gzip, this also verifies the checksum.
    fn check_end(mut self, expected: u64) -> Result<(), SourceError> {
        let mut more = Vec::new();
        self.content.by_ref().take(1).read_to_end(&mut more).map_err(|error| self.read_error(error))?;
        if more.is_empty() { Ok(()) } else { Err(self.fault(IdxFault::Trailing { expected })) }
    }

    fn read_error(&self, error: io::Error) -> SourceError {
        use io::ErrorKind::{InvalidData, InvalidInput, UnexpectedEof};
        if !self.gzip || !matches!(error.kind(), InvalidData | InvalidInput | UnexpectedEof) {
            return file::unreadable(&self.path, error);
        }
        let text = if error.kind() == UnexpectedEof { "they end too early".to_owned() } else { error.to_string() };
        self.fault(IdxFault::Gzip(text))
    }

    fn fault(&self, fault: IdxFault) -> SourceError {
        SourceError::Idx { path: self.path.clone(), fault }
    }
}
