//! The best trial of each model of a study, and how far apart the models are: a comparison that was planned with the spec, so
//! that it needs no correction for all trials.

use crossfold_study::{Metric, TrialNumber};

use super::statistics::{Difference, LEVEL};

/// The models of a study that have a trial with a score, the best first.
#[derive(Clone, Debug, PartialEq)]
pub struct ModelRanking {
    pub models: Vec<RankedModel>,
    /// Number of pairs of models, which the gaps allow for (Bonferroni).
    pub pairs: usize,
}

/// A model, by its best trial.
#[derive(Clone, Debug, PartialEq)]
pub struct RankedModel {
    /// The model's name in the spec's `models`; `None` where there is a single model, whose linear networks are compared with the
    /// others.
    pub name: Option<String>,
    /// Number of its trials with a score.
    pub trials: usize,
    /// The best of them on the leaderboard.
    pub best: TrialNumber,
    /// How far it is behind the first model; `None` for that one, and where nothing says how much the two vary.
    pub behind: Option<ModelGap>,
}

/// How much better the first model is than another: above 0 where it is better, whatever the metric. Each model's best trial is
/// chosen on other rows than those that score it, so this is not the difference of the two best scores.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ModelGap {
    pub difference: f64,
    /// The 95 % confidence interval of the true difference, over all pairs of models at once.
    pub interval: [f64; 2],
    /// The p-value, multiplied by the number of pairs.
    pub p: f64,
}

impl ModelGap {
    pub(super) fn new(metric: Metric, difference: &Difference, pairs: usize) -> ModelGap {
        let [least, most] = metric.range();
        ModelGap {
            difference: difference.value,
            interval: difference.interval(1.0 - LEVEL / pairs as f64).map(|end| end.clamp(least - most, most - least)),
            p: (difference.p_value() * pairs as f64).min(1.0),
        }
    }

    /// Whether the first model is shown to be better.
    pub fn is_shown(&self) -> bool {
        self.p <= LEVEL && self.difference > 0.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::statistics::{Overlap, Population, Side};

    /// Bonferroni's rule: p times the number of pairs, and the interval of 1 − 0.05 / pairs.
    #[test]
    fn gaps_allow_for_all_pairs() {
        let [first, second] = [[0.8, 0.7, 0.9, 0.75], [0.7, 0.68, 0.8, 0.7]];
        let [first, second] = [&first, &second].map(|scores| Side { scores, shares: None });
        let overlap = Overlap { rows: true, folds: true };
        let difference = Difference::estimate(second, first, overlap, Population::NewRows).unwrap();
        let [one, three] = [1, 3].map(|pairs| ModelGap::new(Metric::Accuracy, &difference, pairs));
        assert!((three.p - 3.0 * one.p).abs() < 1e-12 && one.p < 0.3, "{one:?} {three:?}");
        assert_eq!(three.interval, difference.interval(1.0 - 0.05 / 3.0));
        assert!(three.interval[0] < one.interval[0] && one.interval[1] < three.interval[1]);
    }
}
