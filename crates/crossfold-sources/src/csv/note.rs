//! Notes on how a table was read.

use std::fmt;

use crossfold_data::messages::quoted;
use crossfold_study::DecimalMark;

use super::cells::{self, other_mark};

/// A choice made by the reader of a table that its author may not want.
#[derive(Clone, Debug, PartialEq)]
pub enum Note {
    /// The text isn't UTF-8, first on this line.
    AssumedLatin1 { line: usize },
    /// Lines at the top that begin with `#` and aren't the header.
    Comments { lines: usize },
    /// Rows without any value, and the line of the first.
    EmptyRows { rows: usize, line: usize },
    /// Rows that are the header again, and the line of the first.
    RepeatedHeader { rows: usize, line: usize },
    /// Quotation marks other than `"`, or escaped by backslashes.
    UnusualQuotes { mark: char, backslash: bool },
    /// A first line that may be names or values.
    FirstLine { names: bool },
    /// Numbers whose mark may be a decimal mark or separate thousands: the text of one, and its value with each of
    /// them. The first value is used.
    UnclearMark { column: String, text: String, number: f64, other: f64, mark: DecimalMark },
    /// A decimal mark that differs from the training table's.
    OtherMark { mark: DecimalMark },
    /// Numbers with the decimal mark that other columns don't have.
    NamesOfOtherMark { column: String, text: String, mark: DecimalMark },
    /// Numbers with different units.
    NamesOfUnits { column: String, texts: [String; 2] },
    /// Numbers with the same word behind them.
    NamesOfMeasures { column: String, text: String, word: String },
    /// A first column without a name, which usually has row names or indices.
    IndexColumn { name: String },
    /// Columns without a name or a value, which trailing delimiters make; counted from 1.
    EmptyColumns { numbers: Vec<usize> },
    /// Columns that the training table doesn't have.
    ExtraColumns { names: Vec<String> },
    /// Whole numbers written as decimals in a categorical column.
    WholeNumbers { column: String },
    /// A column of words that is read as ordinal.
    Ordered { column: String, levels: Vec<String> },
    /// Numbers with a unit or separators; text and value of the first.
    FormattedNumbers { column: String, text: String, number: f64 },
    /// Digits that numbers can't hold, such as postal codes with leading zeros.
    NamesOfDigits { column: String, text: String },
    /// Words that are read as missing values, but may be levels: the column, the word and the number of its rows.
    Markers { found: Vec<(String, String, usize)> },
    /// A unit that differs from the training table's.
    OtherUnit { column: String, trained: Option<char>, found: Option<char> },
    /// A first value that isn't a number, in a column of numbers: most likely the unit.
    UnitsRow { column: String, text: String },
    /// A column in which nearly all values are numbers: the number of those that aren't, and the first with its line.
    FewWords { column: String, rows: usize, text: String, line: usize, decimal: DecimalMark },
    /// Dates with the day first or the month first.
    AmbiguousDates { column: String },
}

impl Note {
    /// The note that `text` is read with `mark`, and may be a number with the other one.
    pub(super) fn unclear_mark(column: &str, text: &str, mark: DecimalMark) -> Note {
        let read = |mark| {
            let plain = cells::parse_number(text, mark);
            plain.or_else(|| Some(cells::parse_formatted(text, mark)?.number)).unwrap_or(f64::NAN)
        };
        let (column, text) = (column.to_owned(), text.to_owned());
        Note::UnclearMark { number: read(mark), other: read(mark.other()), column, text, mark }
    }
}

impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Note::AssumedLatin1 { line } => {
                write!(f, "line {line} is not UTF-8, so the text is read as Latin-1 (`data.encoding`)")
            }
            Note::Comments { lines: 1 } => f.write_str("left out the line at the top that begins with `#`"),
            Note::Comments { lines } => write!(f, "left out {lines} lines at the top that begin with `#`"),
            Note::EmptyRows { rows: 1, line } => write!(f, "left out line {line}, which has no value in any column"),
            Note::EmptyRows { rows, line } => {
                write!(f, "left out {rows} lines without a value in any column, the first of them line {line}")
            }
            Note::RepeatedHeader { rows: 1, line } => write!(f, "left out line {line}, which is the header again"),
            Note::RepeatedHeader { rows, line } => {
                write!(f, "left out {rows} lines that are the header again, the first of them line {line}")
            }
            Note::UnusualQuotes { mark, backslash: true } => {
                write!(f, "fields are quoted with `{mark}`, and `\\{mark}` is a quotation mark within them")
            }
            Note::UnusualQuotes { mark, backslash: false } => write!(f, "fields are quoted with `{mark}`"),
            Note::FirstLine { names: true } => f.write_str(
                "the first line is taken for the columns' names, though it may have values (`data.header: false`)",
            ),
            Note::FirstLine { names: false } => f.write_str(
                "the first line is taken for values, though it may have the columns' names (`data.header: true`)",
            ),
            Note::UnclearMark { column, text, number, other, mark } => write!(
                f,
                "column {}: {} is read as {number}, and others likewise; if it is {other}, set `data.decimal: {}`",
                quoted(column),
                quoted(text),
                mark.other().name()
            ),
            Note::OtherMark { mark } => write!(
                f,
                "numbers have a decimal {}, where the training file has a decimal {}",
                mark.name(),
                mark.other().name()
            ),
            Note::NamesOfOtherMark { column, text, mark } => write!(
                f,
                "column {} is taken as names: numbers such as {} have a decimal {}, others in the file a decimal {} \
                 (`data.decimal`)",
                quoted(column),
                quoted(text),
                mark.name(),
                mark.other().name()
            ),
            Note::NamesOfUnits { column, texts: [first, second] } => write!(
                f,
                "column {} is taken as names: numbers such as {} and {} have different units",
                quoted(column),
                quoted(first),
                quoted(second)
            ),
            Note::NamesOfMeasures { column, text, word } => write!(
                f,
                "column {} is taken as names: numbers such as {} have {} behind them; without it they would be numbers",
                quoted(column),
                quoted(text),
                quoted(word)
            ),
            Note::IndexColumn { name } => {
                write!(
                    f,
                    "the first column has no name and only names the rows: it is {}, and no feature",
                    quoted(name)
                )
            }
            Note::EmptyColumns { numbers } => match numbers.as_slice() {
                [number] => write!(f, "column {number} has neither name nor values, and is left out"),
                numbers => write!(
                    f,
                    "{} columns have neither name nor values, and are left out; the first is column {}",
                    numbers.len(),
                    numbers[0]
                ),
            },
            Note::ExtraColumns { names } => {
                let names: Vec<String> = names.iter().map(|name| quoted(name)).collect();
                write!(f, "not used, since the training file doesn't have them: {}", names.join(", "))
            }
            Note::WholeNumbers { column } => {
                write!(f, "column {}: `1.0` is taken as `1`, since its values are names", quoted(column))
            }
            Note::FormattedNumbers { column, text, number } => {
                write!(
                    f,
                    "column {}: {} is read as the number {number}, and others likewise",
                    quoted(column),
                    quoted(text)
                )
            }
            Note::NamesOfDigits { column, text } => write!(
                f,
                "column {} is taken as names: as a number {} would lose digits (`data.columns`)",
                quoted(column),
                quoted(text)
            ),
            Note::Ordered { column, levels } => {
                let levels: Vec<String> = levels.iter().map(|level| quoted(level)).collect();
                write!(
                    f,
                    "column {} is taken as ordered: {} (`data.columns: {{…: categorical}}` if it isn't)",
                    quoted(column),
                    levels.join(" < ")
                )
            }
            Note::Markers { found } => {
                const MAX_SHOWN: usize = 8;
                let rows = |count: &usize| if *count == 1 { "1 row".to_owned() } else { format!("{count} rows") };
                let one = |(column, marker, count): &(String, String, usize)| {
                    format!("{} in {} ({})", quoted(marker), quoted(column), rows(count))
                };
                let shown: Vec<String> = found.iter().take(MAX_SHOWN).map(one).collect();
                let more = if found.len() > MAX_SHOWN { ", …" } else { "" };
                write!(
                    f,
                    "taken for missing values: {}{more}; if one is a name, say what stands for missing values in \
                     `data.missing`",
                    shown.join(", ")
                )
            }
            Note::OtherUnit { column, trained, found } => {
                let named = |unit: &Option<char>| unit.map_or("no unit".to_owned(), |unit| format!("`{unit}`"));
                let (column, trained, found) = (quoted(column), named(trained), named(found));
                write!(
                    f,
                    "column {column} has {found}, and had {trained} in training: its numbers are taken as they stand"
                )
            }
            Note::UnitsRow { column, text } => write!(
                f,
                "column {} is numbers but for its first value, {}: if that is a unit, take the line out",
                quoted(column),
                quoted(text)
            ),
            Note::FewWords { column, rows, text, line, decimal } => {
                let others = if *rows == 1 { "1 value".to_owned() } else { format!("{rows} values") };
                write!(
                    f,
                    "column {} is taken as names: it is numbers but for {others}, the first {} on line {line}; ",
                    quoted(column),
                    quoted(text)
                )?;
                match other_mark(text, *decimal) {
                    Some(mark) => write!(
                        f,
                        "that is a number with a decimal {}: write all numbers alike (`data.decimal: {}`)",
                        mark.name(),
                        mark.name()
                    ),
                    None if text.contains(|c: char| c.is_ascii_digit()) => f.write_str("mend it if it is a number"),
                    None => f.write_str("if that stands for a missing value, add it to `data.missing`"),
                }
            }
            Note::AmbiguousDates { column } => write!(
                f,
                "column {} may hold dates with the day or the month first, so it is taken as text: write year-month-day",
                quoted(column)
            ),
        }
    }
}
