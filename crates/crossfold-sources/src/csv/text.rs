//! Decompression and decoding.

use std::borrow::Cow;
use std::error::Error;
use std::io::{self, Read};

use crossfold_study::TextEncoding;
use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252};
use flate2::read::MultiGzDecoder;
use serde::{Deserialize, Serialize};

use super::mistake::{Fault, Mistake, Mistakes};
use super::records::lines;
use crate::file::MAX_FILE_BYTES;

/// The compression of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Compression {
    None,
    Gzip,
    Zstd,
}

/// The first bytes of formats that aren't text, their names, and hints.
const BINARY: [(&[u8], &str, &str); 21] = [
    (b"PK\x03\x04", "a zip archive, as spreadsheets are", "save the sheet as CSV, or unpack the archive"),
    (b"\xD0\xCF\x11\xE0", "an old spreadsheet", "save the sheet as CSV"),
    (
        b"PAR1",
        "a Parquet file",
        "write it as CSV, with pandas for example: `pd.read_parquet(F).to_csv(G, index=False)`",
    ),
    (b"SQLite format 3\0", "an SQLite database", "export the table as CSV"),
    (b"%PDF", "a PDF document", "name the table itself"),
    (b"\x89PNG", "a picture", "name the table itself"),
    (b"\x89HDF", "an HDF5 file", "write it as CSV"),
    (b"ARROW1", "an Arrow file", "write it as CSV"),
    (b"\x93NUMPY", "a NumPy array", "write it as CSV"),
    (b"X\n\0\0", "an R object", "write it as CSV, in R for example: `write.csv(readRDS(F), G, row.names = FALSE)`"),
    (b"RDX", "an R workspace", "write its table as CSV, in R for example: `write.csv(T, G, row.names = FALSE)`"),
    (b"$FL2", SPSS.0, SPSS.1),
    // Compressed.
    (b"$FL3", SPSS.0, SPSS.1),
    (b"<stata_dta>", STATA.0, STATA.1),
    (b"\xFD7zXZ", "packed with xz", "unpack it, or pack it with gzip or zstd"),
    (b"BZh", "packed with bzip2", "unpack it, or pack it with gzip or zstd"),
    (b"7z\xBC\xAF", "a 7z archive", "unpack it"),
    (b"Rar!", "a RAR archive", "unpack it"),
    (&GZIP, "packed more than once", "unpack it once"),
    (&ZSTD, "packed more than once", "unpack it once"),
    (
        b"version https://git-lfs",
        "a pointer to a file that Git LFS keeps elsewhere",
        "fetch the file itself with `git lfs pull`",
    ),
];

const SPSS: (&str, &str) =
    ("an SPSS file", "write it as CSV, with pandas for example: `pd.read_spss(F).to_csv(G, index=False)`");
const STATA: (&str, &str) =
    ("a Stata file", "write it as CSV, with pandas for example: `pd.read_stata(F).to_csv(G, index=False)`");

/// Whether bytes begin as Stata's files did before version 117 of their format: its version, the order of bytes, 1 and 0.
fn is_old_stata(bytes: &[u8]) -> bool {
    matches!(bytes, [105 | 108 | 110 | 111 | 113..=115, 1 | 2, 1, 0, ..])
}

const GZIP: [u8; 2] = [0x1F, 0x8B];
const ZSTD: [u8; 4] = [0x28, 0xB5, 0x2F, 0xFD];

/// A file that holds more than this once it is unpacked must not expand more than [`MAX_EXPANSION`] times.
const EXPANDED_BYTES: u64 = 256 << 20;

/// Tables are packed to a tenth, tables of few distinct rows to a hundredth. A file made to fill memory expands a
/// thousand times.
const MAX_EXPANSION: u64 = 250;

/// The maximum number of bytes in a line.
const MAX_LINE_BYTES: usize = 16 << 20;

/// Decompresses bytes, if they are compressed, to at most half of `memory` bytes.
pub(super) fn unpack(bytes: &[u8], memory: Option<u64>) -> Result<(Cow<'_, [u8]>, Compression), Mistakes> {
    if bytes.starts_with(&GZIP) {
        let decoder = || Ok(MultiGzDecoder::new(bytes));
        Ok((Cow::Owned(read_all(decoder, bytes.len(), memory)?), Compression::Gzip))
    } else if bytes.starts_with(&ZSTD) {
        let decoder = || ruzstd::decoding::StreamingDecoder::new(bytes).map_err(|error| damaged(&error));
        Ok((Cow::Owned(read_all(decoder, bytes.len(), memory)?), Compression::Zstd))
    } else {
        Ok((Cow::Borrowed(bytes), Compression::None))
    }
}

