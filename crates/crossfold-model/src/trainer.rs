//! Fits: epochs of shuffled batches, each epoch scored.

mod probe;
mod scoring;
mod state;
#[cfg(test)]
mod tests;
mod trained;
mod watch;

use std::ops::ControlFlow;
use std::sync::Arc;

use crossfold_data::{FitData, Views};
use crossfold_network::{Configuration, Layer, Progress, Shape};
use crossfold_study::{
    Device, EpochReport, Evaluation, Failure, Fingerprint, Fit, FitEnd, Generator, Objective, Part, Predictions,
    Scorer, Stop, Stream, Tally, Trained,
};

use crate::device::create_network;
use crate::network::Network;
use crate::parameters::{Parameters, WeightsError};
use crate::steps::augmentation::Augmenter;
use crate::steps::batch::Batch;
use crate::steps::descent::Descent;
use crate::steps::dropout::Masks;
pub use probe::Probe;
use scoring::{SCORED_AT_ONCE, assess, mean_loss};
pub use state::checkpoint_bytes;
pub use trained::TrainedNetwork;
use watch::Watch;

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
        match session.run(epochs, &[], stop, &mut |epoch, _| report(epoch)) {
            FitEnd::Complete | FitEnd::Stopped => {
                Ok(TrainedNetwork { network: session.network, scaling: session.data.scaling })
            }
            end @ (FitEnd::Failed(_) | FitEnd::Cancelled) => Err(end),
        }
    }

    /// As [`Objective::fit`], with a fingerprint of the weights after each epoch: of all tensors' values, 32 bits each and
    /// the lowest first, in the order of the layers, as files have them.
    pub fn traced(
        &self,
        fit: &Fit<'_>,
        stop: &Stop,
        report: &mut dyn FnMut(EpochReport, Fingerprint) -> ControlFlow<()>,
    ) -> Trained {
        self.go_on(fit, stop, &mut |epoch, network| report(epoch, network.parameters().fingerprint()))
    }

    fn go_on(
        &self,
        fit: &Fit<'_>,
        stop: &Stop,
        report: &mut dyn FnMut(EpochReport, &dyn Network<f32>) -> ControlFlow<()>,
    ) -> Trained {
        let mut session = self.session(fit.configuration, fit.part);
        if let Some(from) = fit.from.filter(|from| from.epochs < fit.epochs)
            && session.restore(from).is_err()
        {
            session = self.session(fit.configuration, fit.part);
        }
        let end = session.run(fit.epochs, fit.predict_at, stop, report);
        let checkpoint = (fit.keep && end == FitEnd::Complete).then(|| session.checkpoint());
        Trained { end, checkpoint }
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
        Probe::new(self.session(configuration, Part::All))
    }

    fn session<'s>(&'s self, configuration: &'s Configuration, part: Part) -> Session<'s> {
        let data = self.views.part(part).clone();
        let seed = self.views.seed();
        let (shape, embeddings) = (data.rows.shape(), data.rows.embeddings());
        let mut generator = seed.fit(part, configuration, Stream::Init, 0);
        let initial = Parameters::draw(configuration, shape, embeddings, &mut generator);
        let (training, inner) = if configuration.watches() {
            data.inner(configuration.inner_share, &mut seed.inner(part))
        } else {
            (data.training.clone(), Vec::new())
        };
        let largest = training.len().min(configuration.batch_size as usize);
        let dense = data.rows.features_per_row() - embeddings.len();
        Session {
            trainer: self,
            configuration,
            part,
            network: create_network(self.device, configuration, shape, initial),
            batch: Batch::with_capacity(largest, &data),
            masks: Masks::new(&configuration.fitting_layers(shape)),
            augmenter: Augmenter::new(configuration.augmentation, shape.form, dense),
            watch: Watch::new(configuration),
            scorer: Scorer::default(),
            epochs: 0,
            best: None,
            training,
            inner,
            data,
        }
    }
}

impl Objective for Trainer {
    fn fit(&self, fit: &Fit<'_>, stop: &Stop, report: &mut dyn FnMut(EpochReport) -> ControlFlow<()>) -> Trained {
        self.go_on(fit, stop, &mut |epoch, _| report(epoch))
    }
}

/// One fit under way.
struct Session<'a> {
    trainer: &'a Trainer,
    configuration: &'a Configuration,
    part: Part,
    data: Arc<FitData>,
    /// The rows that are trained on, ascending.
    training: Vec<u32>,
    /// Those that training watches; none where it doesn't.
    inner: Vec<u32>,
    network: Box<dyn Network<f32>>,
    batch: Batch<f32>,
    masks: Masks<f32>,
    augmenter: Augmenter,
    watch: Watch,
    scorer: Scorer,
    /// Those that are behind it.
    epochs: u32,
    /// What the network of the best epoch so far came to, where that is what counts.
    best: Option<(Evaluation, Predictions)>,
}

/// Where an epoch's random numbers come from.
struct Draws {
    masks: Generator,
    augmentation: Generator,
}

