//! Results of fits, and of the trials that read them.

mod fit_result;
mod rung_step;

use std::collections::BTreeMap;

pub use fit_result::FitResult;
pub use rung_step::{PruningDecision, PruningReason, RungStep};

use crate::{
    ConfigurationNumber, Evaluation, Event, Failure, FitEnd, FoldId, Metric, Plan, Rung, Score, StoredFit, Tally, Trial,
};

/// The state of a trial.
#[derive(Clone, Debug, PartialEq)]
pub enum TrialState {
    /// It is scored on every fold.
    Complete,
    /// The pruner ended it at a rung.
    Pruned { at: Rung },
    /// A fold failed before the last epoch of the trial: the first such fold.
    Failed { fold: FoldId, failure: Failure },
    /// A fold has no score because a budget ended the search while the trial waited at a rung, or because the run was stopped.
    Cancelled { at: Option<Rung> },
}

impl TrialState {
    /// The value in the column `state` of a leaderboard.
    pub fn name(&self) -> &'static str {
        match self {
            TrialState::Complete => "complete",
            TrialState::Pruned { .. } => "pruned",
            TrialState::Failed { .. } => "failed",
            TrialState::Cancelled { .. } => "cancelled",
        }
    }
}

/// The result of a trial on one fold.
#[derive(Clone, Copy, Debug)]
pub struct FoldScore {
    pub fold: FoldId,
    /// The epoch at which the fit is read: that of the trial, or the last one of a fit that stopped early.
    pub epoch: u32,
    /// `None` if the fold failed or wasn't reached.
    pub evaluation: Option<Evaluation>,
    /// The epoch whose weights are scored; `None` without an inner validation part.
    pub best: Option<u32>,
}

impl FoldScore {
    /// The mean of `metric` over the folds on which it is defined; `None` if a fold isn't scored, or if it is defined
    /// on none.
    pub fn mean(scores: &[FoldScore], metric: Metric) -> Option<Score> {
        let evaluations: Option<Vec<Evaluation>> = scores.iter().map(|score| score.evaluation).collect();
        let evaluations = evaluations?;
        if metric.is_proportion() {
            return Score::new(mean_proportion(&evaluations));
        }
        let values: Vec<f64> = evaluations.iter().filter_map(|evaluation| evaluation.get(metric)).collect();
        Score::new(values.iter().sum::<f64>() / values.len() as f64)
    }
}

/// The mean over folds of the proportion of rows that are right. Counts are summed before they are divided, so equal counts have
/// equal means, to the last bit; NaN without a fold.
fn mean_proportion(evaluations: &[Evaluation]) -> f64 {
    let mut right_by_size: BTreeMap<u32, u64> = BTreeMap::new();
    for evaluation in evaluations {
        if let Tally::Classes { rows, correct, .. } = evaluation.tally {
            *right_by_size.entry(rows).or_default() += u64::from(correct);
        }
    }
    let proportions = right_by_size.iter().map(|(&rows, &right)| right as f64 / f64::from(rows));
    proportions.sum::<f64>() / evaluations.len() as f64
}

/// The scores of a trial at a rung.
#[derive(Clone, Debug, PartialEq)]
pub struct RungScores {
    /// For each fold of the rung; `None` if it failed, or if the metric is undefined.
    pub folds: Vec<Option<f64>>,
    pub has_failed: bool,
}

impl RungScores {
    /// The mean over the folds with a score; `None` if a fold failed, or if none has a score.
    pub fn mean(&self) -> Option<f64> {
        let known: Vec<f64> = self.folds.iter().copied().flatten().collect();
        (!self.has_failed && !known.is_empty()).then(|| known.iter().sum::<f64>() / known.len() as f64)
    }
}

/// The results of a plan's fits. They don't depend on the order of events of different fits.
#[derive(Clone, Debug, Default)]
pub struct Results {
    fits: BTreeMap<(ConfigurationNumber, FoldId), FitResult>,
}

impl Results {
    /// Applies an event.
    pub fn apply(&mut self, event: &Event) {
        match event {
            Event::FitStarted { configuration, fold } => {
                self.fits.entry((*configuration, *fold)).or_default().end = None;
            }
            Event::EpochDone { configuration, fold, report } => {
                let fit = self.fits.entry((*configuration, *fold)).or_default();
                // A fit that restarts reports the same epochs again.
                if report.epoch > fit.epochs() {
                    fit.push(report);
                }
            }
            Event::FitEnded { configuration, fold, end, elapsed } => {
                let fit = self.fits.entry((*configuration, *fold)).or_default();
                fit.close();
                fit.end = Some(end.clone());
                fit.elapsed = *elapsed;
            }
        }
    }