fn read_all<D: Read>(
    decoder: impl Fn() -> Result<D, Mistakes>,
    packed_bytes: usize,
    memory: Option<u64>,
) -> Result<Vec<u8>, Mistakes> {
    // Text and table together take at least twice the decompressed size.
    let room = memory.map_or(MAX_FILE_BYTES, |available| MAX_FILE_BYTES.min(available / 2));
    let expected = EXPANDED_BYTES.max((packed_bytes as u64).saturating_mul(MAX_EXPANSION));
    let most = room.min(expected);
    // Counted before it is kept: what is refused takes no memory.
    let length = io::copy(&mut decoder()?.take(most + 1), &mut io::sink()).map_err(|error| damaged(&error))?;
    if length <= most {
        let mut unpacked = Vec::with_capacity(length as usize);
        decoder()?.read_to_end(&mut unpacked).map_err(|error| damaged(&error))?;
        Ok(unpacked)
    } else if most < expected {
        Err(packed("it holds more than memory does"))
    } else {
        Err(Mistake::whole_file(1, Fault::Expands { times: MAX_EXPANSION, bytes: EXPANDED_BYTES }))
    }
}

/// Refuses a line that no table has. A line of delimiters alone takes many times its size as fields.
pub(super) fn refuse_long_lines(text: &str) -> Result<(), Mistakes> {
    let bytes = text.as_bytes();
    let mut start = 0;
    while bytes.len() - start > MAX_LINE_BYTES {
        let ends = bytes[start..=start + MAX_LINE_BYTES].iter().rposition(|byte| matches!(byte, b'\n' | b'\r'));
        let Some(end) = ends else {
            let line = 1 + lines(&bytes[..start]);
            return Err(Mistake::whole_file(line, Fault::LongLine { most: MAX_LINE_BYTES }));
        };
        start += end + 1;
    }
    Ok(())
}

fn damaged(error: &(dyn Error + 'static)) -> Mistakes {
    let mut causes = std::iter::successors(Some(error), |&error| error.source());
    let is_end = |error: &io::Error| error.kind() == io::ErrorKind::UnexpectedEof;
    if causes.any(|cause| cause.downcast_ref().is_some_and(is_end)) {
        packed("it ends too early")
    } else {
        packed(&error.to_string())
    }
}

fn packed(reason: &str) -> Mistakes {
    Mistake::whole_file(1, Fault::Packed { reason: reason.to_owned() })
}

/// Text with its encoding.
pub(super) struct Decoded<'a> {
    pub(super) text: Cow<'a, str>,
    pub(super) encoding: TextEncoding,
    /// The line of the first byte that isn't UTF-8, if that is why Latin-1 is assumed.
    pub(super) assumed: Option<usize>,
}

/// Decodes text by its byte order mark, otherwise by the given encoding, otherwise by the first of UTF-16, UTF-8, the
/// `likely` encoding and Latin-1 that fits.
///
/// Text that is UTF-8 but for a few bytes is refused: as Latin-1 all its other characters would be wrong.
pub(super) fn decode(
    bytes: &[u8],
    given: Option<TextEncoding>,
    likely: Option<TextEncoding>,
) -> Result<Decoded<'_>, Mistakes> {
    for (magic, what, hint) in BINARY {
        if bytes.starts_with(magic) {
            return Err(Mistake::whole_file(1, Fault::Binary { what, hint }));
        }
    }
    if is_old_stata(bytes) {
        return Err(Mistake::whole_file(1, Fault::Binary { what: STATA.0, hint: STATA.1 }));
    }
    if bytes.get(257..262) == Some(b"ustar") {
        return Err(Mistake::whole_file(1, Fault::Binary { what: "a tar archive", hint: "unpack it" }));
    }
    let marked = Encoding::for_bom(bytes);
    let given = given.or_else(|| {
        let is_utf_8 = || marked.is_some() || utf_16(bytes).is_some() || std::str::from_utf8(bytes).is_ok();
        likely.filter(|_| !is_utf_8())
    });
    let (encoding, mark) = match (marked, given) {
        (Some((encoding, mark)), _) => (encoding, mark),
        (None, Some(TextEncoding::Utf8 | TextEncoding::Mixed)) => (UTF_8, 0),
        (None, Some(TextEncoding::Latin1)) => (WINDOWS_1252, 0),
        (None, Some(TextEncoding::Utf16)) => (utf_16(bytes).unwrap_or(UTF_16LE), 0),
        (None, None) => match utf_16(bytes) {
            Some(encoding) => (encoding, 0),
            None if std::str::from_utf8(bytes).is_ok() => (UTF_8, 0),
            None => (WINDOWS_1252, 0),
        },
    };
    let rest = &bytes[mark..];
    let assumed = (encoding == WINDOWS_1252 && given.is_none()).then(|| line_of_first_fault(rest));
    let named = if encoding == WINDOWS_1252 {
        TextEncoding::Latin1
    } else if encoding != UTF_8 {
        TextEncoding::Utf16
    } else if given == Some(TextEncoding::Mixed) {
        TextEncoding::Mixed
    } else {
        TextEncoding::Utf8
    };
    let almost_utf_8 = |lines: Vec<usize>| Mistake::whole_file(lines[0], Fault::AlmostUtf8 { lines });
    if assumed.is_some()
        && let Some(lines) = stray_bytes(rest)
    {
        return Err(almost_utf_8(lines));
    }
    let text = if named == TextEncoding::Mixed {
        decode_mixed(rest)
    } else {
        let text = encoding.decode_without_bom_handling_and_without_replacement(rest);
        text.ok_or_else(|| match stray_bytes(rest) {
            Some(lines) if named == TextEncoding::Utf8 => almost_utf_8(lines),
            Some(_) | None => {
                Mistake::whole_file(line_of_first_fault(rest), Fault::NotInEncoding { encoding: named.name() })
            }
        })?
    };
    if text.as_bytes().contains(&0) {
        let before = text.split('\0').next().unwrap_or_default();
        return Err(Mistake::whole_file(1 + lines(before.as_bytes()), Fault::Nul));
    }
    if let Some((what, hint)) = other_format(&text) {
        return Err(Mistake::whole_file(1, Fault::Binary { what, hint }));
    }
    Ok(Decoded { text, encoding: named, assumed })
}

