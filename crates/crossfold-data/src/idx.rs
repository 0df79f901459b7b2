//! IDX files of unsigned bytes, gzipped or plain.
//!
//! The format is LeCun's, described where MNIST was first published: two bytes of 0, a type code,
//! the number of dimensions, each dimension as a big-endian 32-bit count, and the values, the last
//! dimension changing fastest.

use std::fmt;
use std::io::{self, BufRead, BufReader, Read};
use std::path::{Path, PathBuf};

use flate2::bufread::MultiGzDecoder;

use crate::DataError;
use crate::file::{self, LARGEST};

/// The type code of unsigned bytes.
const BYTES: u8 = 0x08;
/// Deflate packs at most 1032 bytes into one (zlib technical details, "Maximum compression factor").
const DEFLATE_LIMIT: u64 = 1032;

/// An IDX file with `N` dimensions whose header has been read and found possible.
pub(crate) struct IdxFile<const N: usize> {
    input: Input,
    dimensions: [usize; N],
}

/// What is wrong with an IDX file; reads on from the file's name.
#[derive(Debug)]
pub enum IdxFault {
    Empty,
    NotIdx {
        found: [u8; 4],
    },
    NotBytes {
        code: u8,
    },
    Dimensions {
        found: u8,
        expected: usize,
    },
    NothingInside {
        dimensions: Vec<u32>,
    },
    TooLarge {
        dimensions: Vec<u32>,
    },
    Truncated {
        found: u64,
        expected: u64,
    },
    Trailing {
        expected: u64,
    },
    /// The header claims more than the compressed bytes could unpack to.
    Impossible {
        claimed: u64,
        compressed: u64,
    },
    Gzip(String),
}

impl<const N: usize> IdxFile<N> {
    pub(crate) fn open(path: &Path) -> Result<IdxFile<N>, DataError> {
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
        let Some(values) = values.filter(|&values| values <= LARGEST) else {
            return Err(input.fault(IdxFault::TooLarge { dimensions: dimensions.to_vec() }));
        };
        input.check_claim(input.taken + values)?;
        Ok(IdxFile { input, dimensions: dimensions.map(|n| n as usize) })
    }

    /// The number of rows, then the size of each.
    pub(crate) fn dimensions(&self) -> [usize; N] {
        self.dimensions
    }

    /// The values of all rows, or of those that `keep` numbers in ascending order.
    ///
    /// Nothing else is held: the rest streams by.
    pub(crate) fn values(mut self, keep: Option<&[u32]>) -> Result<Vec<u8>, DataError> {
        let rows = self.dimensions[0];
        let row_bytes: usize = self.dimensions[1..].iter().product();
        let header = self.input.taken;
        let expected = header + (rows * row_bytes) as u64;
        let mut values = Vec::new();
        let kept = keep.map_or(rows, <[u32]>::len) * row_bytes;
        // Reserved, not zeroed: pages are the system's until bytes have arrived to fill them.
        values.try_reserve_exact(kept).map_err(|_| DataError::TooLarge { path: self.input.path.clone() })?;
        for &row in keep.unwrap_or_default() {
            self.input.skip_to(header + (row as usize * row_bytes) as u64, expected)?;
            self.input.append(row_bytes as u64, &mut values, expected)?;
        }
        match keep {
            Some(_) => self.input.skip_to(expected, expected)?,
            None => self.input.append(kept as u64, &mut values, expected)?,
        }
        self.input.end(expected)?;
        Ok(values)
    }

    pub(crate) fn path(&self) -> &Path {
        &self.input.path
    }
}

/// A file's content, unpacked, and how much of it has been taken.
struct Input {
    path: PathBuf,
    content: Box<dyn Read>,
    gzip: bool,
    /// Of the file as it is.
    length: u64,
    taken: u64,
}

impl Input {
    /// Gzip is told by its first two bytes, whatever the file's name says.
    fn open(path: &Path) -> Result<Input, DataError> {
        let (file, length) = file::open(path)?;
        let mut file = BufReader::with_capacity(1 << 16, file);
        let gzip = file.fill_buf().map_err(|error| file::unreadable(path, error))?.starts_with(&[0x1f, 0x8b]);
        let content: Box<dyn Read> = if gzip { Box::new(MultiGzDecoder::new(file)) } else { Box::new(file) };
        Ok(Input { path: path.to_owned(), content, gzip, length, taken: 0 })
    }

    /// The next four bytes of a header of `length` bytes.
    fn header_word(&mut self, length: usize) -> Result<[u8; 4], DataError> {
        let mut word = Vec::with_capacity(4);
        self.append(4, &mut word, length as u64)?;
        Ok(word.try_into().expect("four bytes were appended"))
    }

