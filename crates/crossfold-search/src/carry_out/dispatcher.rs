//! The owner of a run's state.

#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use crossfold_study::{
    ConfigurationNumber, Event, FitEnd, FitKey, FitRecord, Part, PlannedConfiguration, Stop, StoreError, StoredFit,
    TrialNumber,
};

use super::executor::Executor;
use super::failures::Failures;
use super::outcome::{Outcome, RunError};
use super::queue::{FitId, Queue, QueuedFit};
use super::recall::{key, longest, look_up, mark_suspects};
use super::worker::Message;
use crate::decide::budget::BudgetLimit;
use crate::decide::course::Course;
use crate::decide::fit_request::FitRequest;
use crate::foresee::deadline::{FitPace, TimeBudget};

/// The number of messages by which workers may run ahead of the dispatcher; it bounds memory.
pub(crate) const BACKLOG: usize = 1024;

/// How often time limits of fits and the deadline of a run are checked.
const TICK: Duration = Duration::from_millis(50);

/// The most bytes of checkpoints that a run keeps in the store.
const CHECKPOINT_BYTES: u64 = 256_000_000;

/// A fit under way.
struct RunningFit {
    began: Duration,
    /// How long it took before the checkpoint from which it continues.
    before: Duration,
    stop: Stop,
}

/// Receives the workers' reports, stores the fits that ended, announces them, and queues the fits that follow from them.
pub(crate) struct Dispatcher<'a, 'c> {
    executor: &'a Executor<'a>,
    course: Course<'c>,
    queue: &'a Queue,
    failures: Failures,
    time: &'a RwLock<TimeBudget>,
    /// The fits under way.
    running: BTreeMap<FitId, RunningFit>,
    /// Requests for more epochs of fits that are under way.
    postponed: BTreeMap<FitId, FitRequest>,
    /// The fits that this run trained.
    trained: BTreeSet<FitId>,
    /// The checkpoints that this run stored, the oldest first, with their sizes.
    checkpoints: VecDeque<(FitKey, u64)>,
    /// The fits found in the store, in whole or in part.
    stored: BTreeSet<FitId>,
    /// The fits that were passed over for lack of time before there was a winner.
    passed_over: Vec<FitRequest>,
    /// The fits that train a trial to its end before all others, so that there is a winner in time.
    securing: BTreeSet<FitId>,
    /// The number of the journal's entries that are in the store.
    journaled: usize,
    /// The error with which the store refused to commit.
    refused: Option<StoreError>,
    /// Requested by the caller of the run, after too many failures, and where the store refuses to commit.
    stop: Stop,
}

impl<'a, 'c> Dispatcher<'a, 'c> {
    /// Repeats the search from the store as far as that goes, and queues the fits that are missing.
    pub(crate) fn new(
        executor: &'a Executor<'a>,
        course: Course<'c>,
        queue: &'a Queue,
        time: &'a RwLock<TimeBudget>,
    ) -> Result<Dispatcher<'a, 'c>, StoreError> {
        let failures = Failures::new(&executor.limits, course.most_trials());
        let mut dispatcher = Dispatcher {
            executor,
            course,
            queue,
            failures,
            time,
            running: BTreeMap::new(),
            postponed: BTreeMap::new(),
            trained: BTreeSet::new(),
            checkpoints: VecDeque::new(),
            stored: BTreeSet::new(),
            passed_over: Vec::new(),
            securing: BTreeSet::new(),
            journaled: 0,
            refused: None,
            stop: Stop::new(),
        };
        dispatcher.advance()?;
        dispatcher.failures = Failures::new(&executor.limits, dispatcher.course.most_trials());
        let Dispatcher { course, failures, .. } = &mut dispatcher;
        failures.count(course.plan(), course.results(), |_| true);
        Ok(dispatcher)
    }

