//! A CSV file on its way out, safe to open in a spreadsheet.

use std::fmt::{Display, LowerExp};
use std::io::{self, Write};

use crossfold_study::Study;

/// The last column of files that another run need not make again; why is in each row, since rows are taken out of files.
pub(crate) const NOT_REPRODUCIBLE: &str = "not_reproducible";

/// Rows of cells, made by [`cell`] and [`optional`].
pub(super) struct Sheet<W: Write> {
    writer: csv::Writer<W>,
    /// Of the last column: what the next row has there, and what all others have. `None` where there is no such column.
    last: Option<[&'static str; 2]>,
}

impl<W: Write> Sheet<W> {
    /// Of what is the same whoever writes it.
    pub(super) fn new(out: W) -> Sheet<W> {
        let writer = csv::WriterBuilder::new().terminator(csv::Terminator::Any(b'\n')).from_writer(out);
        Sheet { writer, last: None }
    }

    /// Of a study's results: the first row is the header.
    pub(super) fn of(out: W, study: &Study) -> Sheet<W> {
        let last = study.irreproducible().map(|reason| [NOT_REPRODUCIBLE, reason]);
        Sheet { last, ..Sheet::new(out) }
    }

    pub(super) fn row(&mut self, cells: impl IntoIterator<Item = String>) -> io::Result<()> {
        let last = self.last.map(|[next, _]| next.to_owned());
        self.last = self.last.map(|[_, reason]| [reason; 2]);
        Ok(self.writer.write_record(cells.into_iter().chain(last))?)
    }

    /// Writes what is still held back.
    pub(super) fn finish(mut self) -> io::Result<()> {
        self.writer.flush()
    }
}

/// The text of a cell that no spreadsheet takes for a formula.
///
/// Text that begins like one gets a `'` in front (OWASP, "CSV injection"); a number, negative or
/// not, stays what it is.
pub(super) fn cell(value: impl Display) -> String {
    let text = value.to_string();
    let is_number = || text.parse().is_ok_and(f64::is_finite);
    if text.starts_with(['=', '+', '-', '@', '\t', '\r']) && !is_number() { format!("'{text}") } else { text }
}

/// A number, as the shortest text that is read back as the same bits. Large ones have an exponent: in digits alone readers would
/// take them for whole numbers, and for text where these are too large.
pub(super) fn number<T: Copy + Display + LowerExp + Into<f64>>(value: T) -> String {
    /// From here on all numbers of 64 bits are whole.
    const WHOLE: f64 = 1e16;
    if value.into().abs() < WHOLE { cell(value) } else { cell(format!("{value:e}")) }
}

/// An empty cell for a number that isn't there.
pub(super) fn known<T: Copy + Display + LowerExp + Into<f64>>(value: Option<T>) -> String {
    value.map_or_else(String::new, number)
}

/// An empty cell for what isn't there.
pub(super) fn optional(value: Option<impl Display>) -> String {
    value.map_or_else(String::new, cell)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formulas_are_defused_and_numbers_are_not() {
        let defused = ["=1+1", "+A1", "-A1", "@SUM(A1)", "\t=1", "\r=1", "-1+cmd|' /C calc'!A0", "-inf"];
        for text in defused {
            assert_eq!(cell(text), format!("'{text}"));
        }
        for text in ["a=1", "[256, 128]", "", "'=1"] {
            assert_eq!(cell(text), text);
        }
        assert_eq!(cell(-0.5), "-0.5");
        assert_eq!(cell(1e-7), "0.0000001");
        assert_eq!(optional(None::<f64>), "");
    }

    #[test]
    fn large_numbers_have_an_exponent() {
        for (value, expected) in [
            (0.1, "0.1"),
            (-1.5e-10, "-0.00000000015"),
            (123_456_789_012_345.6, "123456789012345.6"),
            (1.030_274_699_994_341_2e27, "1.0302746999943412e27"),
            (-6e48, "-6e48"),
        ] {
            assert_eq!(number(value), expected);
        }
        assert_eq!(number(3.5e20_f32), "3.5e20");
        assert_eq!((known(None::<f64>), known(Some(0.5))), (String::new(), "0.5".to_owned()));
    }

    /// Expected lines by RFC 4180, but for `\n`.
    #[test]
    fn cells_are_quoted_where_they_must_be() {
        let mut out = Vec::new();
        let mut sheet = Sheet::new(&mut out);
        sheet.row(["[256, 128]", "said \"no\"", "two\nlines", ""].map(cell)).unwrap();
        sheet.row(["=1,2", "a", "b", "c"].map(cell)).unwrap();
        sheet.finish().unwrap();
        assert_eq!(
            String::from_utf8(out).unwrap(),
            "\"[256, 128]\",\"said \"\"no\"\"\",\"two\nlines\",\n\"'=1,2\",a,b,c\n"
        );
    }
}
