//! A training step taken apart, for benchmarks.

use crossfold_data::{FitData, Views};
use crossfold_study::{Configuration, Generator, Part, Stream};

use super::layer::Step;
use super::{FlexNetwork, score_and_differentiate};
use crate::augmentation::Augmenter;
use crate::batch::Batch;
use crate::dropout::Masks;
use crate::network::Network;
use crate::parameters::Parameters;

/// A network behind one whole step on a study's first rows, any part of which can be done again and again.
pub struct StepInParts {
    network: FlexNetwork<f32>,
    data: std::sync::Arc<FitData>,
    rows: Vec<u32>,
    batch: Batch<f32>,
    masks: Masks<f32>,
    augmenter: Augmenter,
    generator: Generator,
    /// The gradient of what comes out of each layer.
    deltas: Vec<Vec<f32>>,
    below: Vec<f32>,
}

/// A part of a step.
#[derive(Clone, Copy, Debug)]
pub enum StepPart {
    /// From the data to the batch.
    Gather,
    /// The batch's rows are changed.
    Augment,
    /// Random numbers for dropout.
    Draw,
    /// A layer's way forward.
    Forward(usize),
    /// Loss, score and gradient of the last layer's outputs.
    Loss,
    /// A layer's way back.
    Backward(usize),
    /// The optimizer's step on a layer's parameters.
    Descend(usize),
}

impl StepInParts {
    /// A new network of `configuration` behind its first step on the study's first rows.
    pub fn new(views: &Views, configuration: &Configuration) -> StepInParts {
        let data = views.part(Part::All).clone();
        let shape = data.rows.shape();
        let mut generator = views.seed().fit(Part::All, configuration, Stream::Init, 0);
        let initial = Parameters::draw(configuration, shape, data.rows.embeddings(), &mut generator);
        let rows: Vec<u32> = data.training.iter().copied().take(configuration.batch_size as usize).collect();
        let network = FlexNetwork::new(configuration, shape, initial);
        let mut parts = StepInParts {
            batch: Batch::with_capacity(rows.len(), &data),
            masks: Masks::new(&configuration.fitting_layers(shape)),
            augmenter: Augmenter::new(configuration.augmentation, shape.form, data.rows.features_per_row()),
            deltas: Vec::new(),
            below: Vec::new(),
            network,
            data,
            rows,
            generator,
        };
        parts.run(StepPart::Gather);
        parts.run(StepPart::Draw);
        parts.network.train(&parts.batch, &parts.masks, configuration.learning_rate);
        let layers = parts.network.layers.len();
        (0..layers).for_each(|layer| parts.run(StepPart::Forward(layer)));
        parts.deltas.clone_from(&parts.network.values.outputs);
        // Back from a loss, so that gradients have zeros where those of a step have them.
        let last = layers - 1;
        parts.run(StepPart::Loss);
        for layer in (1..=last).rev() {
            parts.run(StepPart::Backward(layer));
            parts.deltas[layer - 1].copy_from_slice(&parts.below);
        }
        parts
    }

    /// All parts in their order.
    pub fn parts(&self) -> Vec<StepPart> {
        let layers = 0..self.network.layers.len();
        let before = [StepPart::Gather, StepPart::Augment, StepPart::Draw];
        let forward = layers.clone().map(StepPart::Forward);
        let backward = layers.clone().rev().map(StepPart::Backward);
        let all = before.into_iter().chain(forward).chain([StepPart::Loss]).chain(backward);
        all.chain(layers.map(StepPart::Descend)).collect()
    }

    /// Rows of the step.
    pub fn rows(&self) -> usize {
        self.rows.len()
    }

    /// Does a part once more.
    pub fn run(&mut self, part: StepPart) {
        let FlexNetwork { layers, values, outputs, loss, .. } = &mut self.network;
        let step = Step { masks: &self.masks, lengths: self.batch.lengths() };
        let input = |layer: usize| match layer {
            0 => self.batch.features(),
            _ => &values.outputs[layer - 1],
        };
        match part {
            StepPart::Gather => self.batch.gather(&self.data.rows, &self.rows),
            StepPart::Augment => self.augmenter.augment(&mut self.batch, &mut self.generator),
            StepPart::Draw => self.masks.draw(self.rows.len(), &mut self.generator),
            StepPart::Forward(layer) => {
                let mut output = std::mem::take(&mut values.outputs[layer]);
                output.resize(self.rows.len() * layers[layer].width(), 0.0);
                let input = if layer == 0 { self.batch.features() } else { &values.outputs[layer - 1] };
                layers[layer].forward(input, &mut output, &step);
                values.outputs[layer] = output;
            }
            StepPart::Loss => {
                let last = self.deltas.last_mut().expect("a network has an output layer");
                last.copy_from_slice(values.outputs.last().expect("a network has an output layer"));
                score_and_differentiate(last, &self.batch, *outputs, *loss);
            }
            StepPart::Backward(layer) => {
                // A layer may overwrite what it is given.
                let mut delta = self.deltas[layer].clone();
                let input = input(layer);
                self.below.resize(input.len(), 0.0);
                let below = (layer > 0).then_some(&mut self.below[..]);
                layers[layer].backward(input, &mut delta, below, &step);
            }
            StepPart::Descend(layer) => layers[layer].parameters(&mut |parameter| parameter.step(1e-3)),
        }
    }
}
