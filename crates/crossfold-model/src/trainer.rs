//! Fits: epochs of shuffled batches, each epoch scored.

use std::ops::ControlFlow;
use std::sync::Arc;

use crossfold_data::{Dataset, Embedding, FitData, TargetScaling, Targets, Views};
use crossfold_study::{
    Configuration, Device, EpochReport, Failure, Fit, FitEnd, Generator, Objective, Optimizer, Part, Predictions,
    Shape, Stop, Stream, Tally,
};

use crate::batch::Batch;
use crate::dropout::Masks;
use crate::loss::{score, score_and_predict};
use crate::network::{Network, on_device};
use crate::parameters::{Parameters, WeightsError};

/// Rows scored at once, enough for burn's matrix products to run at full speed.
const SCORED_AT_ONCE: usize = 512;

/// Trains a study's networks on its rows.
pub struct Trainer {
    views: Views,
    device: Device,
}

impl Trainer {
    /// Trains on what `views` show of a study's rows.
    pub fn new(views: Views, device: Device) -> Trainer {
        Trainer { views, device }
    }

    /// What the networks are trained on.
    pub fn views(&self) -> &Views {
        &self.views
    }

    /// Trains `configuration` on all the study's rows, with none to validate.
    ///
    /// # Errors
    /// How the fit ended, where that isn't complete: there is no network then.
    pub fn refit(
        &self,
        configuration: &Configuration,
        epochs: u32,
        stop: &Stop,
        report: &mut dyn FnMut(EpochReport) -> ControlFlow<()>,
    ) -> Result<TrainedNetwork, FitEnd> {
        let mut session = self.session(configuration, Part::All);
        match session.run(epochs, &[], stop, report) {
            FitEnd::Complete => Ok(TrainedNetwork { network: session.network, scaling: session.data.scaling }),
            end @ (FitEnd::Failed(_) | FitEnd::Cancelled) => Err(end),
        }
    }

    /// The network that [`TrainedNetwork::safetensors`] made `weights` of.
    ///
    /// # Errors
    /// Where they are no such file, or not of `configuration`.
    pub fn network(&self, configuration: &Configuration, weights: &[u8]) -> Result<TrainedNetwork, WeightsError> {
        let FitData { rows, scaling, .. } = &**self.views.part(Part::All);
        TrainedNetwork::load(self.device, configuration, rows.shape(), rows.embeddings(), *scaling, weights)
    }

    /// Prepares to train `configuration` for a while, so that the caller can time it.
    pub fn probe<'s>(&'s self, configuration: &'s Configuration) -> Probe<'s> {
        let session = self.session(configuration, Part::All);
        let masks = session.generator(Stream::Dropout, 0);
        let order = session.data.training.clone();
        Probe { next: order.len(), order, masks, epoch: 0, session }
    }

    fn session<'s>(&'s self, configuration: &'s Configuration, part: Part) -> Session<'s> {
        let data = self.views.part(part).clone();
        let mut generator = self.views.seed().fit(part, configuration, Stream::Init, 0);
        let initial = Parameters::draw(configuration, data.rows.shape(), data.rows.embeddings(), &mut generator);
        let largest = data.training.len().min(configuration.batch_size as usize);
        Session {
            trainer: self,
            configuration,
            part,
            network: on_device(self.device, configuration, initial),
            batch: Batch::with_capacity(largest, &data),
            masks: Masks::none(configuration.hidden.len()),
            data,
        }
    }
}

impl Objective for Trainer {
    fn fit(&self, fit: &Fit<'_>, stop: &Stop, report: &mut dyn FnMut(EpochReport) -> ControlFlow<()>) -> FitEnd {
        self.session(fit.configuration, fit.part).run(fit.epochs, fit.predict_at, stop, report)
    }
}

/// One fit under way.
struct Session<'a> {
    trainer: &'a Trainer,
    configuration: &'a Configuration,
    part: Part,
    data: Arc<FitData>,
    network: Box<dyn Network<f32>>,
    batch: Batch,
    masks: Masks<f32>,
}

