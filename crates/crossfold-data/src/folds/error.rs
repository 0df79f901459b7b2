//! Why rows can't be split.

use std::fmt;

use crossfold_network::counted;
use crossfold_study::yaml_scalar;

/// The maximum number of folds that a column may define. It is also that of `cross_validation.folds`.
pub(super) const MAX_FOLDS: usize = 1000;

/// Why rows can't be split.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum FoldsError {
    #[error("{} can't make {folds} folds: each needs a row to validate", counted(*.rows, "row"))]
    MoreFoldsThanRows { folds: u32, rows: usize },
    #[error("a share of {share} of {whole} leaves none to {purpose}")]
    EmptyPart { share: f64, whole: Whole, purpose: &'static str },
    #[error("{groups} groups can't make {folds} folds: each needs a group to validate")]
    MoreFoldsThanGroups { folds: u32, groups: usize },
    #[error("`{column}` has the same value in all rows: they are one group, and there is no other to train on")]
    OneGroup { column: String },
    #[error("`{column}` makes {folds} folds, more than the maximum of {MAX_FOLDS}")]
    TooManyFolds { column: String, folds: usize },
    #[error("{periods} periods can't make {folds} folds with a gap of {gap}: each trains on a period before it")]
    TooFewPeriods { folds: u32, periods: u32, gap: u32 },
    #[error("`{column}` puts all rows into one fold, so that there are none to train on")]
    OneFold { column: String },
    #[error("`{column}` puts no row into a fold")]
    NoFold { column: String },
}

/// The units of which a share is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Whole {
    Rows(usize),
    /// Groups of rows, each of which stays in one part.
    Groups(usize),
    /// Predefined folds, each of which stays in one part.
    Folds(usize),
    /// Periods, each of which stays in one part; `gap` periods between the parts are left out.
    Periods {
        periods: u32,
        gap: u32,
    },
}

impl Whole {
    /// Advice for a share that leaves one part empty.
    fn hint(self) -> &'static str {
        match self {
            Whole::Rows(_) => "choose a share nearer to a half, or give more rows",
            Whole::Groups(_) => "rows of a group stay together: choose a share nearer to a half, or give more groups",
            Whole::Folds(_) => {
                "rows of a predefined fold stay together: choose another share, give more folds, or give test rows in a \
                 file of their own"
            }
            Whole::Periods { gap: 0, .. } => {
                "rows of one time stay together: choose a share nearer to a half, or give more periods"
            }
            Whole::Periods { .. } => "choose a smaller `gap` or a smaller share, or give more periods",
        }
    }
}

impl fmt::Display for Whole {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Whole::Rows(rows) => f.write_str(&counted(*rows, "row")),
            Whole::Groups(groups) => f.write_str(&counted(*groups, "group")),
            Whole::Folds(folds) => f.write_str(&counted(*folds, "predefined fold")),
            Whole::Periods { periods, gap: 0 } => f.write_str(&counted(*periods, "period")),
            Whole::Periods { periods, gap } => {
                write!(f, "{}, with a gap of {gap},", counted(*periods, "period"))
            }
        }
    }
}

impl FoldsError {
    /// What to do about it.
    pub fn hint(&self) -> Option<String> {
        Some(match self {
            FoldsError::MoreFoldsThanRows { rows: 1, .. } => "give more rows".to_owned(),
            FoldsError::MoreFoldsThanRows { rows, .. } => {
                format!("ask for at most {rows} `cross_validation.folds`, or give more rows")
            }
            FoldsError::EmptyPart { whole, .. } => whole.hint().to_owned(),
            FoldsError::MoreFoldsThanGroups { groups, .. } => {
                format!("ask for at most {groups} `cross_validation.folds`, or name another column of groups")
            }
            FoldsError::OneGroup { .. } => "name another column of groups".to_owned(),
            FoldsError::TooManyFolds { column, .. } => format!(
                "`cross_validation: {{folds: 10, groups: {}}}` makes ten folds and keeps rows with the same value together",
                yaml_scalar(column)
            ),
            FoldsError::TooFewPeriods { gap: 0, .. } => "ask for fewer folds, or give more periods".to_owned(),
            FoldsError::TooFewPeriods { .. } => "ask for fewer folds or a smaller `gap`".to_owned(),
            FoldsError::OneFold { .. } | FoldsError::NoFold { .. } => {
                "the column holds a name or number of the fold that a row validates, and nothing for rows that only \
                 train"
                    .to_owned()
            }
        })
    }
}
