//! A checked study: every value in range, every name known, every reference inside the spec sound.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};

use crate::{Budget, DataSpec, Enqueued, Metric, Order, Pace, Pruner, SearchSpace, Seed, Strategy};
use crossfold_network::{Param, Settings};

/// What a spec asks for, checked. Behind this type nothing asks whether a value is valid.
#[derive(Clone, Debug)]
pub struct Study {
    pub name: StudyName,
    pub seed: Seed,
    pub device: Device,
    pub data: DataSpec,
    /// What is searched, at least one; several have names.
    pub models: Vec<ModelSpace>,
    pub strategy: Strategy,
    /// What becomes of trials that look bad before their end.
    pub pruner: Pruner,
    /// What is tried first, in this order.
    pub enqueued: Vec<Enqueued>,
    pub pace: Pace,
    pub budget: Budget,
    pub splits: Splits,
    /// How much each class counts in the loss; all alike where it is `None`.
    pub class_weights: Option<ClassWeights>,
    /// What trials are ranked by.
    pub metric: Metric,
    pub finish: Final,
    pub limits: Limits,
    pub predictions: Retention,
}

/// Networks that are searched together: one place in a spec with its own fixed values and space.
#[derive(Clone, Debug, Default)]
pub struct ModelSpace {
    /// Values for every hyperparameter that has a value or a default and isn't searched, or isn't everywhere; with
    /// [`Setting::Model`](crossfold_network::Setting::Model) where it has a name.
    pub fixed: Settings,
    pub space: SearchSpace,
}

impl Study {
    /// The hyperparameters that any of its models searches, in the order of columns; for nodes of each layer, `hidden`.
    pub fn searched(&self) -> Vec<Param> {
        let is_searched = |param: &&Param| {
            let mut dimensions = self.models.iter().flat_map(|model| model.space.dimensions());
            **param == Param::Model && self.models.len() > 1
                || dimensions.any(|dimension| dimension.column() == **param)
        };
        Param::ALL.iter().filter(is_searched).copied().collect()
    }

    /// What makes that another run need not come to the same results, in a spec's words; `None` where all runs come to
    /// the same.
    pub fn irreproducible(&self) -> Option<&'static str> {
        match (self.pace.order, self.budget.wall) {
            (Order::Free, None) => Some("order: free"),
            (Order::Logical, Some(_)) => Some("budget: wall"),
            (Order::Free, Some(_)) => Some("order: free and budget: wall"),
            (Order::Logical, None) => None,
        }
    }

    /// The same as a sentence without a full stop, with the reason.
    pub fn irreproducible_in_words(&self) -> Option<String> {
        const ORDER: &str = "decisions follow results in the order in which these happen to arrive";
        const WALL: &str = "how much is tried hangs on how long it takes";
        let why = match (self.pace.order, self.budget.wall) {
            (Order::Free, None) => ORDER.to_owned(),
            (Order::Logical, Some(_)) => WALL.to_owned(),
            (Order::Free, Some(_)) => format!("{ORDER}, and {WALL}"),
            (Order::Logical, None) => String::new(),
        };
        let words = self.irreproducible()?;
        Some(format!("not reproducible (`{words}`): another run need not come to the same results, since {why}"))
    }
}

/// A study's name, `[a-z0-9-]+`: also the folder of its results.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StudyName(String);

impl StudyName {
    const LONGEST: usize = 64;

    /// `None` where `name` is empty, longer than 64 bytes or holds anything but `a-z`, `0-9`, `-`.
    pub fn new(name: &str) -> Option<StudyName> {
        let allowed = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        ((1..=StudyName::LONGEST).contains(&name.len()) && name.bytes().all(allowed))
            .then(|| StudyName(name.to_owned()))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The name of a study of this one's winner alone, whose results get a folder of their own.
    pub fn best(&self) -> StudyName {
        const SUFFIX: &str = "-best";
        let kept = self.0.len().min(StudyName::LONGEST - SUFFIX.len());
        StudyName(format!("{}{SUFFIX}", &self.0[..kept]))
    }
}

impl fmt::Display for StudyName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What does the arithmetic.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Device {
    /// The CPU by burn's maintained backend, `burn-flex`.
    #[default]
    Flex,
    /// The CPU by `burn-ndarray`, deprecated upstream.
    Ndarray,
}

impl Device {
    /// The name used in specs.
    pub fn name(self) -> &'static str {
        match self {
            Device::Flex => "flex",
            Device::Ndarray => "ndarray",
        }
    }
}