impl Session<'_> {
    fn run(
        &mut self,
        epochs: u32,
        predict_at: &[u32],
        stop: &Stop,
        report: &mut dyn FnMut(EpochReport) -> ControlFlow<()>,
    ) -> FitEnd {
        let data = self.data.clone();
        let targets = data.rows.targets();
        let spread = targets.spread(&data.training);
        for epoch in 1..=epochs {
            let order = self.shuffled(&data.training, epoch);
            let mut masks = self.generator(Stream::Dropout, epoch);
            let mut tally = Tally::none(targets.task());
            for rows in order.chunks(self.configuration.batch_size as usize) {
                if stop.is_requested() {
                    return FitEnd::Cancelled;
                }
                tally.add(self.train(rows, &mut masks));
                if !tally.is_finite() {
                    return FitEnd::Failed(Failure::NotFinite { epoch });
                }
            }
            let training = data.scaling.unscale_tally(tally, spread);
            let (validation, predictions) = match predict_at.contains(&epoch) {
                _ if data.validation.is_empty() => (None, None),
                false => (Some(evaluate(&*self.network, &data.rows, &data.validation, data.scaling)), None),
                true => {
                    let (tally, predictions) = predict(&*self.network, &data.rows, &data.validation, data.scaling);
                    (Some(tally), Some(predictions))
                }
            };
            // The epoch's last step can overflow without any row seeing it.
            if validation.is_some_and(|v| !v.is_finite()) || !self.network.is_finite() {
                return FitEnd::Failed(Failure::NotFinite { epoch });
            }
            if report(EpochReport { epoch, training, validation, predictions }).is_break() {
                return FitEnd::Cancelled;
            }
        }
        FitEnd::Complete
    }

    /// The epoch's order, which depends on no other epoch's.
    fn shuffled(&self, rows: &[u32], epoch: u32) -> Vec<u32> {
        let mut order = rows.to_vec();
        self.generator(Stream::Shuffle, epoch).shuffle(&mut order);
        order
    }

    fn generator(&self, stream: Stream, epoch: u32) -> Generator {
        self.trainer.views.seed().fit(self.part, self.configuration, stream, epoch)
    }

    /// Scores are in the scale that is learnt.
    fn train(&mut self, rows: &[u32], masks: &mut Generator) -> Tally {
        self.batch.gather(&self.data.rows, rows);
        self.masks.draw(&self.configuration.hidden, rows.len(), masks);
        self.network.train(&self.batch, &self.masks)
    }
}

/// A training to be timed: epoch after epoch as in a fit, but stopping anywhere.
pub struct Probe<'a> {
    session: Session<'a>,
    /// The rows in the order of the epoch under way.
    order: Vec<u32>,
    /// The first row in `order` that is still to be trained on.
    next: usize,
    masks: Generator,
    epoch: u32,
}

impl Probe<'_> {
    /// Trains `steps` steps and returns how many rows they held.
    pub fn train(&mut self, steps: u32) -> usize {
        let batch_size = self.session.configuration.batch_size as usize;
        let mut trained = 0;
        for _ in 0..steps {
            if self.next == self.order.len() {
                self.epoch += 1;
                self.order = self.session.shuffled(&self.order, self.epoch);
                self.next = 0;
            }
            let end = self.order.len().min(self.next + batch_size);
            self.session.train(&self.order[self.next..end], &mut self.masks);
            trained += end - self.next;
            self.next = end;
        }
        trained
    }

    /// Scores `rows` rows, or all where there are fewer, as a validation would.
    pub fn validate(&self, rows: usize) {
        if rows > 0 {
            let Session { network, data, .. } = &self.session;
            evaluate(&**network, &data.rows, &self.order[..rows.min(self.order.len())], data.scaling);
        }
    }
}

/// Memory that one fit holds, in bytes, estimated: weights, their gradients and the optimizer's
/// state; the features of a batch and, for each layer, its output, slope, mask and gradient, for as
/// many rows as are trained on or scored at once; and the order of `rows` rows.
pub fn fit_bytes(configuration: &Configuration, shape: Shape, rows: usize) -> u64 {
    let state = match configuration.optimizer {
        Optimizer::Sgd { momentum: 0.0, .. } => 0,
        Optimizer::Sgd { .. } => 1,
        Optimizer::Adam => 2,
    };
    let widths: usize = configuration.widths(shape).iter().sum();
    let at_once = rows.min(SCORED_AT_ONCE.max(configuration.batch_size as usize)) as u64;
    let values = (2 + state) * configuration.parameters(shape) + 4 * at_once * widths as u64;
    size_of::<f32>() as u64 * values + 2 * (size_of::<u32>() * rows) as u64
}

