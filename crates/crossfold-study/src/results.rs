//! What fits have reported so far, and what that says about trials.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::{ConfigurationNumber, EpochReport, Evaluation, Event, Failure, FitEnd, FoldId, Metric, Plan, Score, Trial};

/// Everything known about one fit.
#[derive(Clone, Debug, Default)]
pub struct FitResult {
    /// Reports of epochs 1, 2, ….
    pub epochs: Vec<EpochReport>,
    /// `None` while it runs.
    pub end: Option<FitEnd>,
    /// Wall time, once it has ended. A record, not a result: it differs from run to run.
    pub elapsed: Duration,
}

/// A trial's state, from worst known fold to best.
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
                self.fits.entry((*configuration, *fold)).or_default().epochs.push(*report);
            }
            Event::FitEnded { configuration, fold, end, elapsed } => {
                let fit = self.fits.entry((*configuration, *fold)).or_default();
                // Reports are most of what a large search keeps in memory, and no more will come.
                fit.epochs.shrink_to_fit();
                fit.end = Some(end.clone());
                fit.elapsed = *elapsed;
            }
        }
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
            fit.epochs.get(trial.epochs as usize - 1)?.validation
        };
        plan.folds.iter().map(|&fold| FoldScore { fold, evaluation: evaluation(fold) }).collect()
    }

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
