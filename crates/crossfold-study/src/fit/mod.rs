//! Fits. A fit is the training of one network on one part of the rows.

mod baseline_method;
mod checkpoint;
mod class_weights;
mod device;
mod fingerprint;
mod randomness;

use std::ops::ControlFlow;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::metric::{Evaluation, Tally};
use crate::rows::{Part, Predictions};
use crossfold_network::Configuration;

pub use baseline_method::BaselineMethod;
pub use checkpoint::Checkpoint;
pub use class_weights::ClassWeights;
pub use device::Device;
pub use fingerprint::{Fingerprint, ParseFingerprintError};
pub use randomness::{Generator, Seed, Stream};

/// A training to do.
#[derive(Clone, Debug)]
pub struct Fit<'a> {
    pub configuration: &'a Configuration,
    pub part: Part,
    /// Number of passes over the training rows, at least 1.
    pub epochs: u32,
    /// The epochs whose reports have predictions, ascending; those past `epochs` are ignored. If the fit stops before
    /// one of them, the last report has its predictions.
    pub predict_at: &'a [u32],
    /// The checkpoint to continue from, of fewer epochs than `epochs`. Reports begin with the epoch after it. If it
    /// can't be read, belongs to another fit or leaves no epoch to train, training and reports begin with the first
    /// epoch.
    pub from: Option<&'a Checkpoint>,
    /// Whether to return a checkpoint after the last epoch.
    pub keep: bool,
}

/// The results of one epoch of a fit.
#[derive(Clone, Debug, PartialEq)]
pub struct EpochReport {
    /// Counted from 1.
    pub epoch: u32,
    /// On training rows, during the epoch: with dropout, and while weights change.
    pub training: Tally,
    /// On validation rows, after the epoch and without dropout; `None` without validation rows. With early stopping, by
    /// the weights of the best epoch so far ([`Watched::best`]).
    pub validation: Option<Evaluation>,
    /// `None` without an inner validation part.
    pub watched: Option<Watched>,
    /// Predictions of the validation rows by the same weights as `validation`; `None` if they weren't asked for.
    pub predictions: Option<Predictions>,
}

impl EpochReport {
    /// Whether two reports agree bit for bit, except for predictions.
    pub fn has_same_bits(&self, other: &EpochReport) -> bool {
        let bits = |report: &EpochReport| {
            let validation = report.validation.map(|scored| scored.bits());
            let watched = report.watched.map(|Watched { loss, best }| (loss.to_bits(), best));
            (report.epoch, report.training.bits(), validation, watched)
        };
        bits(self) == bits(other)
    }
}

/// The results on the inner validation part, which early stopping and the plateau schedule watch. Its rows are taken
/// from the training rows, never from those that the fit is scored on.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Watched {
    /// The mean loss after the epoch, without label smoothing, class weights and penalties; with Huber's loss, the mean
    /// absolute error. For a regression in units of the standardised target.
    pub loss: f64,
    /// The epoch with the least loss so far, the first of ties.
    pub best: u32,
}

/// How a fit ended. Epochs reported before remain valid in every case.
#[derive(Clone, Debug, PartialEq)]
pub enum FitEnd {
    /// It reported all epochs.
    Complete,
    /// It stopped early; every later epoch would have the results of the last one.
    Stopped,
    Failed(Failure),
    /// It was stopped from outside, by a [`Stop`] or by the receiver of its reports.
    Cancelled,
}

/// The outcome of a training, besides its reports.
#[derive(Clone, Debug, PartialEq)]
pub struct Trained {
    pub end: FitEnd,
    /// The state after the last epoch, if it was [asked for](Fit::keep) and the fit is [complete](FitEnd::Complete). A
    /// fit that stopped early can't continue.
    pub checkpoint: Option<Checkpoint>,
}

/// An outcome without a checkpoint.
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
    #[error("was running during each of the last three crashes; `--retry` retrains it")]
    Suspect,
}

impl Failure {
    /// Whether another attempt would fail in the same way.
    pub fn is_final(&self) -> bool {
        match self {
            Failure::NotFinite { .. } => true,
            Failure::Panic(_) | Failure::TimedOut(_) | Failure::Suspect => false,
        }
    }
}

/// A request to stop, shared by its clones.
#[derive(Clone, Debug, Default)]
pub struct Stop {
    own: Arc<AtomicBool>,
    parent: Option<Arc<Stop>>,
}

impl Stop {
    /// A stop that isn't requested yet.
    pub fn new() -> Stop {
        Stop::default()
    }

    /// A stop that is requested whenever this one is, and that can also be requested by itself.
    pub fn child(&self) -> Stop {
        Stop { own: Arc::default(), parent: Some(Arc::new(self.clone())) }
    }

    /// Requests the stop. This can't be undone.
    pub fn request(&self) {
        self.own.store(true, Ordering::Relaxed);
    }

    /// Whether the stop has been requested.
    pub fn is_requested(&self) -> bool {
        self.own.load(Ordering::Relaxed) || self.parent.as_ref().is_some_and(|parent| parent.is_requested())
    }
}

/// For signal handlers, which can only set a flag.
impl From<Arc<AtomicBool>> for Stop {
    fn from(flag: Arc<AtomicBool>) -> Stop {
        Stop { own: flag, parent: None }
    }
}

/// Trains fits: the trainer of the model crate, or a simulation.
///
/// An implementation derives all randomness from the study's seed and the fit, so the same fit reports the same bits at
/// any time, on any thread and next to any other fit. A fit of fewer epochs is the beginning of a longer one, and all
/// epochs of a fit use the same rows. A fit that continues from a [`Checkpoint`] reports the same bits as one that was
/// never interrupted. [`conformance`](crate::conformance) tests implementations for this.
pub trait Objective: Sync {
    /// Trains `fit` and passes the report of each epoch to `report`. The fit is cancelled if `report` breaks, even
    /// after the last epoch, or if `stop` is requested, which is checked before every batch.
    fn fit(&self, fit: &Fit<'_>, stop: &Stop, report: &mut dyn FnMut(EpochReport) -> ControlFlow<()>) -> Trained;
}
