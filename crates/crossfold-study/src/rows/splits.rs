//! How rows are split into training and validation parts.

/// How rows are split into training and validation parts. Columns used for splitting aren't features.
#[derive(Clone, Debug, PartialEq)]
pub enum Splits {
    /// Every row validates exactly once per repeat.
    KFold { folds: u32, repeats: u32, stratified: bool, shuffle: bool, groups: Option<String> },
    /// One validation part with `share` of the rows, in (0, 1).
    HoldOut { share: f64, stratified: bool, groups: Option<String> },
    /// One validation part: the last `share` of the periods.
    LatestHoldOut { share: f64, time: String, gap: u32 },
    /// Each group validates once.
    LeaveOneGroupOut { groups: String },
    /// Each fold trains on the periods before those that validate it.
    TimeSeries {
        folds: u32,
        /// The column of times. Rows with equal values are one period.
        time: String,
        /// The number of periods between training and validation that are left out.
        gap: u32,
        /// The most periods to train on; all earlier ones for `None`.
        window: Option<u32>,
    },
    /// A row validates in the fold that a column names, and only trains if the column is empty.
    Predefined {
        column: String,
        /// A column whose groups are checked to be within one fold.
        groups: Option<String>,
        /// A column of times: validation rows are checked to be later than training rows.
        time: Option<String>,
    },
}

impl Splits {
    /// The number of fits per trial: folds × repeats; `None` if it depends on the data.
    pub fn fits(&self) -> Option<u32> {
        match self {
            Splits::KFold { folds, repeats, .. } => Some(folds * repeats),
            Splits::HoldOut { .. } | Splits::LatestHoldOut { .. } => Some(1),
            Splits::TimeSeries { folds, .. } => Some(*folds),
            Splits::LeaveOneGroupOut { .. } | Splits::Predefined { .. } => None,
        }
    }

    /// The columns used for splitting, which aren't features.
    pub fn columns(&self) -> impl Iterator<Item = &str> {
        let (first, second, third) = match self {
            Splits::KFold { groups, .. } | Splits::HoldOut { groups, .. } => (groups.as_deref(), None, None),
            Splits::LatestHoldOut { time, .. } | Splits::TimeSeries { time, .. } => (Some(time.as_str()), None, None),
            Splits::LeaveOneGroupOut { groups } => (Some(groups.as_str()), None, None),
            Splits::Predefined { column, groups, time } => (Some(column.as_str()), groups.as_deref(), time.as_deref()),
        };
        [first, second, third].into_iter().flatten()
    }

    /// The column of groups.
    pub fn groups(&self) -> Option<&str> {
        match self {
            Splits::KFold { groups, .. } | Splits::HoldOut { groups, .. } | Splits::Predefined { groups, .. } => {
                groups.as_deref()
            }
            Splits::LeaveOneGroupOut { groups } => Some(groups),
            Splits::LatestHoldOut { .. } | Splits::TimeSeries { .. } => None,
        }
    }

    /// The column of times.
    pub fn time(&self) -> Option<&str> {
        match self {
            Splits::KFold { .. } | Splits::HoldOut { .. } | Splits::LeaveOneGroupOut { .. } => None,
            Splits::LatestHoldOut { time, .. } | Splits::TimeSeries { time, .. } => Some(time),
            Splits::Predefined { time, .. } => time.as_deref(),
        }
    }
}
