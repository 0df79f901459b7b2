//! The scheduler: workers that train, and one dispatcher that owns all they report.

#[cfg(test)]
mod tests;

use std::sync::mpsc::sync_channel;
use std::sync::{PoisonError, RwLock};

use crossfold_study::{Event, Stop};
use rayon::ThreadPoolBuilder;

use super::dispatcher::{BACKLOG, Dispatcher};
use super::outcome::{Outcome, RunError};
use super::queue::{Queue, Task};
use super::search::Search;
use super::worker::Worker;
use crate::decide::course::Course;
use crate::foresee::deadline::Clockwork;

/// More threads than any machine has use for: what is more is a slip.
pub const MOST_THREADS: usize = 1024;

/// A search that has followed what is stored, and knows what it lacks.
pub struct Run<'a, 'c> {
    search: &'a Search<'a>,
    course: Course<'c>,
}

/// What is known of a run before its first fit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Beginning {
    /// Fits to train at once, and fits found in the store; where decisions hang on results more will come.
    pub missing: usize,
    pub stored: usize,
}

impl<'a, 'c> Run<'a, 'c> {
    pub fn new(search: &'a Search<'a>, course: Course<'c>) -> Run<'a, 'c> {
        Run { search, course }
    }

    /// Trains what a search asks for on `jobs` threads, each fit on one.
    ///
    /// `begin` hears of what was found in the store, before anything is trained. Every fit is in the store before its end
    /// is announced; what arrives while the store writes is its next transaction. Events are handed to `observe` on the
    /// calling thread as they arrive, each after the results have taken it in. Arrival differs from run to run; what comes
    /// out doesn't, but for the records of elapsed time, and where a deadline or a free order has a say in it.
    ///
    /// A fit that panics has failed; the others go on, its configuration's other folds among them, since trials with fewer
    /// epochs may still be complete. Once `stop` is requested no fit is begun, and those under way end when the objective
    /// next looks.
    ///
    /// # Errors
    /// Where the threads can't be started, or the store takes no more: what it took before is safe.
    ///
    /// # Panics
    /// Where `observe` does, once the fits under way have come to the end of their epoch.
    pub fn carry_out(
        self,
        stop: &Stop,
        begin: &mut dyn FnMut(&Course<'_>, Beginning),
        observe: &mut dyn FnMut(&Event, &Course<'_>),
    ) -> Result<Outcome<'c>, RunError> {
        let Run { search, course } = self;
        let (queue, clockwork) = (Queue::default(), RwLock::new(Clockwork::new(search.deadline)));
        let mut dispatcher = Dispatcher::new(search, course, &queue, &clockwork)?;
        let beginning = Beginning { missing: queue.len(), stored: dispatcher.stored() };
        begin(dispatcher.course(), beginning);
        let stop = dispatcher.heed(stop);
        if beginning.missing == 0 || stop.is_requested() {
            return dispatcher.outcome();
        }
        // All that can be under way at once, where nothing more is to be decided.
        let most = if dispatcher.course().is_over() { beginning.missing } else { usize::MAX };
        let threads = search.jobs.get().min(most).min(MOST_THREADS);
        let pool = ThreadPoolBuilder::new()
            .num_threads(threads)
            .thread_name(|index| format!("fit-{index}"))
            .build()
            .map_err(|reason| RunError::Threads { threads, reason })?;

        let has_time = |task: &Task| {
            let clockwork = clockwork.read().unwrap_or_else(PoisonError::into_inner);
            clockwork.has_time(task.price, task.epochs_left(), (search.clock)())
        };
        let (sender, receiver) = sync_channel(BACKLOG);
        pool.in_place_scope(|scope| {
            // Whatever happens here, threads mustn't wait for more.
            let _closing = Closing(&queue);
            for thread in 0..threads {
                let (queue, stop, dispatcher) = (&queue, stop.clone(), sender.clone());
                let worker = Worker { search, thread, queue, stop, has_time: &has_time, dispatcher };
                scope.spawn(move |_| worker.work());
            }
            // Dispatching ends when the last worker has dropped its sender. Should `observe` panic, the
            // receiver is dropped, and workers end at their next message.
            drop(sender);
            dispatcher.dispatch(receiver, observe);
        });
        dispatcher.outcome()
    }
}

struct Closing<'a>(&'a Queue);

impl Drop for Closing<'_> {
    fn drop(&mut self) {
        self.0.clear();
    }
}
