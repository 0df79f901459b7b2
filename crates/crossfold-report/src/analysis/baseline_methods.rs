//! Baseline methods beside the trials of a leaderboard, and how far the best network is from each.

use crossfold_study::{BaselineMethod, Evaluation, Metric, Predictions, Score, StudyRecord};

use super::baseline_row::{BaselineGap, BaselineRow};
use super::leaderboard::Leaderboard;
use super::paired_predictions::{self, FoldResults};
use super::statistics::{LEVEL, mean, standard_error};

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
        let best: Option<Vec<&Predictions>> = best.map(|best| best.iter().collect());
        let method = FoldResults { scores, predictions: Some(predictions) };
        let network = FoldResults { scores: &self.best()?.scores, predictions: best.as_deref() };
        let found = paired_predictions::difference(record, self.metric(), method, network)?;
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
