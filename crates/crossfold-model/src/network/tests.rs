//! One suite for every network, on every device, in both precisions.

mod cases;

use crossfold_study::{
    Activation, Block, Front, HiddenLayer, Kind, Normalization, Optimizer, Padding, Pooling, Seed, Stream,
};

use super::*;
use cases::Case;

const SGD: Optimizer = Optimizer::Sgd { momentum: 0.0, nesterov: false };
const MOMENTUM: Optimizer = Optimizer::Sgd { momentum: 0.9, nesterov: false };

/// Makes one kind of network.
type Make<E> = fn(&Configuration, Shape, Parameters<E>) -> Box<dyn Network<E>>;

/// All that there are: by hand on flex, by autodiff on ndarray, and by autodiff on flex.
fn kinds<E: Real>() -> [(&'static str, Make<E>); 3] {
    [
        ("flex", |configuration, shape, initial| on_device(Device::Flex, configuration, shape, initial)),
        ("ndarray", |configuration, shape, initial| on_device(Device::Ndarray, configuration, shape, initial)),
        ("autodiff on flex", |configuration, shape, initial| {
            Box::new(AutodiffNetwork::new(burn::tensor::Device::flex(), configuration, shape, initial))
        }),
    ]
}

/// What PyTorch 2.15 made of the same networks, by the scripts beside the fixtures.
mod pytorch {
    use super::*;

    /// burn computes in the precision asked for; PyTorch's values are of 64 bits.
    fn check(cases: Vec<Case>, count: usize, in_64_bits: f64) {
        assert_eq!(cases.len(), count);
        for case in cases {
            case.agrees::<f64>(in_64_bits);
            case.agrees::<f32>(1e-5);
        }
    }

    #[test]
    fn perceptrons() {
        check(Case::perceptrons(include_str!("../../../../tests/fixtures/pytorch/mlp.json"), "mlp"), 16, 1e-11);
    }

    const NETWORKS: &str = include_str!("../../../../tests/fixtures/pytorch/networks.json");

    /// Normalisation, optimizers, losses, mixed rows.
    #[test]
    fn dense_networks() {
        check(Case::networks(NETWORKS, Kind::Linear), 1, 1e-11);
        check(Case::networks(NETWORKS, Kind::Mlp), 23, 1e-11);
    }

    #[test]
    fn convolutional_networks() {
        check(Case::networks(NETWORKS, Kind::Cnn), 27, 1e-11);
    }

    #[test]
    fn recurrent_networks() {
        check(Case::networks(NETWORKS, Kind::Rnn), 23, 1e-11);
    }

    /// Regressions, weighted classes and embeddings. Targets of numbers are of 32 bits, whatever computes.
    #[test]
    fn tables() {
        let text = include_str!("../../../../tests/fixtures/pytorch/tables.json");
        check(Case::perceptrons(text, "regression"), 8, 1e-6);
        check(Case::perceptrons(text, "class_weights"), 8, 1e-11);
        check(Case::perceptrons(text, "embeddings"), 8, 1e-11);
    }
}

fn perceptron(hidden: &[u32], activation: Activation) -> Configuration {
    Configuration {
        hidden: hidden.iter().map(|&nodes| HiddenLayer { nodes, dropout: 0.25 }).collect(),
        activation: (!hidden.is_empty()).then_some(activation),
        batch_size: 6,
        ..Configuration::default()
    }
}

/// Filters of 3 × 3 at a stride of 1, with zeros around the image.
fn block(filters: u32, pooling: Pooling, pool_size: u32) -> Block {
    Block { filters, kernel: 3, stride: 1, padding: Padding::Same, pooling, pool_size, dropout: 0.0 }
}

fn convolutional(blocks: &[Block], activation: Activation) -> Configuration {
    Configuration { front: Front::Convolution(blocks.to_vec()), ..perceptron(&[5], activation) }
}

/// The loss with its penalty, shifted by ±10⁻⁵ in one parameter after another.
mod finite_differences {
    use super::*;

    fn check(configuration: &Configuration, shape: Shape, lengths: Option<Vec<u32>>, tolerance: f64) {
        const ROWS: usize = 7;
        let configuration =
            Configuration { optimizer: SGD, learning_rate: 1.0, l2: 0.03, ..configuration.clone() };
        let mut generator = Seed(configuration.canonical().len() as u64).subset();
        let initial = Parameters::<f64>::draw(&configuration, shape, &[], &mut generator);
        let features: Vec<_> = (0..ROWS * shape.inputs).map(|_| generator.uniform(-2.0, 2.0)).collect();
        let labels = (0..ROWS as u32).map(|row| row % shape.outputs as u32).collect();
        let batch = Batch::given(features, labels).with_lengths(lengths);
        let mut masks = Masks::new(&configuration.fitting_layers(shape));
        masks.draw(ROWS, &mut generator);
        for (kind, make) in kinds() {
            let penalised = |at: &[f64]| {
                let at = cases::with_values(&initial, at);
                let penalty = configuration.l2 * cases::weights(&at).map(|w| w * w).sum::<f64>();
                let tally = make(&configuration, shape, at).train(&batch, &masks, 1.0);
                tally.loss() / ROWS as f64 + penalty
            };
            let mut network = make(&configuration, shape, initial.clone());
            network.train(&batch, &masks, 1.0);
            let (from, to) = (cases::trained(&initial), cases::trained(&network.parameters()));
            // About a hundred, of each tensor some.
            for parameter in (0..from.len()).step_by(1 + from.len() / 100) {
                let [above, below] = [1e-5, -1e-5].map(|shift| {
                    let mut at = from.clone();
                    at[parameter] += shift;
                    penalised(&at)
                });
                let difference = (above - below) / 2e-5;
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
        let dropped =
            Configuration { input_dropout: 0.3, ..convolutional(&[block(3, pooling, size)], Activation::Relu) };
        check(&dropped, Shape::image([4, 4, 1], 3), None, 1e-8);
    }

    /// Of a batch, the mean and variance move with each parameter, too.
    #[test]
    fn normalised_networks() {
        for normalization in [Normalization::Batch, Normalization::Layer] {
            for activation in [Activation::Relu, Activation::Sigmoid] {
                let perceptron = Configuration { normalization, ..perceptron(&[6, 5], activation) };
                check(&perceptron, Shape::dense(4, 3), None, 1e-7);
                for pooling in [Pooling::Max, Pooling::Average] {
                    let blocks = [block(6, pooling, 2), block(5, Pooling::None, 1)];
                    let convolutional = Configuration { normalization, ..convolutional(&blocks, activation) };
                    check(&convolutional, Shape::image([5, 4, 2], 3), None, 1e-7);
                }
            }
        }
    }
}

/// Networks of real widths, where matrix products take other paths than in tiny ones.
#[test]
fn the_hand_written_step_is_that_of_autodiff() {
    let dense = Configuration { l1: 1e-4, ..perceptron(&[72, 33], Activation::Relu) };
    check_against_autodiff(&dense, Shape::dense(100, 10), [64, 1, 129], 1e-12);
}

/// Images enough that their windows are laid out in parts, of which the last is smaller.
#[test]
fn hand_written_convolutions_are_those_of_autodiff() {
    let blocks = |pooling, size| [block(16, pooling, size), block(19, pooling, size)];
    let shape = Shape::image([14, 13, 3], 10);
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
        check_against_autodiff(&configuration, shape, [16, 1, 33], 1e-11);
    }
    let grey = convolutional(&blocks(Pooling::Max, 2), Activation::Sigmoid);
    check_against_autodiff(&grey, Shape::image([14, 13, 1], 10), [16, 1, 33], 1e-11);
}

/// Takes a step with each of so many `rows`.
fn check_against_autodiff(configuration: &Configuration, shape: Shape, rows: [usize; 3], tolerance: f64) {
    let configuration =
        Configuration { optimizer: MOMENTUM, learning_rate: 0.1, l2: 1e-4, clip_norm: 0.5, ..configuration.clone() };
    let mut generator = Seed(5).fit(crossfold_study::Part::All, &configuration, Stream::Init, 0);
    let initial = Parameters::<f64>::draw(&configuration, shape, &[], &mut generator);
    let [(_, flex), (_, ndarray), _] = kinds();
    let mut networks = [flex(&configuration, shape, initial.clone()), ndarray(&configuration, shape, initial)];
    let mut batch = Batch::given(vec![0.0; shape.inputs], vec![0]);
    for rows in rows {
        let features: Vec<_> = (0..rows * shape.inputs).map(|_| generator.unit()).collect();
        batch = Batch::given(features, (0..rows as u32).map(|row| row % 10).collect());
        let mut masks = Masks::new(&configuration.fitting_layers(shape));
        masks.draw(rows, &mut generator);
        let losses = networks.each_mut().map(|network| network.train(&batch, &masks, 0.1).loss() / rows as f64);
        assert!((losses[0] - losses[1]).abs() < tolerance, "{losses:?}");
    }
    let near = |[flex, ndarray]: [Vec<f64>; 2]| flex.iter().zip(&ndarray).all(|(a, b)| (a - b).abs() < tolerance);
    let what = configuration.canonical();
    assert!(near(networks.each_ref().map(|network| cases::all(&network.parameters()))), "{what}");
    assert!(near(networks.each_ref().map(|network| network.logits(&batch))), "{what}");
}
