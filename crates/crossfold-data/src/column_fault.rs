//! Why a column can't play its role.

use std::fmt;

use crossfold_study::{ColumnKind, yaml_scalar};

use crate::column::{Column, Table, Values};
use crate::messages::{listed, nearest, quoted};

/// Why a column can't play the role that the spec gives it. Lines are counted from 1.
#[derive(Clone, Debug, PartialEq)]
pub enum ColumnFault {
    /// A column that `role` needs doesn't exist.
    NoColumn {
        name: String,
        role: &'static str,
        columns: Vec<String>,
    },
    /// There is no column besides the target to learn from.
    NoFeatures {
        target: String,
        /// What the reader says of the other columns.
        notes: Vec<String>,
    },
    WithoutTarget {
        target: String,
        rows: usize,
        line: usize,
        /// Texts in the column that are read as missing values, with their rows. Other cells without a target are empty.
        markers: Vec<(String, usize)>,
        /// The other texts that are read as missing values in the table.
        others: Vec<String>,
    },
    NoTargetAtAll {
        target: String,
    },
    /// A regression target that isn't numeric.
    NoNumber {
        target: String,
        kind: ColumnKind,
    },
    /// Decimal numbers as classes.
    DecimalClasses {
        target: String,
        text: String,
    },
    /// A class of a test row that no training row has.
    UnseenClass {
        target: String,
        class: String,
        line: usize,
        classes: Vec<String>,
    },
    /// Unordered levels in place of times or steps.
    NoOrder {
        column: String,
        kind: ColumnKind,
    },
    /// Times of which some have an offset from UTC and others have none, where they order rows; lines of one of each.
    MixedOffsets {
        column: String,
        lines: [usize; 2],
    },
    /// A row without a value in a column that must have one.
    MissingValue {
        column: String,
        line: usize,
    },
    /// A column that isn't constant within a sequence.
    NotConstant {
        column: String,
        line: usize,
    },
    /// Two rows of a sequence at one step.
    DuplicateStep {
        column: String,
        lines: [usize; 2],
    },
    /// Sequences that don't fit into memory as long as the longest training sequence.
    LongSequences {
        column: String,
        longest: u32,
        bytes: u64,
        available: u64,
    },
    /// Preprocessing of a column that isn't a feature.
    NoFeature {
        column: String,
    },
    /// Numeric preprocessing of a categorical column, or the reverse.
    WrongSteps {
        column: String,
        kind: ColumnKind,
    },
    /// An embedding in a sequence, whose steps can't be looked up.
    EmbeddedStep {
        column: String,
    },
}

impl ColumnFault {
    /// The fault that `role` needs a column that `table` doesn't have.
    pub fn no_column(name: &str, role: &'static str, table: &Table) -> ColumnFault {
        let columns = table.columns().iter().map(|column| column.name.clone()).collect();
        ColumnFault::NoColumn { name: name.to_owned(), role, columns }
    }