/// What a refit leaves behind.
pub struct TrainedNetwork {
    network: Box<dyn Network<f32>>,
    scaling: TargetScaling,
}

impl TrainedNetwork {
    /// The network that [`TrainedNetwork::safetensors`] made `weights` of.
    ///
    /// # Errors
    /// Where they are no such file, or not of a `configuration` between such inputs and outputs.
    pub fn load(
        device: Device,
        configuration: &Configuration,
        shape: Shape,
        embeddings: &[Embedding],
        scaling: TargetScaling,
        weights: &[u8],
    ) -> Result<TrainedNetwork, WeightsError> {
        let parameters = Parameters::from_safetensors(weights, &configuration.widths(shape), embeddings)?;
        Ok(TrainedNetwork { network: on_device(device, configuration, parameters), scaling })
    }

    /// Scores all rows of `data`, dropout off, in the target's own unit.
    ///
    /// # Panics
    /// If `data` has another shape than the training rows.
    pub fn evaluate(&self, data: &Dataset) -> Tally {
        evaluate(&*self.network, data, &data.all(), self.scaling)
    }

    /// As [`TrainedNetwork::evaluate`], and what is predicted of each row: a probability a class, or a
    /// number in the target's own unit.
    ///
    /// # Panics
    /// If `data` has another shape than the training rows.
    pub fn predict(&self, data: &Dataset) -> (Tally, Predictions) {
        predict(&*self.network, data, &data.all(), self.scaling)
    }

    /// The bytes of a safetensors file: `layers.0.weight` (outputs × inputs), `layers.0.bias` and
    /// so on from the input side, in `f32`, as a PyTorch `ModuleList` of `Linear` loads them; and
    /// `embeddings.0.weight` (levels × width) and so on, as one of `Embedding` does.
    pub fn safetensors(&self) -> Vec<u8> {
        self.network.parameters().safetensors()
    }
}

/// Scores `rows`.
fn evaluate(network: &dyn Network<f32>, data: &Dataset, rows: &[u32], scaling: TargetScaling) -> Tally {
    each_batch(network, data, rows, scaling, score)
}

/// Scores `rows`, and returns what is predicted of them, too: rows × outputs.
fn predict(network: &dyn Network<f32>, data: &Dataset, rows: &[u32], scaling: TargetScaling) -> (Tally, Predictions) {
    let mut predictions = Vec::with_capacity(rows.len() * data.shape().outputs);
    let tally = each_batch(network, data, rows, scaling, |outputs, batch, width| {
        let tally = score_and_predict(outputs, batch, width);
        predictions.extend_from_slice(outputs);
        tally
    });
    if let Targets::Numbers(_) = &**data.targets() {
        predictions.iter_mut().for_each(|value| *value = scaling.unscale(*value));
    }
    (tally, Predictions(predictions.into()))
}

/// Adds up what `take` makes of the outputs of `rows`, which come in batches.
fn each_batch(
    network: &dyn Network<f32>,
    data: &Dataset,
    rows: &[u32],
    scaling: TargetScaling,
    mut take: impl FnMut(&mut [f32], &Batch, usize) -> Tally,
) -> Tally {
    let width = data.shape().outputs;
    let targets = data.targets();
    let mut batch = Batch::of_rows(SCORED_AT_ONCE.min(rows.len()), data, scaling);
    let mut tally = Tally::none(targets.task());
    for rows in rows.chunks(SCORED_AT_ONCE) {
        batch.gather(data, rows);
        tally.add(take(&mut network.logits(&batch), &batch, width));
    }
    scaling.unscale_tally(tally, targets.spread(rows))
}

#[cfg(test)]
mod tests {
    use crossfold_data::{Features, Folds, StudyData};
    use crossfold_study::{Activation, FoldId, HiddenLayer, Metric, Optimizer, Seed, Splits, conformance};
    use safetensors::SafeTensors;

    use super::*;

    const FOLD: Part = Part::Fold(FoldId { repeat: 0, fold: 1 });

