//! The owner of all that is known in a run.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::sync::{PoisonError, RwLock};
use std::time::Duration;

use crossfold_study::{
    ConfigurationNumber, Event, FitEnd, FitKey, FitRecord, FoldId, Part, PlannedConfiguration, Stop, StoreError,
    StoredFit,
};

use crate::course::{Course, Limit, Wish};
use crate::deadline::Clockwork;
use crate::failures::Failures;
use crate::queue::{Queue, Task};
use crate::recall::{key, longest, look_up, set_aside};
use crate::worker::Message;
use crate::{Outcome, RunError, Search};

/// How far workers may run ahead, in messages: memory stays bounded.
pub(crate) const BACKLOG: usize = 1024;

/// How often fits are held against their time limit, and a run against its deadline.
const TICK: Duration = Duration::from_millis(50);

/// What checkpoints of a run may take in the store.
const CHECKPOINT_BYTES: u64 = 256_000_000;

type FitId = (ConfigurationNumber, FoldId);

/// A fit under way.
struct Running {
    began: Duration,
    /// How long it took before, where it goes on.
    before: Duration,
    stop: Stop,
}

/// Takes in what workers tell, stores the fits that ended, announces it, and hands out what follows from it.
pub(crate) struct Dispatcher<'a, 'c> {
    search: &'a Search<'a>,
    course: Course<'c>,
    queue: &'a Queue,
    failures: Failures,
    clockwork: &'a RwLock<Clockwork>,
    /// When fits under way began, and what stops each.
    running: BTreeMap<FitId, Running>,
    /// More epochs of fits that are under way.
    postponed: BTreeMap<FitId, Wish>,
    /// Fits that this run trained.
    trained: BTreeSet<FitId>,
    /// The checkpoints that this run stored, the oldest first, with their sizes.
    kept: VecDeque<(FitKey, u64)>,
    /// How many fits were found in the store.
    stored: usize,
    /// How many of the journal's entries are in the store.
    journaled: usize,
    /// Why the store took no more.
    refused: Option<StoreError>,
    /// Requested by whoever stops the run, or by too many failures, or by a store that takes no more.
    stop: Stop,
}

impl<'a, 'c> Dispatcher<'a, 'c> {
    /// Follows the search through what is stored, and hands out what is missing.
    pub(crate) fn new(
        search: &'a Search<'a>,
        course: Course<'c>,
        queue: &'a Queue,
        clockwork: &'a RwLock<Clockwork>,
    ) -> Result<Dispatcher<'a, 'c>, StoreError> {
        let failures = Failures::new(&search.limits, course.most_trials());
        let mut dispatcher = Dispatcher {
            search,
            course,
            queue,
            failures,
            clockwork,
            running: BTreeMap::new(),
            postponed: BTreeMap::new(),
            trained: BTreeSet::new(),
            kept: VecDeque::new(),
            stored: 0,
            journaled: 0,
            refused: None,
            stop: Stop::new(),
        };
        dispatcher.advance()?;
        dispatcher.failures = Failures::new(&search.limits, dispatcher.course.most_trials());
        let Dispatcher { course, failures, .. } = &mut dispatcher;
        failures.count(course.plan(), course.results(), |_| true);
        Ok(dispatcher)
    }

