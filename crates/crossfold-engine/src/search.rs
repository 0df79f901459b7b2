//! A study's search: its fits are found in the store, or trained and put there.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::sync::Arc;

use crossfold_network::Configuration;
use crossfold_report::Leaderboard;
use crossfold_search::{
    Course, Deadline, Executor, JournalEntry, KeptPredictions, Outcome, ReusePolicy, RunError, RunStart,
};
use crossfold_study::{
    ConfigurationNumber, Event, FitEnd, FoldId, LoggedRun, Objective, Order, Plan, Results, StoreError, Study, Trial,
    TrialNumber,
};

use crate::engine::Engine;
use crate::notice::{Notice, SearchBegan, SearchKind, Watch};
use crate::prepared::PreparedStudy;
use crate::trial_news::TrialNews;

/// Predictions of trials that are no longer among the best are dropped each time this many fits have ended, or an eighth of
/// those so far: the store stays small, and all trials are ranked only a few dozen times.
const DROP_EVERY: usize = 256;

/// A search of a prepared study.
#[derive(Clone, Copy)]
pub(crate) struct StudySearch<'a> {
    pub(crate) engine: Engine<'a>,
    pub(crate) prepared: &'a PreparedStudy,
    pub(crate) kind: SearchKind,
    /// What trains: the prepared trainer, or an objective around it.
    pub(crate) objective: &'a dyn Objective,
    pub(crate) reuse: ReusePolicy,
    /// The run that the crash log knows of. Its suspects are not retrained.
    pub(crate) run: &'a LoggedRun,
    /// Whether the stored study refers to the fits, so that they are kept for it.
    pub(crate) refers: bool,
    /// Whether the stored study is this one, so that its journal is written.
    pub(crate) keeps_journal: bool,
    pub(crate) deadline: Option<Deadline>,
}

