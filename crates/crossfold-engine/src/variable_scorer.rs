//! A trainer that scores each network with one column at a time shuffled.

use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::sync::{Mutex, PoisonError};

use crossfold_data::Dataset;
use crossfold_model::{TrainedNetwork, Trainer};
use crossfold_network::SearchedSteps;
use crossfold_report::ShuffledFold;
use crossfold_study::{EpochReport, Fit, FoldId, Metric, Objective, Part, Seed, Stop, Trained};

/// Trains as its trainer does, and then scores the network on its validation rows with one column at a time shuffled.
pub(crate) struct VariableScorer<'a> {
    pub(crate) trainer: &'a Trainer,
    pub(crate) metrics: &'a [Metric],
    /// How many times each column is shuffled.
    pub(crate) repetitions: u32,
    /// The epochs at which the trial reads its fits, which may train further for others.
    pub(crate) epochs: u32,
    /// What was found, by fold.
    pub(crate) folds: Mutex<BTreeMap<FoldId, ShuffledFold>>,
}

impl VariableScorer<'_> {
    /// Scores the network of a fold, unless a stop is requested. `steps` are those of its inputs.
    pub(crate) fn add(&self, steps: &SearchedSteps, fold: FoldId, network: &mut TrainedNetwork, stop: &Stop) {
        if let Some(found) = self.score(steps, fold, network, stop) {
            self.folds.lock().unwrap_or_else(PoisonError::into_inner).insert(fold, found);
        }
    }

    /// The losses by column on a fold; `None` if a stop is requested. `steps` are those of the network's inputs.
    fn score(
        &self,
        steps: &SearchedSteps,
        fold: FoldId,
        network: &mut TrainedNetwork,
        stop: &Stop,
    ) -> Option<ShuffledFold> {
        let views = self.trainer.views();
        let data = views.part_with(steps, Part::Fold(fold));
        let rows = data.rows.select_rows(&data.validation);
        let mut scores = |rows: &Dataset| {
            let (scored, _) = network.predict(rows);
            self.metrics.iter().map(|&metric| scored.get(metric)).collect::<Vec<_>>()
        };
        let base = scores(&rows);
        let pipeline = data.pipeline.as_ref()?;
        let mut losses = Vec::new();
        for (column, places) in pipeline.places() {
            let mut repetitions = Vec::new();
            for repetition in 0..self.repetitions {
                if stop.is_requested() {
                    return None;
                }
                repetitions.push(if places.is_empty() {
                    base.clone()
                } else {
                    let donors = donors(views.seed(), fold, column, repetition, rows.rows());
                    scores(&rows.with_features_of(&places, &donors))
                });
            }
            losses.push(repetitions);
        }
        let ratio = data.validation.len() as f64 / data.training.len() as f64;
        Some(ShuffledFold::new(fold, ratio, self.metrics, &base, &losses))
    }
}

/// A permutation of `rows` rows: which row each takes the column's value from.
fn donors(seed: Seed, fold: FoldId, column: &str, repetition: u32, rows: usize) -> Vec<u32> {
    let mut donors: Vec<u32> = (0..rows as u32).collect();
    seed.shuffling(Part::Fold(fold), column, repetition).shuffle(&mut donors);
    donors
}

impl Objective for VariableScorer<'_> {
    fn fit(&self, fit: &Fit<'_>, stop: &Stop, report: &mut dyn FnMut(EpochReport) -> ControlFlow<()>) -> Trained {
        let (trained, network) = self.trainer.fit_with_network(fit, self.epochs, stop, report);
        if let (Part::Fold(fold), Some(mut network)) = (fit.part, network) {
            self.add(&fit.configuration.steps, fold, &mut network, stop);
        }
        trained
    }
}
