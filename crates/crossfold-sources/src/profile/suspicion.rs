//! Suspicions about a table.

use std::fmt;

use crossfold_data::messages::{format_number, quoted};
use crossfold_data::{AbsurdValue, Combination, Likeness, MissingCode, Spelling, list_codes, missing_key};
use crossfold_network::shorten;
use crossfold_study::{ColumnKind, MissingMarkers, yaml_scalar};

/// A property of a table that isn't a mistake, but may spoil a study.
#[derive(Clone, Debug, PartialEq)]
pub enum Suspicion {
    /// A column that repeats the target.
    CopyOfTarget {
        column: String,
        likeness: Likeness,
    },
    /// A target that is a linear combination of columns.
    CombinationOfTarget {
        target: String,
        combination: Combination,
    },
    /// A target that has the same value in all rows.
    ConstantTarget {
        target: String,
    },
    /// Classes that have too few rows for every fold to have one.
    RareClasses {
        target: String,
        classes: Vec<(String, usize)>,
    },
    /// Rows that are equal to another one in all features, and in the target if there is one.
    DuplicateRows {
        rows: usize,
        /// The lines of two of them, counted from 1.
        lines: [usize; 2],
        /// A column that is no feature, in which these two differ.
        differing: Option<String>,
        has_target: bool,
    },
    /// A number far outside the range of all others.
    AbsurdValue {
        column: String,
        absurd: AbsurdValue,
        /// The line of its first row, counted from 1.
        line: usize,
        /// The markers of missing values that are given.
        given: MissingMarkers,
    },
    /// Rows in the order of a column, as if it were time.
    Time {
        column: String,
    },
    /// A column that identifies subjects with several rows each.
    Groups {
        column: String,
        groups: usize,
        rows: usize,
        /// Whether all rows of a group have the same target.
        one_target: bool,
    },
    Constant {
        column: String,
    },
    OnlyMissing {
        column: String,
    },
    MostlyMissing {
        column: String,
        kind: ColumnKind,
        share: f64,
    },
    /// Values that most likely stand for missing ones.
    MissingMarker {
        column: String,
        codes: Vec<MissingCode>,
        /// The markers that are given.
        given: MissingMarkers,
    },
    /// Answers such as `Don't know`, by column, and the markers of missing values that are given.
    NonResponse {
        columns: Vec<(String, Vec<MissingCode>)>,
        given: MissingMarkers,
    },
    /// Columns of few whole numbers that are most likely names, with the number of these.
    FewNumbers {
        columns: Vec<(String, usize)>,
    },
    /// A column of sampling weights.
    Weights {
        column: String,
    },
    /// A last row that sums up the others; its line, and a column whose sum it has.
    TotalRow {
        line: usize,
        column: String,
    },
    /// Two names that differ in their spelling alone.
    OtherSpelling {
        column: String,
        names: [String; 2],
        spelling: Spelling,
        is_target: bool,
    },
    /// A column that identifies rows; `instead` is its kind if it doesn't.
    Id {
        column: String,
        is_feature: bool,
        /// Whether there is little doubt.
        is_certain: bool,
        instead: ColumnKind,
    },
    DuplicateColumn {
        column: String,
        first: String,
    },
    /// A categorical column with too many levels for one-hot inputs.
    ManyLevels {
        column: String,
        levels: usize,
        rows: usize,
        is_feature: bool,
    },
    /// Numbers with a long tail of large values.
    Skewed {
        column: String,
        skewness: f64,
    },
}

