//! Training: epochs of shuffled batches, each followed by scoring.

mod averaged;
mod combined;
mod loss_monitor;
pub(crate) mod moving_average;
mod probe;
mod scoring;
mod state;
#[cfg(test)]
mod tests;
mod trained;

use std::ops::ControlFlow;
use std::sync::Arc;

use crossfold_data::{FitData, Views};
use crossfold_network::{Configuration, Layer, Normalization, Progress, Shape};
use crossfold_study::{
    Device, EpochReport, Evaluation, Failure, Fingerprint, Fit, FitEnd, FoldId, Generator, Objective, Part,
    Predictions, Scorer, Seed, Stop, Stream, Tally, Trained,
};

use crate::device::create_network;
use crate::network::Network;
use crate::parameters::{Parameters, WeightsError};
use crate::steps::augmentation::Augmenter;
use crate::steps::batch::Batch;
use crate::steps::descent::Descent;
use crate::steps::dropout::Masks;
pub use combined::CombinedNetworks;
use loss_monitor::LossMonitor;
use moving_average::MovingAverage;
pub use probe::Probe;
use scoring::{SCORED_AT_ONCE, mean_loss, predict_and_score};
pub use trained::{Member, TrainedNetwork};

/// Trains a study's networks on its rows.
pub struct Trainer {
    views: Views,
    device: Device,
}

impl Trainer {
    /// A trainer on the rows of `views`.
    pub fn new(views: Views, device: Device) -> Trainer {
        Trainer { views, device }
    }

    /// The rows that networks are trained on.
    pub fn views(&self) -> &Views {
        &self.views
    }

    /// Trains `configuration` on all rows of the study, without validation. Networks with other numbers of `member` differ
    /// in initial weights, in the order of rows and in dropout; the first, 0, is that of the study's seed.
    ///
    /// # Errors
    /// The end of the fit, if it failed or was cancelled.
    pub fn refit(
        &self,
        configuration: &Configuration,
        (epochs, member): (u32, u32),
        stop: &Stop,
        report: &mut dyn FnMut(EpochReport) -> ControlFlow<()>,
    ) -> Result<TrainedNetwork, FitEnd> {
        let mut session = self.session_of(configuration, Part::All, self.views.seed().member(member));
        match session.run(epochs, &[], stop, &mut |epoch, _| report(epoch)) {
            FitEnd::Complete | FitEnd::Stopped => {
                session.exchange_average();
                Ok(TrainedNetwork::new(session.network, session.data.scaling))
            }
            end @ (FitEnd::Failed(_) | FitEnd::Cancelled) => Err(end),
        }
    }

    /// Trains like [`Objective::fit`], and also reports a fingerprint of the weights after each epoch. It covers the
    /// values of all tensors, as files store them: little-endian `f32` in the order of the layers.
    pub fn fit_with_fingerprints(
        &self,
        fit: &Fit<'_>,
        stop: &Stop,
        report: &mut dyn FnMut(EpochReport, Fingerprint) -> ControlFlow<()>,
    ) -> Trained {
        self.train_from(fit, stop, &mut |epoch, network| report(epoch, network.parameters().fingerprint()))
    }

    /// Trains like [`Objective::fit`], and also returns the network that the validation scores after `epochs` epochs are of;
    /// `None` if the fit failed before its end or was cancelled, or has fewer epochs.
    pub fn fit_with_network(
        &self,
        fit: &Fit<'_>,
        epochs: u32,
        stop: &Stop,
        report: &mut dyn FnMut(EpochReport) -> ControlFlow<()>,
    ) -> (Trained, Option<TrainedNetwork>) {
        let stops_early = fit.configuration.patience > 0;
        let mut scored = None;
        let trained = self.train_from(fit, stop, &mut |epoch, network| {
            let is_scored = match epoch.watched.filter(|_| stops_early) {
                Some(watched) => watched.best == epoch.epoch && epoch.epoch <= epochs,
                None => epoch.epoch == epochs,
            };
            if is_scored {
                scored = Some(network.parameters());
            }
            report(epoch)
        });
        let is_scored = match trained.end {
            FitEnd::Complete | FitEnd::Stopped => true,
            // A longer trial of the same fit fails, and a shorter one has its score.
            FitEnd::Failed(Failure::NotFinite { epoch }) => epoch > epochs,
            FitEnd::Failed(_) | FitEnd::Cancelled => false,
        };
        let network = scored.filter(|_| is_scored).map(|parameters| {
            let data = self.views.part_with(&fit.configuration.steps, fit.part);
            let shape = data.rows.shape();
            let layers = data.rows.fitting_layers(fit.configuration);
            let network = create_network(self.device, fit.configuration, shape, &layers, parameters);
            TrainedNetwork::new(network, data.scaling)
        });
        (trained, network)
    }

