//! Detection of the field delimiter, the header and the decimal mark from a sample.

use crossfold_study::{DecimalMark, Delimiter, TableFormat};
use csv::{ReaderBuilder, StringRecord};

use super::cells::{self, trim};

/// The format of a delimited text file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Dialect {
    pub(super) delimiter: Delimiter,
    pub(super) header: bool,
    pub(super) decimal: DecimalMark,
    /// The number of comment lines at the top.
    pub(super) comments: usize,
    /// The length in bytes of comments, and of a first line that only names the delimiter, which some spreadsheets
    /// write.
    pub(super) skipped: usize,
}

/// The maximum number of lines in a sample.
const SAMPLE: usize = 500;

/// The maximum number of bytes in a sample.
const SAMPLE_BYTES: usize = 1 << 20;

/// A reader of records with any number of fields.
pub(super) fn reader(text: &[u8], delimiter: Delimiter) -> csv::Reader<&[u8]> {
    let mut builder = ReaderBuilder::new();
    builder.has_headers(false).flexible(true).delimiter(delimiter.byte()).from_reader(text)
}

impl Dialect {
    /// Detects what `format` leaves open.
    pub(super) fn detect(text: &str, format: &TableFormat) -> Dialect {
        let (separator, named) = skip_separator_line(text);
        let (mut comments, mut skipped) = skip_comments(text, separator);
        let rest = take_sample(&text[skipped..]);
        let delimiter = format.delimiter.or(named).unwrap_or_else(|| detect_delimiter(rest));
        // The last line that begins with `#` may be the header.
        let last = text[separator..skipped].trim_end().rfind(['\n', '\r']).map_or(separator, |end| separator + end + 1);
        let wide = |text: &str| {
            let mut wide = 0;
            each_record(text, delimiter, |record| {
                wide = record.len();
                false
            });
            wide
        };
        if comments > 0 && wide(&text[last..]) > 1 && wide(&text[last..]) == wide(rest) {
            (comments, skipped) = (comments - 1, last);
        }
        let sample = take_sample(&text[skipped..]);
        let mut records: Vec<Vec<String>> = Vec::new();
        each_record(sample, delimiter, |record| {
            records.push(record.iter().map(|field| trim(field).to_owned()).collect());
            true
        });
        let decimal = format.decimal.unwrap_or_else(|| detect_decimal_mark(&records, delimiter));
        let header = format.header.unwrap_or_else(|| has_header(&records, decimal));
        Dialect { delimiter, header, decimal, comments, skipped }
    }
}

/// The number of lines from byte `start` that begin with `#`, and the byte at which the first other line begins.
fn skip_comments(text: &str, start: usize) -> (usize, usize) {
    let (mut lines, mut at) = (0, start);
    while text[at..].starts_with('#') {
        let Some(end) = text[at..].find(['\n', '\r']) else { break };
        let rest = &text[at + end..];
        at += end + (rest.len() - rest.trim_start_matches(['\n', '\r']).len());
        lines += 1;
    }
    if at == text.len() { (0, start) } else { (lines, at) }
}

/// The length of a first line such as `sep=;`, and the delimiter that it names.
fn skip_separator_line(text: &str) -> (usize, Option<Delimiter>) {
    let end = text.find(['\n', '\r']).unwrap_or(text.len());
    let named = text[..end]
        .strip_prefix("sep=")
        .and_then(|mark| Delimiter::ALL.into_iter().find(|delimiter| mark.as_bytes() == [delimiter.byte()]));
    match named {
        Some(delimiter) => {
            let rest = text[end..].len() - text[end..].trim_start_matches(['\n', '\r']).len();
            (end + rest, Some(delimiter))
        }
        None => (0, None),
    }
}

fn take_sample(text: &str) -> &str {
    let most = &text[..text.floor_char_boundary(SAMPLE_BYTES)];
    let ends = || most.char_indices().filter(|(_, c)| matches!(c, '\n' | '\r')).map(|(at, _)| at);
    let end = ends().nth(SAMPLE).or_else(|| if most.len() < text.len() { ends().next_back() } else { None });
    &most[..end.unwrap_or(most.len())]
}

/// Calls `take` for each record until it returns false.
fn each_record(text: &str, delimiter: Delimiter, mut take: impl FnMut(&StringRecord) -> bool) {
    let mut reader = reader(text.as_bytes(), delimiter);
    let mut record = StringRecord::new();
    // The last record of a sample may be cut off.
    while reader.read_record(&mut record).unwrap_or(false) && take(&record) {}
}

