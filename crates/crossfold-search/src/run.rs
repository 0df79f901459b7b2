//! The scheduler: workers that train, and one dispatcher that owns all they report.

#[cfg(test)]
mod tests;

use std::collections::BTreeSet;
use std::num::NonZeroUsize;
use std::sync::mpsc::sync_channel;
use std::sync::{PoisonError, RwLock};
use std::time::Duration;

use crossfold_network::Configuration;
use crossfold_study::{Event, FitKey, Limits, Objective, Origin, RunningFits, Stop, Store, StoreError, StudyName};
use rayon::{ThreadPoolBuildError, ThreadPoolBuilder};

use crate::course::{Course, Limit};
use crate::deadline::{Clockwork, Deadline};
use crate::dispatcher::{BACKLOG, Dispatcher};
use crate::queue::Queue;
use crate::recall::Wanted;
use crate::worker::Worker;

/// More threads than any machine has use for: what is more is a slip.
pub const MOST_THREADS: usize = 1024;

/// Why a search ended without results.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// The operating system gave fewer threads than asked for.
    #[error("{threads} threads can't be started: {reason}")]
    Threads { threads: usize, reason: ThreadPoolBuildError },
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl RunError {
    /// What to do about it.
    pub fn hint(&self) -> Option<String> {
        match self {
            RunError::Threads { .. } => Some("ask for fewer with `--jobs`".to_owned()),
            RunError::Store(error) => error.hint(),
        }
    }
}

/// What a search works with.
pub struct Search<'a> {
    /// The stored study that refers to the fits, if there is one.
    pub study: Option<&'a StudyName>,
    /// Whether the study's journal is this search's.
    pub keeps_journal: bool,
    pub origin: &'a Origin,
    pub objective: &'a dyn Objective,
    pub store: &'a dyn Store,
    /// Marks the fits that are being trained, in case the process dies.
    pub running: &'a dyn RunningFits,
    pub limits: Limits,
    pub wanted: Wanted,
    /// Fits that are not retrained, because they were running during each of the last crashes.
    pub suspects: &'a BTreeSet<FitKey>,
    /// What an epoch of a configuration costs, in any unit.
    pub price: &'a (dyn Fn(&Configuration) -> u64 + Sync),
    /// Whether predictions are asked for at the epochs that trials read.
    pub predictions: bool,
    pub deadline: Option<Deadline>,
    pub jobs: NonZeroUsize,
    /// The time since any fixed moment.
    pub clock: &'a (dyn Fn() -> Duration + Sync),
}

/// How a search ended.
pub struct Outcome<'c> {
    /// What was known before, and what was trained.
    pub course: Course<'c>,
    /// Fits that were trained, and that were found in the store.
    pub trained: usize,
    pub stored: usize,
    /// More trials failed than the limits allow, so the rest were not trained.
    pub too_many_failures: bool,
    /// What it came up against before its points ended.
    pub ended_by: Option<Limit>,
}

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

        let has_time = |task: &crate::queue::Task| {
            clockwork.read().unwrap_or_else(PoisonError::into_inner).has_time(task, (search.clock)())
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