    /// Replaces the results of a fit by those of a stored one, as if it had been trained for `epochs`: one that stopped
    /// early at just that epoch has stopped here, too.
    pub fn recall(&mut self, configuration: ConfigurationNumber, fold: FoldId, stored: &StoredFit, epochs: u32) {
        let mut fit = FitResult::default();
        for epoch in stored.epochs.iter().take(epochs as usize) {
            fit.push(&epoch.report);
            fit.elapsed = epoch.elapsed;
        }
        fit.close();
        let is_cut = stored.epochs.len() > epochs as usize;
        let reached_its_end = fit.epochs() == epochs && stored.end != FitEnd::Stopped;
        fit.end = Some(if is_cut || reached_its_end { FitEnd::Complete } else { stored.end.clone() });
        self.fits.insert((configuration, fold), fit);
    }

    /// All fits that were started or recalled, by configuration, then fold.
    pub fn fits(&self) -> impl Iterator<Item = (ConfigurationNumber, FoldId, &FitResult)> {
        self.fits.iter().map(|(&(configuration, fold), fit)| (configuration, fold, fit))
    }

    /// The results of a fit; `None` if it was neither started nor recalled.
    pub fn fit(&self, configuration: ConfigurationNumber, fold: FoldId) -> Option<&FitResult> {
        self.fits.get(&(configuration, fold))
    }

    /// The result of `trial` on each fold of the plan.
    pub fn fold_scores(&self, plan: &Plan, trial: &Trial) -> Vec<FoldScore> {
        let score = |&fold: &FoldId| {
            let report = self.fit(trial.configuration, fold).and_then(|fit| fit.read_at(trial.epochs));
            FoldScore {
                fold,
                epoch: report.as_ref().map_or(trial.epochs, |report| report.epoch),
                evaluation: report.as_ref().and_then(|report| report.validation),
                best: report.and_then(|report| Some(report.watched?.best)),
            }
        };
        plan.folds.iter().map(score).collect()
    }

    /// For each fold, the epoch whose weights `trial` is scored with: with early stopping the best one, else the last.
    fn best_epochs(&self, plan: &Plan, trial: &Trial) -> Vec<u32> {
        let stops_early = plan.configuration(trial.configuration).configuration.patience > 0;
        let scores = self.fold_scores(plan, trial);
        scores.iter().map(|score| score.best.filter(|_| stops_early).unwrap_or(trial.epochs)).collect()
    }

    /// The number of epochs for retraining `trial` on all rows: the median over folds of the epoch whose weights
    /// `trial` is scored with, rounded up.
    pub fn refit_epochs(&self, plan: &Plan, trial: &Trial) -> u32 {
        let mut epochs = self.best_epochs(plan, trial);
        epochs.sort_unstable();
        let middle = epochs.len() / 2;
        match epochs.get(middle) {
            None => trial.epochs,
            Some(&upper) if epochs.len() % 2 == 1 => upper,
            Some(&upper) => (epochs[middle - 1] + upper).div_ceil(2),
        }
    }

    /// The epoch at which `trial` reads the fit of a fold, and at which its predictions are stored.
    pub fn epoch_read(&self, trial: &Trial, fold: FoldId) -> u32 {
        self.fit(trial.configuration, fold).map_or(trial.epochs, |fit| fit.epoch_read(trial.epochs))
    }

    /// The state of `trial`. A failed fold takes precedence over a cancelled one.
    pub fn state(&self, plan: &Plan, trial: &Trial) -> TrialState {
        if let Some(at) = trial.pruned {
            return TrialState::Pruned { at };
        }
        let missing: Vec<FoldId> = self
            .fold_scores(plan, trial)
            .into_iter()
            .filter(|score| score.evaluation.is_none())
            .map(|score| score.fold)
            .collect();
        if missing.is_empty() {
            return TrialState::Complete;
        }
        for fold in missing {
            if let Some(FitEnd::Failed(failure)) = self.fit(trial.configuration, fold).and_then(|fit| fit.end.as_ref())
            {
                return TrialState::Failed { fold, failure: failure.clone() };
            }
        }
        TrialState::Cancelled { at: trial.cut }
    }

    /// The mean score over folds, by [`FoldScore::mean`]; `None` if the trial was pruned.
    pub fn mean(&self, plan: &Plan, trial: &Trial, metric: Metric) -> Option<Score> {
        if trial.pruned.is_some() {
            return None;
        }
        FoldScore::mean(&self.fold_scores(plan, trial), metric)
    }

