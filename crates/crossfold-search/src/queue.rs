//! The fits that wait for a thread.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, BinaryHeap};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

use crossfold_network::Configuration;
use crossfold_study::{Checkpoint, ConfigurationNumber, EpochRecord, FoldId};

/// A training to do.
#[derive(Clone, Debug)]
pub(crate) struct Task {
    pub(crate) number: ConfigurationNumber,
    pub(crate) configuration: Configuration,
    pub(crate) fold: FoldId,
    pub(crate) epochs: u32,
    pub(crate) predict_at: Vec<u32>,
    /// What an epoch costs, in any unit.
    pub(crate) price: u64,
    /// Where it goes on, and what was reported by then.
    pub(crate) from: Option<(Checkpoint, Vec<EpochRecord>)>,
    /// Whether it may go on later.
    pub(crate) keep: bool,
}

impl Task {
    /// Epochs still to train.
    pub(crate) fn epochs_left(&self) -> u32 {
        self.epochs - self.from.as_ref().map_or(0, |(checkpoint, _)| checkpoint.epochs)
    }

    fn cost(&self) -> u128 {
        u128::from(self.price) * u128::from(self.epochs_left())
    }
}

/// Hands tasks to threads, the longest first, so that no long one is left to a single thread at the end (Graham 1969,
/// "Bounds on multiprocessing timing anomalies": at most 4/3 of the best time); equals by number.
#[derive(Debug, Default)]
pub(crate) struct Queue {
    waiting: Mutex<Waiting>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct Waiting {
    order: BinaryHeap<(u128, Reverse<(ConfigurationNumber, FoldId)>)>,
    tasks: BTreeMap<(ConfigurationNumber, FoldId), Task>,
    /// Taken by a thread, and not yet at their end.
    handed_out: BTreeSet<(ConfigurationNumber, FoldId)>,
    is_closed: bool,
}

impl Queue {
    pub(crate) fn push(&self, tasks: impl IntoIterator<Item = Task>) {
        let mut waiting = self.waiting();
        for task in tasks {
            let fit = (task.number, task.fold);
            waiting.order.push((task.cost(), Reverse(fit)));
            waiting.tasks.insert(fit, task);
        }
        self.changed.notify_all();
    }

    /// Takes a task back that no thread has begun.
    pub(crate) fn withdraw(&self, fit: (ConfigurationNumber, FoldId)) -> Option<Task> {
        self.waiting().tasks.remove(&fit)
    }

    /// The next task, once there is one; `None` once there will be none.
    pub(crate) fn pop(&self) -> Option<Task> {
        let mut waiting = self.waiting();
        loop {
            while let Some((_, Reverse(fit))) = waiting.order.pop() {
                // One that was withdrawn or put again left its place behind.
                if let Some(task) = waiting.tasks.remove(&fit) {
                    waiting.handed_out.insert(fit);
                    return Some(task);
                }
            }
            if waiting.is_closed {
                return None;
            }
            waiting = self.changed.wait(waiting).unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// Takes all back that no thread has begun.
    pub(crate) fn withdraw_all(&self) {
        self.waiting().tasks.clear();
    }

    /// A thread is done with a task.
    pub(crate) fn done(&self, fit: (ConfigurationNumber, FoldId)) {
        self.waiting().handed_out.remove(&fit);
    }

    /// Whether a thread has a task.
    pub(crate) fn is_handed_out(&self, fit: (ConfigurationNumber, FoldId)) -> bool {
        self.waiting().handed_out.contains(&fit)
    }

    /// Whether nothing waits, and no thread has anything.
    pub(crate) fn is_idle(&self) -> bool {
        let waiting = self.waiting();
        waiting.tasks.is_empty() && waiting.handed_out.is_empty()
    }

    /// Nothing more will come; what waits is still handed out.
    pub(crate) fn close(&self) {
        self.waiting().is_closed = true;
        self.changed.notify_all();
    }

    /// What waits is dropped, too.
    pub(crate) fn clear(&self) {
        self.waiting().tasks.clear();
        self.close();
    }

    pub(crate) fn len(&self) -> usize {
        self.waiting().tasks.len()
    }

    fn waiting(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
