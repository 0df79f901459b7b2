//! Notes on how a table was read.

use std::collections::BTreeMap;
use std::fmt;
use std::slice;

use crossfold_data::Marker;
use crossfold_data::messages::{listed, quoted};
use crossfold_network::{counted, shorten};
use crossfold_study::{ColumnKind, DecimalMark, MissingMarkers, yaml_scalar};

use super::ambiguity::Ambiguity;
use super::cells::{self, other_mark};
use super::decimal::Decimal;

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
    /// A field on this line with a space and a quotation mark in front, which are read as text.
    LiteralQuote { line: usize },
    /// A header that begins with `#`, above a line that may be the header.
    CommentedHeader,
    /// A first line that may be names or values.
    FirstLine { names: bool },
    /// Numbers whose mark may be a decimal mark or separate thousands: the text of one, and its value with each of
    /// them. The first value is used. If it `is_certain` that other columns have the mark, no key gives the other value.
    UnclearMark { column: String, text: String, number: f64, other: f64, mark: DecimalMark, is_certain: bool },
    /// A decimal mark that differs from the training table's.
    OtherMark { mark: DecimalMark },
    /// Numbers with the decimal mark that other columns don't have.
    NamesOfOtherMark { column: String, taken: &'static str, text: String, mark: DecimalMark },
    /// Numbers with different units.
    NamesOfUnits { column: String, taken: &'static str, texts: [String; 2] },
    /// Numbers with the same word behind them.
    NamesOfMeasures { column: String, taken: &'static str, text: String, word: String },
    /// Numbers of which some have a multiplier such as `k` behind them; one that has.
    NamesOfMultiples { column: String, taken: &'static str, text: String },
    /// A first column without a name, which usually has row names or indices.
    IndexColumn { name: String },
    /// Columns without a name or a value, which trailing delimiters make; counted from 1.
    EmptyColumns { numbers: Vec<usize> },
    /// Columns that the training table doesn't have.
    ExtraColumns { names: Vec<String> },
    /// Whole numbers in several notations in a column of names: the first that isn't in the usual one, and its name.
    WholeNumbers { column: String, text: String, number: String },
    /// Spellings of yes or no that differ in case, in a column of names: the name that they are read as, and the others.
    Spellings { column: String, name: String, others: Vec<String> },
    /// Names that are equal as numbers, or as answers of yes or no.
    SameValues { column: String, texts: [String; 2] },
    /// A column of words that is read as ordinal.
    Ordered { column: String, levels: Vec<String> },
    /// Names that begin with numbers, which may be their order.
    NumberedNames { column: String, levels: Vec<String> },
    /// Numbers with a unit or separators; text and value of the first.
    FormattedNumbers { column: String, text: String, number: f64 },
    /// Digits that numbers can't hold, such as postal codes with leading zeros.
    NamesOfDigits { column: String, text: String },
    /// Texts that are read as missing values, but may be values.
    Markers { found: Vec<Marker> },
    /// Markers of missing values that the spec gives and that occur nowhere.
    /// They are those of one column, or of all.
    UnusedMarkers { column: Option<String>, markers: Vec<String> },
    /// Numbers of digits, `E` and digits, which may be names; text and value of the first.
    Exponents { column: String, text: String, number: f64 },
    /// A unit that differs from the training table's.
    OtherUnit { column: String, trained: Option<char>, found: Option<char> },
    /// A first value that isn't a number, in a column of numbers: most likely the unit.
    UnitsRow { column: String, text: String },
    /// A column in which nearly all values are numbers: the number of those that aren't, and the first with its line.
    /// `given` are the markers of missing values that the spec gives.
    FewWords {
        column: String,
        taken: &'static str,
        rows: usize,
        text: String,
        line: usize,
        decimal: DecimalMark,
        given: MissingMarkers,
    },
    /// A column whose values look like numbers or dates: one that can be read as the most of them, the first of the
    /// others with their lines, and the number of the rest.
    UnreadNumbers {
        column: String,
        taken: &'static str,
        like: Option<String>,
        others: Vec<(String, usize)>,
        more: usize,
        given: MissingMarkers,
    },
    /// Whole numbers in a column whose name says that they are codes.
    Codes { column: String },
    /// Two texts of one number in a column of what may be versions.
    TrailingZeros { column: String, texts: [String; 2] },
    /// A column that has one value or none; that value, and the number of rows without it.
    OneValue { column: String, text: String, missing: usize },
    /// Dates that are others if their parts are in another order.
    AmbiguousDates { column: String, ambiguity: Ambiguity },
    /// A column in which nearly all values are dates: one of them, the first of the others with their lines, and the
    /// number of the rest.
    AlmostDates { column: String, taken: &'static str, like: String, others: Vec<(String, usize)>, more: usize },
    /// Values that look like dates in a form that isn't read; the first.
    UnknownDates { column: String, taken: &'static str, text: String },
    /// Times of day without a date; the first.
    TimesOfDay { column: String, taken: &'static str, text: String },
    /// Years of two digits; the first date and its four digits.
    ShortYears { column: String, text: String, year: i16 },
    /// Months such as `2003-04` that are most likely two years; the first.
    Seasons { column: String, taken: &'static str, text: String },
    /// Months such as `2001-04` that may be two years; the first.
    RangesOfYears { column: String, text: String },
    /// Numbers such as `20261123` that are dates; the first.
    CompactDates { column: String, number: f64 },
    /// Times without an offset from UTC beside times with one: the number of rows, and the first with its line.
    MixedOffsets { column: String, rows: usize, text: String, line: usize },
    /// Dates in another form than in the training table.
    OtherDates { column: String },
    /// Times with an offset from UTC that had none in the training table, or the reverse.
    OtherOffsets { column: String, trained: bool },
}

impl Note {
    /// The most values that a note shows of those that aren't what most are.
    pub(super) const MAX_OTHERS: usize = 5;

    /// The column whose kind the note explains.
    pub(crate) fn explained_column(&self) -> Option<&str> {
        if let Note::NamesOfDigits { column, .. }
        | Note::UnitsRow { column, .. }
        | Note::NamesOfUnits { column, .. }
        | Note::NamesOfOtherMark { column, .. }
        | Note::NamesOfMeasures { column, .. }
        | Note::NamesOfMultiples { column, .. }
        | Note::FewWords { column, .. }
        | Note::UnreadNumbers { column, .. }
        | Note::AmbiguousDates { column, .. }
        | Note::AlmostDates { column, .. }
        | Note::UnknownDates { column, .. }
        | Note::TimesOfDay { column, .. }
        | Note::Seasons { column, .. } = self
        {
            Some(column)
        } else {
            None
        }
    }

    /// What a column of words is taken as.
    pub(super) fn taken(kind: ColumnKind) -> &'static str {
        match kind {
            ColumnKind::Text => "free text, which is not used as a feature",
            ColumnKind::Id => "row identifiers, which are not used as features",
            ColumnKind::Numeric
            | ColumnKind::Categorical
            | ColumnKind::Ordinal
            | ColumnKind::Boolean
            | ColumnKind::Date => "names",
        }
    }

    /// Adds the markers that the spec gives, where the note says how to add one.
    pub(super) fn add_markers(&mut self, all: &MissingMarkers) {
        if let Note::FewWords { given, .. } | Note::UnreadNumbers { given, .. } = self {
            given.clone_from(all);
        }
    }

    /// The note that `text` is read with the `decimal` mark, and may be a number with the other one.
    pub(super) fn unclear_mark(column: &str, text: &str, decimal: &Decimal) -> Note {
        let &Decimal { mark, is_certain, .. } = decimal;
        let read = |mark| {
            let plain = cells::parse_number(text, mark);
            plain.or_else(|| Some(cells::parse_formatted(text, mark)?.number)).unwrap_or(f64::NAN)
        };
        let (column, text) = (column.to_owned(), text.to_owned());
        Note::UnclearMark { number: read(mark), other: read(mark.other()), column, text, mark, is_certain }
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
            Note::LiteralQuote { line } => write!(
                f,
                "line {line} has a field that begins with a space and `\"`, which is read as a part of its text; to quote the \
                 field, leave out the space"
            ),
            Note::CommentedHeader => f.write_str(
                "the last line that begins with `#` is read as the column names; if it is a comment, write another \
                 line such as `#` between it and the names",
            ),
            Note::FirstLine { names: true } => f.write_str(
                "the first line is read as the column names, though it may have values (`data.header: false`)",
            ),
            Note::FirstLine { names: false } => f.write_str(
                "the first line is read as values, though it may have the column names (`data.header: true`)",
            ),
            Note::UnclearMark { column, text, number, other, mark, is_certain } => {
                write!(f, "column {}: {} is read as {number}, and others likewise; ", quoted(column), quoted(text))?;
                if *is_certain {
                    write!(f, "if it is {other}, write it so: other columns have a decimal {}", mark.name())
                } else {
                    write!(f, "if it is {other}, set `data.decimal: {}`", mark.other().name())
                }
            }
            Note::OtherMark { mark } => write!(
                f,
                "numbers have a decimal {}, where the training file has a decimal {}",
                mark.name(),
                mark.other().name()
            ),
            Note::NamesOfOtherMark { column, taken, text, mark } => write!(
                f,
                "column {} is read as {taken}: numbers such as {} have a decimal {}, others in the file a decimal {} \
                 (`data.decimal`)",
                quoted(column),
                quoted(text),
                mark.name(),
                mark.other().name()
            ),
            Note::NamesOfUnits { column, taken, texts: [first, second] } => write!(
                f,
                "column {} is read as {taken}: numbers such as {} and {} have different units",
                quoted(column),
                quoted(first),
                quoted(second)
            ),
            Note::NamesOfMeasures { column, taken, text, word } => write!(
                f,
                "column {} is read as {taken}: numbers such as {} end with {}; without it they would be numbers",
                quoted(column),
                quoted(text),
                quoted(word)
            ),
            Note::NamesOfMultiples { column, taken, text } => write!(
                f,
                "column {} is read as {taken}: numbers such as {} end with a multiplier; write out all zeros",
                quoted(column),
                quoted(text)
            ),
            Note::IndexColumn { name } => {
                write!(
                    f,
                    "the first column has no name and only identifies rows: it is called {}, and is not used as a feature",
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
                write!(f, "not used, because the training file doesn't have them: {}", names.join(", "))
            }
            Note::WholeNumbers { column, text, number } => {
                let (column, text) = (quoted(column), quoted(text));
                write!(f, "column {column}: {text} is read as `{number}`, since its values are names")
            }
            Note::Spellings { column, name, others } => write!(
                f,
                "column {}: {} {} taken as {}",
                quoted(column),
                others.iter().map(|other| quoted(other)).collect::<Vec<_>>().join(", "),
                if others.len() == 1 { "is" } else { "are" },
                quoted(name)
            ),
            Note::SameValues { column, texts: [a, b] } => write!(
                f,
                "column {}: {} and {} are different names, since its values are read as they are written",
                quoted(column),
                quoted(a),
                quoted(b)
            ),
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
                "column {} is read as names: as a number {} would lose digits (`data.columns`)",
                quoted(column),
                quoted(text)
            ),
            Note::Ordered { column, levels } => {
                let levels: Vec<String> = levels.iter().map(|level| quoted(level)).collect();
                write!(
                    f,
                    "column {} is read as ordered: {}; if it isn't, `data.columns: {{{}: categorical}}`",
                    quoted(column),
                    levels.join(" < "),
                    yaml_scalar(column)
                )
            }
            Note::NumberedNames { column, levels } => {
                let levels: Vec<String> = levels.iter().map(|level| yaml_scalar(level)).collect();
                write!(
                    f,
                    "column {} has numbered labels, read as names; if they are in an order, `data.columns: {{{}: {{ordinal: \
                     [{}]}}}}`",
                    quoted(column),
                    yaml_scalar(column),
                    levels.join(", ")
                )
            }
            Note::Markers { found } => write!(
                f,
                "read as missing values: {}; if one is a value, list only the real markers in `data.missing`",
                show_markers(found)
            ),
            Note::UnusedMarkers { column: None, markers } => {
                write!(f, "no column contains {} of `data.missing`", listed(markers))
            }
            Note::UnusedMarkers { column: Some(column), markers } => {
                write!(f, "column {} doesn't contain {} of `data.missing`", quoted(column), listed(markers))
            }
            Note::Exponents { column, text, number } => write!(
                f,
                "column {}: {} is read as the number {number}; if it is a name, `data.columns: {{{}: categorical}}`",
                quoted(column),
                quoted(text),
                yaml_scalar(column)
            ),
            Note::OtherUnit { column, trained, found } => {
                let named = |unit: &Option<char>| unit.map_or("no unit".to_owned(), |unit| format!("`{unit}`"));
                let (column, trained, found) = (quoted(column), named(trained), named(found));
                write!(f, "column {column} has {found}, and had {trained} in training: its numbers are not converted")
            }
            Note::UnitsRow { column, text } => write!(
                f,
                "column {} is numbers but for its first value, {}: if that is a unit, take the line out",
                quoted(column),
                quoted(text)
            ),
            Note::FewWords { column, taken, rows, text, line, decimal, given } => {
                let others = counted(*rows, "value");
                write!(
                    f,
                    "column {} is read as {taken}: it is numbers but for {others}, the first {} on line {line}; ",
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
                    None if text.contains(|c: char| c.is_ascii_digit()) => f.write_str("correct it if it is a number"),
                    None => {
                        let key = given.key_with(column, slice::from_ref(text));
                        write!(f, "if that stands for a missing value, set `{key}`")
                    }
                }?;
                if *taken == Note::taken(ColumnKind::Categorical) { Ok(()) } else { f.write_str(&as_it_is(column)) }
            }
            Note::UnreadNumbers { column, taken, like, others, more, given } => {
                write!(f, "column {} is read as {taken}: ", quoted(column))?;
                let shown: Vec<String> =
                    others.iter().map(|(text, line)| format!("{} on line {line}", quoted(text))).collect();
                let shown = shorten(&shown, shown.len() + more);
                match like {
                    Some(like) => {
                        write!(
                            f,
                            "it looks like numbers or dates such as {}, but these aren't: {shown}; ",
                            quoted(like)
                        )?;
                    }
                    None => write!(f, "its values look like numbers or dates, in no form that is read: {shown}; ")?,
                }
                f.write_str("write all in one form to have them read")?;
                let has_digit = |text: &str| text.contains(char::is_numeric);
                let words: Vec<String> =
                    others.iter().map(|(text, _)| text).filter(|text| !has_digit(text)).cloned().collect();
                if !words.is_empty() {
                    let those = if words.len() == 1 { "that word stands" } else { "the words stand" };
                    write!(f, ", or `{}` if {those} for a missing value", given.key_with(column, &words))?;
                }
                f.write_str(&as_it_is(column))
            }
            Note::Codes { column } => write!(
                f,
                "column {} is read as numbers; if they are names, `data.columns: {{{}: categorical}}`",
                quoted(column),
                yaml_scalar(column)
            ),
            Note::TrailingZeros { column, texts: [one, other] } => write!(
                f,
                "column {}: {} and {} are read as the same number; if they are names, `data.columns: {{{}: categorical}}`",
                quoted(column),
                quoted(one),
                quoted(other),
                yaml_scalar(column)
            ),
            Note::OneValue { column, text, missing } => write!(
                f,
                "column {} is {} or missing ({missing} {}), and missing values are filled in, so all rows are alike; if a \
                 missing one means no, write that, or set `preprocessing.columns: {{{}: {{numeric: {{indicator: true}}}}}}`",
                quoted(column),
                quoted(text),
                if *missing == 1 { "row" } else { "rows" },
                yaml_scalar(column)
            ),
            Note::AmbiguousDates { column, ambiguity } => {
                write!(f, "column {} is read as text: {ambiguity}; set {}", quoted(column), ambiguity.keys(column))
            }
            Note::AlmostDates { column, taken, like, others, more } => {
                let shown = others.iter().map(|(text, line)| format!("{} on line {line}", quoted(text)));
                let shown: Vec<String> = shown.collect();
                write!(
                    f,
                    "column {} is read as {taken}: it looks like dates such as {}, but these aren't: {}; once they are \
                     corrected it is read as dates",
                    quoted(column),
                    quoted(like),
                    shorten(&shown, shown.len() + more)
                )
            }
            Note::UnknownDates { column, taken, text } => write!(
                f,
                "column {} is read as {taken}: its values look like dates such as {}, but are in no form that is read, or \
                 not all in one; write dates as `2026-11-23`, and times as `2026-11-23T10:00:00+01:00`",
                quoted(column),
                quoted(text)
            ),
            Note::TimesOfDay { column, taken, text } => write!(
                f,
                "column {} is read as {taken}: {} looks like a time of day; to learn from it, write it as a number of hours",
                quoted(column),
                quoted(text)
            ),
            Note::ShortYears { column, text, year } => write!(
                f,
                "column {}: {} is read as a day of {year}, since years 69 to 99 are taken as 1969 to 1999, and others as \
                 2000 to 2068; write four digits if that is wrong",
                quoted(column),
                quoted(text)
            ),
            Note::Seasons { column, taken, text } => write!(
                f,
                "column {} is read as {taken}: {} looks like a season of two years; if it is a month, `data.columns: \
                 {{{}: date}}`",
                quoted(column),
                quoted(text),
                yaml_scalar(column)
            ),
            Note::RangesOfYears { column, text } => write!(
                f,
                "column {}: {} is read as a month; if it is two years, `data.columns: {{{}: categorical}}`",
                quoted(column),
                quoted(text),
                yaml_scalar(column)
            ),
            Note::CompactDates { column, number } => write!(
                f,
                "column {}: `{number}` is read as a number; if it is a date, `data.columns: {{{}: date}}`",
                quoted(column),
                yaml_scalar(column)
            ),
            Note::MixedOffsets { column, rows, text, line } => write!(
                f,
                "column {}: {} without an offset from UTC beside others that have one, the first {} on line {line}: \
                 taken as UTC; give all times an offset such as `+01:00`, or none",
                quoted(column),
                if *rows == 1 { "1 time is".to_owned() } else { format!("{rows} times are") },
                quoted(text)
            ),
            Note::OtherDates { column } => {
                write!(f, "column {}: dates are written in another form than in training", quoted(column))
            }
            Note::OtherOffsets { column, trained } => {
                let (trained, here) = if *trained { ("an", "none") } else { ("no", "one") };
                write!(
                    f,
                    "column {}: times had {trained} offset from UTC in training, and have {here} here; without one they are \
                     taken as UTC",
                    quoted(column)
                )
            }
        }
    }
}

/// The keys for a column of words that is no input.
fn as_it_is(column: &str) -> String {
    let column = yaml_scalar(column);
    format!("; as they are, `data.columns: {{{column}: categorical}}` for names, or `{{{column}: text}}`")
}

/// Each marker with its columns and the number of its rows. Words come first, because they may be names.
fn show_markers(found: &[Marker]) -> String {
    const MAX_SHOWN: usize = 8;
    const MAX_COLUMNS: usize = 3;
    let mut groups: BTreeMap<(bool, &str), (Vec<&str>, usize)> = BTreeMap::new();
    for Marker { column, text, rows, .. } in found {
        let (columns, total) = groups.entry((!text.starts_with(char::is_alphabetic), text)).or_default();
        columns.push(column);
        *total += rows;
    }
    let one = |((_, text), (columns, rows)): (&(bool, &str), &(Vec<&str>, usize))| {
        let named: Vec<String> = columns.iter().take(MAX_COLUMNS).map(|column| quoted(column)).collect();
        let s = if *rows == 1 { "" } else { "s" };
        format!("{} in {} ({rows} row{s})", quoted(text), shorten(&named, columns.len()))
    };
    let shown: Vec<String> = groups.iter().take(MAX_SHOWN).map(one).collect();
    shorten(&shown, groups.len())
}
