//! Results of fits, and of the trials that read them.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::{
    ConfigurationNumber, EpochReport, Evaluation, Event, Failure, FitEnd, FoldId, Metric, Plan, Rung, Score, Scores,
    StoredFit, Tally, Trial, Watched,
};
use crossfold_network::Task;

/// The results of one fit.
#[derive(Clone, Debug, Default)]
pub struct FitResult {
    /// The numbers of training and validation rows; 0 without validation.
    rows: [u32; 2],
    /// For a regression, the spread of the targets of training and validation rows.
    spread: [f64; 2],
    /// Epochs 1, 2, ….
    epochs: Epochs,
    /// For each epoch, the validation scores that a tally doesn't have; empty if there are none.
    scores: Vec<Scores>,
    /// For each epoch; empty without an inner validation part.
    watched: Vec<Watched>,
    /// `None` while it runs.
    pub end: Option<FitEnd>,
    /// Wall time, once it has ended. It differs from run to run, so it is a record and not a result.
    pub elapsed: Duration,
}

/// The parts of the training and validation tallies that differ between epochs. They take most of the memory of a large
/// search.
#[derive(Clone, Debug)]
enum Epochs {
    Classes(Vec<([f64; 2], [u32; 2])>),
    Numbers(Vec<([f64; 2], [f64; 2])>),
}

impl Default for Epochs {
    fn default() -> Epochs {
        Epochs::Classes(Vec::new())
    }
}

impl FitResult {
    /// The memory of one epoch, for a fit that [watches](crossfold_network::Configuration::watches) an inner validation part or
    /// not.
    pub fn bytes_per_epoch(task: Task, watches: bool) -> usize {
        let tallies = match task {
            Task::Classification => size_of::<([f64; 2], [u32; 2])>(),
            Task::Regression => size_of::<([f64; 2], [f64; 2])>(),
        };
        let scores = if Metric::scored_for(task).is_empty() { 0 } else { size_of::<Scores>() };
        tallies + scores + if watches { size_of::<Watched>() } else { 0 }
    }

    /// The number of reported epochs.
    pub fn epochs(&self) -> u32 {
        match &self.epochs {
            Epochs::Classes(epochs) => epochs.len() as u32,
            Epochs::Numbers(epochs) => epochs.len() as u32,
        }
    }

    /// The report of an epoch, counted from 1, without its predictions.
    pub fn report(&self, epoch: u32) -> Option<EpochReport> {
        let index = (epoch as usize).checked_sub(1)?;
        let [training, validation] = match &self.epochs {
            Epochs::Classes(epochs) => {
                let (loss, correct) = *epochs.get(index)?;
                [0, 1].map(|part| Tally::Classes { rows: self.rows[part], correct: correct[part], loss: loss[part] })
            }
            Epochs::Numbers(epochs) => {
                let (squared, absolute) = *epochs.get(index)?;
                [0, 1].map(|part| Tally::Numbers {
                    rows: self.rows[part],
                    squared: squared[part],
                    absolute: absolute[part],
                    spread: self.spread[part],
                })
            }
        };
        let scores = self.scores.get(index).copied().unwrap_or_default();
        let validation = (validation.rows() > 0).then_some(Evaluation { tally: validation, scores });
        Some(EpochReport { epoch, training, validation, watched: self.watched.get(index).copied(), predictions: None })
    }

    /// The epoch at which a trial of `epochs` epochs reads the fit: the last one if the fit [stopped](FitEnd::Stopped) before.
    pub fn epoch_read(&self, epochs: u32) -> u32 {
        if self.end == Some(FitEnd::Stopped) { epochs.min(self.epochs()) } else { epochs }
    }

    /// The report that a trial of `epochs` epochs reads.
    pub fn read_at(&self, epochs: u32) -> Option<EpochReport> {
        self.report(self.epoch_read(epochs))
    }

    /// All reports, in the order of epochs.
    pub fn reports(&self) -> impl Iterator<Item = EpochReport> {
        (1..=self.epochs()).filter_map(|epoch| self.report(epoch))
    }