    /// Whether content of `expected` bytes can be in a file of this length.
    fn check_claim(&self, expected: u64) -> Result<(), DataError> {
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
    fn append(&mut self, count: u64, out: &mut Vec<u8>, expected: u64) -> Result<(), DataError> {
        let got = self.content.by_ref().take(count).read_to_end(out);
        self.took(got.map(|got| got as u64), count, expected)
    }

    /// Drops bytes up to `position` of a content of `expected` bytes.
    fn skip_to(&mut self, position: u64, expected: u64) -> Result<(), DataError> {
        let count = position - self.taken;
        let got = io::copy(&mut self.content.by_ref().take(count), &mut io::sink());
        self.took(got, count, expected)
    }

    fn took(&mut self, got: io::Result<u64>, wanted: u64, expected: u64) -> Result<(), DataError> {
        let got = got.map_err(|error| self.failed(error))?;
        self.taken += got;
        if got == wanted {
            return Ok(());
        }
        let fault = if self.taken == 0 { IdxFault::Empty } else { IdxFault::Truncated { found: self.taken, expected } };
        Err(self.fault(fault))
    }

    /// Checks that nothing follows; for gzip, this is also what verifies the checksum.
    fn end(mut self, expected: u64) -> Result<(), DataError> {
        let mut more = Vec::new();
        self.content.by_ref().take(1).read_to_end(&mut more).map_err(|error| self.failed(error))?;
        if more.is_empty() { Ok(()) } else { Err(self.fault(IdxFault::Trailing { expected })) }
    }

    fn failed(&self, error: io::Error) -> DataError {
        use io::ErrorKind::{InvalidData, InvalidInput, UnexpectedEof};
        if !self.gzip || !matches!(error.kind(), InvalidData | InvalidInput | UnexpectedEof) {
            return file::unreadable(&self.path, error);
        }
        let text = if error.kind() == UnexpectedEof { "they end too early".to_owned() } else { error.to_string() };
        self.fault(IdxFault::Gzip(text))
    }

    fn fault(&self, fault: IdxFault) -> DataError {
        DataError::Idx { path: self.path.clone(), fault }
    }
}

impl fmt::Display for IdxFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let product = |dimensions: &[u32]| dimensions.iter().map(u32::to_string).collect::<Vec<_>>().join(" × ");
        match self {
            IdxFault::Empty => f.write_str("is empty"),
            IdxFault::NotIdx { found: [a, b, c, d] } => {
                write!(f, "is not an IDX file: it begins with `{a:02x} {b:02x} {c:02x} {d:02x}` and not with `00 00`")
            }
            IdxFault::NotBytes { code } => {
                let name = match code {
                    0x09 => " (signed bytes)",
                    0x0b => " (16-bit integers)",
                    0x0c => " (32-bit integers)",
                    0x0d => " (32-bit floats)",
                    0x0e => " (64-bit floats)",
                    0..=0x08 | 0x0a | 0x0f..=0xff => "",
                };
                write!(f, "has values of type `{code:02x}`{name} and not `08` (unsigned bytes)")
            }
            IdxFault::Dimensions { found, expected } => {
                write!(f, "has {found} dimension{}, not {expected}", if *found == 1 { "" } else { "s" })
            }
            IdxFault::NothingInside { dimensions } => {
                write!(f, "holds nothing: its header says {}", product(dimensions))
            }
            IdxFault::TooLarge { dimensions } => {
                let limit = LARGEST >> 30;
                write!(f, "is past the limit of {limit} GiB: its header says {}", product(dimensions))
            }
            IdxFault::Truncated { found, expected } => {
                write!(f, "is truncated: it holds {found} bytes and should hold {expected}")
            }
            IdxFault::Trailing { expected } => {
                write!(f, "goes on past the {expected} bytes that it should hold")
            }
            IdxFault::Impossible { claimed, compressed } => {
                write!(f, "is truncated: {compressed} gzipped bytes can't hold the {claimed} that its header claims")
            }
            IdxFault::Gzip(text) => write!(f, "has damaged gzip data: {text}"),
        }
    }
}

impl IdxFault {
    /// What to do about it.
    pub(crate) fn hint(&self) -> &'static str {
        match self {
            IdxFault::Empty
            | IdxFault::NotIdx { .. }
            | IdxFault::TooLarge { .. }
            | IdxFault::Truncated { .. }
            | IdxFault::Trailing { .. }
            | IdxFault::Impossible { .. }
            | IdxFault::Gzip(_) => "copy or download the file again, and compare its checksum with the source's",
            IdxFault::NotBytes { .. } => "only IDX files of unsigned bytes can be read, as MNIST's are",
            IdxFault::Dimensions { .. } => {
                "image files have 3 dimensions and label files have 1: are two files interchanged?"
            }
            IdxFault::NothingInside { .. } => "give at least one row of at least one value",
        }
    }
}
