//! A thread that trains one fit after another, and tells what comes of it.

use std::any::Any;
use std::ops::ControlFlow;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::SyncSender;
use std::time::Duration;

use crossfold_study::{
    ConfigurationNumber, EpochRecord, EpochReport, Failure, Fit, FitEnd, FitRecord, FoldId, Part, PlannedConfiguration,
    Stop,
};

use crate::Search;

/// What workers tell the dispatcher.
pub(crate) enum Message {
    Started { configuration: ConfigurationNumber, fold: FoldId, began: Duration, stop: Stop },
    EpochDone { configuration: ConfigurationNumber, fold: FoldId, report: EpochReport },
    Ended { configuration: ConfigurationNumber, fold: FoldId, record: Box<FitRecord>, elapsed: Duration },
}

/// A thread's share of a run. It changes nothing but its place in the schedule: the rest is told to
/// the dispatcher.
pub(crate) struct Worker<'a> {
    pub(crate) search: &'a Search<'a>,
    /// Counted from 0.
    pub(crate) thread: usize,
    /// The place in the schedule of the next fit to begin.
    pub(crate) next: &'a AtomicUsize,
    pub(crate) stop: Stop,
    pub(crate) dispatcher: SyncSender<Message>,
}

impl Worker<'_> {
    /// Trains until nothing is left, or a stop is requested.
    pub(crate) fn work(&self) {
        while !self.stop.is_requested() {
            let position = self.next.fetch_add(1, Ordering::Relaxed);
            let Some((planned, fold)) = self.search.schedule.get(position) else { return };
            if self.fit(planned, fold).is_break() {
                return;
            }
        }
    }

    /// Breaks where nobody listens any more.
    fn fit(&self, planned: &PlannedConfiguration, fold: FoldId) -> ControlFlow<()> {
        let Search { origin, store, clock, .. } = *self.search;
        let (configuration, part) = (planned.number, Part::Fold(fold));
        let key = origin.key(&planned.configuration, part);
        // Should this fit be the death of the process, the next run can tell.
        store.mark(self.thread, Some(&key));
        let (began, stop) = (clock(), self.stop.child());
        self.tell(Message::Started { configuration, fold, began, stop: stop.clone() })?;

        let mut epochs = Vec::with_capacity(planned.horizon().min(1024) as usize);
        let end = self.train(planned, part, &stop, &mut |report| {
            // Predictions go to the store with the rest of the fit; nobody else looks at them.
            let told = EpochReport { predictions: None, ..report.clone() };
            epochs.push(EpochRecord { report, elapsed: clock().saturating_sub(began) });
            self.tell(Message::EpochDone { configuration, fold, report: told })
        });
        store.mark(self.thread, None);

        // Until its last report, so that it is the same time where the fit is recalled from the store.
        let elapsed = epochs.last().map_or(Duration::ZERO, |epoch| epoch.elapsed);
        let record = FitRecord { key, configuration: planned.configuration.canonical(), part, end, epochs };
        self.tell(Message::Ended { configuration, fold, record: Box::new(record), elapsed })
    }

    fn train(
        &self,
        planned: &PlannedConfiguration,
        part: Part,
        stop: &Stop,
        report: &mut dyn FnMut(EpochReport) -> ControlFlow<()>,
    ) -> FitEnd {
        let predict_at = if self.search.predictions { planned.read_at.as_slice() } else { &[] };
        let (configuration, epochs) = (&planned.configuration, planned.horizon());
        let fit = Fit { configuration, part, epochs, predict_at, from: None, keep: false };
        match catch(|| self.search.objective.fit(&fit, stop, report).end).unwrap_or_else(FitEnd::Failed) {
            // Nobody stops a single fit but its time limit.
            FitEnd::Cancelled if stop.is_requested() && !self.stop.is_requested() => {
                FitEnd::Failed(Failure::TimedOut(self.search.limits.fit_seconds.unwrap_or_default()))
            }
            end @ (FitEnd::Complete | FitEnd::Stopped | FitEnd::Failed(_) | FitEnd::Cancelled) => end,
        }
    }

    fn tell(&self, message: Message) -> ControlFlow<()> {
        match self.dispatcher.send(message) {
            Ok(()) => ControlFlow::Continue(()),
            Err(_) => ControlFlow::Break(()),
        }
    }
}

/// Runs a training, and turns its panic into a failure: one network is no reason to lose the others.
///
/// Of a training that panicked nothing may be looked at again but what it has reported.
///
/// # Errors
/// [`Failure::Panic`], with the panic's message.
pub fn catch<T>(training: impl FnOnce() -> T) -> Result<T, Failure> {
    catch_unwind(AssertUnwindSafe(training)).map_err(|panic| Failure::Panic(message(&*panic)))
}

/// What `panic!` was given, which is text unless somebody went out of their way.
pub(crate) fn message(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().copied();
    text.or_else(|| panic.downcast_ref::<String>().map(String::as_str)).unwrap_or("no message").to_owned()
}
