//! A network's scores on a set of rows.

use crossfold_network::Task;
use serde::{Serialize, Serializer};

use super::definition::{ClassFormula, ClassSums, Formula, NumberSums};
use super::{Metric, Scores, Tally};

/// A network's scores on a set of rows, in all metrics of its task.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Evaluation {
    pub tally: Tally,
    /// The scores that can't be calculated from the tally; unknown for training rows.
    pub scores: Scores,
}

/// Only the scores that can be calculated from the tally.
impl From<Tally> for Evaluation {
    fn from(tally: Tally) -> Evaluation {
        Evaluation { tally, scores: Scores::default() }
    }
}

impl Evaluation {
    /// The score of the rows, of which there must be at least one; `None` if it is unknown or undefined.
    ///
    /// # Panics
    /// If `metric` is of another task.
    pub fn get(&self, metric: Metric) -> Option<f64> {
        match (&metric.definition().formula, self.tally) {
            (Formula::Classes { score, .. }, Tally::Classes { rows, correct, loss }) => match score {
                ClassFormula::Tally(score) => score(&ClassSums { rows, correct, loss }),
                ClassFormula::Rows(_) => self.scores.get(metric)?,
            },
            (Formula::Numbers { score, .. }, Tally::Numbers { rows, squared, absolute, spread }) => {
                score(&NumberSums { rows, squared, absolute, spread })
            }
            (Formula::Classes { .. }, Tally::Numbers { .. }) | (Formula::Numbers { .. }, Tally::Classes { .. }) => {
                panic!("a checked study asks for metrics of its task")
            }
        }
    }

    /// The task, which determines the metrics.
    pub fn task(&self) -> Task {
        self.tally.task()
    }

    /// The bits of all numbers, for exact comparison.
    pub(crate) fn bits(&self) -> impl PartialEq + use<> {
        (self.tally.bits(), self.scores.bits())
    }
}

/// A map of metrics by name: unknown ones are left out, undefined ones are null.
impl Serialize for Evaluation {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let tallied = Metric::tallied_for(self.task()).iter().map(|&metric| (metric, self.get(metric)));
        serializer.collect_map(tallied.chain(self.scores.iter(self.task())))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Scorer, Truth};

    #[test]
    fn json_omits_unknown_scores_and_writes_null_for_undefined_ones() {
        let tally = Tally::Classes { rows: 2, correct: 1, loss: 1.0 };
        assert_eq!(serde_json::to_string(&Evaluation::from(tally)).unwrap(), r#"{"log_loss":0.5,"accuracy":0.5}"#);
        let scored = Scorer::default().score(tally, &Truth::Labels(vec![0, 0]), &[0.75, 0.25, 0.25, 0.75]);
        assert_eq!(
            serde_json::to_string(&scored).unwrap(),
            r#"{"log_loss":0.5,"accuracy":0.5,"balanced_accuracy":0.5,"f1":0.3333333333333333,"roc_auc":null,"average_precision":null,"brier":0.3125,"calibration_error":0.25}"#
        );
        assert_eq!(scored.get(Metric::RocAuc), None);
    }
}
