//! A trainer that keeps what the weights were after each epoch, bit for bit.

use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::sync::{Mutex, PoisonError};

use crossfold_model::Trainer;
use crossfold_study::{Configuration, EpochReport, Fingerprint, Fit, FoldId, Objective, Part, Stop, Trained};

pub struct Traced<'a> {
    trainer: &'a Trainer,
    /// By canonical configuration.
    weights: Mutex<BTreeMap<(String, Part), Vec<Fingerprint>>>,
}

impl<'a> Traced<'a> {
    pub fn new(trainer: &'a Trainer) -> Traced<'a> {
        Traced { trainer, weights: Mutex::default() }
    }

    /// What a configuration's weights were on each fold.
    pub fn weights(&self, configuration: &Configuration) -> BTreeMap<FoldId, Vec<Fingerprint>> {
        let canonical = configuration.canonical();
        let weights = self.weights.lock().unwrap_or_else(PoisonError::into_inner);
        let on_fold = |((of, part), epochs): (&(String, Part), &Vec<Fingerprint>)| match part {
            Part::Fold(fold) if *of == canonical => Some((*fold, epochs.clone())),
            Part::Fold(_) | Part::All => None,
        };
        weights.iter().filter_map(on_fold).collect()
    }
}

impl Objective for Traced<'_> {
    fn fit(&self, fit: &Fit<'_>, stop: &Stop, report: &mut dyn FnMut(EpochReport) -> ControlFlow<()>) -> Trained {
        let key = (fit.configuration.canonical(), fit.part);
        let weights = || self.weights.lock().unwrap_or_else(PoisonError::into_inner);
        let mut epochs = weights().get(&key).cloned().unwrap_or_default();
        // Of an epoch that was trained elsewhere there is no fingerprint, so it is trained again here.
        let from = fit.from.filter(|from| from.epochs as usize <= epochs.len());
        epochs.truncate(from.map_or(0, |from| from.epochs as usize));
        let trained = self.trainer.traced(&Fit { from, ..fit.clone() }, stop, &mut |epoch, weights| {
            epochs.truncate(epoch.epoch as usize - 1);
            epochs.push(weights);
            report(epoch)
        });
        weights().insert(key, epochs);
        trained
    }
}