    /// Trains from the fit's checkpoint, or from scratch if there is none or it can't be read.
    fn train_from(
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

    /// Loads the network that [`TrainedNetwork::safetensors`] wrote as `weights`, or [`TrainedNetwork::join_weights`] of all
    /// networks of the `members`.
    ///
    /// # Errors
    /// If `weights` aren't a safetensors file, or don't fit the configurations.
    ///
    /// # Panics
    /// If there is no member, or their steps of preprocessing differ.
    pub fn network(&self, members: &[Member<'_>], weights: &[u8]) -> Result<TrainedNetwork, WeightsError> {
        let steps = &members.first().expect("there is a member").configuration.steps;
        assert!(members.iter().all(|member| member.configuration.steps == *steps), "members read the same inputs");
        let FitData { rows, scaling, .. } = &*self.views.part_with(steps, Part::All);
        TrainedNetwork::load(self.device, members, rows, *scaling, weights)
    }

    /// Loads the networks of `configuration` on these folds from [`TrainedNetwork::join_weights`] of their weights.
    ///
    /// # Errors
    /// If `weights` aren't a safetensors file, or don't fit the configuration.
    ///
    /// # Panics
    /// If there is no fold, or one doesn't exist.
    pub fn fold_networks(
        &self,
        configuration: &Configuration,
        folds: &[FoldId],
        weights: &[u8],
    ) -> Result<CombinedNetworks, WeightsError> {
        let part = |&fold: &FoldId| self.views.part_with(&configuration.steps, Part::Fold(fold));
        let parts: Vec<Arc<FitData>> = folds.iter().map(part).collect();
        let parts: Vec<_> = parts.iter().map(|part| (&*part.rows, part.scaling)).collect();
        CombinedNetworks::load(self.device, configuration, &parts, weights)
    }

    /// Loads the network of `configuration` on a fold, as [`TrainedNetwork::safetensors`] wrote it.
    ///
    /// # Errors
    /// If `weights` aren't a safetensors file, or don't fit the configuration.
    ///
    /// # Panics
    /// If the fold doesn't exist.
    pub fn fold_network(
        &self,
        configuration: &Configuration,
        fold: FoldId,
        weights: &[u8],
    ) -> Result<TrainedNetwork, WeightsError> {
        let FitData { rows, scaling, .. } = &*self.views.part_with(&configuration.steps, Part::Fold(fold));
        TrainedNetwork::load(self.device, &[Member::alone(configuration, 1)], rows, *scaling, weights)
    }

    /// Prepares to train `configuration` step by step, so that the caller can time it.
    pub fn probe<'s>(&'s self, configuration: &'s Configuration) -> Probe<'s> {
        Probe::new(self.session(configuration, Part::All))
    }

    fn session<'s>(&'s self, configuration: &'s Configuration, part: Part) -> Session<'s> {
        self.session_of(configuration, part, self.views.seed())
    }

    /// A session whose random numbers are of `seed`, except those that select rows.
    fn session_of<'s>(&'s self, configuration: &'s Configuration, part: Part, seed: Seed) -> Session<'s> {
        let data = self.views.part_with(&configuration.steps, part);
        let (shape, embeddings) = (data.rows.shape(), data.rows.embeddings());
        let mut generator = seed.fit(part, configuration, Stream::Init, 0);
        let layers = data.rows.fitting_layers(configuration);
        let initial = Parameters::draw(configuration.init, &layers, embeddings, &mut generator);
        let (training, inner) = if configuration.has_inner_part() {
            data.split_inner(configuration.inner_share, &mut self.views.seed().inner(part))
        } else {
            (data.training.clone(), Vec::new())
        };
        let largest = batches(configuration, &training).map(<[u32]>::len).max().unwrap_or_default();
        let dense = data.rows.features_per_row() - embeddings.len();
        let mut network = create_network(self.device, configuration, shape, &layers, initial);
        Session {
            trainer: self,
            configuration,
            part,
            seed,
            average: MovingAverage::new(configuration, &mut *network),
            network,
            batch: Batch::with_capacity(largest, &data),
            masks: Masks::new(&layers),
            augmenter: Augmenter::new(configuration.augmentation, shape.form, dense),
            monitor: LossMonitor::new(configuration),
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
        self.train_from(fit, stop, &mut |epoch, _| report(epoch))
    }
}

/// A fit in progress.
struct Session<'a> {
    trainer: &'a Trainer,
    configuration: &'a Configuration,
    part: Part,
    /// The seed of initial weights, of the order of rows, of dropout and of augmentation.
    seed: Seed,
    data: Arc<FitData>,
    /// Training rows, ascending.
    training: Vec<u32>,
    /// Rows of the inner validation part; empty if there is none.
    inner: Vec<u32>,
    network: Box<dyn Network<f32>>,
    /// The average of the network's weights that is scored in its place; `None` if there is none.
    average: Option<MovingAverage<f32>>,
    batch: Batch<f32>,
    masks: Masks<f32>,
    augmenter: Augmenter,
    monitor: LossMonitor,
    scorer: Scorer,
    /// The number of epochs trained so far.
    epochs: u32,
    /// The scores and predictions of the best epoch so far; `None` before the first epoch and without early stopping.
    best: Option<(Evaluation, Predictions)>,
}

/// The generators of an epoch's random numbers.
struct Generators {
    masks: Generator,
    augmentation: Generator,
}

impl Session<'_> {
    /// Trains up to `epochs` epochs, and reports each with the network after it, averaged if its weights are.
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
            let Some(tally) = self.train_epoch(epoch, stop) else { return FitEnd::Cancelled };
            // The epoch's loss doesn't reveal an overflow in its last step.
            if !tally.is_finite() || !self.network.is_finite() {
                return FitEnd::Failed(Failure::NotFinite { epoch });
            }
            self.exchange_average();
            let end = self.report_epoch(epoch, data.scaling.unscale_tally(tally, spread), predict_at, report);
            self.exchange_average();
            if let ControlFlow::Break(end) = end {
                return end;
            }
        }
        FitEnd::Complete
    }

    /// Scores the network after `epoch` and reports it. Breaks with the end of the fit if there is no further epoch.
    fn report_epoch(
        &mut self,
        epoch: u32,
        training: Tally,
        predict_at: &[u32],
        report: &mut dyn FnMut(EpochReport, &dyn Network<f32>) -> ControlFlow<()>,
    ) -> ControlFlow<FitEnd> {
        let watched = (!self.inner.is_empty()).then(|| {
            let (loss, data) = (self.configuration.loss, &self.data);
            let loss = mean_loss(&mut *self.network, &data.rows, &self.inner, data.scaling, loss);
            self.monitor.observe(epoch, loss)
        });
        let is_best = watched.is_none_or(|watched| watched.best == epoch);
        let scored = self.validate(is_best);
        let is_finite = scored.as_ref().is_none_or(|(scored, _)| scored.tally.is_finite());
        if !is_finite || watched.is_some_and(|watched| !watched.loss.is_finite()) {
            return ControlFlow::Break(FitEnd::Failed(Failure::NotFinite { epoch }));
        }
        self.epochs = epoch;
        let stops = self.monitor.stops_after(epoch);
        let is_asked = predict_at.iter().any(|&at| at == epoch || stops && at > epoch);
        let (validation, predictions) = scored.unzip();
        let predictions = predictions.filter(|_| is_asked);
        let reported = EpochReport { epoch, training, validation, watched, predictions };
        if report(reported, &*self.network).is_break() {
            return ControlFlow::Break(FitEnd::Cancelled);
        }
        if stops { ControlFlow::Break(FitEnd::Stopped) } else { ControlFlow::Continue(()) }
    }

    /// Puts the averaged weights in the place of the network's own, or these back.
    fn exchange_average(&mut self) {
        if let Some(average) = &mut self.average {
            average.exchange(&mut *self.network);
        }
    }

    /// Trains on all rows once, unless the loss stops being finite. `None` if a stop was requested.
    fn train_epoch(&mut self, epoch: u32, stop: &Stop) -> Option<Tally> {
        let order = self.shuffle_rows(epoch);
        let mut generators = self.generators(epoch);
        let mut tally = Tally::empty(self.data.rows.targets().task());
        for (step, rows) in (0..).zip(batches(self.configuration, &order)) {
            if stop.is_requested() {
                return None;
            }
            let progress = self.progress(epoch, step);
            tally.add(self.train_step(rows, progress, &mut generators));
            if !tally.is_finite() {
                break;
            }
        }
        Some(tally)
    }

    /// Scores and predicts the validation rows. With early stopping, returns the results after the best epoch so far.
    /// `None` if there are no validation rows.
    fn validate(&mut self, is_best: bool) -> Option<(Evaluation, Predictions)> {
        let data = &self.data;
        if data.validation.is_empty() {
            return None;
        }
        if self.configuration.patience > 0 && !is_best {
            return self.best.clone();
        }
        let scored =
            predict_and_score(&mut *self.network, &data.rows, &data.validation, data.scaling, &mut self.scorer);
        if self.configuration.patience > 0 {
            self.best = Some(scored.clone());
        }
        Some(scored)
    }

    /// The training rows in an epoch's order, which doesn't depend on other epochs.
    fn shuffle_rows(&self, epoch: u32) -> Vec<u32> {
        let mut order = self.training.clone();
        self.generator(Stream::Shuffle, epoch).shuffle(&mut order);
        order
    }

    fn generators(&self, epoch: u32) -> Generators {
        Generators {
            masks: self.generator(Stream::Dropout, epoch),
            augmentation: self.generator(Stream::Augmentation, epoch),
        }
    }

    fn generator(&self, stream: Stream, epoch: u32) -> Generator {
        self.seed.fit(self.part, self.configuration, stream, epoch)
    }

    fn progress(&self, epoch: u32, step: u32) -> Progress {
        let steps = batches(self.configuration, &self.training).count() as u32;
        Progress { epoch, step, steps, plateaus: self.monitor.plateaus() }
    }

    /// Takes a step on `rows`. Returns their scores on standardised targets.
    fn train_step(&mut self, rows: &[u32], progress: Progress, generators: &mut Generators) -> Tally {
        let Configuration { learning_rate, schedule, warmup, .. } = *self.configuration;
        self.batch.gather(&self.data.rows, rows);
        self.augmenter.augment(&mut self.batch, &mut generators.augmentation);
        self.masks.draw(rows.len(), &mut generators.masks);
        let tally = self.network.train(&self.batch, &self.masks, learning_rate * schedule.factor(warmup, progress));
        if let Some(average) = &mut self.average {
            average.follow(&mut *self.network);
        }
        tally
    }
}

