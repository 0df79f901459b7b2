//! Baseline methods beside the trials of a leaderboard, and how far the best network is from each.

use crossfold_study::{BaselineMethod, Evaluation, Metric, Predictions, Score, StudyRecord, influence};

use super::baseline_row::{BaselineGap, BaselineRow};
use super::leaderboard::Leaderboard;
use super::statistics::{
    Difference, LEVEL, Overlap, Population, Side, UnitShares, mean, number_places, sign, standard_error,
};

/// The fits of a method, one per fold of the plan: scores and predictions of the validation rows.
pub struct BaselineFits {
    pub method: BaselineMethod,
    pub folds: Vec<(Evaluation, Predictions)>,
}

impl Leaderboard<'_> {
    /// Compares the best trial with baseline methods on the same rows. `best` are its predictions on each fold, in the
    /// plan's order, where they are stored; without them only scores of folds count.
    ///
    /// Trials are not compared with each other here, so the methods take no power from the test of trials.
    pub fn compare_with_baselines(
        &mut self,
        record: &StudyRecord,
        fits: &[BaselineFits],
        best: Option<&[Predictions]>,
    ) {
        let rows = fits.iter().filter_map(|fits| self.baseline_row(record, fits, best)).collect();
        self.baselines = rows;
    }

    /// The baseline methods with a score, in the order of the spec; empty before they are
    /// [compared](Leaderboard::compare_with_baselines).
    pub fn baselines(&self) -> &[BaselineRow] {
        &self.baselines
    }

    /// `None` where the metric is defined on no fold.
    fn baseline_row(
        &self,
        record: &StudyRecord,
        BaselineFits { method, folds }: &BaselineFits,
        best: Option<&[Predictions]>,
    ) -> Option<BaselineRow> {
        let metric = self.metric();
        let scores_by = |metric: Metric| folds.iter().map(move |(scored, _)| scored.get(metric));
        let mean_by = |metric: Metric| {
            let known: Vec<f64> = scores_by(metric).flatten().collect();
            (!known.is_empty()).then(|| mean(&known))
        };
        let scores: Vec<Option<f64>> = scores_by(metric).collect();
        let known: Vec<f64> = scores.iter().copied().flatten().collect();
        let own = Score::new(mean_by(metric)?)?;
        let is_before = |other: &Score| other.better_first(own, metric.direction()).is_le();
        let ranked = self.rows().iter().take_while(|row| row.rank.is_some()).filter_map(|row| row.mean);
        let predictions: Vec<&Predictions> = folds.iter().map(|(_, predictions)| predictions).collect();
        Some(BaselineRow {
            method: *method,
            mean: own,
            standard_error: standard_error(&known, own.get()),
            means: Metric::all_for(metric.task())
                .iter()
                .filter_map(|&metric| Some((metric, mean_by(metric)?)))
                .collect(),
            trials_before: ranked.filter(is_before).count(),
            gap: self.gap(record, &scores, &predictions, best),
            scores,
        })
    }

    fn gap(
        &self,
        record: &StudyRecord,
        scores: &[Option<f64>],
        predictions: &[&Predictions],
        best: Option<&[Predictions]>,
    ) -> Option<BaselineGap> {
        let (metric, first) = (self.metric(), self.best()?);
        // The same folds for all methods: whether a metric is defined depends on the rows alone.
        let both = scores.iter().zip(&first.scores).zip(&record.validation).enumerate();
        let defined = both.filter_map(|(fold, ((own, best), part))| Some((fold, (*own)?, (*best)?, part)));
        let (mut folds, mut own, mut others, mut parts) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        for (fold, score, other, part) in defined {
            folds.push(fold);
            own.push(sign(metric) * score);
            others.push(sign(metric) * other);
            parts.push(part);
        }
        let numbers = parts.iter().map(|part| part.groups.as_ref().unwrap_or(&part.rows).as_slice());
        let (places, _) = number_places(numbers);
        let classes = record.classes.len();
        let shares = |predictions: &[&Predictions]| {
            let mut shares = Vec::with_capacity(places.len());
            for (&fold, part) in folds.iter().zip(&parts) {
                let scale = sign(metric) / (part.rows.len() * parts.len()) as f64;
                let influences = influence(metric, &part.truth, predictions.get(fold)?, classes)?;
                shares.extend(influences.into_iter().map(|influence| influence * scale));
            }
            let is_finite = shares.iter().all(|share: &f64| share.is_finite());
            is_finite.then(|| UnitShares::new(&shares, &places))
        };
        let own_shares = shares(predictions);
        let best_shares = best.and_then(|best| shares(&best.iter().collect::<Vec<_>>()));
        let method = Side { scores: &own, shares: own_shares.as_ref().map(UnitShares::shares) };
        let network = Side { scores: &others, shares: best_shares.as_ref().map(UnitShares::shares) };
        let found = Difference::estimate(method, network, Overlap { rows: true, folds: true }, Population::NewRows)?;
        let selected_from = self.rows().iter().filter(|row| row.rank.is_some()).count();
        let times = if found.value > 0.0 { selected_from as f64 } else { 1.0 };
        Some(BaselineGap {
            difference: found.value,
            error: found.error(),
            interval: found.interval(1.0 - LEVEL / times),
            p: (found.p_value() * times).min(1.0),
        })
    }
}
