//! One suite for every network, on every device, in both precisions.

mod cases;

use crossfold_study::{Activation, HiddenLayer, Kind, Optimizer, Seed, Stream};

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
            for parameter in 0..from.len() {
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
}

/// Networks of real widths, where matrix products take other paths than in tiny ones.
#[test]
fn the_hand_written_step_is_that_of_autodiff() {
    let shape = Shape::dense(100, 10);
    let configuration = Configuration {
        optimizer: MOMENTUM,
        learning_rate: 0.1,
        l2: 1e-4,
        l1: 1e-4,
        clip_norm: 0.5,
        ..perceptron(&[72, 33], Activation::Relu)
    };
    let mut generator = Seed(5).fit(crossfold_study::Part::All, &configuration, Stream::Init, 0);
    let initial = Parameters::<f64>::draw(&configuration, shape, &[], &mut generator);
    let [(_, flex), (_, ndarray), _] = kinds();
    let mut networks = [flex(&configuration, shape, initial.clone()), ndarray(&configuration, shape, initial)];
    // One row, and more rows than a block of the product has.
    for rows in [64, 1, 129] {
        let features: Vec<_> = (0..rows * shape.inputs).map(|_| generator.unit()).collect();
        let batch = Batch::given(features, (0..rows as u32).map(|row| row % 10).collect());
        let mut masks = Masks::new(&configuration.fitting_layers(shape));
        masks.draw(rows, &mut generator);
        let losses = networks.each_mut().map(|network| network.train(&batch, &masks, 0.1).loss() / rows as f64);
        assert!((losses[0] - losses[1]).abs() < 1e-12, "{losses:?}");
    }
    let [flex, ndarray] = networks.map(|network| cases::trained(&network.parameters()));
    assert!(flex.iter().zip(&ndarray).all(|(a, b)| (a - b).abs() < 1e-12));
}
