//! The owner of all that is known in a run.

use std::collections::BTreeMap;
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::Duration;

use crossfold_study::{ConfigurationNumber, Event, FitEnd, FoldId, Results, Stop, StoreError};

use crate::failures::Failures;
use crate::worker::Message;
use crate::{Outcome, RunError, Search};

/// How far workers may run ahead, in messages: memory stays bounded.
pub(crate) const BACKLOG: usize = 1024;

/// How often fits are held against their time limit.
const TICK: Duration = Duration::from_millis(50);

/// Takes in what workers tell, stores the fits that ended, and announces it.
pub(crate) struct Dispatcher<'a> {
    search: &'a Search<'a>,
    /// Requested by whoever stops the run, or by too many failures, or by a store that takes no more.
    stop: Stop,
    results: Results,
    failures: Failures<'a>,
    /// When fits under way began, and what stops each.
    running: BTreeMap<(ConfigurationNumber, FoldId), (Duration, Stop)>,
    /// Why the store took no more.
    refused: Option<StoreError>,
    observe: &'a mut dyn FnMut(&Event, &Results),
}

impl<'a> Dispatcher<'a> {
    /// The run is stopped by `stop`, and beforehand where too much of what is `known` has failed.
    pub(crate) fn new(
        search: &'a Search<'a>,
        known: Results,
        stop: &Stop,
        observe: &'a mut dyn FnMut(&Event, &Results),
    ) -> Dispatcher<'a> {
        let failures = Failures::new(search.plan, &search.limits, &known);
        let stop = stop.child();
        if failures.are_too_many() {
            stop.request();
        }
        Dispatcher { search, stop, results: known, failures, running: BTreeMap::new(), refused: None, observe }
    }

    pub(crate) fn stop(&self) -> &Stop {
        &self.stop
    }

    /// Goes on until the last worker has hung up.
    pub(crate) fn dispatch(&mut self, receiver: Receiver<Message>) {
        loop {
            let message = match self.search.limits.fit_seconds {
                None => receiver.recv().map_err(|_| RecvTimeoutError::Disconnected),
                Some(_) => receiver.recv_timeout(TICK),
            };
            match message {
                Err(RecvTimeoutError::Disconnected) => return,
                Err(RecvTimeoutError::Timeout) => {}
                Ok(first) => self.take_in([first].into_iter().chain(receiver.try_iter().take(BACKLOG))),
            }
            self.stop_overdue();
        }
    }

    /// Takes in what has arrived: stores the fits that ended, all together, and then tells of
    /// everything in its order.
    fn take_in(&mut self, messages: impl Iterator<Item = Message>) {
        let (mut events, mut records) = (Vec::new(), Vec::new());
        for message in messages {
            events.push(match message {
                Message::Started { configuration, fold, began, stop } => {
                    self.running.insert((configuration, fold), (began, stop));
                    Event::FitStarted { configuration, fold }
                }
                Message::EpochDone { configuration, fold, report } => Event::EpochDone { configuration, fold, report },
                Message::Ended { configuration, fold, record, elapsed } => {
                    self.running.remove(&(configuration, fold));
                    let end = record.end.clone();
                    records.push(*record);
                    Event::FitEnded { configuration, fold, end, elapsed }
                }
            });
        }
        // Once the store has refused, nothing more is announced: a fit that isn't stored is not done.
        if self.refused.is_none() && !records.is_empty() {
            self.refused = self.search.store.commit(&records).err();
        }
        match self.refused {
            None => events.iter().for_each(|event| self.announce(event)),
            Some(_) => self.stop.request(),
        }
    }

    fn announce(&mut self, event: &Event) {
        self.results.apply(event);
        if let Event::FitEnded { configuration, end: FitEnd::Failed(_), .. } = event {
            self.failures.count(*configuration, &self.results);
            if self.failures.are_too_many() {
                self.stop.request();
            }
        }
        (self.observe)(event, &self.results);
    }

    fn stop_overdue(&self) {
        let Some(seconds) = self.search.limits.fit_seconds else { return };
        let (now, limit) = ((self.search.clock)(), Duration::from_secs(seconds.into()));
        for (began, stop) in self.running.values() {
            if now.saturating_sub(*began) >= limit {
                stop.request();
            }
        }
    }

    pub(crate) fn outcome(self) -> Result<Outcome, RunError> {
        match self.refused {
            Some(error) => Err(error.into()),
            None => Ok(Outcome { results: self.results, too_many_failures: self.failures.are_too_many() }),
        }
    }
}