    /// The scores of `trial` on the folds of a rung; `None` until each of them is scored or has failed.
    pub fn at_rung(&self, plan: &Plan, trial: &Trial, rung: Rung, metric: Metric) -> Option<RungScores> {
        let mut scores = RungScores { folds: Vec::new(), has_failed: false };
        for &fold in plan.folds.iter().take(rung.folds as usize) {
            let fit = self.fit(trial.configuration, fold)?;
            match (fit.read_at(rung.epochs), &fit.end) {
                (Some(report), _) => {
                    scores.folds.push(report.validation.and_then(|scored| scored.get(metric)));
                }
                (None, Some(FitEnd::Failed(_))) => {
                    scores.has_failed = true;
                    scores.folds.push(None);
                }
                (None, Some(FitEnd::Complete | FitEnd::Stopped | FitEnd::Cancelled) | None) => return None,
            }
        }
        Some(scores)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::time::Duration;

    use crossfold_network::Task;

    use super::*;
    use crate::{EpochRecord, EpochReport, Scores, Tally, TrialNumber, Watched};

    fn scores(roc_auc: Option<f64>) -> Scores {
        let mut scores = Scores::uniform(Task::Classification, 1.0 / 3.0);
        scores.set(Metric::CalibrationError, Some(5e-324));
        scores.set(Metric::RocAuc, roc_auc);
        scores
    }

    fn classes(correct: u32, loss: f64) -> Evaluation {
        Evaluation { tally: Tally::Classes { rows: 4, correct, loss }, scores: scores(None) }
    }

    fn report(epoch: u32, validation: Option<Evaluation>, watched: Option<Watched>) -> EpochReport {
        let training = Tally::Classes { rows: 7, correct: epoch, loss: 1.0 / f64::from(epoch) };
        EpochReport { epoch, training, validation, watched, predictions: None }
    }

    #[test]
    fn reports_round_trip() {
        let watched = |epoch: u32| Some(Watched { loss: 1.0 / f64::from(epoch), best: epoch });
        let validated = [1, 2].map(|epoch| report(epoch, Some(classes(epoch, 5e-324)), watched(epoch)));
        let alone = [report(1, None, None)];
        let number = |rows, squared| Tally::Numbers { rows, squared, absolute: squared / 3.0, spread: 7.0 };
        let numbers = [1, 2].map(|epoch| EpochReport {
            training: number(5, 1.0 / f64::from(epoch)),
            ..report(epoch, Some(Evaluation::from(number(2, 0.1))), None)
        });
        for reports in [&validated[..], &alone, &numbers] {
            let mut fit = FitResult::default();
            reports.iter().for_each(|report| fit.push(report));
            assert_eq!(fit.reports().collect::<Vec<_>>(), reports);
            assert_eq!(fit.report(fit.epochs()).as_ref(), reports.last());
            assert_eq!([fit.report(0), fit.report(fit.epochs() + 1)], [None, None]);
        }
    }

    /// Large searches depend on this: 10 fits of 20 epochs that 3 trials share take 5,333 bytes per trial.
    #[test]
    fn epochs_take_80_or_32_bytes() {
        assert_eq!(Task::ALL.map(|task| FitResult::bytes_per_epoch(task, false)), [80, 32]);
        assert_eq!(FitResult::bytes_per_epoch(Task::Regression, true), 48);
    }

    /// The results of one trial with a fold per fit. A fit has an end, and the best epoch so far at each of its epochs.
    fn one_trial(fits: &[(FitEnd, &[u32])], epochs: u32) -> (Results, Plan, Trial) {
        let (mut results, configuration) = (Results::default(), ConfigurationNumber(0));
        let folds: Vec<FoldId> = (0..fits.len() as u32).map(|fold| FoldId { repeat: 0, fold }).collect();
        for (&fold, (end, best)) in folds.iter().zip(fits) {
            for (epoch, &best) in (1..).zip(*best) {
                let report = report(epoch, Some(classes(best, 1.0)), Some(Watched { loss: 0.5, best }));
                results.apply(&Event::EpochDone { configuration, fold, report });
            }
            results.apply(&Event::FitEnded { configuration, fold, end: end.clone(), elapsed: Duration::ZERO });
        }
        let patient = crossfold_network::Configuration {
            patience: 3,
            inner_share: 0.1,
            ..crossfold_network::Configuration::default()
        };
        let planned =
            crate::PlannedConfiguration { number: configuration, configuration: patient.into(), read_at: vec![epochs] };
        let plan = Plan { configurations: vec![planned], trials: Vec::new(), folds };
        (
            results,
            plan,
            Trial { number: TrialNumber(0), configuration, epochs, stands_for: Vec::new(), pruned: None, cut: None },
        )
    }

    #[test]
    fn trials_with_more_epochs_read_a_stopped_fit_at_its_last_epoch() {
        let read = |end: FitEnd, epochs| {
            let (results, plan, trial) = one_trial(&[(end, &[1, 2, 2])], epochs);
            let score = results.fold_scores(&plan, &trial)[0];
            let is_complete = results.state(&plan, &trial) == TrialState::Complete;
            assert_eq!(
                (score.evaluation.is_some(), results.epoch_read(&trial, score.fold)),
                (is_complete, score.epoch)
            );
            (score.epoch, score.best, is_complete)
        };
        assert_eq!(read(FitEnd::Stopped, 1), (1, Some(1), true));
        assert_eq!(read(FitEnd::Stopped, 3), (3, Some(2), true));
        assert_eq!(read(FitEnd::Stopped, 9), (3, Some(2), true));
        assert_eq!(read(FitEnd::Complete, 3), (3, Some(2), true));
        assert_eq!(read(FitEnd::Cancelled, 9), (9, None, false));
    }

    #[test]
    fn stopped_fit_is_recalled_at_any_horizon() {
        let (results, _, trial) = one_trial(&[(FitEnd::Stopped, &[1, 2, 2])], 3);
        let fold = FoldId { repeat: 0, fold: 0 };
        let reports = results.fit(trial.configuration, fold).unwrap().reports();
        let epochs = reports.map(|report| EpochRecord { report, elapsed: Duration::ZERO }).collect();
        let stored = StoredFit { end: FitEnd::Stopped, epochs };
        let read = |horizon, epochs| {
            let mut results = Results::default();
            results.recall(trial.configuration, fold, &stored, horizon);
            let fit = results.fit(trial.configuration, fold).unwrap();
            (fit.end.clone(), fit.read_at(epochs).map(|report| report.epoch))
        };
        assert_eq!(read(2, 2), (Some(FitEnd::Complete), Some(2)));
        assert_eq!(read(3, 3), (Some(FitEnd::Stopped), Some(3)));
        assert_eq!(read(9, 9), (Some(FitEnd::Stopped), Some(3)));
        assert_eq!(read(9, 2).1, Some(2));
    }

    #[test]
    fn refit_epochs_are_the_median_of_best_epochs() {
        let stopped = |best: &'static [u32]| (FitEnd::Stopped, best);
        let epochs = |fits: &[(FitEnd, &'static [u32])]| {
            let (results, plan, trial) = one_trial(fits, 4);
            (results.best_epochs(&plan, &trial), results.refit_epochs(&plan, &trial))
        };
        assert_eq!(epochs(&[stopped(&[1, 1]), stopped(&[1, 2, 3]), stopped(&[1, 2, 2])]), (vec![1, 3, 2], 2));
        assert_eq!(epochs(&[stopped(&[1, 1]), (FitEnd::Complete, &[1, 2, 3, 4])]), (vec![1, 4], 3));
        assert_eq!(epochs(&[(FitEnd::Cancelled, &[]), (FitEnd::Cancelled, &[])]), (vec![4, 4], 4));
        // Without early stopping, a fit on a plateau schedule is scored with its last weights.
        let (results, mut plan, trial) = one_trial(&[(FitEnd::Complete, &[1, 2, 2, 2])], 4);
        Arc::make_mut(&mut plan.configurations[0].configuration).patience = 0;
        assert_eq!(results.refit_epochs(&plan, &trial), 4);
    }

    /// In floating point, (18/30 + 19/30 + 22/30) / 3 depends on the order of its terms.
    #[test]
    fn equal_counts_have_equal_means() {
        let mean = |counts: [u32; 3]| {
            let score = |correct| {
                let tally = Tally::Classes { rows: 30, correct, loss: 1.0 };
                let evaluation = Some(Evaluation { tally, scores: scores(None) });
                FoldScore { fold: FoldId { repeat: 0, fold: 0 }, epoch: 1, evaluation, best: None }
            };
            FoldScore::mean(&counts.map(score), Metric::Accuracy).unwrap().get()
        };
        for counts in [[18, 19, 22], [22, 18, 19], [20, 20, 19], [29, 30, 0], [0, 29, 30]] {
            assert_eq!(mean(counts).to_bits(), (59.0_f64 / 30.0 / 3.0).to_bits(), "{counts:?}");
        }
    }

    /// The ROC AUC is undefined on the first fold.
    #[test]
    fn mean_skips_folds_where_the_metric_is_undefined() {
        let score = |roc_auc| FoldScore {
            fold: FoldId { repeat: 0, fold: 0 },
            epoch: 1,
            evaluation: Some(Evaluation { scores: scores(roc_auc), ..classes(2, 4.0) }),
            best: None,
        };
        let mean = |scores: &[FoldScore]| FoldScore::mean(scores, Metric::RocAuc).map(Score::get);
        let folds = [None, Some(0.5), Some(1.0)].map(score);
        assert_eq!(mean(&folds), Some(0.75));
        assert_eq!(mean(&folds[..1]), None);
        assert_eq!(mean(&[]), None);
        assert_eq!(FoldScore::mean(&folds, Metric::LogLoss).map(Score::get), Some(1.0));
        assert_eq!(mean(&[folds[1], FoldScore { evaluation: None, ..folds[1] }]), None, "not scored yet");
    }
}
