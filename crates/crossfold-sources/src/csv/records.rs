//! Repeated iteration over the records of a table.

use csv::StringRecord;

use super::cells::trim;
use super::dialect::{Dialect, reader};

/// The records of a text.
pub(super) struct Records<'a> {
    text: &'a str,
    pub(super) dialect: Dialect,
    /// The most rows to read.
    pub(super) most: u64,
    /// The byte of the text at which the records begin.
    pub(super) start: usize,
}

/// A record that isn't empty.
pub(super) struct Row<'r> {
    pub(super) record: &'r StringRecord,
    /// The byte of the text at which it begins.
    pub(super) at: usize,
    /// The byte after it.
    pub(super) end: usize,
}

/// The empty records that an iteration skipped.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Skipped {
    /// The number of records that have only delimiters and spaces.
    pub(super) rows: usize,
    /// The byte at which the first one begins.
    pub(super) at: usize,
}

impl<'a> Records<'a> {
    pub(super) fn new(text: &'a str, dialect: Dialect, rows: Option<u64>) -> Records<'a> {
        Records { text, dialect, most: rows.unwrap_or(u64::MAX), start: dialect.skipped }
    }

    /// Only the first `rows` of these records.
    pub(super) fn first(&self, rows: u64) -> Records<'a> {
        Records { most: self.most.min(rows), ..*self }
    }

    /// Calls `take` for each row until it returns false.
    pub(super) fn each(&self, mut take: impl FnMut(Row<'_>) -> bool) -> Skipped {
        let text = &self.text.as_bytes()[self.start..];
        let mut reader = reader(text, self.dialect.delimiter);
        let mut record = StringRecord::new();
        let (mut rows, mut skipped) = (0, Skipped::default());
        // Delimiters are ASCII, so fields are valid UTF-8.
        while rows < self.most && reader.read_record(&mut record).expect("text in memory can be read") {
            let at = record.position().map_or(0, |position| position.byte() as usize);
            let blank = text[at..].iter().take_while(|byte| matches!(byte, b'\r' | b'\n')).count();
            let at = self.start + at + blank;
            if record.iter().all(|field| trim(field).is_empty()) {
                if skipped.rows == 0 {
                    skipped.at = at;
                }
                skipped.rows += 1;
                continue;
            }
            rows += 1;
            let end = self.start + reader.position().byte() as usize;
            if !take(Row { record: &record, at, end }) {
                break;
            }
        }
        skipped
    }

    /// The number of the line that begins at a byte, counted from 1.
    pub(super) fn line(&self, at: usize) -> usize {
        1 + lines(&self.text.as_bytes()[..at])
    }

    /// The number of line ends between two records, by the bytes at which they begin.
    pub(super) fn lines_between(&self, from: usize, to: usize) -> usize {
        lines(&self.text.as_bytes()[from..to])
    }

    /// Whether the text from a byte begins with a prefix.
    pub(super) fn begins(&self, at: usize, with: &str) -> bool {
        self.text[at..].starts_with(with)
    }

    /// Whether a quotation mark of the last record, which begins at `at`, is never closed.
    pub(super) fn ends_in_quotes(&self, at: usize) -> bool {
        #[derive(PartialEq)]
        enum State {
            Start,
            Plain,
            Quoted,
            Closing,
        }
        let end = |byte: u8| byte == self.dialect.delimiter.byte() || matches!(byte, b'\r' | b'\n');
        let state = self.text.as_bytes()[at..].iter().fold(State::Start, |state, &byte| match (state, byte) {
            (State::Start | State::Closing, b'"') => State::Quoted,
            (State::Quoted, b'"') => State::Closing,
            (State::Quoted, _) => State::Quoted,
            (State::Start | State::Plain | State::Closing, byte) if end(byte) => State::Start,
            (State::Start | State::Plain | State::Closing, _) => State::Plain,
        });
        state == State::Quoted
    }
}

/// The number of line ends in `bytes`: `\n`, `\r\n` or `\r`.
pub(super) fn lines(bytes: &[u8]) -> usize {
    let count = |end| bytes.iter().filter(|&&byte| byte == end).count();
    let returns = count(b'\r');
    let pairs = if returns == 0 { 0 } else { bytes.windows(2).filter(|pair| pair == b"\r\n").count() };
    count(b'\n') + returns - pairs
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_line_ends_are_counted() {
        assert_eq!(
            ["a\nb\n", "a\r\nb\r\n", "a\rb\r", "a\rb\nc\r\n", "\n\r\n", ""].map(|t| lines(t.as_bytes())),
            [2, 2, 2, 3, 2, 0]
        );
    }
}
