//! Networks that were trained by PyTorch: parameters, batches and results.

use std::collections::BTreeMap;

use crossfold_data::Embedding;
use crossfold_kernels::Number;
use crossfold_network::{Activation, ActivationName, HiddenLayer, Kind, Loss, Optimizer, Role, tensors};
use crossfold_study::Fingerprint;
use serde_json::{Value, json};

use super::*;
use crate::parameters::{Table, Tensor};
use crate::steps::batch::{BatchTargets, Mixture};
use crate::trainer::moving_average::MovingAverage;

/// Tensors by name, embeddings among them.
type Named = BTreeMap<String, Vec<f64>>;

pub(super) struct Case {
    configuration: Configuration,
    shape: Shape,
    embeddings: Vec<Embedding>,
    class_weights: Option<Vec<f32>>,
    batches: Vec<Value>,
    initial: Named,
    /// The gradient of the first batch's loss.
    gradient: Named,
    /// Logits of the first batch, before any step and without dropout.
    logits: Vec<f64>,
    /// The loss of each step's batch.
    losses: Vec<f64>,
    /// The parameters after all steps.
    last: Named,
    /// Logits of the first batch, after all steps and without dropout.
    last_logits: Option<Vec<f64>>,
    /// The moving averages of the parameters, and the logits of the first batch with them.
    averages: Option<(Named, Vec<f64>)>,
}

impl Case {
    /// Cases of one kind, with a `configuration` and a `shape` as serde reads them.
    pub(super) fn networks(text: &str, kind: Kind) -> Vec<Case> {
        let fixture: Value = serde_json::from_str(text).unwrap();
        let case = |case: &Value| Case {
            configuration: serde_json::from_value(case["configuration"].clone()).unwrap(),
            shape: serde_json::from_value(case["shape"].clone()).unwrap(),
            embeddings: Vec::new(),
            class_weights: case["class_weights"].is_array().then(|| floats(&case["class_weights"])),
            batches: case["batches"].as_array().unwrap().clone(),
            initial: named(&case["initial"]),
            gradient: named(&case["gradient"]),
            logits: numbers(&case["logits"]),
            losses: numbers(&case["losses"]),
            last: named(&case["final"]),
            last_logits: case["final_logits"].is_array().then(|| numbers(&case["final_logits"])),
            averages: case["averages"]
                .is_object()
                .then(|| (named(&case["averages"]), numbers(&case["averaged_logits"]))),
        };
        let cases = fixture["cases"].as_array().unwrap().iter().map(case);
        cases.filter(|case| case.configuration.kind() == kind).collect()
    }

    /// Cases of perceptrons of one kind, in the format of the first fixtures.
    pub(super) fn perceptrons(text: &str, kind: &str) -> Vec<Case> {
        let fixture: Value = serde_json::from_str(text).unwrap();
        let cases = fixture["cases"].as_array().unwrap().iter();
        cases.filter(|case| case["kind"].is_null() || case["kind"] == kind).map(Case::perceptron).collect()
    }

    fn perceptron(case: &Value) -> Case {
        let optimizer = match case["optimizer"].as_str().unwrap() {
            "adam" => Optimizer::Adam,
            "sgd" => SGD,
            "momentum" => MOMENTUM,
            "nesterov" => Optimizer::Sgd { momentum: 0.9, nesterov: true },
            other => panic!("unknown optimizer {other}"),
        };
        let hidden =
            numbers(&case["hidden"]).into_iter().map(|nodes| HiddenLayer { nodes: nodes as u32, dropout: 0.25 });
        let hidden: Vec<_> = hidden.collect();
        let batch = &case["batches"][0];
        let is_regression = !batch["numbers"].is_null();
        let name = ActivationName::ALL.iter().find(|a| case["activation"] == a.name());
        let activation = name.map(|name| serde_json::from_value::<Activation>(json!(name.name())).unwrap());
        let configuration = Configuration {
            activation: (!hidden.is_empty()).then_some(activation.unwrap_or(Activation::Relu)),
            hidden,
            optimizer,
            learning_rate: if optimizer == Optimizer::Adam { 0.01 } else { 0.1 },
            l2: case["l2"].as_f64().unwrap(),
            loss: if is_regression { Loss::Squared } else { Loss::CrossEntropy { smoothing: 0.0 } },
            batch_size: 6,
            ..Configuration::default()
        };
        let table = |table: &Value| {
            let [levels, width] = ["levels", "width"].map(|key| table[key].as_u64().unwrap() as usize);
            Embedding { levels, width }
        };
        let tables = case["initial_tables"].as_array();
        let embeddings: Vec<Embedding> = tables.map_or_else(Vec::new, |tables| tables.iter().map(table).collect());
        let layers = case["initial"].as_array().unwrap();
        let length = |layer: &Value, name: &str| layer[name].as_array().unwrap().len();
        let outputs = length(layers.last().unwrap(), "bias");
        let inputs = length(&layers[0], "weight") / length(&layers[0], "bias");
        let named = |layers: &str, tables: &str| {
            let layers = case[layers].as_array().unwrap().iter().enumerate().flat_map(|(number, layer)| {
                ["weight", "bias"].map(|name| (format!("layers.{number}.{name}"), numbers(&layer[name])))
            });
            let tables = case[tables].as_array().into_iter().flatten().enumerate();
            layers.chain(tables.map(|(number, table)| (table_name(number), numbers(&table["values"])))).collect()
        };
        Case {
            configuration,
            shape: Shape::dense(inputs, outputs),
            embeddings,
            class_weights: case["class_weights"].is_array().then(|| floats(&case["class_weights"])),
            batches: case["batches"].as_array().unwrap().clone(),
            initial: named("initial", "initial_tables"),
            gradient: named("gradients", "gradient_tables"),
            logits: numbers(&case["logits"]),
            losses: numbers(&case["losses"]),
            last: named("final", "final_tables"),
            last_logits: None,
            averages: None,
        }
    }

