//! A network in burn's own tensors, with burn's own derivatives.
//!
//! It runs on any device burn has and says what it computes in a screenful, at some cost in speed.

use std::f64::consts::FRAC_1_SQRT_2;

use burn::tensor::activation::{log_softmax, relu, tanh};
use burn::tensor::{Device, Int, Tensor, TensorData};
use crossfold_data::Embedding;
use crossfold_study::{Activation, Configuration, Optimizer, Tally};

use crate::batch::Batch;
use crate::descent::{BETA_1, BETA_2, EPSILON};
use crate::dropout::Masks;
use crate::loss::{BatchTargets, score};
use crate::network::Network;
use crate::parameters::{Affine, Parameters, Table};
use crate::real::Real;

pub(crate) struct AutodiffNetwork {
    device: Device,
    configuration: Configuration,
    layers: Vec<Dense>,
    tables: Vec<(Embedding, Parameter)>,
    /// Optimizer steps taken.
    steps: i32,
}

struct Dense {
    /// Outputs × inputs.
    weight: Parameter,
    /// 1 × outputs.
    bias: Parameter,
}

struct Parameter {
    value: Tensor<2>,
    /// SGD's velocity or Adam's mean of gradients.
    first: Tensor<2>,
    /// Adam's mean of squared gradients.
    second: Tensor<2>,
}

impl AutodiffNetwork {
    pub(crate) fn new<E: Real>(device: Device, configuration: &Configuration, initial: Parameters<E>) -> Self {
        let parameter = |values: Vec<E>, rows: usize, columns: usize| {
            let value = tensor(values, [rows, columns], &device);
            Parameter { first: value.zeros_like(), second: value.zeros_like(), value }
        };
        let tables = initial.tables.into_iter().map(|table| {
            let Embedding { levels, width } = table.embedding;
            (table.embedding, parameter(table.values, levels, width))
        });
        let tables = tables.collect();
        let layers = initial.layers.into_iter().map(|layer| {
            let (outputs, inputs) = (layer.outputs(), layer.inputs());
            Dense { weight: parameter(layer.weight, outputs, inputs), bias: parameter(layer.bias, 1, outputs) }
        });
        let layers = layers.collect();
        AutodiffNetwork { configuration: configuration.clone(), layers, tables, steps: 0, device }
    }

    /// Outputs of rows × width, given each layer's weight and bias, and each table.
    fn forward<E: Real>(
        &self,
        batch: &Batch,
        layers: &[[Tensor<2>; 2]],
        tables: &[Tensor<2>],
        masks: Option<&Masks<E>>,
    ) -> Tensor<2> {
        let mut values = Tensor::from_data(batch.features().into_data(), (&self.device, E::dtype()));
        if !tables.is_empty() {
            let dense = batch.inputs() - tables.len();
            let mut parts = if dense > 0 { vec![values.clone().narrow(1, 0, dense)] } else { Vec::new() };
            let code = |row: &[E], place: usize| row[dense + place].to_f64() as i64;
            for (place, table) in tables.iter().enumerate() {
                let rows = batch.features_slice::<E>().chunks_exact(batch.inputs());
                let codes: Vec<i64> = rows.map(|row| code(row, place)).collect();
                let codes = Tensor::<1, Int>::from_data(TensorData::new(codes, [batch.rows()]), &self.device);
                parts.push(table.clone().select(0, codes));
            }
            values = Tensor::cat(parts, 1);
        }
        for (number, [weight, bias]) in layers.iter().enumerate() {
            values = values.matmul(weight.clone().transpose()) + bias.clone();
            if number == self.configuration.hidden.len() {
                break;
            }
            values = match self.configuration.activation {
                None => values,
                Some(Activation::Relu) => relu(values),
                Some(Activation::Tanh) => tanh(values),
                // burn 0.22's own `sigmoid` computes in `f32` on ndarray, whatever the tensor's type.
                Some(Activation::Sigmoid) => (tanh(values * 0.5) + 1.0) * 0.5,
                // … and the derivative of its `gelu` is that of the approximation by `tanh`.
                Some(Activation::Gelu) => values.clone() * ((values * FRAC_1_SQRT_2).erf() + 1.0) * 0.5,
            };
            if let Some(mask) = masks.and_then(|masks| masks.get(number)) {
                values = values.clone() * tensor(mask.to_vec(), values.dims(), &self.device);
            }
        }
        values
    }
}