impl Session<'_> {
    /// Trains until `epochs` are behind it and reports each with the network as the epoch left it.
    fn run(
        &mut self,
        epochs: u32,
        predict_at: &[u32],
        stop: &Stop,
        report: &mut dyn FnMut(EpochReport, &dyn Network<f32>) -> ControlFlow<()>,
    ) -> FitEnd {
        let data = self.data.clone();
        let spread = data.rows.targets().spread(&self.training);
        for epoch in self.epochs + 1..=epochs {
            let Some(tally) = self.epoch(epoch, stop) else { return FitEnd::Cancelled };
            // The epoch's last step can overflow without any row seeing it.
            if !tally.is_finite() || !self.network.is_finite() {
                return FitEnd::Failed(Failure::NotFinite { epoch });
            }
            let training = data.scaling.unscale_tally(tally, spread);
            let watched = (!self.inner.is_empty()).then(|| {
                let loss = self.configuration.loss;
                let loss = mean_loss(&mut *self.network, &data.rows, &self.inner, data.scaling, loss);
                self.watch.observe(epoch, loss)
            });
            let is_best = watched.is_none_or(|watched| watched.best == epoch);
            let scored = self.scored(is_best);
            let is_finite = scored.as_ref().is_none_or(|(scored, _)| scored.tally.is_finite());
            if !is_finite || watched.is_some_and(|watched| !watched.loss.is_finite()) {
                return FitEnd::Failed(Failure::NotFinite { epoch });
            }
            self.epochs = epoch;
            let stops = self.watch.stops_after(epoch);
            let is_asked = predict_at.iter().any(|&at| at == epoch || stops && at > epoch);
            let (validation, predictions) = scored.unzip();
            let predictions = predictions.filter(|_| is_asked);
            let reported = EpochReport { epoch, training, validation, watched, predictions };
            if report(reported, &*self.network).is_break() {
                return FitEnd::Cancelled;
            }
            if stops {
                return FitEnd::Stopped;
            }
        }
        FitEnd::Complete
    }

    /// Trains on all rows once; `None` where it was stopped. Ends where the loss isn't finite.
    fn epoch(&mut self, epoch: u32, stop: &Stop) -> Option<Tally> {
        let order = self.shuffled(epoch);
        let mut draws = self.draws(epoch);
        let mut tally = Tally::none(self.data.rows.targets().task());
        for (step, rows) in (0..).zip(order.chunks(self.configuration.batch_size as usize)) {
            if stop.is_requested() {
                return None;
            }
            let progress = self.progress(epoch, step);
            tally.add(self.train(rows, progress, &mut draws));
            if !tally.is_finite() {
                break;
            }
        }
        Some(tally)
    }

    /// How the validation rows were predicted: after this epoch, or, with early stopping, after the best so
    /// far. `None` where there are none.
    fn scored(&mut self, is_best: bool) -> Option<(Evaluation, Predictions)> {
        let data = &self.data;
        if data.validation.is_empty() {
            return None;
        }
        if self.configuration.patience > 0 && !is_best {
            return self.best.clone();
        }
        let scored = assess(&mut *self.network, &data.rows, &data.validation, data.scaling, &mut self.scorer);
        if self.configuration.patience > 0 {
            self.best = Some(scored.clone());
        }
        Some(scored)
    }

    /// The epoch's order, which depends on no other epoch's.
    fn shuffled(&self, epoch: u32) -> Vec<u32> {
        let mut order = self.training.clone();
        self.generator(Stream::Shuffle, epoch).shuffle(&mut order);
        order
    }

    fn draws(&self, epoch: u32) -> Draws {
        Draws {
            masks: self.generator(Stream::Dropout, epoch),
            augmentation: self.generator(Stream::Augmentation, epoch),
        }
    }

    fn generator(&self, stream: Stream, epoch: u32) -> Generator {
        self.trainer.views.seed().fit(self.part, self.configuration, stream, epoch)
    }

    fn progress(&self, epoch: u32, step: u32) -> Progress {
        let steps = self.training.len().div_ceil(self.configuration.batch_size as usize) as u32;
        Progress { epoch, step, steps, plateaus: self.watch.plateaus() }
    }

    /// Scores are in the scale that is learnt.
    fn train(&mut self, rows: &[u32], progress: Progress, draws: &mut Draws) -> Tally {
        let Configuration { learning_rate, schedule, warmup, .. } = *self.configuration;
        self.batch.gather(&self.data.rows, rows);
        self.augmenter.augment(&mut self.batch, &mut draws.augmentation);
        self.masks.draw(rows.len(), &mut draws.masks);
        self.network.train(&self.batch, &self.masks, learning_rate * schedule.factor(warmup, progress))
    }
}

/// Memory that one fit holds, in bytes, estimated: weights, their gradients and the optimizer's
/// state; the features of a batch and, for each layer, its output, slope, mask and gradient, for as
/// many rows as are trained on or scored at once; and the order of `rows` rows.
pub fn fit_bytes(configuration: &Configuration, shape: Shape, rows: usize) -> u64 {
    let layers = configuration.fitting_layers(shape);
    let widths = 4 * shape.inputs + layers.iter().map(kept).sum::<usize>();
    let at_once = rows.min(SCORED_AT_ONCE.max(configuration.batch_size as usize)) as u64;
    let values = (2 + remembered(configuration)) * configuration.parameters(shape) + at_once * widths as u64;
    size_of::<f32>() as u64 * values + 2 * (size_of::<u32>() * rows) as u64
}

/// Values that the optimizer remembers of each weight.
fn remembered(configuration: &Configuration) -> u64 {
    Descent::<f32>::remembered(configuration.optimizer) as u64
}

/// Values that a layer keeps of a row.
fn kept(layer: &Layer) -> usize {
    match layer {
        // The sums and gates of each step beside its states, and the gradients of both.
        Layer::Recurrent(recurrent) => (2 * recurrent.gates() + 4) * layer.outputs(),
        Layer::Dense { .. }
        | Layer::Convolution(_)
        | Layer::Pooling { .. }
        | Layer::Normalization { .. }
        | Layer::Activation { .. }
        | Layer::Dropout { .. }
        | Layer::Summary { .. } => 4 * layer.outputs(),
    }
}
