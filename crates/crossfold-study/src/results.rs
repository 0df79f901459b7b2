//! What fits have reported so far, and what that says about trials.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::{
    ConfigurationNumber, EpochReport, Evaluation, Event, Failure, FitEnd, FoldId, Metric, Plan, Score, Scored, StoredFit,
    Tally, Task, Trial,
};

/// Everything known about one fit.
#[derive(Clone, Debug, Default)]
pub struct FitResult {
    /// Of each epoch's two tallies, training and validation; no validation is a validation of 0 rows.
    rows: [u32; 2],
    /// Of numbers: the spread of the rows' targets, the same in each epoch.
    spread: [f64; 2],
    /// Epochs 1, 2, ….
    epochs: Epochs,
    /// `None` while it runs.
    pub end: Option<FitEnd>,
    /// Wall time, once it has ended. A record, not a result: it differs from run to run.
    pub elapsed: Duration,
}

/// What differs from one epoch's report to the next: most of what a large search keeps in memory. Of
/// training and validation.
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
    /// Memory that an epoch takes.
    pub fn bytes_per_epoch(task: Task) -> usize {
        match task {
            Task::Classification => size_of::<([f64; 2], [u32; 2])>(),
            Task::Regression => size_of::<([f64; 2], [f64; 2])>(),
        }
    }

    /// How many epochs are reported.
    pub fn epochs(&self) -> u32 {
        match &self.epochs {
            Epochs::Classes(epochs) => epochs.len() as u32,
            Epochs::Numbers(epochs) => epochs.len() as u32,
        }
    }

    /// The report of an epoch, counted from 1, as it came in but for its predictions.
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
        let validation = (validation.rows() > 0).then_some(Scored { tally: validation });
        Some(EpochReport { epoch, training, validation, watched: None, predictions: None })
    }

    /// All reports, in the order of epochs.
    pub fn reports(&self) -> impl Iterator<Item = EpochReport> {
        (1..=self.epochs()).filter_map(|epoch| self.report(epoch))
    }

    fn push(&mut self, report: &EpochReport) {
        let none = Tally::none(report.training.task());
        let tallies = [report.training, report.validation.map_or(none, |scored| scored.tally)];
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
    }

    /// Gives back the room for more epochs. Allocators shrink in place and keep it; a copy has none to spare.
    fn close(&mut self) {
        match &mut self.epochs {
            Epochs::Classes(epochs) => *epochs = epochs.as_slice().to_vec(),
            Epochs::Numbers(epochs) => *epochs = epochs.as_slice().to_vec(),
        }
    }
}

/// How far a trial came.
#[derive(Clone, Debug, PartialEq)]
pub enum TrialState {
    /// Scored on every fold.
    Complete,
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
            TrialState::Failed { .. } => "failed",
            TrialState::Cancelled => "cancelled",
        }
    }
}

/// What a trial came to on one fold.
#[derive(Clone, Copy, Debug)]
pub struct FoldScore {
    pub fold: FoldId,
    /// `None` where the fold failed or was never reached.
    pub evaluation: Option<Evaluation>,
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
                self.fits.entry((*configuration, *fold)).or_default();
            }
            Event::EpochDone { configuration, fold, report } => {
                self.fits.entry((*configuration, *fold)).or_default().push(report);
            }
            Event::FitEnded { configuration, fold, end, elapsed } => {
                let fit = self.fits.entry((*configuration, *fold)).or_default();
                fit.close();
                fit.end = Some(end.clone());
                fit.elapsed = *elapsed;
            }
        }
    }

    /// Takes in a stored fit, as if it had just been trained for `epochs`.
    ///
    /// # Panics
    /// If something is known of the fit already.
    pub fn recall(&mut self, configuration: ConfigurationNumber, fold: FoldId, stored: &StoredFit, epochs: u32) {
        let mut fit = FitResult::default();
        for epoch in stored.epochs.iter().take(epochs as usize) {
            fit.push(&epoch.report);
            fit.elapsed = epoch.elapsed;
        }
        fit.close();
        fit.end = Some(if fit.epochs() == epochs { FitEnd::Complete } else { stored.end.clone() });
        let before = self.fits.insert((configuration, fold), fit);
        assert!(before.is_none(), "a fit is recalled before it is trained");
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
        let evaluation = |fold| {
            let fit = self.fit(trial.configuration, fold)?;
            Some(fit.report(trial.epochs)?.validation?.evaluation())
        };
        plan.folds.iter().map(|&fold| FoldScore { fold, evaluation: evaluation(fold) }).collect()
    }

    /// How far `trial` came; what failed counts before what was stopped.
    pub fn state(&self, plan: &Plan, trial: &Trial) -> TrialState {
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

    /// The mean of the folds' scores; `None` unless every fold has one.
    pub fn mean(&self, plan: &Plan, trial: &Trial, metric: Metric) -> Option<Score> {
        let scores = self.fold_scores(plan, trial);
        let values: Option<Vec<f64>> = scores.iter().map(|score| Some(score.evaluation?.get(metric))).collect();
        let values = values.filter(|values| !values.is_empty())?;
        Score::new(values.iter().sum::<f64>() / values.len() as f64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reports_come_out_as_they_went_in() {
        let tally = |rows, correct, loss| Tally::Classes { rows, correct, loss };
        let validated = [
            EpochReport {
                epoch: 1,
                training: tally(4, 1, 0.1),
                validation: Some(tally(3, 0, 1.0 / 3.0)),
                predictions: None,
            },
            EpochReport {
                epoch: 2,
                training: tally(4, 4, 5e-324),
                validation: Some(tally(3, 3, 0.0)),
                predictions: None,
            },
        ];
        let alone = [EpochReport { epoch: 1, training: tally(7, 7, 0.7), validation: None, predictions: None }];
        let number = |rows, squared| Tally::Numbers { rows, squared, absolute: squared / 3.0, spread: 7.0 };
        let numbers = [1, 2].map(|epoch| EpochReport {
            epoch,
            training: number(5, 1.0 / f64::from(epoch)),
            validation: Some(number(2, 0.1)),
            predictions: None,
        });
        for reports in [&validated[..], &alone, &numbers] {
            let mut fit = FitResult::default();
            reports.iter().for_each(|report| fit.push(report));
            assert_eq!(fit.reports().collect::<Vec<_>>(), reports);
            assert_eq!(fit.report(fit.epochs()).as_ref(), reports.last());
            assert_eq!([fit.report(0), fit.report(fit.epochs() + 1)], [None, None]);
        }
    }

    /// A figure that users rely on: 10 fits of 20 epochs that 3 trials share are 1,600 bytes a trial.
    #[test]
    fn an_epoch_is_three_words_or_four() {
        assert_eq!(Task::ALL.map(FitResult::bytes_per_epoch), [24, 32]);
    }
}