impl<E: Real> Network<E> for AutodiffNetwork {
    fn train(&mut self, batch: &Batch, masks: &Masks<E>) -> Tally {
        let tracked = |parameter: &Parameter| parameter.value.clone().autodiff().require_grad();
        let layers: Vec<_> = self.layers.iter().map(|l| [tracked(&l.weight), tracked(&l.bias)]).collect();
        let tables: Vec<_> = self.tables.iter().map(|(_, table)| tracked(table)).collect();
        let outputs = self.forward(batch, &layers, &tables, Some(masks));
        let [rows, width] = outputs.dims();
        let tally = score(&mut values::<E>(outputs.clone().inner()), batch, width);
        let loss = match batch.targets() {
            BatchTargets::Labels(labels) => {
                let weight =
                    |&label: &u32| batch.class_weights().map_or(1.0, |weights| f64::from(weights[label as usize]));
                let total: f64 = labels.iter().map(weight).sum();
                let shares = labels.iter().map(|label| E::from_elem(weight(label) / total)).collect::<Vec<_>>();
                let labels = labels.iter().map(|&label| i64::from(label)).collect();
                let labels = Tensor::<2, Int>::from_data(TensorData::new::<i64, _>(labels, [rows, 1]), &self.device);
                (log_softmax(outputs, 1).gather(1, labels) * tensor(shares, [rows, 1], &self.device)).sum().neg()
            }
            BatchTargets::Numbers(numbers) => {
                let numbers: Vec<E> = numbers.iter().map(|&number| E::from_elem(number)).collect();
                let errors = outputs - tensor(numbers, [rows, 1], &self.device);
                (errors.clone() * errors).mean()
            }
        };
        let gradients = loss.backward();

        self.steps = self.steps.saturating_add(1);
        for (layer, [weight, bias]) in self.layers.iter_mut().zip(&layers) {
            let gradient = |of: &Tensor<2>| of.grad(&gradients).expect("the loss depends on every parameter");
            let penalty = layer.weight.value.clone() * (2.0 * self.configuration.l2);
            layer.weight.step(&self.configuration, self.steps, gradient(weight) + penalty);
            layer.bias.step(&self.configuration, self.steps, gradient(bias));
        }
        for ((_, table), tracked) in self.tables.iter_mut().zip(&tables) {
            let gradient = tracked.grad(&gradients).expect("the loss depends on every table");
            table.step(&self.configuration, self.steps, gradient);
        }
        tally
    }

    fn logits(&self, batch: &Batch) -> Vec<E> {
        let layers: Vec<_> = self.layers.iter().map(|l| [l.weight.value.clone(), l.bias.value.clone()]).collect();
        let tables: Vec<_> = self.tables.iter().map(|(_, table)| table.value.clone()).collect();
        values(self.forward::<E>(batch, &layers, &tables, None))
    }

    fn parameters(&self) -> Parameters<E> {
        let export = |l: &Dense| Affine { weight: values(l.weight.value.clone()), bias: values(l.bias.value.clone()) };
        let table = |(embedding, table): &(Embedding, Parameter)| Table {
            embedding: *embedding,
            values: values(table.value.clone()),
        };
        Parameters { layers: self.layers.iter().map(export).collect(), tables: self.tables.iter().map(table).collect() }
    }

    fn is_finite(&self) -> bool {
        let finite = |tensor: &Tensor<2>| values::<E>(tensor.clone()).iter().all(|value| value.is_finite());
        self.layers.iter().all(|layer| finite(&layer.weight.value) && finite(&layer.bias.value))
            && self.tables.iter().all(|(_, table)| finite(&table.value))
    }
}

impl Parameter {
    fn step(&mut self, configuration: &Configuration, steps: i32, gradient: Tensor<2>) {
        let step = match configuration.optimizer {
            Optimizer::Sgd { momentum, nesterov } => {
                self.first = self.first.clone() * momentum + gradient.clone();
                if nesterov { gradient + self.first.clone() * momentum } else { self.first.clone() }
            }
            Optimizer::Adam => {
                self.first = self.first.clone() * BETA_1 + gradient.clone() * (1.0 - BETA_1);
                self.second = self.second.clone() * BETA_2 + gradient.clone() * gradient * (1.0 - BETA_2);
                let mean = self.first.clone() / (1.0 - BETA_1.powi(steps));
                let square = self.second.clone() / (1.0 - BETA_2.powi(steps));
                mean / (square.sqrt() + EPSILON)
            }
        };
        self.value = self.value.clone() - step * configuration.learning_rate;
    }
}

fn tensor<E: Real>(values: Vec<E>, shape: [usize; 2], device: &Device) -> Tensor<2> {
    Tensor::from_data(TensorData::new(values, shape), (device, E::dtype()))
}

fn values<E: Real>(tensor: Tensor<2>) -> Vec<E> {
    tensor.into_data().try_into_vec().expect("the tensor was made of these elements")
}
