//! A study's fits: found in the store, or trained and put there.

use std::collections::BTreeSet;
use std::num::NonZeroUsize;
use std::time::{Duration, Instant};

use crossfold_search::{
    Beginning, Course, Deadline, Entry, Kept, Limit, MOST_THREADS, Outcome, Run, RunError, Search, Wanted,
};
use crossfold_study::{
    Configuration, ConfigurationNumber, Event, FitEnd, FitKey, FoldId, Objective, Order, Plan, Results, Stop, Store,
    StoreError, Study, StudyName, Trial, TrialNumber,
};

use crate::preparation::Prepared;

/// Predictions of trials that can't be among the best any more are dropped when so many fits have
/// ended: the store stays small without being asked after each.
const DROP_EVERY: usize = 256;

pub struct Sweep<'a> {
    pub prepared: &'a Prepared,
    /// What trains: the prepared trainer, or one around it.
    pub objective: &'a dyn Objective,
    pub store: &'a dyn Store,
    pub jobs: NonZeroUsize,
    pub stop: &'a Stop,
    pub wanted: Wanted,
    /// Fits that aren't trained again.
    pub suspects: &'a BTreeSet<FitKey>,
    /// Whether the store knows the study, so that its fits are referred to.
    pub refers: bool,
    /// Whether the stored study is this one, so that it takes down what is decided.
    pub keeps_journal: bool,
    /// Since `began`.
    pub deadline: Option<Deadline>,
    pub began: Instant,
}

/// A run that the store knows to be under way, until this is dropped.
pub struct Begun<'a>(&'a dyn Store);

impl Drop for Begun<'_> {
    fn drop(&mut self) {
        self.0.end();
    }
}

/// Tells the store that a run begins, and which fits not to try again: those that were being
/// trained at each of the last three deaths. Returns these, too.
pub fn begin<'a>(
    store: &'a dyn Store,
    study: &StudyName,
    jobs: NonZeroUsize,
    retry: bool,
) -> Result<(Begun<'a>, BTreeSet<FitKey>), StoreError> {
    let suspects = store.begin(study, jobs.get().min(MOST_THREADS))?;
    let begun = Begun(store);
    Ok((begun, if retry { BTreeSet::new() } else { suspects.into_iter().collect() }))
}

