//! Remarks about a study.

use std::fmt;

use crossfold_network::{counted, joined, shorten};
use crossfold_study::{ColumnKind, FoldId, MissingMarkers, yaml_scalar};

use crate::absurd_value::AbsurdValue;
use crate::column::Spelling;
use crate::combination::Combination;
use crate::likeness::Likeness;
use crate::messages::{listed, quoted};
use crate::missing_codes::{MissingCode, list_codes, missing_key};

/// The most classes or folds that a remark lists.
const LISTED: usize = 3;

/// A class without a row in a part of some folds.
#[derive(Clone, Debug, PartialEq)]
pub struct AbsentClass {
    pub class: String,
    /// At least one.
    pub folds: Vec<FoldId>,
}

/// A column that looks like groups of rows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SuspectedGroups {
    pub column: String,
    /// Number of its values, and of the rows with one.
    pub groups: usize,
    pub rows: usize,
    /// Whether all rows of a group have the same target.
    pub one_target: bool,
}

/// Something found in a study's data that may be unintended.
#[derive(Clone, Debug, PartialEq)]
pub enum Remark {
    /// A note of a file's reader.
    Reading(String),
    /// A note on what the search asks for.
    Search(String),
    /// Rows left out because they have no target.
    WithoutTarget { rows: usize },
    /// Missing values of rows to predict.
    FilledIn { column: String, rows: usize },
    /// Levels that no training row has; the first, and its line.
    UnseenLevels { column: String, level: String, line: usize, rows: usize },
    /// Sequences of more steps than the network reads.
    Cut { sequences: usize, longest: u32 },
    /// Names that differ in their spelling alone.
    OtherSpelling { column: String, names: [String; 2], spelling: Spelling },
    /// Numbers whose logarithm doesn't exist.
    NoLogarithm { column: String, rows: usize, line: usize },
    /// Classes of fewer rows than folds; the smallest, and its rows.
    SmallClasses { classes: usize, class: String, rows: usize, folds: u32 },
    /// Classes without a training row in some folds, which therefore can't learn them.
    NotTrained { classes: Vec<AbsentClass> },
    /// Classes without a validation row in some folds, although the folds are stratified.
    NotValidated { classes: Vec<AbsentClass> },
    /// Folds whose training rows are of one group, period or predefined fold, which an inner validation part divides.
    DividedInnerParts { folds: Vec<FoldId> },
    /// Values that most likely stand for missing ones, and the markers that the spec gives.
    MissingCodes { column: String, kind: ColumnKind, codes: Vec<MissingCode>, given: MissingMarkers },
    /// A number far outside the range of all others, and its line.
    AbsurdValue { column: String, absurd: AbsurdValue, line: usize, given: MissingMarkers },
    /// A feature that holds sampling weights.
    Weights { column: String },
    /// Features with the same value in all rows.
    Constant { columns: Vec<String> },
    /// A feature that repeats the target.
    CopyOfTarget { column: String, likeness: Likeness },
    /// Features of which the target is a linear combination.
    CombinationOfTarget { target: String, combination: Combination },
    /// Columns that aren't used as features, and why.
    NoFeatures { columns: Vec<String>, why: &'static str },
    /// Pairs of a training and a validation row with the same features and target; lines of the first pair.
    Duplicates { pairs: usize, lines: [usize; 2] },
    /// Pairs of a training and a test row with the same features and target; lines of the first pair.
    DuplicatesInTest { pairs: usize, lines: [usize; 2] },
    /// A column that looks like groups, with rows of one in training and in validation.
    DividedGroups(SuspectedGroups),
    /// Groups with rows in two folds.
    GroupInTwoFolds { column: String, groups: usize, lines: [usize; 2] },
    /// Groups with training and test rows.
    GroupInTest { column: String, groups: usize, lines: [usize; 2] },
    /// Validation rows that are earlier than training rows; lines of the first pair.
    ValidationBeforeTraining { column: String, folds: usize, lines: [usize; 2] },
    /// Test rows that are set aside, of which nothing is scored.
    TestNotScored { rows: usize },
    /// A file of test rows that isn't read.
    TestFileNotRead,
    /// Test rows that are earlier than training rows.
    TestBeforeTraining { column: String, lines: [usize; 2] },
}

impl fmt::Display for Remark {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let rows = |count: usize| counted(count, "row");
        match self {
            Remark::Reading(note) | Remark::Search(note) => f.write_str(note),
            Remark::WithoutTarget { rows: count } => write!(f, "left out {} without a target", rows(*count)),
            Remark::FilledIn { column, rows: count } => {
                write!(f, "`{column}` is missing in {}: filled in as in training", rows(*count))
            }
            Remark::UnseenLevels { column, level, line, rows: count } => write!(
                f,
                "`{column}` is new to the network in {}, such as {} in line {line}: taken as any rare or unknown level",
                rows(*count),
                quoted(level)
            ),
            Remark::Cut { sequences, longest } => {
                let has = if *sequences == 1 { "1 sequence has" } else { &format!("{sequences} sequences have") };
                write!(f, "{has} more than {longest} steps, the most to train on: the first {longest} are used")
            }
            Remark::OtherSpelling { column, names: [a, b], spelling } => write!(
                f,
                "{} has names that differ only {}, such as {} and {}: they are read as different names",
                quoted(column),
                spelling.in_words(),
                quoted(a),
                quoted(b)
            ),
            Remark::NoLogarithm { column, rows: count, line } => write!(
                f,
                "values of {} in {} (such as line {line}) are -1 or less and have no logarithm: they count as missing",
                quoted(column),
                rows(*count)
            ),
            Remark::SmallClasses { classes: 1, class, rows: count, folds } => {
                write!(
                    f,
                    "class {} has {}, fewer than the {folds} folds, so some folds have none",
                    quoted(class),
                    rows(*count)
                )
            }
            Remark::SmallClasses { classes, class, rows: count, folds } => write!(
                f,
                "{classes} classes have fewer rows than the {folds} folds, such as {} with {}, so some folds lack some classes",
                quoted(class),
                rows(*count)
            ),
            Remark::NotTrained { classes } => {
                write!(f, "{}: networks of such a fold can't learn the class", absences(classes, "training"))
            }
            Remark::NotValidated { classes } => write!(
                f,
                "{}: rows of a group stay together, so the folds can't have equal shares of each class",
                absences(classes, "validation")
            ),
            Remark::DividedInnerParts { folds } => write!(
                f,
                "all training rows of {} belong to one group, period or predefined fold: early stopping and `plateau` \
                 watch some of these rows while others of them train",
                listed_folds(folds)
            ),
            Remark::MissingCodes { column, kind, codes, given } => {
                write!(
                    f,
                    "{} is {}, far from all others: if that stands for a missing value, set `{}`; if not, \
                     `data.columns: {{{}: {}}}`",
                    quoted(column),
                    list_codes(codes),
                    missing_key(column, codes, given),
                    yaml_scalar(column),
                    kind.name()
                )
            }
            Remark::AbsurdValue { column, absurd, line, given } => write!(
                f,
                "{} is {}: set `{}`, or correct it",
                quoted(column),
                absurd.in_words(*line),
                absurd.key(column, given)
            ),
            Remark::Weights { column } => write!(
                f,
                "{} seems to hold sampling weights, and networks learn from it as from any feature: \
                 `data.columns: {{{}: drop}}` leaves it out",
                quoted(column),
                yaml_scalar(column)
            ),
            Remark::Constant { columns } => {
                let is = if columns.len() == 1 {
                    "is the same in all rows, so it tells"
                } else {
                    "are the same in all rows, so they tell"
                };
                write!(f, "{} {is} networks nothing", listed(columns))
            }
            Remark::CopyOfTarget { column, likeness } => {
                let what = match likeness {
                    Likeness::Cut => "is the target cut into ranges",
                    Likeness::Equal | Likeness::Relabelled | Likeness::Correlated(_) => {
                        "repeats the target in every row"
                    }
                };
                write!(
                    f,
                    "{} {what}: unless it is known before the target is, drop it with `data.columns: {{{}: drop}}`",
                    quoted(column),
                    yaml_scalar(column)
                )
            }
            Remark::CombinationOfTarget { target, combination } => write!(
                f,
                "{}: unless they are known before the target is, drop them with `{}`",
                combination.in_words(target),
                combination.drop_key()
            ),
            Remark::NoFeatures { columns, why } => {
                let names: Vec<String> = columns.iter().map(|name| format!("`{name}`")).collect();
                write!(f, "not used as features, because {why}: {}", names.join(", "))
            }
            Remark::Duplicates { pairs, lines: [a, b] } => write!(
                f,
                "{} across folds (for example lines {a} and {b}), so validation rows were also trained on",
                are_duplicated(*pairs)
            ),
            Remark::DuplicatesInTest { pairs, lines: [a, b] } => write!(
                f,
                "{} in the test rows (for example line {b}, which equals line {a} of the training rows), so test rows were \
                 also trained on",
                are_duplicated(*pairs)
            ),
            Remark::DividedGroups(SuspectedGroups { column, groups, rows, one_target }) => {
                let each = (*rows as f64 / *groups as f64).round();
                let target = if *one_target { ", one target each" } else { "" };
                let key = yaml_scalar(column);
                write!(
                    f,
                    "{} looks like groups of rows ({groups} values, about {each} rows each{target}), and rows of one are in \
                     training and validation: `cross_validation: {{groups: {key}}}` keeps them together, `data.columns: \
                     {{{key}: drop}}` leaves the column out",
                    quoted(column)
                )
            }
            Remark::GroupInTwoFolds { column, groups, lines: [a, b] } => {
                let are = if *groups == 1 { "is" } else { "are" };
                write!(f, "{groups} of the groups in `{column}` {are} in two folds, such as that of lines {a} and {b}")
            }
            Remark::GroupInTest { column, groups, lines: [a, b] } => write!(
                f,
                "{groups} of the groups in `{column}` train and test, such as that of line {a} and, of the test file, \
                 line {b}"
            ),
            Remark::ValidationBeforeTraining { column, folds, lines: [a, b] } => write!(
                f,
                "in {folds} of the folds, validation rows are earlier than training rows by `{column}`, such as line {b} \
                 before line {a}"
            ),
            Remark::TestNotScored { rows: count } => write!(
                f,
                "{} set aside by `data.test_share`, but nothing scores them: `final: {{test: true}}` does",
                are(*count)
            ),
            Remark::TestFileNotRead => {
                f.write_str("the file of `data.test_path` isn't read: `final: {test: true}` scores its rows")
            }
            Remark::TestBeforeTraining { column, lines: [a, b] } => {
                write!(f, "test rows are earlier than training rows by `{column}`, such as line {b} before line {a}")
            }
        }
    }
}

