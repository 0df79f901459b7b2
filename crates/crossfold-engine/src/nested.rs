//! Nested cross-validation: the whole search again, on each fold's training rows alone.

use crossfold_report::{Leaderboard, NestedFold};
use crossfold_search::ReusePolicy;
use crossfold_study::{FoldId, LoggedRun, Trial};

use crate::engine::Engine;
use crate::error::Error;
use crate::notice::{Notice, SearchKind, Watch};
use crate::prepared::PreparedStudy;
use crate::search::StudySearch;

/// The searches of a study within its folds.
pub(crate) struct NestedSearch<'a> {
    pub(crate) engine: Engine<'a>,
    pub(crate) prepared: &'a PreparedStudy,
    pub(crate) reuse: ReusePolicy,
    pub(crate) run: &'a LoggedRun,
}

impl NestedSearch<'_> {
    /// Searches once per fold. `None` where it is stopped before its end, or where a fold has no winner or its winner no
    /// score there.
    pub(crate) fn search(&self, watch: &mut dyn Watch) -> Result<Option<Vec<NestedFold>>, Error> {
        let PreparedStudy { plan, study, .. } = self.prepared;
        // Where the metric is undefined no trial has a score; the mean is over the other folds, as on the leaderboard.
        let is_defined = |fold: &&FoldId| {
            let rows = self.prepared.folds().validation(**fold);
            study.metric.check_defined([self.prepared.data().targets().truth(rows)]).is_ok()
        };
        let folds: Vec<&FoldId> = plan.folds.iter().filter(is_defined).collect();
        let mut found = Vec::new();
        for (number, &&fold) in (1..).zip(&folds) {
            if self.engine.stop.is_requested() {
                return Ok(None);
            }
            watch.notice(&Notice::NestedFoldBegan { number, folds: folds.len() });
            let Some(nested) = self.search_within(fold, watch)? else { return Ok(None) };
            found.push(nested);
        }
        Ok(Some(found))
    }

    fn search_within(&self, fold: FoldId, watch: &mut dyn Watch) -> Result<Option<NestedFold>, Error> {
        let inner = self.prepared.within(fold, self.engine.machine)?;
        let search = StudySearch {
            reuse: self.reuse,
            ..StudySearch::new(self.engine, &inner, SearchKind::Nested(fold), self.run)
        };
        let outcome = search.search(Vec::new(), watch)?;
        // A search that was given up has no winner: which trial was first by then depends on the number of jobs.
        if self.engine.stop.is_requested() || outcome.too_many_failures {
            return Ok(None);
        }
        let (plan, results) = outcome.course.into_parts();
        let leaderboard = Leaderboard::new(&inner.study, &plan, &results, inner.shapes());
        let Some(winner) = leaderboard.winner() else { return Ok(None) };
        let (Some(mean), Some(score)) = (winner.mean, self.score(winner.trial, fold)?) else { return Ok(None) };
        Ok(Some(NestedFold::new(fold, winner.trial.number, mean.get(), score, self.ratio(fold))))
    }

    /// The score of a trial's network on a fold of the study itself, trained on just the rows that the trial won on. Where
    /// the study has trained it, it is stored.
    fn score(&self, trial: &Trial, fold: FoldId) -> Result<Option<f64>, Error> {
        let PreparedStudy { study, .. } = self.prepared;
        let Some(alone) = crossfold_search::single_trial_study(study, trial) else { return Ok(None) };
        let search = StudySearch {
            // What this run has trained is fresh enough.
            reuse: ReusePolicy { fresh: false, ..self.reuse },
            ..StudySearch::new(self.engine, self.prepared, SearchKind::Nested(fold), self.run)
        };
        let (plan, results) = search.fit(&alone, fold)?;
        let scores = plan.trials.first().map(|trial| results.fold_scores(&plan, trial)).unwrap_or_default();
        Ok(scores.first().and_then(|score| score.evaluation?.get(study.metric)))
    }

    /// The fold's validation rows per training row.
    fn ratio(&self, fold: FoldId) -> f64 {
        let folds = self.prepared.folds();
        folds.validation(fold).len() as f64 / folds.training(fold).len() as f64
    }
}
