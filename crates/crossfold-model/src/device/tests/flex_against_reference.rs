//! The hand-written network against the reference at realistic widths, for which matrix products take other paths than
//! for tiny networks.

use super::*;

/// Trains on batches with these numbers of rows. Sequences have different lengths.
fn check(configuration: &Configuration, shape: Shape, batches: &[usize], tolerance: f64) {
    check_layers(configuration, shape, &configuration.fitting_layers(shape), batches, tolerance);
}

/// Checks a network of `layers`, which needn't be those of `configuration`.
pub(super) fn check_layers(
    configuration: &Configuration,
    shape: Shape,
    layers: &[Layer],
    batches: &[usize],
    tolerance: f64,
) {
    let mut generator = Seed(5).fit(crossfold_study::Part::All, configuration, Stream::Init, 0);
    let initial = Parameters::<f64>::draw(configuration.init, layers, &[], &mut generator);
    let [flex, ndarray] = [0, 1].map(|number| implementations()[number].1);
    let near = |a: &[f64], b: &[f64]| a.iter().zip(b).all(|(a, b)| (a - b).abs() < tolerance);
    let mut networks =
        [flex(configuration, shape, layers, initial.clone()), ndarray(configuration, shape, layers, initial)];
    for &rows in batches {
        let features: Vec<_> = (0..rows * shape.inputs).map(|_| generator.unit()).collect();
        let lengths = match shape.form {
            Form::Flat | Form::Table(_) | Form::Image { .. } => None,
            Form::Sequence { steps } => Some((0..rows).map(|row| 1 + (row * 5 % steps) as u32).collect()),
        };
        let batch = Batch::given(features, (0..rows as u32).map(|row| row % 10).collect()).with_lengths(lengths);
        let mut masks = Masks::new(layers);
        masks.draw(rows, &mut generator);
        let losses = networks.each_mut().map(|network| network.train(&batch, &masks, 0.1).loss() / rows as f64);
        assert!((losses[0] - losses[1]).abs() < tolerance, "{losses:?}");
        let [flex, ndarray] = networks.each_mut().map(|network| network.logits(&batch));
        assert!(near(flex, ndarray), "{}", configuration.canonical());
    }
    let [flex, ndarray] = networks.map(|network| cases::all(&network.parameters()));
    assert!(near(&flex, &ndarray), "{}", configuration.canonical());
}

pub(super) fn by_momentum(configuration: Configuration) -> Configuration {
    Configuration { optimizer: MOMENTUM, learning_rate: 0.1, l2: 1e-4, l1: 1e-4, clip_norm: 0.5, ..configuration }
}

/// One row, and more rows than a block of the product.
#[test]
fn perceptrons() {
    let configuration = by_momentum(perceptron(&[72, 33], Activation::Relu));
    check(&configuration, Shape::dense(100, 10), &[64, 1, 129], 1e-12);
}

#[test]
fn embedded_numbers() {
    let periodic = NumberEmbedding::Periodic { size: 9, frequencies: 17, sigma: 0.7 };
    for kind in [NumberEmbedding::Linear { size: 9 }, periodic] {
        let configuration = by_momentum(embedding(kind, &[33]));
        let numbers = NumberInputs { encoded: 3, bins: 16, plain: 21 };
        check(&configuration, columns(75, 10, numbers), &[64, 1, 129], 1e-12);
    }
}

/// Enough images for their windows to be copied in several parts, the last of which is smaller.
#[test]
fn convolutional_networks() {
    let blocks = |pooling, size| [block(16, pooling, size), block(19, pooling, size)];
    let shape = Shape::image([14, 13, 3], 10);
    let batches = [16, 1, 33];
    for configuration in [
        convolutional(&blocks(Pooling::Max, 2), Activation::Relu),
        convolutional(&blocks(Pooling::Max, 3), Activation::Gelu),
        convolutional(&blocks(Pooling::Average, 2), Activation::Relu),
        Configuration {
            normalization: Normalization::Batch,
            ..convolutional(&blocks(Pooling::Max, 2), Activation::Tanh)
        },
        Configuration {
            normalization: Normalization::Layer,
            ..convolutional(&blocks(Pooling::None, 1), Activation::Relu)
        },
    ] {
        check(&by_momentum(configuration), shape, &batches, 1e-11);
    }
    let grey = convolutional(&blocks(Pooling::Max, 2), Activation::Sigmoid);
    check(&by_momentum(grey), Shape::image([14, 13, 1], 10), &batches, 1e-11);
}

#[test]
fn recurrent_networks() {
    let image = Form::Image { height: 28, width: 28, channels: 1 };
    for &cell in Cell::ALL {
        let configuration = by_momentum(recurrent(cell, &[(64, 0.2)], false, Summary::Last));
        check(&configuration, Shape { form: image, ..Shape::dense(784, 10) }, &[128, 1], 1e-12);
        let deep = by_momentum(recurrent(cell, &[(20, 0.2), (33, 0.0)], true, Summary::Max));
        check(&deep, Shape::sequence(28, 9, 10), &[130, 1, 17], 1e-12);
    }
}
