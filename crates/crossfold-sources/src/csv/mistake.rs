//! Mistakes in a delimited text file, with their places.

use std::fmt;

use crossfold_data::messages::{listed, nearest, quoted};
use crossfold_network::counted;
use crossfold_study::{ColumnKind, DecimalMark, MissingMarkers, shell_word, visible_line, yaml_scalar};

use super::ambiguity::Ambiguity;
use super::cells::{is_number, other_mark};

/// The first mistakes of a table, in the order of lines; never empty.
#[derive(Debug)]
pub struct Mistakes(pub(crate) Vec<Mistake>);

/// A mistake and its place.
#[derive(Debug)]
pub(crate) struct Mistake {
    /// Counted from 1.
    pub(crate) line: usize,
    /// `None` if the whole line or table is wrong.
    pub(crate) column: Option<String>,
    pub(crate) fault: Fault,
}

/// What is wrong. Lists of names are complete; messages show only the nearest name, or the first ones.
#[derive(Debug)]
pub(crate) enum Fault {
    Empty,
    NoRows,
    TooLarge { rows: u64, bytes: u64, available: u64 },
    Packed { reason: String },
    Expands { times: u64, bytes: u64 },
    LongLine { most: usize },
    TooManyFields { most: usize },
    Binary { what: &'static str, hint: &'static str },
    NotInEncoding { encoding: &'static str },
    AlmostUtf8 { lines: Vec<usize> },
    Nul,
    OpenQuote,
    TextBehindQuote { mark: char },
    Conflict,
    UnnamedColumn { number: usize },
    DuplicateColumn { number: usize, first: usize },
    NoColumn { name: String, key: &'static str, columns: Vec<String> },
    LacksColumn,
    FieldCount { found: usize, expected: usize },
    HeaderCount { found: usize, rows: usize },
    NotANumber { text: String, decimal: DecimalMark },
    NotFinite { text: String },
    WrongKind { kind: ColumnKind, text: String },
    AmbiguousDate { ambiguity: Ambiguity },
    UnknownLevel { text: String, levels: Vec<String> },
}

/// The hint for a text that isn't a value of its column.
fn missing_hint(column: Option<&str>, text: &str) -> String {
    let key = MissingMarkers::default().key_with(column.unwrap_or(MissingMarkers::EVERYWHERE), &[text.to_owned()]);
    format!("correct it; if it stands for a missing value, add it to `data.missing`, as in `{key}`")
}

fn missing_hint_with_option(_column: Option<&str>, text: &str) -> String {
    let text = shell_word(text);
    format!(
        "correct it; if it stands for a missing value, name it with `--missing {text}`, and the other such values as well"
    )
}

/// A hint with the options of a command in place of the spec's keys, which have the same names.
fn with_options(mut hint: String) -> String {
    for name in ["delimiter", "decimal", "encoding", "header", "rows"] {
        hint = hint.replace(&format!("`data.{name}: "), &format!("`--{name} "));
        hint = hint.replace(&format!("`data.{name}`"), &format!("`--{name}`"));
    }
    hint
}

impl Mistakes {
    /// Reading stops after this number of mistakes.
    pub(crate) const MAX: usize = 10;

    /// Whether a field is a number only with the other decimal mark.
    pub(crate) fn have_other_mark(&self) -> bool {
        let has =
            |fault: &Fault| matches!(fault, Fault::NotANumber { text, decimal: d } if other_mark(text, *d).is_some());
        self.0.iter().any(|mistake| has(&mistake.fault))
    }

    /// Whether the mistakes may come from an end of the text within a field, or before the first row.
    pub(crate) fn may_be_cut_off(&self) -> bool {
        self.0.iter().any(|mistake| matches!(mistake.fault, Fault::Empty | Fault::NoRows | Fault::OpenQuote))
    }

    /// What to do about the mistakes. Each hint occurs once.
    pub(crate) fn hint(&self) -> Option<String> {
        self.hints(|mistake| mistake.hint(missing_hint))
    }

    /// The same for a command that has options in place of a spec.
    pub(crate) fn hint_with_options(&self) -> Option<String> {
        self.hints(|mistake| with_options(mistake.hint(missing_hint_with_option)))
    }

    fn hints(&self, hint_of: impl Fn(&Mistake) -> String) -> Option<String> {
        let mut hints: Vec<String> = Vec::new();
        for mistake in &self.0 {
            let hint = hint_of(mistake);
            if !hints.contains(&hint) {
                hints.push(hint);
            }
        }
        Some(hints.join("; "))
    }
}

impl fmt::Display for Mistakes {
    /// Continues a sentence that begins with the file's name. Only where several mistakes are listed, a line ends.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0.as_slice() {
            [one] => write!(f, ", {}", visible_line(&one.to_string())),
            several => {
                let more = if several.len() == Mistakes::MAX { " or more" } else { "" };
                write!(f, " has {} mistakes{more}:", several.len())?;
                several.iter().try_for_each(|mistake| write!(f, "\n  {}", visible_line(&mistake.to_string())))
            }
        }
    }
}