    /// What to do about it.
    pub fn hint(&self) -> String {
        match self {
            ColumnFault::NoColumn { name, columns, .. } => match (columns.as_slice(), nearest(name, columns)) {
                (columns, _) if are_numbered(columns) => format!(
                    "the first line was read as values, so the columns are {}; if it has their names, set \
                     `data.header: true`",
                    listed(columns)
                ),
                (columns, None) if are_values(name, columns) => format!(
                    "the first line was read as the columns' names, which are {}; if it has values, set \
                     `data.header: false`",
                    listed(columns)
                ),
                (_, Some(name)) => format!("did you mean {}?", quoted(name)),
                ([one], None) => format!(
                    "the only column is {}: if that is several, say what stands between them with `data.delimiter`",
                    quoted(one)
                ),
                (_, None) => format!("the columns are {}", listed(columns)),
            },
            ColumnFault::NoFeatures { .. } => {
                "give a column besides it; ids and free text are none unless `data.columns` says that they are something \
                 else"
                    .to_owned()
            }
            ColumnFault::WithoutTarget { markers, .. } if markers.is_empty() => {
                "fill them in, or leave such rows out with `data.missing_target: drop`".to_owned()
            }
            ColumnFault::WithoutTarget { markers, others, .. } => {
                let names: Vec<String> = markers.iter().map(|(text, _)| quoted(text)).collect();
                let others: Vec<String> = others.iter().map(|other| yaml_scalar(other)).collect();
                let others = if others.is_empty() { "\"\"".to_owned() } else { others.join(", ") };
                format!(
                    "if {} is a class, say what else stands for a missing value: `data.missing: [{others}]`; if it is \
                     none, leave such rows out with `data.missing_target: drop`",
                    names.join(" or ")
                )
            }
            ColumnFault::NoTargetAtAll { .. } => "name another column in `data.target`".to_owned(),
            ColumnFault::NoNumber { .. } => {
                "learn which class a row is of with `data.task: classification`, or name a column of numbers".to_owned()
            }
            ColumnFault::DecimalClasses { target, .. } => format!(
                "learn the number itself with `data.task: regression`; if these are names, say so with `data.columns: \
                 {{{}: categorical}}`",
                yaml_scalar(target)
            ),
            ColumnFault::UnseenClass { classes, .. } => format!("the classes are {}", listed(classes)),
            ColumnFault::NoOrder { column, .. } => format!(
                "write dates, quarters or months as `2026-11-23`, `2026Q4` or `2026-11`, or give the order: \
                 `data.columns: {{{}: {{ordinal: [first, second]}}}}`",
                yaml_scalar(column)
            ),
            ColumnFault::MixedOffsets { .. } => {
                "write an offset behind all times, such as `2026-11-23T10:00:00+01:00`, or behind none".to_owned()
            }
            ColumnFault::MissingValue { .. } => "fill it in, or leave the row out".to_owned(),
            ColumnFault::NotConstant { .. } => {
                "it must say the same of all rows of a sequence: look at `data.sequence.id`".to_owned()
            }
            ColumnFault::DuplicateStep { .. } => "each step of a sequence is one row".to_owned(),
            ColumnFault::LongSequences { .. } => "predict fewer sequences at once".to_owned(),
            ColumnFault::NoFeature { .. } => "leave its steps out".to_owned(),
            ColumnFault::WrongSteps { column, kind } => {
                let steps = if *kind == ColumnKind::Categorical { "categorical" } else { "numeric" };
                format!("write `{{{steps}: …}}`, or say what {} is under `data.columns`", quoted(column))
            }
            ColumnFault::EmbeddedStep { .. } => "use `encode: one_hot` or another encoding".to_owned(),
        }
    }
}

/// Whether these are the names of columns in a file without a header.
fn are_numbered(columns: &[String]) -> bool {
    (1..).zip(columns).all(|(number, column)| *column == format!("column_{number}"))
}

/// Whether these names may be the values of a file's first row: most are numbers, or the column looked for is
/// `column_2`, as in a file without a header.
fn are_values(name: &str, columns: &[String]) -> bool {
    let is_number = |column: &&String| column.parse::<f64>().is_ok();
    let numbers = columns.iter().filter(is_number).count();
    let is_numbered = name.strip_prefix("column_").is_some_and(|number| number.parse::<usize>().is_ok());
    is_numbered || 2 * numbers > columns.len()
}

impl Table {
    /// The values of a column that `role` needs.
    ///
    /// # Errors
    /// If there is no such column.
    pub(crate) fn require(&self, name: &str, role: &'static str) -> Result<&Values, ColumnFault> {
        let column = self.column(name).ok_or_else(|| ColumnFault::no_column(name, role, self))?;
        Ok(&column.values)
    }