/// The delimiter with which the most lines have the same number of fields, at least two.
fn detect_delimiter(sample: &str) -> Delimiter {
    let score = |delimiter: Delimiter| {
        let mut counts = Vec::new();
        each_record(sample, delimiter, |record| {
            counts.push(record.len());
            true
        });
        counts.sort_unstable();
        let longest =
            counts.chunk_by(|a, b| a == b).map(|run| (run.len(), run[0])).filter(|(_, fields)| *fields > 1).max();
        longest.map_or((0, 0), |(lines, fields)| (lines * 1000 / counts.len().max(1), fields))
    };
    // Of equally good delimiters the first is taken, which is the most common one.
    let mut best = (Delimiter::Comma, score(Delimiter::Comma));
    for delimiter in Delimiter::ALL.into_iter().skip(1) {
        let found = score(delimiter);
        if found > best.1 {
            best = (delimiter, found);
        }
    }
    best.0
}

/// The decimal mark with which more fields are numbers that the other mark excludes. `1.234` is a number with both.
fn detect_decimal_mark(records: &[Vec<String>], delimiter: Delimiter) -> DecimalMark {
    use DecimalMark::{Comma, Point};
    let fields = || records.iter().skip(1).flatten().filter(|field| field.contains(['.', ',']));
    let is_number = |field: &str, mark| {
        cells::parse_number(field, mark).or(cells::parse_formatted(field, mark).map(|d| d.number)).is_some()
    };
    let only = |mark, other| fields().filter(|field| is_number(field, mark) && !is_number(field, other)).count();
    let (commas, points) = (only(Comma, Point), only(Point, Comma));
    // If commas delimit fields, a comma within a field more likely separates thousands.
    let plain = || delimiter != Delimiter::Comma && fields().any(|field| cells::parse_number(field, Comma).is_some());
    if commas > points || (points == 0 && plain()) { Comma } else { Point }
}

/// Whether the first line names the columns. It doesn't if it has a number and no text above a column of numbers,
/// unless it also has text and all its numbers may be years.
fn has_header(records: &[Vec<String>], decimal: DecimalMark) -> bool {
    let Some((first, rest)) = records.split_first() else { return true };
    let number = |field: &str| cells::parse_number(field, decimal).is_some();
    let column_is_numbers = |column: usize| {
        let values = rest.iter().filter_map(|record| record.get(column));
        let mut values = values.filter(|field| !is_missing(field)).peekable();
        values.peek().is_some() && values.all(|field| number(field))
    };
    let text_over_numbers = first
        .iter()
        .enumerate()
        .any(|(column, field)| !field.is_empty() && !number(field) && !is_missing(field) && column_is_numbers(column));
    let mut numbers_in_first = first.iter().filter_map(|field| cells::parse_number(field, decimal)).peekable();
    if text_over_numbers || numbers_in_first.peek().is_none() {
        return true;
    }
    // Years are often column names.
    let all_numbers = first.iter().all(|field| number(field));
    !all_numbers && numbers_in_first.all(|number| (1800.0..2200.0).contains(&number) && number.fract() == 0.0)
}

fn is_missing(field: &str) -> bool {
    cells::MISSING.iter().any(|marker| field.eq_ignore_ascii_case(marker))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn find(text: &str) -> (Delimiter, bool, DecimalMark) {
        let Dialect { delimiter, header, decimal, .. } = Dialect::detect(text, &TableFormat::default());
        (delimiter, header, decimal)
    }

    #[test]
    fn dialects_are_detected() {
        use DecimalMark::{Comma, Point};
        for (text, expected) in [
            ("a,b\n1,2\n", (Delimiter::Comma, true, Point)),
            ("a;b\n1,5;2,25\n3,5;1\n", (Delimiter::Semicolon, true, Comma)),
            ("a\tb\n1.5\t2\n", (Delimiter::Tab, true, Point)),
            ("a|b\nx|y\n", (Delimiter::Pipe, true, Point)),
            ("1,2\n3,4\n", (Delimiter::Comma, false, Point)),
            ("x,1\ny,2\n", (Delimiter::Comma, false, Point)),
            ("country,2019,2020\nde,1,2\nfr,2,3\n", (Delimiter::Comma, true, Point)),
            ("a\n1\n2\n", (Delimiter::Comma, true, Point)),
            ("\"a;b\",c\n\"1;2\",3\n", (Delimiter::Comma, true, Point)),
            ("sep=;\na;b\n1;2\n", (Delimiter::Semicolon, true, Point)),
            ("", (Delimiter::Comma, true, Point)),
        ] {
            assert_eq!(find(text), expected, "{text:?}");
        }
    }
}
