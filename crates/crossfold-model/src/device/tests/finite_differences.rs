//! Gradients against finite differences of the loss with its penalty, by ±10⁻⁵ in one parameter after another.

use super::*;

fn check(configuration: &Configuration, shape: Shape, lengths: Option<Vec<u32>>, tolerance: f64) {
    check_layers(configuration, shape, &configuration.fitting_layers(shape), lengths, tolerance);
}

/// Checks a network of `layers`, which needn't be those of `configuration`.
pub(super) fn check_layers(
    configuration: &Configuration,
    shape: Shape,
    layers: &[Layer],
    lengths: Option<Vec<u32>>,
    tolerance: f64,
) {
    const ROWS: usize = 7;
    let configuration = Configuration { optimizer: SGD, learning_rate: 1.0, l2: 0.03, ..configuration.clone() };
    let mut generator = Seed(configuration.canonical().len() as u64).subset();
    let initial = Parameters::<f64>::draw(configuration.init, layers, &[], &mut generator);
    let features: Vec<_> = (0..ROWS * shape.inputs).map(|_| generator.uniform(-2.0, 2.0)).collect();
    let labels = (0..ROWS as u32).map(|row| row % shape.outputs as u32).collect();
    let batch = Batch::given(features, labels).with_lengths(lengths);
    let mut masks = Masks::new(layers);
    masks.draw(ROWS, &mut generator);
    // The loss is that of the fastest implementation. Other tests check that all implementations have the same loss.
    let (_, fastest) = implementations()[0];
    let penalised = |at: &[f64]| {
        let at = cases::with_values(&initial, at);
        let penalty = configuration.l2 * cases::weights(&at).map(|w| w * w).sum::<f64>();
        let tally = fastest(&configuration, shape, layers, at).train(&batch, &masks, 1.0);
        tally.loss() / ROWS as f64 + penalty
    };
    let from = cases::trained(&initial);
    let difference = |parameter: usize| {
        let [above, below] = [1e-5, -1e-5].map(|shift| {
            let mut at = from.clone();
            at[parameter] += shift;
            penalised(&at)
        });
        (above - below) / 2e-5
    };
    // About a hundred parameters, some from each tensor.
    let checked: Vec<usize> = (0..from.len()).step_by(1 + from.len() / 100).collect();
    let differences: Vec<f64> = checked.iter().map(|&parameter| difference(parameter)).collect();
    for (kind, make) in implementations() {
        let mut network = make(&configuration, shape, layers, initial.clone());
        network.train(&batch, &masks, 1.0);
        let to = cases::trained(&network.parameters());
        for (&parameter, &difference) in checked.iter().zip(&differences) {
            let gradient = from[parameter] - to[parameter];
            let what = configuration.canonical();
            assert!((gradient - difference).abs() < tolerance, "{what} on {kind}: {gradient} {difference}");
        }
    }
}

#[test]
fn perceptrons() {
    for activation in [
        Activation::Relu,
        Activation::LeakyRelu { slope: 0.1 },
        Activation::Tanh,
        Activation::Sigmoid,
        Activation::Gelu,
    ] {
        for hidden in [&[][..], &[5], &[6, 5]] {
            check(&perceptron(hidden, activation), Shape::dense(4, 3), None, 1e-9);
        }
    }
    let dropped = Configuration { input_dropout: 0.3, ..perceptron(&[5], Activation::Tanh) };
    check(&dropped, Shape::dense(4, 3), None, 1e-9);
}

/// The numbers' inputs are at different places, with other inputs between them. Behind another layer, the gradient of the
/// inputs counts, too.
#[test]
fn embedded_numbers() {
    let plain = NumberInputs { encoded: 0, bins: 0, plain: 3 };
    let both = NumberInputs { encoded: 2, bins: 2, plain: 2 };
    for kind in [LINEAR, PERIODIC] {
        let configuration = embedding(kind, &[5]);
        for (inputs, numbers, places) in
            [(3, plain, &[0, 1, 2][..]), (5, plain, &[4, 0, 2]), (8, both, &[5, 6, 0, 1, 3, 7])]
        {
            let shape = columns(inputs, 3, numbers);
            let mut layers = configuration.fitting_layers(shape);
            place_numbers(&mut layers, places);
            check_layers(&configuration, shape, &layers, None, 1e-8);
            let first = DenseLayer { inputs: 4, outputs: inputs, image: None, has_bias: true };
            layers.insert(0, Layer::Dense(first));
            check_layers(&configuration, Shape::dense(4, 3), &layers, None, 1e-8);
        }
    }
}

#[test]
fn recurrent_networks() {
    let shape = Shape::sequence(3, 2, 2);
    for &cell in Cell::ALL {
        for bidirectional in [false, true] {
            for &summary in Summary::ALL {
                let configuration = recurrent(cell, &[(2, 0.25)], bidirectional, summary);
                check(&configuration, shape, None, 1e-9);
                check(&configuration, shape, Some(vec![2, 3, 1, 3, 1, 2, 3]), 1e-9);
            }
        }
        let deep = recurrent(cell, &[(3, 0.25), (2, 0.0)], true, Summary::Mean);
        check(&deep, shape, Some(vec![1, 2, 1, 3, 3, 2, 1]), 1e-9);
    }
}

#[test]
fn convolutional_networks() {
    let shape = Shape::image([4, 5, 2], 3);
    let [none, max, average] = [(Pooling::None, 1), (Pooling::Max, 2), (Pooling::Average, 2)];
    for activation in [Activation::Relu, Activation::Gelu] {
        for (pooling, size) in [none, max, average] {
            let first = Block { dropout: 0.2, ..block(6, pooling, size) };
            check(&convolutional(&[first, block(3, pooling, size)], activation), shape, None, 1e-8);
        }
    }
    let (pooling, size) = max;
    let shape = Shape::image([6, 7, 2], 3);
    for padding in [Padding::Same, Padding::Valid] {
        for (kernel, stride) in [(1, 1), (2, 1), (3, 2), (2, 2)] {
            let first = Block { kernel, stride, padding, ..block(4, Pooling::None, 1) };
            let last = Block { kernel: 2, ..block(3, pooling, size) };
            check(&convolutional(&[first, last], Activation::Tanh), shape, None, 1e-8);
        }
    }
    let dropped = Configuration { input_dropout: 0.3, ..convolutional(&[block(3, pooling, size)], Activation::Relu) };
    check(&dropped, Shape::image([4, 4, 1], 3), None, 1e-8);
}

/// The mean and the variance of a batch depend on the parameters, too.
#[test]
fn normalised_networks() {
    for normalization in [Normalization::Batch, Normalization::Layer] {
        for activation in [Activation::Relu, Activation::Sigmoid] {
            let perceptron = Configuration { normalization, ..perceptron(&[6, 5], activation) };
            check(&perceptron, Shape::dense(4, 3), None, 1e-7);
            for pooling in [Pooling::Max, Pooling::Average] {
                // Of sizes for which no two values of a window are nearly equal, so that no difference straddles a kink.
                let blocks = [block(7, pooling, 2), block(5, Pooling::None, 1)];
                let convolutional = Configuration { normalization, ..convolutional(&blocks, activation) };
                check(&convolutional, Shape::image([5, 4, 2], 3), None, 1e-7);
            }
        }
    }
}
