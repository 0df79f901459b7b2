//! Faults of IDX files.

use crossfold_network::counted;

use std::fmt;

/// What is wrong with an IDX file. Messages continue a sentence that begins with the file's name.
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
        /// In bytes.
        limit: u64,
    },
    Truncated {
        found: u64,
        expected: u64,
    },
    Trailing {
        expected: u64,
    },
    /// The header claims more bytes than the compressed ones could unpack to.
    Impossible {
        claimed: u64,
        compressed: u64,
    },
    Gzip(String),
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
                write!(f, "has {}, not {expected}", counted(*found, "dimension"))
            }
            IdxFault::NothingInside { dimensions } => {
                write!(f, "holds nothing: its header says {}", product(dimensions))
            }
            IdxFault::TooLarge { dimensions, limit } => {
                write!(f, "is past the limit of {} GiB: its header says {}", limit >> 30, product(dimensions))
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
