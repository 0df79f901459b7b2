//! Networks with residual sums and parallel branches, which no configuration asks for yet.

use crossfold_network::{
    ActivationLayer, ConvolutionLayer, DenseLayer, DropoutLayer, Image, NormalizationKind, NormalizationLayer,
    ParallelLayer, PoolingKind, PoolingLayer, ResidualLayer,
};

use super::finite_differences::check_layers as check_gradient;
use super::flex_against_reference::{by_momentum, check_layers as check_against_reference};
use super::*;

fn dense(inputs: usize, outputs: usize) -> Layer {
    Layer::Dense(DenseLayer { inputs, outputs, image: None, has_bias: true })
}

fn activation(function: Activation, width: usize) -> Layer {
    Layer::Activation(ActivationLayer { function, width })
}

fn dropout(width: usize) -> Layer {
    Layer::Dropout(DropoutLayer { rate: 0.25, width })
}

fn residual(body: Vec<Layer>) -> Layer {
    Layer::Residual(ResidualLayer::new(body).unwrap())
}

fn parallel(branches: Vec<Vec<Layer>>, places: usize) -> Layer {
    Layer::Parallel(ParallelLayer::new(branches, places).unwrap())
}

/// A convolution that keeps the size of images.
fn convolution(from: Image, filters: usize, kernel: usize) -> Layer {
    let padding_before = [kernel / 2; 2];
    Layer::Convolution(ConvolutionLayer {
        from,
        to: Image { channels: filters, ..from },
        kernel,
        stride: 1,
        padding_before,
        has_bias: true,
    })
}

fn normalization(kind: NormalizationKind, image: Image) -> Layer {
    Layer::Normalization(NormalizationLayer { kind, places: image.height * image.width, features: image.channels })
}

/// One residual sum comes first, so that its input needs no gradient. The other is within a branch.
fn dense_network(inputs: usize, width: usize, outputs: usize) -> Vec<Layer> {
    let half = width / 2;
    vec![
        residual(vec![dense(inputs, inputs), activation(Activation::Tanh, inputs)]),
        dense(inputs, width),
        residual(vec![
            dense(width, width),
            activation(Activation::Sigmoid, width),
            dropout(width),
            dense(width, width),
        ]),
        activation(Activation::Gelu, width),
        dropout(width),
        parallel(
            vec![
                vec![dense(width, half), activation(Activation::Tanh, half)],
                vec![residual(vec![dense(width, width), activation(Activation::Relu, width)]), dropout(width)],
            ],
            1,
        ),
        dense(half + width, outputs),
    ]
}

/// Branches that read the network's input, and images that are normalised, pooled and concatenated.
fn image_network(image: Image, filters: usize, outputs: usize) -> Vec<Layer> {
    let Image { height, width, channels } = image;
    let places = height * width;
    let first = Image { channels: channels + filters, ..image };
    let second = Image { channels: filters, ..image };
    let pooled = Image { height: height / 2, width: width / 2, channels: 2 * filters };
    vec![
        residual(vec![convolution(image, channels, 3)]),
        parallel(
            vec![
                vec![activation(Activation::Sigmoid, image.values())],
                vec![convolution(image, filters, 3), activation(Activation::Tanh, places * filters)],
            ],
            places,
        ),
        convolution(first, filters, 1),
        residual(vec![
            normalization(NormalizationKind::Batch, second),
            activation(Activation::Gelu, second.values()),
            convolution(second, filters, 3),
            dropout(second.values()),
        ]),
        parallel(
            vec![
                vec![convolution(second, filters, 1), normalization(NormalizationKind::Layer, second)],
                vec![convolution(second, filters, 3), activation(Activation::Sigmoid, second.values())],
            ],
            places,
        ),
        Layer::Pooling(PoolingLayer {
            kind: PoolingKind::Max,
            size: 2,
            from: Image { channels: 2 * filters, ..image },
            to: pooled,
        }),
        Layer::Dense(DenseLayer { inputs: pooled.values(), outputs, image: Some(pooled), has_bias: true }),
    ]
}

#[test]
fn gradients_match_finite_differences() {
    let configuration = perceptron(&[], Activation::Relu);
    check_gradient(&configuration, Shape::dense(4, 3), &dense_network(4, 6, 3), None, 1e-8);
    let image = Image { height: 4, width: 5, channels: 2 };
    check_gradient(&configuration, Shape::image([4, 5, 2], 3), &image_network(image, 3, 3), None, 1e-7);
}

#[test]
fn flex_matches_the_reference() {
    let configuration = by_momentum(perceptron(&[], Activation::Relu));
    let batches = [64, 1, 129];
    check_against_reference(&configuration, Shape::dense(40, 10), &dense_network(40, 66, 10), &batches, 1e-11);
    let image = Image { height: 12, width: 13, channels: 3 };
    let shape = Shape::image([12, 13, 3], 10);
    check_against_reference(&configuration, shape, &image_network(image, 16, 10), &[16, 1, 33], 1e-11);
}

/// The summary is an operation by itself here, not part of the recurrent layer.
#[test]
fn recurrent_states_may_be_activated_before_the_summary() {
    let shape = Shape::sequence(5, 3, 2);
    for bidirectional in [false, true] {
        let mut layers = recurrent(Cell::Gru, &[(4, 0.0)], bidirectional, Summary::Last).fitting_layers(shape);
        let width = layers[0].outputs();
        layers.insert(1, activation(Activation::Sigmoid, width));
        let lengths = Some(vec![2, 3, 1, 5, 1, 2, 4]);
        check_gradient(&perceptron(&[], Activation::Relu), shape, &layers, lengths, 1e-9);
    }
}
