//! One suite for every network, on every device, in both precisions.

mod cases;

use crossfold_study::{Activation, Cell, Form, Front, HiddenLayer, Kind, Optimizer, Recurrence, Seed, Stream, Summary};

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

/// Recurrent layers of (nodes, dropout).
fn recurrent(cell: Cell, layers: &[(u32, f64)], bidirectional: bool, summary: Summary) -> Configuration {
    let layers = layers.iter().map(|&(nodes, dropout)| HiddenLayer { nodes, dropout }).collect();
    Configuration {
        front: Front::Recurrence(Recurrence { cell, layers, bidirectional, summary }),
        batch_size: 6,
        ..Configuration::default()
    }
}

/// The loss with its penalty, shifted by ±10⁻⁵ in one parameter after another.
mod finite_differences {
    use super::*;

    fn check(configuration: &Configuration, shape: Shape, lengths: Option<Vec<u32>>, tolerance: f64) {
        const ROWS: usize = 7;
        let configuration = Configuration { optimizer: SGD, learning_rate: 1.0, l2: 0.03, ..configuration.clone() };
        let mut generator = Seed(configuration.canonical().len() as u64).subset();
        let initial = Parameters::<f64>::draw(&configuration, shape, &[], &mut generator);
        let features: Vec<_> = (0..ROWS * shape.inputs).map(|_| generator.uniform(-2.0, 2.0)).collect();
        let labels = (0..ROWS as u32).map(|row| row % shape.outputs as u32).collect();
        let batch = Batch::given(features, labels).with_lengths(lengths);
        let mut masks = Masks::new(&configuration.fitting_layers(shape));
        masks.draw(ROWS, &mut generator);
        // Of the fastest: that all have the same loss is held elsewhere.
        let [(_, fastest), ..] = kinds();
        let penalised = |at: &[f64]| {
            let at = cases::with_values(&initial, at);
            let penalty = configuration.l2 * cases::weights(&at).map(|w| w * w).sum::<f64>();
            let tally = fastest(&configuration, shape, at).train(&batch, &masks, 1.0);
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
        let differences: Vec<f64> = (0..from.len()).map(difference).collect();
        for (kind, make) in kinds() {
            let mut network = make(&configuration, shape, initial.clone());
            network.train(&batch, &masks, 1.0);
            let to = cases::trained(&network.parameters());
            for ((from, to), difference) in from.iter().zip(to).zip(&differences) {
                let gradient = from - to;
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
}

/// Networks of real widths, where matrix products take other paths than in tiny ones.
mod the_hand_written_step_is_that_of_autodiff {
    use super::*;

    /// Batches of so many rows; of sequences the lengths differ.
    fn check(configuration: &Configuration, shape: Shape, batches: &[usize]) {
        let mut generator = Seed(5).fit(crossfold_study::Part::All, configuration, Stream::Init, 0);
        let initial = Parameters::<f64>::draw(configuration, shape, &[], &mut generator);
        let [(_, flex), (_, ndarray), _] = kinds();
        let mut networks = [flex(configuration, shape, initial.clone()), ndarray(configuration, shape, initial)];
        for &rows in batches {
            let features: Vec<_> = (0..rows * shape.inputs).map(|_| generator.unit()).collect();
            let lengths = match shape.form {
                Form::Flat | Form::Image { .. } => None,
                Form::Sequence { steps } => Some((0..rows).map(|row| 1 + (row * 5 % steps) as u32).collect()),
            };
            let batch = Batch::given(features, (0..rows as u32).map(|row| row % 10).collect()).with_lengths(lengths);
            let mut masks = Masks::new(&configuration.fitting_layers(shape));
            masks.draw(rows, &mut generator);
            let losses = networks.each_mut().map(|network| network.train(&batch, &masks, 0.1).loss() / rows as f64);
            assert!((losses[0] - losses[1]).abs() < 1e-12, "{losses:?}");
            let [flex, ndarray] = networks.each_ref().map(|network| network.logits(&batch));
            assert!(flex.iter().zip(&ndarray).all(|(a, b)| (a - b).abs() < 1e-12));
        }
        let [flex, ndarray] = networks.map(|network| cases::trained(&network.parameters()));
        assert!(flex.iter().zip(&ndarray).all(|(a, b)| (a - b).abs() < 1e-12));
    }

    fn by_momentum(configuration: Configuration) -> Configuration {
        Configuration { optimizer: MOMENTUM, learning_rate: 0.1, l2: 1e-4, l1: 1e-4, clip_norm: 0.5, ..configuration }
    }

    /// One row, and more rows than a block of the product has.
    #[test]
    fn perceptrons() {
        let configuration = by_momentum(perceptron(&[72, 33], Activation::Relu));
        check(&configuration, Shape::dense(100, 10), &[64, 1, 129]);
    }

    #[test]
    fn recurrent_networks() {
        let image = Form::Image { height: 28, width: 28, channels: 1 };
        for &cell in Cell::ALL {
            let configuration = by_momentum(recurrent(cell, &[(64, 0.2)], false, Summary::Last));
            check(&configuration, Shape { form: image, ..Shape::dense(784, 10) }, &[128, 1]);
            let deep = by_momentum(recurrent(cell, &[(20, 0.2), (33, 0.0)], true, Summary::Max));
            check(&deep, Shape::sequence(28, 9, 10), &[130, 1, 17]);
        }
    }
}

/// Sequences of unequal length in one batch.
mod padding {
    use super::*;

    const SHAPE: Shape = Shape { inputs: 15, outputs: 3, looked_up: 0, form: Form::Sequence { steps: 5 } };
    const LENGTHS: [u32; 6] = [2, 5, 1, 3, 5, 4];

    fn each_network(check: impl Fn(&Configuration, &str, Make<f64>, &Parameters<f64>)) {
        for &cell in Cell::ALL {
            for &summary in Summary::ALL {
                let configuration =
                    Configuration { optimizer: SGD, ..recurrent(cell, &[(4, 0.0), (3, 0.0)], true, summary) };
                let initial = Parameters::draw(&configuration, SHAPE, &[], &mut Seed(3).subset());
                for (kind, make) in kinds() {
                    check(&configuration, &format!("{cell} {summary} on {kind}"), make, &initial);
                }
            }
        }
    }

    /// Rows of features with `padding` past their lengths.
    fn batch(padding: f64) -> Batch {
        let mut generator = Seed(4).subset();
        let features = LENGTHS.iter().flat_map(|&length| {
            let row: Vec<f64> = (0..SHAPE.inputs).map(|_| generator.uniform(-2.0, 2.0)).collect();
            row.into_iter().enumerate().map(move |(at, value)| if at < 3 * length as usize { value } else { padding })
        });
        Batch::given(features.collect(), vec![0, 1, 2, 0, 1, 2]).with_lengths(Some(LENGTHS.to_vec()))
    }

    #[test]
    fn what_stands_there_counts_for_nothing() {
        each_network(|configuration, what, make, initial| {
            let trained = [0.0, -7.5, f64::NAN].map(|padding| {
                let mut network = make(configuration, SHAPE, initial.clone());
                let loss = network.train(&batch(padding), &Masks::none(), 0.5).loss();
                let logits = network.logits(&batch(padding));
                [vec![loss], logits, cases::trained(&network.parameters())].concat()
            });
            let bits = trained.map(|values| values.into_iter().map(f64::to_bits).collect::<Vec<_>>());
            assert!(bits[0] == bits[1] && bits[0] == bits[2], "{what}");
        });
    }

    #[test]
    fn a_row_is_what_it_is_by_itself() {
        each_network(|configuration, what, make, initial| {
            let network = make(configuration, SHAPE, initial.clone());
            let batch = batch(0.0);
            let together = network.logits(&batch);
            for (row, &length) in LENGTHS.iter().enumerate() {
                let own = batch.features_slice::<f64>()[row * SHAPE.inputs..][..3 * length as usize].to_vec();
                let shape = Shape::sequence(length as usize, 3, 3);
                let alone = make(configuration, shape, initial.clone()).logits(&Batch::given(own, vec![0]));
                let together = &together[row * 3..][..3];
                assert!(
                    alone.iter().zip(together).all(|(a, b)| (a - b).abs() < 1e-14),
                    "{what}: {alone:?} {together:?}"
                );
            }
        });
    }
}
