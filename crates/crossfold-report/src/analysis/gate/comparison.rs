//! A gate's comparison of a retrained network with its baseline.

use std::collections::BTreeMap;

use crossfold_study::Metric;
use serde::Serialize;

use super::exactness::Exactness;
use super::verdict::{CONFIDENCE, GateVerdict};
use crate::analysis::baseline::{Baseline, BaselineError, FoldRecord};
use crate::analysis::baseline_pair::{BaselinePair, Pairing, in_unit};
use crate::analysis::changed_data::ChangedData;
use crate::analysis::out_of_fold::RowChanges;
use crate::analysis::sample_size::SampleSizeNeeded;
use crate::analysis::statistics::{Difference, Population, difference_beyond_rounding, sign};

/// What a gate lets pass.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct GateCriteria {
    /// How much worse the mean score may be, in the metric's unit.
    pub margin: f64,
    /// Whether an inconclusive comparison passes.
    pub allow_inconclusive: bool,
    /// Whether every bit must be the same, whatever the scores are.
    pub exact: bool,
}

impl GateCriteria {
    /// Parses a margin.
    ///
    /// # Errors
    /// What was expected, unless it is a number of at least 0 in the metric's unit.
    pub fn parse_margin(text: &str) -> Result<f64, String> {
        let percent = text.strip_suffix('%').and_then(|percent| percent.trim().parse::<f64>().ok());
        match (text.parse::<f64>(), percent) {
            (Ok(margin), _) if margin.is_finite() && margin >= 0.0 => Ok(margin),
            (_, Some(percent)) => Err(format!("it is in the metric's unit: write `{}`", percent / 100.0)),
            (Ok(_) | Err(_), None) => Err("expected a number that is at least 0, such as `0.005`".to_owned()),
        }
    }
}

/// A gate's comparison of a retrained network with its baseline. Differences are the new score minus the baseline's, in
/// the metric's unit. Its JSON is what `crossfold gate --json` writes.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct GateComparison {
    /// The study's name.
    pub name: String,
    pub verdict: GateVerdict,
    /// Whether the gate passes.
    pub passes: bool,
    pub metric: Metric,
    /// The baseline's mean on the rows that are compared: all, unless the data have changed.
    pub baseline: f64,
    /// The new mean on them.
    pub fresh: f64,
    pub difference: f64,
    /// Standard error of the difference; `None` if the variance of scores can't be estimated.
    pub standard_error: Option<f64>,
    /// The 90 % confidence interval of the true difference.
    pub interval: Option<[f64; 2]>,
    /// The probability of a difference at least as far from 0 if the true difference is 0.
    pub p_value: Option<f64>,
    /// How much worse the mean may be.
    pub margin: f64,
    pub matched: Pairing,
    /// What would make an inconclusive difference conclusive.
    #[serde(rename = "settles")]
    pub needed: Option<SampleSizeNeeded>,
    /// Rows of the baseline that are compared.
    pub rows: u64,
    /// The means of each metric that both sides have, over all rows of each: the baseline's, then the new one. The verdict depends on `metric`
    /// alone.
    pub metrics: BTreeMap<Metric, [f64; 2]>,
    /// Both scores of each fold; empty where the folds differ.
    pub folds: Vec<FoldComparison>,
    /// `None` where the rows differ.
    pub changed: Option<RowChanges>,
    /// What became of the baseline's rows; `None` where the data are the same, or the baseline has no digests of its rows.
    pub changed_data: Option<ChangedData>,
    /// In an exact gate, the comparison of bits.
    pub exact: Option<Exactness>,
    /// Lines of the origin that differ, by name: the baseline's value, then the present one.
    pub origin: BTreeMap<String, [String; 2]>,
}

/// Both scores of a fold; repeats and folds are counted from 1.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct FoldComparison {
    pub repeat: u32,
    pub fold: u32,
    pub baseline: f64,
    pub fresh: f64,
}