impl fmt::Display for Mistake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}", self.line)?;
        if let Some(column) = &self.column {
            write!(f, ", column {}", quoted(column))?;
        }
        f.write_str(": ")?;
        match &self.fault {
            Fault::Empty => f.write_str("the file is empty"),
            Fault::TooLarge { rows, bytes, available } => write!(
                f,
                "{rows} rows take {} MB as a table, and {} MB of memory are left",
                bytes / 1_000_000,
                available / 1_000_000
            ),
            Fault::NoRows => f.write_str("there are no rows under the header"),
            Fault::Packed { reason } => write!(f, "the file is damaged: {reason}"),
            Fault::Expands { times, bytes } => write!(
                f,
                "unpacked, it holds more than {} MB and more than {times} times its size: too much for a table",
                bytes >> 20
            ),
            Fault::LongLine { most } => write!(f, "the line is longer than {} MB", most >> 20),
            Fault::TooManyFields { most } => write!(f, "the line has more than {most} fields"),
            Fault::Binary { what, .. } => write!(f, "this is {what}"),
            Fault::NotInEncoding { encoding } => write!(f, "the text is not {encoding} from here on"),
            Fault::AlmostUtf8 { lines } => {
                f.write_str("the text is UTF-8, but for bytes on ")?;
                match lines.as_slice() {
                    [one] => write!(f, "line {one}"),
                    several => {
                        let numbers: Vec<String> = several.iter().map(usize::to_string).collect();
                        write!(f, "lines {}", numbers.join(", "))
                    }
                }
            }
            Fault::Nul => f.write_str("there is a zero byte, which no text has"),
            Fault::OpenQuote => f.write_str("a quotation mark is opened here and never closed"),
            Fault::TextBehindQuote { mark } => {
                write!(f, "a field is quoted with `{mark}` here, and text follows its closing `{mark}`")
            }
            Fault::Conflict => f.write_str("this is the mark of a merge conflict"),
            Fault::UnnamedColumn { number } => write!(f, "column {number} has no name"),
            Fault::DuplicateColumn { number, first } => {
                write!(f, "column {number} has the same name as column {first}")
            }
            Fault::NoColumn { name, key, .. } => {
                write!(f, "there is no column {} for `{key}`", quoted(name))
            }
            Fault::LacksColumn => f.write_str("the training file has this column, this one doesn't"),
            Fault::FieldCount { found, expected } => {
                write!(f, "{}, where the header has {expected}", counted(*found, "field"))
            }
            Fault::HeaderCount { found, rows } => {
                write!(f, "the header has {}, where most rows have {rows}", counted(*found, "field"))
            }
            Fault::NotANumber { text, .. } => write!(f, "{} is not a number", quoted(text)),
            Fault::NotFinite { text } => write!(f, "{} is not a finite number", quoted(text)),
            Fault::WrongKind { kind, text } => write!(f, "{} is not a {}", quoted(text), kind.name()),
            Fault::AmbiguousDate { ambiguity } => write!(f, "{ambiguity}"),
            Fault::UnknownLevel { text, .. } => write!(f, "{} is none of the levels", quoted(text)),
        }
    }
}

impl Mistake {
    /// A mistake that makes the whole file unreadable.
    pub(crate) fn whole_file(line: usize, fault: Fault) -> Mistakes {
        Mistakes(vec![Mistake { line, column: None, fault }])
    }