fn are_duplicated(count: usize) -> String {
    format!("{} duplicated", are(count))
}

/// `1 row is`, `2 rows are`.
fn are(count: usize) -> String {
    format!("{} {}", counted(count, "row"), if count == 1 { "is" } else { "are" })
}

/// Says which classes have no row in a `part` of which folds.
fn absences(classes: &[AbsentClass], part: &str) -> String {
    let absence = |AbsentClass { class, folds }: &AbsentClass| {
        format!("class {} has no {part} row in {}", quoted(class), listed_folds(folds))
    };
    enumerate(&classes.iter().map(absence).collect::<Vec<_>>())
}

/// `fold 2`, `folds 1 and 3`, `fold 1 of repeat 1 and fold 3 of repeat 2`.
fn listed_folds(folds: &[FoldId]) -> String {
    let repeats = folds.iter().any(|id| id.repeat > 0);
    let name = |id: &FoldId| match repeats {
        true => format!("fold {} of repeat {}", id.fold + 1, id.repeat + 1),
        false => (id.fold + 1).to_string(),
    };
    let noun = match (repeats, folds.len()) {
        (true, _) => return enumerate(&folds.iter().map(name).collect::<Vec<_>>()),
        (false, 1) => "fold",
        (false, _) => "folds",
    };
    format!("{noun} {}", enumerate(&folds.iter().map(name).collect::<Vec<_>>()))
}