/// The batches of an epoch. With batch normalisation, a last batch of one row joins the one before, because a single row
/// has no variance.
fn batches<'r>(configuration: &Configuration, rows: &'r [u32]) -> impl Iterator<Item = &'r [u32]> + use<'r> {
    let size = configuration.batch_size as usize;
    let joins = configuration.normalization == Normalization::Batch && rows.len() > size && rows.len() % size == 1;
    let (even, last) = rows.split_at(if joins { rows.len() - size - 1 } else { rows.len() });
    even.chunks(size).chain((!last.is_empty()).then_some(last))
}

/// Returns the estimated memory of a fit in bytes: weights, their gradients, averages and the optimizer's state; the features of
/// a batch and what each layer keeps, for as many rows as are trained on or scored together; and the order of `rows`
/// rows.
pub fn fit_bytes(configuration: &Configuration, shape: Shape, rows: usize) -> u64 {
    let layers = configuration.fitting_layers(shape);
    let widths = 4 * shape.inputs + layers.iter().map(Layer::values_in_training).sum::<usize>();
    let at_once = rows.min(SCORED_AT_ONCE.max(configuration.batch_size as usize)) as u64;
    let values = (2 + state_per_weight(configuration)) * configuration.parameters(shape) + at_once * widths as u64;
    size_of::<f32>() as u64 * values + 2 * (size_of::<u32>() * rows) as u64
}

/// The number of values per weight that one step leaves to the next beside the weight: the optimizer's state and the average.
fn state_per_weight(configuration: &Configuration) -> u64 {
    Descent::<f32>::state_per_weight(configuration.optimizer) as u64 + u64::from(configuration.ema > 0.0)
}
