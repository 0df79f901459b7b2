//! Any two trials side by side: how far apart they are, and whether that may be chance.

use std::collections::BTreeMap;

use crossfold_study::{Metric, TrialNumber};
use serde::Serialize;

use super::baseline::{Baseline, BaselineError};
use super::baseline_pair::{BaselinePair, Pairing, in_unit};
use super::leaderboard::Leaderboard;
use super::out_of_fold::RowChanges;
use super::reference_score::below_reference_in_words;
use super::sample_size::SampleSizeNeeded;
use super::statistics::{Difference, LEVEL, Population, ROUNDING, difference_beyond_rounding};

/// How a second trial compares with a first. Differences are the second score minus the first, in the metric's unit. Its
/// JSON is what `crossfold compare --json` writes.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct TrialComparison {
    pub metric: Metric,
    pub first: ComparedTrial,
    pub second: ComparedTrial,
    pub difference: f64,
    /// Standard error of the difference on new rows; `None` if the variance of scores can't be estimated.
    pub standard_error: Option<f64>,
    /// The 95 % confidence interval of the true difference.
    pub interval: Option<[f64; 2]>,
    /// The probability of a difference at least as far from 0 if the true difference is 0.
    pub p_value: Option<f64>,
    pub matched: Pairing,
    /// `None` where the rows differ.
    pub changed: Option<RowChanges>,
    pub margin: Option<f64>,
    /// Whether a difference larger than the margin, in either direction, is excluded: two one-sided tests at 5 %
    /// (Schuirmann 1987, "A comparison of the two one-sided tests procedure and the power approach for assessing the
    /// equivalence of average bioavailability", Journal of Pharmacokinetics and Biopharmaceutics 15). `None` without a
    /// margin.
    pub alike: Option<bool>,
    /// What would make the difference significant, where it is not.
    #[serde(rename = "settles")]
    pub needed: Option<SampleSizeNeeded>,
    /// The leaderboard's verdict on the two; `None` unless they are of one study and one of them is its best.
    pub leaderboard: Option<LeaderboardVerdict>,
    /// The means of each metric that both sides have.
    pub metrics: BTreeMap<Metric, [f64; 2]>,
}

/// What a leaderboard says of the gap between its best trial and another.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct LeaderboardVerdict {
    /// Number of trials compared.
    pub compared: usize,
    /// The p-value of the gap, adjusted for comparing all of them.
    pub adjusted_p: f64,
    /// Whether the other is statistically tied with the best.
    pub tied: bool,
    /// What the other scores worse than: the majority class or the mean. If the best is shown to be better than that, the other isn't
    /// tied, whatever its p-value.
    pub below: Option<&'static str>,
}

impl Leaderboard<'_> {
    /// The verdict on two of its trials, once it is [judged](Leaderboard::judge).
    pub fn verdict(&self, trials: [TrialNumber; 2]) -> Option<LeaderboardVerdict> {
        let place = |number| self.rows().iter().position(|row| row.trial.number == number);
        let [first, second] = trials.map(place);
        let (first, second) = (first?, second?);
        let other = &self.rows()[first.max(second)];
        Some(LeaderboardVerdict {
            compared: self.findings()?.compared,
            adjusted_p: other.adjusted_p.filter(|_| first.min(second) == 0)?,
            tied: other.tied?,
            below: other.scores_below_reference.then(|| below_reference_in_words(self.metric().task())),
        })
    }
}

/// One of two compared trials.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ComparedTrial {
    /// The name given on the command line: `study` or `study:trial`.
    pub name: String,
    pub mean: f64,
    /// Number of rows of its study.
    pub rows: u64,
}

impl Baseline {
    /// Compares `second` with this trial, for new rows of the same kind; `names` are those to show.
    ///
    /// # Errors
    /// If the two are judged by different metrics.
    pub fn compare(
        &self,
        second: &Baseline,
        names: [&str; 2],
        margin: Option<f64>,
    ) -> Result<TrialComparison, BaselineError> {
        if self.metric != second.metric {
            return Err(BaselineError::Metric { baseline: self.metric, fresh: second.metric });
        }
        let BaselinePair { matched, difference, changed } = self.pair_with(second, Population::NewRows);
        let p_value = difference.as_ref().map(Difference::p_value);
        let parts = [self.folds.len() as u32, self.repeats()];
        let needed =
            |difference: Difference| SampleSizeNeeded::estimate(difference, difference.value, LEVEL / 2.0, parts);
        let is_alike = |margin: f64| {
            let ends = difference.map(|difference| difference.interval(1.0 - 2.0 * LEVEL));
            // Differences this small are rounding.
            let reach = margin + ROUNDING * self.mean.abs().max(1.0);
            ends.is_some_and(|[low, high]| -reach < low && high < reach)
        };
        let [name, other] = names.map(str::to_owned);
        Ok(TrialComparison {
            metric: self.metric,
            first: ComparedTrial { name, mean: self.mean, rows: self.rows },
            second: ComparedTrial { name: other, mean: second.mean, rows: second.rows },
            difference: difference_beyond_rounding(self.mean, second.mean),
            standard_error: difference.map(|difference| difference.error()),
            interval: difference.map(|difference| in_unit(self.metric, difference.interval(1.0 - LEVEL))),
            p_value,
            matched,
            changed,
            margin,
            alike: margin.map(is_alike),
            needed: difference.filter(|_| p_value.is_some_and(|p| p > LEVEL)).and_then(needed),
            leaderboard: None,
            metrics: self.pair_metrics(second),
        })
    }
}
