//! What can be wrong inside a table, each mistake at its place.

use std::fmt;

/// The first mistakes of a table, in the order of its lines; never empty.
#[derive(Debug)]
pub struct Mistakes(pub(crate) Vec<Mistake>);

/// A mistake and where it is.
#[derive(Debug)]
pub(crate) struct Mistake {
    /// Counted from 1.
    pub(crate) line: usize,
    /// `None` where a whole line or the table is meant.
    pub(crate) column: Option<String>,
    pub(crate) fault: Fault,
}

/// What is wrong. The names of columns and classes among which a reader may look are given in full;
/// text shows only the nearest or the first.
#[derive(Debug)]
pub(crate) enum Fault {
    NoHeader,
    NoRows,
    NotUtf8,
    UnnamedColumn { number: usize },
    DuplicateColumn { number: usize, first: usize },
    NoTarget { target: String, columns: Vec<String> },
    NoFeatures,
    LacksColumn,
    ExtraColumn,
    FieldCount { found: usize, expected: usize },
    MissingValue { text: String },
    NotANumber { text: String },
    NotFinite { text: String },
    DecimalClass { text: String },
    UnseenClass { text: String, classes: Vec<String> },
}

impl Mistakes {
    /// A table is read up to so many mistakes.
    pub(crate) const MOST: usize = 10;

    /// What to do about them: each hint once.
    pub(crate) fn hint(&self) -> Option<String> {
        let mut hints: Vec<String> = Vec::new();
        for mistake in &self.0 {
            let hint = mistake.hint();
            if !hints.contains(&hint) {
                hints.push(hint);
            }
        }
        Some(hints.join("; "))
    }
}

impl fmt::Display for Mistakes {
    /// Reads on from the file's name.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0.as_slice() {
            [one] => write!(f, ", {one}"),
            several => {
                let more = if several.len() == Mistakes::MOST { " or more" } else { "" };
                write!(f, " has {} mistakes{more}:", several.len())?;
                several.iter().try_for_each(|mistake| write!(f, "\n  {mistake}"))
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
            Fault::NoHeader => f.write_str("there is no header"),
            Fault::NoRows => f.write_str("there are no rows under the header"),
            Fault::NotUtf8 => f.write_str("the text is not UTF-8"),
            Fault::UnnamedColumn { number } => write!(f, "column {number} has no name"),
            Fault::DuplicateColumn { number, first } => {
                write!(f, "column {number} has the same name as column {first}")
            }
            Fault::NoTarget { target, .. } => write!(f, "there is no column {} for the target", quoted(target)),
            Fault::NoFeatures => f.write_str("there is no column but the target"),
            Fault::LacksColumn => f.write_str("the training file has this column, this one doesn't"),
            Fault::ExtraColumn => f.write_str("the training file doesn't have this column"),
            Fault::FieldCount { found, expected } => {
                let s = if *found == 1 { "" } else { "s" };
                write!(f, "{found} field{s}, where the header has {expected}")
            }
            Fault::MissingValue { text } if text.is_empty() => f.write_str("the value is missing"),
            Fault::MissingValue { text } => write!(f, "the value is missing: {}", quoted(text)),
            Fault::NotANumber { text } => write!(f, "{} is not a number", quoted(text)),
            Fault::NotFinite { text } => write!(f, "{} is not a finite 32-bit number", quoted(text)),
            Fault::DecimalClass { text } => write!(f, "{} is a decimal number, not a class", quoted(text)),
            Fault::UnseenClass { text, .. } => write!(f, "class {} is not in the training file", quoted(text)),
        }
    }
}

impl Mistake {
    fn hint(&self) -> String {
        let hint = match &self.fault {
            Fault::NoHeader => "the first line names the columns",
            Fault::NoRows => "give at least one row of each of two classes",
            Fault::NotUtf8 => "save the file as CSV in UTF-8, uncompressed",
            Fault::UnnamedColumn { .. } => "name it, or leave it out if it only numbers the rows",
            Fault::DuplicateColumn { .. } => "give each column a name of its own",
            Fault::NoTarget { target, columns } => match columns.as_slice() {
                [one] if one.contains([';', '\t']) => "separate the columns with commas",
                names => {
                    return match nearest(target, names) {
                        Some(name) => format!("did you mean {}?", quoted(name)),
                        None => format!("the columns are {}", listed(names)),
                    };
                }
            },
            Fault::NoFeatures => "give at least one column of numbers besides the target",
            Fault::LacksColumn | Fault::ExtraColumn => "give both files the same columns, in any order",
            Fault::FieldCount { .. } => "give each column a value, and put one that holds a comma into double quotes",
            Fault::MissingValue { .. } => "fill it in, or leave the row out",
            Fault::NotANumber { text } if text.contains(',') => "write `.` for the decimal point, and no separators",
            Fault::NotANumber { .. } => "features are numbers: make a 0/1 column of each category",
            Fault::NotFinite { .. } => "features lie within ±3.4e38: choose another unit, or leave the row out",
            Fault::DecimalClass { .. } => "classes are text or whole numbers",
            Fault::UnseenClass { classes, .. } => return format!("the classes are {}", listed(classes)),
        };
        hint.to_owned()
    }
}

/// The name that `name` may be a slip of: the same but for case, or within a third of its letters.
fn nearest<'a>(name: &str, names: &'a [String]) -> Option<&'a String> {
    let name = name.to_lowercase();
    let distance = |other: &&String| strsim::osa_distance(&name, &other.to_lowercase());
    names.iter().min_by_key(distance).filter(|other| distance(other) <= name.chars().count() / 3)
}

/// Some of `names`, as text.
fn listed(names: &[String]) -> String {
    const SHOWN: usize = 8;
    let mut text = names.iter().take(SHOWN).map(|name| quoted(name)).collect::<Vec<_>>().join(", ");
    if names.len() > SHOWN {
        text += &format!(" and {} more", names.len() - SHOWN);
    }
    text
}

/// Foreign text between backticks: one short line that can't move a terminal's cursor.
fn quoted(text: &str) -> String {
    const SHOWN: usize = 40;
    let mut short: String = text.chars().take(SHOWN).flat_map(char::escape_debug).collect();
    if text.chars().nth(SHOWN).is_some() {
        short.push('…');
    }
    format!("`{short}`")
}
