//! A trainer that keeps fingerprints of the weights after each epoch.

use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::sync::{Mutex, PoisonError};

use crossfold_model::Trainer;
use crossfold_network::Configuration;
use crossfold_study::{EpochReport, Fingerprint, Fit, FoldId, Objective, Part, Stop, Trained};

/// Trains as its trainer does, and keeps fingerprints of the weights after each epoch.
pub(crate) struct FingerprintingTrainer<'a> {
    trainer: &'a Trainer,
    /// By canonical configuration.
    weights: Mutex<BTreeMap<(String, Part), Vec<Fingerprint>>>,
}

impl<'a> FingerprintingTrainer<'a> {
    pub(crate) fn new(trainer: &'a Trainer) -> FingerprintingTrainer<'a> {
        FingerprintingTrainer { trainer, weights: Mutex::default() }
    }

    /// Fingerprints of a configuration's weights after each epoch, by fold.
    pub(crate) fn weights(&self, configuration: &Configuration) -> BTreeMap<FoldId, Vec<Fingerprint>> {
        let canonical = configuration.canonical();
        let weights = self.weights.lock().unwrap_or_else(PoisonError::into_inner);
        let on_fold = |((of, part), epochs): (&(String, Part), &Vec<Fingerprint>)| match part {
            Part::Fold(fold) if *of == canonical => Some((*fold, epochs.clone())),
            Part::Fold(_) | Part::All => None,
        };
        weights.iter().filter_map(on_fold).collect()
    }
}

impl Objective for FingerprintingTrainer<'_> {
    fn fit(&self, fit: &Fit<'_>, stop: &Stop, report: &mut dyn FnMut(EpochReport) -> ControlFlow<()>) -> Trained {
        let key = (fit.configuration.canonical(), fit.part);
        let weights = || self.weights.lock().unwrap_or_else(PoisonError::into_inner);
        let mut epochs = weights().get(&key).cloned().unwrap_or_default();
        // An epoch that was trained elsewhere has no fingerprint, so it is retrained here.
        let from = fit.from.filter(|from| from.epochs as usize <= epochs.len());
        epochs.truncate(from.map_or(0, |from| from.epochs as usize));
        let trained = self.trainer.fit_with_fingerprints(&Fit { from, ..fit.clone() }, stop, &mut |epoch, weights| {
            epochs.truncate(epoch.epoch as usize - 1);
            epochs.push(weights);
            report(epoch)
        });
        weights().insert(key, epochs);
        trained
    }
}