impl Baseline {
    /// Compares a retrained network with this baseline, and decides whether the gate passes.
    ///
    /// # Errors
    /// If the two are judged by different metrics, or `criteria` ask for a comparison of bits and a side has no trace.
    pub fn gate(&self, fresh: &Baseline, criteria: GateCriteria) -> Result<GateComparison, BaselineError> {
        let GateCriteria { margin, allow_inconclusive, exact } = criteria;
        if self.metric != fresh.metric {
            return Err(BaselineError::Metric { baseline: self.metric, fresh: fresh.metric });
        }
        let exact = exact.then(|| self.exactness(fresh)).transpose()?;
        let have_rows = self.has_same_rows(fresh);
        let changed_rows = if have_rows { None } else { self.match_rows(fresh) };
        let sides = changed_rows.as_ref().and_then(|rows| rows.sides.as_ref());
        let (old, new) = sides.map_or((self, fresh), |[old, new]| (old, new));
        let have_rows = have_rows || sides.is_some();
        let BaselinePair { matched, difference, changed } = old.pair(new, have_rows, Population::SameRows);
        let apart = difference_beyond_rounding(old.mean, new.mean);
        let better = sign(self.metric) * apart;
        let interval = difference.map(|difference| difference.interval(CONFIDENCE));
        let by_score = GateVerdict::decide(better, interval, margin, old.mean);
        let verdict = match &exact {
            Some(Exactness { first: None, .. }) => GateVerdict::Identical,
            Some(Exactness { first: Some(_), .. }) => GateVerdict::Differs,
            None => by_score,
        };
        let needed = difference.filter(|_| by_score == GateVerdict::Inconclusive).and_then(|difference| {
            // The nearer of the two conclusions: not worse by more than the margin, or worse.
            let distance = (better + margin).max(-better);
            let parts = [old.folds.len() as u32, old.repeats()];
            SampleSizeNeeded::estimate(difference, distance, (1.0 - CONFIDENCE) / 2.0, parts)
        });
        Ok(GateComparison {
            name: self.name.clone(),
            verdict,
            passes: match verdict {
                GateVerdict::Better | GateVerdict::Equivalent | GateVerdict::Identical => true,
                GateVerdict::Inconclusive => allow_inconclusive,
                GateVerdict::Worse | GateVerdict::Differs => false,
            },
            metric: self.metric,
            baseline: old.mean,
            fresh: new.mean,
            difference: apart,
            standard_error: difference.map(|difference| difference.error()),
            interval: interval.map(|ends| in_unit(self.metric, ends)),
            p_value: difference.as_ref().map(Difference::p_value),
            margin,
            matched,
            needed,
            rows: old.rows,
            metrics: self.pair_metrics(fresh),
            folds: old.pair_folds(new, matched),
            changed,
            changed_data: changed_rows.map(|rows| rows.counts),
            exact,
            origin: self.differing_origin(fresh),
        })
    }

    fn pair_folds(&self, fresh: &Baseline, matched: Pairing) -> Vec<FoldComparison> {
        match matched {
            Pairing::RowsAndFolds | Pairing::Folds => {}
            Pairing::Rows | Pairing::Nothing => return Vec::new(),
        }
        let pair = |(old, new): (&FoldRecord, &FoldRecord)| FoldComparison {
            repeat: old.repeat,
            fold: old.fold,
            baseline: old.score,
            fresh: new.score,
        };
        self.folds.iter().zip(&fresh.folds).map(pair).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::baseline::tests::example;

    #[test]
    fn a_smaller_loss_is_better_and_metrics_do_not_mix() {
        let with_loss = |score| Baseline { metric: Metric::LogLoss, ..example(&[score], "1") };
        let criteria = |margin| GateCriteria { margin, allow_inconclusive: false, exact: false };
        assert_eq!(with_loss(0.3).gate(&with_loss(0.1), criteria(0.0)).unwrap().verdict, GateVerdict::Better);
        assert_eq!(with_loss(0.3).gate(&with_loss(0.4), criteria(0.05)).unwrap().verdict, GateVerdict::Worse);
        assert!(with_loss(0.3).gate(&example(&[0.3], "1"), criteria(0.0)).is_err());
    }
}
