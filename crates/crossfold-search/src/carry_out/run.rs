//! Carries out a search: workers train, and one dispatcher owns everything that they report.

#[cfg(test)]
mod tests;

use std::sync::RwLock;
use std::sync::mpsc::sync_channel;

use crossfold_study::{Event, Stop};
use rayon::ThreadPoolBuilder;

use super::dispatcher::{BACKLOG, Dispatcher};
use super::executor::Executor;
use super::outcome::{Outcome, RunError};
use super::queue::Queue;
use super::worker::Worker;
use crate::decide::course::Course;
use crate::foresee::deadline::TimeBudget;

/// More threads than any machine has use for: a greater number is a mistake.
pub const MAX_THREADS: usize = 1024;

/// The fits of a run before it begins to train.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RunStart {
    /// Fits to train; more may follow where decisions depend on results.
    pub missing: usize,
    /// Fits found in the store.
    pub stored: usize,
}

impl Executor<'_> {
    /// Trains the fits that a search asks for on `jobs` threads, each fit on one.
    ///
    /// `begin` is called before anything is trained. A fit is in the store before its end is announced; fits that end
    /// while the store writes are its next transaction. `observe` is called on the calling thread with each event, in the
    /// order of arrival, after the results have taken it in. That order differs from run to run. The outcome does not,
    /// apart from elapsed times, and unless a deadline or a free order influences decisions.
    ///
    /// A fit that panics has failed. Other fits continue, those of the same configuration included, because shorter
    /// trials may still be complete. Once `stop` is requested, no fit begins, and those under way end when the objective
    /// next checks.
    ///
    /// # Errors
    /// If the threads can't be started, or the store refuses to commit. What it has committed is safe.
    ///
    /// # Panics
    /// If `observe` panics, after the fits under way have ended their epoch.
    pub fn run<'c>(
        &self,
        course: Course<'c>,
        stop: &Stop,
        begin: &mut dyn FnMut(&Course<'_>, RunStart),
        observe: &mut dyn FnMut(&Event, &Course<'_>),
    ) -> Result<Outcome<'c>, RunError> {
        let (queue, time) = (Queue::default(), RwLock::new(TimeBudget::new(self.deadline)));
        let mut dispatcher = Dispatcher::new(self, course, &queue, &time)?;
        let start = RunStart { missing: queue.len(), stored: dispatcher.stored() };
        begin(dispatcher.course(), start);
        let stop = dispatcher.stop_with(stop);
        if start.missing == 0 || stop.is_requested() {
            return dispatcher.outcome();
        }
        // Where nothing more is to be decided, more threads than fits have no use.
        let most = if dispatcher.course().is_over() { start.missing } else { usize::MAX };
        let threads = self.jobs.get().min(most).min(MAX_THREADS);
        let pool = ThreadPoolBuilder::new()
            .num_threads(threads)
            .thread_name(|index| format!("fit-{index}"))
            .build()
            .map_err(|reason| RunError::Threads { threads, reason })?;

        let (sender, receiver) = sync_channel(BACKLOG);
        pool.in_place_scope(|scope| {
            // If dispatching panics, threads must not wait for more fits.
            let _clear_on_exit = ClearOnExit(&queue);
            for thread in 0..threads {
                let (queue, time, stop, dispatcher) = (&queue, &time, stop.clone(), sender.clone());
                let worker = Worker { executor: self, thread, queue, time, stop, dispatcher };
                scope.spawn(move |_| worker.work());
            }
            // Dispatching ends when the last worker has dropped its sender. If `observe` panics, the receiver is dropped,
            // and workers end at their next message.
            drop(sender);
            dispatcher.dispatch(receiver, observe);
        });
        dispatcher.outcome()
    }
}

struct ClearOnExit<'a>(&'a Queue);

impl Drop for ClearOnExit<'_> {
    fn drop(&mut self) {
        self.0.clear();
    }
}
