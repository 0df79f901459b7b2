//! Weights and biases as they are drawn, exchanged and written.

use crossfold_data::Embedding;
use crossfold_study::{Configuration, Generator, Shape};
use safetensors::SafeTensors;
use safetensors::tensor::{Dtype, TensorView};

use crate::real::Real;

/// A network's layers, from the input side, and the tables of what it looks up before them.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Parameters<E> {
    pub(crate) layers: Vec<Affine<E>>,
    pub(crate) tables: Vec<Table<E>>,
}

/// A vector for each level of a categorical feature.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Table<E> {
    pub(crate) embedding: Embedding,
    /// Levels × width.
    pub(crate) values: Vec<E>,
}

impl<E: Real> Table<E> {
    /// The vector of the level with this code.
    pub(crate) fn vector(&self, code: E) -> &[E] {
        let Embedding { width, .. } = self.embedding;
        let start = code.to_f64() as usize * width;
        &self.values[start..start + width]
    }
}

/// x ↦ W·x + b.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Affine<E> {
    /// W, outputs × inputs, row after row, as PyTorch's `Linear` has it.
    pub(crate) weight: Vec<E>,
    /// b, one for each output.
    pub(crate) bias: Vec<E>,
}

impl<E: Real> Parameters<E> {
    /// Draws each layer's weights, then its biases, uniformly from ±1/√inputs: PyTorch's default
    /// for `Linear`, whose Kaiming bound with a = √5 comes to the same. Then the tables, uniformly from
    /// ±0.05: the default of Keras' `Embedding`.
    pub(crate) fn draw(
        configuration: &Configuration,
        shape: Shape,
        embeddings: &[Embedding],
        generator: &mut Generator,
    ) -> Parameters<E> {
        let widths = configuration.widths(shape);
        let layers = widths.windows(2).map(|width| {
            let (inputs, outputs) = (width[0], width[1]);
            let bound = 1.0 / (inputs as f64).sqrt();
            let mut draw = |count: usize| (0..count).map(|_| E::from_elem(generator.uniform(-bound, bound))).collect();
            Affine { weight: draw(outputs * inputs), bias: draw(outputs) }
        });
        let layers = layers.collect();
        let tables = embeddings.iter().map(|&embedding| {
            let count = embedding.levels * embedding.width;
            Table { embedding, values: (0..count).map(|_| E::from_elem(generator.uniform(-0.05, 0.05))).collect() }
        });
        Parameters { layers, tables: tables.collect() }
    }
}

impl<E> Affine<E> {
    pub(crate) fn outputs(&self) -> usize {
        self.bias.len()
    }

    pub(crate) fn inputs(&self) -> usize {
        self.weight.len() / self.bias.len()
    }
}

/// Why bytes are not the weights of a network.
#[derive(Debug, thiserror::Error)]
pub enum WeightsError {
    #[error("not a safetensors file: {0}")]
    Unreadable(#[from] safetensors::SafeTensorError),
    #[error("`{name}` is not {expected} values of 32 bits")]
    Shape { name: String, expected: usize },
}

impl Parameters<f32> {
    /// Reads what [`Parameters::safetensors`] writes, of a network with layers of these `widths`.
    pub(crate) fn from_safetensors(
        bytes: &[u8],
        widths: &[usize],
        embeddings: &[Embedding],
    ) -> Result<Parameters<f32>, WeightsError> {
        let file = SafeTensors::deserialize(bytes)?;
        let values = |name: String, shape: &[usize]| {
            let tensor = file.tensor(&name)?;
            if tensor.dtype() != Dtype::F32 || tensor.shape() != shape {
                return Err(WeightsError::Shape { name, expected: shape.iter().product() });
            }
            let value = |bytes: &[u8]| f32::from_le_bytes(bytes.try_into().expect("chunks are of four bytes"));
            Ok(tensor.data().chunks_exact(size_of::<f32>()).map(value).collect())
        };
        let layers = widths.windows(2).enumerate().map(|(number, width)| {
            let (inputs, outputs) = (width[0], width[1]);
            let weight = values(format!("layers.{number}.weight"), &[outputs, inputs])?;
            Ok(Affine { weight, bias: values(format!("layers.{number}.bias"), &[outputs])? })
        });
        let layers = layers.collect::<Result<_, WeightsError>>()?;
        let tables = embeddings.iter().enumerate().map(|(number, &embedding)| {
            let shape = [embedding.levels, embedding.width];
            Ok(Table { embedding, values: values(format!("embeddings.{number}.weight"), &shape)? })
        });
        Ok(Parameters { layers, tables: tables.collect::<Result<_, WeightsError>>()? })
    }

    /// The bytes of a safetensors file with `layers.0.weight`, `layers.0.bias` and so on, and
    /// `embeddings.0.weight` where categories are looked up.
    pub(crate) fn safetensors(&self) -> Vec<u8> {
        let bytes = |values: &[f32]| values.iter().flat_map(|value| value.to_le_bytes()).collect::<Vec<u8>>();
        let mut tensors = Vec::with_capacity(2 * self.layers.len() + self.tables.len());
        for (number, Table { embedding, values }) in self.tables.iter().enumerate() {
            tensors.push((
                format!("embeddings.{number}.weight"),
                vec![embedding.levels, embedding.width],
                bytes(values),
            ));
        }
        for (number, layer) in self.layers.iter().enumerate() {
            let shape = vec![layer.outputs(), layer.inputs()];
            tensors.push((format!("layers.{number}.weight"), shape, bytes(&layer.weight)));
            tensors.push((format!("layers.{number}.bias"), vec![layer.outputs()], bytes(&layer.bias)));
        }
        let views = tensors.iter().map(|(name, shape, bytes)| {
            let view = TensorView::new(Dtype::F32, shape.clone(), bytes);
            (name, view.expect("a layer has as many values as its shape"))
        });
        safetensors::serialize(views, None).expect("names are distinct and the header is short")
    }
}

#[cfg(test)]
mod tests {
    use crossfold_study::{Activation, HiddenLayer, Optimizer, Seed};

    use super::*;

    #[test]
    fn initial_values_are_uniform_within_their_bound() {
        let configuration = Configuration {
            hidden: vec![HiddenLayer { nodes: 300, dropout: 0.0 }],
            activation: Some(Activation::Relu),
            optimizer: Optimizer::Adam,
            learning_rate: 1e-3,
            l2: 0.0,
            batch_size: 1,
        };
        let shape = Shape::dense(100, 7);
        let Parameters { layers, .. } = Parameters::<f64>::draw(&configuration, shape, &[], &mut Seed(1).subset());
        assert_eq!(
            layers.iter().map(|layer| [layer.inputs(), layer.outputs()]).collect::<Vec<_>>(),
            [[100, 300], [300, 7]]
        );
        for (layer, bound) in layers.iter().zip([0.1, 1.0 / 300f64.sqrt()]) {
            assert!(layer.weight.iter().chain(&layer.bias).all(|value| value.abs() <= bound));
            let count = layer.weight.len() as f64;
            // A uniform's variance is bound²/3; the mean's standard deviation its root over √count.
            let mean = layer.weight.iter().sum::<f64>() / count;
            let square = layer.weight.iter().map(|value| value * value).sum::<f64>() / count;
            assert!(mean.abs() < 4.0 * bound / (3.0 * count).sqrt(), "{mean}");
            assert!((square / (bound * bound / 3.0) - 1.0).abs() < 4.0 * 0.9 / count.sqrt(), "{square}");
        }
    }
}
