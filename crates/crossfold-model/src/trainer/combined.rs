//! Networks that predict together, each with inputs of its own.

use crossfold_data::{Dataset, TargetScaling};
use crossfold_network::{Configuration, Task};
use crossfold_study::{Device, Evaluation, Predictions, Scorer, Tally};

use super::trained::{Member, TrainedNetwork};
use crate::member_weights;
use crate::parameters::WeightsError;

/// A trained network, or the networks of several folds: the mean of their class probabilities, or of their numbers. Each reads
/// rows through the preprocessing that was fitted to its own training rows. One predicts as it is.
pub struct CombinedNetworks {
    /// At least one.
    networks: Vec<TrainedNetwork>,
    /// 1 where there is one network, which then has its own.
    temperature: f64,
}

impl From<TrainedNetwork> for CombinedNetworks {
    fn from(network: TrainedNetwork) -> CombinedNetworks {
        CombinedNetworks { networks: vec![network], temperature: 1.0 }
    }
}

impl CombinedNetworks {
    /// Loads the networks of folds from [`TrainedNetwork::join_weights`] of their files. `parts` has any rows as each network
    /// reads them, and the scaling of its targets.
    ///
    /// # Errors
    /// If `weights` aren't a safetensors file, or don't fit the configuration and the rows.
    ///
    /// # Panics
    /// If there are no parts.
    pub fn load(
        device: Device,
        configuration: &Configuration,
        parts: &[(&Dataset, TargetScaling)],
        weights: &[u8],
    ) -> Result<CombinedNetworks, WeightsError> {
        assert!(!parts.is_empty(), "there is a network");
        let files = member_weights::split(weights, parts.len() as u32)?;
        let load = |(&(rows, scaling), weights): (&(&Dataset, TargetScaling), &[u8])| {
            TrainedNetwork::load(device, &[Member::alone(configuration, 1)], rows, scaling, weights)
        };
        let networks = parts.iter().zip(files.iter().map(|file| &**file)).map(load);
        Ok(CombinedNetworks { networks: networks.collect::<Result<_, _>>()?, temperature: 1.0 })
    }

    /// The same with class probabilities at a temperature: softmax(ln(p) / temperature). With 1 they are those of the networks.
    /// It must not be set for a regression.
    #[must_use]
    pub fn at_temperature(mut self, temperature: f64) -> CombinedNetworks {
        match self.networks.pop() {
            Some(only) if self.networks.is_empty() => CombinedNetworks::from(only.at_temperature(temperature)),
            last => {
                self.networks.extend(last);
                CombinedNetworks { temperature, ..self }
            }
        }
    }

    /// Scores rows in the target's unit, without dropout. `rows` has the same rows as each of the networks reads them. Also
    /// returns the predictions of each row: one probability per class, or a number.
    ///
    /// # Panics
    /// If the number or the shape of `rows` isn't that of the networks.
    pub fn predict(&mut self, rows: &[&Dataset]) -> (Evaluation, Predictions) {
        assert_eq!(rows.len(), self.networks.len(), "each network has its rows");
        if let ([network], [rows]) = (&mut self.networks[..], rows) {
            return network.predict(rows);
        }
        let mut sums: Vec<f64> = Vec::new();
        for (network, rows) in self.networks.iter_mut().zip(rows) {
            let (_, Predictions(found)) = network.predict(rows);
            sums.resize(found.len(), 0.0);
            sums.iter_mut().zip(&*found).for_each(|(sum, &value)| *sum += f64::from(value));
        }
        let (first, count) = (rows[0], self.networks.len() as f64);
        sums.iter_mut().for_each(|sum| *sum /= count);
        if self.temperature != 1.0 && first.targets().task() == Task::Classification {
            let classes = first.shape().outputs;
            sums.chunks_exact_mut(classes).for_each(|row| rescale(row, self.temperature));
        }
        let predictions: Vec<f32> = sums.iter().map(|&mean| mean as f32).collect();
        let truth = first.targets().truth(&first.all());
        let tally = Tally::of_predictions(&truth, &predictions);
        (Scorer::default().score(tally, &truth, &predictions), Predictions(predictions.into()))
    }
}

/// Raises a row's probabilities to the power of 1 / temperature, and divides them by their sum.
fn rescale(row: &mut [f64], temperature: f64) {
    row.iter_mut().for_each(|p| *p = libm::pow(*p, 1.0 / temperature));
    let sum: f64 = row.iter().sum();
    row.iter_mut().for_each(|p| *p /= sum);
}