    fn push(&mut self, report: &EpochReport) {
        let none = Tally::none(report.training.task());
        let tallies = [report.training, report.validation.map_or(none, |validation| validation.tally)];
        let rows = tallies.map(|tally| tally.rows());
        let is_first = self.epochs() == 0;
        assert!(is_first || self.rows == rows, "all epochs of a fit are over the same rows");
        self.rows = rows;
        match tallies {
            [
                Tally::Numbers { squared: a, absolute: c, spread, .. },
                Tally::Numbers { squared: b, absolute: d, spread: other, .. },
            ] => {
                if is_first {
                    self.epochs = Epochs::Numbers(Vec::new());
                    self.spread = [spread, other];
                }
                if let Epochs::Numbers(epochs) = &mut self.epochs {
                    epochs.push(([a, b], [c, d]));
                }
            }
            [Tally::Classes { correct: c, .. }, Tally::Classes { correct: d, .. }] => {
                if let Epochs::Classes(epochs) = &mut self.epochs {
                    epochs.push((tallies.map(|tally| tally.loss()), [c, d]));
                }
            }
            [Tally::Classes { .. }, Tally::Numbers { .. }] | [Tally::Numbers { .. }, Tally::Classes { .. }] => {
                panic!("both parts of a fit are of one task")
            }
        }
        self.scores.extend(report.validation.map(|validation| validation.scores).filter(|scores| !scores.is_empty()));
        self.watched.extend(report.watched);
        let is_of_each = |known: usize| known == 0 || known == self.epochs() as usize;
        assert!(is_of_each(self.scores.len()) && is_of_each(self.watched.len()), "all epochs of a fit are alike");
    }

    /// Gives back the room for more epochs. Allocators shrink in place and keep it; a copy has none to spare.
    fn close(&mut self) {
        match &mut self.epochs {
            Epochs::Classes(epochs) => *epochs = epochs.as_slice().to_vec(),
            Epochs::Numbers(epochs) => *epochs = epochs.as_slice().to_vec(),
        }
        self.scores = self.scores.as_slice().to_vec();
        self.watched = self.watched.as_slice().to_vec();
    }
}

/// How far a trial came.
#[derive(Clone, Debug, PartialEq)]
pub enum TrialState {
    /// Scored on every fold.
    Complete,
    /// The search ended it, having seen it trained so far.
    Pruned { at: Rung },
    /// A fold failed before the trial's last epoch; the first such fold and its reason.
    Failed { fold: FoldId, failure: Failure },
    /// A fold has no score because the run was stopped.
    Cancelled,
}

impl TrialState {
    /// The word in a leaderboard's `state` column.
    pub fn name(&self) -> &'static str {
        match self {
            TrialState::Complete => "complete",
            TrialState::Pruned { .. } => "pruned",
            TrialState::Failed { .. } => "failed",
            TrialState::Cancelled => "cancelled",
        }
    }
}

/// What a trial came to on one fold.
#[derive(Clone, Copy, Debug)]
pub struct FoldScore {
    pub fold: FoldId,
    /// The epoch at which the fit is read: the trial's, or the last of a fit that stopped before it.
    pub epoch: u32,
    /// `None` where the fold failed or was never reached.
    pub evaluation: Option<Evaluation>,
    /// The epoch whose weights are scored, where something watches.
    pub best: Option<u32>,
}

impl FoldScore {
    /// The mean of `metric` over the folds on which it is defined; `None` unless each fold is scored, and
    /// where it is defined on none.
    pub fn mean(scores: &[FoldScore], metric: Metric) -> Option<Score> {
        let evaluations: Option<Vec<Evaluation>> = scores.iter().map(|score| score.evaluation).collect();
        let values: Vec<f64> = evaluations?.iter().filter_map(|evaluation| evaluation.get(metric)).collect();
        Score::new(values.iter().sum::<f64>() / values.len() as f64)
    }
}