/// `a`, `a and b`, `a, b, c and 4 more`.
fn enumerate(items: &[String]) -> String {
    match items.len() {
        ..=LISTED => joined(items, "and"),
        all => shorten(&items[..LISTED], all),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folds_are_listed_with_their_repeats() {
        let id = |(repeat, fold)| FoldId { repeat, fold };
        let listed = |ids: &[(u32, u32)]| listed_folds(&ids.iter().copied().map(id).collect::<Vec<_>>());
        assert_eq!(listed(&[(0, 1)]), "fold 2");
        assert_eq!(listed(&[(0, 0), (0, 2)]), "folds 1 and 3");
        assert_eq!(listed(&[(1, 0)]), "fold 1 of repeat 2");
        let of_repeats = [(0, 0), (1, 0), (2, 0)];
        assert_eq!(listed(&of_repeats), "fold 1 of repeat 1, fold 1 of repeat 2 and fold 1 of repeat 3");
    }

    #[test]
    fn small_classes_leave_folds_without_them() {
        let class = "rare".to_owned();
        let one = Remark::SmallClasses { classes: 1, class: class.clone(), rows: 3, folds: 5 };
        assert_eq!(one.to_string(), "class `rare` has 3 rows, fewer than the 5 folds, so some folds have none");
        let two = Remark::SmallClasses { classes: 2, class, rows: 1, folds: 5 };
        let expected =
            "2 classes have fewer rows than the 5 folds, such as `rare` with 1 row, so some folds lack some classes";
        assert_eq!(two.to_string(), expected);
    }
}
