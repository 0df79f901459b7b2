//! What the trainer asks of a network, whatever computes it.

use crossfold_study::{Configuration, Device, Tally};

use crate::autodiff::AutodiffNetwork;
use crate::batch::Batch;
use crate::dropout::Masks;
use crate::flex::FlexNetwork;
use crate::parameters::Parameters;
use crate::real::Real;

/// A multilayer perceptron in training.
pub(crate) trait Network<E> {
    /// Takes one optimizer step on `batch` and scores it as the step saw it.
    fn train(&mut self, batch: &Batch, masks: &Masks<E>) -> Tally;

    /// Outputs of rows × width, without dropout: logits, or a number each in the scale that is learnt.
    fn logits(&self, batch: &Batch) -> Vec<E>;

    fn parameters(&self) -> Parameters<E>;

    /// Whether every parameter is.
    fn is_finite(&self) -> bool;
}

/// The network that `device` computes.
pub(crate) fn on_device<E: Real>(
    device: Device,
    configuration: &Configuration,
    initial: Parameters<E>,
) -> Box<dyn Network<E>> {
    match device {
        Device::Flex => Box::new(FlexNetwork::new(configuration, initial)),
        Device::Ndarray => {
            #[expect(deprecated, reason = "asked for by name, and pinned to the last release that has it")]
            let cpu = burn_ndarray::NdArrayDevice::Cpu;
            Box::new(AutodiffNetwork::new(cpu.into(), configuration, initial))
        }
    }
}

/// One suite for every network, on every device, in both precisions.
#[cfg(test)]
mod tests {
    use crossfold_data::Embedding;
    use crossfold_study::{Activation, HiddenLayer, Metric, Optimizer, Seed, Shape, Stream};
    use serde_json::Value;

    use super::*;
    use crate::loss::BatchTargets;
    use crate::parameters::{Affine, Table};

    const ADAM: Optimizer = Optimizer::Adam;
    const SGD: Optimizer = Optimizer::Sgd { momentum: 0.0, nesterov: false };
    const MOMENTUM: Optimizer = Optimizer::Sgd { momentum: 0.9, nesterov: false };
    const NESTEROV: Optimizer = Optimizer::Sgd { momentum: 0.9, nesterov: true };

    /// Makes one kind of network.
    type Make<E> = fn(&Configuration, Parameters<E>) -> Box<dyn Network<E>>;

