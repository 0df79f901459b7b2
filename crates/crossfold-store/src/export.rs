//! The file format of exports: records of one store, for others. Bytes in, records out; no SQL.
//!
//! A gzip file whose header has no time and no name. In it, a line with the version, then the records in ascending order:
//! all fits by key, then all retrained networks by key and number of epochs. Numbers are little-endian.
//!
//! | bytes | record |
//! |---|---|
//! | 1 | its kind: 1 is a fit, 2 a network, 0 the end |
//! | 32 | key |
//! | 4 | number of epochs of a network, 0 of a fit |
//! | 4 | length of the content |
//! | … | content, see `record.rs` |
//! | 8 | the first bytes of the SHA-256 of all bytes of the file before this digest |
//!
//! The end has the numbers of fits and of networks, 8 bytes each, and the whole SHA-256 of all bytes before. Since each digest
//! covers everything before it, the first that doesn't match says which record is damaged.
//!
//! What depends on the machine is left out: elapsed times, checkpoints, and fits that were interrupted, ran into a time limit
//! or crashed. So the same fits give the same bytes.

mod record;

use std::io::{self, BufRead, BufReader, Read, Write};

use crossfold_study::{Evaluation, FitEnd, FitKey, RecordCounts, SharedRecord};
use flate2::Compression;
use flate2::bufread::GzDecoder;
use flate2::write::GzEncoder;
use sha2::{Digest, Sha256};

/// The first line. Version 1 is the first.
const BEGINNING: &[u8] = b"crossfold export 1\n";

/// What the first line of any version begins with.
const ANY_VERSION: &[u8] = b"crossfold export ";

const END: u8 = 0;
const FIT: u8 = 1;
const REFIT: u8 = 2;

/// The greatest length of a record's content in bytes, which is that of a value in SQLite.
const MAX_LENGTH: u64 = 1_000_000_000;

/// Records up to this length are read from files of any size.
const SMALL_LENGTH: u64 = 256 << 20;

/// A longer record is read if it is at most this many times as long as the whole compressed file: zeros alone are compressed
/// further.
const MAX_RATIO: u64 = 100;

/// Whether another store can use a fit: an interruption, a time limit and a crash are of one machine.
pub(crate) fn is_shared(end: &FitEnd) -> bool {
    match end {
        FitEnd::Complete | FitEnd::Stopped => true,
        FitEnd::Failed(failure) => failure.is_final(),
        FitEnd::Cancelled => false,
    }
}

/// A record's place in the order, by which it is stored, too.
type Place = (u8, FitKey, u32);

fn place(record: &SharedRecord) -> Place {
    match record {
        SharedRecord::Fit(fit) => (FIT, fit.key, 0),
        SharedRecord::Refit { key, epochs, refit: _ } => (REFIT, *key, *epochs),
    }
}

/// Whether two evaluations agree bit for bit.
pub(crate) fn same_evaluation(one: &Evaluation, other: &Evaluation) -> bool {
    let [mut bytes, mut other_bytes] = [Vec::new(), Vec::new()];
    record::put_evaluation(&mut bytes, one);
    record::put_evaluation(&mut other_bytes, other);
    bytes == other_bytes
}

/// Writes records, which come in order.
pub(crate) struct ExportWriter<W: Write> {
    out: GzEncoder<W>,
    hash: Sha256,
    content: Vec<u8>,
    counts: RecordCounts,
}

impl<W: Write> ExportWriter<W> {
    pub(crate) fn new(out: W) -> io::Result<ExportWriter<W>> {
        let out = GzEncoder::new(out, Compression::new(4));
        let (hash, counts) = (Sha256::new(), RecordCounts::default());
        let mut writer = ExportWriter { out, hash, content: Vec::new(), counts };
        writer.write(BEGINNING)?;
        Ok(writer)
    }

    fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.hash.update(bytes);
        self.out.write_all(bytes)
    }

    pub(crate) fn add(&mut self, record: &SharedRecord) -> io::Result<()> {
        let (kind, key, epochs) = place(record);
        let mut content = std::mem::take(&mut self.content);
        content.clear();
        record::encode(record, &mut content);
        let length = u32::try_from(content.len()).ok().filter(|&length| u64::from(length) <= MAX_LENGTH);
        let length = length.ok_or_else(|| io::Error::other(format!("the record {key} is too large to be exported")))?;
        self.write(&[kind])?;
        self.write(key.as_bytes())?;
        self.write(&epochs.to_le_bytes())?;
        self.write(&length.to_le_bytes())?;
        self.write(&content)?;
        self.content = content;
        let digest = self.digest();
        self.write(&digest[..8])?;
        self.counts.add(record);
        Ok(())
    }

    fn digest(&self) -> [u8; 32] {
        self.hash.clone().finalize().into()
    }

    pub(crate) fn finish(mut self) -> io::Result<RecordCounts> {
        let RecordCounts { fits, refits } = self.counts;
        self.write(&[END])?;
        self.write(&fits.to_le_bytes())?;
        self.write(&refits.to_le_bytes())?;
        let digest = self.digest();
        self.out.write_all(&digest)?;
        self.out.finish()?.flush()?;
        Ok(self.counts)
    }
}

