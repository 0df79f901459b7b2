//! Nested cross-validation: the whole search again, on each fold's training rows alone.

use std::num::NonZeroUsize;
use std::time::Instant;

use crossfold_report::{Leaderboard, NestedFold, Progress};
use crossfold_search::Wanted;
use crossfold_study::{FoldId, Results, Stop, Store, Trial};

use crate::error::Error;
use crate::preparation::Prepared;
use crate::sweep::Sweep;
use crate::terminal::Terminal;

/// What nested searches work with.
pub(crate) struct Nested<'a> {
    pub(crate) prepared: &'a Prepared,
    /// Of the study itself: a fold's winner is scored where it was trained on just the rows that it won on.
    pub(crate) results: &'a Results,
    pub(crate) store: &'a dyn Store,
    pub(crate) jobs: NonZeroUsize,
    pub(crate) stop: &'a Stop,
    pub(crate) wanted: Wanted,
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
        self.store.refer(&inner.study.name, &crossfold_search::keys(&inner.plan, &inner.origin).collect::<Vec<_>>())?;
        let (prepared, store, jobs, stop) = (&inner, self.store, self.jobs, self.stop);
        let sweep = Sweep { prepared, objective: &inner.trainer, store, jobs, stop };
        let recalled = sweep.recall(self.wanted)?;
        tracing::info!(
            repeat = fold.repeat + 1,
            fold = fold.fold + 1,
            missing = recalled.missing.len(),
            "searching within"
        );
        let began = Instant::now();
        let price = |planned: &_| inner.price(planned);
        let mut progress = Progress::new(&inner.study, &inner.plan, &recalled.results, &price, self.terminal.screen());
        self.terminal.write_through(progress.above(std::io::stderr()));
        let outcome = sweep.train(recalled, &mut |event, results| progress.observe(event, results, began.elapsed()));
        progress.finish(began.elapsed());
        let outcome = outcome?;
        // A search that was given up has no winner: who was first by then hangs on the number of jobs.
        if self.stop.is_requested() || outcome.too_many_failures {
            return Ok(None);
        }
        let leaderboard = Leaderboard::new(&inner.study, &inner.plan, &outcome.results, inner.shape());
        let scored = leaderboard.winner().and_then(|winner| {
            let ratio = self.ratio(fold);
            Some(NestedFold::new(fold, winner.trial.number, winner.mean?.get(), self.score(winner.trial, fold)?, ratio))
        });
        Ok(scored)
    }

    /// How the study's own networks of a trial did on a fold.
    fn score(&self, trial: &Trial, fold: FoldId) -> Option<f64> {
        let Prepared { plan, study, .. } = self.prepared;
        // The spaces are the same, and so are the trials' numbers.
        let trial = &plan.trials[trial.number.0 as usize];
        let scores = self.results.fold_scores(plan, trial);
        scores.iter().find(|score| score.fold == fold)?.evaluation?.get(study.metric)
    }

    fn ratio(&self, fold: FoldId) -> f64 {
        let folds = self.prepared.folds();
        folds.validation(fold).len() as f64 / folds.training(fold).len() as f64
    }
}
