//! One training of one network on one part of the rows, and what trains it.

mod checkpoint;
mod fingerprint;
mod randomness;

use std::ops::ControlFlow;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::metric::{Evaluation, Tally};
use crate::rows::{Part, Predictions};
use crossfold_network::Configuration;

pub use checkpoint::Checkpoint;
pub use fingerprint::{Fingerprint, NoFingerprint};
pub use randomness::{Generator, Seed, Stream};

/// One training to do.
#[derive(Clone, Debug)]
pub struct Fit<'a> {
    pub configuration: &'a Configuration,
    pub part: Part,
    /// Passes over the training rows, at least 1.
    pub epochs: u32,
    /// The epochs whose reports hold predictions, ascending; of those past `epochs` there are none. Where the
    /// fit stops before one of them, the last report holds what it would have.
    pub predict_at: &'a [u32],
    /// Where to go on, after fewer epochs than `epochs`: what was reported by then isn't reported again, so reports
    /// begin with the epoch after it. Where it can't be read, is of another fit or has no epoch to go, training begins
    /// at the start, and so do reports.
    pub from: Option<&'a Checkpoint>,
    /// Whether the state after the last epoch is asked for.
    pub keep: bool,
}

/// What one epoch of a fit came to.
#[derive(Clone, Debug, PartialEq)]
pub struct EpochReport {
    /// Counted from 1.
    pub epoch: u32,
    /// Rows as they were trained on: dropout on, weights changing underneath.
    pub training: Tally,
    /// After the epoch, dropout off; `None` without validation rows. With early stopping of the weights of
    /// the best epoch so far ([`Watched::best`]).
    pub validation: Option<Evaluation>,
    /// `None` where nothing watches an inner validation part.
    pub watched: Option<Watched>,
    /// Of the validation rows, by the weights that `validation` is of; `None` where they weren't asked for.
    pub predictions: Option<Predictions>,
}

impl EpochReport {
    /// Whether two reports agree to the last bit, predictions aside.
    pub fn has_same_bits(&self, other: &EpochReport) -> bool {
        let bits = |report: &EpochReport| {
            let validation = report.validation.map(|scored| scored.bits());
            let watched = report.watched.map(|Watched { loss, best }| (loss.to_bits(), best));
            (report.epoch, report.training.bits(), validation, watched)
        };
        bits(self) == bits(other)
    }
}

/// What training has seen of its inner validation part: rows taken from the training rows, never from those
/// that the fit is scored on.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Watched {
    /// Their mean loss after the epoch, without smoothing, class weights and penalties; with Huber's loss the mean
    /// absolute error. Numbers are in the scale that is learnt.
    pub loss: f64,
    /// The epoch with the least such loss so far, the first of equal ones.
    pub best: u32,
}

/// How a fit ended. What it reported before stands in every case.
#[derive(Clone, Debug, PartialEq)]
pub enum FitEnd {
    /// All epochs asked for are reported.
    Complete,
    /// Its patience has run out: every later epoch would be as the last one reported.
    Stopped,
    Failed(Failure),
    /// Stopped from outside, by a request or by whoever takes the reports.
    Cancelled,
}

/// What a training leaves behind beside its reports.
#[derive(Clone, Debug, PartialEq)]
pub struct Trained {
    pub end: FitEnd,
    /// After the last epoch: there if it was [asked for](Fit::keep) and the fit is [complete](FitEnd::Complete). One that
    /// has stopped by itself has nowhere to go.
    pub checkpoint: Option<Checkpoint>,
}

/// Without a checkpoint.
impl From<FitEnd> for Trained {
    fn from(end: FitEnd) -> Trained {
        Trained { end, checkpoint: None }
    }
}

/// Why a fit failed.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum Failure {
    #[error("the loss is not finite in epoch {epoch}; a smaller `learning_rate` often helps")]
    NotFinite {
        /// The first epoch without a result.
        epoch: u32,
    },
    #[error("the trainer panicked: {0}")]
    Panic(String),
    #[error("stopped after `limits.fit_seconds`, {0} s")]
    TimedOut(u32),
    #[error("was being trained each of the last three times that crossfold died; `--retry` trains it again")]
    Suspect,
}

impl Failure {
    /// Whether another attempt would end the same way, so that there is no point in one.
    pub fn is_final(&self) -> bool {
        match self {
            Failure::NotFinite { .. } => true,
            Failure::Panic(_) | Failure::TimedOut(_) | Failure::Suspect => false,
        }
    }
}

/// A request to stop, shared by all of its clones.
#[derive(Clone, Debug, Default)]
pub struct Stop {
    own: Arc<AtomicBool>,
    parent: Option<Arc<Stop>>,
}

impl Stop {
    /// Not yet requested.
    pub fn new() -> Stop {
        Stop::default()
    }

    /// One that is requested with this one, or by itself.
    pub fn child(&self) -> Stop {
        Stop { own: Arc::default(), parent: Some(Arc::new(self.clone())) }
    }

    /// Asks all that share it to stop, for good.
    pub fn request(&self) {
        self.own.store(true, Ordering::Relaxed);
    }

    /// Whether anyone has asked.
    pub fn is_requested(&self) -> bool {
        self.own.load(Ordering::Relaxed) || self.parent.as_ref().is_some_and(|parent| parent.is_requested())
    }
}

/// So that a signal handler, which can set nothing but a flag, can request it.
impl From<Arc<AtomicBool>> for Stop {
    fn from(flag: Arc<AtomicBool>) -> Stop {
        Stop { own: flag, parent: None }
    }
}

/// What trains fits: the model crate's trainer, or a simulation.
///
/// Implementations take all randomness from the study's seed and the fit itself, so that the same
/// fit reports the same bits whenever, wherever and next to whatever it runs. A fit of fewer epochs
/// is the beginning of a longer one, and all epochs of a fit are over the same rows. One that goes on from a
/// [`Checkpoint`] reports what it would have, had it never stopped, and leaves the same state.
/// [`conformance`](crate::conformance) holds each implementation to this.
pub trait Objective: Sync {
    /// Trains `fit` and hands each epoch's report to `report`. The fit is cancelled where that breaks,
    /// be it after the last epoch, or where `stop` is requested, which is looked at before every batch.
    fn fit(&self, fit: &Fit<'_>, stop: &Stop, report: &mut dyn FnMut(EpochReport) -> ControlFlow<()>) -> Trained;
}
