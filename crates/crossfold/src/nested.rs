//! Nested cross-validation: the whole search again, on each fold's training rows alone.

use std::collections::BTreeSet;
use std::num::NonZeroUsize;
use std::time::Instant;

use crossfold_report::{Leaderboard, NestedFold};
use crossfold_search::Wanted;
use crossfold_study::{FitKey, FoldId, Stop, Store, Trial};

use crate::error::Error;
use crate::retraining;
use crate::terminal::Terminal;
use crossfold_engine::Prepared;
use crossfold_engine::Sweep;

/// What nested searches work with.
pub(crate) struct Nested<'a> {
    pub(crate) prepared: &'a Prepared,
    pub(crate) store: &'a dyn Store,
    pub(crate) jobs: NonZeroUsize,
    pub(crate) stop: &'a Stop,
    pub(crate) wanted: Wanted,
    pub(crate) suspects: &'a BTreeSet<FitKey>,
    pub(crate) terminal: &'a Terminal,
}

impl Nested<'_> {
    /// Searches once a fold; `None` where it is stopped before its end, or where no trial won on a fold or its winner
    /// has no score there.
    pub(crate) fn search(&self) -> Result<Option<Vec<NestedFold>>, Error> {
        let Prepared { plan, study, .. } = self.prepared;
        // Where the metric is undefined nobody has a score; the other folds' mean counts, as on the leaderboard.
        let is_defined = |fold: &&FoldId| {
            let rows = self.prepared.folds().validation(**fold);
            study.metric.check_defined([self.prepared.data().targets().truth(rows)]).is_ok()
        };
        let folds: Vec<&FoldId> = plan.folds.iter().filter(is_defined).collect();
        let mut found = Vec::new();
        for (number, &&fold) in (1..).zip(&folds) {
            if self.stop.is_requested() {
                return Ok(None);
            }
            self.terminal.say(&format!("nested cross-validation: searching on {number} of {} folds", folds.len()));
            let Some(nested) = self.within(fold)? else { return Ok(None) };
            found.push(nested);
        }
        Ok(Some(found))
    }

    fn within(&self, fold: FoldId) -> Result<Option<NestedFold>, Error> {
        let inner = self.prepared.within(fold)?;
        let (jobs, stop) = (self.jobs, self.stop);
        let sweep = Sweep {
            prepared: &inner,
            objective: &inner.trainer,
            store: self.store,
            jobs,
            stop,
            wanted: self.wanted,
            suspects: self.suspects,
            refers: true,
            keeps_journal: false,
            deadline: None,
            began: Instant::now(),
        };
        tracing::info!(repeat = fold.repeat + 1, fold = fold.fold + 1, "searching within");
        let outcome = retraining::watched(&sweep, Vec::new(), self.terminal)?;
        // A search that was given up has no winner: who was first by then hangs on the number of jobs.
        if self.stop.is_requested() || outcome.too_many_failures {
            return Ok(None);
        }
        let (plan, results) = outcome.course.into_parts();
        let leaderboard = Leaderboard::new(&inner.study, &plan, &results, inner.shape());
        let Some(winner) = leaderboard.winner() else { return Ok(None) };
        let (Some(mean), Some(score)) = (winner.mean, self.score(winner.trial, fold)?) else { return Ok(None) };
        Ok(Some(NestedFold::new(fold, winner.trial.number, mean.get(), score, self.ratio(fold))))
    }

    /// How a network of a trial does on a fold of the study itself, trained on just the rows that the trial won on: where
    /// the study has trained it, that is stored.
    fn score(&self, trial: &Trial, fold: FoldId) -> Result<Option<f64>, Error> {
        let Prepared { study, trainer, .. } = self.prepared;
        let Some(alone) = crossfold_search::alone(study, trial) else { return Ok(None) };
        let sweep = Sweep {
            prepared: self.prepared,
            objective: trainer,
            store: self.store,
            jobs: self.jobs,
            stop: self.stop,
            // What this run has trained is fresh enough.
            wanted: Wanted { fresh: false, ..self.wanted },
            suspects: self.suspects,
            refers: true,
            keeps_journal: false,
            deadline: None,
            began: Instant::now(),
        };
        let (plan, results) = sweep.fit(&alone, fold)?;
        let scores = plan.trials.first().map(|trial| results.fold_scores(&plan, trial)).unwrap_or_default();
        Ok(scores.first().and_then(|score| score.evaluation?.get(study.metric)))
    }

    fn ratio(&self, fold: FoldId) -> f64 {
        let folds = self.prepared.folds();
        folds.validation(fold).len() as f64 / folds.training(fold).len() as f64
    }
}