    /// `missing_hint` is the hint for a text that isn't a value of its column.
    fn hint(&self, missing_hint: impl Fn(Option<&str>, &str) -> String) -> String {
        let hint = match &self.fault {
            Fault::Empty => "give a header line with the column names, and one line per row",
            Fault::TooLarge { .. } => "read its first rows alone with `data.rows: N`, or leave columns out of the file",
            Fault::NoRows => "give at least one row",
            Fault::Packed { .. } => "fetch or pack the file again",
            Fault::Expands { .. } => "if its content is meant, unpack it and name the unpacked file",
            Fault::LongLine { .. } | Fault::TooManyFields { .. } => {
                "a table has one line per row: look at the file's line ends"
            }
            Fault::Binary { hint, .. } => hint,
            Fault::NotInEncoding { .. } => "leave `data.encoding` out to have it found, or save the file as UTF-8",
            Fault::AlmostUtf8 { .. } => {
                "correct them; or have only these bytes read as Latin-1 with `data.encoding: mixed`, or the whole file with \
                 `latin-1`"
            }
            Fault::Nul => "save the file as text in UTF-8; if it is UTF-16, set `data.encoding: utf-16`",
            Fault::OpenQuote => "close it, or double it where a quotation mark is meant",
            Fault::TextBehindQuote { .. } => {
                "where a quotation mark is meant, put the field into quotation marks and double those within it: \
                 `\"5\"\" nail\"`"
            }
            Fault::Conflict => "resolve the conflict",
            Fault::UnnamedColumn { .. } => {
                "name it, and remove any lines above the header; if the first line has values, set `data.header: false`"
            }
            Fault::DuplicateColumn { .. } => {
                "give each column a different name, or set `data.header: false` if the file has no header"
            }
            Fault::NoColumn { name, columns, .. } => {
                return match nearest(name, columns) {
                    Some(name) => format!("did you mean {}?", quoted(name)),
                    None => format!("the columns are {}", listed(columns)),
                };
            }
            Fault::LacksColumn => "give both files the same columns, in any order",
            Fault::FieldCount { .. } => {
                "give each column a value, and put one that holds the delimiter into double quotes"
            }
            Fault::HeaderCount { found, rows } if found + 1 == *rows => {
                "name each column; if only the first has no name, as R writes rows with names, put a delimiter in front of \
                 the header (in R `col.names = NA`)"
            }
            Fault::HeaderCount { .. } => "name each column, and remove any lines above the header",
            Fault::NotANumber { text, decimal } if other_mark(text, *decimal).is_some() => {
                let mark = other_mark(text, *decimal).expect("the guard has found it");
                return format!(
                    "write all numbers with the same decimal mark; for this one set `data.decimal: {}`",
                    mark.name()
                );
            }
            Fault::NotANumber { text, decimal } if is_number(text, *decimal) => {
                "write all numbers of a column in the same unit"
            }
            Fault::NotANumber { text, .. } if text.contains(',') => {
                "write numbers without separators; for decimal commas set `data.decimal: comma`"
            }
            Fault::NotANumber { text, .. } if text.contains(|c: char| c.is_ascii_digit()) => {
                "correct it, or give the column's kind under `data.columns`"
            }
            Fault::NotANumber { text, .. } => return missing_hint(self.column.as_deref(), text),
            Fault::NotFinite { text } => match &self.column {
                Some(column) => {
                    return format!(
                        "{}; if the column holds names, `data.columns: {{{}: categorical}}`",
                        missing_hint(Some(column), text),
                        yaml_scalar(column)
                    );
                }
                None => "correct it",
            },
            Fault::AmbiguousDate { ambiguity } => {
                return format!(
                    "set {}; or write all dates as `{}`",
                    ambiguity.keys(self.column.as_deref().unwrap_or_default()),
                    ambiguity.readings[0].1
                );
            }
            Fault::WrongKind { kind: ColumnKind::Date, .. } => {
                "write dates that exist, all in one form, such as `2026-11-23`"
            }
            Fault::WrongKind { text, .. } => return missing_hint(self.column.as_deref(), text),
            Fault::UnknownLevel { levels, .. } => return format!("the levels are {}", listed(levels)),
        };
        hint.to_owned()
    }
}
