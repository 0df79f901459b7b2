//! The parts of a training step, for benchmarks.

use std::sync::Arc;

use crossfold_data::{FitData, Views};
use crossfold_network::Configuration;
use crossfold_study::{Generator, Part, Stream};

use super::layer::Step;
use super::{FlexNetwork, score_and_differentiate};
use crate::network::Network;
use crate::parameters::Parameters;
use crate::steps::augmentation::Augmenter;
use crate::steps::batch::Batch;
use crate::steps::dropout::Masks;

/// A network after one training step on a study's first rows. Any part of the step can be repeated.
pub struct StepInParts {
    network: FlexNetwork<f32>,
    data: Arc<FitData>,
    rows: Vec<u32>,
    batch: Batch<f32>,
    masks: Masks<f32>,
    augmenter: Augmenter,
    generator: Generator,
    /// The gradient of each layer's result.
    deltas: Vec<Vec<f32>>,
    delta: Vec<f32>,
    below: Vec<f32>,
}

/// A part of a step.
#[derive(Clone, Copy, Debug)]
pub enum StepPart {
    /// Copying rows to the batch.
    Gather,
    /// Augmenting the batch's rows.
    Augment,
    /// Drawing dropout masks.
    Draw,
    /// A layer's forward pass.
    Forward(usize),
    /// Loss, score and the gradient of the last layer's result.
    Loss,
    /// A layer's backward pass.
    Backward(usize),
    /// The optimizer's step on a layer's parameters.
    Descend(usize),
}

impl StepInParts {
    /// Creates a network of `configuration` and takes a step on the study's first rows.
    ///
    /// # Panics
    /// If rows have categories with embeddings.
    pub fn new(views: &Views, configuration: &Configuration) -> StepInParts {
        let data = views.part(Part::All).clone();
        let shape = data.rows.shape();
        assert!(data.rows.embeddings().is_empty(), "the first layer reads rows as they are");
        let mut generator = views.seed().fit(Part::All, configuration, Stream::Init, 0);
        let layers = data.rows.fitting_layers(configuration);
        let initial = Parameters::draw(configuration.init, &layers, data.rows.embeddings(), &mut generator);
        let rows: Vec<u32> = data.training.iter().copied().take(configuration.batch_size as usize).collect();
        let network = FlexNetwork::new(configuration, shape, &layers, initial);
        let mut parts = StepInParts {
            batch: Batch::with_capacity(rows.len(), &data),
            masks: Masks::new(&layers),
            augmenter: Augmenter::new(configuration.augmentation, shape.form, data.rows.features_per_row()),
            deltas: Vec::new(),
            delta: Vec::new(),
            below: Vec::new(),
            network,
            data,
            rows,
            generator,
        };
        parts.run(StepPart::Gather);
        parts.run(StepPart::Draw);
        parts.network.train(&parts.batch, &parts.masks, configuration.learning_rate);
        // The backward pass swapped the last layer's result with a gradient.
        let last = parts.network.chain.layers.len() - 1;
        let width = parts.network.chain.layers[last].width() * parts.rows.len();
        parts.network.chain.outputs[last].resize(width, 0.0);
        (0..=last).for_each(|layer| parts.run(StepPart::Forward(layer)));
        parts.deltas.clone_from(&parts.network.chain.outputs);
        // Gradients are those of a loss, so that they have zeros where those of a real step have them.
        parts.prepare(StepPart::Loss);
        parts.run(StepPart::Loss);
        parts.deltas[last].clone_from(&parts.delta);
        for layer in (1..=last).rev() {
            parts.prepare(StepPart::Backward(layer));
            parts.run(StepPart::Backward(layer));
            parts.deltas[layer - 1].clone_from(&parts.below);
        }
        parts
    }

    /// All parts, in order.
    pub fn parts(&self) -> Vec<StepPart> {
        let layers = 0..self.network.chain.layers.len();
        let before = [StepPart::Gather, StepPart::Augment, StepPart::Draw];
        let forward = layers.clone().map(StepPart::Forward);
        let backward = layers.clone().rev().map(StepPart::Backward);
        let all = before.into_iter().chain(forward).chain([StepPart::Loss]).chain(backward);
        all.chain(layers.map(StepPart::Descend)).collect()
    }

    /// The number of rows in the batch.
    pub fn rows(&self) -> usize {
        self.rows.len()
    }

    /// Restores the input of a part, if running it changes the input.
    pub fn prepare(&mut self, part: StepPart) {
        match part {
            StepPart::Augment => self.run(StepPart::Gather),
            StepPart::Backward(layer) => {
                self.run(StepPart::Forward(layer));
                self.delta.clone_from(&self.deltas[layer]);
            }
            StepPart::Loss => {
                let outputs = self.network.chain.outputs.last().expect("a network has an output layer");
                self.delta.clone_from(outputs);
            }
            StepPart::Gather | StepPart::Draw | StepPart::Forward(_) | StepPart::Descend(_) => {}
        }
    }

    /// Runs a part. Needs a call of [`StepInParts::prepare`] before each run.
    pub fn run(&mut self, part: StepPart) {
        let FlexNetwork { chain, outputs: width, loss, .. } = &mut self.network;
        let step = Step { masks: &self.masks, lengths: self.batch.lengths() };
        match part {
            StepPart::Gather => self.batch.gather(&self.data.rows, &self.rows),
            StepPart::Augment => self.augmenter.augment(&mut self.batch, &mut self.generator),
            StepPart::Draw => self.masks.draw(self.rows.len(), &mut self.generator),
            StepPart::Forward(layer) => {
                let (before, after) = chain.outputs.split_at_mut(layer);
                let input = before.last().map_or(self.batch.features(), Vec::as_slice);
                chain.layers[layer].forward(input, &mut after[0], &step);
            }
            StepPart::Loss => {
                score_and_differentiate(&mut self.delta, &self.batch, *width, *loss);
            }
            StepPart::Backward(layer) => {
                let input = if layer == 0 { self.batch.features() } else { &chain.outputs[layer - 1] };
                self.below.resize(input.len(), 0.0);
                let below = (layer > 0).then_some(&mut self.below[..]);
                chain.layers[layer].backward(input, &mut self.delta, below, &step);
            }
            StepPart::Descend(layer) => chain.layers[layer].visit_parameters(&mut |parameter| parameter.step(1e-3)),
        }
    }
}