    /// 330 rows of 20 features in 3 classes, with centres one standard deviation apart in each feature.
    fn rows() -> StudyData {
        let mut generator = Seed(11).subset();
        let labels: Vec<u32> = (0..330).map(|row| row % 3).collect();
        let features = labels.iter().flat_map(|&label| {
            // Twelve uniform draws, less their mean, are close to normal.
            let noise = (0..20).map(|_| (0..12).map(|_| generator.unit()).sum::<f64>() - 6.0);
            noise.map(|noise| (noise + f64::from(label)) as f32).collect::<Vec<_>>()
        });
        let features = Features::Floats(features.collect());
        let targets = Targets::Classes { labels, names: ["a", "b", "c"].map(str::to_owned).to_vec() };
        StudyData::of_images(Dataset::new(features, Arc::new(targets)), None)
    }

    fn folds(data: &StudyData) -> Folds {
        let splits = Splits::KFold { folds: 3, repeats: 1, stratified: true, shuffle: true, groups: None };
        data.folds(&splits, Seed(1)).unwrap()
    }

    fn trainer_on(seed: Seed, device: Device) -> Trainer {
        let (data, folds) = (rows(), folds(&rows()));
        Trainer::new(Views::new(data, folds, seed, None).unwrap(), device)
    }

    /// All the rows, as networks see them.
    fn all(trainer: &Trainer) -> Arc<Dataset> {
        trainer.views().part(Part::All).rows.clone()
    }

    fn labels(trainer: &Trainer) -> Vec<u32> {
        let Targets::Classes { labels, .. } = &**trainer.views().data().targets() else { panic!("classes") };
        labels.clone()
    }

    /// Everything that draws random numbers or remembers earlier steps, and a last batch of 28 rows.
    fn configuration() -> Configuration {
        Configuration {
            hidden: vec![HiddenLayer { nodes: 40, dropout: 0.4 }, HiddenLayer { nodes: 17, dropout: 0.2 }],
            activation: Some(Activation::Relu),
            optimizer: Optimizer::Sgd { momentum: 0.9, nesterov: false },
            learning_rate: 0.02,
            l2: 1e-4,
            batch_size: 32,
        }
    }

    fn fit(trainer: &Trainer, configuration: &Configuration, part: Part, epochs: u32) -> (Vec<EpochReport>, FitEnd) {
        let mut reports = Vec::new();
        let end = trainer.fit(&Fit { configuration, part, epochs, predict_at: &[] }, &Stop::new(), &mut |report| {
            reports.push(report);
            ControlFlow::Continue(())
        });
        (reports, end)
    }

    /// No rule does better than 1 − 4/3·Φ(−√20 / 2) = 0.983 on these classes; chance is 1/3.
    #[test]
    fn a_fit_learns_what_there_is_to_learn() {
        for device in [Device::Flex, Device::Ndarray] {
            let trainer = trainer_on(Seed(3), device);
            let (reports, end) = fit(&trainer, &configuration(), FOLD, 20);
            assert_eq!(end, FitEnd::Complete);
            assert_eq!(reports.iter().map(|report| report.epoch).collect::<Vec<_>>(), (1..=20).collect::<Vec<_>>());
            let last = reports[19].validation.unwrap().evaluation();
            assert!(last.get(Metric::Accuracy) > 0.9 && last.get(Metric::LogLoss) < 0.3, "{device:?}: {last:?}");
        }
    }

    #[test]
    fn both_devices_report_the_same_within_rounding() {
        let [flex, ndarray] = [Device::Flex, Device::Ndarray]
            .map(|device| fit(&trainer_on(Seed(3), device), &configuration(), FOLD, 3).0);
        for (a, b) in flex.iter().zip(&ndarray) {
            let loss = |report: &EpochReport| {
                [report.training, report.validation.unwrap()].map(|tally| tally.evaluation().get(Metric::LogLoss))
            };
            assert!(loss(a).iter().zip(loss(b)).all(|(a, b)| (a - b).abs() < 1e-5), "{a:?} {b:?}");
        }
    }

    #[test]
    #[expect(clippy::disallowed_methods, reason = "stands in for the search's pool")]
    fn fits_in_threads_are_those_in_a_row() {
        for device in [Device::Flex, Device::Ndarray] {
            let configurations: Vec<_> = (0..8)
                .map(|n| Configuration {
                    activation: Some(Activation::ALL[n % 4]),
                    optimizer: if n < 4 { Optimizer::Adam } else { configuration().optimizer },
                    batch_size: 30 + n as u32,
                    ..configuration()
                })
                .collect();
            let trainer = trainer_on(Seed(3), device);
            let train = |configuration| fit(&trainer, configuration, FOLD, 3).0;
            let serial: Vec<_> = configurations.iter().map(train).collect();
            let threaded: Vec<_> = std::thread::scope(|scope| {
                let threads: Vec<_> = configurations.iter().map(|c| scope.spawn(move || train(c))).collect();
                threads.into_iter().map(|thread| thread.join().unwrap()).collect()
            });
            assert_eq!(serial, threaded, "{device:?}");
            assert_ne!(serial[0], serial[4]);
        }
    }