/// How much a row of each class counts in the loss: a batch's mean loss is weighted so.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub enum ClassWeights {
    /// rows / (classes · rows of the class) among the training rows, so that all classes together count
    /// alike (King and Zeng 2001).
    Balanced,
    /// Above 0, by class; 1 for classes left out.
    Given(BTreeMap<String, f64>),
}

/// How rows are split into training and validation parts. A column that splits is no feature.
#[derive(Clone, Debug, PartialEq)]
pub enum Splits {
    /// Every row is validated exactly once a repeat.
    KFold { folds: u32, repeats: u32, stratified: bool, shuffle: bool, groups: Option<String> },
    /// One validation part with `share` of the rows, in (0, 1).
    HoldOut { share: f64, stratified: bool, groups: Option<String> },
    /// One validation part: the last `share` of the periods.
    LatestHoldOut { share: f64, time: String, gap: u32 },
    /// Each group validates once.
    LeaveOneGroupOut { groups: String },
    /// Each fold trains on periods before those it validates.
    TimeSeries {
        folds: u32,
        /// Rows with equal values are of one period.
        time: String,
        /// Periods between training and validation that are left out.
        gap: u32,
        /// Train on at most so many periods; on all before where it is `None`.
        window: Option<u32>,
    },
    /// A row validates in the fold that a column names; where the column has nothing, in none.
    Predefined {
        column: String,
        /// What must not be in two folds; looked at, not kept.
        groups: Option<String>,
        /// What validates must not be before what trains; looked at, not kept.
        time: Option<String>,
    },
}

impl Splits {
    /// How many times a trial is trained, one a fold of each repeat; `None` where the data say.
    pub fn fits(&self) -> Option<u32> {
        match self {
            Splits::KFold { folds, repeats, .. } => Some(folds * repeats),
            Splits::HoldOut { .. } | Splits::LatestHoldOut { .. } => Some(1),
            Splits::TimeSeries { folds, .. } => Some(*folds),
            Splits::LeaveOneGroupOut { .. } | Splits::Predefined { .. } => None,
        }
    }

    /// The columns that it goes by, which are no features.
    pub fn columns(&self) -> impl Iterator<Item = &str> {
        let (first, second, third) = match self {
            Splits::KFold { groups, .. } | Splits::HoldOut { groups, .. } => (groups.as_deref(), None, None),
            Splits::LatestHoldOut { time, .. } | Splits::TimeSeries { time, .. } => (Some(time.as_str()), None, None),
            Splits::LeaveOneGroupOut { groups } => (Some(groups.as_str()), None, None),
            Splits::Predefined { column, groups, time } => (Some(column.as_str()), groups.as_deref(), time.as_deref()),
        };
        [first, second, third].into_iter().flatten()
    }
}

/// What happens when the search is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Final {
    pub refit: Refit,
    /// Score the refitted network once on the test rows; only with a refit.
    pub test: bool,
    /// Search again on each fold's training rows alone, and score the fold by who wins there.
    pub nested: bool,
}

/// When to give up.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Limits {
    /// The most seconds that a fit may take.
    pub fit_seconds: Option<u32>,
    /// The most trials that may fail before the search is stopped.
    pub max_failures: Option<MaxFailures>,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub enum MaxFailures {
    Trials(u32),
    /// Percent of the plan's trials, in [0, 100].
    Percent(f64),
}

impl MaxFailures {
    /// How many of `trials` trials may fail.
    pub fn of(self, trials: usize) -> usize {
        match self {
            MaxFailures::Trials(count) => count as usize,
            MaxFailures::Percent(percent) => (percent / 100.0 * trials as f64).floor() as usize,
        }
    }
}

/// Which out-of-fold predictions stay in the store: all where a study's come to at most `megabytes`
/// MB (10⁶ bytes), else those of the trials ranked first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Retention {
    pub megabytes: u32,
    /// How many trials keep theirs where not all do.
    pub best: u32,
}

impl Default for Retention {
    fn default() -> Retention {
        Retention { megabytes: 256, best: 100 }
    }
}

/// Which trial is trained again on all the study's rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Refit {
    /// The one ranked first.
    Best,
    /// The simplest of those within a standard error of the one ranked first.
    OneSe,
    None,
}

impl Refit {
    /// The name used in specs.
    pub fn name(self) -> &'static str {
        match self {
            Refit::Best => "best",
            Refit::OneSe => "one_se",
            Refit::None => "none",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_a_safe_folder() {
        for bad in ["", "..", "a/b", "Mnist", "a b", "é", &"a".repeat(65)] {
            assert_eq!(StudyName::new(bad), None, "{bad}");
        }
        assert_eq!(StudyName::new("mnist-10k").unwrap().as_str(), "mnist-10k");
    }
}