impl<'a> Sweep<'a> {
    /// Carries a search out. `journal` is what an earlier run of it decided.
    pub fn search(
        &self,
        journal: Vec<Entry>,
        begin: &mut dyn FnMut(&Course<'_>, Beginning),
        observe: &mut dyn FnMut(&Event, &Course<'_>),
    ) -> Result<Outcome<'a>, RunError> {
        let kept = self.prepared.kept();
        let mut course = self.prepared.course();
        if self.prepared.study.pace.order == Order::Free {
            course.follow(journal);
        }
        let (mut ended, mut cut_short, mut refused, mut dropped) = (0_usize, false, None, BTreeSet::new());
        let mut outcome = self.run(course, kept != Kept::Best(0), begin, &mut |event, course| {
            observe(event, course);
            ended += usize::from(matches!(event, Event::FitEnded { .. }));
            cut_short |= matches!(event, Event::FitEnded { end: FitEnd::Cancelled | FitEnd::Failed(_), .. });
            if matches!(event, Event::FitEnded { .. }) && ended.is_multiple_of(DROP_EVERY) && refused.is_none() {
                refused = self.drop_predictions(kept, course.plan(), course.results(), &mut dropped).err();
            }
        })?;
        refused.map_or(Ok(()), Err)?;
        if cut_short || self.stop.is_requested() || outcome.ended_by == Some(Limit::Wall) {
            // A fit that came to an early end may have been stored with more epochs before: what counts is
            // what is stored, and what a report made later will show.
            let journal = outcome.course.journal().to_vec();
            outcome.course = self.prepared.course();
            outcome.course.follow(journal);
            crossfold_search::follow(&mut outcome.course, &self.prepared.origin, self.store)?;
        }
        Ok(outcome)
    }

    /// Which fits lack predictions that the result files are made from: those of the trials that keep theirs, and of the
    /// `winner`. No other trial's stay in the store.
    ///
    /// An edit of the space can ask for an epoch that was reported and not predicted at, or bring a trial among the best
    /// whose predictions have long been dropped.
    pub fn lacking_predictions(
        &self,
        plan: &Plan,
        results: &Results,
        winner: Option<&Trial>,
    ) -> Result<BTreeSet<(ConfigurationNumber, FoldId)>, StoreError> {
        let kept = self.prepared.kept();
        // The winner's stay: by `one_se` it needn't be among the best.
        let winner = winner.filter(|_| kept != Kept::Best(0));
        let mut not_dropped: BTreeSet<TrialNumber> = winner.map(|winner| winner.number).into_iter().collect();
        self.drop_predictions(kept, plan, results, &mut not_dropped)?;
        if kept == Kept::Best(0) {
            return Ok(BTreeSet::new());
        }
        let (mut trials, _) = kept.split(plan, results, self.prepared.study.metric);
        trials.extend(winner.and_then(|winner| plan.trials.get(winner.number.0 as usize)));
        self.without_predictions(plan, results, &trials)
    }

    /// Trains fits of a plan again for their predictions; what they report is known.
    pub fn predict(&self, plan: &Plan, lacking: &BTreeSet<(ConfigurationNumber, FoldId)>) -> Result<(), RunError> {
        let course = Course::of(&self.prepared.study, plan, lacking, self.prepared.terms());
        let again =
            Sweep { wanted: Wanted { fresh: true, ..self.wanted }, keeps_journal: false, deadline: None, ..*self };
        again.run(course, true, &mut |_, _| {}, &mut |_, _| {})?;
        Ok(())
    }

    /// Trains one configuration on one fold, unless that is stored.
    pub fn fit(&self, study: &'a Study, fold: FoldId) -> Result<(Plan, Results), RunError> {
        let course = Course::new(study, vec![fold], self.prepared.terms());
        let outcome = self.run(course, false, &mut |_, _| {}, &mut |_, _| {})?;
        Ok(outcome.course.into_parts())
    }

    /// Drops the predictions of trials that don't keep theirs, but for those `dropped` before.
    fn drop_predictions(
        &self,
        kept: Kept,
        plan: &Plan,
        results: &Results,
        dropped: &mut BTreeSet<TrialNumber>,
    ) -> Result<(), StoreError> {
        let Prepared { origin, study, .. } = self.prepared;
        if kept == Kept::All {
            return Ok(());
        }
        let (stay, mut out) = kept.split(plan, results, study.metric);
        out.retain(|trial| dropped.insert(trial.number));
        // Trials of a fit that stopped early read it at the same epoch.
        let stay: BTreeSet<_> = crossfold_search::places(plan, origin, results, &stay).into_iter().collect();
        let mut places = crossfold_search::places(plan, origin, results, &out);
        places.retain(|place| !stay.contains(place));
        self.store.forget_predictions(&study.name, &places)
    }

    fn without_predictions(
        &self,
        plan: &Plan,
        results: &Results,
        trials: &[&Trial],
    ) -> Result<BTreeSet<(ConfigurationNumber, FoldId)>, StoreError> {
        let places = crossfold_search::places(plan, &self.prepared.origin, results, trials);
        let keys: Vec<FitKey> = places.iter().map(|(key, _)| *key).collect();
        let stored = self.store.fits(&keys)?;
        let fits = trials.iter().flat_map(|trial| plan.folds.iter().map(|&fold| (trial.configuration, fold)));
        let lacks = |(_, ((_, epoch), stored)): &((_, _), (&(FitKey, u32), Option<crossfold_study::StoredFit>))| {
            stored.as_ref().is_none_or(|stored| stored.predicted.binary_search(epoch).is_err())
        };
        Ok(fits.zip(places.iter().zip(stored)).filter(lacks).map(|(fit, _)| fit).collect())
    }

    fn run<'c>(
        &self,
        course: Course<'c>,
        predictions: bool,
        begin: &mut dyn FnMut(&Course<'_>, Beginning),
        observe: &mut dyn FnMut(&Event, &Course<'_>),
    ) -> Result<Outcome<'c>, RunError> {
        let Prepared { study, origin, .. } = self.prepared;
        let price = |configuration: &Configuration| self.prepared.price(configuration);
        let began = self.began;
        let clock = || -> Duration { began.elapsed() };
        let search = Search {
            study: self.refers.then_some(&study.name),
            keeps_journal: self.keeps_journal,
            origin,
            objective: self.objective,
            store: self.store,
            limits: study.limits,
            wanted: self.wanted,
            suspects: self.suspects,
            price: &price,
            predictions,
            deadline: self.deadline,
            jobs: self.jobs,
            clock: &clock,
        };
        Run::new(&search, course).carry_out(self.stop, begin, observe)
    }
}