    #[test]
    fn the_trainer_keeps_to_the_contract() {
        for device in [Device::Flex, Device::Ndarray] {
            let trainer = trainer_on(Seed(3), device);
            for part in [FOLD, Part::All] {
                conformance::check_objective(
                    &trainer,
                    &Fit { configuration: &configuration(), part, epochs: 3, predict_at: &[1, 3] },
                );
            }
        }
    }

    #[test]
    fn predictions_are_what_was_scored_and_change_no_bit() {
        let trainer = trainer_on(Seed(3), Device::Flex);
        let configuration = configuration();
        let (plain, _) = fit(&trainer, &configuration, FOLD, 3);
        let mut asked = Vec::new();
        let with = Fit { configuration: &configuration, part: FOLD, epochs: 3, predict_at: &[2, 3] };
        trainer.fit(&with, &Stop::new(), &mut |report| {
            asked.push(report);
            ControlFlow::Continue(())
        });
        let Part::Fold(fold) = FOLD else { unreachable!() };
        for (plain, mut asked) in plain.into_iter().zip(asked) {
            let predictions = asked.predictions.take();
            assert_eq!(asked, plain);
            let Some(Predictions(probabilities)) = predictions else {
                assert_eq!(plain.epoch, 1);
                continue;
            };
            let labels = labels(&trainer);
            let (mut right, mut sum) = (0, 0.0);
            for (row, &number) in probabilities.chunks_exact(3).zip(trainer.views().folds().validation(fold)) {
                let truth = row[labels[number as usize] as usize];
                right += u32::from(row.iter().all(|&other| truth >= other));
                sum -= f64::from(truth).ln();
            }
            let Some(Tally::Classes { correct, loss, .. }) = plain.validation else { panic!("classes") };
            assert_eq!(right, correct);
            assert!((sum - loss).abs() < 1e-3, "{sum} {loss}");
        }
    }

    #[test]
    fn every_epoch_takes_all_rows_in_an_order_of_its_own() {
        let trainer = trainer_on(Seed(3), Device::Flex);
        let configuration = configuration();
        let session = trainer.session(&configuration, Part::All);
        let rows = all(&trainer).all();
        let [first, second, again] = [1, 2, 1].map(|epoch| session.shuffled(&rows, epoch));
        assert_eq!(first, again);
        assert_ne!(first, second);
        for mut order in [first, second] {
            order.sort_unstable();
            assert_eq!(order, rows);
        }
    }

    #[test]
    fn seed_part_and_configuration_all_matter() {
        let first =
            |seed, part, configuration: &Configuration| fit(&trainer_on(seed, Device::Flex), configuration, part, 1).0;
        let reference = first(Seed(3), FOLD, &configuration());
        assert_ne!(first(Seed(4), FOLD, &configuration()), reference);
        assert_ne!(first(Seed(3), Part::Fold(FoldId { repeat: 0, fold: 2 }), &configuration()), reference);
        assert_ne!(first(Seed(3), FOLD, &Configuration { l2: 0.01, ..configuration() }), reference);
    }

    #[test]
    fn a_diverging_fit_fails_in_its_epoch_and_keeps_the_ones_before() {
        let trainer = trainer_on(Seed(3), Device::Flex);
        let wild = |learning_rate| Configuration {
            optimizer: Optimizer::Sgd { momentum: 0.0, nesterov: false },
            learning_rate,
            l2: 0.0,
            batch_size: 330,
            ..configuration()
        };
        // One step an epoch: the first leaves weights of 1e25, the second meets products of 1e50.
        let (reports, end) = fit(&trainer, &wild(1e25), Part::All, 3);
        assert_eq!(end, FitEnd::Failed(Failure::NotFinite { epoch: 2 }));
        assert_eq!(reports.len(), 1);
        // The first step's own overflow is seen by no row, but by whoever looks at the weights.
        let (reports, end) = fit(&trainer, &wild(1e39), Part::All, 1);
        assert_eq!((reports.len(), end), (0, FitEnd::Failed(Failure::NotFinite { epoch: 1 })));
    }