/// What a trial came to at a rung.
#[derive(Clone, Debug, PartialEq)]
pub struct RungScores {
    /// Of each of its folds; `None` where that has failed, or the metric is undefined.
    pub folds: Vec<Option<f64>>,
    pub has_failed: bool,
}

impl RungScores {
    /// The mean over the folds with a score; `None` where a fold has failed, and where none has one.
    pub fn mean(&self) -> Option<f64> {
        let known: Vec<f64> = self.folds.iter().copied().flatten().collect();
        (!self.has_failed && !known.is_empty()).then(|| known.iter().sum::<f64>() / known.len() as f64)
    }
}

/// The results of a plan's fits, keyed so that the order of arrival leaves no trace.
#[derive(Clone, Debug, Default)]
pub struct Results {
    fits: BTreeMap<(ConfigurationNumber, FoldId), FitResult>,
}

impl Results {
    /// Takes in what an event tells.
    pub fn apply(&mut self, event: &Event) {
        match event {
            Event::FitStarted { configuration, fold } => {
                self.fits.entry((*configuration, *fold)).or_default().end = None;
            }
            Event::EpochDone { configuration, fold, report } => {
                let fit = self.fits.entry((*configuration, *fold)).or_default();
                // A fit that goes on is the same as far as it was known; one that begins anew is, too.
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

    /// Takes in a stored fit, as if it had just been trained for `epochs`, in place of what is known of it.
    pub fn recall(&mut self, configuration: ConfigurationNumber, fold: FoldId, stored: &StoredFit, epochs: u32) {
        let mut fit = FitResult::default();
        for epoch in stored.epochs.iter().take(epochs as usize) {
            fit.push(&epoch.report);
            fit.elapsed = epoch.elapsed;
        }
        fit.close();
        fit.end = Some(if fit.epochs() == epochs { FitEnd::Complete } else { stored.end.clone() });
        self.fits.insert((configuration, fold), fit);
    }

    /// Every fit with something to tell, by configuration, then fold.
    pub fn fits(&self) -> impl Iterator<Item = (ConfigurationNumber, FoldId, &FitResult)> {
        self.fits.iter().map(|(&(configuration, fold), fit)| (configuration, fold, fit))
    }

    pub fn fit(&self, configuration: ConfigurationNumber, fold: FoldId) -> Option<&FitResult> {
        self.fits.get(&(configuration, fold))
    }

    /// What `trial` came to on each of the plan's folds.
    pub fn fold_scores(&self, plan: &Plan, trial: &Trial) -> Vec<FoldScore> {
        let score = |&fold: &FoldId| {
            let report = self.fit(trial.configuration, fold).and_then(|fit| fit.read_at(trial.epochs));
            FoldScore {
                fold,
                epoch: report.as_ref().map_or(trial.epochs, |report| report.epoch),
                evaluation: report.as_ref().and_then(|report| Some(report.validation?)),
                best: report.and_then(|report| Some(report.watched?.best)),
            }
        };
        plan.folds.iter().map(score).collect()
    }

    /// Of each fold, the epoch whose weights `trial` is scored with: with early stopping the best that was seen,
    /// else the trial's last.
    pub fn best_epochs(&self, plan: &Plan, trial: &Trial) -> Vec<u32> {
        let stops_early = plan.configuration(trial.configuration).configuration.patience > 0;
        let scores = self.fold_scores(plan, trial);
        scores.iter().map(|score| score.best.filter(|_| stops_early).unwrap_or(trial.epochs)).collect()
    }

    /// How many epochs `trial` is trained for on all rows, where nothing validates: the median of
    /// [`Results::best_epochs`], of an even number of folds the mean of the two in the middle, a half rounded up.
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

    /// How far `trial` came; what failed counts before what was stopped.
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
        TrialState::Cancelled
    }

    /// The mean of the folds' scores, as [`FoldScore::mean`] has it; `None` for a trial that was pruned.
    pub fn mean(&self, plan: &Plan, trial: &Trial, metric: Metric) -> Option<Score> {
        if trial.pruned.is_some() {
            return None;
        }
        FoldScore::mean(&self.fold_scores(plan, trial), metric)
    }

    /// What `trial` came to on each of a rung's folds, once all are scored or have failed before its epochs; `None` before.
    /// A fold that has failed, or on which `metric` is undefined, has no score.
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
    use super::*;
    use crate::{EpochRecord, TrialNumber};

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
    fn reports_come_out_as_they_went_in() {
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

    /// A figure that users rely on: 10 fits of 20 epochs that 3 trials share are 5,333 bytes a trial.
    #[test]
    fn an_epoch_is_ten_words_or_four() {
        assert_eq!(Task::ALL.map(|task| FitResult::bytes_per_epoch(task, false)), [80, 32]);
        assert_eq!(FitResult::bytes_per_epoch(Task::Regression, true), 48);
    }

    /// One trial, on a fold for each of the fits: how each ended, and its best epoch of each epoch.
    fn trained(fits: &[(FitEnd, &[u32])], epochs: u32) -> (Results, Plan, Trial) {
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
            crate::PlannedConfiguration { number: configuration, configuration: patient, read_at: vec![epochs] };
        let plan = Plan { configurations: vec![planned], trials: Vec::new(), folds };
        (results, plan, Trial { number: TrialNumber(0), configuration, epochs, stands_for: Vec::new(), pruned: None })
    }

    #[test]
    fn a_fit_that_stopped_is_read_at_its_last_epoch_by_trials_of_more() {
        let read = |end: FitEnd, epochs| {
            let (results, plan, trial) = trained(&[(end, &[1, 2, 2])], epochs);
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
    fn what_was_stored_as_stopped_is_recalled_for_any_number_of_epochs() {
        let (results, _, trial) = trained(&[(FitEnd::Stopped, &[1, 2, 2])], 3);
        let fold = FoldId { repeat: 0, fold: 0 };
        let reports = results.fit(trial.configuration, fold).unwrap().reports();
        let epochs = reports.map(|report| EpochRecord { report, elapsed: Duration::ZERO }).collect();
        let stored = StoredFit { end: FitEnd::Stopped, epochs, predicted: Vec::new() };
        let read = |horizon, epochs| {
            let mut results = Results::default();
            results.recall(trial.configuration, fold, &stored, horizon);
            let fit = results.fit(trial.configuration, fold).unwrap();
            (fit.end.clone(), fit.read_at(epochs).map(|report| report.epoch))
        };
        assert_eq!(read(2, 2), (Some(FitEnd::Complete), Some(2)));
        assert_eq!(read(3, 3).1, Some(3));
        assert_eq!(read(9, 9), (Some(FitEnd::Stopped), Some(3)));
        assert_eq!(read(9, 2).1, Some(2));
    }

    #[test]
    fn a_refit_is_as_long_as_the_median_of_the_best_epochs() {
        let stopped = |best: &'static [u32]| (FitEnd::Stopped, best);
        let epochs = |fits: &[(FitEnd, &'static [u32])]| {
            let (results, plan, trial) = trained(fits, 4);
            (results.best_epochs(&plan, &trial), results.refit_epochs(&plan, &trial))
        };
        assert_eq!(epochs(&[stopped(&[1, 1]), stopped(&[1, 2, 3]), stopped(&[1, 2, 2])]), (vec![1, 3, 2], 2));
        assert_eq!(epochs(&[stopped(&[1, 1]), (FitEnd::Complete, &[1, 2, 3, 4])]), (vec![1, 4], 3));
        assert_eq!(epochs(&[(FitEnd::Cancelled, &[]), (FitEnd::Cancelled, &[])]), (vec![4, 4], 4));
        // What only slows down where it watches counts as it is in the end.
        let (results, mut plan, trial) = trained(&[(FitEnd::Complete, &[1, 2, 2, 2])], 4);
        plan.configurations[0].configuration.patience = 0;
        assert_eq!(results.refit_epochs(&plan, &trial), 4);
    }

    /// On the first fold the ROC AUC is undefined.
    #[test]
    fn a_mean_is_over_the_folds_on_which_the_metric_is_defined() {
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