    /// All that there are: by hand on flex, by autodiff on ndarray, and by autodiff on flex.
    fn kinds<E: Real>() -> [(&'static str, Make<E>); 3] {
        [
            ("flex", |configuration, initial| on_device(Device::Flex, configuration, initial)),
            ("ndarray", |configuration, initial| on_device(Device::Ndarray, configuration, initial)),
            ("autodiff on flex", |configuration, initial| {
                Box::new(AutodiffNetwork::new(burn::tensor::Device::flex(), configuration, initial))
            }),
        ]
    }

    fn configuration(hidden: &[u32], activation: Activation, optimizer: Optimizer, l2: f64) -> Configuration {
        let hidden: Vec<_> = hidden.iter().map(|&nodes| HiddenLayer { nodes, dropout: 0.25 }).collect();
        let activation = (!hidden.is_empty()).then_some(activation);
        let learning_rate = if optimizer == ADAM { 0.01 } else { 0.1 };
        Configuration { hidden, activation, optimizer, learning_rate, l2, batch_size: 6 }
    }

    /// What PyTorch 2.15 made of the same networks, by `tests/fixtures/pytorch/make.py`.
    #[test]
    fn three_steps_are_those_of_pytorch() {
        let fixture: Value = serde_json::from_str(include_str!("../../../tests/fixtures/pytorch/mlp.json")).unwrap();
        let cases = fixture["cases"].as_array().unwrap();
        assert_eq!(cases.len(), 16);
        for case in cases {
            // burn computes both in the precision asked for; PyTorch's values are of 64 bits.
            agrees_with_pytorch::<f64>(case, 1e-11);
            agrees_with_pytorch::<f32>(case, 1e-5);
        }
    }

    /// The same of regressions, weighted classes and embeddings, by `make_tables.py`.
    #[test]
    fn three_steps_on_tables_are_those_of_pytorch() {
        let fixture: Value = serde_json::from_str(include_str!("../../../tests/fixtures/pytorch/tables.json")).unwrap();
        let cases = fixture["cases"].as_array().unwrap();
        for (kind, tolerance) in [("regression", 1e-6), ("class_weights", 1e-11), ("embeddings", 1e-11)] {
            let cases: Vec<_> = cases.iter().filter(|case| case["kind"] == kind).collect();
            assert_eq!(cases.len(), 8);
            for case in cases {
                // Targets of numbers are of 32 bits, whatever computes.
                agrees_with_pytorch::<f64>(case, tolerance);
                agrees_with_pytorch::<f32>(case, 1e-5);
            }
        }
    }

    fn agrees_with_pytorch<E: Real>(case: &Value, tolerance: f64) {
        let hidden: Vec<u32> = numbers(&case["hidden"]).into_iter().map(|nodes| nodes as u32).collect();
        let activation = Activation::ALL.into_iter().find(|a| case["activation"] == a.name());
        let optimizer = match case["optimizer"].as_str().unwrap() {
            "adam" => ADAM,
            "sgd" => SGD,
            "momentum" => MOMENTUM,
            "nesterov" => NESTEROV,
            other => panic!("unknown optimizer {other}"),
        };
        let l2 = case["l2"].as_f64().unwrap();
        let configuration = configuration(&hidden, activation.unwrap_or(Activation::Relu), optimizer, l2);
        let batches: Vec<_> = case["batches"].as_array().unwrap().iter().map(|b| batch::<E>(b, case)).collect();
        for (kind, make) in kinds::<E>() {
            let what = format!("{} on {kind}, {:?}", configuration.canonical(), E::dtype());
            let near = |name: &str, ours: Vec<f64>, theirs: Vec<f64>| {
                assert_eq!(ours.len(), theirs.len(), "{what}: {name}");
                for (ours, theirs) in ours.iter().zip(&theirs) {
                    assert!(
                        (ours - theirs).abs() <= tolerance * (1.0 + theirs.abs()),
                        "{what}: {name} {ours} {theirs}"
                    );
                }
            };
            let initial = parameters::<E>(case, "initial");
            // A plain step of size 1 is the gradient.
            let unit = Configuration { optimizer: SGD, learning_rate: 1.0, ..configuration.clone() };
            let mut network = make(&unit, initial.clone());
            network.train(&batches[0].0, &batches[0].1);
            let moved = flat(&initial).into_iter().zip(flat(&network.parameters())).map(|(from, to)| from - to);
            near("gradients", moved.collect(), flat(&parameters::<f64>(case, "gradient")));

            let mut network = make(&configuration, initial);
            let logits = network.logits(&batches[0].0);
            near("logits", logits.iter().map(|logit| logit.to_f64()).collect(), numbers(&case["logits"]));
            let losses = batches.iter().map(|(batch, masks)| {
                let tally = network.train(batch, masks);
                tally.loss() / f64::from(tally.rows())
            });
            near("losses", losses.collect(), numbers(&case["losses"]));
            near("parameters", flat(&network.parameters()), flat(&parameters::<f64>(case, "final")));
        }
    }

    /// The loss with its penalty, shifted by ±10⁻⁵ in one parameter after another.
    #[test]
    fn gradients_are_finite_differences() {
        let shape = Shape::dense(4, 3);
        for (number, activation) in Activation::ALL.into_iter().enumerate() {
            for hidden in [&[][..], &[5], &[6, 5]] {
                let configuration =
                    Configuration { learning_rate: 1.0, ..configuration(hidden, activation, SGD, 0.03) };
                let mut generator = Seed(number as u64).subset();
                let initial = Parameters::<f64>::draw(&configuration, shape, &[], &mut generator);
                let features: Vec<_> = (0..7 * shape.inputs).map(|_| generator.uniform(-2.0, 2.0)).collect();
                let batch = Batch::given(features, (0..7).map(|row| row % 3).collect());
                let mut masks = Masks::none(hidden.len());
                masks.draw(&configuration.hidden, 7, &mut generator);
                for (kind, make) in kinds() {
                    let penalised = |at: &[f64]| {
                        let at = with_values(&initial, at);
                        let weights = at.layers.iter().flat_map(|layer| &layer.weight);
                        let penalty = configuration.l2 * weights.map(|w| w * w).sum::<f64>();
                        make(&configuration, at.clone()).train(&batch, &masks).evaluation().get(Metric::LogLoss)
                            + penalty
                    };
                    let mut network = make(&configuration, initial.clone());
                    network.train(&batch, &masks);
                    let (from, to) = (flat(&initial), flat(&network.parameters()));
                    for parameter in 0..from.len() {
                        let [above, below] = [1e-5, -1e-5].map(|shift| {
                            let mut at = from.clone();
                            at[parameter] += shift;
                            penalised(&at)
                        });
                        let difference = (above - below) / 2e-5;
                        let gradient = from[parameter] - to[parameter];
                        let what = configuration.canonical();
                        assert!((gradient - difference).abs() < 1e-9, "{what} on {kind}: {gradient} {difference}");
                    }
                }
            }
        }
    }

    /// Networks of real widths, where matrix products take other paths than in tiny ones.
    #[test]
    fn the_hand_written_step_is_that_of_autodiff() {
        let shape = Shape::dense(100, 10);
        let configuration = configuration(&[72, 33], Activation::Relu, MOMENTUM, 1e-4);
        let mut generator = Seed(5).fit(crossfold_study::Part::All, &configuration, Stream::Init, 0);
        let initial = Parameters::<f64>::draw(&configuration, shape, &[], &mut generator);
        let [(_, flex), (_, ndarray), _] = kinds();
        let mut networks = [flex(&configuration, initial.clone()), ndarray(&configuration, initial)];
        // One row, and more rows than a block of the product has.
        for rows in [64, 1, 129] {
            let features: Vec<_> = (0..rows * shape.inputs).map(|_| generator.unit()).collect();
            let batch = Batch::given(features, (0..rows as u32).map(|row| row % 10).collect());
            let mut masks = Masks::none(2);
            masks.draw(&configuration.hidden, rows, &mut generator);
            let losses =
                networks.each_mut().map(|network| network.train(&batch, &masks).evaluation().get(Metric::LogLoss));
            assert!((losses[0] - losses[1]).abs() < 1e-12, "{losses:?}");
        }
        let [flex, ndarray] = networks.map(|network| flat(&network.parameters()));
        assert!(flex.iter().zip(&ndarray).all(|(a, b)| (a - b).abs() < 1e-12));
    }

    fn batch<E: Real>(batch: &Value, case: &Value) -> (Batch, Masks<E>) {
        let targets = if batch["numbers"].is_null() {
            BatchTargets::Labels(numbers(&batch["labels"]).into_iter().map(|label| label as u32).collect())
        } else {
            BatchTargets::Numbers(numbers(&batch["numbers"]).into_iter().map(|number| number as f32).collect())
        };
        let weights = case["class_weights"].is_array();
        let weights =
            weights.then(|| numbers(&case["class_weights"]).into_iter().map(|weight| weight as f32).collect());
        let masks = batch["masks"].as_array().unwrap().iter().map(elements).collect();
        (Batch::weighted::<E>(elements(&batch["features"]), targets, weights), Masks::given(masks))
    }

    /// A case's layers and tables at a time: `initial`, `gradient` or `final`.
    fn parameters<E: Real>(case: &Value, time: &str) -> Parameters<E> {
        let layers = if time == "gradient" { "gradients" } else { time };
        let affine = |layer: &Value| Affine { weight: elements(&layer["weight"]), bias: elements(&layer["bias"]) };
        let table = |table: &Value| {
            let [levels, width] = ["levels", "width"].map(|key| table[key].as_u64().unwrap() as usize);
            Table { embedding: Embedding { levels, width }, values: elements(&table["values"]) }
        };
        let tables = case[format!("{time}_tables")].as_array();
        Parameters {
            layers: case[layers].as_array().unwrap().iter().map(affine).collect(),
            tables: tables.map_or_else(Vec::new, |tables| tables.iter().map(table).collect()),
        }
    }

    fn elements<E: Real>(list: &Value) -> Vec<E> {
        numbers(list).into_iter().map(E::from_elem).collect()
    }

    fn numbers(list: &Value) -> Vec<f64> {
        list.as_array().unwrap().iter().map(|number| number.as_f64().unwrap()).collect()
    }

    fn flat<E: Real>(parameters: &Parameters<E>) -> Vec<f64> {
        parameters
            .layers
            .iter()
            .flat_map(|layer| layer.weight.iter().chain(&layer.bias))
            .chain(parameters.tables.iter().flat_map(|table| &table.values))
            .map(|value| value.to_f64())
            .collect()
    }

    /// `shape`'s layers with other values, in the order of [`flat`].
    fn with_values(shape: &Parameters<f64>, values: &[f64]) -> Parameters<f64> {
        let mut values = values.iter().copied();
        let mut take = |like: &[f64]| like.iter().map(|_| values.next().unwrap()).collect();
        let affine = |layer: &Affine<f64>| Affine { weight: take(&layer.weight), bias: take(&layer.bias) };
        let layers = shape.layers.iter().map(affine).collect();
        let table = |table: &Table<f64>| Table { values: take(&table.values), ..table.clone() };
        Parameters { layers, tables: shape.tables.iter().map(table).collect() }
    }
}
