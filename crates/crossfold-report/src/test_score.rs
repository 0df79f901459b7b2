//! How a network did on rows that had no part in anything before.

use crossfold_study::{Metric, Scored};

use crate::{Exhibits, interval_of_rows};

/// A figure of the test rows.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TestScore {
    pub metric: Metric,
    /// `None` where it is undefined on the test rows.
    pub value: Option<f64>,
    /// Where it is on other rows of the kind, with 95 % confidence; `None` where it isn't known.
    pub interval: Option<[f64; 2]>,
}

impl TestScore {
    /// All of the task's metrics, in its order; `exhibits` know how sure they are.
    pub fn all(scored: &Scored, exhibits: Option<&Exhibits>) -> Vec<TestScore> {
        let evaluation = scored.evaluation();
        let rows = u64::from(scored.tally.rows());
        let of = |&metric: &Metric| {
            let value = evaluation.get(metric);
            let error = exhibits.and_then(|exhibits| exhibits.test_errors.get(&metric).copied());
            let interval = value.zip(error).map(|(value, error)| interval_of_rows(metric, value, error, rows));
            TestScore { metric, value, interval }
        };
        Metric::all_for(evaluation.task()).iter().map(of).collect()
    }
}