    #[test]
    fn a_refit_leaves_a_network_that_others_can_load() {
        let trainer = trainer_on(Seed(3), Device::Flex);
        let refit = || {
            let ignore = &mut |report: EpochReport| {
                assert_eq!(report.validation, None);
                ControlFlow::Continue(())
            };
            trainer.refit(&configuration(), 20, &Stop::new(), ignore).unwrap()
        };
        let broken = trainer.refit(&configuration(), 20, &Stop::new(), &mut |_| ControlFlow::Break(()));
        assert_eq!(broken.err(), Some(FitEnd::Cancelled));
        let network = refit();
        let tally = network.evaluate(&all(&trainer));
        assert!(tally.evaluation().get(Metric::Accuracy) > 0.9, "{tally:?}");

        let bytes = network.safetensors();
        for device in [Device::Flex, Device::Ndarray] {
            let trainer = trainer_on(Seed(3), device);
            let loaded = trainer.network(&configuration(), &bytes).unwrap();
            assert_eq!(loaded.safetensors(), bytes);
            assert!(
                device != Device::Flex || loaded.evaluate(&all(&trainer)) == tally,
                "the same device, the same bits"
            );
        }
        let mut wider = configuration();
        wider.hidden[1].nodes += 1;
        let refused = trainer.network(&wider, &bytes).err().map(|error| error.to_string());
        assert_eq!(refused.as_deref(), Some("`layers.1.weight` is not 720 values of 32 bits"));
        assert!(trainer.network(&configuration(), &bytes[..100]).is_err());
        assert_eq!(bytes, refit().safetensors());
        let file = SafeTensors::deserialize(&bytes).unwrap();
        let mut shapes: Vec<_> = file.iter().map(|(name, tensor)| (name, tensor.shape().to_vec())).collect();
        shapes.sort();
        let expected = [
            ("layers.0.bias", vec![40]),
            ("layers.0.weight", vec![40, 20]),
            ("layers.1.bias", vec![17]),
            ("layers.1.weight", vec![17, 40]),
            ("layers.2.bias", vec![3]),
            ("layers.2.weight", vec![3, 17]),
        ];
        assert_eq!(shapes, expected);

        // What stands in the file scores the same when worked out plainly from it.
        let read = |name: String| -> Vec<f64> {
            let tensor = file.tensor(&name).unwrap();
            tensor.data().chunks_exact(4).map(|b| f64::from(f32::from_le_bytes(b.try_into().unwrap()))).collect()
        };
        let mut features = vec![0.0; 330 * 20];
        all(&trainer).gather(&all(&trainer).all(), &mut features);
        let right = features.chunks_exact(20).zip(labels(&trainer)).filter(|(row, label)| {
            let mut values: Vec<f64> = row.iter().copied().map(f64::from).collect();
            for layer in 0..3 {
                let (weight, bias) = (read(format!("layers.{layer}.weight")), read(format!("layers.{layer}.bias")));
                let dot = |w: &[f64]| w.iter().zip(&values).map(|(w, x)| w * x).sum::<f64>();
                let sums = weight.chunks_exact(values.len()).zip(&bias).map(|(w, b)| dot(w) + b);
                values = sums.map(|sum| if layer < 2 { sum.max(0.0) } else { sum }).collect();
            }
            (0..3).all(|class| values[class] <= values[*label as usize])
        });
        let Tally::Classes { correct, .. } = tally else { panic!("classes") };
        assert_eq!(right.count(), correct as usize);
    }

    #[test]
    fn a_probe_runs_any_number_of_steps_and_rows() {
        let trainer = trainer_on(Seed(3), Device::Flex);
        let configuration = configuration();
        let mut probe = trainer.probe(&configuration);
        let before = probe.session.network.parameters();
        assert_eq!(probe.train(0), 0);
        probe.validate(0);
        probe.validate(usize::MAX);
        assert_eq!(probe.session.network.parameters(), before);
        // An epoch is as many rows as there are, whatever the last batch holds; then comes another.
        let steps = trainer.views().data().rows().div_ceil(configuration.batch_size as usize) as u32;
        assert_eq!(probe.train(steps), trainer.views().data().rows());
        assert_eq!(probe.train(2 * steps), 2 * trainer.views().data().rows());
        assert_ne!(probe.session.network.parameters(), before);
    }
}
