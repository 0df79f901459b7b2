//! A thread that trains one fit after another, and reports to the dispatcher.

use std::any::Any;
use std::ops::ControlFlow;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::SyncSender;
use std::sync::{PoisonError, RwLock};
use std::time::Duration;

use crossfold_study::{
    ConfigurationNumber, EpochRecord, EpochReport, Failure, Fit, FitEnd, FitRecord, FoldId, Part, Stop, Trained,
};

use super::executor::Executor;
use super::queue::{Queue, QueuedFit};
use crate::foresee::deadline::TimeBudget;

/// A report of a worker to the dispatcher.
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
    /// The fit was not begun, because it could not have ended in time.
    PassedOver {
        configuration: ConfigurationNumber,
        fold: FoldId,
        epochs: u32,
    },
}

/// A thread of a run. It changes no shared state, but reports everything to the dispatcher.
pub(crate) struct Worker<'a> {
    pub(crate) executor: &'a Executor<'a>,
    /// Counted from 0.
    pub(crate) thread: usize,
    pub(crate) queue: &'a Queue,
    pub(crate) stop: Stop,
    pub(crate) time: &'a RwLock<TimeBudget>,
    pub(crate) dispatcher: SyncSender<Message>,
}

impl Worker<'_> {
    /// Trains until no fit is left, or a stop is requested.
    pub(crate) fn work(&self) {
        while let Some(fit) = self.queue.pop() {
            let (configuration, fold) = fit.id();
            let flow = if self.stop.is_requested() || !self.may_begin(&fit) {
                self.send(Message::PassedOver { configuration, fold, epochs: fit.epochs })
            } else {
                self.carry_out(&fit)
            };
            if flow.is_break() {
                return;
            }
        }
    }

    fn may_begin(&self, fit: &QueuedFit) -> bool {
        fit.may_begin(&self.time.read().unwrap_or_else(PoisonError::into_inner), (self.executor.clock)())
    }

    /// Breaks where the dispatcher is gone.
    fn carry_out(&self, queued: &QueuedFit) -> ControlFlow<()> {
        let Executor { origin, running, clock, .. } = *self.executor;
        let (configuration, fold) = queued.id();
        let part = Part::Fold(fold);
        let key = origin.key(&queued.configuration, part);
        // If the process dies, the next run knows which fits it was training.
        running.mark(self.thread, Some(&key));
        let (began, stop) = (clock(), self.stop.child());
        let mut epochs = queued.from.as_deref().map(|(_, epochs)| epochs.clone()).unwrap_or_default();
        epochs.reserve_exact(queued.epochs_left().min(1024) as usize);
        // Elapsed time counts as if the fit had never stopped.
        let before = epochs.last().map_or(Duration::ZERO, |epoch| epoch.elapsed);
        self.send(Message::Started { configuration, fold, began, before, stop: stop.clone() })?;

        let mut trained = 0;
        let Trained { end, checkpoint } = self.train(queued, part, &stop, &mut |report| {
            trained += 1;
            if report.epoch as usize <= epochs.len() {
                // The checkpoint was not usable, so the fit started over.
                epochs.truncate(report.epoch as usize - 1);
            }
            // Predictions go to the store with the rest of the fit, and nowhere else.
            let without_predictions = EpochReport { predictions: None, ..report.clone() };
            epochs.push(EpochRecord { report, elapsed: before + clock().saturating_sub(began) });
            self.send(Message::EpochDone { configuration, fold, report: without_predictions })
        });
        running.mark(self.thread, None);

        let spent = clock().saturating_sub(began);
        let canonical = queued.configuration.canonical_without_steps();
        let record = Box::new(FitRecord { key, configuration: canonical, part, end, epochs, checkpoint });
        self.send(Message::Ended { configuration, fold, record, spent, epochs: trained })
    }

    fn train(
        &self,
        queued: &QueuedFit,
        part: Part,
        stop: &Stop,
        report: &mut dyn FnMut(EpochReport) -> ControlFlow<()>,
    ) -> Trained {
        let fit = Fit {
            configuration: &queued.configuration,
            part,
            epochs: queued.epochs,
            predict_at: if self.executor.predictions { &queued.predict_at } else { &[] },
            from: queued.from.as_deref().map(|(checkpoint, _)| checkpoint),
            keep: queued.keep,
        };
        let trained = catch_panic(|| self.executor.objective.fit(&fit, stop, report));
        let mut trained = trained.unwrap_or_else(|failure| FitEnd::Failed(failure).into());
        // Only its time limit stops a single fit.
        if trained.end == FitEnd::Cancelled && stop.is_requested() && !self.stop.is_requested() {
            trained.end = FitEnd::Failed(Failure::TimedOut(self.executor.limits.fit_seconds.unwrap_or_default()));
        }
        trained
    }

    fn send(&self, message: Message) -> ControlFlow<()> {
        match self.dispatcher.send(message) {
            Ok(()) => ControlFlow::Continue(()),
            Err(_) => ControlFlow::Break(()),
        }
    }
}

/// Runs a training and turns its panic into a failure, so that the other networks are not lost.
///
/// Nothing of a training that panicked may be used again, apart from what it has reported.
///
/// # Errors
/// [`Failure::Panic`], with the panic's message.
pub fn catch_panic<T>(training: impl FnOnce() -> T) -> Result<T, Failure> {
    catch_unwind(AssertUnwindSafe(training)).map_err(|panic| Failure::Panic(panic_message(&*panic)))
}

/// The message of a panic; its payload is text unless a caller chose another type.
pub(crate) fn panic_message(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().copied();
    text.or_else(|| panic.downcast_ref::<String>().map(String::as_str)).unwrap_or("no message").to_owned()
}
