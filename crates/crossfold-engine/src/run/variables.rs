//! Which columns of a table matter to the winner.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use crossfold_model::TrainedNetwork;
use crossfold_report::{CorrelatedPair, Exhibits, Leaderboard, Row, STRONG_CORRELATION, Variables};
use crossfold_study::{LoggedRun, Metric, Part};

use super::refit::{RefitEnd, Refitted};
use super::{FinishedSearch, StudyRun};
use crate::error::Error;
use crate::notice::{Notice, SearchKind, Watch};
use crate::parallel::in_parallel;
use crate::search::StudySearch;
use crate::variable_scorer::VariableScorer;

/// How many times a column is shuffled on each fold, if there are at most [`FEW_COLUMNS`], and if there are more.
const REPETITIONS: [u32; 2] = [10, 5];
const FEW_COLUMNS: usize = 20;

/// What is known of the columns at the end of a run.
#[derive(Default)]
pub(super) struct VariablesEnd {
    /// `None` without a winner, for images, after a stop or a failure, and where `budget.wall` leaves no time.
    pub(super) found: Option<Variables>,
    /// Whether a requested stop is why it is `None`.
    pub(super) is_cut_short: bool,
}

fn found(variables: Variables, watch: &mut dyn Watch) -> VariablesEnd {
    watch.notice(&Notice::Variables(Some(&variables)));
    VariablesEnd { found: Some(variables), is_cut_short: false }
}

impl StudyRun<'_, '_> {
    /// Finds out which columns matter to the winner, where that is asked for, or finds it in the store: its networks are
    /// retrained on each fold, to the same bits, since they are not kept, unless they are what was `refit`.
    pub(super) fn variables(
        &self,
        searched: &FinishedSearch,
        leaderboard: &Leaderboard<'_>,
        refit: &RefitEnd,
        run: &LoggedRun,
        watch: &mut dyn Watch,
    ) -> Result<VariablesEnd, Error> {
        let data = self.prepared.data();
        let is_asked = self.prepared.study.finish.scores_variables(data.features().len());
        let Some(winner) = leaderboard.winner().filter(|_| is_asked && !searched.too_many_failures) else {
            return Ok(VariablesEnd::default());
        };
        let metrics = Variables::metrics_for(self.prepared.study.metric);
        let repetitions = REPETITIONS[usize::from(data.features().len() > FEW_COLUMNS)];
        let of = self.winner_in_words(searched, winner, &metrics, repetitions);
        if let Some(stored) = self.stored_variables(&of)? {
            return Ok(found(stored, watch));
        }
        if self.engine.stop.is_requested() {
            return Ok(VariablesEnd { is_cut_short: true, ..VariablesEnd::default() });
        }
        let of_folds = refit.refitted().filter(|refitted| refitted.folds > 0);
        if !self.has_time_for_variables(searched, winner, of_folds.is_some()) {
            watch.notice(&Notice::Variables(None));
            return Ok(VariablesEnd::default());
        }
        let trainer = &self.prepared.trainer;
        let epochs = winner.trial.epochs;
        let scorer = VariableScorer { trainer, metrics: &metrics, repetitions, epochs, folds: Mutex::default() };
        match of_folds {
            Some(Refitted { record, .. }) => self.score_fold_networks(&scorer, searched, winner, &record.weights),
            None => {
                let search = StudySearch {
                    objective: &scorer,
                    reuse: self.reuse_policy(),
                    ..StudySearch::new(self.engine, self.prepared, SearchKind::Variables, run)
                };
                let folds = &searched.plan.folds;
                search.retrain(&searched.plan, winner.trial.configuration, folds, watch, &mut |_| {})?;
            }
        }
        let folds = scorer.folds.into_inner().unwrap_or_else(PoisonError::into_inner);
        // Of a fit that failed this time, by its time limit for one, nothing is known.
        if folds.len() < searched.plan.folds.len() {
            return Ok(VariablesEnd { is_cut_short: self.engine.stop.is_requested(), ..VariablesEnd::default() });
        }
        let pair = |found: crossfold_data::CorrelatedColumns| CorrelatedPair { columns: found.columns, r: found.r };
        let variables = Variables {
            of,
            metrics,
            repetitions,
            folds: folds.into_values().collect(),
            columns: data.features().to_vec(),
            correlated: data.correlated_features(STRONG_CORRELATION).into_iter().map(pair).collect(),
        };
        Ok(found(variables, watch))
    }

    /// Scores the networks of folds, whose weights are those of the winner's refit.
    fn score_fold_networks(
        &self,
        scorer: &VariableScorer<'_>,
        searched: &FinishedSearch,
        winner: &Row<'_>,
        weights: &[u8],
    ) {
        let folds = &searched.plan.folds;
        let Ok(files) = TrainedNetwork::split_weights(weights, folds.len() as u32) else { return };
        in_parallel(self.engine.jobs, folds.len(), |place| {
            // Of a network that can't be scored nothing is known, as of one that can't be trained.
            let scored = crossfold_search::catch_panic(|| {
                let network = scorer.trainer.fold_network(winner.configuration, folds[place], &files[place]);
                network.map(|mut network| {
                    scorer.add(&winner.configuration.steps, folds[place], &mut network, self.engine.stop);
                })
            });
            drop(scored);
        });
    }

    /// All that the outcome depends on.
    fn winner_in_words(
        &self,
        searched: &FinishedSearch,
        winner: &Row<'_>,
        metrics: &[Metric],
        repetitions: u32,
    ) -> String {
        let first = searched.plan.folds.first().map_or(Part::All, |&fold| Part::Fold(fold));
        let key = self.prepared.origin.key(winner.configuration, first);
        let metrics: Vec<&str> = metrics.iter().map(|metric| metric.name()).collect();
        let (folds, epochs) = (searched.plan.folds.len(), winner.trial.epochs);
        format!("{key}, {epochs} epochs, {folds} folds, {}, {repetitions} repetitions", metrics.join(" and "))
    }

    /// What an earlier run found.
    fn stored_variables(&self, of: &str) -> Result<Option<Variables>, Error> {
        if self.options.fresh {
            return Ok(None);
        }
        let stored = self.engine.store.study(&self.prepared.study.name)?;
        let exhibits = stored.and_then(|stored| Exhibits::read(&stored.exhibits?));
        Ok(exhibits.and_then(|exhibits| exhibits.variables).filter(|found| found.of == of))
    }

    /// Whether retraining the winner on all folds ends before the deadline, unless that is done: it takes as long as it took
    /// before, and scoring it with shuffled columns about as long again at the most.
    fn has_time_for_variables(&self, searched: &FinishedSearch, winner: &Row<'_>, is_retrained: bool) -> bool {
        let Some(deadline) = self.deadline() else { return true };
        let elapsed = |&fold| Some(searched.results.fit(winner.trial.configuration, fold)?.elapsed);
        let longest = searched.plan.folds.iter().filter_map(elapsed).max().unwrap_or(Duration::ZERO);
        let rounds = searched.plan.folds.len().div_ceil(self.engine.jobs.get()) as u32;
        let ends = self.engine.machine.elapsed() + longest * rounds * if is_retrained { 1 } else { 2 };
        // Of the time for reports, comparing trials took its part.
        ends <= deadline.at.saturating_sub(deadline.reports / 2)
    }
}
