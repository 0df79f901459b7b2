//! A run of a study: from its rows to a leaderboard, a tested network and result files.

mod file_rows;
mod fold_networks;
mod provenance;
mod refit;
mod status;
#[cfg(test)]
mod tests;
mod variables;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use crossfold_report::{Exhibits, Leaderboard, NestedFold, RowIds, TrialCounts, Variables};
use crossfold_search::{BudgetLimit, Deadline, JournalEntry, Outcome, ReusePolicy};
use crossfold_study::{FitKey, LoggedRun, Override, Plan, Results, Store, StudyRecord, TrialState};

use crate::baseline_fits;
use crate::engine::Engine;
use crate::error::Error;
use crate::nested::NestedSearch;
use crate::notice::{Notice, Removed, SearchEnd, SearchKind, Watch};
use crate::prepared::PreparedStudy;
use crate::result_files::ResultFiles;
use crate::results_folder::ResultsFolder;
use crate::search::StudySearch;
use crate::standing::Standing;
use crate::stored_study;
use crate::study_results::StudyResults;
use crate::until::WALL_BUDGET;
use refit::RefitEnd;
use status::StatusWatch;

/// How a study is run.
#[derive(Clone, Debug)]
pub struct RunOptions {
    /// Retrain all fits of the study, and replace what is stored of them.
    pub fresh: bool,
    /// Retry fits that were running during each of the last three crashes, and remove damaged records, so that what they
    /// held is trained again.
    pub retry: bool,
    /// When the run began, for records.
    pub started: SystemTime,
    /// The command line that asked for the run, one argument each, for records.
    pub command: Vec<String>,
}

/// How a run ended.
pub struct RunOutcome<'a> {
    prepared: &'a PreparedStudy,
    record: StudyRecord,
    store: &'a dyn Store,
    searched: FinishedSearch,
    /// How the trials ended.
    pub trials: TrialCounts,
    /// Whether a requested stop cut short any part of the run.
    pub is_stopped: bool,
    /// More trials failed than `limits.max_failures` allows.
    pub too_many_failures: bool,
    /// A refit was asked for, and there is no network with a finite score.
    pub refit_failed: bool,
}

impl RunOutcome<'_> {
    /// The study with its results.
    pub fn results(&self) -> StudyResults<'_> {
        let PreparedStudy { study, origin, .. } = self.prepared;
        let FinishedSearch { plan, results, .. } = &self.searched;
        StudyResults { study, plan, origin, record: &self.record, results, store: self.store }
    }

    /// The trials by rank.
    pub fn leaderboard(&self) -> Leaderboard<'_> {
        self.results().leaderboard()
    }
}

impl<'a> Engine<'a> {
    /// Runs a study: searches, scores the search by nested cross-validation where that is asked for, retrains and tests the
    /// winner, and writes all result files to `folder`.
    ///
    /// Stored fits are not retrained. A failed trial is no error; see [`RunOutcome::trials`].
    ///
    /// # Errors
    /// Where a result file is a file that is read, the store takes no more, threads can't be started, or a file can't be written; where the store or the folder was
    /// moved or deleted under the run, after everything is written. What was stored before is safe,
    /// and the next run of the study uses it.
    pub fn run(
        &self,
        prepared: &'a PreparedStudy,
        folder: &ResultsFolder,
        options: &RunOptions,
        watch: &mut dyn Watch,
    ) -> Result<RunOutcome<'a>, Error> {
        folder.refuse_inputs(&prepared.spec.inputs(&prepared.study))?;
        let record = prepared.record(options.started);
        StudyRun { engine: *self, prepared, record, folder, options }.carry_out(watch)
    }
}

/// What a run works with from its first fit to its last file.
struct StudyRun<'a, 'r> {
    engine: Engine<'a>,
    prepared: &'a PreparedStudy,
    record: StudyRecord,
    folder: &'r ResultsFolder,
    options: &'r RunOptions,
}

/// The outcome of a study's search.
struct FinishedSearch {
    plan: Arc<Plan>,
    results: Results,
    /// Fits that this run trained, and that it found in the store.
    trained: usize,
    stored: usize,
    too_many_failures: bool,
    /// The budget that ended it.
    limit: Option<BudgetLimit>,
    /// Its decisions, a line each.
    journal: Vec<String>,
}

/// The scores of nested cross-validation.
struct NestedScores {
    /// Empty where they aren't asked for, or a fold has none.
    folds: Vec<NestedFold>,
    /// Whether a stop was requested before they were complete.
    is_cut_short: bool,
}