impl Suspicion {
    /// The name used in JSON.
    pub fn name(&self) -> &'static str {
        match self {
            Suspicion::CopyOfTarget { .. } => "copy_of_target",
            Suspicion::CombinationOfTarget { .. } => "combination_of_target",
            Suspicion::ConstantTarget { .. } => "constant_target",
            Suspicion::RareClasses { .. } => "rare_classes",
            Suspicion::DuplicateRows { .. } => "duplicate_rows",
            Suspicion::AbsurdValue { .. } => "absurd_value",
            Suspicion::Time { .. } => "time",
            Suspicion::Groups { .. } => "groups",
            Suspicion::Constant { .. } => "constant",
            Suspicion::OnlyMissing { .. } => "only_missing",
            Suspicion::MostlyMissing { .. } => "mostly_missing",
            Suspicion::MissingMarker { .. } => "missing_marker",
            Suspicion::NonResponse { .. } => "non_response",
            Suspicion::FewNumbers { .. } => "few_numbers",
            Suspicion::Weights { .. } => "weights",
            Suspicion::TotalRow { .. } => "total_row",
            Suspicion::OtherSpelling { spelling: Spelling::Case, .. } => "other_case",
            Suspicion::OtherSpelling { spelling: Spelling::Accents, .. } => "other_accents",
            Suspicion::Id { .. } => "id",
            Suspicion::DuplicateColumn { .. } => "duplicate_column",
            Suspicion::ManyLevels { .. } => "many_levels",
            Suspicion::Skewed { .. } => "skewed",
        }
    }

    /// The suspicious column; `None` if rows are suspicious.
    pub fn column(&self) -> Option<&str> {
        match self {
            Suspicion::CombinationOfTarget { target, .. }
            | Suspicion::ConstantTarget { target }
            | Suspicion::RareClasses { target, .. } => Some(target),
            Suspicion::DuplicateRows { .. }
            | Suspicion::NonResponse { .. }
            | Suspicion::FewNumbers { .. }
            | Suspicion::TotalRow { .. } => None,
            Suspicion::CopyOfTarget { column, .. }
            | Suspicion::AbsurdValue { column, .. }
            | Suspicion::Time { column }
            | Suspicion::Groups { column, .. }
            | Suspicion::Constant { column }
            | Suspicion::OnlyMissing { column }
            | Suspicion::MostlyMissing { column, .. }
            | Suspicion::MissingMarker { column, .. }
            | Suspicion::Weights { column }
            | Suspicion::OtherSpelling { column, .. }
            | Suspicion::Id { column, .. }
            | Suspicion::DuplicateColumn { column, .. }
            | Suspicion::ManyLevels { column, .. }
            | Suspicion::Skewed { column, .. } => Some(column),
        }
    }

    /// 0 if scores will be misleading, 1 if they may be, 2 if the study only takes longer or does worse.
    pub(super) fn severity(&self) -> u8 {
        match self {
            Suspicion::CopyOfTarget { .. }
            | Suspicion::CombinationOfTarget { .. }
            | Suspicion::ConstantTarget { .. } => 0,
            Suspicion::RareClasses { .. }
            | Suspicion::DuplicateRows { .. }
            | Suspicion::AbsurdValue { .. }
            | Suspicion::Time { .. }
            | Suspicion::Groups { .. }
            | Suspicion::TotalRow { .. }
            | Suspicion::OtherSpelling { is_target: true, .. } => 1,
            Suspicion::Constant { .. }
            | Suspicion::OnlyMissing { .. }
            | Suspicion::MostlyMissing { .. }
            | Suspicion::MissingMarker { .. }
            | Suspicion::NonResponse { .. }
            | Suspicion::FewNumbers { .. }
            | Suspicion::Weights { .. }
            | Suspicion::OtherSpelling { is_target: false, .. }
            | Suspicion::Id { .. }
            | Suspicion::DuplicateColumn { .. }
            | Suspicion::ManyLevels { .. }
            | Suspicion::Skewed { .. } => 2,
        }
    }

    /// The advice for a spec.
    pub fn hint(&self) -> String {
        let kind = |column: &str, kind: &str| format!("`data.columns: {{{}: {kind}}}`", yaml_scalar(column));
        let steps =
            |column: &str, steps: &str| format!("`preprocessing.columns: {{{}: {{{steps}}}}}`", yaml_scalar(column));
        let splits =
            |key: &str, column: &str| format!("`cross_validation: {{folds: 5, {key}: {}}}`", yaml_scalar(column));
        match self {
            Suspicion::CopyOfTarget { column, .. } => {
                format!("{}, unless it is known before the target is", kind(column, "drop"))
            }
            Suspicion::CombinationOfTarget { combination, .. } => {
                format!("`{}`, unless they are known before the target is", combination.drop_key())
            }
            Suspicion::ConstantTarget { .. } => "name another column in `data.target`".to_owned(),
            Suspicion::RareClasses { .. } => {
                "gather more rows of them, join them to other classes, or leave them out of the file".to_owned()
            }
            Suspicion::DuplicateRows { differing: Some(_), .. } => {
                "if they are the same case, remove one; if not, nothing is wrong".to_owned()
            }
            Suspicion::DuplicateRows { differing: None, .. } => {
                "if they are the same case entered twice, remove one, since one copy may be trained on and the other \
                 validated on; if not, nothing is wrong"
                    .to_owned()
            }
            Suspicion::AbsurdValue { column, absurd, given, .. } => {
                format!("`{}` if it stands for a missing value; correct a typo in the file", absurd.key(column, given))
            }
            Suspicion::Time { column } => format!("{} trains on earlier rows only", splits("time", column)),
            Suspicion::Groups { column, .. } => format!(
                "{} keeps the rows of each together; `data.sequence: {{id: {}}}` if they are steps",
                splits("groups", column),
                yaml_scalar(column)
            ),
            Suspicion::Constant { column } | Suspicion::OnlyMissing { column } => kind(column, "drop"),
            // Missing values of names are a level of their own.
            Suspicion::MostlyMissing { column, kind: ColumnKind::Categorical, .. } => kind(column, "drop"),
            Suspicion::MostlyMissing { column, .. } => {
                format!("{}, or `preprocessing.numeric: {{indicator: true}}` to show where", kind(column, "drop"))
            }
            Suspicion::MissingMarker { column, codes, given } => {
                format!("`{}` if that stands for a missing value", missing_key(column, codes, given))
            }
            Suspicion::NonResponse { columns, given } => {
                let mut all = given.clone();
                for (column, codes) in columns {
                    all.columns.entry(column.clone()).or_default().extend(codes.iter().map(|code| code.text.clone()));
                }
                format!("`data.missing: {}` if they stand for missing values", all.to_yaml().unwrap_or_default())
            }
            Suspicion::FewNumbers { columns } => {
                let kinds: Vec<String> =
                    columns.iter().map(|(column, _)| format!("{}: categorical", yaml_scalar(column))).collect();
                format!("`data.columns: {{{}}}` if they are names", kinds.join(", "))
            }
            Suspicion::Weights { column } => format!("{}, since rows aren't weighted yet", kind(column, "drop")),
            Suspicion::TotalRow { .. } => {
                "leave the line out of the file, or read the rows before it with `data.rows`".to_owned()
            }
            Suspicion::OtherSpelling { .. } => "spell them alike in the file if they mean the same".to_owned(),
            Suspicion::Id { column, is_feature: true, .. } => kind(column, "id"),
            Suspicion::Id { column, is_feature: false, instead, .. } => {
                format!("if it is informative, {} or another kind", kind(column, instead.name()))
            }
            Suspicion::DuplicateColumn { column, .. } => kind(column, "drop"),
            Suspicion::ManyLevels { column, is_feature, .. } => {
                let steps = steps(column, "categorical: {encode: embedding}");
                match is_feature {
                    true => format!("{steps} or `encode: target`, instead of one input per level"),
                    false => format!("{} with {steps} shows it to networks", kind(column, "categorical")),
                }
            }
            Suspicion::Skewed { column, .. } => steps(column, "numeric: {log: true}"),
        }
    }
}