    pub(crate) fn course(&self) -> &Course<'c> {
        &self.course
    }

    pub(crate) fn stored(&self) -> usize {
        self.stored
    }

    /// The run is stopped by `stop`, and beforehand where too much of what is known has failed.
    pub(crate) fn heed(&mut self, stop: &Stop) -> Stop {
        self.stop = stop.child();
        if self.failures.are_too_many() {
            self.stop.request();
        }
        self.stop.clone()
    }

    /// Goes on until the last worker has hung up.
    pub(crate) fn dispatch(&mut self, receiver: Receiver<Message>, observe: &mut dyn FnMut(&Event, &Course<'_>)) {
        let ticks = self.search.limits.fit_seconds.is_some() || self.search.deadline.is_some();
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

    /// Takes decisions, finds what they ask for in the store, and hands the rest out, until they wait for results.
    fn advance(&mut self) -> Result<(), StoreError> {
        loop {
            let wishes = self.course.ask();
            self.put_down(&wishes)?;
            self.seek(&wishes)?;
            if !self.course.tell_next() {
                break;
            }
        }
        let has_ended = self.course.ended_by() == Some(Limit::Wall) && self.queue.is_idle();
        if has_ended && !self.course.has_winner() {
            return self.time_is_over();
        }
        // Of a search that a deadline ended, what was passed over is never told.
        let is_over = self.course.is_over() || has_ended;
        if is_over && self.running.is_empty() && self.postponed.is_empty() {
            // What waits still is trained.
            self.queue.close();
        }
        Ok(())
    }

    /// Lets the study refer to what is asked for, and writes down why it is.
    fn put_down(&mut self, wishes: &[Wish]) -> Result<(), StoreError> {
        let Search { store, origin, study: Some(study), keeps_journal, .. } = *self.search else { return Ok(()) };
        let plan = self.course.plan();
        let new: BTreeSet<ConfigurationNumber> = wishes.iter().map(|wish| wish.configuration).collect();
        let keys = |planned: &PlannedConfiguration| -> Vec<FitKey> {
            let refit = origin.key(&planned.configuration.for_refit(), Part::All);
            let folds = plan.folds.iter().map(|&fold| origin.key(&planned.configuration, Part::Fold(fold)));
            folds.chain([refit]).collect()
        };
        if !new.is_empty() {
            let keys: Vec<FitKey> = new.into_iter().flat_map(|number| keys(plan.configuration(number))).collect();
            store.refer(study, &keys)?;
        }
        let entries = &self.course.journal()[self.journaled..];
        if keeps_journal && !entries.is_empty() {
            let lines: Vec<String> = entries.iter().map(|entry| entry.text()).collect();
            store.put_journal(study, self.journaled, &lines)?;
            self.journaled += lines.len();
        }
        Ok(())
    }

    /// Finds fits in the store, or has them trained.
    fn seek(&mut self, wishes: &[Wish]) -> Result<(), StoreError> {
        let Search { store, origin, wanted, suspects, .. } = *self.search;
        let wishes: Vec<Wish> = longest(wishes).into_iter().filter(|wish| !self.is_at_hand(wish)).collect();
        set_aside(self.course.plan(), origin, store, suspects, &wishes)?;
        let mut found = Vec::new();
        look_up(&mut self.course, origin, store, &wishes, &mut |course, wish, stored| match stored {
            Some(stored) if wanted.is_met(wish.epochs, &stored) => {
                course.recall(wish, &stored);
                found.push((*wish, None));
            }
            stored => found.push((*wish, Some(stored))),
        })?;
        // Of what another study stored, as of what this one trains.
        let known: BTreeSet<ConfigurationNumber> = found.iter().map(|(wish, _)| wish.configuration).collect();
        self.failures.count(self.course.plan(), self.course.results(), |number| known.contains(&number));
        let mut tasks = Vec::new();
        for (wish, missing) in found {
            match missing {
                None => self.stored += 1,
                Some(stored) => {
                    let task = self.task(&wish, stored.clone())?;
                    if let (Some((checkpoint, _)), Some(stored)) = (&task.from, &stored) {
                        // Reports begin behind it.
                        self.course.recall(&Wish { epochs: checkpoint.epochs, ..wish }, stored);
                    }
                    tasks.push(task);
                }
            }
        }
        self.queue.push(tasks);
        Ok(())
    }

    /// Whether a wish is fulfilled, or will be with a fit that is under way or waits for a thread.
    fn is_at_hand(&mut self, wish: &Wish) -> bool {
        let fit = (wish.configuration, wish.fold);
        if self.queue.is_handed_out(fit) {
            let postponed = self.postponed.entry(fit).or_insert(*wish);
            postponed.epochs = postponed.epochs.max(wish.epochs);
            return true;
        }
        if let Some(mut task) = self.queue.withdraw(fit) {
            task.epochs = task.epochs.max(wish.epochs);
            let planned = self.course.configuration(wish.configuration);
            task.predict_at.clone_from(&planned.read_at);
            task.keep = task.epochs < planned.horizon();
            self.queue.push([task]);
            return true;
        }
        let known = self.course.results().fit(wish.configuration, wish.fold);
        known.is_some_and(|known| {
            let is_over = match known.end {
                Some(FitEnd::Stopped | FitEnd::Failed(_)) => true,
                Some(FitEnd::Complete | FitEnd::Cancelled) | None => false,
            };
            known.epochs() >= wish.epochs || is_over
        })
    }

    /// The training that fulfils a wish; it goes on where what is stored was left, if that can be told.
    fn task(&self, wish: &Wish, stored: Option<StoredFit>) -> Result<Task, StoreError> {
        let Search { store, origin, wanted, price, .. } = *self.search;
        let planned = self.course.configuration(wish.configuration);
        let may_go_on = !wanted.fresh || self.trained.contains(&(wish.configuration, wish.fold));
        let from = match stored.filter(|stored| may_go_on && !stored.epochs.is_empty()) {
            None => None,
            Some(stored) => store.checkpoint(&key(self.course.plan(), origin, wish))?.and_then(|checkpoint| {
                let behind = stored.epochs.get(..checkpoint.epochs as usize)?.to_vec();
                (checkpoint.epochs < wish.epochs).then_some((checkpoint, behind))
            }),
        };
        Ok(Task {
            number: wish.configuration,
            configuration: planned.configuration.clone(),
            fold: wish.fold,
            epochs: wish.epochs,
            predict_at: planned.read_at.clone(),
            price: price(&planned.configuration),
            from,
            keep: wish.epochs < planned.horizon(),
        })
    }

    /// Takes in what has arrived: stores the fits that ended, all together, and then tells of
    /// everything in its order.
    fn take_in(&mut self, messages: impl Iterator<Item = Message>, observe: &mut dyn FnMut(&Event, &Course<'_>)) {
        let (mut events, mut records) = (Vec::new(), Vec::new());
        for message in messages {
            match message {
                Message::Started { configuration, fold, began, before, stop } => {
                    self.running.insert((configuration, fold), Running { began, before, stop });
                    events.push(Event::FitStarted { configuration, fold });
                }
                Message::EpochDone { configuration, fold, report } => {
                    events.push(Event::EpochDone { configuration, fold, report });
                }
                Message::Ended { configuration, fold, record, spent, epochs } => {
                    self.running.remove(&(configuration, fold));
                    self.queue.done((configuration, fold));
                    self.trained.insert((configuration, fold));
                    if record.end == FitEnd::Complete {
                        let price = (self.search.price)(&self.course.configuration(configuration).configuration);
                        self.clockwork.write().unwrap_or_else(PoisonError::into_inner).saw(price, epochs, spent);
                    }
                    // Until its last report, so that it is the same time where the fit is recalled from the store.
                    let elapsed = record.epochs.last().map_or(Duration::ZERO, |epoch| epoch.elapsed);
                    events.push(Event::FitEnded { configuration, fold, end: record.end.clone(), elapsed });
                    records.push(*record);
                }
                Message::PassedOver { configuration, fold } => {
                    self.queue.done((configuration, fold));
                    self.postponed.remove(&(configuration, fold));
                    if !self.stop.is_requested() {
                        self.course.end(Limit::Wall);
                    }
                }
            }
        }
        // Once the store has refused, nothing more is announced: a fit that isn't stored is not done.
        if self.refused.is_none() && !records.is_empty() {
            self.refused = self.search.store.commit(&records).and_then(|()| self.keep_few(&records)).err();
        }
        if self.refused.is_none() {
            events.iter().for_each(|event| self.announce(event, observe));
            self.refused = self.go_on(!records.is_empty()).err();
        }
        if self.refused.is_some() {
            self.stop.request();
        }
    }

    /// Drops the oldest checkpoints that this run stored where they are too many: whoever they are of trains from the start,
    /// should it go on after all.
    fn keep_few(&mut self, records: &[FitRecord]) -> Result<(), StoreError> {
        for record in records.iter().filter(|record| record.replaces_checkpoint()) {
            self.kept.retain(|(key, _)| *key != record.key);
            if let Some(checkpoint) = &record.checkpoint {
                self.kept.push_back((record.key, checkpoint.state.len() as u64));
            }
        }
        let mut total: u64 = self.kept.iter().map(|(_, bytes)| bytes).sum();
        let mut dropped = Vec::new();
        while total > CHECKPOINT_BYTES {
            let Some((key, bytes)) = self.kept.pop_front() else { break };
            total -= bytes;
            dropped.push(key);
        }
        if dropped.is_empty() { Ok(()) } else { self.search.store.forget_checkpoints(&dropped) }
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

    /// Decides what follows, once fits have ended.
    fn go_on(&mut self, have_ended: bool) -> Result<(), StoreError> {
        if self.stop.is_requested() {
            return Ok(());
        }
        let ready: Vec<FitId> = self.postponed.keys().filter(|fit| !self.queue.is_handed_out(**fit)).copied().collect();
        let ready: Vec<Wish> = ready.iter().filter_map(|fit| self.postponed.remove(fit)).collect();
        self.seek(&ready)?;
        if have_ended && self.search.deadline.is_some() {
            let mut clockwork = self.clockwork.write().unwrap_or_else(PoisonError::into_inner);
            let (course, search) = (&self.course, self.search);
            clockwork.keep_room(course, search.jobs.get(), &|configuration| (search.price)(configuration));
        }
        self.advance()
    }

    fn stop_overdue(&mut self) {
        if self.search.limits.fit_seconds.is_none() && self.search.deadline.is_none() {
            return;
        }
        let now = (self.search.clock)();
        if let Some(seconds) = self.search.limits.fit_seconds {
            let limit = Duration::from_secs(seconds.into());
            for Running { began, before, stop } in self.running.values() {
                if now.saturating_sub(*began) + *before >= limit {
                    stop.request();
                }
            }
        }
        let clockwork = self.clockwork.read().unwrap_or_else(PoisonError::into_inner);
        let is_over = clockwork.has_deadline() && clockwork.is_over(now) && !self.stop.is_requested();
        drop(clockwork);
        if is_over && self.refused.is_none() {
            self.refused = self.time_is_over().err();
            if self.refused.is_some() {
                // Nobody else may have anything to tell that would end the run.
                self.stop.request();
            }
        }
    }

    /// Ends the search; whoever leads goes to its end first, if nobody did.
    fn time_is_over(&mut self) -> Result<(), StoreError> {
        self.course.end(Limit::Wall);
        if !self.course.has_winner() {
            self.clockwork.write().unwrap_or_else(PoisonError::into_inner).use_room();
            self.queue.withdraw_all();
            let wishes = self.course.finish();
            if !wishes.is_empty() {
                self.put_down(&wishes)?;
                return self.seek(&wishes);
            }
        }
        self.stop.request();
        Ok(())
    }

    pub(crate) fn outcome(self) -> Result<Outcome<'c>, RunError> {
        match self.refused {
            Some(error) => Err(error.into()),
            None => Ok(Outcome {
                ended_by: self.course.ended_by(),
                course: self.course,
                trained: self.trained.len(),
                stored: self.stored,
                too_many_failures: self.failures.are_too_many(),
            }),
        }
    }
}
