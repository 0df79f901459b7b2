//! Metrics, by which trials are ranked.
//!
//! A metric is a file with its [`Definition`], and a line in the list below. Columns, ranking, documentation, storage,
//! the gate and the page follow from the definition.

mod class_rows;
mod definition;
mod evaluation;
mod influence;
mod number_rows;
mod probability_groups;
mod ranking;
mod score;
mod scorer;
mod scores;
mod tally;
mod undefined;

mod accuracy;
mod average_precision;
mod balanced_accuracy;
mod brier;
mod calibration_error;
mod f1;
mod log_loss;
mod mae;
mod r2;
mod rmse;
mod roc_auc;

pub use calibration_error::{CalibrationBin, calibration_bins, calibration_error};
pub use class_rows::most_probable;
pub use definition::{InfluenceSource, RowLoss};
pub use evaluation::Evaluation;
pub use influence::influence;
pub use ranking::roc_area;
pub use score::{Direction, Score};
pub use scorer::Scorer;
pub use scores::Scores;
pub use tally::Tally;
pub use undefined::UndefinedMetric;

use std::fmt;

use crossfold_network::Task;
use serde::{Deserialize, Serialize};

use definition::{ClassFormula, Definition, Formula};

/// Names each metric's file, in the order of columns.
macro_rules! metrics {
    ($($metric:ident: $file:ident),* $(,)?) => {
        /// A metric, by which trials are ranked. All but `calibration_error`, which scikit-learn lacks, agree with
        /// scikit-learn's.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        pub enum Metric {
            $(#[doc = concat!("Defined in `metric/", stringify!($file), ".rs`.")] $metric),*
        }

        impl Metric {
            pub const ALL: &'static [Metric] = &[$(Metric::$metric),*];

            /// The name used in specs, cells and files.
            pub fn name(self) -> &'static str {
                match self {
                    $(Metric::$metric => stringify!($file)),*
                }
            }

            const fn definition(self) -> &'static Definition {
                match self {
                    $(Metric::$metric => &$file::DEFINITION),*
                }
            }
        }
    };
}

// Classification comes before regression. Within each task, metrics that are calculated from a tally come first.
metrics! {
    LogLoss: log_loss,
    Accuracy: accuracy,
    BalancedAccuracy: balanced_accuracy,
    F1: f1,
    RocAuc: roc_auc,
    AveragePrecision: average_precision,
    Brier: brier,
    CalibrationError: calibration_error,
    Rmse: rmse,
    Mae: mae,
    R2: r2,
}

impl fmt::Display for Metric {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// How many metrics a task has, and how many of these are calculated from a tally.
#[derive(Clone, Copy)]
struct Count {
    all: usize,
    tallied: usize,
}

impl Count {
    const CLASSES: Count = Count::new(true);
    const NUMBERS: Count = Count::new(false);

    const fn new(of_classes: bool) -> Count {
        let (mut count, mut place) = (Count { all: 0, tallied: 0 }, 0);
        while place < Metric::ALL.len() {
            let metric = Metric::ALL[place];
            if matches!(metric.task(), Task::Classification) == of_classes {
                count.all += 1;
                count.tallied += metric.is_tallied() as usize;
            }
            place += 1;
        }
        count
    }

    const fn for_task(task: Task) -> Count {
        match task {
            Task::Classification => Count::CLASSES,
            Task::Regression => Count::NUMBERS,
        }
    }

    /// The number of metrics that are calculated from the rows themselves.
    const fn scored(self) -> usize {
        self.all - self.tallied
    }
}

impl Metric {
    /// The metrics that judge `task`, in the order of columns.
    pub fn all_for(task: Task) -> &'static [Metric] {
        let (of_classes, of_numbers) = Metric::ALL.split_at(Count::CLASSES.all);
        match task {
            Task::Classification => of_classes,
            Task::Regression => of_numbers,
        }
    }

    /// The metrics of `task` that are calculated from a [`Tally`], and so for training rows, too: the first of
    /// [`Metric::all_for`].
    pub fn tallied_for(task: Task) -> &'static [Metric] {
        &Metric::all_for(task)[..Count::for_task(task).tallied]
    }

    /// The other metrics of `task`, which are calculated from the rows themselves.
    pub fn scored_for(task: Task) -> &'static [Metric] {
        &Metric::all_for(task)[Count::for_task(task).tallied..]
    }

    /// The metric that decides between trials of equal scores: the first other one of the task.
    pub(crate) fn second(self) -> Metric {
        let mut others = Metric::all_for(self.task()).iter().filter(|&&metric| metric != self);
        *others.next().expect("a task has several metrics")
    }

    /// The metric that trials are ranked by unless the spec names another.
    pub fn default_for(task: Task) -> Metric {
        match task {
            Task::Classification => Metric::Accuracy,
            Task::Regression => Metric::Rmse,
        }
    }

    /// The task that it judges.
    pub const fn task(self) -> Task {
        match self.definition().formula {
            Formula::Classes { .. } => Task::Classification,
            Formula::Numbers { .. } => Task::Regression,
        }
    }

    const fn is_tallied(self) -> bool {
        match self.definition().formula {
            Formula::Classes { score: ClassFormula::Tally(_), .. } | Formula::Numbers { .. } => true,
            Formula::Classes { score: ClassFormula::Rows(_), .. } => false,
        }
    }

    /// Which way is better.
    pub fn direction(self) -> Direction {
        self.definition().direction
    }

    /// The least and the greatest value that it can have.
    pub fn range(self) -> [f64; 2] {
        self.definition().range
    }

    /// Whether it has the target's unit, so that its size depends on the data.
    pub fn has_unit(self) -> bool {
        self.definition().has_unit
    }

    /// Whether it is a proportion of the rows, and so has a binomial distribution.
    pub fn is_proportion(self) -> bool {
        self.definition().is_proportion
    }

    /// Whether its estimate from few rows is biased upwards.
    pub fn is_biased(self) -> bool {
        self.definition().is_biased
    }

    /// Its name in sentences, such as `area under the ROC curve`.
    pub fn in_words(self) -> &'static str {
        self.definition().in_words
    }

    /// Its name in headings and axes, such as `ROC AUC`.
    pub fn label(self) -> &'static str {
        self.definition().label
    }

    /// Its description in the documentation's table of metrics.
    pub fn documentation(self) -> &'static str {
        self.definition().documentation
    }

    /// The description of its columns in CSV files.
    pub fn column_text(self) -> String {
        let text = self.definition().column;
        match self.direction() {
            Direction::Maximize => text.to_owned(),
            Direction::Minimize => format!("{text}; less is better"),
        }
    }

    /// What the [`influence`] of a row is calculated from.
    pub fn influence_source(self) -> InfluenceSource {
        self.definition().influence_source
    }

    /// The loss per row by which regressions are compared; `None` for classifications.
    pub fn row_loss(self) -> Option<RowLoss> {
        match self.definition().formula {
            Formula::Classes { .. } => None,
            Formula::Numbers { row_loss, .. } => Some(row_loss),
        }
    }
}

#[cfg(test)]
mod tests;
