//! One suite for every implementation of a network, on every device, in both precisions.

mod branches;
mod cases;
mod checkpoints;
mod finite_differences;
mod flex_against_reference;
mod padding;
mod pytorch;

use crossfold_network::{
    Activation, Block, Cell, DenseLayer, Form, Front, HiddenLayer, Kind, Normalization, NumberEmbedding, NumberInputs,
    Optimizer, Padding, Pooling, Recurrence, Summary, place_numbers,
};
use crossfold_study::{Seed, Stream, Tally};

use super::*;
use crate::checkpoint::{StateReader, StateWriter};
use crate::steps::batch::Batch;
use crate::steps::dropout::Masks;
use cases::Case;

const SGD: Optimizer = Optimizer::Sgd { momentum: 0.0, nesterov: false };
const MOMENTUM: Optimizer = Optimizer::Sgd { momentum: 0.9, nesterov: false };

/// The constructor of an implementation.
type Make<E> = fn(&Configuration, Shape, &[Layer], Parameters<E>) -> Box<dyn Network<E>>;

/// The implementations: the hand-written one and the reference.
fn implementations<E: Real + Element>() -> Vec<(&'static str, Make<E>)> {
    vec![
        ("flex", |configuration, shape, layers, initial| {
            create_network(Device::Flex, configuration, shape, layers, initial)
        }),
        ("ndarray", |configuration, shape, layers, initial| {
            create_network(Device::Ndarray, configuration, shape, layers, initial)
        }),
    ]
}

fn perceptron(hidden: &[u32], activation: Activation) -> Configuration {
    Configuration {
        hidden: hidden.iter().map(|&nodes| HiddenLayer { nodes, dropout: 0.25 }).collect(),
        activation: (!hidden.is_empty()).then_some(activation),
        batch_size: 6,
        ..Configuration::default()
    }
}

/// Recurrent layers of (nodes, dropout).
fn recurrent(cell: Cell, layers: &[(u32, f64)], bidirectional: bool, summary: Summary) -> Configuration {
    let layers = layers.iter().map(|&(nodes, dropout)| HiddenLayer { nodes, dropout }).collect();
    Configuration {
        front: Front::Recurrence(Recurrence { cell, layers, bidirectional, summary }),
        batch_size: 6,
        ..Configuration::default()
    }
}

/// Filters of 3 × 3 with a stride of 1 and zeros around the image.
fn block(filters: u32, pooling: Pooling, pool_size: u32) -> Block {
    Block { filters, kernel: 3, stride: 1, padding: Padding::Same, pooling, pool_size, dropout: 0.0 }
}

const LINEAR: NumberEmbedding = NumberEmbedding::Linear { size: 3 };
const PERIODIC: NumberEmbedding = NumberEmbedding::Periodic { size: 4, frequencies: 3, sigma: 0.4 };

fn embedding(embedding: NumberEmbedding, hidden: &[u32]) -> Configuration {
    Configuration { front: Front::Numbers(embedding), ..perceptron(hidden, Activation::Tanh) }
}

/// The shape of rows of a table with some numbers.
fn columns(inputs: usize, outputs: usize, numbers: NumberInputs) -> Shape {
    Shape { form: Form::Table(numbers), ..Shape::dense(inputs, outputs) }
}

fn convolutional(blocks: &[Block], activation: Activation) -> Configuration {
    Configuration { front: Front::Convolution(blocks.to_vec()), ..perceptron(&[5], activation) }
}
