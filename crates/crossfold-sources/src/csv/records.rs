//! Repeated iteration over the records of a table.

use crossfold_study::Delimiter;
use csv::StringRecord;

use super::cells::trim;
use super::quoting::{BadQuote, Quoting};

/// The records of a text.
#[derive(Clone)]
pub(super) struct Records<'a> {
    pub(super) text: &'a str,
    /// The byte that delimits fields.
    pub(super) separator: u8,
    pub(super) quoting: Quoting,
    /// The most rows to read.
    pub(super) most: u64,
    /// The byte of the text at which the records begin.
    pub(super) start: usize,
    /// The fields of the header. Files that were appended to each other have it again between their rows.
    pub(super) header: Vec<String>,
}

/// A record that isn't empty.
pub(super) struct Row<'r> {
    pub(super) record: &'r StringRecord,
    /// The byte of the text at which it begins.
    pub(super) at: usize,
    /// The byte after it.
    pub(super) end: usize,
}

/// The records that an iteration skipped.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Skipped {
    /// Records that have only delimiters and spaces.
    pub(super) empty: SkippedRows,
    /// Records that are the header again.
    pub(super) headers: SkippedRows,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct SkippedRows {
    pub(super) rows: usize,
    /// The byte at which the first one begins.
    pub(super) at: usize,
}

impl SkippedRows {
    fn add(&mut self, at: usize) {
        if self.rows == 0 {
            self.at = at;
        }
        self.rows += 1;
    }
}

impl Records<'_> {
    /// Only the first `rows` of these records.
    pub(super) fn first(&self, rows: u64) -> Self {
        Records { most: self.most.min(rows), ..self.clone() }
    }

    /// Calls `take` for each row until it returns false.
    pub(super) fn each(&self, mut take: impl FnMut(Row<'_>) -> bool) -> Skipped {
        let text = &self.text.as_bytes()[self.start..];
        let mut reader = self.quoting.reader(text, self.separator);
        let mut record = StringRecord::new();
        let (mut rows, mut skipped) = (0, Skipped::default());
        // Separators are ASCII, so fields are valid UTF-8.
        while rows < self.most && reader.read_record(&mut record).expect("text in memory can be read") {
            let at = record.position().map_or(0, |position| position.byte() as usize);
            let blank = text[at..].iter().take_while(|byte| matches!(byte, b'\r' | b'\n')).count();
            let at = self.start + at + blank;
            if record.iter().all(|field| trim(field).is_empty()) {
                skipped.empty.add(at);
                continue;
            }
            if self.is_header(&record) {
                skipped.headers.add(at);
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

    fn is_header(&self, record: &StringRecord) -> bool {
        // In a table of one column, a value may be its name.
        self.header.len() > 1
            && record.len() == self.header.len()
            && record.iter().zip(&self.header).all(|(field, name)| trim(field) == name)
    }

    /// The first field of these records whose quotation marks are wrong.
    pub(super) fn first_bad_quote(&self) -> Option<BadQuote> {
        let delimiter = Delimiter::Character(char::from(self.separator));
        let bad = self.quoting.first_bad(&self.text[self.start..], delimiter)?;
        let bad = BadQuote { at: self.start + bad.at, ..bad };
        // Behind the rows that are read, the text may be cut off.
        let mut end = self.text.len();
        if self.most < u64::MAX {
            let with_header = Records { most: self.most + 1, ..self.clone() };
            with_header.each(|row| {
                end = row.end;
                true
            });
        }
        (bad.at < end).then_some(bad)
    }

    /// The byte at which the first line begins that has more than `most` fields and no quotation mark. Looks only at lines long enough
    /// for that: parsing one takes many times its length.
    pub(super) fn first_line_wider_than(&self, most: usize) -> Option<usize> {
        let mut at = self.start;
        for line in self.text[self.start..].split(['\n', '\r']) {
            let is_wider = line.len() >= most
                && !line.contains(['"', '\''])
                && line.bytes().filter(|&byte| byte == self.separator).count() >= most;
            if is_wider {
                return Some(at);
            }
            at += line.len() + 1;
        }
        None
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
    fn wide_lines_are_found_where_nothing_is_quoted() {
        let wide = |text: &str| {
            let quoting = Quoting::detect(text, Delimiter::Comma, false);
            let records = Records { text, separator: b',', quoting, most: u64::MAX, start: 0, header: Vec::new() };
            records.first_line_wider_than(3)
        };
        assert_eq!(
            ["a,b,c\n", "a,b,c,d\n", "a\r\n1,2,3,4", "a\n\"1,2,3,4\"", ",,,"].map(wide),
            [None, Some(0), Some(3), None, Some(0)]
        );
    }

    #[test]
    fn all_line_ends_are_counted() {
        assert_eq!(
            ["a\nb\n", "a\r\nb\r\n", "a\rb\r", "a\rb\nc\r\n", "\n\r\n", ""].map(|t| lines(t.as_bytes())),
            [2, 2, 2, 3, 2, 0]
        );
    }
}