impl fmt::Display for Suspicion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Suspicion::CopyOfTarget { column, likeness } => {
                write!(f, "{} ", quoted(column))?;
                match likeness {
                    Likeness::Equal => f.write_str("is equal to the target"),
                    Likeness::Relabelled => f.write_str("is the target under other names"),
                    Likeness::Cut => f.write_str("is the target cut into ranges"),
                    Likeness::Correlated(r) => write!(f, "follows from the target: their correlation is {r:.5}"),
                }
            }
            Suspicion::CombinationOfTarget { target, combination } => f.write_str(&combination.in_words(target)),
            Suspicion::ConstantTarget { target } => write!(f, "the target {} is the same in all rows", quoted(target)),
            Suspicion::RareClasses { target, classes } => {
                const MAX_SHOWN: usize = 5;
                let shown = classes.iter().take(MAX_SHOWN).map(|(class, rows)| format!("{} ({rows})", quoted(class)));
                let shown = shorten(&shown.collect::<Vec<_>>(), classes.len());
                write!(f, "{} has classes of fewer than 5 rows: {shown}", quoted(target))
            }
            Suspicion::DuplicateRows { rows, lines: [a, b], differing, has_target } => {
                let compared = if *has_target { "all features and the target" } else { "all features" };
                let differ = |but: &str| differing.as_ref().map(|column| format!("{but} differ in {}", quoted(column)));
                match rows {
                    2 => {
                        let differ = differ(", but").unwrap_or_default();
                        write!(f, "lines {a} and {b} are equal in {compared}{differ}")
                    }
                    _ => {
                        let differ = differ(", which").unwrap_or_default();
                        write!(
                            f,
                            "{rows} rows are equal to another row in {compared}, such as lines {a} and {b}{differ}"
                        )
                    }
                }
            }
            Suspicion::AbsurdValue { column, absurd, line, .. } => {
                write!(f, "{} is {}", quoted(column), absurd.in_words(*line))
            }
            Suspicion::Time { column } => write!(f, "rows are sorted by {}, which may be time", quoted(column)),
            Suspicion::Groups { column, groups, rows, one_target } => write!(
                f,
                "{} names {groups} groups of {} rows on average{}",
                quoted(column),
                format_number(*rows as f64 / *groups as f64),
                if *one_target { ", each with one target" } else { "" }
            ),
            Suspicion::Constant { column } => write!(f, "{} is the same in all rows", quoted(column)),
            Suspicion::OnlyMissing { column } => write!(f, "{} has no value in any row", quoted(column)),
            Suspicion::MostlyMissing { column, share, .. } => {
                write!(f, "{} is missing in {:.1} % of the rows", quoted(column), share * 100.0)
            }
            Suspicion::NonResponse { columns, .. } => {
                let answers = columns.iter().map(|(column, codes)| {
                    let shown = codes.iter().map(|MissingCode { text, rows }| format!("{} ({rows})", quoted(text)));
                    format!("{} in {}", shown.collect::<Vec<_>>().join(", "), quoted(column))
                });
                const MAX_SHOWN: usize = 5;
                let shown: Vec<String> = answers.take(MAX_SHOWN).collect();
                write!(f, "answers that may stand for missing ones: {}", shorten(&shown, columns.len()))
            }
            Suspicion::FewNumbers { columns } => {
                let all: Vec<String> =
                    columns.iter().map(|(column, distinct)| format!("{} ({distinct})", quoted(column))).collect();
                write!(f, "few distinct whole numbers, read as amounts, which may be names: {}", all.join(", "))
            }
            Suspicion::Weights { column } => {
                write!(
                    f,
                    "{} seems to hold sampling weights: as a feature, networks would learn from it",
                    quoted(column)
                )
            }
            Suspicion::TotalRow { line, column } => {
                write!(
                    f,
                    "the last row, line {line}, seems to be a total: its {} is the sum of all others",
                    quoted(column)
                )
            }
            Suspicion::OtherSpelling { column, names: [a, b], spelling, .. } => {
                write!(
                    f,
                    "{} has names that differ only {}, such as {} and {}",
                    quoted(column),
                    spelling.in_words(),
                    quoted(a),
                    quoted(b)
                )
            }
            Suspicion::MissingMarker { column, codes, .. } => write!(
                f,
                "{} is {}, far from all others, as if that stood for a missing value",
                quoted(column),
                list_codes(codes)
            ),
            Suspicion::Id { column, is_feature: true, .. } => {
                write!(f, "{} has a different value in each row, as an identifier has", quoted(column))
            }
            Suspicion::Id { column, is_feature: false, .. } => {
                write!(f, "{} only identifies rows, so it is not used as a feature", quoted(column))
            }
            Suspicion::DuplicateColumn { column, first } => {
                write!(f, "{} is equal to {}", quoted(column), quoted(first))
            }
            Suspicion::ManyLevels { column, levels, rows, is_feature } => {
                let text = if *is_feature { "" } else { ", and is read as free text" };
                write!(f, "{} has {levels} levels in {rows} rows{text}", quoted(column))
            }
            Suspicion::Skewed { column, skewness } => {
                write!(f, "{} has few values far above the others: its skewness is {skewness:.1}", quoted(column))
            }
        }
    }
}
