//! The scores of the refitted network on the test rows.

use crossfold_study::{Evaluation, Metric};

use super::exhibits::Exhibits;
use super::statistics::sampling_interval;

/// The value of a metric on the test rows.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TestScore {
    pub metric: Metric,
    /// `None` where the metric is undefined on the test rows.
    pub value: Option<f64>,
    /// The 95 % confidence interval for new rows of the same kind; `None` where it is not known.
    pub interval: Option<[f64; 2]>,
}

impl TestScore {
    /// The values of all of the task's metrics, in its order; `exhibits` has their standard errors.
    pub fn all(scored: &Evaluation, exhibits: Option<&Exhibits>) -> Vec<TestScore> {
        let rows = u64::from(scored.tally.rows());
        let test_score = |&metric: &Metric| {
            let value = scored.get(metric);
            let error = exhibits.and_then(|exhibits| exhibits.test_errors.get(&metric).copied());
            let interval = value.zip(error).map(|(value, error)| sampling_interval(metric, value, error, rows));
            TestScore { metric, value, interval }
        };
        Metric::all_for(scored.task()).iter().map(test_score).collect()
    }
}
