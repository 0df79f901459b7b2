//! The fits that wait for a thread.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, BinaryHeap};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crossfold_network::Configuration;
use crossfold_study::{Checkpoint, ConfigurationNumber, EpochRecord, FoldId};

use crate::foresee::deadline::TimeBudget;

/// A fit of a plan.
pub(crate) type FitId = (ConfigurationNumber, FoldId);

/// A fit to train.
#[derive(Clone, Debug)]
pub(crate) struct QueuedFit {
    pub(crate) number: ConfigurationNumber,
    pub(crate) configuration: Arc<Configuration>,
    pub(crate) fold: FoldId,
    pub(crate) epochs: u32,
    pub(crate) predict_at: Vec<u32>,
    /// The cost of an epoch, in any unit.
    pub(crate) price: u64,
    /// The checkpoint from which it continues, and the epochs reported before it.
    pub(crate) from: Option<Box<(Checkpoint, Vec<EpochRecord>)>>,
    /// Whether it may continue later, so that its last state is kept as a checkpoint.
    pub(crate) keep: bool,
    /// Whether it begins before all others, and even if it may not end in time.
    pub(crate) is_urgent: bool,
    /// Whether it begins before longer ones.
    pub(crate) is_shortest_first: bool,
}

impl QueuedFit {
    /// Identifies the fit within a plan.
    pub(crate) fn id(&self) -> FitId {
        (self.number, self.fold)
    }

    /// Epochs that are trained already.
    fn epochs_behind(&self) -> u32 {
        self.from.as_deref().map_or(0, |(checkpoint, _)| checkpoint.epochs)
    }

    /// Epochs still to train.
    pub(crate) fn epochs_left(&self) -> u32 {
        self.epochs - self.epochs_behind()
    }

    /// Whether the fit ends in time if it begins now, or is to begin all the same.
    pub(crate) fn may_begin(&self, time: &TimeBudget, now: Duration) -> bool {
        self.is_urgent || time.has_time(self.number, self.price, self.epochs_behind(), self.epochs, now)
    }

    /// Greater for fits that begin earlier.
    fn precedence(&self) -> Precedence {
        let cost = i128::from(self.price) * i128::from(self.epochs_left());
        (self.is_urgent, if self.is_shortest_first { -cost } else { cost }, Reverse(self.id()))
    }
}

type Precedence = (bool, i128, Reverse<FitId>);

/// Hands fits to threads, the longest first; equal ones by number. So no long fit is left to a single thread at the end
/// (Graham 1969, "Bounds on multiprocessing timing anomalies": at most 4/3 of the best time). Before a deadline the shortest
/// come first until there is a winner: it is learnt early how long fits take, and long ones don't use up the time.
#[derive(Debug, Default)]
pub(crate) struct Queue {
    waiting: Mutex<QueueState>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct QueueState {
    order: BinaryHeap<Precedence>,
    fits: BTreeMap<FitId, QueuedFit>,
    /// In training on a thread.
    handed_out: BTreeSet<FitId>,
    is_closed: bool,
}

impl Queue {
    pub(crate) fn push(&self, fits: impl IntoIterator<Item = QueuedFit>) {
        let mut waiting = self.waiting();
        for fit in fits {
            waiting.order.push(fit.precedence());
            waiting.fits.insert(fit.id(), fit);
        }
        self.changed.notify_all();
    }

    /// Takes back a fit that no thread has begun.
    pub(crate) fn withdraw(&self, fit: FitId) -> Option<QueuedFit> {
        self.waiting().fits.remove(&fit)
    }

    /// Waits for the next fit; `None` once there will be none.
    pub(crate) fn pop(&self) -> Option<QueuedFit> {
        let mut waiting = self.waiting();
        loop {
            while let Some((.., Reverse(id))) = waiting.order.pop() {
                // A fit that was withdrawn, or pushed again, left its entry in the heap.
                if let Some(fit) = waiting.fits.remove(&id) {
                    waiting.handed_out.insert(id);
                    return Some(fit);
                }
            }
            if waiting.is_closed {
                return None;
            }
            waiting = self.changed.wait(waiting).unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// A thread is done with a fit.
    pub(crate) fn done(&self, fit: FitId) {
        self.waiting().handed_out.remove(&fit);
    }

    /// Whether a fit waits, or a thread has it.
    pub(crate) fn holds(&self, fit: FitId) -> bool {
        let waiting = self.waiting();
        waiting.fits.contains_key(&fit) || waiting.handed_out.contains(&fit)
    }

    /// Whether a thread has a fit.
    pub(crate) fn is_handed_out(&self, fit: FitId) -> bool {
        self.waiting().handed_out.contains(&fit)
    }

    /// Whether no fit waits, and no thread has one.
    pub(crate) fn is_idle(&self) -> bool {
        let waiting = self.waiting();
        waiting.fits.is_empty() && waiting.handed_out.is_empty()
    }

    /// No more fits will be pushed; those that wait are still handed out.
    pub(crate) fn close(&self) {
        self.waiting().is_closed = true;
        self.changed.notify_all();
    }

    #[cfg(test)]
    pub(crate) fn is_closed(&self) -> bool {
        self.waiting().is_closed
    }

    /// No more fits are handed out.
    pub(crate) fn clear(&self) {
        self.waiting().fits.clear();
        self.close();
    }

    pub(crate) fn len(&self) -> usize {
        self.waiting().fits.len()
    }

    fn waiting(&self) -> MutexGuard<'_, QueueState> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
