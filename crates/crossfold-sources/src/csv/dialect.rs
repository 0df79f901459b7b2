//! Detection of a file's dialect from a sample: delimiter, quotation marks, header and decimal mark.

use std::borrow::Cow;

use crossfold_study::{DecimalMark, Delimiter, TableFormat};

use super::decimal::{self, Decimal, Evidence};
use super::delimiter::{self, each_record};
use super::first_line::{self, Certainty, FirstLine};
use super::quoting::Quoting;

/// The format of a delimited text file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Dialect {
    pub(super) delimiter: Delimiter,
    pub(super) quoting: Quoting,
    pub(super) header: FirstLine,
    /// Whether the header begins with `#`.
    pub(super) commented: bool,
    pub(super) decimal: Decimal,
    /// The number of comment lines at the top.
    pub(super) comments: usize,
    /// The length in bytes of comments, and of a first line that only names the delimiter, which some spreadsheets
    /// write.
    pub(super) skipped: usize,
}

/// What another file has in common with the training file, as far as its own text leaves it open.
pub(super) struct Expected<'a> {
    pub(super) delimiter: Option<Delimiter>,
    pub(super) decimal: DecimalMark,
    pub(super) header: bool,
    /// Whether a column has this name.
    pub(super) names: &'a dyn Fn(&str) -> bool,
}

/// The maximum number of lines in a sample.
const SAMPLE: usize = 500;

/// The maximum number of bytes in a sample.
const SAMPLE_BYTES: usize = 1 << 20;

/// The maximum number of fields per line of a sample that the header is judged by.
const SAMPLE_FIELDS: usize = 50_000;

impl Dialect {
    /// Detects what `format` leaves open.
    pub(super) fn detect(text: &str, format: &TableFormat, expected: Option<&Expected<'_>>) -> Dialect {
        let (separator, named) = skip_separator_line(text);
        let (mut comments, mut skipped) = skip_comments(text, separator);
        let rest = take_sample(&text[skipped..]);
        let delimiter = format.delimiter.or(named).unwrap_or_else(|| match expected {
            Some(expected) => delimiter::detect(rest, expected.delimiter, expected.names),
            None => delimiter::detect(rest, None, &|_| false),
        });
        let decimal = match format.decimal {
            Some(mark) => Decimal { mark, is_certain: true, is_guess: false, unclear: Vec::new() },
            None => {
                let fallback = expected.map(|expected| expected.decimal);
                let found = detect_decimal_mark(rest, delimiter, fallback);
                // Other rows may settle it.
                let is_open = !found.is_certain && !found.is_guess && rest.len() < text.len() - skipped;
                if is_open { detect_decimal_mark(&text[skipped..], delimiter, fallback) } else { found }
            }
        };
        let below = records(rest, delimiter, SAMPLE);
        let judged = first_line::judge(&below, decimal.mark);
        let given = format.header.or(expected.map(|expected| expected.header));
        let mut header = given.map_or(judged, FirstLine::given);
        // The last line that begins with `#` may be the header.
        let last = text[separator..skipped].trim_end().rfind(['\n', '\r']).map_or(separator, |end| separator + end + 1);
        let may_be_header = comments > 0 && format.header != Some(false);
        let commented = if may_be_header { records(&text[last..skipped], delimiter, 1) } else { Vec::new() };
        let is_header = |commented: &[String], first: &[String]| {
            commented.len() > 1
                && commented.len() == first.len()
                && match expected {
                    Some(Expected { names, .. }) => count_names(commented, names) > count_names(first, names),
                    None => !judged.names || judged.certainty != Certainty::Certain,
                }
        };
        let commented =
            matches!((commented.as_slice(), below.as_slice()), ([one], [first, ..]) if is_header(one, first));
        if commented {
            (comments, skipped) = (comments - 1, last);
            let is_guess = expected.is_none() && judged.names;
            let certainty = if is_guess { Certainty::Guess } else { Certainty::Certain };
            header = FirstLine { names: true, certainty };
        }
        let rest = &text[skipped..];
        // Behind a number of rows, the text may be cut off.
        let quoting = Quoting::detect(rest, delimiter, format.rows.is_some());
        Dialect { delimiter, quoting, header, commented, decimal, comments, skipped }
    }

    /// Looks for a decimal mark in the whole text.
    pub(super) fn settle_decimal_mark(&mut self, text: &str) {
        self.decimal = detect_decimal_mark(&text[self.skipped..], self.delimiter, Some(self.decimal.mark));
    }

    /// The text with a single byte that delimits fields, and that byte. `None` if the text has every byte that could.
    pub(super) fn separate<'a>(&self, text: &'a str) -> Option<(Cow<'a, str>, u8)> {
        let (above, rest) = text.split_at(self.skipped);
        Some(match self.quoting.separate(rest, self.delimiter)? {
            (Cow::Borrowed(_), separator) => (Cow::Borrowed(text), separator),
            (Cow::Owned(rest), separator) => (Cow::Owned(above.to_owned() + &rest), separator),
        })
    }
}

/// The first records of a text, at most `most` of them, each with its first [`SAMPLE_FIELDS`] fields.
fn records(text: &str, delimiter: Delimiter, most: usize) -> Vec<Vec<String>> {
    let mut records: Vec<Vec<String>> = Vec::new();
    each_record(text, delimiter, &mut |record| {
        records.push(record.iter().take(SAMPLE_FIELDS).map(|&field| field.to_owned()).collect());
        records.len() < most
    });
    records
}

/// The number of fields that are names of columns, with or without a `#` before them.
fn count_names(record: &[String], names: &dyn Fn(&str) -> bool) -> usize {
    record.iter().filter(|field| names(field) || names(field.trim_start_matches('#').trim())).count()
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
    let named = text[..end].strip_prefix("sep=").filter(|mark| mark.chars().count() == 1).and_then(Delimiter::parse);
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

/// The decimal mark of the rows below the first line.
fn detect_decimal_mark(text: &str, delimiter: Delimiter, fallback: Option<DecimalMark>) -> Decimal {
    let mut columns: Vec<Evidence> = Vec::new();
    let mut wide = None;
    each_record(text, delimiter, &mut |record| {
        // Only a second line makes columns: the evidence on a column takes a hundred times the bytes of an empty field.
        match wide {
            None => wide = Some(record.len()),
            Some(wide) => {
                columns.resize(wide, Evidence::default());
                columns.iter_mut().zip(record).for_each(|(column, field)| column.take(field));
            }
        }
        true
    });
    decimal::decide(&columns, delimiter, fallback)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn find(text: &str) -> (Delimiter, bool, DecimalMark) {
        let Dialect { delimiter, header, decimal, .. } = Dialect::detect(text, &TableFormat::default(), None);
        (delimiter, header.names, decimal.mark)
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
            ("0,5;0,25;0\n1,5;2,25;1\n2,5;4,25;0\n", (Delimiter::Semicolon, false, Comma)),
            ("city\tpop\nx\t950\ny\t1,234\nz\t12,500\n", (Delimiter::Tab, true, Point)),
            ("", (Delimiter::Comma, true, Point)),
        ] {
            assert_eq!(find(text), expected, "{text:?}");
        }
    }
}
