//! A thread that trains one fit after another, and tells what comes of it.

use std::any::Any;
use std::ops::ControlFlow;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::SyncSender;
use std::time::Duration;

use crossfold_study::{
    ConfigurationNumber, EpochRecord, EpochReport, Failure, Fit, FitEnd, FitRecord, FoldId, Part, Stop, Trained,
};

use crate::Search;
use crate::queue::{Queue, Task};

/// What workers tell the dispatcher.
pub(crate) enum Message {
    Started {
        configuration: ConfigurationNumber,
        fold: FoldId,
        began: Duration,
        before: Duration,
        stop: Stop,
    },
    EpochDone {
        configuration: ConfigurationNumber,
        fold: FoldId,
        report: EpochReport,
    },
    Ended {
        configuration: ConfigurationNumber,
        fold: FoldId,
        record: Box<FitRecord>,
        spent: Duration,
        epochs: u32,
    },
    /// It wasn't begun, since it couldn't have ended in time.
    PassedOver {
        configuration: ConfigurationNumber,
        fold: FoldId,
    },
}

/// A thread's share of a run. It changes nothing: what it does is told to the dispatcher.
pub(crate) struct Worker<'a> {
    pub(crate) search: &'a Search<'a>,
    /// Counted from 0.
    pub(crate) thread: usize,
    pub(crate) queue: &'a Queue,
    pub(crate) stop: Stop,
    /// Whether a task can end in time.
    pub(crate) has_time: &'a (dyn Fn(&Task) -> bool + Sync),
    pub(crate) dispatcher: SyncSender<Message>,
}

impl Worker<'_> {
    /// Trains until nothing is left, or a stop is requested.
    pub(crate) fn work(&self) {
        while let Some(task) = self.queue.pop() {
            let (configuration, fold) = (task.number, task.fold);
            let went_on = if self.stop.is_requested() || !(self.has_time)(&task) {
                self.tell(Message::PassedOver { configuration, fold })
            } else {
                self.fit(task)
            };
            if went_on.is_break() {
                return;
            }
        }
    }

    /// Breaks where nobody listens any more.
    fn fit(&self, task: Task) -> ControlFlow<()> {
        let Search { origin, running, clock, .. } = *self.search;
        let Task { number: configuration, fold, .. } = task;
        let part = Part::Fold(fold);
        let key = origin.key(&task.configuration, part);
        running.mark(self.thread, Some(&key));
        let (began, stop) = (clock(), self.stop.child());
        let mut epochs = task.from.as_ref().map(|(_, epochs)| epochs.clone()).unwrap_or_default();
        epochs.reserve_exact(task.epochs_left().min(1024) as usize);
        // As if it had never stopped.
        let before = epochs.last().map_or(Duration::ZERO, |epoch| epoch.elapsed);
        self.tell(Message::Started { configuration, fold, began, before, stop: stop.clone() })?;

        let Trained { end, checkpoint } = self.train(&task, part, &stop, &mut |report| {
            if report.epoch as usize <= epochs.len() {
                // The checkpoint couldn't be used.
                epochs.truncate(report.epoch as usize - 1);
            }
            // Predictions go to the store with the rest of the fit; nobody else looks at them.
            let told = EpochReport { predictions: None, ..report.clone() };
            epochs.push(EpochRecord { report, elapsed: before + clock().saturating_sub(began) });
            self.tell(Message::EpochDone { configuration, fold, report: told })
        });
        running.mark(self.thread, None);

        let spent = clock().saturating_sub(began);
        let trained = task.epochs_left();
        let canonical = task.configuration.canonical();
        let record = Box::new(FitRecord { key, configuration: canonical, part, end, epochs, checkpoint });
        self.tell(Message::Ended { configuration, fold, record, spent, epochs: trained })
    }

    fn train(
        &self,
        task: &Task,
        part: Part,
        stop: &Stop,
        report: &mut dyn FnMut(EpochReport) -> ControlFlow<()>,
    ) -> Trained {
        let fit = Fit {
            configuration: &task.configuration,
            part,
            epochs: task.epochs,
            predict_at: if self.search.predictions { &task.predict_at } else { &[] },
            from: task.from.as_ref().map(|(checkpoint, _)| checkpoint),
            keep: task.keep,
        };
        let trained = catch(|| self.search.objective.fit(&fit, stop, report));
        let mut trained = trained.unwrap_or_else(|failure| FitEnd::Failed(failure).into());
        // Nobody stops a single fit but its time limit.
        if trained.end == FitEnd::Cancelled && stop.is_requested() && !self.stop.is_requested() {
            trained.end = FitEnd::Failed(Failure::TimedOut(self.search.limits.fit_seconds.unwrap_or_default()));
        }
        trained
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