    fn layers(&self) -> Vec<Layer> {
        self.configuration.fitting_layers(self.shape)
    }

    /// Checks every implementation against PyTorch.
    pub(super) fn check_against_pytorch<E: Real + Element>(&self, tolerance: f64) {
        let batches: Vec<_> = self.batches.iter().map(|batch| self.batch::<E>(batch)).collect();
        let (shape, configuration) = (self.shape, &self.configuration);
        for (kind, make) in implementations::<E>() {
            let what = format!("{} on {kind}, {:?}", configuration.canonical(), E::dtype());
            let near = |name: &str, ours: Vec<f64>, theirs: &[f64]| {
                assert_eq!(ours.len(), theirs.len(), "{what}: {name}");
                for (ours, theirs) in ours.iter().zip(theirs) {
                    assert!(
                        (ours - theirs).abs() <= tolerance * (1.0 + theirs.abs()),
                        "{what}: {name} {ours} {theirs}"
                    );
                }
            };
            let initial = self.parameters::<E>(&self.initial);
            // A step of plain gradient descent with a learning rate of 1 subtracts the gradient.
            let unit = Configuration {
                optimizer: SGD,
                learning_rate: 1.0,
                l1: 0.0,
                weight_decay: 0.0,
                clip_norm: 0.0,
                ..configuration.clone()
            };
            let mut network = make(&unit, shape, &self.layers(), initial.clone());
            network.train(&batches[0].0, &batches[0].1, 1.0);
            let moved = trained(&initial).into_iter().zip(trained(&network.parameters())).map(|(from, to)| from - to);
            near("gradients", moved.collect(), &trained(&self.parameters::<f64>(&self.gradient)));

            let mut network = make(configuration, shape, &self.layers(), initial);
            let logits = |network: &mut dyn Network<E>| {
                network.logits(&batches[0].0).iter().map(|&l| Number::to_f64(l)).collect()
            };
            near("logits", logits(&mut *network), &self.logits);
            let mut average = MovingAverage::new(configuration, &mut *network);
            assert_eq!(average.is_some(), self.averages.is_some(), "{what}");
            let losses = batches.iter().map(|(batch, masks)| {
                let tally = network.train(batch, masks, configuration.learning_rate);
                average.iter_mut().for_each(|average| average.follow(&mut *network));
                crate::steps::loss::monitored_loss(&tally, configuration.loss) / f64::from(tally.rows())
            });
            near("losses", losses.collect(), &self.losses);
            near("parameters", all(&network.parameters()), &all(&self.parameters::<f64>(&self.last)));
            if let Some(last) = &self.last_logits {
                near("last logits", logits(&mut *network), last);
            }
            if let (Some(average), Some((averages, last))) = (&mut average, &self.averages) {
                let own = network.parameters();
                average.exchange(&mut *network);
                near("averages", all(&network.parameters()), &all(&self.parameters::<f64>(averages)));
                near("averaged logits", logits(&mut *network), last);
                average.exchange(&mut *network);
                assert_eq!(network.parameters(), own, "{what}");
            }
        }
    }

    /// Checks every implementation: a network that is restored after half of the batches must get the same bits as one
    /// that wasn't interrupted.
    pub(super) fn check_resuming<E: Real + Element>(&self) {
        let batches: Vec<_> = self.batches.iter().map(|batch| self.batch::<E>(batch)).collect();
        let (first, rest) = batches.split_at(batches.len() / 2_usize);
        let identity = Fingerprint::from_pieces(["a network"]);
        for (kind, make) in implementations::<E>() {
            let new = || make(&self.configuration, self.shape, &self.layers(), self.parameters::<E>(&self.initial));
            let train = |network: &mut dyn Network<E>, batches: &[(Batch<E>, Masks<E>)]| -> Vec<Tally> {
                let rate = self.configuration.learning_rate;
                batches.iter().map(|(batch, masks)| network.train(batch, masks, rate)).collect()
            };
            let state = |network: &mut dyn Network<E>| {
                let mut state = StateWriter::new(identity, 0);
                network.write(&mut state);
                state.into_bytes()
            };
            let mut whole = new();
            train(&mut *whole, first);
            let between = state(&mut *whole);
            let expected = train(&mut *whole, rest);

            let mut second = new();
            let mut reader = StateReader::new(&between, identity).unwrap();
            second.read(&mut reader);
            let what = format!("{} on {kind}, {:?}", self.configuration.canonical(), E::dtype());
            assert_eq!(reader.finish(), Ok(()), "{what}");
            assert_eq!(second.parameters(), self.after::<E>(&mut *new(), first), "{what}");
            assert_eq!(train(&mut *second, rest), expected, "{what}");
            assert_eq!(state(&mut *second), state(&mut *whole), "{what}");
            assert_eq!(second.logits(&batches[0].0), whole.logits(&batches[0].0), "{what}");
        }
    }