    pub(crate) fn course(&self) -> &Course<'c> {
        &self.course
    }

    pub(crate) fn stored(&self) -> usize {
        self.stored.len()
    }

    /// Lets `stop` stop the run; requests a stop at once where too many trials have failed already.
    pub(crate) fn stop_with(&mut self, stop: &Stop) -> Stop {
        self.stop = stop.child();
        if self.failures.are_too_many() {
            self.stop.request();
        }
        self.stop.clone()
    }

    /// Dispatches until the last worker has ended.
    pub(crate) fn dispatch(&mut self, receiver: Receiver<Message>, observe: &mut dyn FnMut(&Event, &Course<'_>)) {
        let ticks = self.executor.limits.fit_seconds.is_some() || self.executor.deadline.is_some();
        loop {
            let message = if ticks {
                receiver.recv_timeout(TICK)
            } else {
                receiver.recv().map_err(|_| RecvTimeoutError::Disconnected)
            };
            match message {
                Err(RecvTimeoutError::Disconnected) => return,
                Err(RecvTimeoutError::Timeout) => {}
                Ok(first) => self.take_in([first].into_iter().chain(receiver.try_iter().take(BACKLOG)), observe),
            }
            self.stop_overdue();
            if self.stop.is_requested() {
                self.queue.clear();
            }
        }
    }

    /// Takes decisions until they wait for results. Fits that they ask for are taken from the store or queued.
    fn advance(&mut self) -> Result<(), StoreError> {
        loop {
            let requests = self.course.ask();
            self.record(&requests)?;
            self.provide(&requests)?;
            if !self.course.tell_next() {
                break;
            }
        }
        if self.executor.deadline.is_some() {
            self.retry_passed_over()?;
        }
        // Fits that were passed over for lack of time never end, so the course may still wait for them.
        let is_out_of_time = self.course.ended_by() == Some(BudgetLimit::Wall) && self.queue.is_idle();
        let is_over = self.course.is_over() || is_out_of_time;
        // Where there is no deadline, fits that still wait are trained. Before one, they may have to be put off.
        let are_certain = self.executor.deadline.is_none() || self.queue.is_idle() && self.passed_over.is_empty();
        if is_over && are_certain && self.running.is_empty() && self.postponed.is_empty() {
            self.queue.close();
        }
        Ok(())
    }

    /// Where fits were passed over before there was a winner, trains one trial to its end, and then tries the others again: by
    /// then more is known of how long fits take.
    fn retry_passed_over(&mut self) -> Result<(), StoreError> {
        if self.securing.iter().any(|fit| self.queue.holds(*fit) || self.postponed.contains_key(fit)) {
            return Ok(());
        }
        if !self.securing.is_empty() {
            self.securing.clear();
            let requests = std::mem::take(&mut self.passed_over);
            self.provide(&requests)?;
        }
        if self.passed_over.is_empty() { Ok(()) } else { self.secure_winner() }
    }

    /// Trains a trial to its end before all others, so that there is a winner when time is over.
    fn secure_winner(&mut self) -> Result<(), StoreError> {
        let Some((trial, _)) = self.finisher() else {
            self.passed_over.clear();
            self.course.end(BudgetLimit::Wall);
            return Ok(());
        };
        let requests = self.course.secure(trial);
        self.securing = requests.iter().map(|request| (request.configuration, request.fold)).collect();
        self.passed_over.retain(|request| !self.securing.contains(&(request.configuration, request.fold)));
        self.record(&requests)?;
        self.provide(&requests)
    }

    /// Records in the store which fits the study refers to, and the decisions that asked for them.
    fn record(&mut self, requests: &[FitRequest]) -> Result<(), StoreError> {
        let Executor { store, origin, study: Some(study), keeps_journal, .. } = *self.executor else { return Ok(()) };
        let plan = self.course.plan();
        let new: BTreeSet<ConfigurationNumber> = requests.iter().map(|request| request.configuration).collect();
        let keys = |planned: &PlannedConfiguration| -> Vec<FitKey> {
            let refit = self.course.study().finish.refit_key(origin, &planned.configuration, &plan.folds, 1.0);
            let folds = plan.folds.iter().map(|&fold| origin.key(&planned.configuration, Part::Fold(fold)));
            folds.chain([refit]).collect()
        };
        if !new.is_empty() {
            let keys: Vec<FitKey> = new.into_iter().flat_map(|number| keys(plan.configuration(number))).collect();
            store.add_references(study, &keys)?;
        }
        let entries = &self.course.journal()[self.journaled..];
        if keeps_journal && !entries.is_empty() {
            let lines: Vec<String> = entries.iter().map(|entry| entry.to_text()).collect();
            store.put_journal(study, self.journaled, &lines)?;
            self.journaled += lines.len();
        }
        Ok(())
    }

    /// Takes fits from the store, or queues them.
    fn provide(&mut self, requests: &[FitRequest]) -> Result<(), StoreError> {
        let Executor { store, origin, reuse, suspects, .. } = *self.executor;
        let requests: Vec<FitRequest> =
            longest(requests).into_iter().filter(|request| !self.is_provided(request)).collect();
        mark_suspects(self.course.plan(), origin, store, suspects, &requests)?;
        let (found, mut missing) = (&mut self.stored, Vec::new());
        look_up(&mut self.course, origin, store, &requests, &mut |course, request, stored| match stored {
            Some(stored) if reuse.serves(request.epochs, &stored) => {
                course.recall(request, &stored);
                found.insert((request.configuration, request.fold));
            }
            stored => missing.push((*request, stored.map(Box::new))),
        })?;
        // Fits that another study stored count like those of this run.
        let known: BTreeSet<ConfigurationNumber> = requests.iter().map(|request| request.configuration).collect();
        self.failures.count(self.course.plan(), self.course.results(), |number| known.contains(&number));
        let is_shortest_first = self.executor.deadline.is_some() && !self.course.has_winner();
        let mut to_train = Vec::with_capacity(missing.len());
        for (request, stored) in missing {
            let queued = self.queued_fit(&request, stored.as_deref(), is_shortest_first)?;
            if let (Some((checkpoint, _)), Some(stored)) = (queued.from.as_deref(), &stored) {
                // The worker reports only the epochs after the checkpoint.
                self.course.recall(&FitRequest { epochs: checkpoint.epochs, ..request }, stored);
            }
            to_train.push(queued);
        }
        self.queue.push(to_train);
        Ok(())
    }

    /// Whether a request is fulfilled, or will be by a fit that is under way or waits for a thread.
    fn is_provided(&mut self, request: &FitRequest) -> bool {
        let fit = (request.configuration, request.fold);
        if self.queue.is_handed_out(fit) {
            let postponed = self.postponed.entry(fit).or_insert(*request);
            postponed.epochs = postponed.epochs.max(request.epochs);
            return true;
        }
        if let Some(mut queued) = self.queue.withdraw(fit) {
            queued.epochs = queued.epochs.max(request.epochs);
            let planned = self.course.configuration(request.configuration);
            queued.predict_at.clone_from(&planned.read_at);
            queued.keep = queued.epochs < planned.horizon();
            queued.is_urgent = self.securing.contains(&fit);
            self.queue.push([queued]);
            return true;
        }
        let known = self.course.results().fit(request.configuration, request.fold);
        known.is_some_and(|known| {
            let is_over = match known.end {
                Some(FitEnd::Stopped | FitEnd::Failed(_)) => true,
                Some(FitEnd::Complete | FitEnd::Cancelled) | None => false,
            };
            known.epochs() >= request.epochs || is_over
        })
    }

    /// The fit that fulfils a request. It continues from the checkpoint of the stored fit, if there is one.
    fn queued_fit(
        &self,
        request: &FitRequest,
        stored: Option<&StoredFit>,
        is_shortest_first: bool,
    ) -> Result<QueuedFit, StoreError> {
        let Executor { store, origin, reuse, price, .. } = *self.executor;
        let planned = self.course.configuration(request.configuration);
        let may_continue = !reuse.fresh || self.trained.contains(&(request.configuration, request.fold));
        let from = match stored.filter(|stored| may_continue && !stored.epochs.is_empty()) {
            None => None,
            Some(stored) => store.checkpoint(&key(self.course.plan(), origin, request))?.and_then(|checkpoint| {
                let behind = stored.epochs.get(..checkpoint.epochs as usize)?.to_vec();
                (checkpoint.epochs < request.epochs).then(|| Box::new((checkpoint, behind)))
            }),
        };
        Ok(QueuedFit {
            number: request.configuration,
            configuration: Arc::clone(&planned.configuration),
            fold: request.fold,
            epochs: request.epochs,
            predict_at: planned.read_at.clone(),
            price: price(&planned.configuration),
            from,
            keep: request.epochs < planned.horizon(),
            is_urgent: self.securing.contains(&(request.configuration, request.fold)),
            is_shortest_first,
        })
    }

    /// Takes in the messages that have arrived: stores the fits that ended, all in one commit, and then announces every
    /// event in its order.
    fn take_in(&mut self, messages: impl Iterator<Item = Message>, observe: &mut dyn FnMut(&Event, &Course<'_>)) {
        let (mut events, mut records) = (Vec::new(), Vec::new());
        for message in messages {
            match message {
                Message::Started { configuration, fold, began, before, stop } => {
                    self.running.insert((configuration, fold), RunningFit { began, before, stop });
                    events.push(Event::FitStarted { configuration, fold });
                }
                Message::EpochDone { configuration, fold, report } => {
                    events.push(Event::EpochDone { configuration, fold, report });
                }
                Message::Ended { configuration, fold, record, spent, epochs } => {
                    let before = self.running.remove(&(configuration, fold)).map(|fit| fit.before).unwrap_or_default();
                    self.queue.done((configuration, fold));
                    self.trained.insert((configuration, fold));
                    let price = (self.executor.price)(&self.course.configuration(configuration).configuration);
                    let trained = &record.epochs[record.epochs.len() - epochs as usize..];
                    let pace = FitPace::new(trained, before, spent);
                    self.time.write().unwrap_or_else(PoisonError::into_inner).record(configuration, price, pace);
                    // The time of its last report is the one that the store has, too.
                    let elapsed = record.epochs.last().map_or(Duration::ZERO, |epoch| epoch.elapsed);
                    events.push(Event::FitEnded { configuration, fold, end: record.end.clone(), elapsed });
                    records.push(*record);
                }
                Message::PassedOver { configuration, fold, epochs } => {
                    self.queue.done((configuration, fold));
                    let postponed = self.postponed.remove(&(configuration, fold));
                    let epochs = postponed.map_or(epochs, |postponed| postponed.epochs.max(epochs));
                    if self.stop.is_requested() {
                        // No fit begins any more.
                    } else if self.course.has_winner() {
                        self.course.end(BudgetLimit::Wall);
                    } else {
                        self.passed_over.push(FitRequest { configuration, fold, epochs });
                    }
                }
            }
        }
        // Once the store has refused, nothing more is announced: a fit that is not stored has not ended.
        if self.refused.is_none() && !records.is_empty() {
            self.refused = self.executor.store.commit(&records).and_then(|()| self.evict_checkpoints(&records)).err();
        }
        if self.refused.is_none() {
            events.iter().for_each(|event| self.announce(event, observe));
            self.refused = self.continue_search(!records.is_empty()).err();
        }
        if self.refused.is_some() {
            self.stop.request();
        }
    }

    /// Evicts the oldest checkpoints of this run where they take too much room. Their fits train from the start if they are
    /// promoted after all.
    fn evict_checkpoints(&mut self, records: &[FitRecord]) -> Result<(), StoreError> {
        for record in records.iter().filter(|record| record.replaces_checkpoint()) {
            self.checkpoints.retain(|(key, _)| *key != record.key);
            if let Some(checkpoint) = &record.checkpoint {
                self.checkpoints.push_back((record.key, checkpoint.state.len() as u64));
            }
        }
        let mut total: u64 = self.checkpoints.iter().map(|(_, bytes)| bytes).sum();
        let mut evicted = Vec::new();
        while total > CHECKPOINT_BYTES {
            let Some((key, bytes)) = self.checkpoints.pop_front() else { break };
            total -= bytes;
            evicted.push(key);
        }
        if evicted.is_empty() { Ok(()) } else { self.executor.store.remove_checkpoints(&evicted) }
    }

    fn announce(&mut self, event: &Event, observe: &mut dyn FnMut(&Event, &Course<'_>)) {
        self.course.results_mut().apply(event);
        if let Event::FitEnded { configuration, end: FitEnd::Failed(_), .. } = event {
            self.failures.count(self.course.plan(), self.course.results(), |number| number == *configuration);
            if self.failures.are_too_many() {
                self.stop.request();
            }
        }
        observe(event, &self.course);
    }

    /// Takes the decisions that follow from the messages.
    fn continue_search(&mut self, have_ended: bool) -> Result<(), StoreError> {
        if self.stop.is_requested() {
            return Ok(());
        }
        let ready: Vec<FitId> = self.postponed.keys().filter(|fit| !self.queue.is_handed_out(**fit)).copied().collect();
        let ready: Vec<FitRequest> = ready.iter().filter_map(|fit| self.postponed.remove(fit)).collect();
        self.provide(&ready)?;
        if have_ended && self.executor.deadline.is_some() {
            self.reserve_time();
        }
        self.advance()
    }

    fn reserve_time(&self) {
        let mut time = self.time.write().unwrap_or_else(PoisonError::into_inner);
        let (course, executor) = (&self.course, self.executor);
        time.reserve(course, executor.jobs.get(), executor.price, (executor.clock)());
    }

    /// The trial to train to its end so that there is a winner, and the seconds that this takes.
    fn finisher(&self) -> Option<(TrialNumber, f64)> {
        let time = self.time.read().unwrap_or_else(PoisonError::into_inner);
        let Executor { jobs, price, clock, .. } = self.executor;
        let (trial, seconds) = time.finisher(&self.course, jobs.get(), price, clock())?;
        Some((trial.number, seconds))
    }

    /// Whether the time for fits is over, and whether that for training a trial to its end is.
    fn is_time_over(&self, now: Duration) -> (bool, bool) {
        let time = self.time.read().unwrap_or_else(PoisonError::into_inner);
        (time.is_over(now), time.is_finish_over(now))
    }

    /// Stops fits that exceed their time limit. Where the search's time is over, ends it or, as long as there is no winner,
    /// trains one trial to its end.
    fn stop_overdue(&mut self) {
        if self.executor.limits.fit_seconds.is_none() && self.executor.deadline.is_none() {
            return;
        }
        let now = (self.executor.clock)();
        if let Some(seconds) = self.executor.limits.fit_seconds {
            let limit = Duration::from_secs(seconds.into());
            for RunningFit { began, before, stop } in self.running.values() {
                if now.saturating_sub(*began) + *before >= limit {
                    stop.request();
                }
            }
        }
        if !self.is_time_over(now).0 || self.stop.is_requested() || self.refused.is_some() {
            return;
        }
        // There may be a winner since, so that less time is needed.
        self.reserve_time();
        let (is_over, is_finish_over) = self.is_time_over(now);
        if !is_over {
            return;
        }
        if is_finish_over || self.course.has_winner() {
            self.course.end(BudgetLimit::Wall);
            self.stop.request();
        } else if self.securing.is_empty() {
            self.refused = self.secure_winner().err();
            if self.refused.is_some() {
                // There may be no further message that would end the run.
                self.stop.request();
            }
        }
    }

    fn time_missing(&self) -> Option<Duration> {
        let is_missing = self.course.ended_by() == Some(BudgetLimit::Wall) && !self.course.has_winner();
        let (_, seconds) = is_missing.then(|| self.finisher()).flatten()?;
        Duration::try_from_secs_f64(seconds).ok().filter(|time| !time.is_zero())
    }

    pub(crate) fn outcome(self) -> Result<Outcome<'c>, RunError> {
        match self.refused {
            Some(error) => Err(error.into()),
            None => Ok(Outcome {
                ended_by: self.course.ended_by(),
                time_missing: self.time_missing(),
                course: self.course,
                trained: self.trained.len(),
                stored: self.stored.difference(&self.trained).count(),
                too_many_failures: self.failures.are_too_many(),
            }),
        }
    }
}