/// What was found besides trials and the refitted network.
struct Known {
    nested: Vec<NestedFold>,
    variables: Option<Variables>,
    row_ids: Option<RowIds>,
}

impl<'a> StudyRun<'a, '_> {
    fn carry_out(self, watch: &mut dyn Watch) -> Result<RunOutcome<'a>, Error> {
        let (machine, file) = (self.engine.machine, self.folder.progress_file());
        let watch = &mut StatusWatch::new(watch, machine, &self.prepared.study, file);
        if let Some(holder) = self.folder.crashed_process() {
            watch.notice(&Notice::EarlierRunDied { holder });
        }
        let name = &self.prepared.study.name;
        // Before stored fits are removed, because it refuses a folder with something else in the place of its file.
        let run = self.engine.begin_run(name, self.options.retry || self.options.fresh)?;
        let (is_entered, journal) = self.enter_study(watch)?;
        self.engine.fit_baselines(self.prepared, watch)?;
        let searched = self.search(&run, is_entered, journal, watch)?;
        let results = self.results(&searched);
        let leaderboard = results.judged_leaderboard(self.engine.machine, watch)?;
        let trials = leaderboard.counts();
        watch.notice(&Notice::Ranked(&leaderboard));
        // A run that was stopped before any result keeps an earlier run's files.
        let knows_nothing = self.engine.stop.is_requested() && leaderboard.winner().is_none();
        if knows_nothing && self.folder.holds("study.json") {
            drop(leaderboard);
            watch.notice(&Notice::EarlierResultsStay { folder: self.folder.path() });
            self.check_in_place()?;
            return Ok(self.outcome(searched, trials, &RefitEnd::NotAsked, false));
        }
        if !is_entered {
            self.engine.store.put_study(&self.record, &self.keys(&searched.plan))?;
            self.engine.store.put_journal(name, 0, &searched.journal)?;
        }
        let row_ids = self.prepared.row_ids();
        self.files(&results, watch).write_search(&leaderboard, row_ids.as_ref())?;
        let nested = self.nested(&searched, &run, watch)?;
        let refit = self.refit(&searched, &results, &leaderboard, &run, &nested.folds, watch)?;
        let variables = self.variables(&searched, &leaderboard, &refit, &run, watch)?;
        let known = Known { nested: nested.folds, variables: variables.found, row_ids };
        self.write_reports(&searched, &results, &leaderboard, &refit, known, watch)?;
        watch.notice(&Notice::ResultsWritten { folder: self.folder.path() });
        self.check_in_place()?;
        drop(leaderboard);
        Ok(self.outcome(searched, trials, &refit, nested.is_cut_short || variables.is_cut_short))
    }

    /// Refuses to end well where other commands would not find what the run stored and wrote.
    fn check_in_place(&self) -> Result<(), Error> {
        self.engine.store.check_in_place()?;
        self.folder.check_in_place()
    }

    fn reuse_policy(&self) -> ReusePolicy {
        ReusePolicy { fresh: self.options.fresh, retry: self.options.retry }
    }

    /// When the search has to be over so that everything else ends in time, too.
    fn deadline(&self) -> Option<Deadline> {
        let PreparedStudy { study, .. } = self.prepared;
        let at = study.budget.wall?;
        // Comparing trials and drawing pages takes a few hundredths of a long run, about a second of a short one, and next to
        // nothing after the few fits of a few seconds.
        let reports = at.mul_f64(0.03).clamp(Duration::from_millis(2500), Duration::from_secs(300)).min(at / 4);
        let variables = study.finish.scores_variables(self.prepared.data().features().len());
        Some(Deadline { at, refit: study.finish.refit, variables, reports })
    }

    fn results<'s>(&'s self, searched: &'s FinishedSearch) -> StudyResults<'s> {
        let PreparedStudy { study, origin, .. } = self.prepared;
        let FinishedSearch { plan, results, .. } = searched;
        StudyResults { study, plan, origin, record: &self.record, results, store: self.engine.store }
    }

    fn files<'s>(&'s self, results: &'s StudyResults<'s>, watch: &'s mut dyn Watch) -> ResultFiles<'s> {
        ResultFiles { results, folder: self.folder, figures: None, machine: self.engine.machine, watch }
    }

    /// The keys of all fits of a plan, and of each trial's refit.
    fn keys(&self, plan: &Plan) -> Vec<FitKey> {
        let PreparedStudy { origin, study, .. } = self.prepared;
        let refits = plan
            .configurations
            .iter()
            .map(|planned| study.finish.refit_key(origin, &planned.configuration, &plan.folds, 1.0));
        let baselines = baseline_fits::keys(&study.baselines, &plan.folds, origin);
        crossfold_search::fit_keys(plan, origin).chain(refits).chain(baselines).collect()
    }

    /// Makes the study known to the store, so that it can be shown and reported from here on, and returns what an earlier
    /// run of it decided.
    ///
    /// A stored study of this name but of another spec stays until this one has results to replace its files with; the
    /// first value is false then.
    fn enter_study(&self, watch: &mut dyn Watch) -> Result<(bool, Vec<JournalEntry>), Error> {
        let store = self.engine.store;
        let name = &self.record.name;
        if self.options.fresh || self.options.retry {
            match store.remove_damaged(name)? {
                0 => {}
                records => watch.notice(&Notice::Removed(Removed::Damaged(records))),
            }
        }
        let before = store.study(name)?;
        if before.as_ref().is_some_and(|before| data_digest(before) != data_digest(&self.record)) {
            watch.notice(&Notice::DataChanged(name));
        }
        let is_same = before.as_ref().is_none_or(|before| is_same_study(before, &self.record));
        let journal = if is_same && !self.options.fresh { stored_study::journal(store, name)? } else { Vec::new() };
        let keys = self.known_keys(&journal)?;
        if self.options.fresh {
            store.remove_fits(name, &keys)?;
            watch.notice(&Notice::Removed(Removed::Fits(name)));
        }
        if is_same {
            let kept = before.map(|before| (before.record, before.model, before.exhibits));
            let (record, model, exhibits) = kept.unwrap_or_default();
            let exhibits = exhibits.or(self.record.exhibits.clone());
            store.put_study(&StudyRecord { record, model, exhibits, ..self.record.clone() }, &keys)?;
        } else {
            store.add_references(name, &keys)?;
        }
        Ok((is_same, journal))
    }

    /// The keys of the fits that the study is known to need: all of them, or those that stored results lead to.
    fn known_keys(&self, journal: &[JournalEntry]) -> Result<Vec<FitKey>, Error> {
        let PreparedStudy { plan, origin, .. } = self.prepared;
        if self.prepared.lists_fits() {
            return Ok(self.keys(plan));
        }
        let mut course = self.prepared.course();
        course.repeat(journal.iter().cloned());
        crossfold_search::replay(&mut course, origin, self.engine.store)?;
        Ok(self.keys(course.plan()))
    }

    fn search(
        &self,
        run: &LoggedRun,
        keeps_journal: bool,
        journal: Vec<JournalEntry>,
        watch: &mut dyn Watch,
    ) -> Result<FinishedSearch, Error> {
        let search = StudySearch {
            reuse: self.reuse_policy(),
            keeps_journal,
            deadline: self.deadline(),
            ..StudySearch::new(self.engine, self.prepared, SearchKind::Study, run)
        };
        let Outcome { course, trained, stored, too_many_failures, ended_by: limit, time_missing } =
            search.search(journal, watch)?;
        let journal = course.journal().iter().map(JournalEntry::to_text).collect();
        let (plan, results) = course.into_parts();
        if limit != Some(BudgetLimit::Wall) {
            self.train_missing_predictions(&search, &plan, &results, watch)?;
        }
        let is_stopped = self.engine.stop.is_requested();
        let states: Vec<TrialState> = plan.trials.iter().map(|trial| results.state(&plan, trial)).collect();
        let is_cut = |state: &TrialState| matches!(state, TrialState::Cancelled { .. });
        let leaves_no_winner =
            !states.contains(&TrialState::Complete) && (states.is_empty() || states.iter().any(is_cut));
        let wall = self.prepared.study.budget.wall.filter(|_| limit == Some(BudgetLimit::Wall));
        let time_kept = wall.map(|wall| wall.saturating_sub(self.engine.machine.elapsed()));
        let end = SearchEnd {
            is_stopped,
            too_many_failures,
            limit,
            leaves_no_winner,
            time_missing,
            time_kept,
            trials: TrialCounts::of(&states),
            trained,
            stored,
        };
        watch.notice(&Notice::SearchEnded(end));
        Ok(FinishedSearch { plan, results, trained, stored, too_many_failures, limit, journal })
    }

    fn train_missing_predictions(
        &self,
        search: &StudySearch<'_>,
        plan: &Arc<Plan>,
        results: &Results,
        watch: &mut dyn Watch,
    ) -> Result<(), Error> {
        let missing = search.missing_predictions(plan, results)?;
        if missing.is_empty() || self.engine.stop.is_requested() {
            return Ok(());
        }
        watch.notice(&Notice::RetrainedForPredictions { fits: missing.len() });
        Ok(search.predict(plan, &missing)?)
    }

    /// Scores the whole search by nested cross-validation, where that is asked for.
    fn nested(&self, searched: &FinishedSearch, run: &LoggedRun, watch: &mut dyn Watch) -> Result<NestedScores, Error> {
        if !self.prepared.study.finish.nested || searched.too_many_failures {
            return Ok(NestedScores { folds: Vec::new(), is_cut_short: false });
        }
        let nested = NestedSearch { engine: self.engine, prepared: self.prepared, reuse: self.reuse_policy(), run };
        let found = nested.search(watch)?;
        let is_cut_short = found.is_none() && self.engine.stop.is_requested();
        if found.is_none() && !is_cut_short {
            watch.notice(&Notice::NestedUnscored);
        }
        let folds = found.unwrap_or_default();
        if let Some(mean) = NestedFold::mean(&folds) {
            watch.notice(&Notice::NestedScored { metric: self.prepared.study.metric, mean });
        }
        Ok(NestedScores { folds, is_cut_short })
    }

    /// Writes how the study was made, and what people read.
    fn write_reports(
        &self,
        searched: &FinishedSearch,
        results: &StudyResults<'_>,
        leaderboard: &Leaderboard<'_>,
        refit: &RefitEnd,
        Known { nested, variables, row_ids }: Known,
        watch: &mut dyn Watch,
    ) -> Result<(), Error> {
        let refitted = refit.refitted();
        let shapes = self.prepared.searched_shapes();
        let exhibits = match (refitted, leaderboard.winner()) {
            (Some(refitted), _) => Some(refitted.exhibits.clone()),
            (None, Some(winner)) => {
                let mut exhibits = Exhibits::new(BTreeMap::new(), self.pictures(results, winner)?, nested);
                exhibits.rows = self.file_rows(results, winner)?;
                Some(exhibits)
            }
            (None, None) => Exhibits::before_training(row_ids.clone(), shapes.clone()),
        };
        let exhibits = exhibits.map(|mut exhibits| {
            (exhibits.variables, exhibits.row_ids, exhibits.shapes) = (variables, row_ids, shapes);
            exhibits.winner = leaderboard.winner().map(|winner| results.identify(winner));
            exhibits
        });
        let record = self.provenance(searched, results, leaderboard, refit);
        let model = refitted.map(|refitted| refitted.model.as_str());
        let kept = exhibits.as_ref().map(Exhibits::text);
        self.engine.store.put_record(&self.prepared.study.name, &record, model, kept.as_deref())?;
        Standing::store(self.engine.store, &self.prepared.study.name, leaderboard)?;
        let mut files = self.files(results, watch);
        files.write_reports(leaderboard, refitted.map(|refitted| &refitted.record), exhibits.as_ref(), Some(&record))
    }

    fn outcome(
        self,
        searched: FinishedSearch,
        trials: TrialCounts,
        refit: &RefitEnd,
        is_rest_cut_short: bool,
    ) -> RunOutcome<'a> {
        let is_out_of_time = searched.limit == Some(BudgetLimit::Wall);
        // A budget cancels trials, too.
        let is_stopped = searched.limit.is_none() || self.engine.stop.is_requested();
        let is_search_cut_short = trials.cancelled > 0 && !is_out_of_time && is_stopped;
        RunOutcome {
            prepared: self.prepared,
            record: self.record,
            store: self.engine.store,
            trials,
            is_stopped: is_search_cut_short || matches!(refit, RefitEnd::Cancelled) || is_rest_cut_short,
            too_many_failures: searched.too_many_failures,
            refit_failed: matches!(refit, RefitEnd::Failed(_)),
            searched,
        }
    }
}

/// The line of a study's origin that has the digest of its rows, which comes first.
fn data_digest(record: &StudyRecord) -> Option<&str> {
    record.origin.lines().next()
}

/// Whether two records are of one study: a study stays the same when only its deadline changes.
fn is_same_study(a: &StudyRecord, b: &StudyRecord) -> bool {
    let overrides = |record: &StudyRecord| -> Vec<Override> {
        record.overrides.iter().filter(|set| set.path != WALL_BUDGET).cloned().collect()
    };
    (&a.origin, &a.spec, overrides(a)) == (&b.origin, &b.spec, overrides(b))
}