fn line_of_first_fault(bytes: &[u8]) -> usize {
    std::str::from_utf8(bytes).err().map_or(1, |error| 1 + lines(&bytes[..error.valid_up_to()]))
}

/// The lines of bytes that aren't UTF-8, if the text is UTF-8 otherwise; `None` if it is something else.
fn stray_bytes(bytes: &[u8]) -> Option<Vec<usize>> {
    const MAX_SHOWN: usize = 10;
    /// In Latin-1, letters that happen to be UTF-8 are rarer than this among those that aren't.
    const CHANCE: usize = 10;
    let (mut wide, mut stray, mut line) = (0_usize, 0_usize, 1);
    let mut found = Vec::new();
    for chunk in bytes.utf8_chunks() {
        line += lines(chunk.valid().as_bytes());
        wide += chunk.valid().chars().filter(|c| !c.is_ascii()).count();
        if !chunk.invalid().is_empty() {
            stray += 1;
            if found.len() < MAX_SHOWN && found.last() != Some(&line) {
                found.push(line);
            }
        }
    }
    (wide * CHANCE > stray).then_some(found)
}

/// Decodes UTF-8, and each other byte as Windows-1252.
fn decode_mixed(bytes: &[u8]) -> Cow<'_, str> {
    if let Ok(text) = std::str::from_utf8(bytes) {
        return Cow::Borrowed(text);
    }
    let mut text = String::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        text.push_str(chunk.valid());
        text.push_str(&WINDOWS_1252.decode_without_bom_handling(chunk.invalid()).0);
    }
    Cow::Owned(text)
}

/// Detects UTF-16 without a byte order mark: in mostly Latin text every other byte is zero.
fn utf_16(bytes: &[u8]) -> Option<&'static Encoding> {
    let sample = &bytes[..bytes.len().min(512)];
    let zeros = |odd: usize| sample.iter().skip(odd).step_by(2).filter(|&&byte| byte == 0).count();
    let pairs = sample.len() / 2;
    let mostly = |zeros: usize| pairs > 0 && zeros * 10 > pairs * 7;
    match (mostly(zeros(0)), mostly(zeros(1))) {
        (false, true) => Some(UTF_16LE),
        (true, false) => Some(UTF_16BE),
        (true, true) | (false, false) => None,
    }
}

/// Recognises text formats that aren't tables. Returns the name and a hint.
fn other_format(text: &str) -> Option<(&'static str, &'static str)> {
    let text = text.trim_start();
    let begins = |with: &str| text.get(..with.len()).is_some_and(|start| start.eq_ignore_ascii_case(with));
    let nested =
        |open: char, inner: &[char]| text.strip_prefix(open).is_some_and(|rest| rest.trim_start().starts_with(inner));
    if begins("<!doctype html") || begins("<html") {
        Some(("a web page", "download the file itself: this may be a page that asks to log in"))
    } else if begins("<?xml") {
        Some(("an XML document", "write it as CSV"))
    } else if begins("@relation") {
        Some(("an ARFF file", "take out the lines up to `@data`, and put the attributes' names in their place"))
    } else if nested('{', &['"', '}']) || nested('[', &['{', '[']) {
        Some(("JSON", "write it as CSV, with pandas for example: `pd.read_json(F).to_csv(G, index=False)`"))
    } else {
        None
    }
}