/// Reads records and checks everything. Nothing that a file claims is believed: memory is taken for bytes that are there.
pub(crate) struct ExportReader<R: Read> {
    input: GzDecoder<BufReader<R>>,
    hash: Sha256,
    max_length: u64,
    last: Option<Place>,
    counts: RecordCounts,
}

/// Why a file is refused.
#[derive(Debug, PartialEq)]
pub(crate) struct Malformed(pub(crate) String);

impl From<&str> for Malformed {
    fn from(reason: &str) -> Malformed {
        Malformed(reason.to_owned())
    }
}

impl From<io::Error> for Malformed {
    fn from(error: io::Error) -> Malformed {
        let is_any = |kinds: &[io::ErrorKind]| kinds.contains(&error.kind());
        if is_any(&[io::ErrorKind::UnexpectedEof]) {
            "it is cut off".into()
        } else if is_any(&[io::ErrorKind::InvalidInput, io::ErrorKind::InvalidData]) {
            "its compressed data are damaged".into()
        } else {
            Malformed(error.to_string())
        }
    }
}

impl<R: Read> ExportReader<R> {
    /// `length` is that of the compressed file in bytes.
    pub(crate) fn new(file: R, length: u64) -> Result<ExportReader<R>, Malformed> {
        let max_length = length.saturating_mul(MAX_RATIO).clamp(SMALL_LENGTH, MAX_LENGTH);
        let input = GzDecoder::new(BufReader::with_capacity(1 << 16, file));
        let (hash, counts) = (Sha256::new(), RecordCounts::default());
        let mut reader = ExportReader { input, hash, max_length, last: None, counts };
        let mut beginning = [0; BEGINNING.len()];
        let read = reader.fill(&mut beginning);
        if read.is_err() || !beginning.starts_with(ANY_VERSION) {
            return Err("it was not written by `crossfold store export`, or its beginning is damaged".into());
        }
        if beginning != BEGINNING {
            return Err("it was written by a newer crossfold".into());
        }
        Ok(reader)
    }

    /// Reads bytes that a digest covers.
    fn fill(&mut self, bytes: &mut [u8]) -> Result<(), Malformed> {
        self.input.read_exact(bytes)?;
        self.hash.update(&*bytes);
        Ok(())
    }

    fn number<const N: usize>(&mut self) -> Result<[u8; N], Malformed> {
        let mut bytes = [0; N];
        self.fill(&mut bytes)?;
        Ok(bytes)
    }

    /// The next record; `None` at the end of the file, when all of it is known to be as it was written.
    pub(crate) fn next(&mut self) -> Result<Option<SharedRecord>, Malformed> {
        let kind = match self.number()? {
            [END] => return self.end().map(|()| None),
            [kind @ (FIT | REFIT)] => kind,
            [_] => return Err(self.damaged("has an unknown kind")),
        };
        let place = (kind, FitKey::from_bytes(self.number()?), u32::from_le_bytes(self.number()?));
        if self.last.is_some_and(|last| last >= place) || kind == FIT && place.2 != 0 {
            return Err(self.damaged("is out of order or duplicated"));
        }
        let length = u64::from(u32::from_le_bytes(self.number()?));
        if length > self.max_length {
            return Err(self.damaged("claims to be too long"));
        }
        let mut content = Vec::new();
        (&mut self.input).take(length).read_to_end(&mut content)?;
        if (content.len() as u64) < length {
            return Err("it is cut off".into());
        }
        self.hash.update(&content);
        let expected: [u8; 32] = self.hash.clone().finalize().into();
        if self.number::<8>()? != expected[..8] {
            return Err(Malformed(format!("{} does not match its digest", in_words(place))));
        }
        let (_, key, epochs) = place;
        let record = match kind {
            FIT => record::decode_fit(key, &content).map(SharedRecord::Fit),
            _ => record::decode_refit(&content).map(|refit| SharedRecord::Refit { key, epochs, refit }),
        };
        let record = record.ok_or_else(|| Malformed(format!("{} can't be decoded", in_words(place))))?;
        self.last = Some(place);
        self.counts.add(&record);
        Ok(Some(record))
    }

    /// What is wrong with the record after the last one that was read.
    fn damaged(&self, problem: &str) -> Malformed {
        let after =
            self.last.map_or("the first record".to_owned(), |last| format!("the record after {}", in_words(last)));
        Malformed(format!("{after} {problem}"))
    }

    fn end(&mut self) -> Result<(), Malformed> {
        let (fits, refits) = (u64::from_le_bytes(self.number()?), u64::from_le_bytes(self.number()?));
        let expected: [u8; 32] = self.hash.clone().finalize().into();
        let mut digest = [0; 32];
        self.input.read_exact(&mut digest)?;
        if digest != expected || (RecordCounts { fits, refits }) != self.counts {
            return Err("the digest of the whole file does not match".into());
        }
        // The end of the compressed data has a checksum of its own.
        if self.input.read(&mut [0])? > 0 || !self.input.get_mut().fill_buf()?.is_empty() {
            return Err("something follows its end".into());
        }
        Ok(())
    }
}

fn in_words((kind, key, epochs): Place) -> String {
    let key = &key.to_string()[..16];
    if kind == FIT { format!("fit {key}") } else { format!("the network {key} retrained for {epochs} epochs") }
}

#[cfg(test)]
mod tests;