    fn after<E: Real + Element>(
        &self,
        network: &mut dyn Network<E>,
        batches: &[(Batch<E>, Masks<E>)],
    ) -> Parameters<E> {
        batches.iter().for_each(|(batch, masks)| {
            network.train(batch, masks, self.configuration.learning_rate);
        });
        network.parameters()
    }

    fn batch<E: Real + Element>(&self, batch: &Value) -> (Batch<E>, Masks<E>) {
        let targets = if batch["numbers"].is_null() {
            BatchTargets::Labels(whole(&batch["labels"]))
        } else {
            BatchTargets::Numbers(floats(&batch["numbers"]))
        };
        let mixture = batch["mixture"].is_object().then(|| Mixture {
            labels: whole(&batch["mixture"]["labels"]),
            shares: floats(&batch["mixture"]["shares"]),
        });
        let masks = batch["masks"].as_array().into_iter().flatten();
        let masks = masks.map(|mask| elements(&numbers(mask))).collect();
        let weights = self.class_weights.as_ref().map(|weights| weights.as_slice().into());
        let batch = Batch::weighted(elements(&numbers(&batch["features"])), targets, weights)
            .with_lengths(batch["lengths"].is_array().then(|| whole(&batch["lengths"])))
            .with_mixture(mixture);
        (batch, Masks::given(masks))
    }

    fn parameters<E: Real + Element>(&self, from: &Named) -> Parameters<E> {
        let specs = tensors(&self.layers());
        let tensor = |spec: crossfold_network::TensorSpec| {
            let values = from.get(&spec.name).cloned().unwrap_or_else(|| {
                assert!(!spec.is_trained(), "{} is missing", spec.name);
                vec![0.0; spec.len()]
            });
            assert_eq!(values.len(), spec.len(), "{}", spec.name);
            Tensor { values: elements(&values), spec }
        };
        let table = |(number, &embedding): (usize, &Embedding)| Table {
            embedding,
            values: elements(&from[&table_name(number)]),
        };
        Parameters {
            tensors: specs.into_iter().map(tensor).collect(),
            tables: self.embeddings.iter().enumerate().map(table).collect(),
        }
    }
}

fn table_name(number: usize) -> String {
    format!("embeddings.{number}.weight")
}

fn named(tensors: &Value) -> Named {
    tensors.as_object().unwrap().iter().map(|(name, values)| (name.clone(), numbers(values))).collect()
}

fn numbers(list: &Value) -> Vec<f64> {
    list.as_array().unwrap().iter().map(|number| number.as_f64().unwrap()).collect()
}

fn floats(list: &Value) -> Vec<f32> {
    numbers(list).into_iter().map(|number| number as f32).collect()
}

fn whole(list: &Value) -> Vec<u32> {
    numbers(list).into_iter().map(|number| number as u32).collect()
}

fn elements<E: Real + Element>(values: &[f64]) -> Vec<E> {
    values.iter().map(|&value| E::from_f64(value)).collect()
}

/// The values of all tensors.
pub(super) fn all<E: Real + Element>(parameters: &Parameters<E>) -> Vec<f64> {
    let tensors = parameters.tensors.iter().flat_map(|tensor| &tensor.values);
    tensors
        .chain(parameters.tables.iter().flat_map(|table| &table.values))
        .map(|&value| Number::to_f64(value))
        .collect()
}

/// The values of all tensors that are trained.
pub(super) fn trained<E: Real + Element>(parameters: &Parameters<E>) -> Vec<f64> {
    let tensors = parameters.tensors.iter().filter(|tensor| tensor.spec.is_trained());
    all(&Parameters { tensors: tensors.cloned().collect(), tables: parameters.tables.clone() })
}

/// The values of all tensors that are penalised.
pub(super) fn weights(parameters: &Parameters<f64>) -> impl Iterator<Item = f64> {
    let weights = parameters.tensors.iter().filter(|tensor| matches!(tensor.spec.role, Role::Weight { .. }));
    weights.flat_map(|tensor| tensor.values.iter().copied())
}

/// A copy of `like` with these `values` of its trained tensors, in the order of [`trained`].
pub(super) fn with_values(like: &Parameters<f64>, values: &[f64]) -> Parameters<f64> {
    let mut values = values.iter().copied();
    let mut changed = like.clone();
    let tensors = changed.tensors.iter_mut().filter(|tensor| tensor.spec.is_trained()).map(|tensor| &mut tensor.values);
    let tables = changed.tables.iter_mut().map(|table| &mut table.values);
    tensors.chain(tables).flatten().for_each(|value| *value = values.next().unwrap());
    changed
}