impl<'a> StudySearch<'a> {
    /// A search without a deadline and a journal, whose fits the stored study refers to.
    pub(crate) fn new(
        engine: Engine<'a>,
        prepared: &'a PreparedStudy,
        kind: SearchKind,
        run: &'a LoggedRun,
    ) -> StudySearch<'a> {
        StudySearch {
            engine,
            prepared,
            kind,
            objective: &prepared.trainer,
            reuse: ReusePolicy::default(),
            run,
            refers: true,
            keeps_journal: false,
            deadline: None,
        }
    }

    /// Carries the search out. `journal` is what an earlier run of it decided.
    pub(crate) fn search(&self, journal: Vec<JournalEntry>, watch: &mut dyn Watch) -> Result<Outcome<'a>, RunError> {
        let kept = self.prepared.kept();
        let mut course = self.prepared.course();
        let is_free = self.prepared.study.pace.order == Order::Free;
        course.repeat(journal.into_iter().filter(|entry| is_free || entry.is_about_time()));
        let mut cut_short = false;
        let mut eviction = PredictionEviction::default();
        let news = RefCell::new(TrialNews::new(self.prepared.study.metric));
        let predictions = kept != KeptPredictions::Best(0);
        let mut outcome = self.train(course, predictions, watch, &news, &mut |event, course| {
            cut_short |= matches!(event, Event::FitEnded { end: FitEnd::Cancelled | FitEnd::Failed(_), .. });
            if matches!(event, Event::FitEnded { .. }) {
                if self.engine.store.check_in_place().is_err() {
                    // Nobody would find what else is trained. What is known is written by the run.
                    self.engine.stop.request();
                }
                eviction.count(|dropped| self.drop_predictions(kept, course.plan(), course.results(), dropped));
            }
        })?;
        eviction.refused.map_or(Ok(()), Err)?;
        let is_cut_short = cut_short || outcome.too_many_failures || self.engine.stop.is_requested();
        // Before a deadline, a trial may have been trained further than the search's decisions tell.
        if is_cut_short || self.deadline.is_some() {
            // A fit that ended early may have been stored with more epochs before. What is stored counts, since a later
            // report shows that.
            let journal = outcome.course.journal().to_vec();
            outcome.course = self.prepared.course();
            outcome.course.repeat(journal);
            crossfold_search::replay(&mut outcome.course, &self.prepared.origin, self.engine.store)?;
        }
        if self.kind == SearchKind::Study {
            news.into_inner().settle(&outcome.course, watch);
        }
        watch.notice(&Notice::SearchSettled { search: self.kind, course: &outcome.course });
        Ok(outcome)
    }

    /// The fits whose predictions the result files need and the store lacks: those of the trials that keep theirs, and of
    /// the winner. Drops the predictions of all other trials.
    ///
    /// An edit of the space can ask for an epoch that was reported but not predicted at, or bring a trial among the best
    /// whose predictions were dropped long ago.
    pub(crate) fn missing_predictions(
        &self,
        plan: &Plan,
        results: &Results,
    ) -> Result<BTreeSet<(ConfigurationNumber, FoldId)>, StoreError> {
        let (kept, shapes) = (self.prepared.kept(), self.prepared.shapes());
        // By `one_se` the winner needn't be among the best; its predictions stay all the same.
        let winner = match kept {
            KeptPredictions::All | KeptPredictions::Best(0) => None,
            KeptPredictions::Best(_) => {
                let leaderboard = Leaderboard::new(&self.prepared.study, plan, results, shapes);
                leaderboard.winner().map(|winner| winner.trial)
            }
        };
        let mut not_dropped: BTreeSet<TrialNumber> = winner.map(|winner| winner.number).into_iter().collect();
        self.drop_predictions(kept, plan, results, &mut not_dropped)?;
        if kept == KeptPredictions::Best(0) {
            return Ok(BTreeSet::new());
        }
        let (mut trials, _) = kept.split(plan, results, self.prepared.study.metric, shapes);
        trials.extend(winner);
        self.without_predictions(plan, results, &trials)
    }

    /// Retrains fits of a plan for their predictions. What they report is known already.
    pub(crate) fn predict(
        &self,
        plan: &Arc<Plan>,
        fits: &BTreeSet<(ConfigurationNumber, FoldId)>,
    ) -> Result<(), RunError> {
        let course = Course::for_fits(&self.prepared.study, plan, fits.iter().copied(), self.prepared.data_size());
        let reuse = ReusePolicy { fresh: true, ..self.reuse };
        let retraining = StudySearch { reuse, keeps_journal: false, deadline: None, ..*self };
        retraining.train_silently(course, true)?;
        Ok(())
    }

    /// Trains the configurations of `study` on one fold, unless that is stored.
    pub(crate) fn fit(&self, study: &Study, fold: FoldId) -> Result<(Arc<Plan>, Results), RunError> {
        let course = Course::new(study, vec![fold], self.prepared.data_size());
        Ok(self.train_silently(course, false)?.course.into_parts())
    }

    /// Retrains a configuration of a plan on these `folds`, whatever is stored, and sends notices of it. `observe` receives each
    /// event once its results are stored.
    pub(crate) fn retrain(
        &self,
        plan: &Arc<Plan>,
        configuration: ConfigurationNumber,
        folds: &[FoldId],
        watch: &mut dyn Watch,
        observe: &mut dyn FnMut(&Event),
    ) -> Result<(), RunError> {
        let fits = folds.iter().map(|&fold| (configuration, fold));
        let course = Course::for_fits(&self.prepared.study, plan, fits, self.prepared.data_size());
        let reuse = ReusePolicy { fresh: true, ..self.reuse };
        let news = RefCell::new(TrialNews::new(self.prepared.study.metric));
        let outcome =
            StudySearch { reuse, ..*self }.train(course, false, watch, &news, &mut |event, _| observe(event))?;
        watch.notice(&Notice::SearchSettled { search: self.kind, course: &outcome.course });
        Ok(())
    }

    /// Drops the predictions of trials that don't keep theirs, except of those `dropped` before.
    fn drop_predictions(
        &self,
        kept: KeptPredictions,
        plan: &Plan,
        results: &Results,
        dropped: &mut BTreeSet<TrialNumber>,
    ) -> Result<(), StoreError> {
        let PreparedStudy { origin, study, .. } = self.prepared;
        if kept == KeptPredictions::All {
            return Ok(());
        }
        let (stay, mut out) = kept.split(plan, results, study.metric, self.prepared.shapes());
        out.retain(|trial| dropped.insert(trial.number));
        // Trials of a fit that stopped early read it at the same epoch.
        let stay: BTreeSet<_> = crossfold_search::prediction_keys(plan, origin, results, &stay).into_iter().collect();
        let mut places = crossfold_search::prediction_keys(plan, origin, results, &out);
        places.retain(|place| !stay.contains(place));
        self.engine.store.remove_predictions(&study.name, &places)
    }

    fn without_predictions(
        &self,
        plan: &Plan,
        results: &Results,
        trials: &[&Trial],
    ) -> Result<BTreeSet<(ConfigurationNumber, FoldId)>, StoreError> {
        let places = crossfold_search::prediction_keys(plan, &self.prepared.origin, results, trials);
        let are_stored = self.engine.store.have_predictions(&places)?;
        let fits = trials.iter().flat_map(|trial| plan.folds.iter().map(|&fold| (trial.configuration, fold)));
        Ok(fits.zip(are_stored).filter_map(|(fit, is_stored)| (!is_stored).then_some(fit)).collect())
    }

    fn train_silently<'c>(&self, course: Course<'c>, predictions: bool) -> Result<Outcome<'c>, RunError> {
        self.carry_out(course, predictions, &mut |_, _| {}, &mut |_, _| {})
    }

    /// Trains what `course` asks for, and sends notices of it. `observe` receives each event, too.
    fn train<'c>(
        &self,
        course: Course<'c>,
        predictions: bool,
        watch: &mut dyn Watch,
        news: &RefCell<TrialNews>,
        observe: &mut dyn FnMut(&Event, &Course<'_>),
    ) -> Result<Outcome<'c>, RunError> {
        let StudySearch { prepared, kind: search, .. } = *self;
        let watch = RefCell::new(watch);
        self.carry_out(
            course,
            predictions,
            &mut |course, beginning| {
                let jobs = self.engine.jobs.get();
                let wall = prepared.study.budget.wall.filter(|_| self.deadline.is_some());
                let time_left = wall.map(|wall| wall.saturating_sub(self.engine.machine.elapsed()));
                let began = SearchBegan { search, prepared, course, beginning, jobs, time_left };
                watch.borrow_mut().notice(&Notice::SearchBegan(began));
                if search == SearchKind::Study {
                    news.borrow_mut().begin(course, &mut **watch.borrow_mut());
                }
            },
            &mut |event, course| {
                match search {
                    SearchKind::Study => news.borrow_mut().pass_on(event, course, &mut **watch.borrow_mut()),
                    SearchKind::Nested(_) | SearchKind::Folds | SearchKind::Variables | SearchKind::Retraining => {
                        watch.borrow_mut().notice(&Notice::Fit { search, event, course });
                    }
                }
                observe(event, course);
            },
        )
    }

    fn carry_out<'c>(
        &self,
        course: Course<'c>,
        predictions: bool,
        begin: &mut dyn FnMut(&Course<'_>, RunStart),
        observe: &mut dyn FnMut(&Event, &Course<'_>),
    ) -> Result<Outcome<'c>, RunError> {
        let PreparedStudy { study, origin, .. } = self.prepared;
        let Engine { store, jobs, stop, machine, .. } = self.engine;
        let price = |configuration: &Configuration| self.prepared.price(configuration);
        let clock = || machine.elapsed();
        let executor = Executor {
            study: self.refers.then_some(&study.name),
            keeps_journal: self.keeps_journal,
            origin,
            objective: self.objective,
            store,
            running: &*self.run.running,
            limits: study.limits,
            reuse: self.reuse,
            suspects: &self.run.suspects,
            price: &price,
            predictions,
            deadline: self.deadline,
            jobs,
            clock: &clock,
        };
        executor.run(course, stop, begin, observe)
    }
}

/// When predictions are dropped during a search, and which were.
#[derive(Default)]
struct PredictionEviction {
    ended: usize,
    /// The number of ended fits after which predictions are dropped next.
    next: usize,
    dropped: BTreeSet<TrialNumber>,
    /// Why the store dropped no more.
    refused: Option<StoreError>,
}

impl PredictionEviction {
    /// Counts a fit that has ended, and drops predictions when it is time to.
    fn count(&mut self, drop: impl FnOnce(&mut BTreeSet<TrialNumber>) -> Result<(), StoreError>) {
        self.ended += 1;
        if self.ended >= self.next.max(DROP_EVERY) && self.refused.is_none() {
            self.next = self.ended + DROP_EVERY.max(self.ended / 8);
            self.refused = drop(&mut self.dropped).err();
        }
    }
}