    /// Refuses names as times or steps, because their only order is the alphabetical one.
    ///
    /// # Errors
    /// If the column has neither numbers nor ordered levels.
    pub(crate) fn require_order(&self, name: &str) -> Result<(), ColumnFault> {
        match self.column(name) {
            Some(Column { kind, values: Values::Levels { .. }, .. }) if *kind != ColumnKind::Ordinal => {
                Err(ColumnFault::NoOrder { column: name.to_owned(), kind: *kind })
            }
            Some(_) | None => Ok(()),
        }
    }
}

impl fmt::Display for ColumnFault {
    /// Continues a message that begins with the file's name.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ColumnFault::NoColumn { name, role, .. } => {
                write!(f, ": there is no column {} for {role}", quoted(name))
            }
            ColumnFault::NoFeatures { target, notes } => {
                write!(f, ": there is nothing to tell {} by", quoted(target))?;
                notes.iter().try_for_each(|note| write!(f, "; {note}"))
            }
            ColumnFault::WithoutTarget { target, rows, line, markers, .. } => {
                write!(f, ", line {line}, column {}: the target is missing", quoted(target))?;
                match rows - 1 {
                    0 => {}
                    1 => f.write_str(", here and in 1 more row")?,
                    more => write!(f, ", here and in {more} more rows")?,
                }
                let empty = rows - markers.iter().map(|(_, rows)| rows).sum::<usize>();
                let held = markers.iter().map(|(text, rows)| format!("{} in {rows}", quoted(text)));
                let parts: Vec<String> = held.chain((empty > 0).then(|| format!("no text in {empty}"))).collect();
                if markers.is_empty() { Ok(()) } else { write!(f, ": {}", parts.join(", ")) }
            }
            ColumnFault::NoTargetAtAll { target } => write!(f, ", column {}: no row has a target", quoted(target)),
            ColumnFault::NoNumber { target, kind } => {
                write!(f, ", column {}: `task: regression` learns numbers, and this is {}", quoted(target), kind.name())
            }
            ColumnFault::DecimalClasses { target, text } => {
                write!(f, ", column {}: {} is a decimal number, not a class", quoted(target), quoted(text))
            }
            ColumnFault::UnseenClass { target, class, line, .. } => {
                let (target, class) = (quoted(target), quoted(class));
                write!(f, ", line {line}, column {target}: class {class} is not in the training file")
            }
            ColumnFault::NoOrder { column, kind } => {
                write!(f, ", column {}: this is read as {}, which has no order in time", quoted(column), kind.name())
            }
            ColumnFault::MixedOffsets { column, lines: [a, b] } => write!(
                f,
                ", column {}: the time in line {a} has an offset from UTC and that in line {b} has none, so which is \
                 earlier is unknown",
                quoted(column)
            ),
            ColumnFault::MissingValue { column, line } => {
                write!(f, ", line {line}, column {}: the value is missing", quoted(column))
            }
            ColumnFault::NotConstant { column, line } => {
                let column = quoted(column);
                write!(f, ", line {line}, column {column}: it says something else than at the sequence's beginning")
            }
            ColumnFault::DuplicateStep { column, lines: [a, b] } => {
                write!(f, ", lines {a} and {b}: the same step of the same sequence of {}", quoted(column))
            }
            ColumnFault::LongSequences { column, longest, bytes, available } => write!(
                f,
                ", column {}: sequences of {longest} steps, as many as the longest in training, take {} MB, and {} MB of \
                 memory are left",
                quoted(column),
                bytes / 1_000_000,
                available / 1_000_000
            ),
            ColumnFault::NoFeature { column } => {
                write!(f, ", column {}: `preprocessing.columns` has steps for it, and it is no feature", quoted(column))
            }
            ColumnFault::WrongSteps { column, kind } => {
                let (have, are) =
                    if *kind == ColumnKind::Categorical { ("numbers", "names") } else { ("names", "numbers") };
                write!(
                    f,
                    ", column {}: `preprocessing.columns` has steps for {have}, and it holds {are}",
                    quoted(column)
                )
            }
            ColumnFault::EmbeddedStep { column } => {
                write!(f, ", column {}: steps of sequences can't be embedded", quoted(column))
            }
        }
    }
}
